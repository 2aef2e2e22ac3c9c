"""What is kept flat of a night (recon.finding), held against the tables that it follows from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
from doisoat.warehouse import database
from doisoat.warehouse.ranges import FINDING

OF_NIGHT = database.HERE / "migrations" / "versions" / "findings" / "of_night.sql"


def kept_otherwise(connection: psycopg.Connection, night: dt.date, archive_id: int = 0) -> Counter[tuple[Any, ...]]:
    """(which has it, kind, standing) -> rows that only one of the two has: nothing, if what is kept is what follows."""
    asked = {"night": night, "archive_id": archive_id}
    connection.execute(f"create temporary table follows as {Path(OF_NIGHT).read_text('utf-8')}", asked)
    kept = f"""select {FINDING.columns} from archive.any_finding
        where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night"""
    follows = f"select {FINDING.columns} from follows"
    rows = connection.execute(
        f"""select 'only kept', kind, standing from ({kept} except {follows}) one
        union all select 'only follows', kind, standing from ({follows} except {kept}) other""",
        asked,
    ).fetchall()
    connection.execute("drop table follows")
    return Counter(rows)
