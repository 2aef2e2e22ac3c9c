"""What the gaps cost: the value of an indicator if they were repaired, each group alone and one group after the other.

Nothing is estimated: a repair's effect (recon.repair, kept with the night) is added to the counts, and the same rule is applied
again (gains.py). Gains do not add up beyond the ceiling, nor beyond what was repaired before: both are shown.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from doisoat.indicators.definitions import load_indicators
from doisoat.months import first_of, period_of
from doisoat.province.file import ProvinceSettings
from doisoat.rates.gains import gains, indicator_named
from doisoat.rates.rates import Part, cell_parameters, find_cells, roll
from doisoat.warehouse.database import joining_by_hash, run_file
from doisoat.warehouse.queries import Report, as_report
from doisoat.warehouse.ranges import INDICATOR_CELL, RATE_SUMS, REPAIRED

HERE = Path(__file__).parent
#: How gaps are grouped in the ranked list.
GROUPED = {
    "cause": "r.cause",
    "agency": "r.cause || ' ' || r.agency_id",
    "procedure": "r.cause || ' ' || r.procedure_family",
    "all": "'all'",
}
#: The columns of the ranked list.
COLUMNS = ("place", "label", "to_repair", "ratio_now", "ratio_if_repaired", "gain", "points", "ratio_with_all_before",
           "points_with_all_before", "share_of_3_3", "denominator_basis")  # fmt: skip


_COUNTED_SUMS = (*INDICATOR_CELL.values, "online", "channel_unknown")
_COUNTED_BASE = f"""select r.period_kind, r.period_start, r.part as agency_id, {", ".join(f"r.{name}" for name in _COUNTED_SUMS)},
        q.value as reported, q.basis as reported_basis
    from rolled r
    left join reported q on (q.period_kind, q.period_start, q.agency) = (r.period_kind, r.period_start, r.part)"""
_KEPT_BASE = "select * from kept_sum"


@dataclass(frozen=True, slots=True)
class Repair:
    """Which gaps are assumed to be repaired: all, or those of a cause, an agency and all below it, a procedure."""

    cause: str | None = None
    agency: str | None = None
    procedure: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The question: which night (and where its rows are), which indicator, and which dossiers and months.

    Not which days: of what a repair changes, only the month is known.
    """

    night: dt.date
    archive_id: int
    indicator: str
    part: Part


def ranked(
    connection: psycopg.Connection, settings: ProvinceSettings, question: Question, repair: Repair, by: str = "agency"
) -> Report:
    """The groups of gaps, ranked by what repairing them gains.

    Args:
        by: cause; or cause within each agency or procedure; all as one group.

    Returns one row per group: how many repairs that change a count; the ratio now, if only this group is repaired, and if it and
    all groups before it are; the gain, in points if the indicator gives points; and which share of the points of 3.3, which the
    sync rate multiplies, it recovers alone (how many points that indicator has is not known). Of a range, the lower bound is
    given.
    """
    part = question.part
    parameters = {
        **cell_parameters(settings, part, question.night, question.archive_id),
        "cause": repair.cause,
        "whose": part.agency,
    }
    effects = (HERE / "asked_effects.sql").read_text("utf-8").replace("group_value", GROUPED[by])
    in_force = settings.indicators.readings["sync"]
    with connection.transaction(force_rollback=True):
        is_kept = _reads_kept_sums(question) and _find_kept_sums(connection, part, parameters)
        if not is_kept:
            find_cells(connection, settings, part, parameters)
            roll(connection, settings, parameters)
        base, sums = (_KEPT_BASE, RATE_SUMS) if is_kept else (_COUNTED_BASE, _COUNTED_SUMS)
        query = gains(base, effects, question.indicator, in_force, sums=sums)
        asked = {**parameters, "agency": repair.agency, "procedure": repair.procedure}
        # thousands of groups are joined with each other, and the planner expects one row of each
        with joining_by_hash(connection):
            found = connection.execute(f"select {', '.join(COLUMNS)} from ({query}) gained order by place", asked)
        return as_report(found)


def _reads_kept_sums(question: Question) -> bool:
    """Whether a night keeps all that the indicator's rule counts (recon.rate_sum)."""
    rule = indicator_named(question.indicator).query
    others = (name for name in INDICATOR_CELL.values if name not in RATE_SUMS)
    return question.part.kept_from is not None and not any(re.search(rf"\b{name}\b", rule) for name in others)


def _find_kept_sums(connection: psycopg.Connection, part: Part, parameters: dict[str, Any]) -> bool:
    """Make `kept_sum` and `period` from what the night keeps of a period; returns whether it keeps it."""
    run_file(connection, HERE / "kept_sums.sql", {**parameters, "kept_from": part.kept_from})
    row = connection.execute("select exists (select from kept_sum)").fetchone()
    if row == (True,):
        return True
    connection.execute("drop table kept_sum, period")
    return False


def now_and_repaired(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date) -> Report:
    """Every indicator of the province for the month, quarter and year in which the night lies: now, and if all were repaired.

    Of the current rows. Returns `part` empty for now, all for then; what nothing is counted for has no row.
    """
    month = first_of(night)
    year = Part(period="year", first_month=month.replace(month=1), last_month=month)
    parameters = {**cell_parameters(settings, year, night, 0), "is_expected": True, "reported_part": ""}
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in INDICATOR_CELL.values)
    changes = ", ".join(name if name in REPAIRED else f"0 as {name}" for name in INDICATOR_CELL.values)
    with connection.transaction(force_rollback=True):
        find_cells(connection, settings, year, parameters)
        connection.execute("alter table cell rename to base_cell; delete from period")
        for kind in ("month", "quarter", "year"):
            period = period_of(kind, night)
            connection.execute(
                "insert into period values (%s, %s, %s)", [kind, period.start, period.last_day + dt.timedelta(days=1)]
            )
        connection.execute(
            f"""create temporary table cell on commit drop as
            select cell_month, channel, {sums}, array['', 'all'] as parts from base_cell group by cell_month, channel
            union all
            select cell_month, 'unknown', {changes}, array['all']
            from (
                select distinct on (mend) * from recon.repair
                where to_night = 'infinity' order by mend, pair, dossier_id, kind, detail, sign
            ) once;
            analyze cell; analyze period"""
        )
        roll(connection, settings, parameters)
        rules = " union all ".join(
            f"select {one.id!r} as indicator, rule.* from ({one.query}) rule" for one in load_indicators()
        )
        return as_report(
            connection.execute(
                f"""select indicator, period_kind, part, denominator_most as whole, ratio_least as least, ratio_most as most
                from ({rules}) rated"""
            )
        )
