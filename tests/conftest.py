"""What tests of every category share: a real PostgreSQL, and a fresh migrated warehouse for each test that asks."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from standalone import postgres
from support.examples import load_profile
from support.quick_folder import quick_folder
from support.reporting import Scheduling, Times

load_profile()
_numbers = itertools.count()
_not_run: list[str] = []
_times = Times()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Which worker runs what: whole files, in the order of `testpaths`."""
    config.option.loadscopereorder = False  # else the file of most tests would begin, not the longest
    return Scheduling(config, log)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that is skipped says that this machine could not run it; it is never lost in a number."""
    _times.add(report)
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        _not_run.append(f"{report.nodeid}: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where the time went, and what could not run here."""
    terminalreporter.section("time by folder, all workers together")
    for line in _times.lines():
        terminalreporter.write_line(line)
    for line in _not_run:
        terminalreporter.write_line(f"NOT RUN {line}", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With DOISOAT_STRICT (.ci/run) what could not run is a failure."""
    if _not_run and os.environ.get("DOISOAT_STRICT") and session.exitstatus == 0:
        session.exitstatus = 1


@pytest.fixture(scope="session", autouse=True)
def _checks_are_asked_quickly() -> Iterator[None]:
    """Great Expectations takes seconds a night: it asks where it is the subject (`great_expectations`), and in processes."""
    from support.quick_checks import ask_quickly

    with pytest.MonkeyPatch.context() as patch:
        ask_quickly(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _landings_need_not_survive_a_power_cut() -> Iterator[None]:
    """What is sealed is not forced to the disk, which no test can cut off; in processes it is."""
    from doisoat.collect import landing

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(landing.os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="module")
def great_expectations(_checks_are_asked_quickly: None) -> Iterator[None]:
    """From here to the end of the module the checks are asked as in production."""
    from doisoat.quality import expectations, run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "ask", expectations.ask)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """An embedded PostgreSQL 18 of this test session, in a temporary home that goes with it."""
    home = Path(tempfile.mkdtemp(prefix=f"doisoat-tests-{os.getpid()}-", dir=quick_folder()))
    try:
        # its home may be in memory: what it writes of its changes stays small
        yield postgres.start(home, {**postgres.THROWAWAY_SETTINGS, "max_wal_size": "256MB"})
    finally:
        postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_dsn(postgres_server: postgres.Server) -> str:
    """DSN of the server's superuser, to its database `postgres`."""
    return postgres_server.dsn()


@pytest.fixture(scope="session")
def _migrated_warehouse(postgres_server: postgres.Server) -> str:
    """The name of a warehouse at the newest migration, which tests copy and never write to.

    It has the common calendar, which every first night would write as the same 9,500 days.
    """
    from doisoat.load.calendar import load_calendar
    from doisoat.province.working_days import WorkingDays
    from doisoat.warehouse import connect, migrate

    dsn = postgres.ensure_database(postgres_server, "warehouse", may_create_roles=True)
    migrate(dsn)
    with connect(dsn) as connection:
        load_calendar(connection, WorkingDays())
        connection.execute("analyze core.working_day")
    return "warehouse"


@pytest.fixture
def warehouse_dsn(postgres_server: postgres.Server, _migrated_warehouse: str) -> Iterator[str]:
    """DSN of a warehouse of this test's own: migrated, empty, owned by the role that the DSN logs in as."""
    yield from _a_warehouse(postgres_server, _migrated_warehouse)


@pytest.fixture(scope="module")
def shared_warehouse_dsn(postgres_server: postgres.Server, _migrated_warehouse: str) -> Iterator[str]:
    """One for all tests of a file, whose nights are made once and then only read."""
    yield from _a_warehouse(postgres_server, _migrated_warehouse)


@pytest.fixture
def other_warehouse_dsn(postgres_server: postgres.Server, _migrated_warehouse: str) -> Iterator[str]:
    """A second one, to compare the first with."""
    yield from _a_warehouse(postgres_server, _migrated_warehouse)


def _a_warehouse(postgres_server: postgres.Server, _migrated_warehouse: str) -> Iterator[str]:
    name = f"warehouse_{next(_numbers)}"
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_migrated_warehouse} STRATEGY file_copy OWNER warehouse")
        try:
            yield postgres_server.dsn(name, "warehouse")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
