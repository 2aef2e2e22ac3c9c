"""Where the month, quarter and year of a night end (docs/rates.md): a section of the score view, with its chart and table."""

from __future__ import annotations

from typing import Any

from doisoat.charts import bounds

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.periods import name_of
from page.views.shown import wide_and_narrow

KINDS = ("month", "quarter", "year")


def forecast(ask: Ask) -> tuple[dict[str, Any] | None, dict[str, Table]]:
    """What the section shows, and its table; nothing of a night that was published before outlooks were kept."""
    rows = ask.remembered("forecast", {"night": ask.night})
    if not rows:
        return None, {}
    context = {"chart": _chart(ask, rows), "late": _late(ask, rows)}
    return context, {"forecast": _table(ask, rows)}


def _chart(ask: Ask, rows: list[Row]) -> dict[str, Any] | None:
    """The first indicator of the decision that is foreseen: tonight, at the end, and at the end if the list is repaired."""
    foreseen = [row for row in rows if row["source_id"] is None and row["end_least"] is not None]
    chosen = [row for row in foreseen if row["measure"] == foreseen[0]["measure"]]
    drawn = [
        {"label": _drawn(ask, row, said), "least": float(row[f"{name}_least"]), "most": float(row[f"{name}_most"])}
        for row in chosen
        for said, name in (("now", "ratio"), ("end", "end"), ("end_if_repaired", "end_if_repaired"))
    ]
    if not drawn:
        return None
    title = ask.words("forecast.chart", indicator=_name(ask, chosen[0]))
    pair = wide_and_narrow(bounds(drawn, title, 420), bounds(drawn, title, 290, above=True), ask)
    return {"title": title, "pair": pair}


def _drawn(ask: Ask, row: Row, said: str) -> str:
    return f"{name_of(ask, row['period_kind'], row['period_start'])}: {ask.words(f'forecast.{said}')}"


def _name(ask: Ask, row: Row) -> str:
    words = ask.words
    if row["source_id"] is not None:
        return words(f"forecast.group_{row['group_code'].lower()}")
    name = words(f"indicators.{row['measure']}") if words.has(f"indicators.{row['measure']}") else row["label"]
    return f"{row['code']} {name}"


def _table(ask: Ask, rows: list[Row]) -> Table:
    """One row a measure; of each kind of period the range if nothing is repaired, below it the one if the list is."""
    words = ask.words
    by_measure: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = (row["source_id"], row["group_code"], row["measure"])
        whose = words("forecast.ours") if row["source_id"] is None else words("forecast.published")
        line = by_measure.setdefault(key, {"name": _name(ask, row), "whose": whose})
        line[row["period_kind"]], line[f"{row['period_kind']}_more"] = _said(ask, row)
    for line in by_measure.values():
        for kind in KINDS:
            line.setdefault(kind, None)
            line.setdefault(f"{kind}_more", None)
    columns = (
        Column("name", words("columns.indicator"), sub="whose"),
        *(Column(kind, words(f"forecast.at_end_of_{kind}"), "words", sub=f"{kind}_more",
                 missing=words("forecast.not_published")) for kind in KINDS),
    )  # fmt: skip
    return Table("forecast", words("forecast.table"), columns, list(by_measure.values()), words("score.none"))


def _said(ask: Ask, row: Row) -> tuple[str, str | None]:
    words = ask.words
    if row["why_not"] is not None:
        return words.known("forecast", row["why_not"]), None
    said = [words("forecast.repaired", range=_range(ask, row, "_if_repaired"))]
    if row["tested"]:
        said.append(words("forecast.held", held=row["held"], tested=row["tested"]))
    elif row["tested"] == 0 and row["earlier_months"]:
        said.append(words("forecast.untested"))
    return _range(ask, row, ""), "; ".join(said)


def _range(ask: Ask, row: Row, case: str) -> str:
    """Points of what the portal publishes, a share of ours."""
    words = ask.words
    if row["source_id"] is None:
        return words.bounds(row[f"end{case}_least"], row[f"end{case}_most"])
    least, most = words.number(row[f"points{case}_least"], 2), words.number(row[f"points{case}_most"], 2)
    said = least if least == most else f"{least} – {most}"
    return words("forecast.points", points=said, of=words.number(row["max_score"], 0))


def _late(ask: Ask, rows: list[Row]) -> list[str]:
    """Until when a repair counts, and how long after the end of earlier periods the portal's count was seen to change."""
    words = ask.words
    ends = {row["period_kind"]: row for row in rows}
    said = [
        words("forecast.until", period=name_of(ask, kind, ends[kind]["period_start"]), day=ends[kind]["period_end"])
        for kind in KINDS
        if kind in ends
    ]
    for row in ask.remembered("late_changes", {"night": ask.night}):
        kind = words(f"forecast.{row['period_kind']}s")
        if row["changed"]:
            said.append(words("forecast.changed_late", kind=kind, changed=row["changed"], periods=row["periods"],
                              days=row["latest_day"]))  # fmt: skip
        else:
            said.append(words("forecast.not_changed_late", kind=kind, periods=row["periods"]))
    return said
