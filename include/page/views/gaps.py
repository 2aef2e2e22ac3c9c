"""Gaps (Sai lệch): search and filters, ages, groups first and rows under them; sorted and cut in the database."""

from __future__ import annotations

from typing import Any

from doisoat.months import last_of

from page.asking import Ask
from page.reader import Row, statement
from page.tables import Column, Table
from page.views.names import cause_name
from page.views.paging import MOST_IN_A_FILE, pages, part
from page.views.periods import name_of_value, span_of_value
from page.views.shown import Shown

#: What the gaps are grouped by -> the column of sql/gaps_matching.sql, and the filter that a group's link sets.
GROUPED = {
    "cause": ("cause", "cause"),
    "owner": ("owner_id", "owner"),
    "procedure": ("procedure_family", "procedure"),
    "kind": ("pair || ' ' || kind", "kind"),
    "state": ("state", "state"),
    "blames": ("blames", "blames"),
    "channel": ("coalesce(channel, 'unknown')", "channel"),
    "month": ("date_trunc('month', receipt_date)::date", ""),
}
#: What the rows are sorted by -> the order.
SORTED = {
    "age": "age_nights desc",
    "young": "age_nights",
    "dossier": "dossier_id",
    "receipt": "receipt_date desc nulls last",
    "unit": "owner_id",
    "cause": "cause",
    "state": "state_since desc nulls last",
}
#: Filters whose values are words of ours or ids.
SAID = ("pair", "kind", "cause", "blames", "state", "procedure", "channel", "owner", "agency", "age")
#: Filters whose values are days.
DAYS = ("opened_from", "opened_to", "changed_from", "received_from", "received_to")
GROUPS_SHOWN = 12


def gaps(ask: Ask) -> Shown:
    """The list of open gaps."""
    asked = _asked(ask)
    matching = f"({statement('gaps_matching')}) matching_gap"
    by = ask.one_of("by", GROUPED, "cause")
    groups = ask.remembered("gaps_groups", asked, matching_gap=matching, grouping_value=GROUPED[by][0])
    counted: Row = {
        name: sum(row[name] for row in groups) for name in ("gaps", "age_7", "age_30", "age_90", "age_older")
    }
    counted["dossiers"] = groups[0]["all_dossiers"] if groups else 0
    names = _names(ask)
    parts = {"matching_gap": matching, "sorting_value": SORTED[ask.one_of("sort", SORTED, "age")]}
    rows = ask.mart.rows("gaps_rows", {**asked, **part(ask)}, **parts)
    whole = {**asked, "most": MOST_IN_A_FILE, "start": 0}

    def every() -> list[Row]:
        return _told(ask, ask.mart.rows("gaps_rows", whole, **parts))

    tables = {
        "groups": _groups_table(ask, groups, by, names),
        "gaps": _rows_table(ask, rows, every, counted["gaps"]),
    }
    context = {
        "counted": counted,
        "by": by,
        "groups": list(GROUPED),
        "sorts": list(SORTED),
        "sort": ask.one_of("sort", SORTED, "age"),
        "downward": "desc" in SORTED[ask.one_of("sort", SORTED, "age")],
        "choices": _choices(ask),
        "filters": _filters(ask, names),
        "pages": pages(ask, counted["gaps"]),
        "hidden_groups": max(len(groups) - GROUPS_SHOWN, 0) if "all" not in ask.given else 0,
    }
    return Shown("gaps.html", context, tables)


def _asked(ask: Ask) -> Row:
    """The parameters of sql/gaps_matching.sql."""
    code = ask.text("q")
    dossiers = None
    if code:
        found = ask.mart.rows("dossiers_of_code", {"code": code})
        dossiers = [row["dossier_id"] for row in found]
    counts = span_of_value(ask.text("period") or "") or (None, None)
    return {
        "night": ask.night,
        "counts_from": counts[0],
        "counts_before": counts[1],
        **{name: ask.text(name) for name in SAID},
        **{name: ask.day(name) for name in DAYS},
        "dossiers": dossiers,
        "whose": ask.whose,
    }


def _names(ask: Ask) -> dict[tuple[str, str], str]:
    """The names of filters' values: causes, units, procedures."""
    found = {
        (row["filter"], row["value"]): row["label"]
        for row in ask.remembered("value_names", {})
        if ask.whose is None or row["filter"] != "owner" or row["value"] in ask.whose
    }
    found["owner", "unknown"] = ask.words("page.unknown_unit")
    return found


def name_of(ask: Ask, filter: str, value: Any, names: dict[tuple[str, str], str]) -> str:
    """A filter's value in words."""
    if value is None:
        return ask.words("page.none")
    if filter == "kind":
        pair, _, kind = str(value).rpartition(" ")
        return ask.words.kind(kind, pair or "national_provincial")
    if filter == "cause":
        return cause_name(ask, {"cause": value, "label": names.get(("cause", value))})
    if filter in ("state", "blames", "age", "pair", "channel"):
        section = {"state": "states", "blames": "blames", "age": "ages", "pair": "pairs", "channel": "channels"}[filter]
        return ask.words.known(section, value)
    if filter in ("owner", "agency"):
        return names.get(("owner", value)) or str(value)
    return names.get((filter, value)) or (ask.words.month(value) if hasattr(value, "month") else ask.words.plain(value))


def _choices(ask: Ask) -> dict[str, list[Row]]:
    """What the selects offer: only values that the night has, with how many gaps each."""
    offered: dict[str, list[Row]] = {}
    asked = {"night": ask.night, "whose": ask.whose}
    for row in ask.remembered("gaps_choices", asked):
        names = {(row["filter"], row["value"]): row["label"]}
        value = row["value"] if row["filter"] != "kind" else f"{row['label']} {row['value']}"
        told = {"value": row["value"], "label": name_of(ask, row["filter"], value, names), "gaps": row["gaps"]}
        offered.setdefault(row["filter"], []).append(told)
    return offered


def _filters(ask: Ask, names: dict[tuple[str, str], str]) -> list[Row]:
    """The filters that are set, each with the address without it."""
    found = []
    if period := name_of_value(ask, ask.text("period") or ""):
        found.append({"name": ask.words("filters.period"), "value": period, "without": ask.here(period=None)})
    for name in (*SAID, *DAYS, "q"):
        value = ask.text(name)
        if value:
            shown = name_of(ask, name, value, names) if name in SAID else value
            if name in DAYS:
                shown = ask.words.plain(ask.day(name))
            found.append({"name": ask.words(f"filters.{name}"), "value": shown, "without": ask.here(**{name: None})})
    return found


def _groups_table(ask: Ask, groups: list[Row], by: str, names: dict[tuple[str, str], str]) -> Table:
    filter = GROUPED[by][1]
    for row in groups:
        row["name"] = name_of(ask, by, row["value"], names)
        pair, _, kind = str(row["value"]).rpartition(" ")
        row["sets"] = {"kind": kind, "pair": pair} if by == "kind" else {filter: row["value"]} if filter else {}
        if by == "month" and row["value"]:
            row["sets"] = {"received_from": row["value"], "received_to": last_of(row["value"])}

    def of(row: Row) -> str | None:
        return ask.here(**row["sets"]) if row["sets"] and row["value"] is not None else None

    columns = (
        Column("name", ask.words(f"groups.{by}"), href=of),
        Column("gaps", ask.words("columns.gaps"), "number", bar=True, href=of),
        Column("dossiers", ask.words("columns.dossiers"), "number"),
        Column("answered", ask.words("columns.answered"), "number"),
        Column("oldest", ask.words("columns.oldest"), "number"),
    )
    shown = groups if "all" in ask.given else groups[:GROUPS_SHOWN]
    return Table(
        "groups", ask.words("gaps.groups"), columns, shown, ask.words("gaps.none"), lambda: groups, len(groups)
    )


def _told(ask: Ask, rows: list[Row]) -> list[Row]:
    words = ask.words
    for row in rows:
        row["what"] = words.kind(row["kind"], row["pair"])
        row["why"] = cause_name(ask, {"cause": row["cause"], "label": row["cause_label"]})
        row["move"] = words.known("blames", row["blames"])
        row["said"] = words.known("states", row["state"])
        row["owner_name"] = words("page.unknown_unit") if row["owner_id"] == "unknown" else row["owner_name"]
        row["agency_name"] = words("page.unknown_unit") if row["agency_id"] == "unknown" else row["agency_name"]
        row["procedure_name"] = row["procedure_name"] or row["procedure_family"]
        row["values"] = _values(ask, row)
    return rows


def _values(ask: Ask, row: Row) -> str | None:
    """The differing values, each with its side; None where presence differs."""
    said = [
        f"{ask.words(f'sides.{side}')}: {row[f'{side}_value']}"
        for side in ("provincial", "national", "ministry")
        if row[f"{side}_value"] is not None
    ]
    return "; ".join(said) or None


def _rows_table(ask: Ask, rows: list[Row], every: Any, total: int) -> Table:
    words = ask.words
    columns = (
        Column(
            "dossier_id",
            words("columns.dossier"),
            href=lambda row: ask.link("dossier", id=row["dossier_id"]),
            sort="dossier",
        ),
        Column("what", words("columns.what"), sub="values"),
        Column("why", words("columns.cause"), href=lambda row: ask.here(cause=row["cause"]), sort="cause"),
        Column("owner_name", words("columns.owner"), href=lambda row: ask.here(owner=row["owner_id"]), sort="unit"),
        Column(
            "procedure_name", words("columns.procedure"), href=lambda row: ask.here(procedure=row["procedure_family"])
        ),
        Column("receipt_date", words("columns.receipt_date"), sort="receipt"),
        Column("age_nights", words("columns.age"), "number", sort="age"),
        Column("said", words("columns.answer"), sub="state_reason", sort="state"),
    )
    return Table("gaps", words("gaps.rows"), columns, _told(ask, rows), words("gaps.none_match"), every, total)
