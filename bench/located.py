"""In how many of the cells in which the sides truly differ the portal's count is known (load/procedures.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg


def located(connection: psycopg.Connection, key: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Of the dossiers that one side alone truly holds: how many are of a month whose statistics are asked for, and of how many
    of these the portal's count of their cell is known."""
    asked = connection.execute(
        """select distinct period_start from core.control_total
        where measure = 'totalReceived' and period_kind = 'month' and to_night = 'infinity'"""
    ).fetchall()
    months = {month for (month,) in asked}
    known = set(
        connection.execute(
            "select procedure_family, receipt_month from core.known_procedure where state = 'known'"
        ).fetchall()
    )
    alone = [
        (line["procedure"][:8], dt.date.fromisoformat(line["received_date"]).replace(day=1))
        for line in key
        if line["presence"] in ("provincial_only", "national_only") and not line["is_pending"] and line["received_date"]
    ]
    alone = [cell for cell in alone if cell[1] in months]
    return len(alone), sum(cell in known for cell in alone)
