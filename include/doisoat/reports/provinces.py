"""Where the province stands among all by the portal's public scores."""

from __future__ import annotations

import psycopg

from doisoat.errors import ConfigurationError
from doisoat.months import Period
from doisoat.reports.query import query
from doisoat.warehouse.queries import Report


def last_compared(connection: psycopg.Connection) -> Period:
    """The last month of which provinces were compared.

    Raises:
        ConfigurationError: none were.
    """
    (month,) = connection.execute(
        "select max(period_start) from core.province_score where period_kind = 'month'"
    ).fetchone() or (None,)
    if month is None:
        raise ConfigurationError(
            "provinces: none has been asked for yet; do: trigger the Dag compare_provinces, which runs every Sunday"
        )
    return Period("month", month)


def standing(
    connection: psycopg.Connection, period: Period, code: str, *, every_province: bool, with_metrics: bool
) -> Report:
    """One province's places in all, in each group and in each metric; or every province, the best first.

    Args:
        code: the province's; with `every_province` the one that the others are compared with.
    """
    asked = {"period_kind": period.kind, "period_start": period.start, "code": code}
    if every_province:
        return query(connection, "provinces", asked)
    report = query(connection, "province_standing", asked)
    metric = report.columns.index("metric")
    return report if with_metrics else Report(report.columns, [row for row in report.rows if not row[metric]])
