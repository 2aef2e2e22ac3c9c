"""An independent reconciliation, slow and plain, written from the documents: what the SQL must say of a small world.

It keeps what every night showed of every side, whole, and derives everything from that anew: no ranges, no ranks, no
temporary tables, nothing carried from one night's outcome to the next but the life of gaps. Its rules are those of
docs/adr 4 (identity), 6 (ministries), 11 (what a source that is down or half there may change), 16 and 17 (gaps), 19 (lags
that are learned), and of DESIGN 3.5, 3.7 and 3.9.

What cannot be read of a row (ADR 27) is unknown, and not nothing.

Three sides: the province's and the ministry's records have keys, the portal's rows have none. What it does not model: a
ministry's dossier known by the time of its receipt or counted in a group (worlds for this oracle give the ministry a
procedure of its own, which rules both out), dossiers missed in a ministry's system (no procedures are declared its own),
several sources of one side, several agencies, records that were shown long before their receipt, look-ups, a side that was
never listed to its end, the flood guard, declared counts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
LAG = dt.timedelta(hours=24)
#: The sources' clocks at a pull: this long after the end of its night.
CUT_OFF = dt.timedelta(minutes=30)
#: attribute -> the field of a row that states it
_FIELDS = {"status": "status", "receipt_date": "received"}
#: Statuses that the code maps know.
MAPPED = frozenset(map(str, range(1, 11)))
PRESENCES = ("national_only", "provincial_only")
BRIDGE, LEFT_OUT, NOT_ON_PORTAL = "national_provincial", "ministry_provincial", "ministry_national"
FAR = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Row:
    """One row as a side shows it; `key` is the system's own, "" on the portal; `unread`: what of it cannot be read."""

    key: str
    code: str
    names: str = ""
    status: str | None = "4"
    received: dt.datetime | None = None
    updated: dt.datetime | None = None
    is_removed: bool = False
    unread: frozenset[str] = frozenset()
    asked_in: str | None = None  # the month in which a system with keys shows it, if its receipt cannot be read

    @property
    def month(self) -> str | None:
        """Its month of receipt."""
        return _day(self.received)[:7] if self.received else self.asked_in


@dataclass(frozen=True)
class Pull:
    """What a source answered: all it shows, or some of it."""

    rows: Sequence[Row]
    is_complete: bool = True


@dataclass
class Night:
    """What follows from all nights up to one.

    Attributes:
        verdicts: (pair, dossier) -> (presence, standing), of those that are not simply matched.
        differences: (pair, dossier, attribute) -> (standing, the other side's value, the province's value).
        entries: (dossier, kind, sign) -> how many.
        reviews: (pair, dossier, kind) -> the night on which time alone makes it a gap.
    """

    verdicts: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    differences: dict[tuple[str, str, str], tuple[str, str | None, str | None]] = field(default_factory=dict)
    entries: dict[tuple[str, str, int], int] = field(default_factory=dict)
    reviews: dict[tuple[str, str, str], dt.date] = field(default_factory=dict)

    def gaps(self) -> set[tuple[str, str, str]]:
        """(pair, dossier, kind) of each one that somebody must do something about; extra rows left out."""
        found = {
            (pair, dossier, presence) for (pair, dossier), (presence, is_) in self.verdicts.items() if is_ == "gap"
        }
        return found | {at for at, (standing, *_) in self.differences.items() if standing == "gap"}


class Side:
    """All that a side ever showed: what is held of it after each night, and when it was pulled."""

    def __init__(self) -> None:
        self.held: dict[dt.date, dict[str, Row]] = {}
        self.pulls: dict[dt.date, bool] = {}  # night -> whether it was complete
        self.night = dt.date.min
        #: night -> the months of rows that may be any dossier of that month; None: of any month.
        self.hiding: dict[dt.date, set[str | None]] = {}
        self._shown_on: dict[str, dt.date] = {}  # key -> the first night that showed it

    def take(self, night: dt.date, pull: Pull | None) -> None:
        """A complete pull is all there is; one in part shows what it shows; of one that is down the last one stands."""
        now = dict(self.now)
        if pull is not None:
            readable, self.hiding[night] = self._read(pull.rows)
            shown = _keyed(readable)
            now = shown if pull.is_complete else {**now, **shown}
            self.pulls[night] = pull.is_complete
        self.held[night], self.night = now, night
        for key in now:
            self._shown_on.setdefault(key, night)

    def _read(self, rows: Sequence[Row]) -> tuple[list[Row], set[str | None]]:
        """The rows with what can be read of them (ADR 27), and the months of those of which it is not known what they are."""
        found, hiding = [], set[str | None]()
        for row in rows:
            before = self.now.get(row.key) if row.key else None
            if row.unread & {"code", "names"} and before is None:
                hiding.add(row.month if row.key or "received" not in row.unread else None)
            if before and self._is_unchanged(row, before):
                found.append(before)
            elif "code" not in row.unread:
                blank = {name: "" if name == "names" else None for name in row.unread}
                asked_in = row.month if row.key and "received" in row.unread else None
                found.append(replace(row, **blank, asked_in=asked_in))  # type: ignore[arg-type]
            elif before is not None:
                found.append(before)
        return found, hiding

    @staticmethod
    def _is_unchanged(row: Row, before: Row) -> bool:
        """Whether a row that cannot be read as a whole says, by `updated` and where it can be read, what it said before."""
        if not row.unread or before.unread or row.unread & {"code", "names", "updated"} or row.updated is None:
            return False
        return replace(row, **{name: getattr(before, name) for name in row.unread}, unread=frozenset()) == before

    def moment(self, key: str, row: Row) -> dt.datetime | None:
        """When it was received; if that cannot be read, no later than the end of the night that first showed it."""
        return midnight(self._shown_on[key]) if "received" in row.unread else row.received

    @property
    def now(self) -> dict[str, Row]:
        """What is held of it tonight, removed records with it."""
        return self.held.get(self.night, {})

    @property
    def last(self) -> dt.date:
        """The night of its last pull, in part or not."""
        return max(self.pulls)

    @property
    def whole(self) -> dt.date:
        """The night of its last complete pull: what it does not show is not there, and its values are known."""
        return max(night for night, is_complete in self.pulls.items() if is_complete)

    def holds(self, dossier: str, night: dt.date, dossier_of: Mapping[str, str]) -> bool:
        """Whether it held a dossier, as dossiers are known tonight, on an earlier night."""
        return any(not row.is_removed and dossier_of[row.code] == dossier for row in self.held[night].values())


def _keyed(rows: Iterable[Row]) -> dict[str, Row]:
    """Rows without keys are told apart by their code and how many there are of it."""
    keyed: dict[str, Row] = {}
    for row in rows:
        key, count = row.key or row.code, 1
        while not row.key and key in keyed:
            count += 1
            key = f"{row.code}#{count}"
        keyed[key] = row
    return keyed


def midnight(night: dt.date) -> dt.datetime:
    """The end of a night."""
    return dt.datetime.combine(night + dt.timedelta(days=1), dt.time(), LOCAL)


@dataclass(frozen=True)
class Learning:
    """How lags are learned: what share of the dossiers received they must be enough for, and how long they may be."""

    quantile: Fraction
    at_most: dt.timedelta
    min_dossiers: int


class Oracle:
    """Nights are shown one after the other, in order; `learning`: lags are learned."""

    def __init__(self, learning: Learning | None = None) -> None:
        self._learning = learning
        self._ages: dict[str, list[dt.timedelta]] = defaultdict(
            list
        )  # presence -> how late dossiers were on earlier nights
        self.province, self.portal, self.ministry = Side(), Side(), Side()
        self.dossier_of: dict[str, str] = {}
        self.borne: set[str] = set()  # codes that records stood under, not only named
        #: side, key, code, other code -> whether the record named the other code, or bore it before
        self._links: dict[tuple[str, str, str, str], str] = {}
        self._night = dt.date.min
        self._open: set[tuple[str, str, str]] = set()  # gaps of the night before

    def night(self, night: dt.date, province: Pull | None, portal: Pull | None, ministry: Pull | None = None) -> Night:
        """What must come out of a night on which the sources answer this; None: it is down."""
        self._night = night
        for name, side, pull in (
            ("p", self.province, province),
            ("n", self.portal, portal),
            ("m", self.ministry, ministry),
        ):
            before = side.now
            side.take(night, pull)
            for key, row in side.now.items():
                if row.names and row.names != row.code:
                    self._links.setdefault((name, key, row.code, row.names), "named")
                if key in before and before[key].code != row.code:
                    self._links.setdefault((name, key, row.code, before[key].code), "borne")
        self.dossier_of = self._identify()
        told = Night()
        self._bridge(told)
        if self.ministry.pulls:
            self._left_out(told, LEFT_OUT, self.province)
            self._left_out(told, NOT_ON_PORTAL, self.portal)
        if self._learning:  # for the nights to come
            self._watch(self._learning)
        self._open = told.gaps()
        return told

    # identity -----------------------------------------------------------------------------------------------------
    def _identify(self) -> dict[str, str]:
        """Code -> dossier: the least code of those that links join. A code that several own codes of one source claim joins
        none of them, unless only one of the claimants is still there, or those that are still there are one application: none
        claims a code that it only bore before, and all their records say the same moment (agency and procedure are alike
        here). A record's own code is a claim of itself."""
        sides = {"p": self.province, "n": self.portal, "m": self.ministry}
        living = {(name, k, r.code) for name, side in sides.items() for k, r in side.now.items() if not r.is_removed}
        claims: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)  # (side, claimed) -> claimant -> is it there
        borne = set()  # (side, claimed) of which one that is there only bore it
        for (side, key, code, other), kind in self._links.items():
            of = claims[side, other]
            of[code] = of.get(code, False) or (side, key, code) in living
            if kind == "borne" and (side, key, code) in living:
                borne.add((side, other))
        for side, _, code in living:
            if (side, code) in claims:
                claims[side, code][code] = True
        neighbours: dict[str, set[str]] = defaultdict(set)
        for (side, other), claimants in claims.items():
            alive = {code for code, is_alive in claimants.items() if is_alive}
            moments = {sides[side].now[k].received for name, k, code in living if name == side and code in alive}
            is_of_one = len(alive) == 1 or ((side, other) not in borne and len(moments) == 1 and None not in moments)
            for code, is_alive in claimants.items():
                if code != other and (len(claimants) == 1 or (is_alive and is_of_one)):
                    neighbours[code].add(other)
                    neighbours[other].add(code)
        self.borne |= {row.code for side in sides.values() for row in side.now.values()}
        named = {code for _, _, code, other in self._links} | {other for *_, other in self._links}
        return {code: min(_component(code, neighbours)) for code in self.borne | named | set(neighbours)}

    def _dossiers(self, side: Side) -> dict[str, list[tuple[str, Row]]]:
        """dossier -> (key, row) of a side tonight, the row that stands for it first: the one of the dossier's own code, then
        the earliest received."""
        rows: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        for key, row in side.now.items():
            if not row.is_removed:
                rows[self.dossier_of[row.code]].append((key, row))
        for dossier, found in rows.items():
            found.sort(key=lambda one: (one[1].code != dossier, one[1].received or FAR, one[0]))
        return rows

    # verdicts -----------------------------------------------------------------------------------------------------
    def _bridge(self, told: Night) -> None:
        """The province against the portal."""
        ours, theirs = self._dossiers(self.province), self._dossiers(self.portal)
        for rows, kind, sign in ((ours, "extra_provincial_row", -1), (theirs, "extra_national_row", 1)):
            told.entries.update({(d, kind, sign): len(found) - 1 for d, found in rows.items() if len(found) > 1})
        for dossier in ours.keys() | theirs.keys():
            if dossier in ours and dossier in theirs:
                self._differ(told, BRIDGE, dossier, self.portal, theirs[dossier][0], ours[dossier][0])
                if theirs[dossier][0][1].month != ours[dossier][0][1].month:
                    told.verdicts[BRIDGE, dossier] = ("matched", "settled")
                    told.entries[dossier, "moved", 1] = told.entries[dossier, "moved", -1] = 1
                continue
            is_theirs = dossier in theirs
            holding, lacking = (self.portal, self.province) if is_theirs else (self.province, self.portal)
            presence = "national_only" if is_theirs else "provincial_only"
            key, row = (theirs if is_theirs else ours)[dossier][0]
            lag, received = self._lag(presence), holding.moment(key, row)
            is_open = (BRIDGE, dossier, presence) in self._open
            standing = self._absence(dossier, received, holding, lacking, lag)
            if standing == "gap" and not is_open and ("names" in row.unread or self._is_hidden(row, holding, lacking)):
                standing = "incomplete"
            told.verdicts[BRIDGE, dossier] = (presence, standing)
            if received and received >= self._moment(holding.last, lacking.last) - lag:
                told.reviews[BRIDGE, dossier, presence] = self._review(received, lag)
            told.entries[dossier, presence, 1 if is_theirs else -1] = 1

    def _left_out(self, told: Night, pair: str, other: Side) -> None:
        """The ministry's dossiers against one of the other two sides, by code."""
        others = self._dossiers(other)
        for dossier, ((key, row), *_) in self._dossiers(self.ministry).items():
            if dossier in others:
                if pair == LEFT_OUT:
                    self._differ(told, pair, dossier, self.ministry, (key, row), others[dossier][0])
            elif row.received is None:  # nothing to compare it by
                told.verdicts[pair, dossier] = ("undetermined", "undecided")
            else:
                standing = self._absence(dossier, row.received, self.ministry, other, LAG)
                if standing == "gap" and "names" in row.unread and (pair, dossier, "ministry_only") not in self._open:
                    standing = "incomplete"
                told.verdicts[pair, dossier] = ("ministry_only", standing)
                if row.received >= self._moment(self.ministry.last, other.last) - LAG:
                    told.reviews[pair, dossier, "ministry_only"] = self._review(row.received, LAG)

    def _is_hidden(self, row: Row, holding: Side, lacking: Side) -> bool:
        """Whether it may be a row of the other side of which it is not known what it is, since absence was proven last."""
        since = min(lacking.whole, holding.whole)
        return any(
            hides is None or hides == row.month
            for night, months in lacking.hiding.items()
            if night >= since
            for hides in months
        )

    def _absence(
        self, dossier: str, received: dt.datetime | None, holding: Side, lacking: Side, lag: dt.timedelta
    ) -> str:
        """What it means that one side holds a dossier and the other does not. They are compared at the older cut-off; absence
        is proven as of the night up to which the one is known as a whole and the other for what it shows."""
        as_of = self._moment(holding.last, lacking.last)
        proof = min(lacking.whole, holding.whole)
        if received and received > as_of:
            return "not_yet_observable"
        if received and received >= as_of - lag:
            return "pending"
        is_settled = received is None or received < self._moment(proof) - lag
        was_so = holding.holds(dossier, proof, self.dossier_of) and not lacking.holds(dossier, proof, self.dossier_of)
        if is_settled and was_so:
            return "gap"
        return "not_yet_observable" if lacking.pulls[lacking.last] else "incomplete"

    def _differ(
        self, told: Night, pair: str, dossier: str, other: Side, theirs: tuple[str, Row], ours: tuple[str, Row]
    ) -> None:
        """Attributes of a dossier that both hold; a ministry that says nothing differs from nothing. A difference is a gap
        once it is older than the lag, and only if both differed when both were known last."""
        known = min(other.whole, self.province.whole)
        then = [side.held[known].get(key) for side, key in ((other, theirs[0]), (self.province, ours[0]))]
        settled = self._moment(known, other.last, self.province.last) - LAG
        for name in ("status", "receipt_date"):
            values = _value(theirs[1], name), _value(ours[1], name)
            if _FIELDS[name] in theirs[1].unread | ours[1].unread:
                continue
            if pair == BRIDGE and name == "status" and _is_nobodys(theirs[1], ours[1]):
                values = None, "not_mapped"
            elif name == "status" and (values[1] is None or (values[0] is None and theirs[1].status)):
                continue  # a word that no map knows is compared with nothing
            if values[0] == values[1] or (pair == LEFT_OUT and values[0] is None):
                continue
            was_read = all(one and _FIELDS[name] not in one.unread for one in then)
            differed = was_read and (
                _value(then[0], name) != _value(then[1], name)  # type: ignore[arg-type]
                or (name == "status" and _is_nobodys(*then))  # type: ignore[arg-type]
            )
            late = ours[1].updated and ours[1].updated > settled
            standing = "pending" if late else "gap" if differed else "not_yet_observable"
            told.differences[pair, dossier, name] = (standing, *values)
            if standing == "pending":
                told.reviews[pair, dossier, name] = self._review(ours[1].updated, LAG - dt.timedelta(microseconds=1))
            told.verdicts[pair, dossier] = ("matched", "settled")

    # lags ---------------------------------------------------------------------------------------------------------
    def _review(self, moment: dt.datetime | None, lag: dt.timedelta) -> dt.date:
        """The first night to come at whose end a moment is longer ago than the lag."""
        night = self._night + dt.timedelta(days=1)
        while moment is not None and midnight(night) - moment <= lag:
            night += dt.timedelta(days=1)
        return night

    def _lag(self, presence: str) -> dt.timedelta:
        """How old a dossier may be that one side lacks: the least age that was enough for so many of those that were watched."""
        learning, ages = self._learning, sorted(self._ages[presence])
        if learning is None or len(ages) < learning.min_dossiers:
            return LAG
        enough = next(age for place, age in enumerate(ages, 1) if place >= learning.quantile * len(ages))
        return min(max(enough, LAG), learning.at_most)

    def _watch(self, learning: Learning) -> None:
        """The dossiers received on the day of which tonight is the last that is watched: how old each was, in full hours, when
        it was last lacked; for ever if it has not come. Of a day since which a side was not read in full, nothing is said."""
        days = -(-learning.at_most // dt.timedelta(days=1))
        nights = [self._night - dt.timedelta(days=back) for back in range(days, -1, -1)]
        if not all(side.pulls.get(night) for side in (self.province, self.portal) for night in nights):
            return
        for presence, holding, lacking in (
            ("provincial_only", self.province, self.portal),
            ("national_only", self.portal, self.province),
        ):
            for dossier, ((_, row), *_) in self._dossiers(holding).items():
                if row.received and _day(row.received) == nights[0].isoformat():
                    self._ages[presence].append(self._age(dossier, row.received, holding, lacking, nights))

    def _age(
        self, dossier: str, received: dt.datetime, holding: Side, lacking: Side, nights: Sequence[dt.date]
    ) -> dt.timedelta:
        age = dt.timedelta()
        for night in nights:
            if lacking.holds(dossier, night, self.dossier_of):
                return age
            if holding.holds(dossier, night, self.dossier_of):
                hours = -(-(midnight(night) - received) // dt.timedelta(hours=1))
                age = max(dt.timedelta(hours=hours), dt.timedelta())
        return dt.timedelta.max

    def _moment(self, *nights: dt.date) -> dt.datetime:
        """The oldest cut-off of pulls of these nights, never later than the end of tonight."""
        return min(*(midnight(night) + CUT_OFF for night in nights), midnight(self._night))


def _component(code: str, neighbours: Mapping[str, set[str]]) -> set[str]:
    seen, open_ = {code}, [code]
    while open_:
        fresh = neighbours.get(open_.pop(), set()) - seen
        seen |= fresh
        open_ += fresh
    return seen


def _day(moment: dt.datetime) -> str:
    return moment.astimezone(LOCAL).date().isoformat()


def _value(row: Row, name: str) -> str | None:
    """What a row says, None if it says nothing or, as a status, what no map knows."""
    if name == "status":
        return row.status if row.status in MAPPED else None
    return row.received and _day(row.received)


def _is_nobodys(theirs: Row, ours: Row) -> bool:
    """Whether the province states a status that no map knows, and the other side none that one knows."""
    return bool(ours.status) and ours.status not in MAPPED and theirs.status not in MAPPED


@dataclass
class Spell:
    """A gap's life: the night that first saw it, the one on which it came back last, whether it is open."""

    opened: dt.date
    reopened: dt.date | None = None
    is_open: bool = True


class Life:
    """The life of gaps, from what each night says is one (ADR 17)."""

    def __init__(self) -> None:
        self.spells: dict[tuple[str, str, str], Spell] = {}

    def night(self, night: dt.date, told: Night, dossier_of: Mapping[str, str]) -> None:
        """Take in a night. Where a link joined dossiers, the gap of the new one takes the first night of the old one's.

        Args:
            dossier_of: code -> dossier, of the codes by which a gap is followed into another dossier.
        """
        inherited: dict[tuple[str, str, str], dt.date] = {}
        for (pair, dossier, kind), spell in self.spells.items():
            now = pair, dossier_of.get(dossier, dossier), kind
            if spell.is_open and now[1] != dossier:
                inherited[now] = min(spell.opened, inherited.get(now, night))
        gaps = told.gaps()
        for gap in gaps:
            spell = self.spells.setdefault(gap, Spell(night))
            spell.opened = min(spell.opened, inherited.get(gap, night))
            if not spell.is_open:
                spell.is_open, spell.reopened = True, night
        for gap, spell in self.spells.items():
            spell.is_open = gap in gaps

    @property
    def open(self) -> dict[tuple[str, str, str], tuple[dt.date, dt.date | None]]:
        """(opened, reopened) of each gap that is open."""
        return {gap: (spell.opened, spell.reopened) for gap, spell in self.spells.items() if spell.is_open}
