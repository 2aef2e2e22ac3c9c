"""Weeks of nights of a small world, some of them broken, and all that the warehouse says of them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from doisoat.errors import QualityGateError
from doisoat.nights import steps
from doisoat.province.file import SourceSettings
from doisoat.province.site import Site
from standalone import postgres
from standalone.processes import Processes
from standalone.sandbox import Sandbox

from support import nights_against_key as against
from support.provinces import CONFIG
from support.world import World

#: Who ran it, when by our clock, and whether it looked at all that is held: all that may differ between a night and its replay.
OURS = ("claimed_at", "opened_at", "touched_at", "waits_since", "checked_at", "published_at", "confirmed_at", "confirmed_on",
        "asked_at", "run_id", "is_whole", "compared_by")  # fmt: skip
#: Workbooks like those of the province's own reports; reading years of them takes longer than all the rest.
OTHER_REPORTS = ("national_report", "reporting_system_report")
#: What is derived from sealed landings. ops.night and ops.publication are what we did, and are kept.
DERIVED = ("core.%", "recon.%", "ops.pull", "ops.load", "ops.quarantine", "ops.check_result", "ops.look_up_pull",
           "ops.catalogue_pull", "ops.province_pull")  # fmt: skip


@contextmanager
def served(home: Path, last_night: dt.date, nights: int, dossiers: int) -> Iterator[Sandbox]:
    """A world with so many nights of changes, served by a process of its own until the block ends."""
    sandbox = Sandbox(home, last_night, nights=nights, dossiers=dossiers)
    processes = Processes(home)
    sandbox.start(processes, os.environ)
    try:
        sandbox.wait(processes)
        yield sandbox
    finally:
        processes.stop()


def quick_site(home: Path, dsn: str, connections: Mapping[str, str], dated_from: dt.date = dt.date(2024, 2, 1)) -> Site:
    """Lạng Sơn without OTHER_REPORTS, and without asking for years (before `dated_from`) in which a small world has nothing."""
    site = against.site_of(CONFIG / "lang_son.yaml", home, dsn, connections)
    sources = {
        name: _quick(source, dated_from) for name, source in site.settings.sources.items() if name not in OTHER_REPORTS
    }
    return Site(site.settings.model_copy(update={"sources": sources}), site.connections, site.landing_root)


def _quick(source: SourceSettings, dated_from: dt.date) -> SourceSettings:
    options = dict(source.options)
    if "dated_from" in options:
        options["dated_from"] = dated_from
    return source.model_copy(update={"options": options})


def run_night(
    site: Site, sandbox: Sandbox, night: dt.date, *, down: Sequence[str] = (), until: str = "publish", asks: bool = True
) -> None:
    """A night in which some sources are down, that may die on its way, and may be blocked.

    Args:
        until: the last step that is done: open, load, reconcile or publish.
        asks: whether the look-ups come through.
    """
    sandbox.set_clock(dt.datetime.combine(night + dt.timedelta(days=1), dt.time(1), against.LOCAL))
    _clear_inbox(sandbox, down)
    steps.open_night(site, night, run_id=f"night {night}")
    for source_id in site.settings.pulled:
        if source_id not in down:
            steps.collect_source(site, night, source_id)
    if until == "open":
        return
    steps.load_night(site, night)
    if until == "load":
        return
    try:
        steps.check_night(site, night, stage="inputs")
        for source_id in site.settings.asked if asks else ():
            steps.look_up_source(site, night, source_id)
        steps.reconcile_night(site, night)
        if until == "reconcile":
            return
        steps.check_night(site, night, stage="results")
        steps.publish_night(site, night)
    except QualityGateError:
        return


def _clear_inbox(sandbox: Sandbox, down: Sequence[str]) -> None:
    """The newest report alone; and nobody exported the portal's list in a night in which that is down."""
    old = sorted((sandbox.inbox / "reports" / "province").glob("*.*"))[:-1]
    for path in [*old, *(sandbox.inbox.glob("*.*") if "national_export" in down else ())]:
        path.unlink()


def abandon(dsn: str, night: dt.date) -> None:
    """Let the run of a night be long dead."""
    with psycopg.connect(dsn) as connection:
        connection.execute("update ops.night set touched_at = now() - interval '1 day' where night = %s", [night])


def rows_of(dsn: str, *patterns: str) -> dict[str, list[str]]:
    """Every row of every table and view whose name matches, but for OURS: name -> rows as sorted JSON text."""
    with psycopg.connect(dsn, options="-c timezone=UTC") as connection:
        return {name: _rows(connection, name) for name in _names(connection, patterns, "rpv")}


def _names(connection: psycopg.Connection, patterns: Sequence[str], kinds: str) -> list[str]:
    rows = connection.execute(
        """select relnamespace::regnamespace || '.' || relname from pg_class
        where relkind = any (%s) and not relispartition and relnamespace::regnamespace || '.' || relname like any (%s)
        order by 1""",
        [list(kinds), list(patterns)],
    ).fetchall()
    return [name for (name,) in rows]


def _rows(connection: psycopg.Connection, name: str) -> list[str]:
    query = f"select (to_jsonb(t) - %s::text[])::text from {name} t"
    return sorted(line for (line,) in connection.execute(query, [list(OURS)]))  # type: ignore[arg-type]


def differing(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, Any]:
    """Table -> (rows only before, rows only after), the first few of each."""
    return {
        name: (sorted(set(before[name]) - set(after[name]))[:3], sorted(set(after[name]) - set(before[name]))[:3])
        for name in before
        if before[name] != after[name]
    }


def drop_derived(dsn: str) -> None:
    """Lose all that is derived."""
    with psycopg.connect(dsn) as connection:
        for name in _names(connection, DERIVED, "rp"):
            connection.execute(f"delete from {name}")  # type: ignore[arg-type]


@contextmanager
def warehouse(server: postgres.Server, name: str, template: str) -> Iterator[str]:
    """DSN of a warehouse that is a copy of another one, until the block ends."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy owner warehouse")  # type: ignore[arg-type]
        try:
            yield server.dsn(name, "warehouse")
        finally:
            connection.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


def copy_of(world: World, directory: Path, dsn: str) -> World:
    """The same nights in another home and a warehouse that is a copy: making them takes longer."""
    copy = World(directory, dsn)
    shutil.copytree(world.site.landing_root, copy.site.landing_root)
    return copy
