"""Shared by connectors that read answers: when they no longer match the contract, and which months hold anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from doisoat.model import DossierRecord, QuarantinedRow
from doisoat.months import first_of, last_of, later, spanned
from doisoat.sources.contract import MANY

#: If none of this many rows can be read, that is no coincidence: the answer breaks the contract.
MIN_ROWS_TO_JUDGE = 5
#: Pages that a walk may go beyond twice what was declared.
_PAGES_BEYOND = 10


def unreadable(records: Sequence[DossierRecord], quarantined: Sequence[QuarantinedRow]) -> str | None:
    """What came, if none of enough rows can be read, which means a changed contract rather than bad rows; else None."""
    if records or len(quarantined) < MIN_ROWS_TO_JUDGE:
        return None
    fields = sorted({f"{row.field}: {row.reason}" for row in quarantined})
    return f"{len(quarantined)} rows of which none can be read ({', '.join(fields)})"


def most_rows(declared: int | None, page_size: int) -> int:
    """How many rows a walk over pages takes before it is one without an end: twice what was declared, and ten pages.

    Records arrive while pages are read, and shifted pages repeat some: neither doubles a listing.

    Args:
        declared: how many rows the source said there were when the walk began; None if it did not.
        page_size: rows asked for a page.
    """
    return 2 * (declared or 0) + _PAGES_BEYOND * page_size


def no_end(rows: int, declared: int | None) -> str:
    """What came, if a walk has gone beyond `most_rows`."""
    said = "no count" if declared is None else f"a count of {declared}"
    return f"pages without an end: {rows} rows, after {said}"


def is_hollow(declared: int | None, rows: int) -> bool:
    """Whether a listing's first page is empty although many rows were declared: too many for all of them to have just left."""
    return rows == 0 and (declared or 0) >= MANY


def months_that_hold(first: dt.date, last: dt.date, count: Callable[[dt.date, dt.date], int]) -> list[dt.date]:
    """The months from that of `first` to that of `last` that hold anything, oldest first.

    Found by halving: a half with a count of zero is not asked again, and the left half's count gives the right one's.

    Args:
        count: how many dossiers a source holds between two days, both included: the first and last days of months.
    """

    def within(month: dt.date, span: int, total: int) -> list[dt.date]:
        if total <= 0:
            return []
        if span == 1:
            return [month]
        half, middle = span // 2, later(month, span // 2)
        left = count(month, last_of(later(middle, -1)))
        return within(month, half, left) + within(middle, span - half, total - left)

    return within(first_of(first), spanned(first, last), count(first_of(first), last_of(last)))
