"""The bridge between the portal and province and ministries together: tables in, signed entries out."""

from __future__ import annotations

import pytest
from doisoat.quality import load_checks
from support.world import CODE_MAPS, World

NIGHT, NEXT = "2024-04-19", "2024-04-20"
OWN = "H37.21.01-240401-0001"
LICENCE = "H37.03-240402-0007"
SECOND = "2024-04-02 08:15:31"
TIMED = "id | code | agency | received\n77 | - | H37.03 | " + SECOND
OTHER_SYSTEM = {"cards": {"kind": "igate", "side": "ministry", "code_maps": CODE_MAPS}}


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    return World(tmp_path, warehouse_dsn, sources=OTHER_SYSTEM)


def run(world: World, *, night: str = NIGHT, igate: str = "", national: str = "", **ministries: str) -> None:
    own = f"code\n{OWN}"
    world.run(night, igate=igate or own, national_export=national or own, **ministries)
    for check in load_checks():
        if check.id.startswith("union"):
            assert world.rows(check.query, {"night": night})[0][0] == 0, check.id


def entries(world: World, night: str = NIGHT) -> list[tuple[str, str, int, str]]:
    """(dossier, kind, sign, standing) of national minus province and ministries."""
    return world.rows(
        "select dossier_id, entry_kind, sign, standing from mart.union_entry where night = %s order by 1, 2, 3", [night]
    )


def terms(world: World, grain: str = "whole") -> list[tuple[int, ...]]:
    """(national listed, provincial listed, added, undetermined, entries) of the latest night."""
    return world.rows(
        """select national_listed, provincial_listed, added_by_ministries, undetermined, union_entries from recon.ledger_cell
        where grain = %s and night = (select max(night) from recon.ledger_cell) order by cell_month""",
        [grain],
    )


def test_what_only_the_ministry_holds_is_one_that_the_portal_lacks(world):
    run(world, licences=f"code\n{LICENCE}")
    assert entries(world) == [(LICENCE, "ministry_only", -1, "gap")]
    assert terms(world) == [(1, 1, 1, 0, -1)]


def test_what_the_ministry_and_the_portal_hold_is_no_difference(world):
    run(world, licences=f"code\n{LICENCE}", national=f"code\n{OWN}\n{LICENCE}")
    assert entries(world) == [(LICENCE, "ministry_on_portal", 0, "settled")]
    assert terms(world) == [(2, 1, 1, 0, 0)]


def test_in_another_cell_of_the_portal_it_moves(world):
    run(world, licences=f"code\n{LICENCE}",
        national=f"code | received\n{OWN} | =\n{LICENCE} | 2024-03-31 08:00")  # fmt: skip
    assert entries(world) == [(LICENCE, "ministry_moved", -1, "settled"), (LICENCE, "ministry_moved", 1, "settled")]
    assert terms(world, "month") == [(1, 0, 0, 0, 1), (1, 1, 1, 0, -1)]
    assert terms(world) == [(2, 1, 1, 0, 0)]


def test_the_portals_record_may_stand_under_another_code(world):
    national = f"code | agency | received\n{OWN} | = | =\nG22.99-240402-0077 | H37.03 | {SECOND}"
    run(world, licences=TIMED, national=national)
    assert world.entries(NIGHT) == [("G22.99-240402-0077", "national_only", 1)]
    assert entries(world) == [("licences:77", "ministry_on_portal", 0, "settled")]
    assert terms(world) == [(2, 1, 1, 0, 0)]


def test_one_record_of_the_portal_is_not_the_match_of_two(world):
    national = f"code | agency | received\n{OWN} | = | =\nG22.99-240402-0077 | H37.03 | {SECOND}"
    run(world, licences=TIMED, cards=TIMED, national=national)
    assert entries(world) == [
        ("G22.99-240402-0077", "national_only", 1, "gap"),
        ("cards:77", "ministry_undetermined", -1, "undecided"),
        ("licences:77", "ministry_undetermined", -1, "undecided"),
    ]
    assert terms(world) == [(2, 1, 2, 0, -1)]


def test_what_two_systems_list_counts_once(world):
    run(world, licences=f"code\n{LICENCE}", cards=f"code\n{LICENCE}")
    assert entries(world) == [(LICENCE, "ministry_only", -1, "gap")]
    assert terms(world) == [(1, 1, 1, 0, -1)]


def test_a_group_on_the_portal_is_held_and_no_record_is_claimed(world):
    days = "id | code | agency | received\n1 | - | H37.03 | 2024-04-02 00:00\n2 | - | H37.03 | 2024-04-02 00:00"
    portal = [f"G22.99-240402-000{n} | H37.03 | 2024-04-02 08:1{n}" for n in (1, 2)]
    run(world, licences=days, national="\n".join([f"code | agency | received\n{OWN} | = | =", *portal]))
    assert [(kind, sign) for _, kind, sign, _ in entries(world)] == [
        ("national_only", 1), ("national_only", 1), ("ministry_in_group", -1), ("ministry_in_group", -1)
    ]  # fmt: skip
    assert terms(world) == [(3, 1, 2, 0, 0)]


def test_what_is_not_decided_makes_an_interval(world):
    days = "id | code | agency | received\n1 | - | H37.03 | 2024-04-02 00:00\n2 | - | H37.03 | 2024-04-02 00:00"
    igate = f"code | agency | received\n{OWN} | = | =\nH37.03-240402-9001 | H37.03 | 2024-04-02 09:00"
    run(world, licences=days, igate=igate)
    assert entries(world) == [
        ("H37.03-240402-9001", "provincial_only", -1, "gap"),
        ("licences:1", "undetermined", 0, "undecided"),
        ("licences:2", "undetermined", 0, "undecided"),
    ]
    assert terms(world) == [(1, 2, 0, 2, -1)]


def test_what_cannot_be_looked_for_on_the_portal_is_not_decided_there(world):
    days = "id | code | agency | received\n1 | - | H37.03 | 2024-04-02 00:00\n2 | - | H37.03 | 2024-04-02 00:00"
    national = f"code | agency | received\n{OWN} | = | =\nG22.99-240402-0001 | H37.03 | 2024-04-02 08:15"
    run(world, licences=days, national=national)
    assert [(kind, sign) for _, kind, sign, _ in entries(world)] == [
        ("national_only", 1), ("ministry_undetermined", -1), ("ministry_undetermined", -1)
    ]  # fmt: skip
    assert terms(world) == [(2, 1, 2, 0, -1)]


def test_what_the_province_holds_adds_nothing(world):
    igate = f"code | agency | received | removed\n{OWN} | = | = | -\nH37.03-240402-9001 | H37.03 | {SECOND} | -"
    run(world, licences=f"{TIMED}\n8 | {OWN} | = | =", igate=igate)
    assert entries(world) == [("H37.03-240402-9001", "provincial_only", -1, "gap")]
    assert terms(world) == [(1, 2, 0, 0, -1)]


def test_what_the_province_removed_counts_as_the_ministrys(world):
    run(world, licences=f"code\n{LICENCE}", igate=f"code | removed\n{OWN} | no\n{LICENCE} | yes")
    assert entries(world) == [(LICENCE, "ministry_only", -1, "gap")]
    assert terms(world) == [(1, 1, 1, 0, -1)]


def test_extra_rows_stay_entries_of_their_own(world):
    run(world, licences=f"code\n{LICENCE}", national=f"code\n{OWN}\n{LICENCE}\n{LICENCE}")
    assert entries(world) == [(LICENCE, "extra_national_row", 1, "gap"), (LICENCE, "ministry_on_portal", 0, "settled")]
    assert terms(world) == [(3, 1, 1, 0, 1)]


def test_a_listing_in_part_proves_no_absence_and_a_past_night_stays(world):
    world.land(NIGHT, "national_export", f"code\n{OWN}", is_complete=False)
    run(world, licences=f"code\n{LICENCE}")
    run(world, night=NEXT, licences=f"code\n{LICENCE}", national=f"code\n{OWN}\n{LICENCE}")
    assert entries(world) == [(LICENCE, "ministry_only", -1, "incomplete")]
    assert entries(world, NEXT) == [(LICENCE, "ministry_on_portal", 0, "settled")]


def test_what_has_no_receipt_date_is_apart(world):
    run(world, licences=f"code | received\n{LICENCE} | -")
    assert entries(world) == [(LICENCE, "undetermined", 0, "undecided")]
    assert terms(world, "undated") == [(0, 0, 0, 1, 0)]
