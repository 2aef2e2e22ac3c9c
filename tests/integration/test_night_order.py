"""Nights are written one after the other, whoever starts them and in which order: none is lost, and what is missed is said."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from doisoat.collect.landing import open_landing
from doisoat.errors import NightBusyError, NightNotCollectedError, NightOrderError, NightTakenOverError
from doisoat.nights import steps
from doisoat.reports.summary import FAILED, STALE, summary
from doisoat.warehouse import connect, order, writing
from rich.console import Console
from support.crashes import differing, everything
from support.world import World

NIGHTS = [dt.date(2024, 4, day) for day in range(11, 21)]
A, B, C = (f"H37.21.01-24040{n}-000{n}" for n in (1, 2, 3))


def sealed_nights(world: World) -> None:
    """Ten nights, each of which changes something on both sides."""
    for n, night in enumerate(NIGHTS):
        mine = f"H37.21.01-2404{n + 10}-00{n + 10}"
        world.land(night, "igate", f"code | status\n{A} | {1 + n % 9}\n{mine} | 2\n{B} | 4")
        world.land(night, "national_export", f"code | status\n{A} | 4\n{C if n % 2 else B} | {2 + n % 3}")


def whole_night(world: World, night: dt.date, run_id: str) -> str:
    """A run of a night as Airflow runs it: waits for its turn, stops where another run takes over."""
    while True:
        try:
            steps.open_night(world.site, night, run_id=run_id)
            break
        except NightBusyError:
            time.sleep(0.05)
    try:
        steps.load_night(world.site, night, run_id=run_id)
        steps.reconcile_night(world.site, night, run_id=run_id)
        with writing(world.dsn) as connection:
            order.hold(connection, night, run_id)
            order.publish(connection, night, run_id)
    except NightTakenOverError:
        return "taken over"
    return "published"


def state(world: World, night: dt.date) -> str:
    return str(world.rows("select state from ops.night where night = %s", [night])[0][0])


def test_ten_nights_all_at_once_and_one_of_them_twice_are_ten_nights_in_order(
    tmp_path: Path, warehouse_dsn: str, other_warehouse_dsn: str
) -> None:
    truth, world = World(tmp_path / "one", other_warehouse_dsn), World(tmp_path / "two", warehouse_dsn)
    sealed_nights(truth)
    shutil.copytree(truth.site.landing_root, world.site.landing_root)
    for night in NIGHTS:
        assert whole_night(truth, night, "one after the other") == "published"
    backwards = [*reversed(NIGHTS), NIGHTS[4], NIGHTS[9]]
    with ThreadPoolExecutor(len(backwards)) as pool:
        ends = list(pool.map(lambda at: whole_night(world, backwards[at], f"run {at}"), range(len(backwards))))
    assert {night for night, end in zip(backwards, ends, strict=True) if end == "published"} == set(NIGHTS)
    assert differing(everything(warehouse_dsn), everything(other_warehouse_dsn)) == {}
    assert world.rows("select count(*) from mart.night") == [(10,)]


def test_a_sealed_night_is_waited_for_and_never_passed_over(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    first, second, third, *_ = NIGHTS
    world.land(second, "igate", f"code\n{A}")
    with pytest.raises(NightBusyError, match=f"night {second} is sealed .* comes first"):
        steps.open_night(world.site, third, run_id="third")
    assert world.rows("select night from ops.night") == []
    steps.open_night(world.site, first, run_id="first")  # an earlier one need not wait


def test_a_sealed_night_that_came_too_late_says_so(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    first, second, third, *_ = NIGHTS
    for night in (first, third):
        world.run(night, igate=f"code\n{A}", national_export=f"code\n{A}")
    world.land(second, "igate", f"code\n{A}")  # put back from a backup
    with pytest.raises(NightOrderError, match=r"history cannot be rewritten.*replay all nights"):
        steps.open_night(world.site, second, run_id="again")


@pytest.mark.parametrize("is_dead", [False, True])
def test_a_night_at_work_is_waited_for_however_long_it_takes(tmp_path: Path, warehouse_dsn: str, is_dead: bool) -> None:
    world = World(tmp_path, warehouse_dsn)
    first, second, *_ = NIGHTS
    steps.open_night(world.site, first, run_id="first")
    with order.at_work(warehouse_dsn, first, "first") as connection:
        world.rows("update ops.night set touched_at = now() - interval '5 hours' returning 1")
        with pytest.raises(NightBusyError, match="is running"):
            steps.open_night(world.site, second, run_id="second")
        if is_dead:
            connection.close()
    steps.open_night(world.site, second, run_id="second")
    assert (state(world, first), state(world, second)) == ("missed", "open")
    with pytest.raises(NightNotCollectedError, match="Skip it"):
        steps.open_night(world.site, first, run_id="first again")


def test_a_night_of_which_nothing_was_collected_is_no_night(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    first, second, third, *_ = NIGHTS
    world.run(first, igate=f"code\n{A}", national_export=f"code\n{B}")
    before = everything(warehouse_dsn)["recon.verdict"]
    steps.open_night(world.site, second, run_id="backfill")
    for _ in range(2):  # clearing the failed task does not help
        with pytest.raises(NightNotCollectedError, match="collect_late"):
            steps.load_night(world.site, second, run_id="backfill")
        assert state(world, second) == "missed"
    assert everything(warehouse_dsn)["recon.verdict"] == before
    assert world.rows("select night from mart.night where is_latest") == [(first,)]
    world.run(third, igate=f"code\n{A}\n{B}", national_export=f"code\n{B}")
    with pytest.raises(NightNotCollectedError, match="Skip it"):
        steps.open_night(world.site, second, run_id="backfill", collect_late=True)
    console = Console(record=True, width=320)
    with connect(warehouse_dsn) as connection:
        assert summary(world.site, connection, third, console) == STALE
        assert summary(world.site, connection, second, console) == FAILED
    assert f"{second}: missed" in console.export_text()


def test_a_missed_night_is_a_night_once_it_is_collected_after_all(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    first, second, *_ = NIGHTS
    steps.open_night(world.site, first, run_id="run")
    with pytest.raises(NightNotCollectedError):
        steps.load_night(world.site, first, run_id="run")
    world.land(first, "igate", f"code\n{A}")  # the source is up again; its task and those after it are cleared
    assert steps.load_night(world.site, first, run_id="run")["igate"]["inserted"] == 1
    assert state(world, first) == "loaded"
    with pytest.raises(NightBusyError, match="still loaded"):
        steps.open_night(world.site, second, run_id="next")


def test_what_comes_now_and_then_is_no_night_but_is_not_lost(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn, sources={"licences": {"expected_every_days": 30}})
    first, second, *_ = NIGHTS
    world.land(first, "licences", f"code\n{C}")
    steps.open_night(world.site, first, run_id="run")
    with pytest.raises(NightNotCollectedError):
        steps.load_night(world.site, first, run_id="run")
    world.run(second, igate=f"code\n{A}", national_export=f"code\n{A}")
    assert (state(world, first), state(world, second)) == ("missed", "published")
    assert world.rows("select dossier_code from core.dossier_record where source_id = 'licences'") == [(C,)]
    assert open_landing(world.site.landing_root, "lang_son", first, "licences").certificate.received == 1
