"""What commands share: the site and the warehouse at hand, which night is asked about, how an answer is printed."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from doisoat.errors import NightNotCollectedError
from doisoat.reports.printing import Format, show

if TYPE_CHECKING:
    import psycopg

    from doisoat.province.site import Site
    from doisoat.warehouse.queries import Report

#: The headings of `doisoat --help`.
LOOK, EXPLAIN, ACT = "Look at a night", "Explain the gaps", "Act on gaps"
RATES, OPERATE = "Rates and forms", "Operate"
#: Wide enough for every column where the output is a pipe: a cut-off number is a wrong number.
console = Console(width=None if sys.stdout.isatty() else 320, highlight=False)
Night = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Which night; the last published one.")]
Revision = Annotated[
    int | None,
    typer.Option(help="Which revision of the night; the one that stands. 0: derived last, published or not."),
]
As = Annotated[Format, typer.Option("--format", help="How to print.")]


def print_report(
    report: Report, format: Format, title: str, columns: tuple[str, ...] = (), blank: tuple[str, ...] = ()
) -> None:
    """Print the rows as asked for; `columns` and `blank` are of the table alone (doisoat.reports.printing)."""
    show(console, report, format, title, columns, blank)


def chosen_night(connection: psycopg.Connection, night: dt.datetime | None) -> dt.date:
    """The night that is asked about.

    Raises:
        NightNotCollectedError: it was never opened. What is not known of a night must not look like nothing.
    """
    from doisoat.warehouse.order import last_published

    if night is None:
        return last_published(connection)
    if not connection.execute("select 1 from ops.night where night = %s", [night.date()]).fetchone():
        raise NightNotCollectedError(f"night {night.date()}: never opened; see `doisoat nights`")
    return night.date()


@contextmanager
def site_at_hand() -> Iterator[Site]:
    """The site of the environment. Without AIRFLOW_CONN_WAREHOUSE it is the server of DOISOAT_HOME, started if need be.

    That server belongs to the standalone package, which a production install may lack: hence the late import.
    """
    from doisoat.connections import WAREHOUSE_CONNECTION_ID
    from doisoat.province.site import DEFAULT_HOME, Site

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
def warehouse_at_hand() -> Iterator[tuple[Site, psycopg.Connection]]:
    """The site and a connection that sees one moment of the warehouse: a night that is loaded meanwhile is in none of it.

    Moments are told by the province's clock.
    """
    import psycopg

    from doisoat.warehouse.database import connect

    with site_at_hand() as site, connect(site.dsn) as connection:
        connection.execute("select set_config('TimeZone', %s, false)", [site.settings.province.timezone])
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield site, connection


def account() -> str:
    """The operating system's word for who runs this; not the environment's, which anybody can set."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
