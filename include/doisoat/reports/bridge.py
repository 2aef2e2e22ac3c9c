"""The bridge of a night: whole or in part, with or without the ministries, term by term or by dimension."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from doisoat.months import spanned
from doisoat.reports.agencies import agency_named
from doisoat.reports.query import query
from doisoat.warehouse.queries import Report

#: The grains at which sources declare counts: for these all terms are shown; for any other breakdown, only the composition
#: of the entries.
GRAINS = {"whole": ["whole", "undated"], "month": ["month", "undated"], "agency_month": ["agency_month"]}
#: The columns of a long table on a terminal; other formats give every column. The listed counts too, if a side declares none
#: of a row.
SHOWN = ("receipt_month", "agency_id", "national_declared", "provincial_declared", "added_by_ministries", "undetermined",
         "difference", "difference_at_least", "entries", "national_unlisted", "provincial_unlisted", "adds_up")  # fmt: skip
LISTED = ("national_listed", "provincial_listed")
#: Columns that the whole shows even if they are unknown.
ALWAYS = ("national_declared", "provincial_declared", "difference")
#: The length in months of the periods for which sources declare counts.
PERIODS = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the bridge to show; None: all of it.

    Attributes:
        first_month, last_month: months of receipt, by their first days.
        agency: its id, or a code that it has or had; everything below it is included.
        procedure: its code, or the family.
        field, level, channel: as in mart.dim_procedure, mart.dim_agency and core.code_map.
    """

    first_month: dt.date | None = None
    last_month: dt.date | None = None
    agency: str | None = None
    procedure: str | None = None
    field: str | None = None
    level: str | None = None
    channel: str | None = None

    def __str__(self) -> str:
        asked = {name: value for name, value in asdict(self).items() if value and not name.endswith("_month")}
        return "".join(f", {name} {value}" for name, value in asked.items())

    @property
    def is_narrow(self) -> bool:
        """Whether it is restricted by more than months: for months alone sources state the whole."""
        return str(self) != ""

    @property
    def period(self) -> dict[str, Any]:
        """The period for which a source must declare a count to cover exactly these months."""
        if not (self.first_month or self.last_month):
            return {"period_kind": "all", "period_start": "-infinity"}
        kind = None
        if self.first_month and self.last_month:
            months = spanned(self.first_month, self.last_month)
            kind = PERIODS.get(months) if (self.first_month.month - 1) % max(months, 1) == 0 else None
        return {"period_kind": kind, "period_start": kind and self.first_month}


def bridge(
    connection: psycopg.Connection,
    night: dt.date,
    archive_id: int,
    *,
    by: str,
    part: Part,
    with_ministries: bool,
    declared_by: Sequence[str],
) -> Report:
    """The terms of the bridge at a grain that sources declare (GRAINS), or the composition of its entries by a dimension.

    Args:
        archive_id: where the rows of the night are (doisoat.warehouse.queries.archive_of).
        by: a grain, or cause, ministry, agency, level, procedure, field or channel.
        with_ministries: national minus the union of province and ministries, not minus the province alone.
        declared_by: the declared counts that enter the bridge, in order of preference (settings).

    Raises:
        ConfigurationError: no agency, or more than one, has that code.
    """
    asked = {**asdict(part), "agency": part.agency and agency_named(connection, part.agency)[0]}
    where = {"night": night, "archive_id": archive_id, "with_ministries": with_ministries, **asked}
    if by not in GRAINS:
        return query(connection, "bridge_by", {**where, "dimension": by})
    if part.channel:  # a channel belongs to a record, not to a cell: the sides list nothing by it
        return query(connection, "bridge_by", {**where, "dimension": "channel" if by == "whole" else by})
    if part.is_narrow:
        return query(connection, "bridge_part", {**where, **part.period, "grain": by, "declared_by": list(declared_by)})
    # for a range of months the whole is shown month by month, as sources declare it
    grains = GRAINS["month" if by == "whole" and part != Part() else by]
    return query(connection, "bridge", {**where, "grains": grains})


def shown(report: Report) -> Report:
    """The report as it fits a terminal: the whole as a column of terms; many rows without the columns naming their sources."""
    rows = report.dicts()
    if "grain" not in report.columns or not rows:
        return report
    known = [name for name in report.columns if any(row[name] is not None for row in rows)]
    if rows[0]["grain"] == "whole":
        terms = [
            name for name in report.columns if name in ALWAYS or (name in known and name not in ("grain", "agency_id"))
        ]
        cells = [(name.replace("_", " "), *(row[name] for row in rows)) for name in terms]
        return Report(("term", *(row["grain"] for row in rows)), cells)
    is_declared = all(row["national_declared"] is not None and row["provincial_declared"] is not None for row in rows)
    wanted = SHOWN if is_declared else (*SHOWN, *LISTED)
    columns = tuple(name for name in report.columns if name in wanted)
    dated = [{**row, "receipt_month": row["receipt_month"] or row["grain"]} for row in rows]
    return Report(columns, [tuple(row[name] for name in columns) for row in dated])
