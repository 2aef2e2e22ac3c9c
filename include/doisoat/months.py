"""Arithmetic on calendar months, each named by its first day. Pure domain code: it belongs next to model.py."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import NamedTuple

_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


def first_of(day: dt.date) -> dt.date:
    """The month in which the day lies."""
    return day.replace(day=1)


def last_of(day: dt.date) -> dt.date:
    """The last day of the month in which the day lies."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def later(day: dt.date, months: int = 1) -> dt.date:
    """The month this many months after the day's own; before it, if the number is negative."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, 1)


def spanned(first: dt.date, last: dt.date) -> int:
    """How many months there are from that of the first day to that of the last, both included."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def between(first: dt.date, last: dt.date) -> list[dt.date]:
    """The months from that of the first day to that of the last, both included; none if the last comes before the first."""
    return [later(first, count) for count in range(spanned(first, last))]


def ended(night: dt.date, count: int) -> list[dt.date]:
    """The last `count` months that had ended on that night, oldest first; a month ends on the night of its last day."""
    running = night + dt.timedelta(days=1)
    return [later(running, back) for back in range(-count, 0)]


class Period(NamedTuple):
    """A month, a quarter or a year, and its first day."""

    kind: str
    start: dt.date

    @property
    def last_day(self) -> dt.date:
        return last_of(later(self.start, _MONTHS_OF[self.kind] - 1))

    @property
    def quarter(self) -> int:
        """The number of the quarter in which it begins."""
        return (self.start.month + 2) // 3

    def __str__(self) -> str:
        if self.kind == "quarter":
            return f"{self.start.year} Q{self.quarter}"
        return f"{self.start:%Y-%m}" if self.kind == "month" else f"{self.start.year}"


def period_of(kind: str, day: dt.date) -> Period:
    """The month, quarter or year in which the day lies."""
    months = _MONTHS_OF[kind]
    return Period(kind, dt.date(day.year, (day.month - 1) // months * months + 1, 1))


def periods(night: dt.date, months: int) -> list[Period]:
    """The last `months` months that had ended on that night, the quarters and years in which they lie, and those of the night.

    So a quarter and a year are there while they run, and for as long as one of their months is.
    """
    found = [Period("month", month) for month in ended(night, months)]
    for kind in ("quarter", "year"):
        found += sorted({period_of(kind, day) for day in (*(month.start for month in found), night)})
    return list(dict.fromkeys(found))
