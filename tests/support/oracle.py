"""An independent reconciliation, slow and plain, written from the documents: what the SQL must say of a small world.

It keeps what every night showed and derives everything from that, without ranges, ranks or temporary tables. Two sides, each
shown in full every night: the province's records have keys, the portal's rows have none.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
LAG = dt.timedelta(hours=24)
PRESENCES = ("national_only", "provincial_only")


@dataclass(frozen=True)
class Row:
    """One row as a side shows it; `key` is the province's own, "" on the portal."""

    key: str
    code: str
    names: str = ""
    status: str = "4"
    received: dt.datetime | None = None
    updated: dt.datetime | None = None
    is_removed: bool = False


@dataclass
class Night:
    """What follows from all nights up to one.

    Attributes:
        verdicts: dossier -> (presence, standing), of those that are not simply matched.
        differences: (dossier, attribute) -> (standing, portal's value, province's value).
        entries: (dossier, kind, sign) -> how many.
    """

    verdicts: dict[str, tuple[str, str]] = field(default_factory=dict)
    differences: dict[tuple[str, str], tuple[str, str | None, str | None]] = field(default_factory=dict)
    entries: dict[tuple[str, str, int], int] = field(default_factory=dict)


class Oracle:
    """Nights are shown one after the other, in order."""

    def __init__(self) -> None:
        self._links: set[tuple[str, str, str, str]] = set()  # side, key, code, other code
        self._before: dict[str, dict[str, Row]] = {"p": {}, "n": {}}

    def night(self, night: dt.date, province: Iterable[Row], portal: Iterable[Row]) -> Night:
        """What must come out of a night that shows these rows."""
        shown = {
            "p": {row.key: row for row in province},
            "n": {f"{at} {row.code}": row for at, row in enumerate(portal)},
        }
        for key, row in shown["p"].items():
            if row.names and row.names != row.code:
                self._links.add(("p", key, row.code, row.names))
            earlier = self._before["p"].get(key)
            if earlier and earlier.code != row.code:
                self._links.add(("p", key, row.code, earlier.code))
        self._before = shown
        dossier_of = self._identify(shown)
        midnight = dt.datetime.combine(night + dt.timedelta(days=1), dt.time(), LOCAL)
        return _compare(shown, dossier_of, midnight)

    def _identify(self, shown: Mapping[str, Mapping[str, Row]]) -> dict[str, str]:
        """Code -> dossier: the least code of those that links join. A code that several dossiers claim joins none of them,
        unless only one of the claimants is still there."""
        living = {("p", key, row.code) for key, row in shown["p"].items() if not row.is_removed}
        claims: dict[str, dict[str, bool]] = defaultdict(dict)  # claimed code -> claimant's code -> whether it is there
        for side, key, code, other in self._links:
            claims[other][code] = claims[other].get(code, False) or (side, key, code) in living
        for _, _, code in living:
            if code in claims:
                claims[code][code] = True
        neighbours: dict[str, set[str]] = defaultdict(set)
        for other, claimants in claims.items():
            alive = sum(claimants.values())
            for code, is_alive in claimants.items():
                if code != other and (len(claimants) == 1 or (is_alive and alive == 1)):
                    neighbours[code].add(other)
                    neighbours[other].add(code)
        codes = {row.code for side in shown.values() for row in side.values()} | set(neighbours)
        return {code: min(_component(code, neighbours)) for code in codes}


def _component(code: str, neighbours: Mapping[str, set[str]]) -> set[str]:
    seen, open_ = {code}, [code]
    while open_:
        fresh = neighbours.get(open_.pop(), set()) - seen
        seen |= fresh
        open_ += fresh
    return seen


def _compare(shown: Mapping[str, Mapping[str, Row]], dossier_of: Mapping[str, str], midnight: dt.datetime) -> Night:
    rows: dict[str, dict[str, list[Row]]] = defaultdict(lambda: {"p": [], "n": []})
    for side, held in shown.items():
        for row in held.values():
            if not row.is_removed:
                rows[dossier_of[row.code]][side].append(row)
    told = Night()
    for dossier, sides in rows.items():
        p, n = (_first(dossier, sides[side]) for side in ("p", "n"))
        for side, kind, sign in (("p", "extra_provincial_row", -1), ("n", "extra_national_row", 1)):
            if len(sides[side]) > 1:
                told.entries[dossier, kind, sign] = len(sides[side]) - 1
        if p is None or n is None:
            _alone(told, dossier, p or n, "national_only" if n else "provincial_only", midnight)
        else:
            _both(told, dossier, p, n, midnight)
    return told


def _first(dossier: str, rows: list[Row]) -> Row | None:
    """The row that stands for the dossier on its side."""
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return min(rows, key=lambda row: (row.code != dossier, row.received or far, row.key), default=None)


def _alone(told: Night, dossier: str, row: Row | None, presence: str, midnight: dt.datetime) -> None:
    assert row is not None
    moment = row.received
    standing = (
        "gap" if moment is None or moment < midnight - LAG
        else "not_yet_observable" if moment > midnight
        else "pending"
    )  # fmt: skip
    told.verdicts[dossier] = (presence, standing)
    told.entries[dossier, presence, 1 if presence == "national_only" else -1] = 1


def _both(told: Night, dossier: str, p: Row, n: Row, midnight: dt.datetime) -> None:
    standing = "pending" if p.updated and p.updated > midnight - LAG else "gap"
    days = [row.received and row.received.astimezone(LOCAL).date().isoformat() for row in (n, p)]
    values = {"status": (n.status, p.status), "receipt_date": (days[0], days[1])}
    differing = {name: pair for name, pair in values.items() if pair[0] != pair[1]}
    for name, (theirs, ours) in differing.items():
        told.differences[dossier, name] = (standing, theirs, ours)
    moves = (days[0] or "")[:7] != (days[1] or "")[:7]
    if differing or moves:
        told.verdicts[dossier] = ("matched", "settled")
    if moves:
        told.entries[dossier, "moved", 1] = told.entries[dossier, "moved", -1] = 1


class Life:
    """The life of gaps, from what each night says is one."""

    def __init__(self) -> None:
        self.opened: dict[tuple[str, str], dt.date] = {}
        self.reopened: dict[tuple[str, str], dt.date] = {}
        self.open: set[tuple[str, str]] = set()

    def night(self, night: dt.date, told: Night) -> None:
        """Take in a night; nothing is known of dossiers that turn out to be one."""
        now = {(dossier, presence) for dossier, (presence, standing) in told.verdicts.items() if standing == "gap"}
        now |= {(dossier, name) for (dossier, name), (standing, *_) in told.differences.items() if standing == "gap"}
        for gap in now - self.open:
            if gap in self.opened:
                self.reopened[gap] = night
            self.opened.setdefault(gap, night)
        self.open = now
