"""What happened on the night: gaps opened, reopened, resolved, moved to another cause."""

from __future__ import annotations

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.names import cause_name
from page.views.paging import MOST_IN_A_FILE, pages, part
from page.views.shown import Shown

EVENTS = ("opened", "reopened", "resolved", "cause_changed", "merged")


def changes(ask: Ask) -> Shown:
    """The events of one night."""
    event = ask.text("event")
    asked = {"night": ask.night, "event": event if event in EVENTS else None, "cause": ask.text("cause")}
    rows = ask.mart.rows("changes_rows", {**asked, **part(ask)})
    total = rows[0]["total"] if rows else 0
    table = _table(ask, _told(ask, rows))
    table.total = total
    table.every = lambda: _told(ask, ask.mart.rows("changes_rows", {**asked, "most": MOST_IN_A_FILE, "start": 0}))
    return Shown(
        "changes.html", {"events": EVENTS, "event": asked["event"], "pages": pages(ask, total)}, {"changes": table}
    )


def _told(ask: Ask, rows: list[Row]) -> list[Row]:
    for row in rows:
        row["what"] = ask.words.kind(row["kind"], row["pair"])
        row["happened"] = ask.words.known("events", row["event"])
        row["how_so"] = ask.words.known("hows", row["how"]) if row["how"] else None
        row["why"] = cause_name(ask, row)
        if row["cause_before"]:
            before = cause_name(ask, {"cause": row["cause_before"], "label": row["label_before"]})
            row["how_so"] = ask.words("changes.before", cause=before)
        row["how_so"] = row["how_so"] or ""
    return rows


def _table(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words
    columns = (
        Column("dossier_id", words("columns.dossier"), href=lambda row: ask.link("dossier", id=row["dossier_id"])),
        Column("happened", words("columns.happened"), sub="how_so"),
        Column("what", words("columns.what")),
        Column("why", words("columns.cause"), href=lambda row: ask.here(cause=row["cause"])),
    )
    return Table("changes", words("changes.title"), columns, rows, words("tonight.no_changes"))
