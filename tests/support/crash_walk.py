"""A night that is killed at any stage and run again leaves what an undisturbed night leaves, row for row.

`Walk` makes one night and keeps how everything stood before each of its stages; each function below kills a step in the middle
and holds what a second run of the night leaves against the undisturbed one. tests/integration/test_crash.py kills at three
stages, tests/campaign/test_crash.py at all of them.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import requests
from doisoat.nights import steps
from doisoat.warehouse import migrate, order, writing
from standalone import postgres

from support import crashes
from support.province import DROPPED, NIGHTS, Province
from support.quick_folder import quick_folder
from support.sandboxes import Served, StandingClock, serve

FIRST, NIGHT = NIGHTS[:2]


@dataclass(frozen=True)
class Stage:
    """A step of the night and where in it the process is held.

    Attributes:
        table: held before it writes this table (mode share) or reads it (access exclusive); empty: while it asks `system`.
    """

    name: str
    step: str
    more: dict[str, Any] = field(default_factory=dict)
    table: str = ""
    mode: str = "share"
    system: str = ""
    after: int = 0


STAGES = (
    Stage("open", "open_night", table="ops.night"),
    Stage("collect", "collect_source", {"source_id": "igate"}, system="igate", after=3),
    Stage("load", "load_night", table="ops.pull"),
    Stage("check_inputs", "check_night", {"stage": "inputs"}, table="ops.check_result"),
    Stage("look_up", "look_up_source", {"source_id": "national_adapter"}, system="national_adapter", after=2),
    Stage("load_look_ups", "look_up_source", {"source_id": "national_adapter"}, table="ops.look_up_pull"),
    Stage("reconcile", "reconcile_night", table="recon.ministry_cell"),
    Stage("check_results", "check_night", {"stage": "results"}, table="recon.verdict", mode="access exclusive"),
    Stage("publish", "publish_night", table="ops.publication"),
)
BEFORE = {"load_look_ups": "look_up"}  # begins where that one begins


class Walk:
    """One PostgreSQL, one world, and how everything stood before each stage of an undisturbed night."""

    def __init__(self, home: Path, served: Served) -> None:
        self.home, self.served = home, served
        self._begin()
        self.night = Province(served, home / "undisturbed", self.database("warehouse"))
        migrate(self.night.dsn)
        self.served.move_to(served.world.cut_offs[0])
        self._before_collecting(self.night, FIRST)
        for source_id in self.night.site.settings.pulled:
            steps.collect_source(self.night.site, FIRST, source_id)
        steps.load_night(self.night.site, FIRST)
        steps.reconcile_night(
            self.night.site, FIRST
        )  # without look-ups: there is something to ask for in the next night
        with writing(self.night.dsn) as connection:
            order.publish(connection, FIRST, "test")
        self.served.move_to(served.world.cut_offs[1])
        run_night(self.night, self._keep)
        self.truth = crashes.everything(self.night.dsn)
        self.sealed = crashes.sealed_content(self.night.site.landing_root)

    def _begin(self) -> None:
        self.server = postgres.start(self.home / "server", crashes.CRASH_SETTINGS)

    def database(self, name: str) -> str:
        return postgres.ensure_database(self.server, name, may_create_roles=True)

    def admin(self, statement: str) -> None:
        with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
            connection.execute(statement)

    def _before_collecting(self, province: Province, night: Any) -> None:
        province.open(night)
        self._drop(province, night)

    def _drop(self, province: Province, night: Any) -> None:
        inbox, shelf = province.home / "inbox", province.home / "shelf"
        for kind in DROPPED:  # each clears the inbox before
            province.drop(kind, night)
            shutil.copytree(inbox, shelf, dirs_exist_ok=True)
        shutil.copytree(shelf, inbox, dirs_exist_ok=True)
        shutil.rmtree(shelf)

    def _keep(self, stage: str) -> None:
        """Keep the database and the home as they are before this stage."""
        if stage == "open":
            self._drop(self.night, NIGHT)
        self.admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'warehouse'")  # GX's, pooled
        self.admin(f"create database before_{stage} template warehouse strategy file_copy")
        shutil.copytree(self.night.home, self.home / f"before_{stage}")

    def at(self, stage: str) -> Province:
        """A home and a warehouse of one's own, as they were before the stage."""
        stage, home = BEFORE.get(stage, stage), self.home / "disturbed"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.home / f"before_{stage}", home)
        self.admin("drop database if exists disturbed with (force)")
        # With a checkpoint behind it: PostgreSQL cannot redo the making of a database that holds unlogged tables.
        self.admin(f"create database disturbed template before_{stage} owner warehouse strategy file_copy")
        return Province(self.served, home, self.server.dsn("disturbed", "warehouse"))

    def kill_postgres_and_restart(self) -> None:
        crashes.kill_server(self.home / "server")
        self._begin()

    def check(self, province: Province) -> None:
        """What the undisturbed night left."""
        assert crashes.differing(crashes.everything(province.dsn), self.truth) == {}
        assert crashes.sealed_content(province.site.landing_root) == self.sealed
        assert [path for path in (province.home / "inbox").rglob("*") if path.is_file()] == []


def run_night(province: Province, before: Any = lambda stage: None) -> None:
    """Every step of the night, from the first, whatever was done of it before."""
    site = province.site
    before("open")
    steps.open_night(site, NIGHT, run_id="again")
    before("collect")
    for source_id in site.settings.pulled:
        steps.collect_source(site, NIGHT, source_id, run_id="again")
    before("load")
    steps.load_night(site, NIGHT, run_id="again")
    before("check_inputs")
    steps.check_night(site, NIGHT, stage="inputs", run_id="again")
    before("look_up")
    for source_id in site.settings.asked:
        steps.look_up_source(site, NIGHT, source_id, run_id="again")
    before("reconcile")
    steps.reconcile_night(site, NIGHT, run_id="again")
    before("check_results")
    steps.check_night(site, NIGHT, stage="results", run_id="again")
    before("publish")
    steps.publish_night(site, NIGHT, run_id="again")


@contextmanager
def walking() -> Iterator[Walk]:
    """A walk in a home of its own, until the block ends."""
    home = Path(tempfile.mkdtemp(prefix="doisoat-crash-", dir=quick_folder()))
    try:
        with serve(dossiers=120, clock=StandingClock) as served:
            yield Walk(home, served)
    finally:
        postgres.stop(home / "server")
        shutil.rmtree(home, ignore_errors=True)


def start(province: Province, stage: Stage, dies_at: str = "") -> Any:
    """A process that does the step, with the run that opened the night."""
    if stage.step != "open_night":
        with psycopg.connect(province.dsn) as connection:
            connection.execute("set synchronous_commit = on")  # a server that is killed at once loses no part of this
            connection.execute("update ops.night set run_id = 'crashing' where night = %s", [NIGHT])
    process = crashes.workers().Process(
        target=crashes.work, args=(province.environment(), stage.step, NIGHT, dies_at), kwargs=stage.more
    )
    process.start()
    return process


def disturb(walk: Walk, province: Province, stage: Stage, kill: Any, *, seconds: float) -> Any:
    """Start the step, wait until it is in the middle, kill; returns the process."""
    if stage.table:
        with crashes.locked(province.dsn, stage.table, stage.mode) as is_held:
            process = start(province, stage)
            crashes.wait_until(is_held, process)
            kill(process)
            return process
    faults = f"{walk.served.url}/control/faults"
    requests.delete(faults, timeout=30)
    walk.served.spoil(stage.system, "latency", seconds=seconds, after=stage.after)
    process = start(province, stage)
    crashes.wait_until(lambda: requests.get(faults, timeout=30).json() == [], process)  # it is being answered now
    kill(process)
    return process


def kill_the_process(walk: Walk, stage: Stage) -> None:
    """The process of the step dies."""
    province = walk.at(stage.name)
    process = disturb(walk, province, stage, lambda process: process.kill(), seconds=600)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    run_night(province)
    walk.check(province)


def kill_postgresql(walk: Walk, stage: Stage) -> None:
    """All of PostgreSQL dies, and starts again."""
    province = walk.at(stage.name)
    process = disturb(walk, province, stage, lambda process: walk.kill_postgres_and_restart(), seconds=3)
    process.join()
    # it may not have needed the warehouse while it was away: a server that starts again keeps its port
    is_asking = stage.step == "collect_source" or stage.name == "look_up"
    assert process.exitcode in ((0, crashes.UNAVAILABLE) if is_asking else (crashes.UNAVAILABLE,))
    province.dsn = walk.server.dsn("disturbed", "warehouse")
    run_night(province)
    walk.check(province)


def kill_between_the_seal_and_the_end_of_the_file(walk: Walk, event: str) -> None:
    """Before the landing gets its name, and before the original, which holds personal data, is deleted."""
    province = walk.at("collect")
    process = start(province, Stage("collect", "collect_source", {"source_id": "judicial_record"}), event)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert list((province.home / "inbox" / "judicial_record").iterdir()) != []
    assert ("judicial_record" in province.sealed(NIGHT)) == (event == "os.remove")
    run_night(province)
    walk.check(province)


def kill_postgresql_after_publishing(walk: Walk) -> None:
    """Whatever the server's own synchronous_commit says (here: off), a step that ended well has happened."""
    province = walk.at("publish")
    steps.publish_night(province.site, NIGHT, run_id="again")
    walk.kill_postgres_and_restart()
    province.dsn = walk.server.dsn("disturbed", "warehouse")
    walk.check(province)
