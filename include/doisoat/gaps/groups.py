"""Five thousand gaps have a few reasons: gaps of one cause, grouped by what they share more often than other dossiers do.

Gaps may share: agency, procedure, channel, a run of receipt days, the same change of status. Of all combinations, the first
group is the one whose number of gaps is most surprising given how common such dossiers are (the log-likelihood ratio of a
Poisson count). Its gaps are taken out, and the search is repeated. Gaps that share nothing are left as the rest of their cause.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

HERE = Path(__file__).parent
FEATURES = ("agency_id", "procedure_family", "channel", "change")
#: Features for which the cells say how common they are among all dossiers; RAREST if they do not.
COUNTED, RAREST = ("agency_id", "procedure_family"), 1e-4
#: Fewer gaps do not make a group; nor does anything that chance produces once in e^12, over all combinations tried.
LEAST_GAPS, LEAST_SURPRISE, MOST_SHARED, LONGEST_RUN = 3, 12.0, 2, 14


@dataclass(frozen=True, slots=True)
class _Shared:
    shared: dict[str, str]
    days: tuple[int, int] | None
    surprise: float
    lift: float


@dataclass(frozen=True, slots=True)
class Group:
    """Gaps of one cause that share something.

    Attributes:
        gaps: how many.
        shared: feature -> value; empty for the rest of a cause.
        received_from, received_to: first and last receipt date among them; None if none has one.
        owner_id: the agency that has to act on all of them; None if several agencies have to.
        lift: how many times more common what they share is among gaps of this cause than among all dossiers.
    """

    pair: str
    cause: str
    kinds: tuple[str, ...]
    gaps: int
    shared: dict[str, str]
    received_from: dt.date | None
    received_to: dt.date | None
    owner_id: str | None
    lift: float | None


def group_gaps(connection: psycopg.Connection, night: dt.date, archive_id: int) -> list[Group]:
    """The groups of a night's open gaps, largest first; every gap is in exactly one.

    Args:
        archive_id: where the night's rows are (doisoat.warehouse.queries.archive_of).
    """
    cursor = connection.execute(
        (HERE / "grouped.sql").read_text(encoding="utf-8"), {"night": night, "archive_id": archive_id}
    )
    columns = [column.name for column in cursor.description or ()]
    of_cause: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in cursor.fetchall():
        gap = dict(zip(columns, row, strict=True))
        of_cause[gap["pair"], gap["cause"]].append(gap)
    shares = _shares(connection, night, archive_id)
    found = [group for _, gaps in sorted(of_cause.items()) for group in _split(_Gaps.of(gaps), shares)]
    return sorted(found, key=lambda group: (-group.gaps, group.pair, group.cause, sorted(group.shared.items())))


def _shares(connection: psycopg.Connection, night: dt.date, archive_id: int) -> dict[tuple[str, str], float]:
    """(feature, value) -> its share of all dossiers of the night, by the counts of the cells."""
    rows = connection.execute(
        """select agency_id, procedure_family, sum(greatest(national_listed, provincial_listed))::bigint
        from archive.any_cell_status
        where archive_id = %s and from_night <= %s and %s < to_night group by 1, 2""",
        [archive_id, night, night],
    ).fetchall()
    whole = max(sum(count for *_, count in rows), 1)
    shares: dict[tuple[str, str], float] = defaultdict(float)
    for agency, procedure, count in rows:
        shares["agency_id", agency] += count / whole
        shares["procedure_family", procedure] += count / whole
    return dict(shares)


@dataclass(frozen=True, slots=True)
class _Gaps:
    """The gaps of one cause as numbers.

    Attributes:
        rows: the gaps.
        values: feature -> its values among them, sorted.
        places: feature -> of each gap, the place of its value in `values`; -1 if it has none.
        days: of each gap, the day of receipt as an ordinal; -1 if it has none.
    """

    rows: Sequence[dict[str, Any]]
    values: dict[str, list[str]]
    places: dict[str, NDArray[np.int64]]
    days: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Sequence[dict[str, Any]]) -> _Gaps:
        values, places = {}, {}
        for feature in FEATURES:
            said = [row[feature] for row in rows]
            values[feature] = sorted({value for value in said if value is not None})
            place = {value: at for at, value in enumerate(values[feature])}
            places[feature] = np.array([-1 if value is None else place[value] for value in said])
        days = np.array(
            [row["receipt_date"].toordinal() if isinstance(row["receipt_date"], dt.date) else -1 for row in rows]
        )
        return cls(rows, values, places, days)

    def calendar(self) -> tuple[int, int]:
        """The first day of receipt among them, and from the first to the last, how many days."""
        dated = self.days[self.days >= 0]
        return (int(dated.min()), int(dated.max() - dated.min()) + 1) if len(dated) else (0, 0)


def _split(gaps: _Gaps, shares: dict[tuple[str, str], float]) -> Iterator[Group]:
    """The groups of one cause, and the rest."""
    is_left = np.ones(len(gaps.rows), dtype=bool)
    for best in _in_turn(gaps, is_left, shares):
        inside = is_left.copy()
        for feature, value in best.shared.items():
            inside &= gaps.places[feature] == gaps.values[feature].index(value)
        if best.days:
            inside &= (gaps.days >= best.days[0]) & (gaps.days <= best.days[1])
        yield _group([gaps.rows[at] for at in np.flatnonzero(inside).tolist()], best)
        is_left &= ~inside
    if is_left.any():
        yield _group([gaps.rows[at] for at in np.flatnonzero(is_left).tolist()], None)


def _in_turn(gaps: _Gaps, is_left: NDArray[np.bool], shares: dict[tuple[str, str], float]) -> Iterator[_Shared]:
    """Of the gaps left, the most surprising combination that they share, as long as there is one.

    Fewer gaps never surprise more. So a combination is looked at again only when what it was worth before is the most of all,
    and only if gaps of it have been taken out since: by whoever takes what is given here, in `is_left`.
    """
    calendar, waiting = gaps.calendar(), list[tuple[float, int, int, _Shared]]()
    combinations = list(_combinations(gaps, shares))

    def look_at(number: int) -> None:
        shared, of, by_chance = combinations[number]
        of = of[is_left[of]]
        combinations[number] = shared, of, by_chance
        found = _most(shared, gaps.days[of], by_chance, calendar)
        if found and found.surprise >= LEAST_SURPRISE:
            heapq.heappush(waiting, (-found.surprise, number, len(of), found))

    for number in range(len(combinations)):
        look_at(number)
    while waiting:
        _, number, count, found = heapq.heappop(waiting)
        if is_left[combinations[number][1]].sum() == count:
            yield found
        look_at(number)


def _combinations(
    gaps: _Gaps, shares: dict[tuple[str, str], float]
) -> Iterator[tuple[dict[str, str], NDArray[np.int64], float]]:
    """What gaps may share, fewest features first: the values, which gaps have them, and how many would by chance."""
    for size in range(MOST_SHARED + 1):
        for features in itertools.combinations(FEATURES, size):
            for shared, of in _of_each(gaps, features):
                # How common a channel or a change is outside the gaps is unknown: by itself it is not surprising.
                share = math.prod(
                    shares.get((feature, value), RAREST) for feature, value in shared.items() if feature in COUNTED
                )
                yield shared, of, len(gaps.rows) * share


def _of_each(gaps: _Gaps, features: tuple[str, ...]) -> Iterator[tuple[dict[str, str], NDArray[np.int64]]]:
    """Each combination of values that enough gaps have, and which gaps they are."""
    key = np.zeros(len(gaps.rows), dtype=np.int64)
    has_all = np.ones(len(gaps.rows), dtype=bool)
    for feature in features:
        place = gaps.places[feature]
        has_all &= place >= 0
        key = key * len(gaps.values[feature]) + place
    those, key = np.flatnonzero(has_all), key[has_all]
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    for of in np.split(those[order], starts[1:]):
        if len(of) >= LEAST_GAPS:
            yield {feature: gaps.values[feature][gaps.places[feature][of[0]]] for feature in features}, of


def _shared(shared: dict[str, str], days: tuple[int, int] | None, gaps: int, by_chance: float) -> _Shared | None:
    if gaps < LEAST_GAPS or gaps <= by_chance or not (shared or days):
        return None
    surprise = gaps * math.log(gaps / by_chance) - (gaps - by_chance)
    return _Shared(shared, days, surprise, gaps / by_chance)


def _most(
    shared: dict[str, str], days: NDArray[np.int64], by_chance: float, calendar: tuple[int, int]
) -> _Shared | None:
    """What is more surprising of gaps that share something: how many they are, or how many of them were received in a few days.

    Args:
        days: of each of them, its day of receipt as an ordinal; -1 if it has none.
    """
    at_all = _shared(shared, None, len(days), by_chance)
    enough = max(LEAST_SURPRISE, at_all.surprise if at_all else 0)
    run = _window(shared, days[days >= 0], by_chance, calendar, enough)
    return run if run and (at_all is None or run.surprise > at_all.surprise) else at_all


def _window(
    shared: dict[str, str], days: NDArray[np.int64], by_chance: float, calendar: tuple[int, int], enough: float
) -> _Shared | None:
    """The most surprising run of days, at most LONGEST_RUN, assuming that equally many dossiers are received every day.

    Args:
        enough: what surprises less is not looked for.
    """
    first, span = calendar

    def may_be(gaps: int) -> bool:
        """Whether so many would be enough if they surprised the most that they can: all of them on one day."""
        at_once = _shared(shared, (0, 0), gaps, by_chance / span) if span else None
        return at_once is not None and at_once.surprise >= enough

    if not may_be(len(days)):
        return None
    counts = np.bincount(days - first, minlength=span)
    whole = np.concatenate([[0], counts.cumsum()])
    if span > LONGEST_RUN and not may_be(int((whole[LONGEST_RUN:] - whole[:-LONGEST_RUN]).max())):
        return None
    best: _Shared | None = None
    for length in range(1, min(LONGEST_RUN, span) + 1):
        sums = whole[length:] - whole[:-length]
        start = int(sums.argmax())
        found = _shared(
            shared, (first + start, first + start + length - 1), int(sums[start]), by_chance * length / span
        )
        if found and (best is None or found.surprise > best.surprise):
            best = found
    return best


def _group(gaps: Sequence[dict[str, Any]], what: _Shared | None) -> Group:
    days = [gap["receipt_date"] for gap in gaps if isinstance(gap["receipt_date"], dt.date)]
    first, owners = gaps[0], {gap["owner_id"] for gap in gaps}
    shared = dict(what.shared) if what else {}
    if what and what.days:
        shared["days"] = "/".join(dt.date.fromordinal(day).isoformat() for day in what.days)
    return Group(
        pair=first["pair"], cause=first["cause"], kinds=tuple(sorted({gap["kind"] for gap in gaps})), gaps=len(gaps),
        shared=shared, received_from=min(days, default=None), received_to=max(days, default=None),
        owner_id=first["owner_id"] if len(owners) == 1 else None, lift=what.lift if what else None,
    )  # fmt: skip
