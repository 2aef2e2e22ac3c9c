"""Five thousand gaps have a few reasons: gaps of one cause, grouped by what they share more often than other dossiers do.

Gaps may share: agency, procedure, channel, a run of receipt days, the same change of status. Of all combinations, the first
group is the one whose number of gaps is most surprising given how common such dossiers are (the log-likelihood ratio of a
Poisson count). Its gaps are taken out, and the search is repeated. Gaps that share nothing are left as the rest of their cause.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg

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
    gaps = pd.DataFrame(cursor.fetchall(), columns=columns)
    shares = _shares(connection, night, archive_id)
    found = [group for _, of in gaps.groupby(["pair", "cause"], sort=True) for group in _split(of.copy(), shares)]
    return sorted(found, key=lambda group: (-group.gaps, group.pair, group.cause, sorted(group.shared.items())))


def _shares(connection: psycopg.Connection, night: dt.date, archive_id: int) -> dict[tuple[str, str], float]:
    """(feature, value) -> its share of all dossiers of the night, by the counts of the cells."""
    rows = connection.execute(
        """select agency_id, procedure_family, sum(greatest(national_listed, provincial_listed))::bigint
        from archive.any_cell_status
        where archive_id = %s and from_night <= %s and %s < to_night group by 1, 2""",
        [archive_id, night, night],
    ).fetchall()
    cells = pd.DataFrame(rows, columns=["agency_id", "procedure_family", "count"])
    whole = max(int(cells["count"].sum()), 1)
    return {
        (feature, str(value)): count / whole
        for feature in ("agency_id", "procedure_family")
        for value, count in cells.groupby(feature)["count"].sum().items()
    }


def _split(gaps: pd.DataFrame, shares: dict[tuple[str, str], float]) -> Iterator[Group]:
    """The groups of one cause, and the rest."""
    gaps["day"] = [day.toordinal() if isinstance(day, dt.date) else math.nan for day in gaps["receipt_date"]]
    calendar = (gaps["day"].min(), gaps["day"].max())
    whole = len(gaps)
    while len(gaps) >= LEAST_GAPS and (best := _best(gaps, whole, shares, calendar)) is not None:
        inside = pd.Series(True, index=gaps.index)
        for feature, value in best.shared.items():
            inside &= gaps[feature] == value
        if best.days:
            inside &= gaps["day"].between(*best.days)
        yield _group(gaps[inside], best)
        gaps = gaps[~inside]
    if len(gaps):
        yield _group(gaps, None)


def _best(
    gaps: pd.DataFrame, whole: int, shares: dict[tuple[str, str], float], calendar: tuple[float, float]
) -> _Shared | None:
    """The most surprising combination that gaps share; None if there is none."""
    best: _Shared | None = None
    for size in range(MOST_SHARED + 1):
        for features in itertools.combinations(FEATURES, size):
            for values, of in _of_each(gaps, features):
                shared = dict(zip(features, values, strict=True))
                # How common a channel or a change is outside the gaps is unknown: by itself it is not surprising.
                share = math.prod(
                    shares.get((feature, value), RAREST) for feature, value in shared.items() if feature in COUNTED
                )
                for found in (
                    _shared(shared, None, len(of), whole * share),
                    _window(shared, of, whole * share, calendar),
                ):
                    if found and found.surprise >= LEAST_SURPRISE and (best is None or found.surprise > best.surprise):
                        best = found
    return best


def _of_each(gaps: pd.DataFrame, features: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """The gaps of each combination of values that enough of them have."""
    if not features:
        yield (), gaps
        return
    for values, of in gaps.dropna(subset=list(features)).groupby(list(features), sort=True):
        if len(of) >= LEAST_GAPS:
            yield tuple(map(str, values)), of


def _shared(shared: dict[str, str], days: tuple[int, int] | None, gaps: int, by_chance: float) -> _Shared | None:
    if gaps < LEAST_GAPS or gaps <= by_chance or not (shared or days):
        return None
    surprise = gaps * math.log(gaps / by_chance) - (gaps - by_chance)
    return _Shared(shared, days, surprise, gaps / by_chance)


def _window(
    shared: dict[str, str], of: pd.DataFrame, by_chance: float, calendar: tuple[float, float]
) -> _Shared | None:
    """The most surprising run of days, at most LONGEST_RUN, assuming that equally many dossiers are received every day."""
    days = of["day"].dropna()
    if len(days) < LEAST_GAPS:
        return None
    first, span = int(calendar[0]), int(calendar[1] - calendar[0]) + 1
    counts = np.bincount((days - first).astype(int), minlength=span)
    whole = np.concatenate([[0], counts.cumsum()])
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


def _group(gaps: pd.DataFrame, what: _Shared | None) -> Group:
    days = [day for day in gaps["receipt_date"] if isinstance(day, dt.date)]
    first = gaps.iloc[0]
    shared = dict(what.shared) if what else {}
    if what and what.days:
        shared["days"] = "/".join(dt.date.fromordinal(day).isoformat() for day in what.days)
    return Group(
        pair=first["pair"], cause=first["cause"], kinds=tuple(sorted(set(gaps["kind"]))), gaps=len(gaps), shared=shared,
        received_from=min(days, default=None), received_to=max(days, default=None),
        owner_id=first["owner_id"] if gaps["owner_id"].nunique() == 1 else None, lift=what.lift if what else None,
    )  # fmt: skip
