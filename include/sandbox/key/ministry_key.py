"""The ministries' part of the answer key: what a correct reconciliation can know of each of their dossiers.

It does not come from what the generator did but is computed from the rows visible at the time. Compared with the rows of
another side, a ministry's row is

* `matched_by_code` - one of them has its code;
* `matched_by_link` - one of them refers to its code, or has the code that the ministry's row refers to; or a row of the
  province that refers to both joins them;
* `matched_by_time` - agency, procedure and second of receipt agree, and there is exactly one candidate on each side;
* `grouped` - several agree, or only the day is known, and both sides have equally many: all are there, no pair is known;
* `undetermined` - the same, but the numbers differ;
* `absent` - there is nothing of the kind.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.world.moments import local_date, local_day, seconds_of_day
from sandbox.world.truth import Dossier, MinistryRow
from sandbox.world.world import World

CODE, LINK, TIME = "matched_by_code", "matched_by_link", "matched_by_time"
GROUPED, UNDETERMINED, ABSENT = "grouped", "undetermined", "absent"

Cell = tuple[str, str, int]  # agency, procedure family, moment or day


@dataclass(frozen=True, slots=True)
class _Other:
    """A row of another side, reduced to what it can be recognised by."""

    code: str
    names: frozenset[str]
    agency: str
    family: str
    received_at: int

    @property
    def has_time(self) -> bool:
        """Whether the time is known: midnight means a day whose time was not recorded."""
        return seconds_of_day(self.received_at) != 0


class MinistryKey:
    """What can be known about the ministries' dossiers of a world at a point in time."""

    def __init__(self, world: World, now: int) -> None:
        self._now = now
        rows = [(made, row) for made, row in world.ministry_rows() if row.is_held(now)]
        only_days = world.variant.ministries_with_days
        self._provincial = _known(rows, list(_local(world, now)), only_days)
        self._national = _known(rows, list(_portal(world, now)), only_days)

    def lines(self, made: Dossier) -> list[dict[str, Any]]:
        """The key's `ministry` entry of one dossier: a list with one row, or empty for an ordinary dossier."""
        row = made.ministry
        if row is None:
            return []
        return [
            {
                "source": row.source,
                "record_key": row.record_key,
                "code": row.code or None,
                "portal_code": row.portal_code or None,
                "state": "present" if row.is_held(self._now) else "not_yet",
                "since": row.received_at,
                "received_date": local_date(row.received_at).isoformat(),
                "agency": made.agency.agency_id,
                "procedure": made.procedure.code,
                "status": row.status_at(self._now) if row.is_held(self._now) else None,
                "imported_as": [one.record_id for one in made.local if one.is_held(self._now)],
                "provincial": self._provincial.get(row.record_key),
                "national": self._national.get(row.record_key),
            }
        ]


def _local(world: World, now: int) -> Iterable[_Other]:
    for made, row in world.local_rows():
        if row.is_held(now) and not row.is_removed(now) and row.received_at is not None and row.received_at <= now:
            family = made.procedure.code[:8]
            names = frozenset({row.national_code} - {""})
            yield _Other(row.code_at(now), names, made.agency.agency_id, family, row.received_at)


def _portal(world: World, now: int) -> Iterable[_Other]:
    names: dict[str, set[str]] = defaultdict(set)
    for _, local in world.local_rows():
        if local.national_code and local.is_held(now):
            names[local.code_at(now)].add(local.national_code)
            names[local.national_code].add(local.code_at(now))
    for _, row in world.portal_rows():
        received = row.received(now)
        if row.is_held(now) and received is not None:
            linked = frozenset(names.get(row.code, ()))
            yield _Other(row.code, linked, row.counted_agency.agency_id, row.procedure_code[:8], received)


def _known(rows: list[tuple[Dossier, MinistryRow]], others: list[_Other], only_days: tuple[str, ...]) -> dict[str, str]:
    """What can be known about each ministry's row, by its record key."""
    codes, names = {one.code for one in others}, {name for one in others for name in one.names}
    known: dict[str, str] = {}
    ours: set[str] = set()
    for _, row in rows:
        key = row.code or row.record_key
        if key in codes:
            known[row.record_key] = CODE
        elif key in names or (row.portal_code and row.portal_code in codes | names):
            known[row.record_key] = LINK
        if row.record_key in known:
            ours |= {key, row.portal_code} - {""}
    left = [(made, row) for made, row in rows if row.record_key not in known]
    candidates = [one for one in others if one.code not in ours and not one.names & ours]
    return known | _by_receipt(left, candidates, only_days)


def _by_receipt(
    rows: list[tuple[Dossier, MinistryRow]], others: list[_Other], only_days: tuple[str, ...]
) -> dict[str, str]:
    """Match by agency, procedure and receipt what no code matches."""
    seconds = Counter((one.agency, one.family, one.received_at) for one in others if one.has_time)
    mine = Counter(_cell(made, row.received_at) for made, row in rows if row.source not in only_days)
    known: dict[str, str] = {}
    days: dict[Cell, list[MinistryRow]] = defaultdict(list)
    with_days: set[Cell] = set()
    for made, row in rows:
        cell = _cell(made, row.received_at)
        if row.source not in only_days and (there := seconds[cell]):
            known[row.record_key] = UNDETERMINED if there != mine[cell] else TIME if there == 1 else GROUPED
            continue
        day = _cell(made, local_day(row.received_at))
        days[day].append(row)
        if row.source in only_days:
            with_days.add(day)
    possible: Counter[Cell] = Counter()
    for one in others:
        day = one.agency, one.family, local_day(one.received_at)
        possible[day] += not one.has_time or day in with_days
    for day, left in days.items():
        word = ABSENT if not possible[day] else GROUPED if possible[day] == len(left) else UNDETERMINED
        known |= {row.record_key: word for row in left}
    return known


def _cell(made: Dossier, at: int) -> Cell:
    return made.agency.agency_id, made.procedure.code[:8], at
