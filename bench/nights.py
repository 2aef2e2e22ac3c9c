"""Whole nights over a world of N dossiers: all sources, a realistic share of every cause, every step as the Dag's tasks call it.

Each step runs in a process of its own, forked from one that has imported Airflow, as a task's process is. Nobody is waited for:
requests follow one another at once, and a file is not watched for growth. The nights: the first of all (a warehouse without
statistics), the one after it with what a day changes, and, some nights later, a quiet one, in which little changes any more (the
page says how much).

The floor is measured in the same run: a bare loop that downloads and parses the same listing, the export file read by polars,
and both sides copied into bare tables of the same PostgreSQL and joined there.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import resource
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg
from doisoat.province.file import load_province
from doisoat.warehouse import migrate
from standalone import postgres
from standalone.processes import Processes
from standalone.sandbox import NAME as SANDBOX
from standalone.sandbox import Sandbox

from bench import floor, more_nights, readers, reading
from bench.reconcile import ROOT

Held = dict[str, tuple[int, int]]
LAST = dt.date(2024, 4, 19)
#: What happens in a world ends three days after its last night; "settled" is the night before the quiet one.
NIGHTS = {
    "first": LAST - dt.timedelta(days=1),
    "changed": LAST,
    "settled": LAST + dt.timedelta(days=4),
    "quiet": LAST + dt.timedelta(days=5),
}
LOCAL = dt.timezone(dt.timedelta(hours=7))
PROVINCE = ROOT / "config" / "lang_son.yaml"
MB = 1 << 20
os.environ.setdefault("AIRFLOW__LOGGING__NAMESPACE_LEVELS", "great_expectations=WARNING")  # as in docker-compose.yml
#: As with LocalExecutor, a task is a fork of a process that has imported what tasks need.
_TASKS = get_context("forkserver")
_TASKS.set_forkserver_preload(
    [
        "airflow.sdk",
        "pandas",
        "great_expectations",
        "doisoat.nights.steps",
        "doisoat.collect",
        "doisoat.quality",
        "doisoat.reconcile",
    ]
)
_DEAREST = """select calls, total_exec_time / 1000, regexp_replace(query, '\\s+', ' ', 'g') from pg_stat_statements
    where dbid = (select oid from pg_database where datname = 'warehouse') order by total_exec_time desc limit 10"""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step took: seconds, the peak memory of its process and what it wrote to temporary files, in MB."""

    name: str
    seconds: float
    peak_mb: float
    temporary_mb: float


@dataclass
class Night:
    """A night: its steps in order, and what it left.

    Attributes:
        changed: rows that are others than the night before, of all that is held.
        database_mb: what the warehouse takes on disk after it.
        dearest: (calls, seconds, statement) of the ten statements that took the longest.
    """

    name: str
    steps: list[Step] = field(default_factory=list)
    changed: int = 0
    held: int = 0
    database_mb: float = 0
    dearest: list[tuple[int, float, str]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    @property
    def peak_mb(self) -> float:
        return max(step.peak_mb for step in self.steps)


@dataclass
class Whole:
    """A world of N dossiers: what serving it took, the floor, in seconds, its nights, and what reading the last one takes.

    Attributes:
        page: the waits for each answer by view, of twenty readers while one more night was run.
        nights_behind: how many were published before it.
    """

    dossiers: int
    ready_seconds: float = 0
    sandbox_mb: float = 0
    floor: dict[str, float] = field(default_factory=dict)
    nights: list[Night] = field(default_factory=list)
    reading: list[tuple[str, float]] = field(default_factory=list)
    page: readers.Waits = field(default_factory=dict)
    nights_behind: int = 0

    @property
    def floor_seconds(self) -> float:
        return sum(self.floor.values())


def take_nights(dossiers: int, say: Callable[[str], None], *, more: int = 0) -> Whole:
    """The nights of a world of so many dossiers, from nothing.

    Args:
        more: quiet nights that lie behind when commands, views and the page are read; they are copied (bench/more_nights.py).
    """
    with tempfile.TemporaryDirectory(prefix="doisoat-bench-", ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        home.chmod(0o755)
        server = postgres.start(home, {"shared_preload_libraries": "pg_stat_statements", "log_temp_files": "-1"})
        sandbox = Sandbox(home, LAST, nights=3, dossiers=dossiers)
        processes = Processes(home)
        try:
            return _nights(Whole(dossiers, nights_behind=len(NIGHTS) + more), server, sandbox, processes, say)
        finally:
            processes.stop()
            postgres.stop(home)


def _nights(
    whole: Whole, server: postgres.Server, sandbox: Sandbox, processes: Processes, say: Callable[[str], None]
) -> Whole:
    began = time.perf_counter()
    sandbox.start(processes, os.environ)
    dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
    migrate(dsn)
    with psycopg.connect(server.dsn("warehouse"), autocommit=True) as admin:
        admin.execute("create extension pg_stat_statements")
        sandbox.wait(processes)
        whole.ready_seconds = time.perf_counter() - began
        environment = _environment(sandbox, dsn)

        def run(name: str, night: dt.date) -> Night:
            _at(sandbox, night)
            floor.woken(sandbox.url, sandbox.client_id, sandbox.client_secret)
            if not whole.floor:
                whole.floor = _floor_of_sources(sandbox)
            return _night(name, night, environment, admin, say)

        whole.nights = [run(name, night) for name, night in NIGHTS.items()]
        whole.floor["both sides copied and joined"] = floor.joined(dsn, sandbox.home)
        last = NIGHTS["quiet"]
        if more := whole.nights_behind - len(NIGHTS):
            say(f"  {more} more nights, copied")
            last = more_nights.add_nights(admin, more)
        whole.reading = reading.waits(environment, dsn, last)
        whole.page = readers.waits(environment, lambda: run("read meanwhile", last + dt.timedelta(days=1)))
    whole.sandbox_mb = processes.running()[SANDBOX].memory_info().rss / MB
    return whole


def both_ways(directory: Path, dossiers: int, nights: int) -> tuple[Held, Held]:
    """What is held after so many real quiet nights, and after as many copied ones (bench/more_nights.py)."""
    found = []
    for is_real in (True, False):
        home = directory / ("real" if is_real else "copied")
        home.mkdir(mode=0o755)
        found.append(_held_after(home, dossiers, nights, is_real=is_real))
    return found[0], found[1]


def _held_after(home: Path, dossiers: int, nights: int, *, is_real: bool) -> Held:
    server = postgres.start(home, {"shared_preload_libraries": "pg_stat_statements"})
    sandbox, processes = Sandbox(home, LAST, nights=3, dossiers=dossiers), Processes(home)
    try:
        sandbox.start(processes, os.environ)
        dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
        migrate(dsn)
        sandbox.wait(processes)
        last = NIGHTS["quiet"] + dt.timedelta(days=nights)
        with psycopg.connect(server.dsn("warehouse"), autocommit=True) as admin:
            admin.execute("create extension pg_stat_statements")
            real = [*NIGHTS.values(), *(last - dt.timedelta(days=n) for n in reversed(range(nights)) if is_real)]
            for night in real:
                _at(sandbox, night)
                _night("a night", night, _environment(sandbox, dsn), admin, lambda _: None)
            if not is_real:
                more_nights.add_nights(admin, nights)
            return more_nights.held(admin, last)
    finally:
        processes.stop()
        postgres.stop(home)


def take_night(name: str, sandbox: Sandbox, dsn: str, admin: psycopg.Connection) -> Night:
    """One of the nights, on a warehouse and beside a sandbox that run already."""
    _at(sandbox, NIGHTS[name])
    return _night(name, NIGHTS[name], _environment(sandbox, dsn), admin, lambda _: None)


def _at(sandbox: Sandbox, night: dt.date) -> None:
    """It is the hour after the night at which it is collected."""
    sandbox.set_clock(dt.datetime.combine(night + dt.timedelta(days=1), dt.time(1), LOCAL))


def _floor_of_sources(sandbox: Sandbox) -> dict[str, float]:
    asked = sandbox.url, sandbox.client_id, sandbox.client_secret
    floor.listing(*asked)  # the sandbox encodes a row when it is first shown
    (export,) = sandbox.inbox.glob("*.csv")
    return {
        "the listing downloaded and parsed": floor.listing(*asked)[0],
        "the export file read": floor.export_read(export),
    }


def _night(
    name: str, night: dt.date, environment: Mapping[str, str], admin: psycopg.Connection, say: Callable[[str], None]
) -> Night:
    admin.execute("select pg_stat_statements_reset()")
    made = Night(name)
    settings = load_province(PROVINCE)
    steps = [
        ("open", ""), *(("collect", one) for one in settings.pulled), ("load", ""), ("check", "inputs"),
        *(("look up", one) for one in settings.asked), ("reconcile", ""), ("check", "results"), ("publish", ""),
        ("write papers", ""), ("write open table", ""),
    ]  # fmt: skip
    for step, of in steps:
        made.steps.append(_step(step, of, night, environment, admin))
        say(f"  {name}: {made.steps[-1].name} {made.steps[-1].seconds:.1f} s")
    made.dearest = [(int(calls), float(seconds), str(text)) for calls, seconds, text in admin.execute(_DEAREST)]
    made.database_mb = _number(admin, "select pg_database_size('warehouse')") / MB
    made.changed = int(_number(admin, f"select count(*) from core.dossier_record where from_night = '{night}'"))
    made.held = int(_number(admin, "select count(*) from core.dossier_record where to_night = 'infinity'"))
    return made


def _step(step: str, of: str, night: dt.date, environment: Mapping[str, str], admin: psycopg.Connection) -> Step:
    written = "select temp_bytes from pg_stat_database where datname = 'warehouse'"
    before = _number(admin, written)
    told, child_told = _TASKS.Pipe(duplex=False)
    task = _TASKS.Process(target=_run, args=(step, of, night, dict(environment), child_told))
    task.start()
    child_told.close()
    try:
        seconds, peak_mb = told.recv()
    except EOFError:
        raise SystemExit(f"{step} {of} of night {night} failed; its error stands above") from None
    task.join()
    return Step(f"{step} {of}".strip(), seconds, peak_mb, (_number(admin, written) - before) / MB)


def _number(connection: psycopg.Connection, query: str) -> float:
    row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    return float(row[0]) if row else 0


def _environment(sandbox: Sandbox, dsn: str) -> dict[str, str]:
    """What a task finds in its environment."""
    home = sandbox.home
    return {
        **os.environ,
        **sandbox.connections(),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW_CONN_WAREHOUSE": dsn,
        "DOISOAT_PROVINCE": str(PROVINCE),
        "DOISOAT_HOME": str(home),
        "DOISOAT_LANDING": str(home / "landing"),
        "DOISOAT_OPEN_TABLE": str(home / "table"),
    }


# one step, in a process of its own ---------------------------------------------------------------------------------
def _run(step: str, of: str, night: dt.date, environment: dict[str, str], told: Connection) -> None:
    from doisoat.nights import steps
    from doisoat.province.site import Site

    from bench.score import at_once

    logging.disable(logging.WARNING)  # the measurement says what it did; an error is still shown
    os.environ.update(environment)
    found = Site.from_environment()
    sources = {name: at_once(source) for name, source in found.settings.sources.items()}
    site = replace(found, settings=found.settings.model_copy(update={"sources": sources}))
    work: dict[str, Callable[[], Any]] = {
        "open": lambda: steps.open_night(site, night, run_id="bench", collect_late=True),
        "collect": lambda: steps.collect_source(site, night, of),
        "load": lambda: steps.load_night(site, night),
        "check": lambda: steps.check_night(site, night, stage=of),
        "look up": lambda: steps.look_up_source(site, night, of),
        "reconcile": lambda: steps.reconcile_night(site, night),
        "publish": lambda: steps.publish_night(site, night),
        "write papers": lambda: steps.write_papers(site, night),
        "write open table": lambda: steps.write_open_table(site, night),
    }
    started = time.perf_counter()
    work[step]()
    seconds = time.perf_counter() - started
    told.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
