"""What to repair (Việc cần làm): repair this, gain that; ranked, and what rows that are ticked would gain together."""

from __future__ import annotations

import datetime as dt
from typing import Any

from doisoat.rates.gains import gains

from page.asking import Ask
from page.errors import NotThereError
from page.reader import Row, statement
from page.tables import Column, Table
from page.views.names import cause_name
from page.views.periods import Period, period_of, span_of
from page.views.shown import Shown

#: What repairs are grouped by -> the group of a row of mart.repair_effect. A group is a cause, and a part of its dossiers.
GROUPED = {
    "cause": "e.cause",
    "unit": "e.cause || ' ' || e.agency_id",
    "procedure": "e.cause || ' ' || e.procedure_family",
}
ROWS_SHOWN = 60
#: The group of what is ticked.
TICKED = "ticked"


def repair(ask: Ask) -> Shown:
    """The ranked list of a period, of the province or one agency and all below it."""
    period, agency = period_of(ask), whose(ask)
    by = ask.one_of("by", GROUPED, "cause")
    context: Row = {
        "period": period, "agency": agency, "by": by, "groups": list(GROUPED), "what_if": None, "hidden": 0, "whole": None,
        "kept": False, "unseen": [], "agency_name": None, "provisional": False, "points": None,
    }  # fmt: skip
    if period is None:
        return Shown("repair.html", context)
    asked = {"night": ask.night, "kind": period.kind, "start": period.start, "agency": agency}
    rated = ask.remembered_row("repair_now", asked) or {"is_kept": False, "indicator": None, "points": None}
    names = {(row["filter"], row["value"]): row["label"] for row in ask.remembered("value_names", {})}
    context.update(kept=rated["is_kept"], agency_name=agency and names.get(("owner", agency), agency),
                   provisional=_is_running(ask, period), points=rated["points"])  # fmt: skip
    if not rated["is_kept"]:
        return Shown("repair.html", context)
    rows = ask.remembered("repairs", asked) if by == "cause" else counted(ask, asked, rated["indicator"], by)
    told = _told(ask, rows, names, by, agency, period)
    shown = told if "all" in ask.given else told[:ROWS_SHOWN]
    context.update(
        what_if=_what_if(ask, asked, rated["indicator"], by, told),
        hidden=len(told) - len(shown),
        unseen=[row["tick"] for row in told[len(shown) :] if row["ticked"]],
        whole=rows[-1] if rows else None,
    )
    return Shown("repair.html", context, {"repairs": _table(ask, shown, told, by)})


def _is_running(ask: Ask, period: Period) -> bool:
    """Whether it was not over on the night; all months never are, and nobody expects it."""
    return period.start is not None and span_of(period.kind, period.start)[1] > ask.night + dt.timedelta(days=1)


def whose(ask: Ask) -> str | None:
    """The agency that is asked about; None for the province.

    Raises:
        NotThereError: there is no such agency, or it is not below the reader's own.
    """
    own, agency = ask.account.agency_id, ask.text("agency") or ask.account.agency_id
    if agency is not None and agency not in {
        row["agency_id"] for row in ask.remembered("agencies_below", {"agency": own or agency, "night": ask.night})
    }:
        raise NotThereError
    return agency


def counted(ask: Ask, asked: Row, indicator: str, by: str, ticked: list[str] | None = None) -> list[Row]:
    """What groups gain, counted from the repairs of the night; of ticked groups, what they gain together as one."""
    first, end = span_of(asked["kind"], asked["start"])
    parts = {"group_value": GROUPED[by], "label_value": GROUPED[by] if ticked is None else f"'{TICKED}'"}
    query = gains(statement("repair_base"), statement("repair_effects", **parts), indicator, indicator, schema="mart")
    return ask.remembered(
        "repair_gains", {**asked, "first": first, "before": end, "ticked": ticked}, ranked_gains=f"({query})"
    )


def _what_if(ask: Ask, asked: Row, indicator: str, by: str, rows: list[Row]) -> Row | None:
    """What the ticked rows gain together, and what their gains alone add up to; None if no row is ticked."""
    ticked = [row for row in rows if row["ticked"]]
    if not ticked:
        return None
    together = counted(ask, asked, indicator, by, [row["label"] for row in ticked])[0]
    alone = [row["points"] for row in ticked if row["points"] is not None]
    return {**together, "rows": len(ticked), "sum": sum(alone) if alone else None}


def _told(
    ask: Ask, rows: list[Row], names: dict[tuple[str, str], str], by: str, agency: str | None, period: Period
) -> list[Row]:
    """The rows in words."""
    words, causes = ask.words, {row["cause"]: row for row in ask.remembered("causes", {})}
    ticks = set((ask.text("tick") or "").splitlines())
    told = []
    for row in rows:
        cause, _, part = row["label"].partition(" ")
        if by == "unit" and ask.whose is not None and part not in ask.whose:
            continue  # what was below in the period and is no more is not this reader's
        known = causes.get(cause, {"label": None, "blames": None, "action": None})
        unit, procedure = (part if by == "unit" else None), (part if by == "procedure" else None)
        told.append({
            **row, "cause": cause, "unit": unit, "procedure": procedure, "tick": row["label"],
            "ticked": row["label"] in ticks, "name": cause_name(ask, {"cause": cause, "label": known["label"]}),
            "todo": known["action"] if words.language == "vi" else None, "move": words.known("blames", known["blames"]),
            "part": _part_name(ask, by, part, names),
            "gaps": ask.link("gaps", cause=cause, agency=None if unit == "unknown" else unit or agency,
                             procedure=procedure, period=period.value),
        })  # fmt: skip
        told[-1]["tick_name"] = " · ".join(filter(None, (told[-1]["name"], told[-1]["part"])))
    return told


def _part_name(ask: Ask, by: str, part: str, names: dict[tuple[str, str], str]) -> str | None:
    if by == "cause":
        return None
    if part == "unknown":
        return ask.words("page.unknown_unit" if by == "unit" else "page.unknown")
    return names.get(("owner" if by == "unit" else "procedure", part), part)


def _table(ask: Ask, shown: list[Row], told: list[Row], by: str) -> Table:
    words = ask.words
    part: tuple[Column, ...] = ()
    if by == "unit":
        part = (Column("part", words("columns.unit"), href=lambda row: _of_unit(ask, row)),)
    if by == "procedure":
        part = (Column("part", words("columns.procedure")),)
    columns = (
        Column("name", words("columns.cause"), sub="todo"),
        *part,
        Column("move", words("repair.move")),
        Column("to_repair", words("repair.to_repair"), "number", href=lambda row: row["gaps"]),
        Column("points", words("repair.points_alone"), "points", href=lambda row: row["gaps"], bar=True, tone=_costs),
        Column("ratio_if_repaired", words("repair.rate_then"), "share"),
        Column("points_with_all_before", words("repair.points_in_turn"), "points"),
    )
    return Table("repairs", words("repair.table"), columns, shown, words("repair.none"), lambda: told, len(told))


def _costs(row: Row) -> str | None:
    """A repair that lowers the rate is told by its sign, and by its tone."""
    return "warn" if (row["points"] or 0) < 0 else None


def _of_unit(ask: Ask, row: Row) -> Any:
    return None if row["unit"] == "unknown" else ask.here(agency=row["unit"], by="cause", tick=None)
