"""Counts what the indicators need, and computes them for every period and agency of a night."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psycopg

from doisoat.indicators.definitions import load_indicators
from doisoat.province.file import ProvinceSettings
from doisoat.rates.cells import LEFT, count_cells
from doisoat.rates.rates import AS_REPORTED, RULES_READ, roll, sum_cells
from doisoat.rates.repairs import KEPT as REPAIRS
from doisoat.rates.repairs import LEFT as LEFT_OF_REPAIRS
from doisoat.rates.repairs import count_repairs
from doisoat.reconcile import Comparison
from doisoat.warehouse.database import run_file
from doisoat.warehouse.planner_statistics import refresh_statistics
from doisoat.warehouse.ranges import INDICATOR_CELL, RATE, merge, rewind

HERE = Path(__file__).parent


def indicate(connection: psycopg.Connection, settings: ProvinceSettings, comparison: Comparison) -> None:
    """Store the night's counts for the indicators, their values, and what repairs would make of them.

    The caller holds the write lock; the night is the latest one, and was compared just now (doisoat.reconcile).
    """
    night = comparison.night
    parameters = {
        **count_cells(connection, settings, comparison),
        "reported_by": settings.indicators.reported_by,
        **AS_REPORTED,
    }
    sum_cells(connection, "parts_tonight", parameters)
    roll(connection, settings, parameters)
    run_file(connection, HERE / "rate_tonight.sql")
    for indicator in load_indicators():
        connection.execute(
            f"""insert into rate_tonight
            select %s, period_kind, period_start, part, numerator_least, numerator_most, denominator_least, denominator_most,
                ratio_least, ratio_most, denominator_basis
            from ({indicator.query}) rule""",
            [indicator.id],
        )
    count_repairs(connection, settings)
    _keep(connection, night)
    refresh_statistics(connection)
    _keep_formulas(connection, settings)
    made = ", ".join((*LEFT, *LEFT_OF_REPAIRS, "cell", "period", *RULES_READ, "rate_tonight"))
    connection.execute(f"drop table {made}")


def _keep(connection: psycopg.Connection, night: dt.date) -> None:
    """Store tonight's counts, rates and repairs, each of them whole."""
    for table, tonight in ((INDICATOR_CELL, "indicator_cell_tonight"), (RATE, "rate_tonight"), *REPAIRS):
        connection.execute(f"analyze {tonight}")  # else each row may be compared with all of them
        rewind(connection, table, None, night)
        merge(connection, table, tonight, None, night)


def _keep_formulas(connection: psycopg.Connection, settings: ProvinceSettings) -> None:
    """Store what each indicator means, and whether it is in force, for readers of the warehouse."""
    in_force = settings.indicators.readings
    rows = [
        (one.id, place, one.code, one.label, one.formula, one.legal_source, one.certainty, one.valid_from,
         one.valid_to, one.reading_of is None or in_force[one.reading_of] == one.id, one.points,
         one.full_at)
        for place, one in enumerate(load_indicators(), 1)
    ]  # fmt: skip
    connection.execute("delete from core.indicator")
    with connection.cursor() as cursor:
        cursor.executemany(
            """insert into core.indicator values
            (%s, %s, %s, normalize(%s, nfc), %s, %s, %s, %s, coalesce(%s, 'infinity'::date), %s, %s, %s)""",
            rows,
        )
