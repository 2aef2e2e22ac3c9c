"""Airflow's own scheduler and LocalExecutor are killed in the middle of a night; ten nights are backfilled beside another.

One home is used by all tests, in the order of the file: the nights of a later test follow those of an earlier one. Every
night is sealed beforehand, so no source is asked; its collecting is killed in test_crash.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from doisoat.warehouse import migrate
from standalone import postgres
from standalone.airflow import PROJECT
from standalone.laptop import Laptop
from standalone.nights import DAG_ID
from support import crashes
from support.airflow_home import ENDED, AtWork
from support.exports import COLUMNS
from support.make import inherited
from support.world import World

APRIL = [dt.date(2024, 4, day) for day in range(1, 31)]
SCHEDULER_KILLED, WORKER_KILLED = APRIL[10], APRIL[11]
BACKFILLED, BESIDE, NEVER_COLLECTED = APRIL[12:22], APRIL[22], APRIL[23]
#: In which order a night comes to these tables, each of which no earlier stage writes: where it is held.
STAGES = ["ops.night", "ops.pull", "ops.check_result", "recon.verdict", "ops.check_result", "ops.publication"]
#: How soon Airflow misses a process: its defaults are minutes.
ATTENTIVE = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "12",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
}
pytestmark = pytest.mark.timeout(1500)


def small_world(directory: Path, dsn: str) -> World:
    """Two sources are enough: what is killed is Airflow."""
    off = {"enabled": False}
    export = {"options": {"columns": COLUMNS}}
    sources = {"licences": off, "national_statistics": off, "national_export": export}
    return World(directory, dsn, sources=sources)


def seal_nights(world: World) -> None:
    for n, night in enumerate([SCHEDULER_KILLED, WORKER_KILLED, *BACKFILLED, BESIDE], 11):
        codes = [f"H37.21.01-2404{day:02d}-00{day:02d}" for day in range(1, n)]
        world.land(night, "igate", "code | status\n" + "\n".join(f"{code} | {1 + n % 9}" for code in codes[1:]))
        world.land(night, "national_export", "code | status\n" + "\n".join(f"{code} | 4" for code in codes[:-2]))


class Crashing(AtWork):
    """Airflow at work on one warehouse, and a second one for what the same landings give without it."""

    undisturbed: World

    def check(self, *nights: dt.date) -> None:
        """The warehouse holds what these nights leave undisturbed, one after the other, in a warehouse of their own."""
        for night in nights:
            self.undisturbed.run(night)
        one, other = (crashes.everything(dsn) for dsn in (self.dsn, self.undisturbed.dsn))
        one["ops.check_result"] = other["ops.check_result"] = []  # asked only here: it takes the longest
        assert crashes.differing(one, other) == {}

    def finish(self) -> None:
        """Wait until no run is left unfinished, and Airflow knows it."""
        crashes.wait_until(lambda: all(run["state"] in ENDED for run in self.runs()))
        asked = {"dag_id": DAG_ID, "limit": 100}
        crashes.wait_until(
            lambda: all(b["completed_at"] for b in self.api("GET", "/backfills", params=asked)["backfills"])
        )


def start(path: Path) -> Crashing:
    """A home at work whose nights are sealed, and whose sources are down."""
    landings = small_world(path / "province", "")
    seal_nights(landings)
    inbox = path / "inbox"
    inbox.mkdir()
    environment = inherited() | ATTENTIVE | {
        "DOISOAT_RETRY_SECONDS": "1",
        "DOISOAT_LANDING": str(landings.site.landing_root),
        "AIRFLOW_CONN_IGATE": f"http://id:secret@127.0.0.1:{postgres.free_port()}/?token_path=/token",  # down
        "AIRFLOW_CONN_NATIONAL_EXPORT": f'{{"conn_type": "fs", "extra": {{"path": "{inbox}"}}}}',
    }  # fmt: skip
    laptop = Laptop(path, landings.site.settings.path, environment)
    try:
        services = ("api-server", "dag-processor", "scheduler")
        airflow = laptop.start(port=postgres.free_port(), is_scheduling=False, services=services)
        server = postgres.start(path)
        with psycopg.connect(server.dsn("airflow"), autocommit=True) as connection:  # else two minutes
            connection.execute("alter database airflow set idle_in_transaction_session_timeout = '10s'")
        made = Crashing(laptop, airflow, server, airflow.environment(laptop.environment, is_scheduling=False))
        made.restart()
        dsn = postgres.ensure_database(server, "undisturbed")
        migrate(dsn)
        made.undisturbed = small_world(path / "undisturbed", dsn)
        shutil.copytree(landings.site.landing_root, made.undisturbed.site.landing_root)
    except BaseException:
        laptop.stop()
        raise
    return made


@pytest.fixture(scope="module")
def home() -> Iterator[Crashing]:
    path = Path(tempfile.mkdtemp(prefix="doisoat-airflow-crash-"))
    path.chmod(0o755)
    made = None
    try:
        made = start(path)
        yield made
    finally:
        if made:
            made.stop()
        shutil.rmtree(path, ignore_errors=True)


@pytest.mark.parametrize("killed", ["scheduler", "worker"])
def test_what_runs_a_night_is_killed_at_every_stage(home: Crashing, killed: str) -> None:
    night = {"scheduler": SCHEDULER_KILLED, "worker": WORKER_KILLED}[killed]
    kill = getattr(home, f"kill_{killed}")
    with contextlib.ExitStack() as first:
        first.enter_context(crashes.locked(home.dsn, STAGES[0]))
        held = [first]
        run_id = home.nights.trigger(night, collect_late=False)
        for table, following in zip(STAGES, [*STAGES[1:], None], strict=True):
            found: list[psutil.Process] = []
            crashes.wait_until(
                lambda table=table, found=found: bool((one := home.waiting(table)) and found.append(one) is None)
            )
            kill(found[0])
            after = contextlib.ExitStack()
            if following:  # held before it can come there
                after.enter_context(crashes.locked(home.dsn, following))
            held.pop().close()
            held.append(after)
    assert home.nights.follow(run_id) == "success"
    home.check(night)


def test_ten_nights_are_backfilled_in_order_beside_another_one(home: Crashing) -> None:
    """Airflow starts all ten at once, whatever max_active_runs of the Dag says; the later one was started before them."""
    beside = home.nights.trigger(BESIDE, collect_late=False)
    window = ["--from-date", str(BACKFILLED[0]), "--to-date", str(BACKFILLED[-1] + dt.timedelta(days=1))]  # at 00:00
    command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", DAG_ID, *window]
    subprocess.run(command, env=home.inside, cwd=PROJECT, check=True, capture_output=True)
    home.finish()
    backfilled = home.runs(run_type="backfill")
    assert sorted(run["partition_key"] for run in backfilled) == [str(night) for night in BACKFILLED]
    assert {run["dag_run_id"]: home.errors(run["dag_run_id"]) for run in backfilled if run["state"] != "success"} == {}
    assert home.nights.follow(beside) == "success"
    home.check(*BACKFILLED, BESIDE)


def test_a_backfill_from_the_page_changes_no_loaded_night_and_invents_none(home: Crashing) -> None:
    before = crashes.everything(home.dsn)
    body = {
        "dag_id": DAG_ID, "from_date": f"{BACKFILLED[-1]}T00:00:00Z", "to_date": f"{NEVER_COLLECTED}T23:00:00Z",
        "reprocess_behavior": "completed", "max_active_runs": 10, "run_backwards": False, "dag_run_conf": {},
    }  # fmt: skip
    home.api("POST", "/backfills", json=body)
    home.finish()
    ends = {run["partition_key"]: run for run in home.runs() if run["dag_run_id"].startswith("backfill")}
    assert ends[str(BACKFILLED[-1])]["state"] == "success"
    errors = home.errors(ends[str(NEVER_COLLECTED)]["dag_run_id"])
    assert ends[str(NEVER_COLLECTED)]["state"] == "failed"
    assert errors["load"].startswith("NightNotCollectedError: ")
    after = crashes.everything(home.dsn)
    unchanged = [table for table in before if table.partition(".")[0] in ("core", "recon")]
    assert {table: after[table] for table in unchanged} == {table: before[table] for table in unchanged}
    with psycopg.connect(home.dsn) as connection:
        published = "select count(*) from ops.publication where withdrawn_at is null"
        assert connection.execute(published).fetchone() == (13,)
        states = connection.execute("select state from ops.night where night = %s", [NEVER_COLLECTED]).fetchall()
    assert states == [("missed",)]
