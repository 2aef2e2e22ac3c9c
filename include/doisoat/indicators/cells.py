"""Counts what the indicators are made of: of all that a night holds, or of a range of days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import psycopg

from doisoat.errors import ConfigurationError
from doisoat.indicators import progress
from doisoat.indicators.days import Days
from doisoat.reconcile import Comparison, comparison_of
from doisoat.settings import ProvinceSettings
from doisoat.warehouse.database import run_file

HERE = Path(__file__).parent
COUNTS = ("sync_counts", "service_counts", *progress.FILES, "progress_counts", "indicator_cell")
#: The temporary tables that these files leave.
LEFT = ("sync_counts", "service_counts", *progress.LEFT, "progress_counts", "indicator_cell_tonight")


def count_cells(
    connection: psycopg.Connection, settings: ProvinceSettings, comparison: Comparison, days: Days | None = None
) -> dict[str, Any]:
    """Make the temporary table indicator_cell_tonight from the records that stand, which are those of the comparison's night.

    Returns what its files were given.
    """
    parameters = {
        "night": comparison.night,
        "timezone": settings.province.timezone,
        "provincial_sources": comparison.provincial.sources,
        "national_sources": comparison.national.sources,
        "first_day": days and days.first,
        "last_day": days and days.last,
        **progress.progress_parameters(settings, comparison.night, comparison.provincial.cut_off or comparison.as_of),
    }
    for name in COUNTS:
        run_file(connection, HERE / f"{name}.sql", parameters)
    return parameters


def count_days(connection: psycopg.Connection, settings: ProvinceSettings, days: Days, night: dt.date) -> None:
    """Make the view asked_cell of a range of days, as known on `night`, in the transaction at hand.

    Raises:
        ConfigurationError: the days are in the wrong order, or the night is not the one whose records stand.
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
            f"{asked}: days are counted from the records that stand now, and those are of night {loaded}, the last one "
            f"compared being {compared}; ask of that night once it is compared, or for whole months, which every night keeps"
        )
    parameters = count_cells(connection, settings, comparison_of(connection, settings, night), days)
    run_file(connection, HERE / "asked_cell_of_days.sql", parameters)
