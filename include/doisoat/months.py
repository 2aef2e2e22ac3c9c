"""Arithmetic on calendar months, each named by its first day. Pure domain code: it belongs next to model.py."""

from __future__ import annotations

import calendar
import datetime as dt


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
