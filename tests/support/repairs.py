"""What is kept of a night's repairs (recon.repair), held against the tables that it follows from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import psycopg
from doisoat.warehouse import database
from doisoat.warehouse.ranges import REPAIR

FOLDER = database.HERE / "migrations" / "versions" / "repairs"


def repairs_kept_otherwise(
    connection: psycopg.Connection, night: dt.date, archive_id: int = 0
) -> Counter[tuple[Any, ...]]:
    """(which has it, kind, effect) -> rows that only one of the two has: nothing, if what is kept is what follows."""
    asked = {"night": night, "archive_id": archive_id}
    effects = (FOLDER / "columns.sql").read_text("utf-8").partition("create temporary table effect")
    with connection.transaction(force_rollback=True):
        connection.execute("".join(effects[1:]))
        connection.execute(f"create temporary table follows as {(FOLDER / 'of_night.sql').read_text('utf-8')}", asked)
        kept = f"""select {REPAIR.columns} from archive.any_repair
            where archive_id = %(archive_id)s and from_night <= %(night)s and %(night)s < to_night"""
        follows = f"select {REPAIR.columns} from follows"
        rows = connection.execute(
            f"""select 'only kept', kind, effect from ({kept} except {follows}) one
            union all select 'only follows', kind, effect from ({follows} except {kept}) other""",
            asked,
        ).fetchall()
    return Counter(rows)
