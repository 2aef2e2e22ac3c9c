"""Stores with a night, before it is published, where its month, quarter and year stand and where they will end (ADR 34)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from doisoat.indicators.definitions import load_indicators
from doisoat.months import period_of
from doisoat.province.file import ProvinceSettings
from doisoat.rates.cost import now_and_repaired
from doisoat.rates.forecast import Foreseen, Known, foresee, in_hindsight
from doisoat.rates.gains import MULTIPLIED
from doisoat.warehouse.database import run_file
from doisoat.warehouse.queries import as_report

HERE = Path(__file__).parent
KINDS = ("month", "quarter", "year")
#: The six groups of decision 766; all of them make the total.
GROUPS = ("CKMB", "TDGQ", "MDSH", "CLGQ", "TTTT", "MDHL")
TOTAL = "total"


class Key(NamedTuple):
    """Whose measure it is, and of which kind of period (as in recon.outlook)."""

    source_id: str
    group_code: str
    measure: str
    period_kind: str


@dataclass(slots=True)
class Measure:
    """A measure of a running period: where it stands, and where it will end.

    Attributes:
        now: None where nothing is counted yet.
        repaired: where it would stand if everything were repaired that is listed.
    """

    key: Key
    points: float | None = None
    full_at: float = 1.0
    now: Known | None = None
    repaired: Known | None = None
    end: Foreseen | None = None
    end_if_repaired: Foreseen | None = None
    tested: list[bool] | None = None
    why_not: str | None = None

    @property
    def worth(self) -> tuple[float, float, float, float] | None:
        """The points at the end, at least and most; the same if repaired. None if they are not foreseen."""
        if self.points is None or self.end is None or self.end_if_repaired is None:
            return None
        ratios = (self.end.least, self.end.most, self.end_if_repaired.least, self.end_if_repaired.most)
        least, most, repaired_least, repaired_most = (self.points * min(1.0, one / self.full_at) for one in ratios)
        return least, most, repaired_least, repaired_most


def keep_outlook(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date) -> None:
    """Store the outlook of the latest night, of whose current rows it is; what was stored of it before is replaced.

    The caller holds the write lock.
    """
    connection.execute("delete from recon.outlook where night = %s", [night])
    known = _Earlier.of(connection, night)
    measures = list(_ours(connection, settings, night, known))
    measures += _published(connection, night, measures, known)
    for measure in measures:
        if measure.why_not is None:
            _foresee(measure, known.courses.get(measure.key, {}), night)
    for (source_id, kind), of_source in _by_source(measures).items():
        _add_up(of_source, Key(source_id, TOTAL, "", kind), measures)
    _store(connection, night, measures)


@dataclass(slots=True)
class _Earlier:
    """What earlier nights stored: the course of each measure, and how many repairs were known on the last of them."""

    last: dt.date | None = None
    courses: dict[Key, dict[dt.date, Known]] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: psycopg.Connection, night: dt.date) -> _Earlier:
        known = cls()
        for source_id, group_code, measure, kind, when, whole, least, most, repaired in connection.execute(
            """select source_id, group_code, measure, period_kind, night, whole::float8, counted_least::float8,
                counted_most::float8, repaired_so_far
            from recon.outlook where night < %s and whole is not null order by night""",
            [night],
        ):
            course = known.courses.setdefault(Key(source_id, group_code, measure, kind), {})
            course[when], known.last = Known(whole, least, most, repaired), when
        return known

    def repaired(self, key: Key, night: dt.date) -> float:
        """How many repairs the last night knew of the period that runs on this one."""
        course, start = self.courses.get(key, {}), period_of(key.period_kind, night).start
        last = max((one for one in course if one >= start), default=None)
        return course[last].repaired if last else 0


def _ours(
    connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date, known: _Earlier
) -> Iterator[Measure]:
    """The indicators in force, but for the product of two others."""
    report = now_and_repaired(connection, settings, night)
    found = {(row["indicator"], row["period_kind"], row["part"]): row for row in report.dicts()}
    since = _repaired_since(connection, night, known.last)
    in_force = set(settings.indicators.readings.values())
    for one in load_indicators():
        if one.id == MULTIPLIED or (one.reading_of and one.id not in in_force):
            continue
        for kind in KINDS:
            key = Key("", "", one.id, kind)
            repaired = known.repaired(key, night) + since[one.id, kind]
            now = _known(found.get((one.id, kind, "")), repaired)
            yield Measure(
                key, one.points, one.full_at, now, _known(found.get((one.id, kind, "all")), repaired) or now,
                why_not=None if now else "nothing_counted",
            )  # fmt: skip


def _known(row: Mapping[str, Any] | None, repaired: float) -> Known | None:
    if row is None or not row["whole"] or row["least"] is None or row["most"] is None:
        return None
    return Known(row["whole"], row["least"] * row["whole"], row["most"] * row["whole"], repaired)


def _repaired_since(connection: psycopg.Connection, night: dt.date, last: dt.date | None) -> Counter[tuple[str, str]]:
    """Repairs since the last night that was stored, by indicator and kind of period; none are known before the first."""
    found: Counter[tuple[str, str]] = Counter()
    if last is None:
        return found
    run_file(connection, HERE / "repaired_since.sql", {"night": night, "since": last})
    for indicator, month, count in connection.execute(
        "select indicator, month, count(*) from repaired_since group by 1, 2"
    ):
        for kind in KINDS:
            if period_of(kind, month) == period_of(kind, night):
                found[indicator, kind] += count
    connection.execute("drop table repaired_since")
    return found


def _published(
    connection: psycopg.Connection, night: dt.date, ours: list[Measure], known: _Earlier
) -> Iterator[Measure]:
    """What the portal publishes of the running periods: each metric, and the groups that are none of several metrics."""
    sync = {one.key.period_kind: one for one in ours if one.key.measure == "sync_received"}
    query = (HERE / "published_running.sql").read_text("utf-8")
    for row in as_report(connection.execute(query, {"night": night})).dicts():
        key = Key(row["source_id"], row["group_code"], row["metric"], row["period_kind"])
        measure = Measure(key, row["max_score"], row["full_at"])
        if row["rule"] in ("ratio", "progress"):
            _take_counts(measure, row, sync.get(key.period_kind) if key.measure == "DOSSIER_SYNC" else None)
        elif row["score"] is not None and row["max_score"]:
            measure.now = measure.repaired = Known(row["max_score"], row["score"], row["score"])
        if measure.why_not is None:
            measure.why_not = _why_not(row, measure)
        yield measure


def _take_counts(measure: Measure, row: Mapping[str, Any], ours: Measure | None) -> None:
    """Where a metric with counts stands; if repaired, what the repairs add to ours is added to the portal's own count."""
    if not row["whole"] or row["counted"] is None:
        return
    now = Known(row["whole"], row["counted"], row["counted"], ours.now.repaired if ours and ours.now else 0)
    gain = max(0.0, ours.repaired.least - ours.now.least) if ours and ours.now and ours.repaired else 0.0
    counted = now.least + round(gain)
    measure.now, measure.repaired = now, replace(now, whole=max(now.whole, counted), least=counted, most=counted)


def _why_not(row: Mapping[str, Any], measure: Measure) -> str | None:
    if row["group_code"] == TOTAL:
        return "not_published"
    if row["rule"] is None:
        return "no_formula"
    if row["rule"] == "payment":
        return "not_additive"
    return "part_unknown" if row["rule"] == "sum" else None if measure.now else "nothing_counted"


def _foresee(measure: Measure, course: Mapping[dt.date, Known], night: dt.date) -> None:
    kind = measure.key.period_kind
    if measure.now and measure.repaired:
        measure.end = foresee(kind, course, night, measure.now)
        measure.end_if_repaired = foresee(kind, course, night, measure.repaired)
    measure.tested = list(in_hindsight(kind, course, night))
    measure.why_not = None if measure.end else "too_few_months"


def _by_source(measures: Iterable[Measure]) -> dict[tuple[str, str], list[Measure]]:
    found: dict[tuple[str, str], list[Measure]] = {}
    for one in measures:
        if one.key.group_code and one.key.group_code != TOTAL:
            found.setdefault((one.key.source_id, one.key.period_kind), []).append(one)
    return found


def _add_up(of_source: list[Measure], total: Key, measures: list[Measure]) -> None:
    """Foresee what is a sum of others: the groups of several metrics, then all six groups."""
    groups = {one.key.group_code: one for one in of_source if not one.key.measure}
    for code, group in groups.items():
        parts = [one for one in of_source if one.key.group_code == code and one.key.measure and one.points]
        if group.why_not == "part_unknown":
            _sum_of(group, parts)
    if set(groups) == set(GROUPS):
        whole = Measure(total, sum(one.points or 0 for one in groups.values()), why_not="part_unknown")
        scores = [one.now for one in groups.values() if one.now]
        if len(scores) == len(GROUPS) and whole.points:
            score = sum((one.points or 0) * one.now.least / one.now.whole for one in groups.values() if one.now)
            whole.now = whole.repaired = Known(whole.points, score, score)
        _sum_of(whole, list(groups.values()))
        measures.append(whole)


def _sum_of(whole: Measure, parts: list[Measure]) -> None:
    """The end of a sum, if every part of it is foreseen and the parts make all of its points."""
    worth = [part.worth for part in parts]
    points = whole.points or 0
    if not points or None in worth or abs(sum(part.points or 0 for part in parts) - points) > 0.001:
        return
    sums = [sum(column) / points for column in zip(*(one for one in worth if one), strict=True)]
    months = min(part.end.months for part in parts if part.end)
    whole.end = Foreseen(min(sums[0], 1.0), min(sums[1], 1.0), months)
    whole.end_if_repaired = Foreseen(min(sums[2], 1.0), min(sums[3], 1.0), months)
    whole.why_not = None


def _store(connection: psycopg.Connection, night: dt.date, measures: list[Measure]) -> None:
    rows = [
        (night, *one.key, period_of(one.key.period_kind, night).start, one.points, one.full_at, *_counts(one.now),
         *_counts(one.repaired), int(one.now.repaired) if one.now else 0, *_range(one.end), *_range(one.end_if_repaired),
         one.end.months if one.end else None, None if one.tested is None else len(one.tested),
         None if one.tested is None else sum(one.tested), one.why_not)
        for one in measures
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(f"insert into recon.outlook values ({', '.join(['%s'] * 23)})", rows)


def _counts(known: Known | None) -> tuple[float | None, ...]:
    return (known.whole, round(known.least, 6), round(known.most, 6)) if known else (None, None, None)


def _range(foreseen: Foreseen | None) -> tuple[float | None, ...]:
    return (round(foreseen.least, 6), round(foreseen.most, 6)) if foreseen else (None, None)
