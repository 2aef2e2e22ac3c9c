"""Which period of receipt a view shows: a month, a quarter, a year, or all months."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from doisoat.months import later

from page.asking import Ask
from page.reader import Row

KINDS = ("month", "quarter", "year", "all")
#: Kind -> the view that holds its rates: `rate_asked` in SQL files. All months together have no first day and always run.
RATES = {
    "month": "mart.rate_month",
    "quarter": "mart.rate_quarter",
    "year": "mart.rate_year",
    "all": "(select *, null::date as period_start, false as is_provisional from mart.rate_all_months)",
}


@dataclass(frozen=True, slots=True)
class Period:
    """A period.

    Attributes:
        start: its first day; None for all months.
        choices: all that the night has: value in an address, and its name.
    """

    kind: str
    start: dt.date | None
    choices: list[Row]

    @property
    def value(self) -> str:
        """As an address has it."""
        return value_of(self.kind, self.start)


def value_of(kind: str, start: dt.date | None) -> str:
    """2024-03 for a month, 2024-q1, 2024, all."""
    if start is None:
        return "all"
    return {"month": f"{start:%Y-%m}", "quarter": f"{start.year}-q{(start.month + 2) // 3}", "year": f"{start.year}"}[
        kind
    ]


def span_of(kind: str, start: dt.date | None) -> tuple[dt.date, dt.date]:
    """The first day of a period and the first after it."""
    if start is None:
        return dt.date.min, dt.date.max
    return start, later(start, {"month": 1, "quarter": 3, "year": 12}[kind])


def span_of_value(value: str) -> tuple[dt.date, dt.date] | None:
    """The days of a period as an address has it (2024-03, 2024-q1, 2024, all); None if it names none."""
    if value == "all":
        return span_of("all", None)
    found = re.fullmatch(r"((?:19|20|21)\d\d)(?:-(0[1-9]|1[0-2])|-q([1-4]))?", value)
    if found is None:
        return None
    year, month, quarter = (int(part) if part else None for part in found.groups())
    assert year is not None  # noqa: S101 - the pattern has it
    kind = "month" if month else "quarter" if quarter else "year"
    return span_of(kind, dt.date(year, month or (quarter or 1) * 3 - 2, 1))


def name_of_value(ask: Ask, value: str) -> str | None:
    """A period as an address has it, in words; None if it names none."""
    span = span_of_value(value)
    if span is None:
        return None
    kind = "all" if value == "all" else "quarter" if "q" in value else "month" if "-" in value else "year"
    return name_of(ask, kind, None if kind == "all" else span[0])


def name_of(ask: Ask, kind: str, start: dt.date | None) -> str:
    """In words."""
    if start is None:
        return ask.words("periods.all")
    if kind == "month":
        return ask.words("periods.month", month=ask.words.month(start))
    return ask.words(f"periods.{kind}", year=str(start.year), quarter=str((start.month + 2) // 3))


def period_of(ask: Ask, name: str = "period") -> Period | None:
    """The period that the address names, if the night has it; else the last month that had ended; None if it has none."""
    return _chosen(ask, ask.remembered("periods", {"night": ask.night}), name)


def published_period(ask: Ask, statement: str) -> Period | None:
    """The same among the periods of sql/<statement>.sql: those of which somebody publishes something."""
    # not remembered: provinces are compared between two nights
    return _chosen(ask, ask.mart.rows(statement, {"night": ask.night}), "period")


def _chosen(ask: Ask, rows: list[Row], name: str) -> Period | None:
    last_month = (ask.night.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    rows.sort(key=lambda row: KINDS.index(row["period_kind"]))
    choices = [
        {"value": value_of(row["period_kind"], row["period_start"]), "kind": row["period_kind"], "start": row["period_start"],
         "label": name_of(ask, row["period_kind"], row["period_start"])}
        for row in rows
    ]  # fmt: skip
    asked = next((one for one in choices if one["value"] == ask.text(name)), None)
    ended = [one for one in choices if one["kind"] == "month" and one["start"] <= last_month]
    found = asked or next(iter(ended), choices[0] if choices else None)
    return Period(found["kind"], found["start"], choices) if found else None
