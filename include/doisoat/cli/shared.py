"""What commands share: opening the site and the warehouse, choosing the night, printing the answer."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from doisoat.cli import which
from doisoat.errors import NightNotCollectedError
from doisoat.hints import as_typed
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


class Terminal(Console):
    """Where reports are printed; commands in a line of text are named as they have to be typed here."""

    def print(self, *objects: Any, **options: Any) -> None:
        """As rich does."""
        super().print(*(hinted(each) if isinstance(each, str) else each for each in objects), **options)


def hinted(text: str) -> str:
    """The text, with commands that work as typed and mean the warehouse that this one meant."""
    return as_typed(text, which.options(), which.province_id())


#: The headings of `doisoat --help`.
LOOK, EXPLAIN, ACT = "Look at a night", "Explain the gaps", "Act on gaps"
RATES, OPERATE = "Rates and forms", "Operate"
#: Wide enough for every column when the output is a pipe: a truncated number is a wrong number.
console = Terminal(width=None if sys.stdout.isatty() else 320, highlight=False)
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


def published_night(connection: psycopg.Connection, night: dt.datetime | None) -> dt.date:
    """The night that is asked about, if analysts see it.

    Raises:
        NightNotCollectedError: it is not published.
    """
    chosen = chosen_night(connection, night)
    row = connection.execute("select from ops.publication where night = %s and withdrawn_at is null", [chosen])
    if not row.rowcount:
        raise NightNotCollectedError(f"night {chosen}: not published, so mart has nothing of it; see `doisoat nights`")
    return chosen


@contextmanager
def site_at_hand(*, writes: bool = False) -> Iterator[Site]:
    """The site that is meant (doisoat.cli.which); says which it is, and asks before it is written if that is not clear."""
    with _opened(writes=writes) as (site, name):
        from doisoat.errors import DoisoatError
        from doisoat.warehouse.database import connect

        try:
            with connect(site.dsn) as connection:
                _say(name, connection)
        except DoisoatError:
            _say(name, None)  # whatever is wrong with it, what follows says it
        yield site


@contextmanager
def _opened(*, writes: bool) -> Iterator[tuple[Site, str]]:
    """The site, and what it is called together with its warehouse."""
    from doisoat.province.site import Site

    chosen = which.meant()
    with which.environment_of(chosen.home) if chosen.home else nullcontext():
        site = Site.from_environment()
        if writes:
            which.confirm_writing(chosen, site.settings.province.name, site.settings.province.id)
        others = "".join(f"; {called}: {option}" for option, called in chosen.others.items())
        if chosen.provinces:
            more = f" and {len(chosen.provinces) - 3} more" if len(chosen.provinces) > 3 else ""
            others += f"; other provinces: --province {', '.join(chosen.provinces[:3])}{more}"
        yield site, f"{site.settings.province.name}, {chosen.called}{others}"


def _say(name: str, connection: psycopg.Connection | None) -> None:
    """The first line of every command: whose warehouse answers, and how far it is. On stderr: what is asked for is on stdout."""
    row = None
    if connection and connection.execute("select to_regclass('ops.publication')").fetchone() != (None,):
        row = connection.execute("select max(night) from ops.publication where withdrawn_at is null").fetchone()
    night = f"last published night {row[0]}" if row and row[0] else "no night published yet"
    typer.echo(f"{name}: {night}" if connection else name, err=True)


@contextmanager
def warehouse_at_hand() -> Iterator[tuple[Site, psycopg.Connection]]:
    """The site and a connection that sees one snapshot of the warehouse: a night loaded meanwhile is not visible in it.

    Timestamps are shown in the province's time zone.
    """
    import psycopg

    from doisoat.warehouse.database import connect

    with _opened(writes=False) as (site, name), connect(site.dsn) as connection:
        connection.execute("select set_config('TimeZone', %s, false)", [site.settings.province.timezone])
        _say(name, connection)
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield site, connection


def account() -> str:
    """Who runs this, according to the operating system; not the environment, which anybody can set."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
