"""What must hold of every indicator that there is, on random dossiers over three years' months, agencies, channels and flags.

A ratio is in [0, 1] and its least is not above its most; a quarter is its months, a year its quarters, all months their years; a
unit is in each month what is below it then, whoever moves; and what is not known, once it is known, comes to something between
the least and the most.
support/examples.py sets how many tables are tried.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from doisoat.indicators.definitions import load_indicators
from doisoat.rates.cells import Days
from doisoat.rates.rates import Part
from doisoat.rates.rates import rates as rates_of
from doisoat.warehouse import connect
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.copies import copied
from support.examples import examples
from support.rates import RATES
from support.world import World, total

PHASES = [phase for phase in Phase if phase is not Phase.shrink]  # each try takes a night
NIGHT = "2024-07-31"
DAYS = [dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 2, 29), dt.date(2024, 4, 2), dt.date(2024, 5, 2),
        dt.date(2024, 7, 1)]  # fmt: skip
#: Who has dossiers, and of whom a unit is made: the province's and the district's own offices have none here.
OFFICES = ["H37.03", "H37.21.01", "H37.21.02"]
ABOVE = {"H37.03": "H37", "H37.21": "H37", "H37.21.01": "H37.21", "H37.21.02": "H37.21"}
#: Who may move where, on any day: a ward out of its district, a department into it.
MOVES = st.dictionaries(
    st.sampled_from([("H37.21.02", "H37"), ("H37.03", "H37.21")]),
    st.dates(dt.date(2023, 12, 2), dt.date(2024, 7, 31)),
)
Moves = dict[tuple[str, str], dt.date]
#: Not known to either side: what each of these words may turn out to be.
UNKNOWN = {
    "channel": {"9": "123"},
    "status": {"99": ["4", "6", "9"]},
    "payment": {"-": "012"},
    "digitised": {"-": ["yes", "no"]},
}
#: How long before its receipt, at 08:00, a dossier was submitted; none: not stated, 8: the moment is a day only, -1: after it.
HOURS = [None, 1, 12, 8, -1]
_numbers = itertools.count()


@dataclass(frozen=True)
class Told:
    """One dossier as one side tells it."""

    channel: str = "1"
    status: str = "4"
    payment: str = "-"
    digitised: str = "-"
    hours: int | None = None


@dataclass(frozen=True)
class Dossier:
    """Who received it when (None: nobody yet), and what each side says: None where it does not hold it."""

    agency: str
    day: dt.date
    is_received: bool
    province: Told | None
    portal: Told | None
    ministry: bool


SIDE = st.builds(
    Told,
    channel=st.sampled_from("12239"),
    status=st.sampled_from(["4", "6", "9", "10", "99"]),
    payment=st.sampled_from("0012-"),
    digitised=st.sampled_from(["yes", "no", "-"]),
    hours=st.sampled_from(HOURS),
)
DOSSIER = st.builds(
    Dossier,
    agency=st.sampled_from(OFFICES),
    day=st.sampled_from(DAYS),
    is_received=st.sampled_from([True, True, True, False]),
    province=st.one_of(SIDE, SIDE, st.none()),
    portal=st.one_of(SIDE, st.none()),
    ministry=st.sampled_from([False, False, True]),
)
#: What was reported: of which month, by which unit (None: the whole), how many.
REPORTS = st.dictionaries(
    st.tuples(st.sampled_from(sorted({f"{day:%Y-%m}" for day in DAYS})), st.sampled_from([None, "H37.21"])),
    st.integers(0, 9),
)


@pytest.mark.timeout(3600)
@settings(
    max_examples=examples(suite=5, campaign=40), deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)
@given(
    dossiers=st.lists(DOSSIER, min_size=4, max_size=24),
    reports=REPORTS,
    moves=MOVES,
    split=st.dates(dt.date(2024, 1, 1), dt.date(2024, 6, 29)),
)
def test_rates_are_ratios_and_add_up(
    dossiers: list[Dossier],
    reports: dict[tuple[str, str | None], int],
    moves: Moves,
    split: dt.date,
    postgres_server: Any,
    _migrated_warehouse: str,  # noqa: PT019 - its name is the template's
) -> None:
    with province(postgres_server, _migrated_warehouse, dossiers, reports, moves) as world:
        found = rates(world)
        if any(one.is_received and one.province for one in dossiers):
            assert {indicator for indicator, *_ in found} == {one.id for one in load_indicators()}
        for numerators, denominators, ratios in found.values():
            assert 0 <= numerators[0] <= numerators[1]
            assert denominators[0] is None or 0 <= denominators[0] <= denominators[1]
            assert ratios[0] is None or 0 <= ratios[0] <= ratios[1] <= 1
            assert (ratios[0] is None) == (ratios[1] is None)
        sums = Counter[tuple[str, str, dt.date | None, str | None, str]]()
        for (indicator, kind, start, agency), (numerators, denominators, _) in found.items():
            for name, value in zip(NAMES, (*numerators, *denominators), strict=True):
                # by 1.4 a whole is the larger of two sums, and not the sum of the larger ones
                if name.startswith("numerator") or indicator not in REPORTED:
                    sums[indicator, kind, start, agency, name] = value
        _periods_add_up(sums)
        _units_add_up(sums, moves)
        assert _days_of(world, split) == _months_of(world)


NAMES = ("numerator_least", "numerator_most", "denominator_least", "denominator_most")
REPORTED = {one.id for one in load_indicators() if one.reading_of == "sync"}
LARGER = {"month": "quarter", "quarter": "year", "year": "all"}


def _months_of(world: World) -> Counter[tuple[str, ...]]:
    """What the rules count by agency from January to June, from the months that the night keeps."""
    return _counted(
        world, Part(by="agency", period="range", first_month=dt.date(2024, 1, 1), last_month=dt.date(2024, 6, 1))
    )


def _days_of(world: World, split: dt.date) -> Counter[tuple[str, ...]]:
    """The same from the records: up to a day, and from the next day on, added up."""
    halves = Days(dt.date(2024, 1, 1), split), Days(split + dt.timedelta(days=1), dt.date(2024, 6, 30))
    first, second = (_counted(world, Part(by="agency", period="range", days=half)) for half in halves)
    return first + second


def _counted(world: World, part: Part) -> Counter[tuple[str, ...]]:
    with connect(world.dsn) as connection:
        rows = rates_of(connection, world.site.settings, part, dt.date.fromisoformat(NIGHT), 0).dicts()
    return Counter(
        {(row["indicator"], row["part"], name): row[name] for row in rows if row["indicator"] not in REPORTED
         for name in NAMES if row[name]}
    )  # fmt: skip


def _periods_add_up(sums: Counter[Any]) -> None:
    made = Counter[Any]()
    for (indicator, kind, start, agency, name), value in sums.items():
        if kind != "all":
            made[indicator, LARGER[kind], _begin(LARGER[kind], start), agency, name] += value
    assert +made == +Counter({key: value for key, value in sums.items() if key[1] != "month"})


def _begin(kind: str, day: dt.date) -> dt.date | None:
    return {"quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1), "year": day.replace(month=1), "all": None}[kind]


def _units_add_up(sums: Counter[Any], moves: Moves) -> None:
    """The whole is the province, ever; a unit is in each month what stands below it then."""
    made = Counter[Any]()
    for (indicator, kind, start, agency, name), value in sums.items():
        if agency == "H37":
            made[indicator, kind, start, None, name] += value
        elif kind == "month" and agency is not None:
            made[indicator, kind, start, _above(agency, start, moves), name] += value
    of_units = {
        key: value for key, value in sums.items() if key[3] is None or (key[1] == "month" and key[3] not in OFFICES)
    }
    assert +made == +Counter(of_units)


def _above(agency: str, month: dt.date, moves: Moves) -> str:
    """Whom an agency stands below on the last day of a month."""
    moved = [to for (one, to), since in moves.items() if one == agency and since.replace(day=1) <= month]
    return moved[0] if moved else ABOVE[agency]


@pytest.mark.timeout(3600)
@settings(
    max_examples=examples(suite=3, campaign=20), deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)
@given(dossiers=st.lists(DOSSIER, min_size=4, max_size=16), data=st.data())
def test_what_is_open_is_between_the_least_and_the_most(
    dossiers: list[Dossier],
    data: st.DataObject,
    postgres_server: Any,
    _migrated_warehouse: str,  # noqa: PT019 - its name is the template's
) -> None:
    """The same dossiers once everything is known: every ratio lies where it was said to lie."""
    reports = {(f"{day:%Y-%m}", None): 9 for day in DAYS}
    known = [replace(one, **_cleared(one, data)) for one in dossiers]
    with province(postgres_server, _migrated_warehouse, dossiers, reports) as world:
        before = rates(world)
    with province(postgres_server, _migrated_warehouse, known, reports) as world:
        after = rates(world)
    for key, (_, _, ratios) in after.items():
        # how many of those that are told were paid says nothing of the others; statuses are part of sync_status
        if key[0] not in {"paid_online_said", "sync_status"} and ratios[0] is not None:
            said = before[key][2]
            assert said[0] is not None, key
            assert said[0] <= ratios[0], key
            assert ratios[1] <= said[1], key


def _cleared(dossier: Dossier, data: st.DataObject) -> dict[str, Told]:
    """What both sides say once what neither says is known, and what they disagree in is settled."""
    ours, theirs = dossier.province, dossier.portal
    if ours is None:
        return {}
    chosen: dict[str, Any] = {}
    for name, words in UNKNOWN.items():
        own = getattr(ours, name)
        told = [own] if name in ("channel", "status") or theirs is None else [own, getattr(theirs, name)]
        said = sorted({word for word in told if word not in words})
        chosen[name] = data.draw(st.sampled_from(said or sorted(words[own])))
    chosen["hours"] = ours.hours if ours.hours in (1, 12) else data.draw(st.sampled_from([1, 12]))
    settled = {"province": replace(ours, **chosen)}
    if theirs is not None:
        settled["portal"] = replace(theirs, payment=chosen["payment"], digitised=chosen["digitised"])
    return settled


@contextmanager
def province(
    server: Any,
    template: str,
    dossiers: list[Dossier],
    reports: dict[tuple[str, str | None], int],
    moves: Moves | None = None,
) -> Iterator[World]:
    """A warehouse of its own after one night of these dossiers."""
    sources = {"national_statistics": {"enabled": False}, "reporting_system_report": {"kind": "report_workbook"}}
    with TemporaryDirectory() as directory, copied(server, template, f"rates_{next(_numbers)}") as dsn:
        world = World(Path(directory), dsn, sources=sources)
        for (agency, parent), since in (moves or {}).items():
            world.move(agency, parent, f"{since}")
        totals = [
            total(value, "received", month=month, agency_code=agency) for (month, agency), value in reports.items()
        ]
        world.land(NIGHT, "reporting_system_report", "code", mode="reports", totals=totals)
        world.run(
            NIGHT,
            igate=_table(dossiers, [one.province for one in dossiers]),
            national_export=_table(dossiers, [one.portal for one in dossiers]),
            licences=_table(dossiers, [Told() if one.ministry else None for one in dossiers]),
        )
        yield world


def _table(dossiers: list[Dossier], told: list[Told | None]) -> str:
    lines = ["code | channel | status | payment | digitised | submitted | received"]
    for number, (one, said) in enumerate(zip(dossiers, told, strict=True), 1):
        if said is None:
            continue
        received = dt.datetime.combine(one.day, dt.time(8))
        submitted = "-" if said.hours is None else f"{received - dt.timedelta(hours=said.hours):%Y-%m-%d %H:%M}"
        lines.append(
            f"{one.agency}-{one.day:%y%m%d}-{number:04d} | {said.channel} | {said.status} | {said.payment} | "
            f"{said.digitised} | {submitted} | {received if one.is_received else '-'}"
        )
    return "\n".join(lines)


def rates(world: World) -> dict[tuple[str, str, dt.date | None, str | None], tuple[Any, Any, Any]]:
    """(numerators, denominators, ratios), each at least and at most, by indicator, period and unit."""
    return {
        (indicator, kind, start, agency): ((a, b), (c, d), (low, high))
        for indicator, kind, start, agency, a, b, c, d, low, high in world.rows(
            f"""select indicator, period_kind, period_start, agency_id, numerator_least, numerator_most, denominator_least,
                denominator_most, ratio_least, ratio_most
            from {RATES} where is_latest"""
        )
    }
