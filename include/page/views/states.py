"""What a night's numbers rest on, in words: sources and their age, listings in part, checks, a night that waits."""

from __future__ import annotations

from doisoat.errors import ConfigurationError
from doisoat.model import Capability
from doisoat.quality.checks import load_checks
from doisoat.sources.registry import facts

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table

#: The task whose log tells of a stage of checks.
CHECKED = {"inputs": "check_inputs", "results": "check_results"}
#: States of a source that need no attention.
WELL = ("fresh", "standing", "outage_planned")


def notes(ask: Ask, sources: list[Row], checks: list[Row]) -> list[Row]:
    """What must be read before the numbers; each with a tone: warn or stop."""
    stamp, words = ask.stamp, ask.words
    found: list[Row] = []
    if stamp["waiting_night"] is not None and stamp["is_latest"]:
        state = words.known("night_states", stamp["waiting_state"])
        found.append({"tone": "stop", "text": words("notes.waiting", night=stamp["waiting_night"], state=state),
                      "href": ask.link("nights")})  # fmt: skip
    if stamp["is_accepted"]:
        said = words("notes.accepted", checks=stamp["accepted_checks"], reason=stamp["accepted_reason"])
        found.append({"tone": "stop", "text": said, "href": ask.link("nights") + "#checks"})
    for side in ("provincial", "national"):
        if stamp[f"{side}_is_complete"] is False:
            text = words("notes.incomplete", side=words(f"sides.{side}"))
            found.append({"tone": "warn", "text": text, "href": ask.link("nights") + "#sources"})
    for row in sources:
        if row["state"] not in WELL:
            key = f"notes.source_{row['state']}"
            text = words(key if words.has(key) else "notes.source", source=row["source_name"], nights=row["age_nights"],
                         state=words.known("source_states", row["state"]))  # fmt: skip
            found.append({"tone": "warn", "text": text, "href": ask.link("nights") + "#sources"})
    failed = [row for row in checks if row["outcome"] in ("failed", "broken")]
    if failed:
        found.append(
            {"tone": "warn", "text": words("notes.checks", checks=len(failed)), "href": ask.link("nights") + "#checks"}
        )
    return found


def sources_table(ask: Ask, rows: list[Row]) -> Table:
    """The sources of a night."""
    words = ask.words
    for row in rows:
        row["name"] = row["owner_name"] or row["source_name"]
        row["under"] = row["owner_name"]
        if ask.view == "nights" and row["source_name"] != row["source_id"]:  # the engineer knows it by its own name
            row["under"] = " · ".join(filter(None, (row["source_id"], row["owner_name"])))
        row["of_side"] = words.known("sides", row["side"])
        row["said"] = words.known("source_states", row["state"])
        if row["state"] == "stale":
            row["said"] += " · " + words.known("reasons", row["reason"])
        row["complete"] = words.known("complete", row["is_complete"])
    columns = (
        Column(
            "source_name", words("columns.source"), sub="under", href=lambda row: _log(ask, _reads(row)), leaves=True
        ),
        Column("of_side", words("columns.side")),
        Column("said", words("columns.state"), tone=lambda row: None if row["state"] in WELL else "warn"),
        Column("age_nights", words("columns.age_nights"), "number"),
        Column("complete", words("columns.complete"), tone=lambda row: "warn" if row["is_complete"] is False else None),
        Column("cut_off", words("columns.cut_off")),
        Column("received", words("columns.received"), "number", missing=words("nights.not_read")),
        Column("declared", words("columns.declared"), "number", missing=words("nights.not_declared")),
        Column("quarantined", words("columns.quarantined"), "number", missing=words("nights.not_read")),
    )
    return Table("sources", words("nights.sources"), columns, rows, words("nights.no_sources"))


def checks_table(ask: Ask, rows: list[Row]) -> Table:
    """Checks of a night."""
    words = ask.words
    labels = {check.id: check.label for check in load_checks()} if words.language == "vi" else {}
    for row in rows:
        row["said"] = words.known("outcomes", row["outcome"])
        row["how_bad"] = words.known("severities", row["severity"])
        row["protects"] = labels.get(row["check_id"]) or row["check_id"].replace("_", " ").capitalize()
        row["of_stage"] = words.known("stages", row["stage"])
    columns = (
        Column("protects", words("columns.check"), sub="check_id"),
        Column("of_stage", words("columns.stage"), href=lambda row: _log(ask, CHECKED.get(row["stage"])), leaves=True),
        Column("said", words("columns.outcome"), tone=lambda row: None if row["outcome"] == "passed" else "warn"),
        Column("how_bad", words("columns.severity")),
        Column("unexpected_count", words("columns.unexpected"), "number"),
        Column("total", words("columns.of_total"), "number"),
    )
    return Table("checks", words("nights.checks"), columns, rows, words("nights.all_passed"))


def _reads(row: Row) -> str | None:
    """The task that reads a source; None of a kind that this release does not know."""
    try:
        asked = facts(row["source_id"], row["source_kind"]).asked
    except ConfigurationError:
        return None
    return f"{row['source_id']}.{'collect' if asked & {Capability.LISTING, Capability.COUNTS} else 'look_up'}"


def _log(ask: Ask, task: str | None) -> str | None:
    """The log of a task of the night, for the engineer who looks at nights."""
    return ask.run(ask.stamp["run_id"], task) if task and ask.view == "nights" else None
