"""Reports are SQL files, run by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from doisoat.warehouse.queries import Report, as_report

if TYPE_CHECKING:
    import psycopg

HERE = Path(__file__).parent


def query(connection: psycopg.Connection, name: str, parameters: dict[str, Any]) -> Report:
    """Run reports/<name>.sql."""
    return as_report(connection.execute((HERE / f"{name}.sql").read_text(encoding="utf-8"), parameters))
