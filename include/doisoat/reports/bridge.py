"""The bridge of a night, as it is asked for: whole or in part, with or without the ministries, term by term or by dimension."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from doisoat.errors import ConfigurationError
from doisoat.reports.query import Report, query

#: The grains at which sources declare, as they are asked for: there all terms are shown; of what else the bridge is broken
#: down by, what its entries are made of.
GRAINS = {"whole": ["whole", "undated"], "month": ["month", "undated"], "agency_month": ["agency_month"]}
#: Months of the periods that sources declare counts for.
PERIODS = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the bridge is meant; None: all of it.

    Attributes:
        first_month, last_month: months of receipt, by their first days.
        agency: its id, or a code that it has or had; everything below it is meant too.
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
        """Whether more is asked than months, for which sources state the whole."""
        return str(self) != ""

    @property
    def period(self) -> dict[str, Any]:
        """The period that a source must state to state just these months."""
        if not (self.first_month or self.last_month):
            return {"period_kind": "all", "period_start": "-infinity"}
        kind = None
        if self.first_month and self.last_month:
            first, last = self.first_month, self.last_month
            months = (last.year - first.year) * 12 + last.month - first.month + 1
            kind = PERIODS.get(months) if months and (first.month - 1) % max(months, 1) == 0 else None
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
    """The terms of the bridge at a grain that sources declare (GRAINS), or what its entries are made of by a dimension.

    Args:
        archive_id: where the rows of the night are (doisoat.reports.query.archive_of).
        by: a grain, or cause, ministry, agency, level, procedure, field or channel.
        with_ministries: national minus the union of province and ministries, not minus the province alone.
        declared_by: the declared counts that enter the bridge, the first ones first (settings).

    Raises:
        ConfigurationError: no agency, or more than one, goes by that code.
    """
    asked = {**asdict(part), "agency": part.agency and _agency_id(connection, part.agency)}
    where = {"night": night, "archive_id": archive_id, "with_ministries": with_ministries, **asked}
    if by not in GRAINS:
        return query(connection, "bridge_by", {**where, "dimension": by})
    if part.channel:  # belongs to a record and not to a cell: the sides list nothing by it
        return query(connection, "bridge_by", {**where, "dimension": "channel" if by == "whole" else by})
    if part.is_narrow:
        return query(connection, "bridge_part", {**where, **part.period, "grain": by, "declared_by": list(declared_by)})
    # of some months the whole is told month by month, as sources declare it
    grains = GRAINS["month" if by == "whole" and part != Part() else by]
    return query(connection, "bridge", {**where, "grains": grains})


def _agency_id(connection: psycopg.Connection, named: str) -> str:
    """Our id of an agency that is named by its id, or by a code that it has or had; `unknown` is the unknown agency."""
    found = [
        agency_id
        for (agency_id,) in connection.execute(
            """select distinct agency_id from archive.any_agency
            where agency_id = %(named)s or %(named)s in (code, old_code)
                and not exists (select from archive.any_agency o where o.agency_id = %(named)s)
            order by 1""",
            {"named": named},
        )
    ]
    if named == "unknown":
        return named
    if len(found) != 1:
        told = (
            f"it may be {', '.join(found)}" if found else "see `doisoat bridge --by agency` for those that have entries"
        )
        raise ConfigurationError(f"agency {named!r}: {'more than one goes' if found else 'none goes'} by it; {told}")
    return str(found[0])
