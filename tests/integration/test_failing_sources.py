"""A source that is down, half there or late opens no gap and closes none, while the other side moves on."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.errors import SourceUnavailableError
from doisoat.nights import steps
from support.exports import COLUMNS, export_row, export_table, write_csv
from support.world import World, total

FIRST, *DOWN, BACK = (f"2024-04-{day}" for day in (17, 18, 19, 20, 21))
ALIKE, GONE, MOVED, DIFFERS, ONLY_HERE, ONLY_THERE, CAME_UP = (f"H37.21.01-24040{n}-000{n}" for n in range(1, 8))
#: The two sides on the first night; what is wrong then is wrong all along.
SIDE = {ALIKE: 4, GONE: 4, MOVED: 4}
PROVINCE = {**SIDE, DIFFERS: 4, ONLY_HERE: 4}
PORTAL = {**SIDE, DIFFERS: 9, ONLY_THERE: 4}
KIND = {"igate": "provincial_only", "national_export": "national_only"}


def table(rows: dict[str, int]) -> str:
    return "code | status\n" + "\n".join(f"{code} | {status}" for code, status in rows.items())


def moved_on(rows: dict[str, int]) -> dict[str, int]:
    """A later night: one dossier is gone, one has another status, and an old one has come up."""
    return {code: 10 if code == MOVED else status for code, status in rows.items() if code != GONE} | {CAME_UP: 4}


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    return World(tmp_path, warehouse_dsn)


def found(world: World, night: str) -> dict[str, tuple[str, str, str]]:
    """Dossier -> what is said of it, its standing, and since which night."""
    query = """
        select dossier_id, presence, standing, from_night::text from recon.verdict
        where pair = 'national_provincial' and presence <> 'matched' and from_night <= %(n)s and %(n)s < to_night
        union all
        select dossier_id, attribute, standing, from_night::text from recon.difference
        where pair = 'national_provincial' and from_night <= %(n)s and %(n)s < to_night"""
    return {dossier: (said, standing, since) for dossier, said, standing, since in world.rows(query, {"n": night})}


OPEN = {
    ONLY_HERE: ("provincial_only", "gap", FIRST),
    ONLY_THERE: ("national_only", "gap", FIRST),
    DIFFERS: ("status", "gap", FIRST),
}


@pytest.mark.parametrize("down", ["igate", "national_export"])
def test_three_nights_without_a_side_open_and_close_nothing(down: str, world: World) -> None:
    up = "national_export" if down == "igate" else "igate"
    now = {"igate": PROVINCE, "national_export": PORTAL}
    world.run(FIRST, **{name: table(rows) for name, rows in now.items()})
    assert found(world, FIRST) == OPEN
    now[up] = moved_on(now[up])
    since = DOWN[0]
    for night in DOWN:
        world.run(night, **{up: table(now[up])})
        assert found(world, night) == {
            **OPEN,
            GONE: (KIND[down], "not_yet_observable", since),
            CAME_UP: (KIND[up], "not_yet_observable", since),
            MOVED: ("status", "not_yet_observable", since),
        }
    query = "select state, reason, snapshot_night::text from ops.pull where source_id = %s and night > %s"
    assert world.rows(query, [down, FIRST]) == [("stale", "not_collected", FIRST)] * len(DOWN)
    world.run(BACK, **{name: table(rows) for name, rows in now.items()})
    assert found(world, BACK) == {
        **OPEN,
        GONE: (KIND[down], "gap", BACK),
        CAME_UP: (KIND[up], "gap", BACK),
        MOVED: ("status", "gap", BACK),
    }


@pytest.mark.parametrize("down", ["igate", "national_export"])
def test_what_the_other_side_mends_meanwhile_is_closed(down: str, world: World) -> None:
    world.run(FIRST, igate=table(PROVINCE), national_export=table(PORTAL))
    up, mended = ("national_export", PROVINCE) if down == "igate" else ("igate", PORTAL)
    world.run(DOWN[0], **{up: table(mended)})
    assert found(world, DOWN[0]) == {}


@pytest.mark.parametrize("half", ["igate", "national_export"])
def test_a_pull_in_part_opens_and_closes_nothing(half: str, world: World) -> None:
    up = "national_export" if half == "igate" else "igate"
    now = {"igate": PROVINCE, "national_export": PORTAL}
    late = "H37.21.01-240417-0009"  # within the allowed lag on the first night, older than it on the second
    now[up] = {**now[up], late: 4}
    world.run(FIRST, **{name: table(rows) for name, rows in now.items()})
    now[up] = moved_on(now[up])
    for night in DOWN[:2]:
        world.land(night, half, table({ALIKE: 4}), is_complete=False)
        world.run(night, **{up: table(now[up])})
        said = found(world, night)
        assert {dossier: said[dossier] for dossier in OPEN} == OPEN
        assert {standing for dossier, (_, standing, _) in said.items() if dossier not in OPEN} <= {
            "incomplete", "not_yet_observable", "pending"}  # fmt: skip
        assert said[late][:2] == (KIND[up], "incomplete")
    world.run(DOWN[2], **{name: table(rows) for name, rows in now.items()})
    said = found(world, DOWN[2])
    assert {dossier: said[dossier] for dossier in OPEN} == OPEN
    assert {standing for _, standing, _ in said.values()} == {"gap"}
    assert set(said) == {*OPEN, GONE, CAME_UP, MOVED, late}


def test_a_dossier_that_the_half_there_pull_does_show_is_there(world: World) -> None:
    world.run(FIRST, igate=table(PROVINCE), national_export=table(PORTAL))
    world.land(DOWN[0], "national_export", table({ONLY_HERE: 4, DIFFERS: 4}), is_complete=False)
    world.run(DOWN[0], igate=table(PROVINCE))
    assert found(world, DOWN[0]) == {ONLY_THERE: OPEN[ONLY_THERE]}


@pytest.mark.parametrize("mode", ["full", "incremental"])
def test_a_row_that_cannot_be_read_tonight_is_still_there(mode: str, world: World) -> None:
    """Its old version stands, whether it came in a listing or among the changes; and nothing is missing from the count."""
    world.run(FIRST, igate=table(PROVINCE), national_export=table(PORTAL))
    rest = {code: status for code, status in PROVINCE.items() if code != ALIKE} if mode == "full" else {MOVED: 4}
    declared = [total(len(PROVINCE)), total(len(PROVINCE), "dossiers_not_removed")]
    world.land(DOWN[0], "igate", table(rest), mode=mode, unreadable=[f"id-{ALIKE}"], totals=declared)
    world.run(DOWN[0], national_export=table(PORTAL))
    assert found(world, DOWN[0]) == OPEN
    check = (files("doisoat.quality") / "sql" / "held_equals_declared.sql").read_text(encoding="utf-8")
    [(unexpected, of)] = world.rows(check, {"night": DOWN[0]})
    assert (unexpected, of) == (0, 3)


@pytest.mark.parametrize("failing", ["licences", "igate", "national_export"])
@pytest.mark.parametrize("is_down", [True, False])
def test_a_ministrys_dossiers_are_judged_by_what_the_failing_side_could_show(
    failing: str, is_down: bool, world: World
) -> None:
    missing, common = "H37.21.02-240401-0001", "H37.21.02-240402-0002"
    sides = {
        "igate": {ALIKE: 4, common: 4},
        "national_export": {ALIKE: 4, common: 4},
        "licences": {missing: 4, common: 4},
    }
    world.run(FIRST, **{name: table(rows) for name, rows in sides.items()})
    query = """select pair, dossier_id, presence, standing, from_night::text from recon.verdict
        where pair <> 'national_provincial' and from_night <= %(n)s and %(n)s < to_night and presence <> 'matched'"""
    gaps = {(pair, missing, "ministry_only", "gap", FIRST) for pair in ("ministry_provincial", "ministry_national")}
    assert set(world.rows(query, {"n": FIRST})) == gaps
    for name, rows in sides.items():
        if name != failing:
            world.land(DOWN[0], name, table(rows if name == "licences" else {ALIKE: 4}))
        elif not is_down:
            world.land(DOWN[0], name, table({missing: 4} if name == "licences" else {ALIKE: 4}), is_complete=False)
    if failing != "licences":  # the ministry's system has an old dossier more
        world.land(DOWN[1], "licences", table({missing: 4, common: 4, CAME_UP: 4}))
    else:  # of a night on which nobody answers there would be nothing to judge
        world.land(DOWN[1], "igate", table({ALIKE: 4}))
    for night in DOWN[:2]:
        world.run(night)
        assert gaps <= set(world.rows(query, {"n": night}))
        opened = set(world.rows(query, {"n": night})) - gaps
        beside = {"igate": "ministry_provincial", "national_export": "ministry_national"}.get(failing)
        wrong = {row for row in opened if row[3] == "gap" and (beside is None or row[0] == beside)}
        assert wrong == set(), night


def test_a_file_that_comes_late_makes_the_same_night_whole(tmp_path: Path, warehouse_dsn: str) -> None:
    """Nothing waits in the inbox at 01:00; the file is put there in the morning, and the night is run again."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    options = {"columns": COLUMNS, "settle_seconds": 0}
    connection = Connection(connection_id="national_export", extra={"path": str(inbox)})
    world = World(
        tmp_path,
        warehouse_dsn,
        sources={"national_export": {"options": options}},
        connections={"national_export": connection},
    )
    night = dt.date.fromisoformat(DOWN[0])
    world.run(FIRST, igate=table(PROVINCE), national_export=table(PORTAL))
    before = found(world, FIRST)
    world.land(night, "igate", table(PROVINCE))
    steps.open_night(world.site, night, run_id="test")
    for _ in range(2):
        with pytest.raises(SourceUnavailableError):
            steps.collect_source(world.site, night, "national_export", run_id="test")
    world.run(night)
    assert found(world, DOWN[0]) == before
    state = "select state, reason, reason_detail from ops.pull where night = %s and source_id = 'national_export'"
    [(stale, reason, detail)] = world.rows(state, [night])
    assert (stale, reason) == ("stale", "failed")
    assert detail.startswith("SourceUnavailableError: ")
    assert world.rows("select tries from ops.pull_failure") == [(2,)]
    made = dt.datetime.fromisoformat("2024-04-19T07:30:00+07:00")
    write_csv(inbox / "late.csv", export_table([export_row(1)]), at=made)
    steps.open_night(world.site, night, run_id="test")
    steps.collect_source(world.site, night, "national_export", run_id="test")
    world.run(night)
    assert world.rows(state, [night]) == [("fresh", None, None)]
    assert world.rows("select * from ops.pull_failure") == []
    published: list[tuple[Any, ...]] = world.rows(
        "select revision, withdrawn_at is null from ops.publication where night = %s order by 1", [night]
    )
    assert published == [(1, False), (2, True)]
