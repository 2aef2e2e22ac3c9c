"""Ministries (Bộ, ngành): which of their dossiers the province and the portal hold."""

from __future__ import annotations

from typing import Any

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.shown import Shown


def ministries(ask: Ask) -> Shown:
    """All systems, and the course by month of one or all."""
    rows = ask.remembered("ministries", {"night": ask.night})
    source = ask.text("source")
    context = {
        "listed": sum(row["listed"] for row in rows),
        "left_out": sum(row["left_out"] for row in rows),
        "source": next((row["name"] for row in rows if row["source_id"] == source), None),
    }
    return Shown("ministries.html", context, {"systems": _systems(ask, rows), "months": _months(ask, source)})


def _systems(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words
    for row in rows:
        row["share_held"] = row["held"] / row["listed"] if row["listed"] else None

    def gaps(cause: str) -> Any:
        return lambda row: ask.link("gaps", cause=cause)

    columns = (
        Column(
            "name", words("columns.ministry"), sub="source_name", href=lambda row: ask.here(source=row["source_id"])
        ),
        Column("listed", words("columns.ministry_listed"), "number"),
        Column("held", words("columns.held"), "number"),
        Column("share_held", words("columns.share_held"), "share"),
        Column("left_out", words("columns.left_out"), "number", bar=True, href=gaps("left_out")),
        Column("undetermined", words("columns.undetermined"), "number"),
        Column("on_portal", words("columns.on_portal"), "number"),
        Column("portal_undetermined", words("columns.portal_undetermined"), "number"),
    )
    return Table("systems", words("ministries.systems"), columns, rows, words("ministries.none"))


def _months(ask: Ask, source: str | None) -> Table:
    words = ask.words
    rows = ask.remembered("ministry_course", {"night": ask.night, "source": source})
    for row in rows:
        row["name"] = words.month(row["month"]) if row["month"] else words("bridge.undated")
    columns = (
        Column("name", words("columns.receipt_month")),
        Column("listed", words("columns.ministry_listed"), "number"),
        Column("held", words("columns.held"), "number"),
        Column("left_out", words("columns.left_out"), "number", bar=True),
        Column("undetermined", words("columns.undetermined"), "number"),
        Column("on_portal", words("columns.on_portal"), "number"),
    )
    return Table("months", words("bridge.months"), columns, rows, words("ministries.none"), stacks=False)
