"""The manual of presence: a table of what each side shows, and the verdict that must come out."""

from __future__ import annotations

from dataclasses import replace

from doisoat.province.working_days import WorkingDays
from support.world import World

NIGHT = "2024-04-18"
LOCAL, OTHER = "H37.21.01-240401-0001", "H37.21.01-240402-0002"
NATIONAL = "G22.99-240401-0001"


def test_both_sides_hold_it_alike_and_nothing_is_to_be_said(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate=f"code\n{LOCAL}", national_export=f"code\n{LOCAL}")
    assert world.verdicts(NIGHT) == []
    assert world.rows("select matched_count from recon.comparison") == [(1,)]


def test_one_side_alone_is_a_gap(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate=f"code\n{LOCAL}", national_export=f"code\n{OTHER}")
    assert world.verdicts(NIGHT) == [(LOCAL, "provincial_only", "gap"), (OTHER, "national_only", "gap")]
    assert world.entries(NIGHT) == [(LOCAL, "provincial_only", -1), (OTHER, "national_only", 1)]


def test_a_dossier_within_the_allowed_lag_is_pending_and_the_boundary_still_counts(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn, allowed_lag={"value": 24, "unit": "hours"})
    world.run(
        NIGHT,
        igate=f"""
        code                  | received
        {LOCAL}               | 2024-04-18 00:00
        {OTHER}               | 2024-04-17 23:59
        """,
        national_export="code",
    )
    assert world.verdicts(NIGHT) == [(LOCAL, "provincial_only", "pending"), (OTHER, "provincial_only", "gap")]


def test_what_happened_after_the_older_cut_off_cannot_be_observed(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.land(NIGHT, "national_export", "code", cut_off="2024-04-19 00:30")
    world.run(NIGHT, igate=f"code | received\n{LOCAL} | 2024-04-19 00:10")
    assert world.verdicts(NIGHT) == [(LOCAL, "provincial_only", "not_yet_observable")]


def test_absence_from_a_listing_that_was_not_finished_proves_nothing(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.land(NIGHT, "national_export", f"code\n{OTHER}", is_complete=False)
    world.run(NIGHT, igate=f"code\n{LOCAL}\n{OTHER}")
    assert world.verdicts(NIGHT) == [(LOCAL, "provincial_only", "incomplete")]


def test_a_named_code_joins_the_two_sides(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate=f"code | national\n{LOCAL} | {NATIONAL}", national_export=f"code\n{NATIONAL}")
    assert world.verdicts(NIGHT) == []
    assert world.rows("select distinct dossier_id from core.dossier_record") == [(NATIONAL,)]


def test_two_codes_on_the_portal_for_one_dossier_are_one_match_and_one_extra_row(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate=f"code | national\n{LOCAL} | {NATIONAL}", national_export=f"code\n{NATIONAL}\n{LOCAL}")
    assert world.verdicts(NIGHT) == []
    assert world.entries(NIGHT) == [(NATIONAL, "extra_national_row", 1)]


def test_two_local_dossiers_that_name_one_national_code_never_merge_silently(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(
        NIGHT,
        igate=f"code | national\n{LOCAL} | {NATIONAL}\n{OTHER} | {NATIONAL}",
        national_export=f"code\n{NATIONAL}",
    )
    assert world.verdicts(NIGHT) == [
        (NATIONAL, "national_only", "gap"),
        (LOCAL, "provincial_only", "gap"),
        (OTHER, "provincial_only", "gap"),
    ]
    assert world.rows("select other_code, claimants from core.identity_conflict") == [(NATIONAL, 2)]


def test_two_records_of_one_application_are_one_dossier_and_part_again_when_they_are_not(tmp_path, warehouse_dsn):
    """Agency, procedure and moment agree: one extra row. Then the moment of one is corrected, and the claims contradict."""
    world = World(tmp_path, warehouse_dsn)
    table = "code | national | received\n{} | {} | 2024-04-01 09:12\n{} | {} | 2024-04-01 {}"
    portal = f"code | received\n{NATIONAL} | 2024-04-01 09:12"
    world.run("2024-04-17", igate=table.format(LOCAL, NATIONAL, OTHER, NATIONAL, "09:12"), national_export=portal)
    assert world.entries("2024-04-17") == [(NATIONAL, "extra_provincial_row", -1)]
    assert world.rows("select count(*) from core.identity_conflict") == [(0,)]
    world.run(NIGHT, igate=table.format(LOCAL, NATIONAL, OTHER, NATIONAL, "09:13"), national_export=portal)
    assert [entry[1:] for entry in world.entries(NIGHT)] == [
        ("national_only", 1), ("provincial_only", -1), ("provincial_only", -1)
    ]  # fmt: skip
    assert world.rows("select other_code, claimants from core.identity_conflict") == [(NATIONAL, 2)]


def test_who_bears_a_code_and_who_bore_it_before_may_be_two_applications_of_one_moment(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    portal = f"code | received\n{LOCAL} | 2024-04-01 09:12\n{OTHER} | 2024-04-01 09:12"
    world.run("2024-04-17", igate=f"id | code | received\nx1 | {LOCAL} | 2024-04-01 09:12", national_export=portal)
    corrected = f"id | code | received\nx1 | {OTHER} | 2024-04-01 09:12\nx2 | {LOCAL} | 2024-04-01 09:12"
    world.run(NIGHT, igate=corrected, national_export=portal)
    assert world.verdicts(NIGHT) == []
    assert world.entries(NIGHT) == []


def test_in_working_days_a_weekend_does_not_count_nor_another_days_decision_of_one_agency(tmp_path, warehouse_dsn):
    """At Monday's first moment one working day began with Friday; one district has worked on Saturday."""
    world = World(tmp_path, warehouse_dsn, allowed_lag={"value": 1, "unit": "working_days"})
    rules = {"changed": [{"day": "2024-04-13", "is_working": True, "agencies": ["H37.21"], "reason": "làm bù"}]}
    settings = world.site.settings.model_copy(update={"working_days": WorkingDays.model_validate(rules)})
    world.site = replace(world.site, settings=settings)
    here = (
        "code | received\nH37.03-240412-0001 | 2024-04-12 00:00\nH37.03-240411-0002 | 2024-04-11 23:59\n"
        "H37.21.01-240412-0003 | 2024-04-12 16:00\nH37.21.01-240413-0004 | 2024-04-13 00:00\n"
        "H37.03-240413-0005 | 2024-04-13 09:00"
    )
    world.run("2024-04-14", igate=here, national_export="code")
    assert world.rows("select dossier_id, standing, next_review_on::text from recon.verdict order by 1") == [
        ("H37.03-240411-0002", "gap", None),
        ("H37.03-240412-0001", "pending", "2024-04-15"),
        ("H37.03-240413-0005", "pending", "2024-04-16"),
        ("H37.21.01-240412-0003", "gap", None),
        ("H37.21.01-240413-0004", "pending", "2024-04-15"),
    ]


def test_a_removed_claimant_leaves_the_code_to_the_one_that_is_alive(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(
        NIGHT,
        igate=f"code | national | removed\n{OTHER} | {NATIONAL} | yes\n{LOCAL} | {NATIONAL} | no",
        national_export=f"code\n{NATIONAL}",
    )
    assert world.verdicts(NIGHT) == []
    assert world.rows("select count(*) from core.identity_conflict") == [(0,)]


def test_a_removed_local_record_is_evidence_and_not_counted(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate=f"code | removed\n{LOCAL} | yes", national_export=f"code\n{LOCAL}")
    assert world.verdicts(NIGHT) == [(LOCAL, "national_only", "gap")]
    assert world.rows("select is_removed_provincially from recon.verdict") == [(True,)]


def test_the_same_code_twice_on_one_side_is_an_extra_row_and_does_not_fan_out(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate=f"code\n{LOCAL}", national_export=f"code | status\n{LOCAL} | 4\n{LOCAL} | 4\n{LOCAL} | 9")
    assert world.entries(NIGHT) == [(LOCAL, "extra_national_row", 1), (LOCAL, "extra_national_row", 1)]
    assert world.rows("select count(*) from recon.verdict where presence <> 'matched'") == [(0,)]


def test_another_agency_or_month_makes_two_entries_that_cancel_out(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(
        NIGHT,
        igate=f"code | received\n{LOCAL} | 2024-04-01 03:00",
        national_export=f"code | received\n{LOCAL} | 2024-03-31 20:00",
    )
    assert world.entries(NIGHT) == [(LOCAL, "moved", -1), (LOCAL, "moved", 1)]
    months = world.rows(
        "select cell_month::text, national_listed - provincial_listed, entries from recon.ledger_cell "
        "where grain = 'month' order by 1"
    )
    assert months == [("2024-03-01", 1, 1), ("2024-04-01", -1, -1)]


def test_a_dossier_without_receipt_date_is_in_its_named_cell(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate="code", national_export=f"code | received | status\n{NATIONAL} | - | 1")
    assert world.rows(
        "select national_listed, provincial_listed, entries from recon.ledger_cell where grain = 'undated'"
    ) == [(1, 0, 1)]


def test_a_code_with_look_alike_signs_is_the_same_code_on_every_side(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    there = ["h37.21.01-240401-0001", "H37.21.01\u2013240401\u20130002", "\u041d37.21.01 - 240401 - 0003 (bổ sung)"]
    rows = "\n".join(f"{code} | H37.21.01 | 2024-04-01" for code in there)
    here = "\n".join(f"H37.21.01-240401-000{number}" for number in (1, 2, 3))
    world.run(NIGHT, igate=f"code\n{here}", national_export=f"code | agency | received\n{rows}")
    assert world.verdicts(NIGHT) == []
