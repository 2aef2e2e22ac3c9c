"""Which days are working days, for whom, and on which further days dossiers are taken.

The week (Monday to Friday), the holidays of the Labour Code with their substitute days, and the Saturdays that were worked
in exchange come from the package `holidays`, whose data for Vietnam cite the dispatches they are from. What it does not
have, and what one agency does by itself, stands dated in `working_days` of the province file (ADR 21).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Literal

import psycopg
from pydantic import BaseModel, ConfigDict, Field, model_validator

from doisoat.errors import ConfigurationError

FIRST_DAY, LAST_DAY = dt.date(2015, 1, 1), dt.date(2040, 12, 31)
#: The calendar of every agency that has none of its own.
COMMON = ""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Decided(_Strict):
    """What was decided, and why: of these agencies with all below them, or of all where none is named."""

    agencies: tuple[str, ...] = ()
    reason: str = Field(min_length=1)

    def concerns(self, agencies: tuple[str, ...]) -> bool:
        return not self.agencies or not set(self.agencies).isdisjoint(agencies)


class ChangedDay(_Decided):
    """One day that is worked or not, whatever the calendar says."""

    day: dt.date = Field(ge=FIRST_DAY, le=LAST_DAY)
    is_working: bool


class OpenWeekday(_Decided):
    """A weekday on which dossiers are taken although it is no working day; valid_to is exclusive.

    Such a day counts towards no term: only a `ChangedDay` does.
    """

    weekday: Literal[_WEEKDAYS]  # type: ignore[valid-type]
    valid_from: dt.date = FIRST_DAY
    valid_to: dt.date = dt.date.max

    def holds_on(self, day: dt.date) -> bool:
        """Whether dossiers are taken on that day by this rule."""
        return _WEEKDAYS[day.weekday()] == self.weekday and self.valid_from <= day < self.valid_to


class WorkingDays(_Strict):
    """What the province decided beside the national calendar; where two changes name a day, the later entry counts."""

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
        agencies: an agency with those above it, as far as the rules name them; none for the calendar of all others.

    Returns:
        (day, is it a working day, are dossiers taken, how many working days there were up to and including it).
    """
    changed = {one.day: one.is_working for one in rules.changed if one.concerns(agencies)}
    weekly = [one for one in rules.also_open if one.concerns(agencies)]
    number = 0
    for day, is_national in _national().items():
        is_working = changed.get(day, is_national)
        number += is_working
        yield day, is_working, is_working or any(one.holds_on(day) for one in weekly), number


def load_calendar(connection: psycopg.Connection, rules: WorkingDays) -> None:
    """Keep the calendars in core.working_day, and which agency follows which in core.agency_calendar.

    An agency that the rules name has a calendar of its own; those below it follow it, unless they are named too. What was
    written by the same rules stays as it is: some 9,500 days a calendar, worked out and compared, cost a night most of a second.

    Raises:
        ConfigurationError: the rules name an agency that the reference does not have.
    """
    above = _above(connection, rules)
    fingerprint = _fingerprint(rules, above)
    if (
        connection.execute("select from core.calendar_rules where fingerprint = %s", [fingerprint]).fetchone()
        is not None
    ):
        return
    rows = [(COMMON, *day) for day in days_of(rules)]
    rows += [(agency, *day) for agency in rules.agencies for day in days_of(rules, above[agency])]
    told = """unnest(%s::text[], %s::date[], %s::boolean[], %s::boolean[], %s::integer[])
        t (calendar, day, is_working, is_open, number)"""
    same = "(t.calendar, t.day, t.is_working, t.is_open, t.number) = (w.calendar, w.day, w.is_working, w.is_open, w.number)"
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(f"delete from core.working_day w where not exists (select from {told} where {same})", columns)
    connection.execute(f"insert into core.working_day select * from {told} on conflict do nothing", columns)
    connection.execute("delete from core.agency_calendar")
    with connection.cursor() as cursor:
        followed = [(agency, named[0]) for agency, named in above.items()]
        cursor.executemany("insert into core.agency_calendar values (%s, %s)", followed)
    connection.execute("delete from core.calendar_rules")
    connection.execute("insert into core.calendar_rules values (%s)", [fingerprint])


def _fingerprint(rules: WorkingDays, above: dict[str, tuple[str, ...]]) -> str:
    """Names all that a calendar is made from."""
    made_from = (rules.model_dump_json(), sorted(above.items()), FIRST_DAY, LAST_DAY, version("holidays"))
    return hashlib.sha256(repr(made_from).encode()).hexdigest()


def _above(connection: psycopg.Connection, rules: WorkingDays) -> dict[str, tuple[str, ...]]:
    """Of every agency that is named, or below one that is: the named ones among it and those above it, nearest first."""
    parents: dict[str, list[str]] = {}
    for agency, parent in connection.execute(
        "select agency_id, parent_id from core.agency order by agency_id, valid_from desc"
    ):
        parents.setdefault(agency, [])
        if parent and parent not in parents[agency]:
            parents[agency].append(parent)
    if missing := [agency for agency in rules.agencies if agency not in parents]:
        raise ConfigurationError(
            f"working_days: no agency {', '.join(missing)} in the reference; name agencies by agency_id, as in agencies.csv"
        )
    found = {}
    for agency in parents if rules.agencies else ():
        line = [agency]
        for one in line:
            line += [parent for parent in parents.get(one, ()) if parent not in line]
        found[agency] = tuple(one for one in line if one in rules.agencies)
    return {agency: named for agency, named in found.items() if named}
