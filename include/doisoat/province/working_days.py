"""Which days are working days, for whom, and on which other days dossiers are taken in.

The week (Monday to Friday), the holidays of the Labour Code with their substitute days, and the Saturdays that were worked
in exchange come from the package `holidays`, whose data for Vietnam cite the official dispatches. What it lacks, and
what one agency decides for itself, is in `working_days` of the province file, with dates (ADR 21).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FIRST_DAY, LAST_DAY = dt.date(2015, 1, 1), dt.date(2040, 12, 31)
#: The calendar of every agency without a calendar of its own.
COMMON = ""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Decided(_Strict):
    """A decision and its reason: for these agencies and all below them, or for all if none is named."""

    agencies: tuple[str, ...] = ()
    reason: str = Field(min_length=1)

    def concerns(self, agencies: tuple[str, ...]) -> bool:
        return not self.agencies or not set(self.agencies).isdisjoint(agencies)


class ChangedDay(_Decided):
    """One day that is worked or not, whatever the calendar says."""

    day: dt.date = Field(ge=FIRST_DAY, le=LAST_DAY)
    is_working: bool


class OpenWeekday(_Decided):
    """A weekday on which dossiers are taken in although it is not a working day; valid_to is exclusive.

    Such a day counts towards no term: only a `ChangedDay` does.
    """

    weekday: Literal[_WEEKDAYS]  # type: ignore[valid-type]
    valid_from: dt.date = FIRST_DAY
    valid_to: dt.date = dt.date.max

    def holds_on(self, day: dt.date) -> bool:
        """Whether dossiers are taken in on that day by this rule."""
        return _WEEKDAYS[day.weekday()] == self.weekday and self.valid_from <= day < self.valid_to


class WorkingDays(_Strict):
    """The province's decisions on top of the national calendar; if two changes name a day, the later entry counts."""

    changed: tuple[ChangedDay, ...] = ()
    also_open: tuple[OpenWeekday, ...] = ()

    @model_validator(mode="after")
    def _order(self) -> WorkingDays:
        for one in self.also_open:
            if one.valid_to <= one.valid_from:
                raise ValueError(f"also_open: {one.weekday}: valid_to {one.valid_to} is not after {one.valid_from}")
        return self

    @property
    def agencies(self) -> list[str]:
        """The agencies that have a calendar of their own."""
        decided: tuple[_Decided, ...] = (*self.changed, *self.also_open)
        return sorted({agency for one in decided for agency in one.agencies})


@cache
def _national() -> dict[dt.date, bool]:
    """Every day of the calendar, and whether it is a working day of the state."""
    from holidays import country_holidays

    known = country_holidays("VN", years=range(FIRST_DAY.year, LAST_DAY.year + 1))
    days = (FIRST_DAY + dt.timedelta(days=after) for after in range((LAST_DAY - FIRST_DAY).days + 1))
    return {day: known.is_working_day(day) for day in days}


def days_of(rules: WorkingDays, agencies: tuple[str, ...] = ()) -> Iterator[tuple[dt.date, bool, bool, int]]:
    """A calendar.

    Args:
        rules: `working_days` of the province file.
        agencies: an agency and those above it, as far as the rules name them; none for the calendar of all others.

    Returns:
        (day, is it a working day, are dossiers taken in, number of working days up to and including it).
    """
    changed = {one.day: one.is_working for one in rules.changed if one.concerns(agencies)}
    weekly = [one for one in rules.also_open if one.concerns(agencies)]
    number = 0
    for day, is_national in _national().items():
        is_working = changed.get(day, is_national)
        number += is_working
        yield day, is_working, is_working or any(one.holds_on(day) for one in weekly), number


def working_days_before(at: dt.datetime, count: int, rules: WorkingDays) -> dt.datetime:
    """The first moment from which no more than `count` working days have passed at `at`, by the common calendar.

    Only the time of working days passes. Before the calendar's first day nothing is known: no moment is earlier.
    """
    known = {day: (is_working, number) for day, is_working, _, number in days_of(rules)}
    is_working, number = known[min(max(at.date(), FIRST_DAY), LAST_DAY)]
    days = [day for day, (works, _) in known.items() if works]
    if number - count < 1:
        return dt.datetime.combine(FIRST_DAY, dt.time(), at.tzinfo)
    first = days[number - count - 1]
    if is_working:
        return dt.datetime.combine(first, at.timetz())
    return dt.datetime.combine(first + dt.timedelta(days=1), dt.time(), at.tzinfo)
