"""Points lost by cause: what the gaps of a month take from the points of the sync rate; the rows add up to all that is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.names import cause_name
from page.views.periods import value_of


def lost_table(ask: Ask, month: dt.date | None) -> Table:
    """Each cause with what its repair adds after those above it, and what is not put down to any."""
    words = ask.words
    rows = _lost(ask, month) if month else []
    columns = (
        Column("name", words("columns.cause"), href=lambda row: row["gaps"]),
        Column("move", words("repair.move")),
        Column(
            "to_repair", words("repair.to_repair"), "number", href=lambda row: row["gaps"], missing=words("page.none")
        ),
        Column("lost", words("lost.lost"), "decimal", href=lambda row: row["gaps"], bar=True),
    )
    title = words("lost.title", month=words.month(month) if month else None)
    return Table("lost", title, columns, rows, words("lost.none"), stacks=False)


def _lost(ask: Ask, month: dt.date | None) -> list[Row]:
    words = ask.words
    asked = {"night": ask.night, "kind": "month", "start": month, "agency": None}
    rated = ask.remembered_row("repair_now", asked)
    rows = ask.remembered("repairs", asked)
    if rated is None or not rows or rows[0]["points_now"] is None:
        return []
    causes = {row["cause"]: row for row in ask.remembered("causes", {})}
    found, before = [], Decimal(0)
    for row in rows:
        known = causes.get(row["label"], {"label": None, "blames": None})
        found.append({
            "name": cause_name(ask, {"cause": row["label"], "label": known["label"]}), "to_repair": row["to_repair"],
            "move": words.known("blames", known["blames"]), "lost": row["points_with_all_before"] - before,
            "gaps": ask.link("gaps", cause=row["label"], period=value_of("month", month)),
        })  # fmt: skip
        before = row["points_with_all_before"]
    rest = Decimal(rated["points"]) - rows[0]["points_now"] - before
    if rest:
        found.append(
            {"name": words("lost.rest"), "to_repair": None, "move": words("blames.nobody"), "lost": rest, "gaps": None}
        )
    return found
