"""Reports are SQL files, run by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doisoat.warehouse.queries import Report, as_report

if TYPE_CHECKING:
    import psycopg

HERE = Path(__file__).parent


def query(connection: psycopg.Connection, name: str, parameters: dict[str, Any], *, most: int | None = None) -> Report:
    """Run reports/<name>.sql.

    Args:
        most: how many rows are wanted; of the others only their number is brought over. None: all.
    """
    statement = (HERE / f"{name}.sql").read_text(encoding="utf-8")
    if most is None:
        return as_report(connection.execute(statement, parameters))
    connection.execute("set local cursor_tuple_fraction = 1")  # all rows are counted, not the first ones alone
    with connection.cursor(name="report") as cursor:
        cursor.execute(statement, parameters)
        shown = as_report(cursor, most)
        return replace(shown, left_out=connection.execute("move forward all in report").rowcount)
