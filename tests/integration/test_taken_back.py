"""A night that was opened by mistake is taken back, and so is a landing of which nothing can be loaded; by a named decision."""

from __future__ import annotations

import datetime as dt
import getpass
from pathlib import Path

import pytest
from doisoat.collect.landing import is_sealed, landing_directory
from doisoat.errors import DecisionRefusedError, NightBusyError, NightNotCollectedError, NightOrderError
from doisoat.nights import steps
from doisoat.nights.replay import replay
from doisoat.nights.taking_back import take_back_landing, take_back_night
from doisoat.warehouse import order
from support.commands import doisoat
from support.world import World

FIRST, SECOND, THIRD, WRONG = (dt.date(2024, 4, day) for day in (16, 17, 18, 30))
A = "H37.21.01-240401-0001"
TABLE = f"code\n{A}"
WHY = "the year was mistyped"
#: An offset that Python reads and PostgreSQL does not: what no decoder lets through, sealed all the same.
UNLOADABLE = "code | received_at\nH37.21.01-240401-0009 | 2024-04-01T08:00:00+23:00"


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    world = World(tmp_path, warehouse_dsn)
    world.run(FIRST, igate=TABLE, national_export=TABLE)
    return world


def nights(world: World) -> list[tuple[str, str]]:
    return world.rows("select night::text, state from ops.night order by night")


def taken(world: World) -> list[tuple[object, ...]]:
    return world.rows("select night, source_id, taken_by, reason from ops.taken_back")


def test_a_night_opened_by_mistake_stops_no_other_one(world: World) -> None:
    steps.open_night(world.site, WRONG, run_id="mistake")
    assert len(nights(world)) == 15
    for says in (f"`doisoat take-back --night {WRONG}", f"Nothing of night {WRONG} is loaded"):
        with pytest.raises(NightNotCollectedError, match=says):
            steps.open_night(world.site, SECOND, run_id="right")
    done = doisoat(world, "take-back", "--night", str(WRONG), WHY)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"taken back: night {WRONG}; no longer missed: {SECOND} to 2024-04-29" in done.stdout
    assert nights(world) == [(str(FIRST), "published")]
    assert taken(world) == [(WRONG, None, getpass.getuser(), WHY)]
    world.run(SECOND, igate=TABLE, national_export=TABLE)
    assert nights(world) == [(str(FIRST), "published"), (str(SECOND), "published")]
    with pytest.raises(NightOrderError, match="not opened"):  # the mistaken run's tasks stop
        steps.load_night(world.site, WRONG, run_id="mistake")


def test_a_sealed_night_that_a_mistaken_one_passed_over_is_named_too(world: World) -> None:
    steps.open_night(world.site, WRONG, run_id="mistake")
    world.land(SECOND, "igate", TABLE)
    with pytest.raises(NightOrderError, match=f"`doisoat take-back --night {WRONG}"):
        steps.open_night(world.site, SECOND, run_id="right")
    take_back_night(world.site, WRONG, who="me", reason=WHY)
    steps.open_night(world.site, SECOND, run_id="right")
    assert steps.load_night(world.site, SECOND, run_id="right")["igate"]["received"] == 1


def test_only_the_latest_night_without_data_is_taken_back(world: World) -> None:
    with pytest.raises(DecisionRefusedError, match="data of it are loaded"):
        take_back_night(world.site, FIRST, who="me", reason=WHY)
    with pytest.raises(NightOrderError, match="not opened"):
        take_back_night(world.site, SECOND, who="me", reason=WHY)
    world.run(THIRD, igate=TABLE, national_export=TABLE)
    for night in (FIRST, SECOND):
        with pytest.raises(NightOrderError, match="no other night's way"):
            take_back_night(world.site, night, who="me", reason=WHY)
    with pytest.raises(NightNotCollectedError) as refused:  # it stays passed over: the later night is a true one
        steps.open_night(world.site, SECOND, run_id="late")
    assert "take-back" not in str(refused.value)
    assert taken(world) == []


def test_a_night_at_work_is_not_taken_back_nor_with_a_persons_number(world: World) -> None:
    steps.open_night(world.site, SECOND, run_id="run")
    with order.at_work(world.dsn, SECOND, "run"), pytest.raises(NightBusyError, match="one of its tasks is running"):
        take_back_night(world.site, SECOND, who="me", reason=WHY)
    with pytest.raises(DecisionRefusedError, match="without anybody's"):
        take_back_night(world.site, SECOND, who="me", reason="0912345678 told me to")
    assert nights(world)[-1] == (str(SECOND), "open")


def test_a_landing_that_cannot_be_loaded_stops_no_other_source(world: World) -> None:
    """For ever, because the seal stands; until it is taken back by name, and the source is asked again."""
    world.land(SECOND, "igate", UNLOADABLE)
    world.run(SECOND, national_export=TABLE)
    said = "select state, reason, reason_detail, snapshot_night from ops.pull where night = %s order by source_id"
    [igate, _, portal] = world.rows(said, [SECOND])[0:3]
    assert igate == ("stale", "not_loadable", "InvalidTimeZoneDisplacementValue in line 2, column received_at", FIRST)
    assert portal[0] == "fresh"
    assert world.verdicts(SECOND) == world.entries(SECOND) == []
    page = doisoat(world, "summary", "--night", str(SECOND))
    assert page.returncode == 2
    assert (
        f"do: report it with this line; a later release may load it. To ask the source again in its place: doisoat take-back "
        f'--source igate --night {SECOND} "why"' in page.stdout
    )
    assert "+23:00" not in page.stdout
    done = doisoat(world, "take-back", "--source", "igate", "--night", str(SECOND), WHY)
    assert (done.returncode, done.stderr) == (0, "")
    place = landing_directory(world.site.landing_root, "lang_son", SECOND, "igate")
    assert not is_sealed(place)
    assert [is_sealed(kept) for kept in place.parent.glob(".igate.*.taken_back")] == [True]
    assert taken(world) == [(SECOND, "igate", getpass.getuser(), WHY)]
    world.run(SECOND, igate=TABLE)
    assert world.rows(said, [SECOND])[0] == ("fresh", None, None, SECOND)
    with pytest.raises(DecisionRefusedError, match="is loaded"):
        take_back_landing(world.site, SECOND, "igate", who="me", reason=WHY)


def test_a_night_with_a_landing_that_cannot_be_loaded_is_rerun_and_replayed_alike(world: World) -> None:
    world.land(SECOND, "igate", UNLOADABLE)
    world.run(SECOND, national_export=TABLE)
    said = "select night, source_id, state, reason, snapshot_night from ops.pull order by 1, 2"
    before = world.rows(said)
    world.run(THIRD, igate=TABLE, national_export=TABLE)
    steps.open_night(world.site, SECOND, run_id="again")  # later nights build on it: it is left as it is
    assert steps.load_night(world.site, SECOND, run_id="again") == {}
    held = "select source_id, record_id, from_night, to_night from core.dossier_record order by 1, 2, 3"
    records = world.rows(held)
    assert [done.night for done in replay(world.site)] == [FIRST, SECOND, THIRD]
    assert world.rows(said)[: len(before)] == before
    assert world.rows(held) == records


def test_a_night_of_which_no_landing_can_be_loaded_is_missed(world: World) -> None:
    world.land(SECOND, "igate", UNLOADABLE)
    steps.open_night(world.site, SECOND, run_id="run")
    with pytest.raises(NightNotCollectedError, match="that could be loaded"):
        steps.load_night(world.site, SECOND, run_id="run")
    assert nights(world)[-1] == (str(SECOND), "missed")
