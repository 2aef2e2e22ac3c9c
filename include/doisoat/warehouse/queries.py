"""Query results as plain values, and where the rows of a night's revision are stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from doisoat.errors import NightNotCollectedError

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class Report:
    """Rows of one report, columns in order.

    Attributes:
        left_out: how many more rows there are that were not asked for.
    """

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    left_out: int = 0

    def dicts(self) -> list[dict[str, Any]]:
        """Each row by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def as_report(cursor: psycopg.Cursor | psycopg.ServerCursor, most: int | None = None) -> Report:
    """A query's result, or its first rows: whole numbers as int, other numbers as float, dates and timestamps as ISO text."""
    rows = cursor.fetchall() if most is None else cursor.fetchmany(most)
    return Report(tuple(column.name for column in cursor.description or ()), [tuple(map(_plain, row)) for row in rows])


def archive_of(connection: psycopg.Connection, night: dt.date, revision: int | None) -> int:
    """Where the rows of a night are: the archive_id of a revision, 0 for the current rows.

    Args:
        revision: which one; 0: what was computed last, published or not; None: the published one, else the current rows.

    Raises:
        NightNotCollectedError: there is no such revision, or retention has deleted its rows.
    """
    if revision == 0:
        return 0
    published = {
        number: (stands, expired_at, archive_id)
        for number, stands, expired_at, archive_id in connection.execute(
            "select revision, withdrawn_at is null, expired_at, archive_id from ops.publication where night = %s",
            [night],
        ).fetchall()
    }
    if revision is None:
        standing = [archive_id for stands, _, archive_id in published.values() if stands]
        if not standing and published and all(expired for _, expired, _ in published.values()):
            revision = max(published)
        else:
            return standing[0] if standing else 0
    if revision not in published:
        raise NightNotCollectedError(
            f"night {night}: there is no revision {revision}, only {sorted(published) or 'none'}; see `doisoat nights`"
        )
    _, expired_at, archive_id = published[revision]
    if expired_at:
        raise NightNotCollectedError(
            f"night {night}, revision {revision}: its rows were deleted on {expired_at:%Y-%m-%d}, as set by `retention` "
            "in the province file; `doisoat nights` lists what is still there"
        )
    return int(archive_id)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value
