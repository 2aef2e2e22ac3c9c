"""What the gaps cost: the value of an indicator if they were repaired, each group alone and one group after the other.

Nothing is estimated: a repair's effect (recon.repair, kept with the night) is added to the counts, and the same rule is applied
again (gains.py). Gains do not add up beyond the ceiling, nor beyond what was repaired before: both are shown.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import psycopg

from doisoat.province.file import ProvinceSettings
from doisoat.rates.gains import gains
from doisoat.rates.rates import Part, cell_parameters, find_cells, roll
from doisoat.warehouse.queries import Report, as_report
from doisoat.warehouse.ranges import INDICATOR_CELL

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
    sums = (*INDICATOR_CELL.values, "online", "channel_unknown")
    base = f"""select r.period_kind, r.period_start, r.part as agency_id, {", ".join(f"r.{name}" for name in sums)},
            q.value as reported, q.basis as reported_basis
        from rolled r
        left join reported q on (q.period_kind, q.period_start, q.agency) = (r.period_kind, r.period_start, r.part)"""
    effects = (HERE / "asked_effects.sql").read_text("utf-8").replace("group_value", GROUPED[by])
    in_force = settings.indicators.readings["sync"]
    query = gains(base, effects, question.indicator, in_force, sums=sums)
    with connection.transaction(force_rollback=True):
        find_cells(connection, settings, part, parameters)
        roll(connection, settings, parameters)
        asked = {**parameters, "agency": repair.agency, "procedure": repair.procedure}
        # thousands of groups are joined with each other: by hash, whatever the planner thinks of parts of a statement
        connection.execute("select set_config('enable_nestloop', 'off', true)")
        return as_report(connection.execute(f"select {', '.join(COLUMNS)} from ({query}) gained order by place", asked))
