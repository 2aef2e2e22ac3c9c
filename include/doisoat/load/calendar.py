"""Loads the calendars of a province into core: the working days of each agency (doisoat.province.working_days)."""

from __future__ import annotations

import hashlib
from importlib.metadata import version

import psycopg

from doisoat.errors import ConfigurationError
from doisoat.province.working_days import COMMON, FIRST_DAY, LAST_DAY, WorkingDays, days_of


def load_calendar(connection: psycopg.Connection, rules: WorkingDays) -> None:
    """Store the calendars in core.working_day, and which agency follows which calendar in core.agency_calendar.

    An agency named in the rules has a calendar of its own; those below it follow it, unless they are named too. If the rules
    have not changed, nothing is written: some 9,500 days per calendar, computed and compared, would cost most of a second.

    Raises:
        ConfigurationError: the rules name an agency that is not in the reference.
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
    """A fingerprint of everything that a calendar is made from."""
    made_from = (rules.model_dump_json(), sorted(above.items()), FIRST_DAY, LAST_DAY, version("holidays"))
    return hashlib.sha256(repr(made_from).encode()).hexdigest()


def _above(connection: psycopg.Connection, rules: WorkingDays) -> dict[str, tuple[str, ...]]:
    """For every agency that is named, or below a named one: the named ones among itself and those above it, nearest first."""
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
