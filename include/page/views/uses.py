"""Who took or decided what on the page (Nhật ký sử dụng): for those who see the whole province."""

from __future__ import annotations

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.paging import MOST_IN_A_FILE, pages, part
from page.views.shown import Shown

ACTS = ("exported", "decided")


def uses(ask: Ask) -> Shown:
    """The record, the newest first."""
    asked = {"account": ask.text("account"), "act": ask.one_of("act", ACTS, "") or None}
    rows = ask.mart.rows("uses", {**asked, **part(ask)})
    total = rows[0]["total"] if rows else 0

    def every() -> list[Row]:
        return _told(ask, ask.mart.rows("uses", {**asked, "most": MOST_IN_A_FILE, "start": 0}))

    words = ask.words
    columns = (
        Column("used_at", words("columns.used_at")),
        Column("account", words("columns.account"), href=lambda row: ask.here(account=row["account"]), sub="whose"),
        Column("act", words("columns.what_was_done"), href=lambda row: ask.here(act=row["act_id"])),
        Column("what", words("columns.what_it_was"), sub="of_view"),
        Column("night", words("columns.night"), href=lambda row: ask.link("tonight", night=row["night"])),
        Column("chosen", words("columns.filters"), missing=words("page.none")),
        Column("rows", words("columns.rows"), "number"),
    )
    table = Table("uses", words("uses.title"), columns, _told(ask, rows), words("uses.none"), every, total)
    chosen = [(name, asked[name], ask.here(**{name: None})) for name in ("account", "act") if asked[name]]
    return Shown("uses.html", {"pages": pages(ask, total), "chosen": chosen}, {"uses": table})


def _told(ask: Ask, rows: list[Row]) -> list[Row]:
    words = ask.words
    for row in rows:
        row["act_id"], row["act"] = row["act"], words.known("acts", row["act"])
        row["whose"] = row["agency_name"] or words("uses.whole_province")
        row["what"] = words.known("states", row["what"]) if row["act_id"] == "decided" else row["what"]
        row["of_view"] = words.known("nav", row["view"])
        row["chosen"] = ", ".join(f"{name} = {value}" for name, value in row["filters"].items()) or None
    return rows
