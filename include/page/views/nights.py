"""Nights (Các đêm): every run with its revisions, sources and checks."""

from __future__ import annotations

from typing import Any

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.shown import Shown
from page.views.states import checks_table, notes, sources_table


def nights(ask: Ask) -> Shown:
    """All nights, and one of them in detail."""
    sources = ask.mart.rows("sources", {"night": ask.night})
    checks = ask.mart.rows("checks", {"night": ask.night})
    tables = {
        "nights": _nights(ask),
        "sources": sources_table(ask, sources),
        "checks": checks_table(ask, checks),
        "revisions": _revisions(ask),
    }
    passed = sum(row["outcome"] == "passed" for row in checks)
    return Shown("nights.html", {"notes": notes(ask, sources, checks), "passed": passed, "checks": len(checks)}, tables)


def _nights(ask: Ask) -> Table:
    words = ask.words
    rows = ask.mart.rows("nights", {})
    for row in rows:
        row["said"] = words.known("night_states", row["state"])
        late = [words("nights.late")] if row["collects_late"] else []
        accepted = [words("nights.accepted")] if row["is_accepted"] else []
        again = [words("nights.revisions", revisions=row["revisions"])] if row["revisions"] > 1 else []
        row["besides"] = "; ".join([*late, *accepted, *again])
        row["run"] = words("nights.run") if ask.run(row["run_id"]) else None

    def of(row: Row) -> str | None:
        return ask.link("nights", night=row["night"]) if row["revision"] else None

    def warn(name: str) -> Any:
        return lambda row: "warn" if row[name] else None

    def changes(event: str) -> Column:
        return Column(event, words(f"events.{event}"), "number",
                      href=lambda row: ask.link("changes", night=row["night"]) if row["revision"] else None)  # fmt: skip

    shown: tuple[Column, ...] = (
        Column("night", words("columns.night"), href=of),
        Column("said", words("columns.state"), sub="besides", tone=lambda row: None if row["state"] == "published" else "warn"),
        Column("published_at", words("columns.published_at")),
        Column("provincial_declared", words("sides.provincial"), "number"),
        Column("national_declared", words("sides.national"), "number"),
        Column("difference", words("columns.difference"), "signed",
               href=lambda row: ask.link("bridge", night=row["night"]) if row["revision"] else None),
        changes("opened"),
        changes("resolved"),
        Column("stale_sources", words("columns.stale_sources"), "number", tone=warn("stale_sources")),
        Column("not_passed", words("columns.not_passed"), "number", tone=warn("not_passed")),
    )  # fmt: skip
    if ask.airflow is not None:
        missing = words("nights.no_run")
        run = Column("run", words("columns.run"), href=lambda row: ask.run(row["run_id"]), missing=missing, leaves=True)
        shown = (*shown, run)
    return Table("nights", words("nights.title"), shown, rows, words("nights.none"))


def _revisions(ask: Ask) -> Table:
    words = ask.words
    rows = ask.mart.rows("revisions", {"night": ask.night})
    for row in rows:
        row["stands"] = words("nights.stands") if row["is_standing"] else words("nights.replaced")
        row["accepted"] = row["accepted_reason"] or ""
    columns = (
        Column("revision", words("columns.revision"), "number"),
        Column("stands", words("columns.state"), sub="accepted"),
        Column("published_at", words("columns.published_at")),
        Column("as_of", words("columns.as_of")),
        Column("code_version", words("columns.version")),
    )
    return Table("revisions", words("nights.revisions_title"), columns, rows, words("nights.none"))
