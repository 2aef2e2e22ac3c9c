"""The `doisoat` command: asks the warehouse and the sources. Needs no Airflow; reads the same AIRFLOW_CONN_*."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console

from doisoat.decide import gap
from doisoat.errors import ConfigurationError, DoisoatError
from doisoat.forms import forms
from doisoat.operate import operations
from doisoat.reports.query import Format, Report, archive_of, query, show
from doisoat.settings import WAREHOUSE_CONNECTION_ID
from doisoat.site import DEFAULT_HOME, Site
from doisoat.warehouse.database import connect
from doisoat.warehouse.nights import last_published

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
commands.add_typer(operations)
commands.add_typer(gap, name="gap")
commands.add_typer(forms)
#: Wide enough for every column where the output is a pipe: a cut-off number is a wrong number.
console = Console(width=None if sys.stdout.isatty() else 320, highlight=False)


class Pair(StrEnum):
    """Which two sides are compared."""

    NATIONAL_PROVINCIAL = "national_provincial"
    MINISTRY_PROVINCIAL = "ministry_provincial"
    MINISTRY_NATIONAL = "ministry_national"


class Grain(StrEnum):
    """By what the bridge is broken down."""

    WHOLE = "whole"
    MONTH = "month"
    AGENCY_MONTH = "agency_month"
    CAUSE = "cause"
    AGENCY = "agency"
    LEVEL = "level"
    PROCEDURE = "procedure"
    FIELD = "field"
    CHANNEL = "channel"


Night = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Which night; the last published one.")]
Revision = Annotated[
    int | None,
    typer.Option(help="Which revision of the night; the one that stands. 0: derived last, published or not."),
]
As = Annotated[Format, typer.Option("--format", help="How to print.")]
#: A day that every open range holds on: what stands now.
NOW = dt.datetime(9999, 12, 30)
#: What the table of sources shows; the other formats give every column.
SOURCE_COLUMNS = ("source_id", "side", "state", "age_nights", "reason", "cut_off", "declared", "held", "received", "inserted",
                  "updated", "unchanged", "repeated", "quarantined", "ended", "look_ups_wanted", "looked_up",
                  "look_ups_held")  # fmt: skip
#: The grains at which sources declare: there all terms of the bridge are shown; of the others what its entries are made of.
GRAINS = {Grain.WHOLE: ["whole", "undated"], Grain.MONTH: ["month", "undated"], Grain.AGENCY_MONTH: ["agency_month"]}


@commands.callback()
def province(
    province: Annotated[Path | None, typer.Option(help="Province file; else DOISOAT_PROVINCE.")] = None,
) -> None:
    """Đối Soát: where does the portal's number minus ours come from?"""
    if province:
        os.environ["DOISOAT_PROVINCE"] = str(province)


@commands.command()
def check() -> None:
    """Configuration, connections, warehouse, and one cheap call to every source: one line each."""
    from doisoat.sources.registry import make_source

    lines: list[tuple[str, Callable[[], str]]] = []
    with site_at_hand() as site:
        lines.append(("configuration", lambda: f"{site.settings.path.name}: {', '.join(site.source_ids)}"))
        lines.append(("warehouse", lambda: _probe_warehouse(site)))
        for source_id in site.source_ids:
            lines.append((source_id, partial(_probe_source, site, source_id, make_source)))
        results = [_line(name, ask) for name, ask in lines]
    if not all(results):
        raise typer.Exit(1)


@commands.command()
def sources(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """Each source: what stands for it, its age and why, control total, rows held, and what became of the rows."""
    _report("sources", night, format, "Sources", revision, columns=SOURCE_COLUMNS)


@commands.command()
def bridge(
    night: Night = None,
    revision: Revision = None,
    format: As = Format.TABLE,
    by: Annotated[Grain, typer.Option(help="Break it down.")] = Grain.WHOLE,
    since: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m"], help="First month of receipt.")
    ] = None,
    until: Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m"], help="Last month of receipt.")] = None,
) -> None:
    """National minus provincial, every term measured on its own; or what its entries are made of, by cause, agency, ...

    Of some months of receipt (--from, --to) the whole is told month by month, as sources declare it.
    """
    period: dict[str, Any] = {"first_month": since and since.date(), "last_month": until and until.date()}
    if by is Grain.WHOLE and any(period.values()):
        by = Grain.MONTH
    if by in GRAINS:
        _report("bridge", night, format, "Bridge", revision, grains=GRAINS[by], **period)
    else:
        title = f"What the bridge is made of, by {by}"
        _report("bridge_by", night, format, title, revision, dimension=str(by), **period)


@commands.command()
def gaps(
    night: Night = None,
    revision: Revision = None,
    format: As = Format.TABLE,
    all: Annotated[bool, typer.Option("--all", help="Also what is no gap yet (pending, incomplete, ...).")] = False,
    pair: Annotated[Pair | None, typer.Option(help="Only these two sides; else all pairs.")] = None,
) -> None:
    """One row a gap: kind, both values, codes on each side, agency, procedure, since when."""
    _report("gaps", night, format, "Gaps", revision, with_pending=all, pair=pair and str(pair))


@commands.command()
def groups(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """The open gaps put together by what they share, largest group first; `doisoat gap` speaks of a whole one."""
    from doisoat.reports.grouped import grouped

    with _warehouse() as (_, connection):
        chosen = _night(connection, night)
        report = grouped(connection, chosen, archive_of(connection, chosen, revision))
    _print(report, format, f"Groups of gaps, night {chosen}")


@commands.command()
def explain(code: Annotated[str, typer.Argument(help="One of its codes, or a record's id.")]) -> None:
    """One dossier's whole story: what each side said and when, verdict, cause, evidence, events, and what to do."""
    from doisoat.reports.story import print_story

    with _warehouse() as (_, connection):
        print_story(connection, code, console)


@commands.command()
def causes(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """Why the sides differ: how many dossiers each cause explains, whom it blames and what is asked for."""
    _report("causes", night, format, "Causes", revision)


@commands.command()
def ministries(
    night: Night = None,
    revision: Revision = None,
    format: As = Format.TABLE,
    by_month: Annotated[bool, typer.Option("--by-month", help="Break it down by receipt month.")] = False,
) -> None:
    """What the province and the portal hold of the dossiers of each ministry's system."""
    _report("ministries", night, format, "Ministries' systems", revision, by_month=by_month)


@commands.command()
def catalogues(day: Night = None, format: As = Format.TABLE) -> None:
    """Where a source's catalogues differ from the province's own, as known on a day (now, if none is given)."""
    _report("catalogues", day or NOW, format, "Catalogues")


@commands.command()
def checks(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """How the checks of a night came out."""
    _report("checks", night, format, "Checks", revision)


@commands.command()
def nights(format: As = Format.TABLE) -> None:
    """Every night and its revisions: how far it came, what each rests on, and which one analysts see."""
    _report("nights", dt.datetime.min, format, "Nights")


@commands.command()
def news(format: As = Format.TABLE) -> None:
    """Troubles that stand or ended lately: since when, who was told, and which sender could not be reached."""
    _report("news", dt.datetime.min, format, "News")


@commands.command()
def disk(format: As = Format.TABLE) -> None:
    """Bytes that landings, each schema of the warehouse and the logs take, and how many are left."""
    from doisoat.disk import measure

    with site_at_hand() as site:
        report = Report(("place", "bytes"), list(measure(site).items()))
    _print(report, format, "Disk")


@commands.command()
def summary(night: Night = None) -> None:
    """One night on one screen. Exit code 0 published, 1 failed or blocked, 2 published while a source needs somebody."""
    from doisoat.reports.summary import summary as print_summary

    with _warehouse() as (site, connection):
        code = print_summary(site, connection, _night(connection, night), console)
    raise typer.Exit(code)


@commands.command()
def migrate() -> None:
    """Bring the warehouse to the newest schema."""
    from doisoat.warehouse.database import migrate as run_migrations

    with site_at_hand() as site:
        run_migrations(site.dsn)
    console.print("warehouse: newest schema")


@commands.command()
def docs(
    check: Annotated[bool, typer.Option("--check", help="Fail if a generated page is not current.")] = False,
) -> None:
    """Write the generated pages of docs/: sources, data dictionary, checks."""
    from doisoat.reports.generated_docs import stale_pages, write_pages

    with _scratch_warehouse() as dsn:
        if not check:
            write_pages(dsn)
            return
        stale = stale_pages(dsn)
    if stale:
        typer.echo(f"not current: {', '.join(stale)}; run `make docs`", err=True)
        raise typer.Exit(1)


def app() -> None:
    """Run the command line: an error of ours is one line on stderr and exit code 1, never a traceback."""
    try:
        commands()
    except DoisoatError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(1) from None


def _report(
    name: str,
    night: dt.datetime | None,
    format: Format,
    title: str,
    revision: int | None = None,
    *,
    columns: tuple[str, ...] = (),
    **parameters: Any,
) -> None:
    with _warehouse() as (site, connection):
        chosen = _night(connection, night)
        where = {"night": chosen, "archive_id": archive_of(connection, chosen, revision)}
        report = query(connection, name, {**where, "timezone": site.settings.province.timezone, **parameters})
    is_dated = dt.date.min < chosen < NOW.date()
    of_revision = "" if revision is None else f", revision {revision}"
    _print(report, format, f"{title}, night {chosen}{of_revision}" if is_dated else title, columns)


def _print(report: Report, format: Format, title: str, columns: tuple[str, ...] = ()) -> None:
    show(console, report, format, title, columns)


def _night(connection: psycopg.Connection, night: dt.datetime | None) -> dt.date:
    if night is not None:
        return night.date()
    return last_published(connection)


def _line(name: str, ask: Callable[[], str]) -> bool:
    try:
        said, is_well = ask(), True
    except DoisoatError as error:
        said, is_well = str(error).removeprefix(f"{name}: "), False
    typer.echo(f"{'ok   ' if is_well else 'WRONG'} {name}: {said}")
    return is_well


def _probe_warehouse(site: Site) -> str:
    with connect(site.dsn) as connection:
        migrated = connection.execute("select to_regclass('core.dossier_record') is not null").fetchone()
        version = connection.info.server_version // 10000
    if not migrated or not migrated[0]:
        raise ConfigurationError(f"PostgreSQL {version} answers, but has no warehouse; run `doisoat migrate`")
    return f"PostgreSQL {version}"


def _probe_source(site: Site, source_id: str, make_source: Callable[..., Any]) -> str:
    settings = site.settings.sources[source_id]
    source = make_source(source_id, settings, site.connections(source_id), site.settings.timezone)
    try:
        return str(source.probe())
    finally:
        source.close()


@contextmanager
def site_at_hand() -> Iterator[Site]:
    """The site of the environment. Without AIRFLOW_CONN_WAREHOUSE it is the server of DOISOAT_HOME, started if need be.

    That server belongs to the standalone package, which a production install may lack: hence the late import.
    """
    name = f"AIRFLOW_CONN_{WAREHOUSE_CONNECTION_ID.upper()}"
    home = Path(os.environ.get("DOISOAT_HOME", DEFAULT_HOME))
    if os.environ.get(name) or not (home / "postgres").exists():
        yield Site.from_environment()
        return
    from standalone import postgres

    was_running = postgres.is_running(home)
    os.environ[name] = postgres.ensure_database(postgres.start(home), "warehouse", may_create_roles=True)
    try:
        yield Site.from_environment()
    finally:
        del os.environ[name]
        if not was_running:
            postgres.stop(home)


@contextmanager
def _warehouse() -> Iterator[tuple[Site, psycopg.Connection]]:
    with site_at_hand() as site, connect(site.dsn) as connection:
        yield site, connection


@contextmanager
def _scratch_warehouse() -> Iterator[str]:
    """A new, empty, migrated warehouse: generated pages must not depend on what a laptop happens to hold."""
    import tempfile

    from standalone import postgres

    from doisoat.warehouse.database import migrate as run_migrations

    with tempfile.TemporaryDirectory(prefix="doisoat-docs-", ignore_cleanup_errors=True) as directory:
        server = postgres.start(Path(directory), postgres.THROWAWAY_SETTINGS)
        try:
            dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
            run_migrations(dsn)
            yield dsn
        finally:
            postgres.stop(Path(directory))


if __name__ == "__main__":
    app()
