"""What the papers of a night are made of: read once for all units, each query once; the gaps themselves as they come."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import ClientCursor

from doisoat.province.file import ProvinceSettings
from doisoat.province.working_days import days_of
from doisoat.reports import query as reports
from doisoat.reports.query import query
from doisoat.warehouse.queries import archive_of, as_report

HERE = Path(__file__).parent
#: The province as a whole, where agencies are named; and nobody.
WHOLE, UNKNOWN = "", "unknown"
#: How many nights the trend goes back.
TREND = dt.timedelta(days=60)
_AT_ONCE = 500

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Night:
    """The published night that the papers are about.

    Attributes:
        archive_id: where its rows are (doisoat.warehouse.queries.archive_of).
        deadline: the day by which units answer.
    """

    night: dt.date
    revision: int
    archive_id: int
    deadline: dt.date

    @property
    def asked(self) -> dict[str, Any]:
        """The parameters of a query about it."""
        return {"night": self.night, "archive_id": self.archive_id}


@dataclass(frozen=True, slots=True)
class Facts:
    """The numbers of a night, by agency; see the SQL files of the same names."""

    night: Night
    settings: ProvinceSettings
    units: Rows
    bridges: dict[str, Rows]
    rates: dict[str, Rows]
    names: dict[str, str] = field(default_factory=dict)


def night_of(
    connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date, revision: int | None = None
) -> Night:
    """A revision of a night: the published one if none is named, 0 if none is published."""
    row = connection.execute(
        "select max(revision) from ops.publication where night = %s and withdrawn_at is null", [night]
    ).fetchone()
    published = int(row[0]) if row and row[0] else 0
    asked = published if revision is None else revision
    return Night(night, asked, archive_of(connection, night, revision), deadline(settings, night))


def deadline(settings: ProvinceSettings, night: dt.date) -> dt.date:
    """The last day for answers to a list that is sent on the day after the night."""
    sent = night + dt.timedelta(days=1)
    working = (day for day, is_working, *_ in days_of(settings.working_days) if is_working and day > sent)
    for _, day in zip(range(settings.papers.answer_days), working, strict=False):
        last = day
    return last


def facts_of(connection: psycopg.Connection, settings: ProvinceSettings, night: Night) -> Facts:
    """Read what all workbooks of a night say, set by set."""
    year = {"period_kind": "year", "period_starts": [night.night.replace(month=1, day=1)], "agency": None}
    return Facts(
        night,
        settings,
        ask(connection, "units", night.asked),
        by_agency(ask(connection, "unit_bridge", {**night.asked, "first_month": None, "last_month": None})),
        by_agency(ask(connection, "unit_rates", {**night.asked, **year})),
        dict(query(connection, "names", {}).rows),
    )


def ask(connection: psycopg.Connection, name: str, parameters: dict[str, Any]) -> Rows:
    """Run one of our SQL files: its rows, with whole numbers as int and other numbers as float; days stay days."""
    report = as_report(connection.execute((HERE / f"{name}.sql").read_text(encoding="utf-8"), parameters))
    return [{name: _day(name, value) for name, value in row.items()} for row in report.dicts()]


def _day(name: str, value: Any) -> Any:
    is_day = isinstance(value, str) and name in ("first_month", "last_month", "oldest", "night", "period_start")
    return dt.date.fromisoformat(value) if is_day else value


def by_agency(rows: Rows) -> dict[str, Rows]:
    """Rows of a query by the agency that they are about."""
    found: dict[str, Rows] = defaultdict(list)
    for row in rows:
        found[row["of_agency"]].append(row)
    return dict(found)


def gaps(
    connection: psycopg.Connection, night: Night, owner: str | None = None, pair: str | None = None
) -> Iterator[dict[str, Any]]:
    """The gaps of a night by who has to act on them and what has to be done, read as they come.

    Args:
        owner: only of this agency.
        pair: only of these two sides.
    """
    listed = (reports.HERE / "gaps.sql").read_text(encoding="utf-8")
    statement = f"with listed as (\n{listed}\n)\n" + (HERE / "listed_gaps.sql").read_text(encoding="utf-8")
    asked = {**night.asked, "with_pending": False, "pair": pair, "owner": owner}
    with connection.transaction(), connection.cursor(name="papers") as cursor:
        connection.execute("set local cursor_tuple_fraction = 1")  # all rows are read: no plan for the first few
        cursor.itersize = _AT_ONCE
        cursor.execute(ClientCursor(connection).mogrify(statement, asked))
        columns = [column.name for column in cursor.description or ()]
        for row in cursor:
            yield dict(zip(columns, row, strict=True))
