"""Some of what a source holds now, read as a night would read it, for `doisoat check`: nothing is kept, no file is consumed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from doisoat.model import WHOLE, Capability, Cell, ControlTotal, Page
from doisoat.months import first_of, later
from doisoat.sources.contract import Source

#: Pages read of a listing: a source of several systems shows one of each.
_PAGES = 3
#: How many months back a listing is looked at for something to read.
_MONTHS = 3


def sample(source: Source, today: dt.date) -> Iterator[Page | ControlTotal]:
    """All waiting files; else the first pages of the newest month that holds anything; else the counts of one month.

    Args:
        today: by the source's own clock.

    Raises:
        SourceError: as in a night.
    """
    if Capability.LISTING in source.capabilities:
        yield from source.list_cell(WHOLE) if source.always_full else _newest(source, today)
    elif Capability.COUNTS in source.capabilities:
        yield from _counts(source, today - dt.timedelta(days=1))


def _newest(source: Source, today: dt.date) -> Iterator[Page]:
    first, last = getattr(source.options, "dated_from", dt.date.min), getattr(source.options, "dated_to", today)
    for month in [later(today, -back) for back in range(_MONTHS)]:
        if not first_of(first) <= month <= last:
            continue  # a night does not ask for it either
        seen = 0
        for page in source.list_cell(Cell(receipt_month=month)):
            yield page
            seen += bool(page.received)
            if seen == _PAGES:
                break
        if seen:
            return


def _counts(source: Source, night: dt.date) -> Iterator[ControlTotal]:
    """All counts of reports; of statistics those of the oldest month asked for, which has certainly been computed."""
    first = None
    for total in source.control_totals(night):
        first = first or total.receipt_month
        if not source.is_occasional and total.receipt_month != first:
            return
        yield total
