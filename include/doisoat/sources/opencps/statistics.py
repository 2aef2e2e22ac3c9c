"""OpenCPS's monthly statistics as control totals: which of its rows are parts and which are totals.

CONTRACTS section 3, and VietOpenCPS/opencps-v2 at its 2020 state [V]: month 0 is the year; a row without agency is all
agencies, without domain all domains, without system all systems; `total` in place of a domain or system requests the
rows that have none, and without `system` only system 0 is returned. Every number keeps the source's own name:
`receivedCount` leaves out denied dossiers, `totalCount` includes those carried over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import msgspec

from doisoat.model import ControlTotal
from doisoat.months import ended
from doisoat.sources.declared import Count, includes_children
from doisoat.sources.http.session import Answer
from doisoat.sources.values import BadRowError, text

#: Requests the rows of all domains and systems together.
TOTALS_ONLY = {"domain": "total", "system": "total"}
Scalar = str | int | None


class Counts(msgspec.Struct):
    """The numbers of a row; a number that a server does not have stays unknown."""

    totalCount: Count | None = None
    receivedCount: Count | None = None
    remainingCount: Count | None = None
    onlineCount: Count | None = None
    onegateCount: Count | None = None
    processCount: Count | None = None
    processingCount: Count | None = None
    insideCount: Count | None = None
    outsideCount: Count | None = None
    interoperatingCount: Count | None = None
    waitingCount: Count | None = None
    undueCount: Count | None = None
    overdueCount: Count | None = None
    releaseCount: Count | None = None
    releasingCount: Count | None = None
    doneCount: Count | None = None
    betimesCount: Count | None = None
    ontimeCount: Count | None = None
    overtimeCount: Count | None = None
    deniedCount: Count | None = None
    cancelledCount: Count | None = None
    unresolvedCount: Count | None = None
    viaPostalCount: Count | None = None
    fromViaPostalCount: Count | None = None
    saturdayCount: Count | None = None
    dossierOnline3Count: Count | None = None
    dossierOnline4Count: Count | None = None


MEASURES = Counts.__struct_fields__


class StatisticsRow(Counts):
    """One row: its numbers, and what they cover."""

    month: int | None = None
    year: int | None = None
    govAgencyCode: Scalar = None
    govAgencyName: str | None = None
    domainCode: Scalar = None
    system: Scalar = None
    groupAgencyCode: Scalar = None


class Statistics(msgspec.Struct):
    """One answer; the position of its rows differs from one version to the next [A]."""

    total: Count | None = None
    dossierStatisticData: list[StatisticsRow] | StatisticsRow | None = None
    data: list[StatisticsRow] | StatisticsRow | None = None

    @property
    def rows(self) -> list[StatisticsRow]:
        said = self.dossierStatisticData or self.data or []
        return said if isinstance(said, list) else [said]  # one row may come without a list around it [A]


def says_nothing(rows: Iterable[StatisticsRow], year: int, month: int) -> bool:
    """Whether there are rows, but none of the requested period states a number that is read."""
    stated = [
        (row.year, row.month) == (year, month) and any(getattr(row, name) is not None for name in MEASURES)
        for row in rows
    ]
    return bool(stated) and not any(stated)


def at_agency_grain(rows: Iterable[StatisticsRow], year: int, month: int) -> list[StatisticsRow]:
    """The rows of a period that cover one agency, or all of them; rows for a domain, group or system are left out.

    If a server keeps no row for all systems together and answers for only one system, that one's rows are kept.
    """
    period = [row for row in rows if (row.year, row.month) == (year, month)]
    kept = [row for row in period if not row.domainCode and not row.groupAgencyCode]
    together = [row for row in kept if row.system in (None, "", "total")]
    return together or (kept if len({str(row.system) for row in kept}) == 1 else [])


def control_totals(rows: list[StatisticsRow], answer: Answer, year: int, month: int) -> Iterator[ControlTotal]:
    """One total per row and number; the province's says whether it includes the agencies'.

    Raises:
        BadRowError: an agency whose code or name is not a text.
    """
    agencies = [row for row in rows if row.govAgencyCode]
    for row in rows:
        for measure in MEASURES:
            value = getattr(row, measure)
            if value is None:
                continue
            parts = [] if row.govAgencyCode else [getattr(agency, measure) for agency in agencies]
            yield ControlTotal(
                measure=measure,
                value=value,
                measured_at=answer.time,
                receipt_month=dt.date(year, month or 1, 1),
                period_kind="month" if month else "year",
                agency_ref=_text(row.govAgencyCode),
                agency_code=_text(row.govAgencyCode),
                agency_name=_text(row.govAgencyName) if row.govAgencyCode else None,
                includes_children=includes_children(value, parts),
                flags=(f"system {row.system}",) if _is_number(row.system) else (),
            )


def ended_periods(night: dt.date, months: int) -> list[tuple[int, int]]:
    """The last `months` months that had ended on that night, oldest first, and each year whose December is among them."""
    periods = list[tuple[int, int]]()
    for month in ended(night, months):
        periods.append((month.year, month.month))
        periods += [(month.year, 0)] if month.month == 12 else []
    return periods


def _text(value: Scalar) -> str | None:
    try:
        return text(value)
    except BadRowError as error:
        raise BadRowError(error.reason, "govAgencyCode") from None


def _is_number(system: Scalar) -> bool:
    return system is not None and str(system).isdecimal() and len(str(system)) <= 9
