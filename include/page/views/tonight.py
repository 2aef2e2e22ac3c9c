"""Tonight (Đêm qua): what changed, what it costs, whose move it is, and what the numbers rest on."""

from __future__ import annotations

from typing import Any

from doisoat.charts import bars, bounds, waterfall

from page.asking import Ask, day_of
from page.reader import Row
from page.tables import Column, Table
from page.views.lost import lost_table
from page.views.names import cause_name
from page.views.shown import Shown, drawn, wide_and_narrow
from page.views.states import checks_table, notes, sources_table

#: Steps of the waterfall that have a bar of their own; the smaller ones share one.
STEPS = 8


def tonight(ask: Ask) -> Shown:
    """The first page."""
    bridge = next(iter(ask.remembered("bridge", {"night": ask.night})), {})
    causes = ask.remembered("bridge_causes", {"night": ask.night})
    sources = ask.remembered("sources", {"night": ask.night})
    checks = ask.remembered("checks", {"night": ask.night})
    opened = next(iter(ask.remembered("open_gaps", {"night": ask.night})), {})
    changed = ask.remembered("changes", {"night": ask.night})
    sides = _sides(bridge)
    context: dict[str, Any] = {
        "sides": sides,
        "sentence": _sentence(ask, sides, causes),
        "notes": notes(ask, sources, checks),
        "open": opened,
        "changed": {name: sum(row[name] for row in changed) for name in ("opened", "reopened", "resolved")},
        "waterfall": _waterfall(ask, sides, bridge, causes),
        "ages": _ages(ask, opened),
        "blamed": _blamed(ask, opened),
        "passed": sum(row["outcome"] == "passed" for row in checks),
        "checks": len(checks),
        **_rates(ask),
    }
    failed = [row for row in checks if row["outcome"] != "passed"]
    tables = {
        "bridge": _bridge_table(ask, causes),
        "changes": _changes_table(ask, changed),
        "lost": lost_table(ask, context["month"]),
        "units": _units_table(ask),
        "sources": sources_table(ask, sources),
        "checks": checks_table(ask, failed),
    }
    return Shown("tonight.html", context, tables)


def _sides(bridge: Row) -> Row:
    """The two numbers that are compared: what both sides declare, else what was listed of both; None if neither is known."""
    for evidence in ("declared", "listed"):
        national, provincial = bridge.get(f"national_{evidence}"), bridge.get(f"provincial_{evidence}")
        if national is not None and provincial is not None:
            return {
                "national": national,
                "provincial": provincial,
                "difference": national - provincial,
                "evidence": evidence,
            }
    return {"national": None, "provincial": None, "difference": None, "evidence": None}


def _sentence(ask: Ask, sides: Row, causes: list[Row]) -> str:
    """The night in one sentence: by how much, what explains the most of it, and what hides behind it if that is larger."""
    difference = sides["difference"]
    if difference is None:
        return ask.words("tonight.no_numbers")
    if difference == 0:
        told = ask.words("tonight.equal", total=sides["national"])
        return told + (
            " " + ask.words("tonight.equal_but", dossiers=sum(row["dossiers"] for row in causes)) if causes else ""
        )
    way = 1 if difference > 0 else -1
    told = ask.words("tonight.portal_more" if way > 0 else "tonight.province_more", difference=abs(difference))
    most = next((row for row in causes if row["net"] * way > 0 and row["cause"]), None)
    against = next((row for row in causes if row["net"] * way < 0 and row["cause"]), None)
    if most is not None:
        told += ask.words("tonight.most_of_it", dossiers=abs(most["net"]), cause=_in_sentence(ask, most))
    if against is not None and (most is None or abs(against["net"]) > abs(most["net"])):
        told += ask.words("tonight.more_against_it", dossiers=abs(against["net"]), cause=_in_sentence(ask, against))
    return told + "."


def _in_sentence(ask: Ask, row: Row) -> str:
    label = cause_name(ask, row)
    return label[:1].lower() + label[1:]


def _waterfall(ask: Ask, sides: Row, bridge: Row, causes: list[Row]) -> dict[str, Any] | None:
    """From the province's number to the portal's; every bar leads to its dossiers."""
    if sides["evidence"] is None:
        return None
    net = [row for row in causes if row["net"]]
    own, rest = net[:STEPS], net[STEPS:]
    steps = [
        {"label": cause_name(ask, row), "amount": row["net"], "kind": "step",
         "href": ask.link("bridge", cause=row["cause"] or "none")}
        for row in own
    ]  # fmt: skip
    if rest:
        label = ask.words("tonight.other_causes", causes=len(rest))
        steps.append(
            {"label": label, "amount": sum(row["net"] for row in rest), "kind": "step", "href": ask.link("bridge")}
        )
    if sides["evidence"] == "declared":
        steps += _unlisted(ask, bridge)
    word = "tonight.declares" if sides["evidence"] == "declared" else "tonight.lists"
    first = {
        "label": ask.words(word, side=ask.words("sides.provincial")),
        "amount": sides["provincial"],
        "kind": "total",
    }
    last = {"label": ask.words(word, side=ask.words("sides.national")), "amount": sides["national"], "kind": "total"}
    rows = [{**first, "href": ask.link("bridge", sign="-1")}, *steps, {**last, "href": ask.link("bridge", sign="1")}]
    title = ask.words("tonight.waterfall")
    return wide_and_narrow(waterfall(rows, title, width=520), waterfall(rows, title, width=300, above=True), ask)


def _unlisted(ask: Ask, bridge: Row) -> list[Row]:
    """What a side declares beyond what it lists: a difference that no dossier explains."""
    found = []
    for side, sign in (("national", 1), ("provincial", -1)):
        listed = bridge[f"{side}_listed"]
        amount = sign * (bridge[f"{side}_declared"] - listed) if listed is not None else 0
        if amount:
            label = ask.words("tonight.unlisted", side=ask.words(f"sides.{side}"))
            found.append({"label": label, "amount": amount, "kind": "step", "href": ask.link("bridge")})
    return found


def _rates(ask: Ask) -> Row:
    """The sync rate of one month, by all readings; the newest that could be computed, or the one asked for."""
    months = [row["month"] for row in ask.remembered("rate_months", {"night": ask.night})]
    month = day_of(ask.text("month"))
    if month not in months:
        rated = ask.remembered_row("published_month", {"night": ask.night})
        month = rated["month"] if rated and rated["month"] in months else next(iter(months), None)
    if month is None:
        return {"months": [], "month": None, "rates": None, "rate_rows": [], "flagged": None}
    asked = {"night": ask.night, "month": month}
    rows = ask.remembered("rates", asked)
    published = ask.remembered_row("published", asked)
    shown = [
        {
            "label": ask.words.known("rates", row["indicator"]),
            "least": float(row["ratio_least"]),
            "most": float(row["ratio_most"]),
        }
        for row in rows
        if row["ratio_least"] is not None and row["ratio_most"] is not None
    ]
    if published and published["ratio"] is not None:
        ratio = float(published["ratio"])
        shown.insert(0, {"label": ask.words("rates.published"), "least": ratio, "most": ratio})
    title = ask.words("tonight.rates")
    charts = wide_and_narrow(bounds(shown, title, 300), bounds(shown, title, 300, above=True), ask) if shown else None
    flags = [ask.words.known("flags", flag) for flag in (published or {}).get("flags") or ()]
    return {"months": months, "month": month, "rates": charts, "rate_rows": rows, "flagged": "; ".join(flags)}


def _ages(ask: Ask, opened: Row) -> Any:
    rows = [
        {
            "label": ask.words(f"ages.{age}"),
            "value": opened[f"age_{age}"],
            "tone": "nobody",
            "href": ask.link("gaps", age=age),
        }
        for age in ("7", "30", "90", "older")
    ]
    return drawn(bars(rows, ask.words("tonight.ages"), width=120), ask)


def _blamed(ask: Ask, opened: Row) -> Any:
    rows = [
        {"label": ask.words(f"blames.{who}"), "value": opened[who], "tone": who, "href": ask.link("gaps", blames=who)}
        for who in ("province", "portal", "ministry", "nobody")
    ]
    return drawn(bars(rows, ask.words("tonight.blamed"), width=120), ask)


def _bridge_table(ask: Ask, causes: list[Row]) -> Table:
    rows = [{**row, "name": cause_name(ask, row)} for row in causes]
    words = ask.words

    def of(**more: str) -> Any:
        return lambda row: ask.link("bridge", cause=row["cause"] or "none", **more)

    columns = (
        Column("name", words("columns.cause"), href=of()),
        Column("net", words("columns.net"), "signed"),
        Column("national_more", words("columns.national_more"), "number", href=of(sign="1")),
        Column("provincial_more", words("columns.provincial_more"), "number", href=of(sign="-1")),
        Column("not_yet", words("columns.not_yet"), "number"),
    )
    return Table("bridge", words("tonight.bridge"), columns, rows, words("tonight.no_entries"))


def _changes_table(ask: Ask, changed: list[Row]) -> Table:
    rows = [{**row, "name": cause_name(ask, row)} for row in changed]

    def of(event: str) -> Any:
        return lambda row: ask.link("changes", event=event, cause=row["cause"]) if row[event] else None

    columns = (
        Column("name", ask.words("columns.cause"), href=lambda row: ask.link("changes", cause=row["cause"])),
        *(
            Column(event, ask.words(f"events.{event}"), "number", href=of(event))
            for event in ("opened", "reopened", "resolved")
        ),
    )
    return Table("changes", ask.words("tonight.changes"), columns, rows, ask.words("tonight.no_changes"))


def _units_table(ask: Ask) -> Table:
    words = ask.words
    rows = ask.remembered("open_units", {"night": ask.night, "answer_days": ask.answer_days})
    for row in rows:
        row["name"] = words("page.unknown_unit") if row["owner_id"] == "unknown" else row["name"]
        row["overdue"] = words("tonight.overdue", gaps=row["late"]) if row["late"] else None

    def of(row: Row) -> str:
        return ask.link("gaps", owner=row["owner_id"])

    def late(row: Row) -> str | None:
        return (
            ask.link("gaps", owner=row["owner_id"], state="open", opened_to=row["late_until"]) if row["late"] else None
        )

    columns = [
        Column("name", words("columns.unit"), href=of),
        Column("gaps", words("columns.gaps"), "number", bar=True, href=of),
        *([] if ask.answer_days is not None else [Column("oldest", words("columns.oldest"), "number")]),
        Column("unanswered", words("columns.unanswered"), "number",
               href=lambda row: ask.link("gaps", owner=row["owner_id"], state="open")),
    ]  # fmt: skip
    if ask.answer_days is not None:
        tone: Any = lambda row: "warn" if row["late"] else None  # noqa: E731
        columns.append(Column("due_on", words("columns.due_on"), "words", href=late, sub="overdue", tone=tone,
                              missing=words("page.none")))  # fmt: skip
    return Table("units", words("tonight.units"), columns, rows, words("gaps.none"))
