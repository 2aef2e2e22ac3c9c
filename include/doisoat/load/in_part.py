"""Rows that could not be read as a whole: held with what could be read, or at least given a place (docs/adr/0027)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from doisoat.collect.landing import Landing
from doisoat.collect.record_csv import RECORD_COLUMNS
from doisoat.model import QuarantinedRow
from doisoat.warehouse.planner_statistics import refresh_statistics

_COLUMNS = (*RECORD_COLUMNS, "unread", "position", "asked_month", "is_identified")


def stage_quarantined(connection: psycopg.Connection, landing: Landing) -> None:
    """Make the temporary table `quarantined` of a landing's rows, each at a position of its own."""
    connection.execute(
        """create temporary table quarantined (
            position text, reason text, field text, record_id text, is_identified boolean, receipt_month date
        ) on commit drop"""
    )
    with connection.cursor() as cursor, cursor.copy("copy quarantined from stdin") as copy:
        for position, row in _placed(landing):
            copy.write_row((position, row.reason, row.field, _key(row), _says_all(row), row.receipt_month))
    connection.execute("analyze quarantined")


def stage_in_part(connection: psycopg.Connection, landing: Landing) -> None:
    """Add the rows that were read in part to raw.landing."""
    columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("copy raw.landing ({}) from stdin").format(columns)) as copy,
    ):
        for position, row in _placed(landing):
            if row.read:
                values = msgspec.structs.asdict(row.read)
                record = [list(value) if name == "linked_codes" else value for name, value in values.items()]
                copy.write_row((*record, list(row.unread), position, row.receipt_month, row.is_identified))


def written_in_part(connection: psycopg.Connection, parameters: Mapping[str, Any]) -> int:
    """How many of the records that merge.sql wrote were read in part: their rows are counted as quarantined already."""
    (is_any,) = connection.execute(
        "select exists (select from raw.landing_record where unread is not null)"
    ).fetchone() or (False,)
    if not is_any:
        return 0
    refresh_statistics(connection)
    row = connection.execute(
        """select count(*) from raw.landing_record n
        join core.dossier_record c on (c.source_id, c.record_id, c.from_night) = (%(source_id)s, n.record_id, %(night)s)
        where n.unread is not null""",
        parameters,
    ).fetchone()
    return row[0] if row else 0


def _placed(landing: Landing) -> Iterator[tuple[str, QuarantinedRow]]:
    seen: Counter[str] = Counter()
    for row in landing.quarantined():
        seen[row.position] += 1  # "page 0 row 3" may occur in the changes and in a cell that is listed as well
        yield row.position if seen[row.position] == 1 else f"{row.position}, answer {seen[row.position]}", row


def _key(row: QuarantinedRow) -> str | None:
    if row.record_id or row.read is None or not row.is_identified:
        return row.record_id
    return row.read.record_id or row.read.dossier_code


def _says_all(row: QuarantinedRow) -> bool:
    """Whether the row says which dossier it is; of a row whose links are unread, only which record."""
    return row.is_identified and "linked_codes" not in row.unread
