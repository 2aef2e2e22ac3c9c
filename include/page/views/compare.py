"""Side by side (So sánh): two units, or two periods of one, in rates, gaps and causes, each number with its way on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from doisoat.months import Period as Months

from page.asking import Ask
from page.errors import NotThereError
from page.reader import Row
from page.tables import Column, Table
from page.views.names import cause_name
from page.views.periods import RATES, Period, period_of
from page.views.shown import Shown, looked_into_course

#: Causes of gaps that have a row of their own.
CAUSES = 10
BOTH = ("left", "right")


@dataclass(frozen=True, slots=True)
class Side:
    """A unit (None: the whole province) in a period, and what its gaps are filtered by."""

    agency: str | None
    name: str
    period: Period
    rates: dict[str, Row]
    gaps: dict[str | None, Row]

    @property
    def days(self) -> tuple[dt.date | None, dt.date | None]:
        """The first and the last day of the period; None for all months."""
        return days_of(self.period)


def days_of(period: Period) -> tuple[dt.date | None, dt.date | None]:
    """The first and the last day of a period; None for all months."""
    return (None, None) if period.start is None else (period.start, Months(period.kind, period.start).last_day)


def compare(ask: Ask) -> Shown:
    """Both sides; what the second leaves open is as in the first."""
    period = period_of(ask)
    month = period.start if period and period.start else ask.night.replace(day=1)
    units = ask.remembered("compare_units", {"month": month})
    context: dict[str, Any] = {"units": units, "sides": (), "course": None}
    if period is None:
        return Shown("compare.html", context)
    names = {row["agency_id"]: row["name"] for row in units}
    agency = ask.text("agency")
    other = ask.text("with") or agency
    other_period = period_of(ask, "period2") if ask.text("period2") else period if ask.text("with") else _before(period)
    other = None if other == "province" else other
    left, right = (_side(ask, unit, names, when) for unit, when in ((agency, period), (other, other_period or period)))
    context |= {"sides": (left, right), "course": _course(ask, left, right)}
    return Shown("compare.html", context, {"compared": _table(ask, left, right)})


def _before(period: Period) -> Period:
    """The period of the same kind before; the same one if there is none."""
    kind = [one for one in period.choices if one["kind"] == period.kind]
    at = next(place for place, one in enumerate(kind) if one["value"] == period.value)
    found = kind[min(at + 1, len(kind) - 1)]
    return Period(found["kind"], found["start"], period.choices)


def _side(ask: Ask, agency: str | None, names: dict[str, str], period: Period) -> Side:
    if agency is not None and agency not in names:
        raise NotThereError
    first, last = days_of(period)
    asked = {"night": ask.night, "agency": agency, "start": period.start, "first": first, "last": last}
    rates = ask.remembered("score", asked, rate_asked=RATES[period.kind])
    gaps = ask.remembered("compare_gaps", asked)
    name = ask.words("compare.province", province=ask.province) if agency is None else names[agency]
    return Side(agency, name, period, {row["indicator"]: row for row in rates}, {row["cause"]: row for row in gaps})


def _table(ask: Ask, left: Side, right: Side) -> Table:
    words = ask.words
    rows = [_counted(ask, left, right), *_rates(ask, left, right), *_gaps(ask, left, right)]

    def of(at: int) -> Any:
        return lambda row: row["href"][at] if row["href"] else None

    columns = (
        Column("name", words("columns.measure"), sub="note"),
        Column("left", heading(ask, left), "words", href=of(0), missing=words("units.no_dossiers")),
        Column("right", heading(ask, right), "words", href=of(1), missing=words("units.no_dossiers")),
        Column("moved", words("compare.difference"), "words", missing="–"),
    )
    return Table("compared", words("compare.title"), columns, rows, words("units.none"))


def heading(ask: Ask, side: Side) -> str:
    """A side in words: whose, and when."""
    label = next(one["label"] for one in side.period.choices if one["value"] == side.period.value)
    return f"{side.name}, {label[:1].lower()}{label[1:]}"


def _counted(ask: Ask, left: Side, right: Side) -> Row:
    """How many dossiers the rates are taken of."""
    first, second = ((side.rates.get("sync_own") or {}).get("denominator_most") for side in (left, right))
    shown = [None if count is None else ask.words.number(count) for count in (first, second)]
    moved = None if first is None or second is None else ask.words.signed(second - first)
    return _row(ask.words("columns.dossiers"), None, shown, moved, [_units(ask, left), _units(ask, right)])


def _rates(ask: Ask, left: Side, right: Side) -> list[Row]:
    found = []
    for indicator, row in left.rates.items():
        pair = (row, right.rates.get(indicator))
        if not any(one and one["ratio_least"] is not None for one in pair):
            continue
        shown = [
            ask.words.bounds(one["ratio_least"], one["ratio_most"]) if one and one["ratio_least"] is not None else None
            for one in pair
        ]
        note = ask.words("score.in_force" if row["is_in_force"] else "score.other_reading")
        name = ask.words.known("indicators", indicator)
        found.append(_row(name, note, shown, _moved(ask, *pair), [_units(ask, left), _units(ask, right)]))
    return found


def _moved(ask: Ask, left: Row, right: Row | None) -> str | None:
    """By how many points of a hundred the second is more, as a range where the evidence leaves one."""
    if right is None or left["ratio_least"] is None or right["ratio_least"] is None:
        return None
    least = 100 * (float(right["ratio_least"]) - float(left["ratio_most"]))
    most = 100 * (float(right["ratio_most"]) - float(left["ratio_least"]))
    low, high = (
        f"{'+' if one > 0 else '−' if one < 0 else ''}{ask.words.number(abs(one), 1)}" for one in (least, most)
    )
    return ask.words("compare.points", points=low if low == high else f"{low} … {high}")


def _gaps(ask: Ask, left: Side, right: Side) -> list[Row]:
    """The open gaps of what was received in the period, all and by cause, those that differ most first."""
    sides = (left, right)
    counts = {
        cause: [side.gaps[cause]["gaps"] if cause in side.gaps else 0 for side in sides]
        for cause in [*left.gaps, *(cause for cause in right.gaps if cause not in left.gaps)]
    }
    causes = sorted(counts, key=lambda cause: (-max(counts[cause]), str(cause)))
    total = [sum(row["gaps"] for row in side.gaps.values()) for side in sides]
    rows = [_gap_row(ask, ask.words("tonight.open_gaps"), ask.words("compare.received_then"), total, sides, None)]
    for cause in causes[:CAUSES]:
        label = (left.gaps.get(cause) or right.gaps[cause])["label"]
        name = cause_name(ask, {"cause": cause, "label": label}) if cause else ask.words("page.unknown")
        rows.append(_gap_row(ask, name, None, counts[cause], sides, cause))
    return rows


def _gap_row(
    ask: Ask, name: str, note: str | None, counts: list[int], sides: tuple[Side, Side], cause: str | None
) -> Row:
    shown = [ask.words.number(count) for count in counts]
    to = [
        ask.link("gaps", agency=side.agency, cause=cause, received_from=side.days[0], received_to=side.days[1])
        if count
        else None
        for side, count in zip(sides, counts, strict=True)
    ]
    return _row(name, note, shown, ask.words.signed(counts[1] - counts[0]), to)


def _row(name: str, note: str | None, shown: Sequence[str | None], moved: str | None, to: Sequence[str | None]) -> Row:
    return {"name": name, "note": note, "left": shown[0], "right": shown[1], "moved": moved, "href": to}


def _units(ask: Ask, side: Side) -> str:
    return ask.link("units", agency=side.agency, period=side.period.value)


def _course(ask: Ask, left: Side, right: Side) -> dict[str, Any] | None:
    """The sync rate of both units by month; of one alone, where two of its periods are compared."""
    rows: list[Row] = []
    for agency, name in dict.fromkeys((side.agency, side.name) for side in (left, right)):
        rows += [
            {
                "at": row["month"].isoformat(),
                "series": name,
                "value": float(row["ratio_least"]),
                "most": float(row["ratio_most"]),
            }
            for row in ask.remembered("unit_course", {"night": ask.night, "agency": agency})
            if row["indicator"] == "sync_own"
        ]
    return looked_into_course(ask, rows, ask.words("compare.course"), (980, 290), ".0%", height=190)
