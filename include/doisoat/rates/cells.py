"""Counts what the indicators are computed from: for everything in a night, or for a range of days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import psycopg

from doisoat.errors import ConfigurationError
from doisoat.indicators.days import Days
from doisoat.province.file import ProvinceSettings
from doisoat.rates import progress
from doisoat.reconcile import Comparison, comparison_of
from doisoat.warehouse.database import joining_by_hash, run_file, run_sql
from doisoat.warehouse.ranges import INDICATOR_CELL

HERE = Path(__file__).parent
COUNTS = ("sync_counts", "service_counts", *progress.FILES, "progress_counts")
#: The counts of each group of indicators, by cell: together all counters of a cell (doisoat.warehouse.ranges.INDICATOR_CELL).
GROUPS = ("sync_counts", "service_counts", "progress_counts")
#: The temporary tables that these files leave behind.
LEFT = ("sync_counts", "service_counts", *progress.LEFT, "progress_counts", "indicator_cell_tonight")


def count_cells(
    connection: psycopg.Connection, settings: ProvinceSettings, comparison: Comparison, days: Days | None = None
) -> dict[str, Any]:
    """Make the temporary table indicator_cell_tonight from the current records, which are those of the comparison's night.

    Returns the parameters passed to its files.
    """
    ministries = connection.execute("select source_id from core.source where side = 'ministry' order by 1").fetchall()
    parameters = {
        "night": comparison.night,
        "timezone": settings.province.timezone,
        "provincial_sources": comparison.provincial.sources,
        "national_sources": comparison.national.sources,
        "ministry_systems": [source_id for (source_id,) in ministries],
        "first_day": days and days.first,
        "last_day": days and days.last,
        **progress.progress_parameters(settings, comparison.night, comparison.provincial.cut_off or comparison.as_of),
    }
    for name in COUNTS:
        run_file(connection, HERE / f"{name}.sql", parameters)
    with joining_by_hash(connection):  # each group has most of the cells: they would be sorted
        run_sql(connection, side_by_side())
    return parameters


def side_by_side() -> str:
    """SQL that puts the counts of all groups of indicators into one row per cell; a group without a count there counts 0."""
    cell = ", ".join(INDICATOR_CELL.key)
    counts = ", ".join(f"coalesce({name}, 0) as {name}" for name in INDICATOR_CELL.values)
    joined = GROUPS[0] + "".join(f" full join {group} using ({cell})" for group in GROUPS[1:])
    return f"""create temporary table indicator_cell_tonight on commit drop as select {cell}, {counts} from {joined};
        analyze indicator_cell_tonight"""


def count_days(connection: psycopg.Connection, settings: ProvinceSettings, days: Days, night: dt.date) -> None:
    """Make the view asked_cell for a range of days, as known on `night`, in the current transaction.

    Raises:
        ConfigurationError: the days are in the wrong order, or the night is not the one whose records are current.
    """
    asked = f"rates from {days.first} to {days.last}, as known on night {night}"
    if days.first > days.last:
        raise ConfigurationError(f"{asked}: give days in that order")
    row = connection.execute(
        """select (select max(night) from recon.comparison), (select max(night) from core.touched_night)"""
    ).fetchone()
    compared, loaded = row or (None, None)
    if not night == compared == loaded:
        raise ConfigurationError(
            f"{asked}: days are counted from the current records, which are those of night {loaded}; the last one "
            f"compared is {compared}; ask for that night once it is compared, or for whole months, which every night keeps"
        )
    parameters = count_cells(connection, settings, comparison_of(connection, settings, night), days)
    run_file(connection, HERE / "asked_cell_of_days.sql", parameters)
