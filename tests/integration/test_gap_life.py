"""The life of a gap: opened, seen again, its cause changed, resolved, opened again in its place, merged into another."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from doisoat.gaps.decisions import Said, decide
from doisoat.nights import steps
from doisoat.warehouse import writing
from support.commands import doisoat
from support.world import World

FIRST, SECOND, THIRD, FOURTH = ("2024-04-16", "2024-04-17", "2024-04-18", "2024-04-19")
A, B, C = "H37.21.01-240401-0001", "H37.21.01-240402-0002", "H37.21.01-240403-0003"


def listing(*codes: str) -> str:
    return "\n".join(["code", *codes])


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    return World(tmp_path, warehouse_dsn)


def events(world: World) -> list[tuple[str, ...]]:
    """night, event, kind, cause, how."""
    return world.rows(
        "select night::text, event, kind, cause, how from recon.gap_event order by night, dossier_id, kind, event"
    )


def gaps(world: World) -> list[tuple[str, ...]]:
    """dossier, kind, cause, opened on, reopened on."""
    return world.rows(
        """select dossier_id, kind, cause, opened_on::text, reopened_on::text from recon.gap where to_night = 'infinity'
        order by 1, 2"""
    )


def test_opened_seen_again_resolved_and_opened_again_in_its_place(world: World) -> None:
    world.run(FIRST, igate=listing(A, B), national_export=listing(B))
    world.run(SECOND, igate=listing(A, B), national_export=listing(B))
    assert events(world) == [(FIRST, "opened", "provincial_only", "sync_overdue", None)]
    world.run(THIRD, igate=listing(A, B), national_export=listing(A, B))
    assert gaps(world) == []
    world.run(FOURTH, igate=listing(A, B), national_export=listing(B))
    assert events(world)[1:] == [
        (THIRD, "resolved", "provincial_only", "sync_overdue", "synced"),
        (FOURTH, "reopened", "provincial_only", "gone_from_portal", None),
    ]
    assert gaps(world) == [(A, "provincial_only", "gone_from_portal", FIRST, FOURTH)]


def test_a_cause_changes(world: World) -> None:
    world.run(FIRST, igate=listing(B), national_export=listing(A, B))
    world.run(SECOND, igate=f"code | removed\n{B} | no\n{A} | yes", national_export=listing(A, B))
    assert events(world) == [
        (FIRST, "opened", "national_only", "never_seen_locally", None),
        (SECOND, "cause_changed", "national_only", "deleted_locally", None),
    ]
    assert gaps(world) == [(A, "national_only", "deleted_locally", FIRST, None)]


@pytest.mark.parametrize(
    ("first", "second", "kind", "how"),
    [
        ({"igate": listing(B), "national_export": listing(A, B)}, {"igate": listing(B), "national_export": listing(B)},
         "national_only", "withdrawn"),
        ({"igate": listing(A, B), "national_export": listing(B)}, {"igate": listing(B), "national_export": listing(B)},
         "provincial_only", "withdrawn"),
        ({"igate": f"code | status\n{A} | 5", "national_export": f"code | status\n{A} | 9"},
         {"igate": f"code | status\n{A} | 5", "national_export": f"code | status\n{A} | 5"}, "status", "corrected"),
        ({"igate": f"code | status\n{A} | 5\n{B} | 4", "national_export": f"code | status\n{A} | 9\n{B} | 4"},
         {"igate": f"code | status\n{A} | 5\n{B} | 4", "national_export": f"code | status\n{B} | 4"}, "status", "other_gap"),
        ({"igate": f"id | code\nx1 | {A}\nx2 | {A}", "national_export": listing(A)},
         {"igate": f"id | code\nx1 | {A}", "national_export": listing(A)}, "extra_provincial_row", "withdrawn"),
    ],
)  # fmt: skip
def test_how_it_was_resolved(world: World, first: dict, second: dict, kind: str, how: str) -> None:
    world.run(FIRST, **first)
    world.run(SECOND, **second)
    assert (SECOND, "resolved", kind, how) in [(night, event, of, by) for night, event, of, _, by in events(world)]


def test_a_source_that_failed_opens_and_resolves_nothing(world: World) -> None:
    world.run(FIRST, igate=listing(A, B), national_export=listing(B))
    world.run(SECOND, igate=listing(A, B))
    world.run(THIRD, national_export=listing(B))
    assert len(events(world)) == 1
    assert gaps(world) == [(A, "provincial_only", "sync_overdue", FIRST, None)]


def test_a_night_run_twice_writes_its_events_once(world: World) -> None:
    world.run(FIRST, igate=listing(A, B), national_export=listing(B))
    world.run(SECOND, igate=listing(A, B), national_export=listing(A, B))
    before = events(world), world.rows("select * from recon.gap order by 1, 2, 3, 4, 5")
    world.reconcile(SECOND)
    steps.reconcile_night(world.site, dt.date(2024, 4, 17), run_id="test")
    assert (events(world), world.rows("select * from recon.gap order by 1, 2, 3, 4, 5")) == before


def test_dossiers_that_turn_out_to_be_one_keep_the_oldest_gap(world: World) -> None:
    """The province names the portal's code only on the third night; both rows were gaps, and so is the extra row then."""
    portal = "G22.99-240401-00001"
    undated = f"code | status | received | due | agency\n{portal} | 1 | - | - | H37.21.01"
    world.run(FIRST, igate=listing(B), national_export=f"{undated}\n{B} | 4 | = | = | =")
    world.run(SECOND, igate=listing(A, B), national_export=f"{undated}\n{B} | 4 | = | = | =")
    assert {(gap[0], gap[1], gap[3]) for gap in gaps(world)} == {
        (portal, "national_only", FIRST),
        (A, "provincial_only", SECOND),
    }
    world.run(
        THIRD, igate=f"code | national\n{A} | {portal}\n{B} | -", national_export=f"{undated}\n{B} | 4 | = | = | ="
    )
    said = {(row[1], row[2], row[4]) for row in events(world) if row[0] == THIRD}
    assert ("resolved", "provincial_only", "merged") in said
    assert ("resolved", "national_only", "synced") in said


def test_explain_tells_the_whole_story(world: World) -> None:
    world.run(FIRST, igate=listing(A, B), national_export=listing(B))
    standing = doisoat(world, "explain", A).stdout
    assert "cần làm: Đơn vị gửi lại hồ sơ" in standing
    assert "All sides" not in standing
    world.run(SECOND, igate=listing(A, B), national_export=listing(A, B))
    done = doisoat(world, "explain", A)
    assert done.returncode == 0, done.stderr
    for said in ("igate", "national_export", "sync_overdue", "Quá hạn mà chưa đồng bộ", "opened", "resolved", "synced"):
        assert said in done.stdout
    assert "All sides that hold it agree." in done.stdout
    assert "still" in done.stdout
    unknown = doisoat(world, "explain", "H37.99-240101-0001")
    assert (unknown.returncode, "no source ever showed" in unknown.stderr) == (1, True)


def test_a_gap_is_printed_with_its_age(world: World) -> None:
    world.run(FIRST, igate=listing(A, B), national_export=listing(B))
    world.run(SECOND, igate=listing(A, B), national_export=listing(B))
    (gap,) = json.loads(doisoat(world, "gaps", "--night", SECOND, "--format", "json").stdout)
    assert (gap["dossier_id"], gap["cause"], gap["opened_on"], gap["days_since_opened"]) == (
        A,
        "sync_overdue",
        FIRST,
        1,
    )
    assert world.rows("select days_since_opened from mart.gap where is_latest") == [(1,)]


def test_the_list_of_gaps_has_one_key_and_says_how_old_a_gap_is(world: World) -> None:
    """Another code of the same dossier, its procedure and channel, and both ages; a pending dossier is a finding, and no gap."""
    today = "H37.21.01-240416-0009"
    province = f"code | status | received\n{A} | 5 | =\n{B} | 4 | =\n{today} | 4 | 2024-04-16 23:00"
    for night in (FIRST, SECOND):
        world.run(night, igate=province, national_export=f"code | status\n{A} | 9")
    keys = "select gap_id from mart.{} where night = '2024-04-16' order by 1"
    listed = [f"national_provincial | {A} | status | ", f"national_provincial | {B} | provincial_only | "]
    for view in ("gap", "gap_event", "fact_sync_gap"):
        assert [key for (key,) in world.rows(keys.format(view))] == listed, view
    assert [key for (key,) in world.rows(keys.format("finding"))] == sorted(
        [*listed, f"national_provincial | {today} | provincial_only | "]
    )
    assert world.rows(
        """select kind, is_difference, national_value, provincial_value, national_codes, agency_name, owner_id, procedure_name,
            channel, receipt_date::text, opened_on::text, days_since_receipt, days_since_opened, state, last_answer
        from mart.gap where night = '2024-04-17' and gap_id like '%status%'"""
    ) == [("status", True, "9", "5", A, "UBND xã Quốc Khánh", "H37.21.01", "Đăng ký khai tử", "direct", "2024-04-01", FIRST,
           16, 1, "open", None)]  # fmt: skip
    said = json.loads(doisoat(world, "gaps", "--night", FIRST, "--format", "json").stdout)
    assert sorted(gap["gap_id"] for gap in said) == listed


def test_what_its_unit_last_answered_stays_beside_what_was_decided_later(world: World) -> None:
    world.run(FIRST, igate=listing(A, B), national_export=listing(B))
    with writing(world.dsn) as connection:
        gap = [("national_provincial", A, "provincial_only", "")]
        night = dt.date.fromisoformat(FIRST)
        for said in (
            Said("disputed", "commune", "answers", "sent again"),
            Said("acknowledged", "province", "command_line"),
            Said("noted", "province", "command_line", "seen"),
        ):
            assert decide(connection, night, gap, said) == 1
    assert world.rows(
        """select state, state_reason, state_by, last_answer, last_answer_reason, last_answer_by, last_answer_on::text
        from mart.gap"""
    ) == [("acknowledged", None, "province", "disputed", "sent again", "commune", FIRST)]


# what people say --------------------------------------------------------------------------------------------------------
def states(world: World) -> list[tuple[str, str, str, str | None]]:
    return world.rows("select dossier_id, cause, state, state_reason from mart.gap where is_latest order by 1, 2")


def test_a_gap_is_accepted_until_a_day_and_is_open_again_then(world: World) -> None:
    both = {"igate": listing(A, B), "national_export": listing(B)}
    world.run(FIRST, **both)
    done = doisoat(world, "gap", "--dossier", A, "accept", "--reason", "known since the migration", "--until", THIRD)
    assert (done.returncode, done.stdout) == (0, f"night {FIRST}: accepted: 1 gaps\n"), done.stderr
    assert states(world) == [(A, "sync_overdue", "accepted", "known since the migration")]
    world.run(SECOND, **both)
    assert states(world)[0][2] == "accepted"
    assert world.rows("select sum(sign) from mart.ledger_entry where is_latest") == [(-1,)]  # it stays in the ledger
    world.run(THIRD, **both)
    assert states(world)[0][2] == "acceptance_expired"


def test_an_acceptance_says_nothing_of_other_evidence(world: World) -> None:
    world.run(FIRST, igate=listing(B), national_export=listing(A, B))
    doisoat(world, "gap", "--cause", "never_seen_locally", "accept", "--reason", "an old push", "--until", "2025-01-01")
    world.run(SECOND, igate=f"code | removed\n{B} | no\n{A} | yes", national_export=listing(A, B))
    assert states(world) == [(A, "deleted_locally", "acceptance_outdated", "an old push")]
    doisoat(world, "gap", "--dossier", A, "revoke")
    assert states(world)[0][2] == "open"


def test_a_whole_group_is_acknowledged_by_what_it_shares(world: World) -> None:
    other = "H37.21.02-240401-0001"
    world.run(FIRST, igate=listing(A, B, other), national_export=listing())
    done = doisoat(
        world, "gap", "--cause", "sync_overdue", "--agency", "H37.21.01", "--received-to", "2024-04-01", "acknowledge"
    )
    assert done.stdout == f"night {FIRST}: acknowledged: 1 gaps\n", done.stderr
    assert [row[2] for row in states(world)] == ["acknowledged", "open", "open"]
    assert doisoat(world, "gap", "--agency", "H37.21", "acknowledge").stdout.endswith("acknowledged: 3 gaps\n")


def test_a_unit_answers_on_the_returned_list(world: World, tmp_path: Path) -> None:
    world.run(FIRST, igate=f"code | status\n{A} | 5\n{B} | 4", national_export=f"code | status\n{A} | 9")
    rows = doisoat(world, "gaps", "--night", FIRST, "--format", "csv").stdout.splitlines()
    returned = tmp_path / "returned.csv"
    answers = {A: "disputed,the portal shows 5 since this morning", B: "done,"}
    lines = [f"{rows[0]},answer,reason", *(f"{row},{answers[A if A in row else B]}" for row in rows[1:])]
    returned.write_text("\n".join(lines), encoding="utf-8")
    done = doisoat(world, "answers", str(returned))
    assert done.stdout == f"night {FIRST}: 2 answers stored, 0 already known, 0 refused\n", done.stderr
    assert [(row[0], row[2], row[3]) for row in states(world)] == [
        (A, "disputed", "the portal shows 5 since this morning"),
        (B, "done", None),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gap", "acknowledge"], "say which gaps are meant"),
        (["gap", "--cause", "two_codes", "acknowledge"], "no open gap matches"),
        (["gap", "--dossier", A, "note", "--reason", "the citizen 012345678901 called"], "identity number"),
        (["gap", "--dossier", A, "accept", "--reason", "known", "--until", "2030-01-01"], "at most 366 days later"),
        (["gap", "--dossier", A, "accept", "--reason", " ", "--until", "2024-05-01"], "needs a reason"),
    ],
)
def test_what_may_not_be_kept_is_refused(world: World, words: list[str], said: str) -> None:
    world.run(FIRST, igate=listing(A, B), national_export=listing(B))
    done = doisoat(world, *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert world.rows("select count(*) from ops.gap_decision") == [(0,)]


# sums and causes --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("by", ["cause", "agency", "level", "procedure", "field", "channel"])
def test_the_bridge_is_made_of_the_same_entries_by_whatever_it_is_broken_down(world: World, by: str) -> None:
    moved, portal = "H37.21.01-240403-0003", "H37.21.02-240404-0004"
    world.run(
        FIRST,
        igate=f"code | agency | procedure | channel\n{A} | = | = | 2\n{B} | = | 1.001193 | 1\n{moved} | H37.21.01 | = | 1",
        national_export=f"code | agency | procedure | channel\n{B} | = | 1.001193 | 1\n{moved} | H37.21.02 | = | 1\n"
        f"{portal} | = | = | 3",
    )
    rows = json.loads(doisoat(world, "bridge", "--night", FIRST, "--by", by, "--format", "json").stdout)
    (whole,) = json.loads(doisoat(world, "bridge", "--night", FIRST, "--format", "json").stdout)[:1]
    assert sum(row["entries"] for row in rows) == whole["entries"] == 0
    assert sum(row["national_more"] + row["provincial_more"] for row in rows) == 4
    told = {row["value"]: row["entries"] for row in rows}
    expected = {
        "cause": {"sync_overdue": -1, "never_seen_locally": 1, "wrong_agency": 0},
        "agency": {"H37.21.01": -2, "H37.21.02": 2},
        "level": {"commune": 0},
        "procedure": {"1.000482": 0},
        "field": {"H37.LV01": 0},
        "channel": {"online": -1, "direct": 0, "post": 1},
    }
    assert told == expected[by]


@pytest.mark.parametrize(
    ("period", "months", "entries"),
    [
        (("--from", "2024-03", "--to", "2024-03"), {"2024-03-01"}, {"sync_overdue": -1}),
        (("--from", "2024-04"), {"2024-04-01"}, {"sync_overdue": -1, "never_seen_locally": 1}),
        (("--to", "2024-02"), set(), {}),
        ((), {"2024-03-01", "2024-04-01"}, {"sync_overdue": -2, "never_seen_locally": 1}),
    ],
)
def test_the_bridge_of_a_period_is_that_of_its_months(
    world: World, period: tuple[str, ...], months: set[str], entries: dict[str, int]
) -> None:
    in_march = "H37.21.01-240301-0009"
    world.run(
        FIRST,
        igate=f"code | received\n{A} | 2024-04-01 08:00\n{in_march} | 2024-03-01 08:00",
        national_export=f"code | received\n{C} | 2024-04-03 08:00",
    )
    asked = ("bridge", "--night", FIRST, *period, "--format", "json")
    told = json.loads(doisoat(world, *asked, "--by", "month").stdout)
    assert {row["receipt_month"] for row in told if row["grain"] == "month"} == months
    assert sum(row["entries"] for row in told) == sum(entries.values())
    assert {
        row["value"]: row["entries"] for row in json.loads(doisoat(world, *asked, "--by", "cause").stdout)
    } == entries
    assert {row["grain"] for row in json.loads(doisoat(world, *asked).stdout)} <= (
        {"month"} if period else {"whole", "undated"}
    )


def test_causes_are_counted_with_whom_they_blame(world: World) -> None:
    world.run(FIRST, igate=listing(A, B), national_export=listing(B))
    (row,) = json.loads(doisoat(world, "causes", "--night", FIRST, "--format", "json").stdout)
    assert (row["cause"], row["blames"], row["findings"], row["dossiers"]) == ("sync_overdue", "province", 1, 1)


def test_a_gap_of_a_dossier_known_by_a_named_code_keeps_its_first_night_when_a_link_renames_it(world: World) -> None:
    """The oldest gap survives (docs/adr 17), also where no record stands under the code that the dossier was known by."""
    world.run(FIRST, igate=f"code | national\n{A} | G22.99-240402-0002", national_export=listing(B))
    world.run(SECOND, igate=f"code | national\n{A} | G22.99-240401-0001", national_export=listing(B))
    assert [row[:2] + row[3:] for row in gaps(world) if row[1] == "provincial_only"] == [
        ("G22.99-240401-0001", "provincial_only", FIRST, None)
    ]


def owners(world: World, night: str) -> dict[str, tuple[str, str | None]]:
    rows = json.loads(doisoat(world, "gaps", "--night", night, "--format", "json").stdout)
    return {row["dossier_id"]: (row["owner_id"], row["owner_name"]) for row in rows}


def test_the_owner_of_a_gap_is_an_agency_that_exists_that_night(world: World) -> None:
    """An agency that has ended owns nothing more: whoever stands above it does, as nobody says who came after."""
    world.run(FIRST, igate=f"code | agency\n{A} | H37.21.01\n{B} | nowhere", national_export=listing(C))
    own = owners(world, FIRST)
    assert own[A][0] == "H37.21.01"
    assert own[A][1]
    assert own[B] == ("unknown", None)
    world.rows("update core.agency set valid_to = %s where agency_id = 'H37.21.01'", [FIRST])
    owner_of = "select core.owner_of('H37.21.01', %s)"
    assert world.rows(owner_of, [FIRST]) == [("H37.21",)]
    world.rows("update core.agency set valid_to = %s where agency_id like 'H37.21%%'", [FIRST])
    assert world.rows(owner_of, [FIRST]) == [("H37",)]
    assert owners(world, FIRST)[A][0] == "H37.21.01", "whose move it was that night stays what it was"


def test_the_list_of_gaps_says_what_was_said_of_each(world: World) -> None:
    world.run(FIRST, igate=listing(A, B), national_export=listing(C))
    assert doisoat(world, "gap", "--dossier", A, "acknowledge").stdout.endswith("acknowledged: 1 gaps\n")
    rows = json.loads(doisoat(world, "gaps", "--night", FIRST, "--format", "json").stdout)
    assert {row["dossier_id"]: row["state"] for row in rows} == {A: "acknowledged", B: "open", C: "open"}


def test_a_list_of_an_earlier_night_shows_the_codes_as_known_then(world: World) -> None:
    """A link that was learned later joins dossiers now; on the night before they were two, and the list says so."""
    world.run(FIRST, igate=f"code | national\n{B} | -", national_export=listing(A))

    def codes() -> set[tuple[str | None, ...]]:
        rows = json.loads(doisoat(world, "gaps", "--night", FIRST, "--format", "json").stdout)
        return {(row["dossier_id"], row["national_codes"], row["provincial_codes"]) for row in rows}

    before = codes()
    assert before == {(A, A, None), (B, None, B)}
    world.run(SECOND, igate=f"code | national\n{B} | {A}", national_export=listing(A))
    assert world.rows("select distinct dossier_id from core.dossier_record") == [(A,)]
    assert codes() == before
