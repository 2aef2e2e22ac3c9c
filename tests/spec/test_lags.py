"""The manual of lags: what a night counts of how late dossiers are, which lag follows, and when a pending dossier is a gap."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from doisoat.nights.replay import replay
from support import many_nights as many
from support.world import World

COMMUNE, SIBLING, DEPARTMENT = "H37.21.01", "H37.21.02", "H37.03"
PUNCTUAL = f"{COMMUNE}-240415-0009"
NIGHTS = [f"2024-04-{day}" for day in (15, 16, 17, 18, 19, 20)]
CHOICE = {"quantile": 0.5, "nights": 5, "min_dossiers": 2, "at_most": {"value": 48, "unit": "hours"}}


def learning(directory: Path, dsn: str, **choice: Any) -> World:
    return World(directory, dsn, learned_lag={**CHOICE, **choice})


def table(*rows: str) -> str:
    """`code@2024-04-15 10:00`, or a code alone."""
    return "\n".join(["code | received", *(" | ".join([*row.split("@"), "="][:2]) for row in rows)])


def run(world: World, *nights: tuple[list[str], list[str]], first: int = 0, checks: bool = False) -> None:
    """Nights, each with what the province and the portal show."""
    for night, (here, there) in zip(NIGHTS[first:], nights, strict=False):
        world.run(night, igate=table(*here), national_export=table(*there), checks=checks)


def counted(world: World, presence: str = "provincial_only") -> list[tuple[Any, ...]]:
    """(night, received on, agency, hours, dossiers)."""
    return world.rows(
        """select night::text, received_on::text, agency_id, hours, dossiers from recon.arrival
        where presence = %s order by 1, 2, 3, 4""",
        [presence],
    )


def learned(world: World, night: str, presence: str = "provincial_only") -> dict[str, tuple[int, int, int]]:
    """agency -> (hours, dossiers, arrived)."""
    return {
        agency: (int(lag / dt.timedelta(hours=1)), dossiers, arrived)
        for agency, lag, dossiers, arrived in world.rows(
            """select agency_id, allowed_lag, dossiers, arrived from recon.learned_lag
            where night = %s and presence = %s""",
            [night, presence],
        )
    }


def received(agency: str, number: int, moment: str = "2024-04-15 10:00") -> str:
    return f"{agency}-240415-{number:04}@{moment}"


LATE = [received(COMMUNE, 1), received(COMMUNE, 2)]


def test_a_dossier_is_as_late_as_it_was_old_when_a_night_last_lacked_it(tmp_path, warehouse_dsn):
    """Received at ten; missing at the first two midnights, there on the third; one is there at once, one does not come."""
    world = learning(tmp_path, warehouse_dsn)
    here = [received(COMMUNE, 1), received(COMMUNE, 2, "2024-04-15 10:01"), received(COMMUNE, 3), received(COMMUNE, 4)]
    run(world, (here, [here[2]]), (here, [here[2]]), (here, here[:3]))
    assert counted(world) == [
        (NIGHTS[2], NIGHTS[0], COMMUNE, 0, 1),
        (NIGHTS[2], NIGHTS[0], COMMUNE, 38, 2),
        (NIGHTS[2], NIGHTS[0], COMMUNE, None, 1),
    ]
    assert counted(world, "national_only") == [(NIGHTS[2], NIGHTS[0], COMMUNE, 0, 3)]


def test_what_the_portal_shows_first_is_late_at_the_province(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn)
    run(world, ([], LATE), (LATE, LATE), (LATE, LATE))
    assert counted(world, "national_only") == [(NIGHTS[2], NIGHTS[0], COMMUNE, 14, 2)]


def test_the_boundary_of_a_learned_lag_still_counts(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn)
    run(world, (LATE, []), (LATE, []), (LATE, LATE))
    assert learned(world, NIGHTS[2]) == {}  # what a night counts is for the nights to come
    now = [f"{COMMUNE}-240417-0001@2024-04-17 10:00", f"{COMMUNE}-240417-0002@2024-04-17 09:59"]
    run(world, ([*LATE, *now], LATE), first=3)
    assert learned(world, NIGHTS[3])[COMMUNE] == (38, 2, 2)
    assert world.verdicts(NIGHTS[3]) == [
        (f"{COMMUNE}-240417-0001", "provincial_only", "pending"),
        (f"{COMMUNE}-240417-0002", "provincial_only", "gap"),
    ]
    [(basis,)] = world.rows(
        "select basis from recon.cause where cause = 'within_allowed_lag' and to_night = 'infinity'"
    )
    assert basis == {"allowed_hours": 38, "learned_of": COMMUNE}


@pytest.mark.parametrize(
    ("arrived", "choice", "hours"),
    [
        (2, {}, 24),  # all at once: not below the configured lag
        (1, {}, 24),  # half of them, and half is asked for
        (
            1,
            {"quantile": 0.51},
            48,
        ),  # more than half did not come in all that time: not beyond the longest that is allowed
        (0, {"at_most": {"value": 30, "unit": "hours"}}, 30),
    ],
)
def test_a_lag_is_never_below_the_configured_one_and_never_beyond_the_longest(
    tmp_path, warehouse_dsn, arrived, choice, hours
):
    world = learning(tmp_path, warehouse_dsn, **choice)
    run(world, *[(LATE, LATE[:arrived])] * 4)
    assert learned(world, NIGHTS[3])[COMMUNE] == (hours, 2, arrived)


def test_an_agency_with_few_dossiers_takes_the_lag_of_the_one_above_it_and_then_the_provinces(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn, min_dossiers=3)
    late = [*LATE, received(SIBLING, 3), received(DEPARTMENT, 4)]
    run(world, (late, []), (late, []), (late, late))
    moment = "2024-04-17 15:00"
    now = [f"{agency}-240417-0001@{moment}" for agency in (COMMUNE, DEPARTMENT)]
    run(world, ([*late, *now], late), first=3)
    assert learned(world, NIGHTS[3]) == {"H37.21": (38, 3, 3), "H37": (38, 4, 4), "": (38, 4, 4)}
    assert world.rows("select dossier_id, basis ->> 'learned_of' from recon.cause where to_night = 'infinity' order by 1") == [
        (f"{DEPARTMENT}-240417-0001", "H37"), (f"{COMMUNE}-240417-0001", "H37.21"),
    ]  # fmt: skip


def test_where_too_little_is_known_the_configured_lag_holds(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn, min_dossiers=3)
    run(world, (LATE, []), (LATE, []), (LATE, LATE), ([*LATE, f"{COMMUNE}-240417-0001@2024-04-17 15:00"], LATE))
    assert learned(world, NIGHTS[3]) == {}
    assert world.verdicts(NIGHTS[3]) == [(f"{COMMUNE}-240417-0001", "provincial_only", "gap")]


@pytest.mark.parametrize("missed", ["down", "in part", "both"])
def test_a_day_on_which_a_look_was_missed_says_nothing(tmp_path, warehouse_dsn, missed):
    """When the dossiers came in between, nobody saw; those that came at once are left out with them."""
    world = learning(tmp_path, warehouse_dsn)
    here = [*LATE, PUNCTUAL]
    run(world, (here, [PUNCTUAL]))
    if missed == "in part":
        world.land(NIGHTS[1], "national_export", table(PUNCTUAL), is_complete=False)
    if missed != "both":
        world.run(NIGHTS[1], igate=table(*here))
    run(world, (here, here), (here, here), first=2)
    assert {row[1] for row in counted(world)} == set()


def test_what_came_before_the_first_night_says_nothing(tmp_path, warehouse_dsn):
    """That night everything arrives at once."""
    world = learning(tmp_path, warehouse_dsn)
    old = [f"{COMMUNE}-240410-0001", f"{COMMUNE}-240414-0002"]
    run(world, *[([*old, PUNCTUAL], [*old, PUNCTUAL])] * 4)
    assert [(row[1], row[4]) for row in counted(world)] == [(NIGHTS[0], 1)]


def test_what_a_link_joined_later_was_never_missing(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn)
    code, other = f"{COMMUNE}-240415-0001", "G22.99-240415-00001"
    for night in NIGHTS[:3]:
        named = other if night == NIGHTS[2] else "-"
        world.run(
            night, igate=f"code | national\n{code} | {named}", national_export=f"code | agency\n{other} | {COMMUNE}"
        )
    assert [row[3] for row in (*counted(world), *counted(world, "national_only"))] == [0, 0]


def test_what_was_removed_or_withdrawn_says_nothing(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn)
    gone, removed = f"{COMMUNE}-240415-0001", f"{COMMUNE}-240415-0002"
    run(world, ([gone, removed], []), ([gone, removed], []))
    world.run(NIGHTS[2], igate=f"code | removed\n{removed} | yes", national_export="code")
    assert counted(world) == []


def test_nights_before_those_that_are_asked_for_are_forgotten(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn, nights=2)
    run(world, (LATE, []), (LATE, []), *[(LATE, LATE)] * 4)
    assert [learned(world, night).get(COMMUNE) for night in NIGHTS[2:]] == [None, (38, 2, 2), (38, 2, 2), None]


def test_what_was_watched_for_less_time_than_a_lag_may_be_says_nothing_of_it(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn)
    run(world, (LATE, []), (LATE, []), (LATE, LATE))
    longer = learning(tmp_path, warehouse_dsn, at_most={"value": 72, "unit": "hours"})
    run(longer, (LATE, LATE), first=3)
    assert learned(longer, NIGHTS[3]) == {}


# when to look again ---------------------------------------------------------------------------------------------------
def reviews(world: World, relation: str = "verdict") -> list[tuple[str, str | None]]:
    """(standing, next_review_on) of all that stands."""
    stands = f"from recon.{relation} where to_night = 'infinity' order by dossier_id"
    return world.rows(f"select standing, next_review_on::text {stands}")


@pytest.mark.parametrize(
    ("side", "moment", "gap_on"),
    [
        ("igate", "2024-04-15 15:00", NIGHTS[1]),
        ("igate", "2024-04-15 00:00", NIGHTS[1]),  # just 24 hours old at the end of the night of the 15th: that still counts
        ("igate", "2024-04-16 00:00", NIGHTS[2]),
        ("national_export", "2024-04-15 15:00", NIGHTS[1]),
        ("igate", "2024-04-16 00:10", NIGHTS[2]),  # after the moment at which the sides are compared
        ("licences", "2024-04-15 15:00", NIGHTS[1]),
    ],
)  # fmt: skip
def test_until_the_night_before_it_is_no_gap_and_on_that_night_it_is(tmp_path, warehouse_dsn, side, moment, gap_on):
    world = World(tmp_path, warehouse_dsn)
    shown = {"igate": "code", "national_export": "code", "licences": "code"}
    shown[side] = f"code | received\n{COMMUNE}-240415-0001 | {moment}"
    for night in NIGHTS[:3]:
        world.run(night, **shown)
        found = set(reviews(world))
        if night < gap_on:
            assert {standing for standing, _ in found} <= {"pending", "not_yet_observable"}
            assert {on for _, on in found} == {gap_on}
        else:
            assert found == {("gap", None)}


def test_a_change_is_reviewed_when_the_lag_is_past(tmp_path, warehouse_dsn):
    """Changed at midnight it is 24 hours old at the next one, which ends a lag of a change."""
    world = World(tmp_path, warehouse_dsn)
    codes = [f"{COMMUNE}-240410-000{number}" for number in range(3)]
    moments = ["2024-04-15 15:00", "2024-04-16 00:00", "2024-04-16 00:01"]
    here = "code | status | updated\n" + "\n".join(f"{c} | 9 | {m}" for c, m in zip(codes, moments, strict=True))
    there = "code | status\n" + "\n".join(f"{c} | 4" for c in codes)
    pending = [("pending", NIGHTS[1]), ("pending", NIGHTS[1]), ("pending", NIGHTS[2])]
    for night, expected in zip(NIGHTS, (pending, [("gap", None)] * 2 + pending[2:], [("gap", None)] * 3), strict=False):
        world.run(night, igate=here, national_export=there)
        assert reviews(world, "difference") == expected


def test_where_a_side_came_in_part_or_is_old_time_alone_changes_nothing(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    run(world, ([PUNCTUAL], [PUNCTUAL]))
    world.land(NIGHTS[1], "national_export", "code", is_complete=False)
    world.run(NIGHTS[1], igate=table(PUNCTUAL, f"{COMMUNE}-240410-0001"))
    assert reviews(world) == [("incomplete", None)]
    world.run(NIGHTS[2], igate=table(PUNCTUAL, f"{COMMUNE}-240410-0001"))
    assert reviews(world) == [("incomplete", None)]


def test_what_is_pending_only_because_a_side_is_old_is_reviewed_the_night_after(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    run(world, ([PUNCTUAL], [PUNCTUAL]))
    world.run(NIGHTS[1], igate=table(PUNCTUAL, received(COMMUNE, 1, "2024-04-15 15:00")))
    assert reviews(world) == [("pending", NIGHTS[2])]
    world.run(
        NIGHTS[2], igate=table(PUNCTUAL, received(COMMUNE, 1, "2024-04-15 15:00")), national_export=table(PUNCTUAL)
    )
    assert reviews(world) == [("gap", None)]


def test_a_learned_lag_moves_the_review(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn)
    run(world, (LATE, []), (LATE, []), (LATE, LATE))
    code = f"{COMMUNE}-240417-0001"
    now = f"{code}@2024-04-17 12:00"
    run(world, ([*LATE, now], LATE), first=3)
    assert reviews(world) == [("pending", NIGHTS[4])]  # 12:00 and 38 hours: 02:00 on the 19th
    run(world, ([*LATE, now], LATE), first=4)
    assert reviews(world) == [("gap", None)]
    assert world.rows("select night::text, next_review_on::text from mart.finding where dossier_id = %s order by 1",
                      [code]) == [(NIGHTS[3], NIGHTS[4]), (NIGHTS[4], None)]  # fmt: skip


# what stands of it -----------------------------------------------------------------------------------------------------
LEFT = ("core.%", "recon.%", "mart.%", "archive.%")
NOW = [f"{COMMUNE}-240417-0001@2024-04-17 10:00", f"{COMMUNE}-240417-0002@2024-04-17 09:59"]


def test_a_province_that_does_not_ask_for_it_is_judged_by_the_configured_lag_alone(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    run(world, (LATE, []), (LATE, []), (LATE, LATE), ([*LATE, *NOW], LATE))
    assert counted(world) == [] == world.rows("select * from recon.learned_lag")
    assert [standing for _, _, standing in world.verdicts(NIGHTS[3])] == ["gap", "gap"]
    assert world.rows("select distinct basis from recon.cause where cause = 'within_allowed_lag'") == [({},)]


def test_replayed_swept_or_run_again_a_night_learns_the_same(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn)
    run(world, (LATE, []), (LATE, []), (LATE, LATE), ([*LATE, *NOW], LATE), checks=True)
    assert [is_whole for (is_whole,) in world.rows("select is_whole from recon.whole_night order by night")] == [
        True, False, False, False,
    ]  # fmt: skip
    before = many.rows_of(warehouse_dsn, *LEFT)
    assert before["mart.learned_lag"]
    swept = world.sweep(NIGHTS[3])
    assert swept is not None
    assert swept.differences == 0
    world.run(NIGHTS[3], checks=True)
    assert many.differing(before, many.rows_of(warehouse_dsn, *LEFT)) == {}
    for first in (NIGHTS[0], NIGHTS[3]):
        assert not any(each.is_new for each in replay(world.site, dt.date.fromisoformat(first)))
        assert many.differing(before, many.rows_of(warehouse_dsn, *LEFT)) == {}


def test_what_a_sweep_finds_of_lags_is_told(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn)
    run(world, (LATE, []), (LATE, []), (LATE, LATE), (LATE, LATE))
    world.rows("update recon.learned_lag set allowed_lag = '47 hours' where night = %s", [NIGHTS[3]])
    swept = world.sweep(NIGHTS[3])
    assert swept is not None
    assert swept.differences > 0
    assert {relation for (relation,) in world.rows("select relation from recon.sweep_difference")} == {
        "recon.learned_lag"
    }


def test_a_revision_keeps_the_lags_that_it_rests_on(tmp_path, warehouse_dsn):
    world = learning(tmp_path, warehouse_dsn)
    run(world, (LATE, []), (LATE, []), (LATE, LATE), ([*LATE, *NOW], LATE), checks=True)
    stricter = learning(tmp_path, warehouse_dsn, at_most={"value": 30, "unit": "hours"})
    assert any(each.is_new for each in replay(stricter.site))
    assert world.rows(
        """select revision, is_standing, extract(epoch from allowed_lag)::int / 3600 from mart_history.learned_lag
        where night = %s and agency_id = %s and presence = 'provincial_only' order by 1""",
        [NIGHTS[3], COMMUNE],
    ) == [(1, False, 38), (2, True, 30)]
