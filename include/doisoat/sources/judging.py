"""What connectors have in common in reading answers: when rows are no longer the contract's, and which months hold anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from doisoat.model import DossierRecord, QuarantinedRow
from doisoat.months import first_of, last_of, later, spanned

#: So many rows of which none can be read are no chance: the answer has another shape than agreed.
MIN_ROWS_TO_JUDGE = 5


def unreadable(records: Sequence[DossierRecord], quarantined: Sequence[QuarantinedRow]) -> str | None:
    """What came, where of enough rows none can be read, which is a changed contract and not so many bad rows; else None."""
    if records or len(quarantined) < MIN_ROWS_TO_JUDGE:
        return None
    fields = sorted({f"{row.field}: {row.reason}" for row in quarantined})
    return f"{len(quarantined)} rows of which none can be read ({', '.join(fields)})"


def months_that_hold(first: dt.date, last: dt.date, count: Callable[[dt.date, dt.date], int]) -> list[dt.date]:
    """The months from that of `first` to that of `last` that hold anything, oldest first.

    Found by halving: a half that counts nothing is not asked again, and what the left half counts tells the right one's.

    Args:
        count: how much a source holds from one day to another, both included: the first and last days of months.
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
