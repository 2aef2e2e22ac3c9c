"""Trend (Diễn biến): the course of nights and months, and what moved between any two nights."""

from __future__ import annotations

import datetime as dt
from typing import Any

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.names import cause_name
from page.views.shown import Shown, looked_into_course
from page.views.units import course


def trend(ask: Ask) -> Shown:
    """The course until the night asked about; compared with another one, by default the night before."""
    rows = ask.remembered("course_nights", {"night": ask.night})
    nights = [row["night"] for row in rows]
    first = ask.day("first")
    if first not in nights:
        first = nights[-2] if len(nights) > 1 else None
    context = {
        "first": first,
        "nights": [night for night in reversed(nights) if night < ask.night],
        "difference": _lines(ask, rows, {"difference": "tonight.difference"}, "trend.difference"),
        "open": _lines(ask, rows, {"open": "tonight.open_gaps"}, "trend.open"),
        "course": course(ask, None),
    }
    tables = {"course": _course_table(ask, rows)}
    if first:
        tables["moved"] = _moved_table(ask, first)
    return Shown("trend.html", context, tables)


def _lines(ask: Ask, rows: list[Row], series: dict[str, str], title: str) -> dict[str, Any] | None:
    drawn = [
        {"at": row["night"].isoformat(), "series": ask.words(key), "value": row[name]}
        for row in rows
        for name, key in series.items()
        if row[name] is not None
    ]
    return looked_into_course(ask, drawn, ask.words(title), (480, 290), height=150)


def _course_table(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words

    def of(view: str) -> Any:
        return lambda row: ask.link(view, night=row["night"])

    columns = (
        Column("night", words("columns.night"), href=of("tonight")),
        Column("provincial_declared", words("sides.provincial"), "number"),
        Column("national_declared", words("sides.national"), "number"),
        Column("difference", words("columns.difference"), "signed", href=of("bridge")),
        Column("opened", words("events.opened"), "number", href=of("changes")),
        Column("resolved", words("events.resolved"), "number", href=of("changes")),
        Column("open", words("tonight.open_gaps"), "number", href=of("gaps")),
    )
    return Table("course", words("trend.nights"), columns, list(reversed(rows)), words("nights.none"))


def _moved_table(ask: Ask, first: dt.date) -> Table:
    words = ask.words
    rows = ask.remembered("two_nights", {"night": ask.night, "first": first})
    for row in rows:
        row["name"] = cause_name(ask, row)

    def on(view: str, night: dt.date) -> Any:
        return lambda row: ask.link(view, night=night, cause=row["cause"] or "none")

    days = {"first": words.day(first), "second": words.day(ask.night)}
    columns = (
        Column("name", words("columns.cause")),
        Column("net_first", words("trend.net_on", night=days["first"]), "signed", href=on("bridge", first)),
        Column("net_second", words("trend.net_on", night=days["second"]), "signed", href=on("bridge", ask.night)),
        Column("net_moved", words("trend.moved"), "signed"),
        Column("gaps_first", words("trend.gaps_on", night=days["first"]), "number", href=on("gaps", first)),
        Column("gaps_second", words("trend.gaps_on", night=days["second"]), "number", href=on("gaps", ask.night)),
        Column("gaps_moved", words("trend.moved"), "signed"),
    )
    return Table("moved", words("trend.between", **days), columns, rows, words("tonight.no_entries"))
