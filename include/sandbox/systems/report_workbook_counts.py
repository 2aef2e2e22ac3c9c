"""An office's counts for its monthly report, by unit or by field (CONTRACTS section 2b).

Three offices report: the province what it holds and has not removed, the portal what it holds, and the national
reporting system what the province reported: its own, and of the ministries' systems what it does not hold (notice
204/TB-UBND). A dossier is of the month of its receipt; numbers are those that the office holds when it counts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeVar

from sandbox.systems.portal import finish_known
from sandbox.world import truth
from sandbox.world.moments import local_date, local_day, moment, month_start, months_between, next_month
from sandbox.world.reference import Agency
from sandbox.world.truth import Dossier, Life
from sandbox.world.world import World

PROVINCE, PORTAL, REPORTING_SYSTEM = "province", "portal", "reporting_system"
OFFICES = (PROVINCE, PORTAL, REPORTING_SYSTEM)
_FINISHED = (truth.FINISHED, truth.RETURNED)

K = TypeVar("K")


@dataclass(slots=True)
class Tally:
    """The counts of one row.

    Attributes:
        full_online, part_online, direct, post: received in the month, by channel (and kind of online service).
        carried: received before it and not ended before it.
        early, on_time, late: resolved in the month, by its due day.
        withdrawn, stopped: ended in the month without a result; refused: in the month, and never received.
        open_in_time, open_late: neither ended by the end of the month; without a due day, and while it waits for a
            supplement, in time.
        unaccepted: submitted but neither received nor refused by then.
        paid_online: of those received, paid through a gateway.
    """

    full_online: int = 0
    part_online: int = 0
    direct: int = 0
    post: int = 0
    carried: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    withdrawn: int = 0
    stopped: int = 0
    refused: int = 0
    open_in_time: int = 0
    open_late: int = 0
    unaccepted: int = 0
    paid_online: int = 0

    def add(self, other: Tally) -> None:
        """Add another row's numbers to these."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    @property
    def online(self) -> int:
        return self.full_online + self.part_online

    @property
    def received(self) -> int:
        """Received in the month."""
        return self.online + self.direct + self.post

    @property
    def resolved(self) -> int:
        """Ended with a result."""
        return self.early + self.on_time + self.late

    @property
    def pending(self) -> int:
        return self.open_in_time + self.open_late


@dataclass(frozen=True, slots=True)
class Row:
    """The key of a count: a unit and a field."""

    unit: Agency
    field_code: str


@dataclass(frozen=True, slots=True)
class _Case:
    """A dossier as an office holds it; `ended` and `end` say when and in which status it ended."""

    made: Dossier
    unit: Agency
    submitted: int
    received: int | None
    ended: int | None
    end: int
    waits: bool


def count_months(world: World, office: str, now: int) -> dict[dt.date, dict[Row, Tally]]:
    """An office's counts at `now` for every month that has ended by then, oldest first."""
    last = month_start(local_date(now))
    cases = list(_cases(world, office, now))
    first = min((local_date(case.submitted) for case in cases), default=last)
    counted: dict[dt.date, dict[Row, Tally]] = {
        month: defaultdict(Tally) for month in months_between(first, last) if month < last
    }
    for case in cases:
        row = Row(case.unit, case.made.procedure.field_code)
        end = local_date(case.ended) if case.ended is not None else last
        for month in months_between(local_date(case.submitted), end):
            if month in counted:
                _count(counted[month][row], case, moment(month), moment(next_month(month)))
    return counted


def by_unit(counted: dict[Row, Tally]) -> dict[str, Tally]:
    """A month's counts by agency id."""
    return _sums((row.unit.agency_id, tally) for row, tally in counted.items())


def by_field(counted: dict[Row, Tally]) -> dict[tuple[str, str], Tally]:
    """A month's counts by level ("department" for the province itself too) and field code."""
    return _sums(
        (("department" if row.unit.level == "province" else row.unit.level, row.field_code), tally)
        for row, tally in counted.items()
    )


def _sums(rows: Iterator[tuple[K, Tally]]) -> dict[K, Tally]:
    summed: dict[K, Tally] = defaultdict(Tally)
    for key, tally in rows:
        summed[key].add(tally)
    return {key: tally for key, tally in summed.items() if tally}


# cases --------------------------------------------------------------------------------------------------------------
def _cases(world: World, office: str, now: int) -> Iterator[_Case]:
    if office == PORTAL:
        yield from _portal_cases(world, now)
        return
    for made, row in world.local_rows():
        if row.is_held(now) and not row.is_removed(now):
            received = row.received_at if row.received_at is not None and row.received_at <= now else None
            submitted = made.submitted_at if row.submitted_at is None else row.submitted_at
            yield _case(made, made.agency, submitted, received, row.life, now)
    if office == REPORTING_SYSTEM:
        for made, handled in world.ministry_rows():
            if handled.is_held(now) and not any(row.is_held(now) for row in made.local):
                yield _case(made, made.agency, handled.received_at, handled.received_at, handled.life, now)


def _case(made: Dossier, unit: Agency, submitted: int, received: int | None, life: Life, now: int) -> _Case:
    ends = (*_FINISHED, truth.WITHDRAWN, truth.STOPPED, truth.REFUSED)
    at, end = next(((at, status) for at, status in life if status in ends and at <= now), (None, 0))
    return _Case(made, unit, submitted, received, at, end, truth.latest(life, now) == truth.SUPPLEMENT)


def _portal_cases(world: World, now: int) -> Iterator[_Case]:
    """The portal's cases; resolved is what it shows as finished, with the finish time that it shows."""
    for made, row in world.portal_rows():
        if not row.is_held(now):
            continue
        ended, end = finish_known(made, row, now), truth.FINISHED
        if ended is None:
            stops = ((at, int(status)) for at, status in row.life if status in ("3", "7", "8") and at <= now)
            ended, end = next(stops, (None, 0))
        submitted = made.submitted_at if row.submitted_at is None else row.submitted_at
        waits = truth.latest(row.life, now) == str(truth.SUPPLEMENT)
        yield _Case(made, row.counted_agency, submitted, row.received(now), ended, end, waits)


# counting -----------------------------------------------------------------------------------------------------------
def _count(tally: Tally, case: _Case, start: int, end: int) -> None:
    """Count a case in a month [start, end)."""
    ended_in = case.ended is not None and start <= case.ended < end
    is_open = case.ended is None or case.ended >= end
    if case.received is None or case.received >= end:
        tally.refused += ended_in and case.end == truth.REFUSED
        tally.unaccepted += is_open
        return
    if case.received >= start:
        _count_received(tally, case)
    elif case.ended is None or case.ended >= start:
        tally.carried += 1
    if ended_in:
        _count_ended(tally, case)
    elif is_open:
        is_late = case.made.due_at is not None and case.made.due_at < end and not case.waits
        tally.open_late += is_late
        tally.open_in_time += not is_late


def _count_received(tally: Tally, case: _Case) -> None:
    made = case.made
    is_online = made.channel == truth.ONLINE
    tally.full_online += is_online and made.number % 2 == 1
    tally.part_online += is_online and made.number % 2 == 0
    tally.direct += made.channel == truth.DIRECT
    tally.post += made.channel == truth.POST
    tally.paid_online += made.payment in (1, 2)


def _count_ended(tally: Tally, case: _Case) -> None:
    due, ended = case.made.due_at, case.ended
    if case.end not in _FINISHED or ended is None:
        tally.withdrawn += case.end == truth.WITHDRAWN
        tally.stopped += case.end != truth.WITHDRAWN
        return
    is_late = due is not None and ended > due
    is_early = due is not None and local_day(ended) < local_day(due)
    tally.late += is_late
    tally.early += is_early
    tally.on_time += not is_late and not is_early
