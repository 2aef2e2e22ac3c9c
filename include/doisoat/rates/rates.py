"""The values of the indicators for any part of a night's dossiers: computed from the cells on demand, by the same rules."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from doisoat.indicators.definitions import load_indicators
from doisoat.months import later
from doisoat.province.file import ProvinceSettings
from doisoat.rates.cells import Days, count_days
from doisoat.warehouse.database import run_file, run_sql
from doisoat.warehouse.queries import Report, as_report
from doisoat.warehouse.ranges import INDICATOR_CELL

HERE = Path(__file__).parent
#: The tables that the rules read.
RULES_READ = ("rolled", "reported", "denominator", "sync_rate")
#: The denominator as reported for each part; the alternative is the expected one (gains.py).
AS_REPORTED = {"is_expected": False, "reported_part": None}
STEPS = {"month": "1 month", "quarter": "3 months", "year": "1 year"}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Part:
    """Which dossiers to count, and how to break them down.

    Attributes:
        by: agency (each with all below it), level, field, procedure, channel or system; None for no breakdown.
        period: month, quarter, year, all; range for first_month to last_month, or for the days, as one.
        agency: agency_id, code or former code, with all below it. level, field, procedure, channel: only these.
        first_month, last_month: first days of the first and last month of receipt that count.
        days: these days of receipt instead; they need not be whole months.
    """

    by: str | None = None
    period: str = "all"
    agency: str | None = None
    level: str | None = None
    field: str | None = None
    procedure: str | None = None
    channel: str | None = None
    first_month: dt.date | None = None
    last_month: dt.date | None = None
    days: Days | None = None

    @property
    def is_reported(self) -> bool:
        """Whether reports can cover exactly this part: they are by agency and month, never by anything else or by day."""
        narrowed = self.level or self.field or self.procedure or self.channel or self.days
        return self.by in (None, "agency") and not narrowed

    @property
    def is_rated(self) -> bool:
        """Whether a night keeps its rates (recon.rate): of the whole or of every agency, for each period or for all months."""
        is_cut = (self.first_month or self.last_month) and self.period != "month"
        return self.is_reported and self.agency is None and self.period in (*STEPS, "all") and not is_cut

    @property
    def kept_from(self) -> dt.date | None:
        """The first day of the one month, quarter or year it is of, if a night keeps its sums (recon.rate_sum); else None."""
        if self.by or not self.is_reported or self.period not in STEPS or not (self.first_month and self.last_month):
            return None
        first, months = self.first_month, MONTHS[self.period]
        is_whole = (first.month - 1) % months == 0 and self.last_month == later(first, months - 1)
        return first if is_whole else None

    @property
    def range(self) -> tuple[dt.date, dt.date] | None:
        """The first day that counts and the day after the last, if both ends are given."""
        if self.days:
            return self.days.first, self.days.last + dt.timedelta(days=1)
        if self.first_month and self.last_month:
            return self.first_month, later(self.last_month)
        return None


def cell_parameters(settings: ProvinceSettings, part: Part, night: dt.date, archive_id: int) -> dict[str, Any]:
    """The parameters of cells_of.sql and the steps after it."""
    start, end = part.range or (None, None)
    return {
        "night": night,
        "archive_id": archive_id,
        "dimension": part.by,
        "period_kind": part.period,
        "unit": part.period if part.period in STEPS else "month",
        "step": STEPS.get(part.period, "1 month"),
        "agency": part.agency,
        "level": part.level,
        "field": part.field,
        "procedure": part.procedure,
        "channel": part.channel,
        "first_month": part.first_month,
        "last_month": part.last_month,
        "range_start": start,
        "range_end": end,
        "reported_by": settings.indicators.reported_by if part.is_reported else [],
        **AS_REPORTED,
    }


def find_cells(
    connection: psycopg.Connection, settings: ProvinceSettings, part: Part, parameters: dict[str, Any]
) -> None:
    """Make `cell` and `period` for a part, in the current transaction (cells_of.sql).

    Raises:
        ConfigurationError: days are requested for a night other than the one whose records are current.
    """
    if part.days:
        count_days(connection, settings, part.days, parameters["night"])
    else:
        run_file(connection, HERE / "asked_cell.sql", parameters)
    sum_cells(connection, "cells_of", parameters)


def sum_cells(connection: psycopg.Connection, name: str, parameters: dict[str, Any]) -> None:
    """Run <name>.sql, which makes `cell` and `period`."""
    text = (HERE / f"{name}.sql").read_text("utf-8")
    run_sql(connection, re.sub(r"^    all_counters$", counters(), text, flags=re.MULTILINE), parameters)


def counters() -> str:
    """The sum of each counter of a cell `c`, under its name."""
    return ", ".join(f"sum(c.{name})::bigint as {name}" for name in INDICATOR_CELL.values)


def rests_on(connection: psycopg.Connection, night: dt.date, archive_id: int) -> str | None:
    """The caveats of all numbers of the night: stale or absent sources, sides listed in part; None if there are none."""
    query = (HERE / "rests_on.sql").read_text("utf-8")
    stale, is_incomplete = connection.execute(query, {"night": night, "archive_id": archive_id}).fetchone() or (
        None,
        None,
    )
    said = [f"stale or absent: {stale}"] if stale else []
    return "; ".join([*said, *(["a side was listed in part"] if is_incomplete else [])]) or None


def rolled() -> str:
    """SQL that sums the counters of `cell` by period and part. A dossier without a receipt date is in no period."""
    return f"""create temporary table rolled on commit drop as
        select p.period_kind, p.period_start, part, {counters()},
            coalesce(sum(c.provincial) filter (where c.channel = 'online'), 0)::bigint as online,
            coalesce(sum(c.provincial) filter (where c.channel = 'unknown'), 0)::bigint as channel_unknown
        from cell c
        join (
            select p.period_kind, p.period_start, m.cell_month
            from (select distinct cell_month from cell) m
            join period p on m.cell_month >= p.period_start and m.cell_month < p.period_end
        ) p using (cell_month)
        cross join unnest(c.parts) as part
        group by 1, 2, 3;
        create unique index on rolled (period_kind, period_start, part);
        analyze rolled"""


def roll(connection: psycopg.Connection, settings: ProvinceSettings, parameters: dict[str, Any]) -> None:
    """Make what the rules read from `cell` and `period`: the sums, and the sync rate in force, which multiplies another."""
    run_sql(connection, rolled())
    run_file(connection, HERE / "reported.sql", parameters)
    denominator = (HERE / "denominator.sql").read_text("utf-8")
    made = f"create temporary table denominator on commit drop as {denominator}; analyze denominator"
    run_sql(connection, made, parameters)
    in_force = next(one for one in load_indicators() if one.id == settings.indicators.readings["sync"])
    connection.execute(f"create temporary table sync_rate on commit drop as {in_force.query}; analyze sync_rate")


def rates(
    connection: psycopg.Connection, settings: ProvinceSettings, part: Part, night: dt.date, archive_id: int
) -> Report:
    """Each indicator by period and part: numerator, denominator and ratio, each with a lower and an upper bound.

    Returns rows in the order of the definitions, periods and parts; a ratio is in [0, 1], null if it is not known. A number is
    provisional while its period is running; `rests_on` gives its caveats. What the night keeps is not computed again.
    """
    if part.is_rated and (kept := _kept_rates(connection, settings, part, night, archive_id)):
        return kept
    return computed_rates(connection, settings, part, night, archive_id)


def _kept_rates(
    connection: psycopg.Connection, settings: ProvinceSettings, part: Part, night: dt.date, archive_id: int
) -> Report | None:
    """The rates as the night kept them; None if it has none of an indicator, which may be younger than the night."""
    known = [one.id for one in load_indicators()]
    asked = {
        "night": night,
        "archive_id": archive_id,
        "dimension": part.by,
        "period_kind": part.period,
        "first_month": part.first_month,
        "last_month": part.last_month,
        "indicators": known,
        **_told(settings),
        "rests_on": rests_on(connection, night, archive_id),
    }
    found = as_report(connection.execute((HERE / "kept_rates.sql").read_text("utf-8"), asked))
    return found if {row[0] for row in found.rows} == set(known) else None


def _told(settings: ProvinceSettings) -> dict[str, list[str]]:
    """What is said of each indicator beside its numbers: labels in order, and the readings that are not in force."""
    in_force = set(settings.indicators.readings.values())
    rivals = [one.id for one in load_indicators() if one.reading_of and one.id not in in_force]
    return {"labels": [one.label for one in load_indicators()], "rivals": rivals}


def computed_rates(
    connection: psycopg.Connection, settings: ProvinceSettings, part: Part, night: dt.date, archive_id: int
) -> Report:
    """The same, computed from the night's cells, or from records for days."""
    with connection.transaction(force_rollback=True):
        parameters = cell_parameters(settings, part, night, archive_id)
        find_cells(connection, settings, part, parameters)
        roll(connection, settings, parameters)
        rules = " union all ".join(
            f"select {place} as place, {one.id!r} as indicator, rule.* from ({one.query}) rule"
            for place, one in enumerate(load_indicators(), 1)
        )
        cursor = connection.execute(
            f"""select indicator, (%(labels)s::text[])[place] as label, indicator <> all (%(rivals)s) as is_in_force,
                nullif(period_start, '-infinity') as period_start, nullif(part, '') as part,
                numerator_least, numerator_most, denominator_least, denominator_most, ratio_least, ratio_most, denominator_basis,
                isfinite(period_end) and period_end > %(night)s::date + 1 as is_provisional, %(rests_on)s::text as rests_on
            from ({rules.replace("%", "%%")}) rated join period using (period_kind, period_start)
            order by place, period_start, part""",
            {**_told(settings), "night": night, "rests_on": rests_on(connection, night, archive_id)},
        )
        return as_report(cursor)
