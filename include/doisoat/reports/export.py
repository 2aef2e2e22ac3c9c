"""A night's mart as Parquet files, for DuckDB, pandas or a lake: OUT/<view>/night=2024-04-19/part.parquet.

Every view of schema `mart` is a folder, and every night that was exported a part of it, so that a reader sees one table with a
column `night`. A view without nights (a dimension) is written as it stands, with each night. Rows stream from the server's
COPY through a CSV reader into row groups: memory does not grow with their number.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    import pyarrow

_VIEWS = """
select c.relname, a.attname, format_type(a.atttypid, null)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'mart'::regnamespace and c.relkind in ('v', 'm', 'r')
    and c.relname <> 'page_use' -- which account did what stays where retention deletes it
order by c.relname, a.attnum"""
#: PostgreSQL's type -> the name of Arrow's; any other is written as PostgreSQL prints it, lists and objects as JSON.
_TYPES = {
    "bigint": "int64",
    "integer": "int32",
    "smallint": "int16",
    "boolean": "bool",
    "numeric": "float64",
    "double precision": "float64",
    "real": "float32",
    "date": "date32",
}
_BLOCK = 4 << 20


@dataclass(frozen=True)
class View:
    """A view of mart: its columns with their types."""

    name: str
    columns: dict[str, str]


def export(connection: psycopg.Connection, night: dt.date, out: Path) -> Iterator[tuple[str, int]]:
    """Write every view, each replacing what an earlier export wrote of this night; gives name and number of rows of each.

    Args:
        connection: to the warehouse, in a transaction that sees one moment of it.
        night: a published night.
        out: the folder; made if it is missing.
    """
    for view in views(connection):
        part = out / view.name / f"night={night}" / "part.parquet"
        part.parent.mkdir(parents=True, exist_ok=True)
        unfinished = part.with_name(".part.unfinished")  # readers pass over what begins with a dot
        try:
            with unfinished.open("wb") as file:
                rows = write_view(connection, view, night, file)
            unfinished.replace(part)
        finally:
            unfinished.unlink(missing_ok=True)
        yield view.name, rows


def views(connection: psycopg.Connection) -> list[View]:
    """Every view of mart, by name."""
    found: dict[str, dict[str, str]] = {}
    for view, column, kind in connection.execute(_VIEWS).fetchall():
        found.setdefault(view, {})[column] = kind
    return [View(name, columns) for name, columns in found.items()]


def write_view(
    connection: psycopg.Connection,
    view: View,
    night: dt.date,
    file: BinaryIO,
    metadata: Mapping[str, str] | None = None,
) -> int:
    """Write a view's rows of a night as one Parquet file, streamed; gives their number.

    Args:
        view: with the columns that are wanted; the night itself is none of the file's.
        file: open for writing.
        metadata: what the file says of itself.
    """
    import pyarrow as arrow
    import pyarrow.csv as reading
    from pyarrow import parquet

    types = {name: _arrow_type(kind) for name, kind in view.columns.items() if name != "night"}
    schema = arrow.schema(list(types.items()), metadata=dict(metadata or {}))
    options: dict[str, Any] = {
        "read_options": reading.ReadOptions(block_size=_BLOCK, column_names=list(types)),
        "parse_options": reading.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        "convert_options": reading.ConvertOptions(
            column_types=types, null_values=[""], true_values=["t"], false_values=["f"], strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    }  # fmt: skip
    rows = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(_copy(view, night)) as copy,
        parquet.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        stream = _Stream(copy)
        if stream.is_empty():
            return 0
        for batch in reading.open_csv(io.BufferedReader(stream, _BLOCK), **options):
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _copy(view: View, night: dt.date) -> sql.Composed:
    """Its rows of this night as CSV; the night itself is in the name of the folder."""
    columns = [_column(name, kind) for name, kind in view.columns.items() if name != "night"]
    where = sql.SQL("where night = {}").format(sql.Literal(night)) if "night" in view.columns else sql.SQL("")
    return sql.SQL("copy (select {} from {} {}) to stdout (format csv)").format(
        sql.SQL(", ").join(columns), sql.Identifier("mart", view.name), where
    )


def _column(name: str, kind: str) -> sql.Composed:
    column = sql.Identifier(name)
    if kind in ("date", "timestamp with time zone"):  # the end of what has none is unknown to Parquet
        return sql.SQL("case when isfinite({}) then {} end").format(column, column)
    if kind.endswith("[]") or kind in ("json", "jsonb"):
        return sql.SQL("to_json({})::text").format(column)
    return sql.SQL("{}").format(column)


def type_name(kind: str) -> str:
    """What PostgreSQL's type is in the file."""
    return "timestamp" if kind == "timestamp with time zone" else _TYPES.get(kind, "string")


def _arrow_type(kind: str) -> pyarrow.DataType:
    import pyarrow as arrow

    name = type_name(kind)
    return arrow.timestamp("us", "UTC") if name == "timestamp" else arrow.type_for_alias(name)


class _Stream(io.RawIOBase):
    """What the server copies out, as a file that is read once."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy, self._rest = copy, memoryview(b"")

    def is_empty(self) -> bool:
        """Whether there is no row at all: an empty CSV is an error to its reader."""
        self._rest = self._rest or memoryview(self._copy.read())
        return not self._rest

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer with what comes next; 0 at the end."""
        if self.is_empty():
            return 0
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
