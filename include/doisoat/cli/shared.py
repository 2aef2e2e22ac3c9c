"""What commands share: opening the site and the warehouse, choosing the night, printing the answer."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from doisoat.errors import NightNotCollectedError
from doisoat.reports.printing import Format, show

if TYPE_CHECKING:
    import psycopg

    from doisoat.province.site import Site
    from doisoat.warehouse.queries import Report


def in_calendar(day: dt.datetime | None) -> dt.datetime | None:
    """A day or month as typed, if a record can have it: those of sources are of the same years (doisoat.sources.values).

    Raises:
        typer.BadParameter: it is of another year.
    """
    if day is not None and not 1900 <= day.year < 2200:
        raise typer.BadParameter("no record is of that year; give one of 1900 to 2199")
    return day


#: The headings of `doisoat --help`.
LOOK, EXPLAIN, ACT = "Look at a night", "Explain the gaps", "Act on gaps"
RATES, OPERATE = "Rates and forms", "Operate"
#: Wide enough for every column when the output is a pipe: a truncated number is a wrong number.
console = Console(width=None if sys.stdout.isatty() else 320, highlight=False)
Night = Annotated[
    dt.datetime | None,
    typer.Option(callback=in_calendar, formats=["%Y-%m-%d"], help="Which night; the last published one."),
]
Revision = Annotated[
    int | None,
    typer.Option(help="Which revision of the night; default: the current one. 0: last computed, published or not."),
]
As = Annotated[Format, typer.Option("--format", help="How to print.")]


def print_report(
    report: Report, format: Format, title: str, columns: tuple[str, ...] = (), blank: tuple[str, ...] = ()
) -> None:
    """Print the rows in the format asked for; `columns` and `blank` concern the table only (doisoat.reports.printing)."""
    show(console, report, format, title, columns, blank)


def chosen_night(connection: psycopg.Connection, night: dt.datetime | None) -> dt.date:
    """The night that is asked about.

    Raises:
        NightNotCollectedError: it was never opened. An unknown night must not look like an empty one.
    """
    from doisoat.warehouse.order import last_published

    if night is None:
        return last_published(connection)
    if not connection.execute("select 1 from ops.night where night = %s", [night.date()]).fetchone():
        raise NightNotCollectedError(f"night {night.date()}: never opened; see `doisoat nights`")
    return night.date()


@contextmanager
def site_at_hand() -> Iterator[Site]:
    """The site the environment points to. Without AIRFLOW_CONN_WAREHOUSE, the server of DOISOAT_HOME, started if need be.

    That server belongs to the standalone package, which a production install may not have: hence the late import.
    """
    from doisoat.connections import WAREHOUSE_CONNECTION_ID
    from doisoat.province.site import Site, home_directory

    name = f"AIRFLOW_CONN_{WAREHOUSE_CONNECTION_ID.upper()}"
    home = home_directory()
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
def warehouse_at_hand() -> Iterator[tuple[Site, psycopg.Connection]]:
    """The site and a connection that sees one snapshot of the warehouse: a night loaded meanwhile is not visible in it.

    Timestamps are shown in the province's time zone.
    """
    import psycopg

    from doisoat.warehouse.database import connect

    with site_at_hand() as site, connect(site.dsn) as connection:
        connection.execute("select set_config('TimeZone', %s, false)", [site.settings.province.timezone])
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield site, connection


def account() -> str:
    """Who runs this, according to the operating system; not the environment, which anybody can set."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
