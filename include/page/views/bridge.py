"""The bridge's entries: which dossiers make up the difference, and its course by month of receipt."""

from __future__ import annotations

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.names import cause_name
from page.views.paging import MOST_IN_A_FILE, pages, part
from page.views.shown import Shown


def bridge(ask: Ask) -> Shown:
    """The entries that a cause, a direction and a month leave."""
    sign = ask.one_of("sign", ("1", "-1"), "")
    asked = {
        "night": ask.night,
        "cause": ask.text("cause"),
        "sign": int(sign) if sign else None,
        "month": ask.day("month"),
    }
    rows = ask.mart.rows("bridge_rows", {**asked, **part(ask)})
    total = rows[0]["total"] if rows else 0
    table = _table(ask, _told(ask, rows))
    table.total = total
    table.every = lambda: _told(ask, ask.mart.rows("bridge_rows", {**asked, "most": MOST_IN_A_FILE, "start": 0}))
    causes = [
        {"value": row["cause"] or "none", "label": cause_name(ask, row), "gaps": row["dossiers"]}
        for row in ask.remembered("bridge_causes", {"night": ask.night})
    ]
    context = {
        "causes": causes,
        "cause": ask.text("cause"),
        "sign": sign,
        "month": asked["month"],
        "pages": pages(ask, total),
    }
    return Shown("bridge.html", context, {"entries": table, "months": _months(ask)})


def _told(ask: Ask, rows: list[Row]) -> list[Row]:
    for row in rows:
        row["what"] = ask.words.known("entry_kinds", row["entry_kind"])
        row["why"] = cause_name(ask, row)
        row["stands"] = ask.words.known("standings", row["standing"])
        row["agency_name"] = ask.words("page.unknown_unit") if row["agency_id"] == "unknown" else row["agency_name"]
        row["month"] = ask.words.month(row["receipt_month"]) if row["receipt_month"] else ask.words("bridge.undated")
    return rows


def _table(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words
    columns = (
        Column("dossier_id", words("columns.dossier"), href=lambda row: ask.link("dossier", id=row["dossier_id"])),
        Column("sign", words("columns.sign"), "signed"),
        Column("what", words("columns.what"), sub="stands"),
        Column("why", words("columns.cause")),
        Column("agency_name", words("columns.unit")),
        Column("procedure_name", words("columns.procedure")),
        Column("month", words("columns.receipt_month")),
    )
    return Table("entries", words("bridge.entries"), columns, rows, words("tonight.no_entries"))


def _months(ask: Ask) -> Table:
    words = ask.words
    rows = ask.remembered("bridge_months", {"night": ask.night})
    for row in rows:
        row["name"] = words.month(row["receipt_month"]) if row["receipt_month"] else words("bridge.undated")

    def of(row: Row) -> str | None:
        return ask.here(month=row["receipt_month"]) if row["receipt_month"] else None

    columns = (
        Column("name", words("columns.receipt_month"), href=of),
        Column("provincial_listed", words("columns.provincial_listed"), "number"),
        Column("national_listed", words("columns.national_listed"), "number"),
        Column("entries", words("columns.net"), "signed", href=of),
    )
    return Table("months", words("bridge.months"), columns, rows, words("tonight.no_entries"), stacks=False)
