"""Killing what works on a night, in the middle of a step, and comparing whole warehouses.

Where a step is held, nothing is simulated: the test locks a table that the step is about to write or read, or the source
that it asks answers late. What is killed is killed with SIGKILL: the process of the step, or all of PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
from standalone import postgres

#: Our own clock and run ids, and what is a hash over them: a landing's manifest tells when it was collected.
OURS = [
    "claimed_at",
    "run_id",
    "opened_at",
    "touched_at",
    "waits_since",
    "published_at",
    "checked_at",
    "accepted_at",
    "decided_at",
    "failed_at",
    "seal",
    "inputs",
    "rests_on",
    "digest",
]
#: A server whose processes die loses nothing that it handed to the operating system: that is what a crash is here.
CRASH_SETTINGS = {**postgres.THROWAWAY_SETTINGS, "synchronous_commit": "off"}
UNAVAILABLE, FAILED = 3, 1
_PATIENCE_SECONDS = 600  # a machine may be slow; what hangs is found all the same


# processes --------------------------------------------------------------------------------------------------------
def workers() -> Any:
    """Makes processes that have imported what a step needs already, as the scheduler's forks have."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["support.crashes", "doisoat.nights.steps", "doisoat.collect", "doisoat.quality.expectations"]
    )
    return context


def work(environment: Mapping[str, str], step: str, night: dt.date, dies_at: str = "", **more: Any) -> None:
    """One step of a night, as a process of its own does it.

    Args:
        dies_at: the audit event of Python at which it is killed (https://docs.python.org/3/library/audit_events.html).
    """
    os.environ.update(environment)
    from doisoat.errors import WarehouseUnavailableError
    from doisoat.nights import steps
    from doisoat.province.site import Site

    if dies_at:
        sys.addaudithook(lambda event, _: os.kill(os.getpid(), signal.SIGKILL) if event == dies_at else None)
    try:
        getattr(steps, step)(Site.from_environment(), night, run_id="crashing", **more)
    except WarehouseUnavailableError:
        os._exit(UNAVAILABLE)
    except BaseException:  # noqa: BLE001 - the test reads the code
        import traceback

        traceback.print_exc()
        os._exit(FAILED)


def wait_until(condition: Callable[[], bool], process: Any = None) -> None:
    """Wait for a condition; fails when the process ends before, or nothing comes of it."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert process is None or process.is_alive(), f"ended with {process.exitcode} before it was held"
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.02)


def kill_server(home: Path) -> None:
    """kill -9 of the postmaster and of each of its children."""
    postmaster = psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().split()[0]))
    postmaster.suspend()  # it makes no further child, which would outlive it and keep its memory
    family = [postmaster, *postmaster.children(recursive=True)]
    for number in (signal.SIGSTOP, signal.SIGKILL):  # all stand still first: who sees the postmaster gone ends in order
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
    psutil.wait_procs(family, timeout=30)


# holding ----------------------------------------------------------------------------------------------------------
@contextmanager
def locked(dsn: str, table: str, mode: str = "share") -> Iterator[Callable[[], bool]]:
    """The table can be read but not written (in mode share); gives a function that says whether somebody waits for it."""
    waiting = "select exists (select from pg_locks where relation = %s::regclass and not granted)"
    with psycopg.connect(dsn) as holder, psycopg.connect(dsn, autocommit=True) as looker:
        holder.execute(f"lock table {table} in {mode} mode")
        try:
            yield lambda: looker.execute(waiting, [table]).fetchone() == (True,)
        finally:
            for connection in (holder, looker):
                connection.close()


# comparing --------------------------------------------------------------------------------------------------------
def everything(dsn: str) -> dict[str, list[str]]:
    """Every row of every table that nights write, apart from our own clock and run ids; by table, sorted.

    Each warehouse draws its own key, and so its own fingerprints: that one stands somewhere is compared, not which.
    """
    found = {}
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('raw', 'core', 'recon', 'ops') "
            "and tablename <> 'fingerprint_key' order by 1, 2"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(
                f"select regexp_replace((to_jsonb(r) - %s::text[])::text, '#[0-9a-f]{{16}}', '#', 'g') "
                f"from {schema}.{table} r",
                [OURS],
            )
            found[f"{schema}.{table}"] = sorted(row for (row,) in rows)
    return found


def differing(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    """By table, rows that only the one and only the other has (the first few)."""
    return {
        table: (sorted(set(one.get(table, [])) - set(other.get(table, [])))[:3],
                sorted(set(other.get(table, [])) - set(one.get(table, [])))[:3])
        for table in sorted({*one, *other})
        if one.get(table) != other.get(table)
    }  # fmt: skip


def sealed_content(landing_root: Path) -> dict[str, Any]:
    """What every sealed landing says, apart from when we read it; nothing else may stand among them."""
    found = {}
    for path in sorted(landing_root.glob("*/*/*")):
        manifest = json.loads((path / "manifest.json").read_bytes())
        for clock in ("started_at", "ended_at"):
            del manifest["certificate"][clock]
        found[str(path.relative_to(landing_root))] = manifest
    return found
