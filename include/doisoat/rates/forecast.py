"""Where a running month, quarter or year will end: what has come so far, and what the same days brought in earlier months.

Pure domain code; docs/adr/0034-where-a-period-ends.md says why so, docs/rates.md says it to officials. Numbers of a period are
counted from its first day on, so what some days brought is the difference of two nights. Of the rest of the running month,
each earlier month says what its own last days brought; of each whole month that follows, what it brought as a whole. Added
to what has come so far that gives an end for each earlier month; the range goes from the least of them to the most, widened
about its middle the more, the fewer months there are.

What repairs brought is taken out of what earlier days brought: the range is of a period in which nothing more is repaired.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from doisoat.months import Period, last_of, later, period_of, spanned

#: Fewer earlier months than these say nothing about the spread.
FEWEST = 3
#: Older months than these say little about the next.
MOST = 12
#: A night that is missing is stood in for by the last one before it, if it is no older than this many days.
SLACK = 2
_ALIKE = 1e-6


@dataclass(frozen=True, slots=True)
class Known:
    """What a measure of a period came to on a night.

    Attributes:
        whole: its denominator so far.
        least, most: what of it counts so far, between its bounds.
        repaired: how many count because gaps were repaired, cumulated from night to night.
    """

    whole: float
    least: float
    most: float
    repaired: float = 0


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The ratio at the end of a period, as a range, and from how many earlier months it follows."""

    least: float
    most: float
    months: int


#: What was known of all periods of one kind, by night.
ByNight = Mapping[dt.date, Known]
_NOTHING = Known(0, 0, 0)


def foresee(kind: str, course: ByNight, night: dt.date, now: Known) -> Foreseen | None:
    """The ratio with which the period ends in which the night lies; None if too few earlier months are known.

    Args:
        kind: of the period: month, quarter or year.
        course: the nights before this one.
        now: where the period stands; if something were repaired, where it would stand then.
    """
    period = period_of(kind, night)
    if night == period.last_day:
        return _ratio(now, 0) if now.whole > 0 else None
    days, months = (last_of(night) - night).days, spanned(night, period.last_day) - 1
    brought = [found for month in _months_before(night) if (found := _brought(kind, course, month, days, months))]
    ends = [end for more in brought if (end := _ratio(_sum(now, more), len(brought)))]
    if len(ends) < FEWEST:
        return None
    return _widened(min(end.least for end in ends), max(end.most for end in ends), len(ends))


def in_hindsight(kind: str, course: ByNight, night: dt.date) -> Iterator[bool]:
    """For each earlier period that is known to its end: whether what was foreseen on the same day of it held.

    The truth is its own end without the repairs that were made since that day: the range promises nothing else.
    """
    running = period_of(kind, night)
    days, past = (last_of(night) - night).days, spanned(running.start, night) - 1
    starts = sorted({period_of(kind, known).start for known in course if known < running.start})
    for start in starts:
        month = later(start, past)
        then = last_of(month) - dt.timedelta(days=days)
        now, end = _on(kind, course, start, then), _on(kind, course, start, Period(kind, start).last_day)
        if then < month or now is None or end is None or not now.whole or not end.whole:
            continue
        before = {known: value for known, value in course.items() if known < then}
        foreseen = foresee(kind, before, then, now)
        if foreseen is not None and then != Period(kind, start).last_day:
            repairs = end.repaired - now.repaired
            least, most = ((value - repairs) / end.whole for value in (end.least, end.most))
            yield foreseen.least - _ALIKE <= max(least, 0) and most <= foreseen.most + _ALIKE


def _months_before(night: dt.date) -> Iterable[dt.date]:
    return (later(night, -back) for back in range(1, MOST + 1))


def _brought(kind: str, course: ByNight, month: dt.date, days: int, months: int) -> Known | None:
    """What the last `days` days of a month brought, and `months` times what the month brought as a whole; None if not known."""
    start, last = period_of(kind, month).start, last_of(month)
    end, before = _on(kind, course, start, last), _on(kind, course, start, month - dt.timedelta(days=1))
    since = last - dt.timedelta(days=days)
    first = before if since < month else _on(kind, course, start, since)
    if end is None or first is None or (months and before is None):
        return None
    return _sum(_less(end, first), *[_less(end, before)] * months if before else ())


def _on(kind: str, course: ByNight, start: dt.date, day: dt.date) -> Known | None:
    """What was known of the period on that day: nothing had come before its first one; None if no night tells."""
    if day < start:
        return _NOTHING
    nights = (day - dt.timedelta(days=back) for back in range(SLACK + 1))
    return next((course[night] for night in nights if night in course and night >= start), None)


def _less(end: Known, start: Known) -> Known:
    """What came from one night to another, without what came by repairs."""
    repairs = end.repaired - start.repaired
    return Known(end.whole - start.whole, end.least - start.least - repairs, end.most - start.most - repairs)


def _sum(*parts: Known) -> Known:
    return Known(sum(part.whole for part in parts), sum(part.least for part in parts), sum(part.most for part in parts))


def _ratio(end: Known, months: int) -> Foreseen | None:
    if end.whole <= 0:
        return None
    return Foreseen(_clamped(end.least / end.whole), _clamped(end.most / end.whole), months)


def _widened(least: float, most: float, months: int) -> Foreseen:
    """So wide that of months which differ by chance alone about nine of ten lie within, be it three that are known or twelve
    (87 to 94 of 100, tests/generative/test_forecast.py): from the least to the most alone the next one lies n-1 of n+1 times."""
    middle, half = (least + most) / 2, (most - least) / 2 * (months + 3) / (months - 1)
    return Foreseen(_clamped(middle - half), _clamped(middle + half), months)


def _clamped(ratio: float) -> float:
    return min(max(ratio, 0.0), 1.0)
