"""OpenCPS's own monthly statistics (CONTRACTS section 3): a row for each unit, field and origin, and for their totals.

A row leaves empty what it is a total of; month 0 is the year. As counted in the public sources (2020): a month's
dossiers are those received in it and those received before and not released before it; what was never received is in
none, and what was received in the very second in which a month begins counts as carried over. A year adds up what was
received and what ended, and takes what is pending from its last month. Recounted on the hour, as of what OpenCPS then
shows. Without `month` every month and year is shown, without `year` nothing (-1 means all years), and without `system`
only what came from no other system: `total` requests totals.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from sandbox.http.wire import Answer, json_answer
from sandbox.systems.opencps_words import GROUP_ID, Times, Words, system_id, times_of
from sandbox.world.moments import HOUR, LOCAL, month_start, months_between, next_month
from sandbox.world.truth import ONLINE, POST
from sandbox.world.world import World

_TOTAL = "total"
_PENDING = ("processing", "undue", "overdue", "interoperating", "waiting", "inside", "outside")

#: Unit, field and origin of a row; "" for all of them.
Key = tuple[str, str, str]


@dataclass(slots=True)
class Tally:
    """The counts of one row; each is `<name>Count` on the wire."""

    denied: int = 0
    cancelled: int = 0
    remaining: int = 0
    received: int = 0
    online: int = 0
    onegate: int = 0
    outside: int = 0
    inside: int = 0
    release: int = 0
    betimes: int = 0
    ontime: int = 0
    overtime: int = 0
    done: int = 0
    releasing: int = 0
    unresolved: int = 0
    processing: int = 0
    undue: int = 0
    overdue: int = 0
    interoperating: int = 0
    waiting: int = 0
    viaPostal: int = 0
    fromViaPostal: int = 0
    saturday: int = 0
    dossierOnline3: int = 0
    dossierOnline4: int = 0

    @property
    def process(self) -> int:
        return self.received + self.remaining


@dataclass(frozen=True, slots=True)
class _Fact:
    """A dossier as the statistics see it."""

    key: Key
    received: int
    due: int | None
    released: int | None
    finished: int | None
    status: str
    online: bool
    by_post: bool
    number: int


class Statistics:
    """The rows of every month and year up to a moment."""

    def __init__(self, world: World, words: Words) -> None:
        self._world, self._words, self._variant = world, words, world.variant
        self._zone = LOCAL if world.variant.opencps_days == "local" else dt.UTC
        self._names = {words.agency_code(agency): agency.name for agency in world.agencies}
        self._fields = {one.field_code: one.field_name for one in world.procedures}
        self._counted_at = -1
        self._facts: list[_Fact] = []
        self._periods: dict[tuple[int, int], dict[Key, Tally]] = {}

    def forget(self) -> None:
        """The clock was moved."""
        self._counted_at = -1

    def answer(self, query: dict[str, str], numbers: dict[str, int], now: int | None) -> Answer:
        """GET /o/rest/statistics; `now` is None for a group that does not exist."""
        start, end, year, month = (numbers[name] for name in ("start", "end", "year", "month"))
        start, end = start or -1, end or -1
        if end < start or not -1 <= month <= 12:
            return json_answer({"faultCode": "500", "faultMessage": "HTTP 406 Not Acceptable"}, 406)
        found = [] if now is None else list(self._select(query, year, month, now))
        shown = found if end == -1 else found[max(start, 0) : end]
        told = {"total": len(shown), "agency": query.get("agency", ""), self._variant.opencps_statistics_key: shown}
        return json_answer(told)

    def _select(self, query: dict[str, str], year: int, month: int, now: int) -> Iterator[dict[str, Any]]:
        self._count_anew(now - now % HOUR)
        asked = query.get("agency", ""), query.get("domain", ""), query.get("system") or "0"
        if asked[0] == "all":
            asked = "", *asked[1:]
        for period in self._known(now):
            if year in (-1, period[0]) and month in (-1, period[1]):
                for key, tally in sorted(self._period(period, now).items()):
                    if all(
                        wanted in ("", part) or (wanted == _TOTAL and not part)
                        for wanted, part in zip(asked, key, strict=True)
                    ):
                        yield self._row(period, key, tally)

    def _known(self, now: int) -> list[tuple[int, int]]:
        """Months and years (month 0) for which there are rows, up to the current one."""
        if not self._facts:
            return []
        months = months_between(self._month(min(fact.received for fact in self._facts)), self._month(now))
        return sorted({(one.year, one.month) for one in months} | {(one.year, 0) for one in months})

    def _month(self, at: int) -> dt.date:
        return month_start(dt.datetime.fromtimestamp(at, self._zone).date())

    # counting -----------------------------------------------------------------------------------------------------
    def _count_anew(self, at: int) -> None:
        if at == self._counted_at:
            return
        self._counted_at, self._periods, self._facts = at, {}, []
        for made, row in self._world.local_rows():
            if not row.is_held(at) or row.is_removed(at):
                continue
            times: Times = times_of(made, row, at, self._variant)
            if times.received is not None:
                unit, field = self._words.agency_code(made.agency), made.procedure.field_code
                self._facts.append(
                    _Fact(
                        (unit, field, str(system_id(row))),
                        times.received,
                        times.due,
                        times.released,
                        times.finished,
                        self._words.status(row, at),
                        made.channel == ONLINE,
                        made.channel == POST,
                        made.number,
                    )
                )

    def _period(self, period: tuple[int, int], now: int) -> dict[Key, Tally]:
        if period not in self._periods:
            year, month = period
            self._periods[period] = (
                self._count_month(dt.date(year, month, 1), now) if month else self._count_year(year, now)
            )
        return self._periods[period]

    def _count_month(self, month: dt.date, now: int) -> dict[Key, Tally]:
        start, end = (
            int(dt.datetime(one.year, one.month, 1, tzinfo=self._zone).timestamp())
            for one in (month, next_month(month))
        )
        counted: dict[Key, Tally] = {}
        for fact in self._facts:
            if fact.received < end and (fact.received >= start or fact.released is None or fact.released >= start):
                for key in _totals(fact.key):
                    _add(counted.setdefault(key, Tally()), fact, start, end, min(now, end))
        return counted

    def _count_year(self, year: int, now: int) -> dict[Key, Tally]:
        """The sums of what was received and ended in a year's months; what is pending is that of the last month."""
        months = [one for one in self._known(now) if one[0] == year and one[1]]
        counted: dict[Key, Tally] = {}
        for month in months:
            for key, tally in self._period(month, now).items():
                total = counted.setdefault(key, Tally())
                for one in fields(Tally):
                    if one.name not in (*_PENDING, "remaining") or month == months[-1]:
                        setattr(total, one.name, getattr(total, one.name) + getattr(tally, one.name))
        for total in counted.values():
            process = total.release + total.processing + total.waiting + total.cancelled
            total.remaining = max(process - total.received, 0)
            total.releasing, total.done = 0, total.release - total.unresolved
        return counted

    def _row(self, period: tuple[int, int], key: Key, tally: Tally) -> dict[str, Any]:
        unit, field, system = key
        ended = tally.betimes + tally.ontime
        row: dict[str, Any] = {
            "month": period[1],
            "year": period[0],
            "groupId": int(GROUP_ID),
            "govAgencyCode": unit,
            "govAgencyName": self._names.get(unit, ""),
            "domainCode": field,
            "domainName": self._fields.get(field, ""),
            "system": system,
            "totalCount": tally.process + tally.denied,
            "processCount": tally.process,
            "ontimePercentage": ended * 100 // tally.release if tally.release else 100,
            "reporting": False,
            **{f"{one.name}Count": getattr(tally, one.name) for one in fields(Tally)},
        }
        if self._variant.opencps_blank == "missing":
            return {name: value for name, value in row.items() if value != ""}
        return row


def _totals(key: Key) -> Iterator[Key]:
    """A key and every key that is a total over it."""
    for unit in (key[0], ""):
        for field in (key[1], ""):
            for system in (key[2], ""):
                yield unit, field, system


def _add(tally: Tally, fact: _Fact, start: int, end: int, judged_at: int) -> None:
    """Count a dossier in a period [start, end); what is overdue is so at `judged_at`."""
    day = dt.datetime.fromtimestamp(fact.received, LOCAL)
    tally.saturday += day.weekday() == 5
    tally.viaPostal += fact.number % 11 == 0
    tally.fromViaPostal += fact.by_post
    tally.dossierOnline3 += fact.online and fact.number % 2 == 0
    tally.dossierOnline4 += fact.online and fact.number % 2 == 1
    if fact.status == "denied":
        tally.denied += 1
        return
    if fact.received > start:
        tally.received += 1
        tally.online += fact.online
        tally.onegate += not fact.online
    else:
        tally.remaining += 1
    if fact.released is None or fact.released >= end:
        _add_pending(tally, fact, judged_at)
    elif fact.status == "cancelled":
        tally.cancelled += 1
    else:
        _add_ended(tally, fact)


def _add_pending(tally: Tally, fact: _Fact, judged_at: int) -> None:
    if fact.status in ("waiting", "receiving"):
        tally.waiting += 1
        return
    is_inside, is_late = fact.status == "processing", fact.due is not None and fact.due <= judged_at
    tally.processing += 1
    tally.inside += is_inside
    tally.outside += not is_inside
    tally.overdue += is_late
    tally.undue += not is_late
    tally.interoperating += is_late and not is_inside


def _add_ended(tally: Tally, fact: _Fact) -> None:
    tally.release += 1
    if fact.status == "unresolved":
        tally.unresolved += 1
    elif fact.finished is not None:
        tally.done += 1
    else:
        tally.releasing += 1
    released, due, finished = fact.released, fact.due, fact.finished
    is_late = due is not None and released is not None and released > due
    is_early = due is not None and finished is not None and finished < due
    tally.overtime += is_late
    tally.betimes += is_early and not is_late
    tally.ontime += not is_early and not is_late
