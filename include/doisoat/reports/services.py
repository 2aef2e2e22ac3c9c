"""The four numbers named in notice 204/TB-UBND, side by side by level, for one month."""

from __future__ import annotations

import datetime as dt

import psycopg

from doisoat.province.file import ProvinceSettings
from doisoat.rates.rates import Part, rates
from doisoat.reports.query import query
from doisoat.warehouse.queries import Report

#: The columns of the table; the other formats also give the counts behind the shares.
COLUMNS = ("level", "received", "online_least", "online_most", "digitised_least", "digitised_most", "paid_online_least",
           "paid_online_most", "mean_hours", "median_hours", "in_8_hours_least", "in_8_hours_most")  # fmt: skip
WHOLE = "all"


def services(
    connection: psycopg.Connection, settings: ProvinceSettings, month: dt.date, night: dt.date, archive_id: int
) -> Report:
    """Online share, digitisation, online payment and the time from online submission to acceptance, by the readings in force.

    Args:
        month: first day of the month of receipt.

    Returns one row per level of the receiving unit, without what is below it, and one for all: shares in [0, 1] with a lower and
    an upper bound, null if there is nothing to divide by; clock hours; the median only for the current revision.
    """
    readings = settings.indicators.readings
    shown = {
        "online_share": "online",
        readings["digitisation"]: "digitised",
        readings["online_payment"]: "paid_online",
        "accepted_in_8_hours": "in_8_hours",
    }
    shares: dict[str, dict[str, float | None]] = {}
    for by in ("level", None):
        part = Part(by=by, period="month", first_month=month, last_month=month)
        for row in rates(connection, settings, part, night, archive_id).dicts():
            if name := shown.get(row["indicator"]):
                told = shares.setdefault(row["part"] or WHOLE, {})
                told[f"{name}_least"], told[f"{name}_most"] = row["ratio_least"], row["ratio_most"]
    names = [f"{name}_{bound}" for name in shown.values() for bound in ("least", "most")]
    parameters = {"month": month, "night": night, "archive_id": archive_id, "timezone": settings.province.timezone}
    made_of = query(connection, "services", parameters)
    rows = [
        (level or WHOLE, received, *map(shares[level or WHOLE].get, names), *counts)
        for level, received, *counts in made_of.rows
    ]
    return Report((*made_of.columns[:2], *names, *made_of.columns[2:]), rows)
