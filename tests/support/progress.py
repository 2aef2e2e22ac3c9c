"""Dossiers that come along night by night, and how far progress.sql says each has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from doisoat.rates.progress import make_progress
from doisoat.warehouse.database import connect

from support.world import World

COLUMNS = ("code", "agency", "procedure", "channel", "received", "due", "status", "finished", "returned")


def code(number: int, day: str = "240401", agency: str = "H37.21.01") -> str:
    return f"{agency}-{day}-{number:04d}"


def table(rows: list[Mapping[str, str]]) -> str:
    """The rows as a World reads them; `code` and what differs from its defaults."""
    lines = [
        " | ".join(row.get(column, "-" if column in ("finished", "returned") else "=") for column in COLUMNS)
        for row in rows
    ]
    return "\n".join((" | ".join(COLUMNS), *lines))


def progress(world: World, night: str, day: str | None = None) -> dict[str, tuple[str, str | None, str | None]]:
    """code -> (outcome, standing, standing by date) at the end of a day as known on a night."""
    chosen = dt.date.fromisoformat(night)
    with connect(world.dsn) as connection, connection.transaction():
        make_progress(connection, world.site.settings, chosen, dt.date.fromisoformat(day) if day else chosen)
        rows = connection.execute(
            "select record_id, outcome, standing, standing_by_date from progress order by record_id"
        ).fetchall()
    return {record_id.removeprefix("id-"): (outcome, exact, by_date) for record_id, outcome, exact, by_date in rows}
