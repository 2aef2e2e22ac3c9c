"""One dossier (Hồ sơ): what each side says, side by side; what differs, why and what to do; all that happened, in order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.names import cause_name
from page.views.shown import Shown

SIDES = ("provincial", "national", "ministry")
#: What is compared side by side: attribute -> the kind of difference that marks it.
ATTRIBUTES = {
    "dossier_code": None,
    "linked_codes": None,
    "agency_name": "agency",
    "procedure_name": "procedure",
    "status": "status",
    "channel": None,
    "submitted_at": None,
    "received_at": "receipt_date",
    "due_at": "due_date",
    "finished_at": "finish_date",
    "returned_at": None,
}
#: What a change of a record is told by.
TOLD = (
    "dossier_code",
    "status",
    "agency_name",
    "procedure_name",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
)


def dossier(ask: Ask) -> Shown:
    """One dossier, by its id or one of its codes; several of one code are offered."""
    said = ask.text("id") or ask.text("code")
    if not said:
        return Shown("find.html", {"said": None, "found": []})
    asked: Row = {"night": ask.night, "dossier": said}
    records = ask.mart.rows("dossier_records", asked) if _seen(ask, [said]) else []
    if not records:
        found = _seen(ask, [row["dossier_id"] for row in ask.mart.rows("dossiers_of_code", {"code": said})])
        if len(found) != 1:
            return Shown("find.html", {"said": said, "found": found})
        asked["dossier"] = found[0]
        records = ask.mart.rows("dossier_records", asked)
    findings = ask.mart.rows("dossier_findings", asked)
    codes = sorted(
        {asked["dossier"], *(code for row in records for code in (row["dossier_code"], *row["linked_codes"]) if code)}
    )
    known = {**asked, "codes": _without_others(ask, asked["dossier"], codes)}
    events = _events(ask, records, known)
    context = {
        "id": asked["dossier"],
        "codes": [code for code in codes if code != asked["dossier"]],
        "sides": _sides(ask, records, findings),
        "findings": [_finding(ask, row) for row in findings],
        "events": events,
        "open": [row["gap_id"] for row in findings if row["opened_on"] is not None],
        "held_by": [side for side in SIDES if any(row["side"] == side and row["holds"] for row in records)],
    }
    return Shown("dossier.html", context, {"history": _history(ask, events)})


def _seen(ask: Ask, dossiers: list[str]) -> list[str]:
    """Those that the reader may see, in order; another's is answered like one that is not there."""
    if ask.whose is None or not dossiers:
        return dossiers
    asked = {"night": ask.night, "dossiers": dossiers, "whose": ask.whose}
    seen = {row["dossier_id"] for row in ask.mart.rows("dossiers_seen", asked)}
    return [one for one in dossiers if one in seen]


def _without_others(ask: Ask, dossier: str, codes: list[str]) -> list[str]:
    """The codes without those under which a dossier stands that the reader may not see: a source may have linked one wrongly."""
    if ask.whose is None:
        return codes
    owners = {code: [row["dossier_id"] for row in ask.mart.rows("dossiers_of_code", {"code": code})] for code in codes}
    seen = {dossier, *_seen(ask, sorted({one for found in owners.values() for one in found}))}
    return [code for code in codes if set(owners[code]) <= seen]


def _sides(ask: Ask, records: list[Row], findings: list[Row]) -> Row:
    """The rows that hold on the night, a column each, attribute by attribute; a differing attribute is marked."""
    holding = [row for row in records if row["holds"]]
    differing = {row["kind"] for row in findings}
    rows = []
    for attribute, kind in ATTRIBUTES.items():
        values = [_value(ask, attribute, row[attribute]) for row in holding]
        if any(value is not None for value in values):
            is_marked = kind in differing and len(set(values)) > 1
            rows.append({"label": ask.words(f"attributes.{attribute}"), "values": values, "differs": is_marked})
    heads = [
        {"side": ask.words(f"sides.{row['side']}"), "source": row["source_name"], "rank": row["duplicate_rank"],
         "removed": row["is_removed"]}
        for row in holding
    ]  # fmt: skip
    missing = [
        ask.words(f"sides.{side}")
        for side in ("provincial", "national")
        if side not in {row["side"] for row in holding}
    ]
    return {"heads": heads, "rows": rows, "missing": missing}


def _value(ask: Ask, attribute: str, value: Any) -> str | None:
    if value is None or value == []:
        return None
    if attribute == "status":
        return ask.words.status(value)
    if attribute == "channel":
        return ask.words.known("channels", value)
    return ", ".join(value) if isinstance(value, list) else ask.words.plain(value)


def _finding(ask: Ask, row: Row) -> Row:
    """A finding in words: what, why with its evidence, whose move it is, what to do, what was said."""
    words = ask.words
    key = f"evidence.{row['cause']}"
    return {
        "what": words.kind(row["kind"], row["pair"]),
        "pair": words.known("pairs", row["pair"]),
        "is_gap": row["opened_on"] is not None,
        "standing": words.known("standings", row["standing"]),
        "cause": row["cause"] and cause_name(ask, row),
        "decided": row["is_decided"],
        "evidence": words(key) if words.has(key) and words.language == "vi" else row["needs"],
        "basis": [
            (words.known("basis", name), _basis(ask, name, value)) for name, value in (row["basis"] or {}).items()
        ],
        "values": [
            (words(f"sides.{side}"), _stated(ask, row["kind"], row[f"{side}_value"]))
            for side in SIDES
            if side in row["pair"].split("_") and any(row[f"{other}_value"] is not None for other in SIDES)
        ],
        "blames": row["blames"] and words.known("blames", row["blames"]),
        "tone": row["blames"] or "nobody",
        "action": row["action"],
        "row": row,
        "state": row["state"] and words.known("states", row["state"]),
        "owner": words("page.unknown_unit") if row["owner_id"] == "unknown" else row["owner_name"],
    }


def _stated(ask: Ask, kind: str, value: str | None) -> str:
    if value is None:
        return ask.words("dossier.unsaid")
    if kind == "status":
        return ask.words.status(value)
    if kind.endswith("_date"):
        try:
            return ask.words.day(dt.date.fromisoformat(value[:10]))
        except ValueError:
            return value
    return value


def _basis(ask: Ask, name: str, value: Any) -> str:
    """A piece of evidence as a reader writes it."""
    if isinstance(value, list):
        return ", ".join(_basis(ask, name, one) for one in value)
    if name in ("national", "provincial", "status") and str(value).isdigit() and 1 <= int(value) <= 10:
        return ask.words.status(str(value))
    try:
        when = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return ask.words.known("recognised", value) if name == "recognised_by" else ask.words.plain(value)
    return ask.words.day(when.date()) if len(str(value)) == 10 else ask.words.plain(when)


def _events(ask: Ask, records: list[Row], known: Row) -> list[Row]:
    """Everything that is known to have happened, in order of the nights on which it was seen."""
    words = ask.words
    found: list[tuple[Any, int, Row]] = []
    before: dict[tuple[str, str], Row] = {}
    for row in records:
        key = (row["source_id"], row["record_id"])
        text = _first(ask, row) if key not in before else _changed(ask, before[key], row)
        before[key] = row
        found.append((row["from_night"], 0, {"who": words(f"sides.{row['side']}"), "tone": row["side"], "text": text,
                                             "source": row["source_name"]}))  # fmt: skip
    for row in before.values():
        if row["to_night"] is not None:
            gone = {
                "who": words(f"sides.{row['side']}"),
                "tone": row["side"],
                "text": words("dossier.gone"),
                "source": row["source_name"],
            }
            found.append((row["to_night"], 1, gone))
    for row in ask.mart.rows("dossier_look_ups", known):
        text = words("dossier.looked_up_held" if row["is_held"] else "dossier.looked_up_missing", code=row["code"])
        found.append(
            (
                row["night"],
                2,
                {"who": words("dossier.look_up"), "tone": "ours", "text": text, "source": row["source_name"]},
            )
        )
    for row in ask.mart.rows("dossier_events", known):
        text = f"{words.known('events', row['event'])}: {words.kind(row['kind'], row['pair'])} · {cause_name(ask, row)}"
        if row["how"]:
            text += f" ({words.known('hows', row['how'])})"
        found.append((row["night"], 3, {"who": words("dossier.gap"), "tone": row["event"], "text": text, "source": ""}))
    for row in ask.mart.rows("dossier_decisions", known):
        text = words.known("states", row["action"]) + (f": {row['reason']}" if row["reason"] else "")
        found.append((row["night"], 4, {"who": row["decided_by"], "tone": "said", "text": text, "source": ""}))
    found.sort(key=lambda one: (one[0], one[1]))
    return [{"night": night, **row} for night, _, row in found if night <= ask.night]


def _first(ask: Ask, row: Row) -> str:
    said = ask.words(
        "dossier.appears", code=row["dossier_code"] or row["record_id"], status=ask.words.status(row["status"])
    )
    return said + (" " + ask.words("dossier.removed") if row["is_removed"] else "")


def _changed(ask: Ask, before: Row, now: Row) -> str:
    changed = [
        f"{ask.words(f'attributes.{name}')}: {_value(ask, name, before[name]) or ask.words('page.none')} → "
        f"{_value(ask, name, now[name]) or ask.words('page.none')}"
        for name in TOLD
        if before[name] != now[name]
    ]
    if before["is_removed"] != now["is_removed"]:
        changed.append(ask.words("dossier.removed" if now["is_removed"] else "dossier.back"))
    return "; ".join(changed) or ask.words("dossier.changed")


def _history(ask: Ask, events: list[Row]) -> Table:
    words = ask.words
    columns = (
        Column("night", words("columns.night")),
        Column("who", words("columns.who"), sub="source"),
        Column("text", words("columns.happened")),
    )
    return Table("history", words("dossier.history"), columns, events, words("dossier.no_history"))
