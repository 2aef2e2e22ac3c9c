"""What the gaps cost: the value of an indicator if they were repaired, each group alone and one group after the other.

Nothing is estimated: a repair's effect is added to the counts (repairs.yaml), and the same rule is applied again. Gains do not
add up beyond the ceiling, nor beyond what was repaired before: both are shown.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import yaml

from doisoat.errors import ConfigurationError
from doisoat.indicators.definitions import Indicator, load_indicators
from doisoat.months import first_of, period_of
from doisoat.province.file import ProvinceSettings
from doisoat.rates.rates import RULES_READ, Part, cell_parameters, find_cells, roll
from doisoat.warehouse.database import run_file
from doisoat.warehouse.queries import Report, as_report
from doisoat.warehouse.ranges import INDICATOR_CELL

HERE = Path(__file__).parent
#: The indicator that the sync rate multiplies, so that an error in it costs twice (CONTRACTS section 6).
MULTIPLIED = "online_share_multiplied"
#: How gaps are grouped in the ranked list.
GROUPED = {
    "cause": "cause",
    "agency": "cause || ' ' || agency_id",
    "procedure": "cause || ' ' || procedure_family",
    "all": "'all'",
}


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
        "is_expected": True,
        "reported_part": part.agency or "",
        "cause": repair.cause,
        "procedure": repair.procedure,
        "agency": repair.agency,
        "whose": part.agency,
    }
    with connection.transaction(force_rollback=True):
        find_cells(connection, settings, part, {**parameters, "agency": part.agency, "procedure": part.procedure})
        connection.execute("alter table cell rename to base_cell")
        _keep_effects(connection)
        run_file(connection, HERE / "repair.sql", parameters)
        label = GROUPED[by]
        connection.execute(
            f"""create temporary table repair_of on commit drop as select *, {label} as of_group from repair_cell;
            create temporary table grouped on commit drop as
            select distinct on (of_group, mend) *, of_group as label from repair_of order by of_group, mend;
            analyze repair_of; analyze grouped"""
        )
        _rate(connection, settings, question.indicator, "alone", parameters)
        run_file(connection, HERE / "in_turn.sql")
        _rate(connection, settings, question.indicator, "in_turn", parameters)
        rated = _indicator(question.indicator)
        given = {"points": rated.points, "full_at": rated.full_at, "share_full_at": _indicator(MULTIPLIED).full_at}
        return as_report(connection.execute((HERE / "ranked.sql").read_text("utf-8"), given))


def now_and_repaired(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date) -> Report:
    """Every indicator of the province for the month, quarter and year in which the night lies: now, and if all were repaired.

    Of the current rows. Returns `part` empty for now, all for then; what nothing is counted for has no row.
    """
    month = first_of(night)
    year = Part(period="year", first_month=month.replace(month=1), last_month=month)
    parameters = {**_whole_province(settings, year, night), "cause": None, "procedure": None, "whose": None}
    with connection.transaction(force_rollback=True):
        find_cells(connection, settings, year, parameters)
        connection.execute("alter table cell rename to base_cell; delete from period")
        for kind in ("month", "quarter", "year"):
            period = period_of(kind, night)
            connection.execute(
                "insert into period values (%s, %s, %s)", [kind, period.start, period.last_day + dt.timedelta(days=1)]
            )
        _keep_effects(connection)
        run_file(connection, HERE / "repair.sql", parameters)
        connection.execute(
            """create temporary table grouped on commit drop as
            select distinct on (mend) *, 'all' as label from repair_cell order by mend;
            analyze grouped; analyze period"""
        )
        _roll_with_effects(connection, settings, parameters)
        rules = " union all ".join(
            f"select {one.id!r} as indicator, rule.* from ({one.query}) rule" for one in load_indicators()
        )
        return as_report(
            connection.execute(
                f"""select indicator, period_kind, part, denominator_most as whole, ratio_least as least, ratio_most as most
                from ({rules}) rated"""
            )
        )


def _whole_province(settings: ProvinceSettings, part: Part, night: dt.date) -> dict[str, Any]:
    return {**cell_parameters(settings, part, night, 0), "is_expected": True, "reported_part": ""}


def _rate(
    connection: psycopg.Connection, settings: ProvinceSettings, indicator: str, name: str, parameters: dict[str, Any]
) -> None:
    """Make the table `name`: the rule's value for each label of `grouped` with its effects added, and for '' without any.

    Also, as `name`_multiplied, the value of the online share times the sync rate.
    """
    _roll_with_effects(connection, settings, parameters)
    for table, asked in ((name, indicator), (f"{name}_multiplied", MULTIPLIED)):
        connection.execute(
            f"create temporary table {table} on commit drop as {_indicator(asked).query}; analyze {table}"
        )
    connection.execute(f"drop table cell, grouped, {', '.join(RULES_READ)}")


def _roll_with_effects(connection: psycopg.Connection, settings: ProvinceSettings, parameters: dict[str, Any]) -> None:
    """Make what the rules read, for each label of `grouped` with its effects added, and for '' without any."""
    sums = ", ".join(f"sum({column})::bigint as {column}" for column in INDICATOR_CELL.values)
    connection.execute(
        f"""create temporary table cell on commit drop as
        select cell_month, channel, {sums}, array_append((select array_agg(distinct label) from grouped), '') as parts
        from base_cell group by cell_month, channel
        union all
        select cell_month, channel, {sums}, array[label] from grouped group by cell_month, channel, label;
        analyze cell"""
    )
    roll(connection, settings, parameters)


def _indicator(indicator: str) -> Indicator:
    known = {one.id: one for one in load_indicators()}
    if indicator not in known:
        raise ConfigurationError(f"indicator {indicator!r}: not known; give one of {', '.join(known)}")
    return known[indicator]


def _keep_effects(connection: psycopg.Connection) -> None:
    connection.execute(
        "create temporary table effect (place integer, pair text, kind text, cause text, effect text) on commit drop"
    )
    told = yaml.safe_load((HERE / "repairs.yaml").read_text("utf-8"))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into effect values (%s, %s, %s, %s, %s)",
            [
                (place, one.get("pair"), one.get("kind"), one.get("cause"), one["effect"])
                for place, one in enumerate(told)
            ],
        )
    connection.execute("analyze effect")
