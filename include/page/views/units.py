"""Units (Đơn vị): the tree as it stood, level by level, as a heat table of rates and gaps; the course of one unit."""

from __future__ import annotations

from typing import Any

from doisoat.charts import Stroke, stroke

from page.asking import Ask
from page.errors import NotThereError
from page.reader import Row
from page.tables import Column, Table
from page.views.periods import RATES as RATES_OF
from page.views.periods import Period, period_of
from page.views.shown import Shown, looked_into_course

#: Below which share a rate is how poor: the tone of its cell, beside the number itself.
TONES = ((0.8, "low"), (0.9, "poor"), (0.95, "fair"))
RATES = ("own", "corrected", "on_time", "online")
#: Rates of which a low value is a fault; the share submitted online is a fact.
JUDGED = ("own", "corrected", "on_time")


def units(ask: Ask) -> Shown:
    """The units below one, or the top ones."""
    period = period_of(ask)
    agency = ask.text("agency") or ask.account.agency_id
    if agency and ask.whose is not None and agency not in ask.whose:
        raise NotThereError
    month = period.start if period and period.start else ask.night.replace(day=1)
    way = ask.remembered("unit_way", {"agency": agency, "month": month}) if agency else []
    if agency and not way:
        raise NotThereError
    way = _from_own(ask, way)
    tables: dict[str, Table] = {}
    courses: dict[str, Stroke | None] = {}
    if period:
        asked = {"night": ask.night, "month": month, "agency": agency, "start": period.start}
        rows = ask.remembered("units", asked, rate_asked=RATES_OF[period.kind])
        if agency is None and len(rows) == 1:  # the province itself: its units are meant
            asked["agency"] = rows[0]["agency_id"]
            rows = ask.remembered("units", asked, rate_asked=RATES_OF[period.kind]) or rows
        if ask.whose is not None:  # what was below in the period and is no more is not this reader's
            rows = [row for row in rows if row["agency_id"] in ask.whose]
        courses = _courses(ask, rows)
        tables["tree"] = _table(ask, rows, period, courses)
    context = {"period": period, "way": way, "agency": agency, "course": course(ask, agency), "courses": courses}
    return Shown("units.html", context, tables)


def _courses(ask: Ask, rows: list[Row]) -> dict[str, Stroke | None]:
    """Small multiples: the sync rate of each unit by month, all on one scale; of months in which any of them has one."""
    found = ask.remembered("unit_courses", {"night": ask.night, "agencies": [row["agency_id"] for row in rows]})
    months = sorted({row["month"] for row in found})
    if len(months) < 2:
        return {}
    of: dict[str, dict[Any, Row]] = {}
    for row in found:
        of.setdefault(row["agency_id"], {})[row["month"]] = row
    low = min(float(row["least"]) for row in found)
    return {agency: _stroke(ask, [by_month.get(month) for month in months], low) for agency, by_month in of.items()}


def _stroke(ask: Ask, course: list[Row | None], low: float) -> Stroke | None:
    """One unit's course, told by its first and its last month."""
    words = ask.words
    known = [row for row in course if row]
    said = " → ".join(
        f"{words.month(row['month'])}: {words.bounds(row['least'], row['most'])}" for row in (known[0], known[-1])
    )
    return stroke([(float(row["least"]), float(row["most"])) if row else None for row in course], said, low, 1.0)


def _from_own(ask: Ask, way: list[Row]) -> list[Row]:
    """The way down from the reader's own agency, which it is limited to."""
    names, own = [row["agency_id"] for row in way], ask.account.agency_id
    if own is None:
        return way
    if own not in names:
        raise NotThereError
    return way[names.index(own) :]


def _table(ask: Ask, rows: list[Row], period: Period, courses: dict[str, Stroke | None]) -> Table:
    words = ask.words
    for row in rows:
        row["course"] = courses.get(row["agency_id"])
        for rate in RATES:
            least, most = row[f"{rate}_least"], row[f"{rate}_most"]
            row[rate] = None if least is None else words.bounds(least, most)
        row["of_level"] = words.known("levels", row["level"])

    def inside(row: Row) -> str | None:
        return ask.here(agency=row["agency_id"], period=period.value) if row["has_below"] else _gaps(row)

    def _gaps(row: Row) -> str:
        return ask.link("gaps", agency=row["agency_id"])

    def tone(rate: str) -> Any:
        return lambda row: tone_of(row[f"{rate}_least"]) if rate in JUDGED else None

    nothing, none = words("units.no_dossiers"), words("page.dash")
    columns = (
        Column("name", words("columns.unit"), href=inside, sub="of_level"),
        Column("dossiers", words("columns.dossiers"), "number", missing=nothing),
        *(Column(rate, words(f"unit_rates.{rate}"), "words", tone=tone(rate), missing=none) for rate in RATES),
        *([Column("course", words("unit_rates.course"), "stroke", missing=none)] if courses else []),
        Column("gaps", words("units.gaps"), "number", bar=True, href=_gaps),
        Column("oldest", words("columns.oldest"), "number", missing=none),
    )
    return Table("tree", words("units.tree"), columns, rows, words("units.none"))


def tone_of(share: Any) -> str | None:
    """How poor a share is; None if it is not."""
    return None if share is None else next((tone for below, tone in TONES if float(share) < below), None)


def course(ask: Ask, agency: str | None) -> dict[str, Any] | None:
    """The rates of an agency by month, as lines with bands; None if there are none."""
    rows = [
        {"at": row["month"].isoformat(), "series": ask.words.known("rates", row["indicator"]),
         "value": float(row["ratio_least"]), "most": float(row["ratio_most"])}
        for row in ask.remembered("unit_course", {"night": ask.night, "agency": agency})
    ]  # fmt: skip
    return looked_into_course(ask, rows, ask.words("units.course"), (980, 290), ".0%", height=190)
