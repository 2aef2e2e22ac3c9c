"""Score (Chỉ số 766): every indicator that can be computed, between its bounds, and the points that it gives."""

from __future__ import annotations

from doisoat.charts import bounds

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.forecast import forecast
from page.views.periods import RATES, period_of
from page.views.shown import Shown, wide_and_narrow


def score(ask: Ask) -> Shown:
    """The indicators of a period, by default the newest month."""
    period = period_of(ask)
    foreseen, tables = forecast(ask)
    if period is None:
        nothing = {"period": None, "chart": None, "points": None, "provisional": False, "forecast": foreseen}
        return Shown("score.html", nothing, tables)
    asked = {"night": ask.night, "start": period.start, "agency": None}
    rows = ask.remembered("score", asked, rate_asked=RATES[period.kind])
    in_force = [row for row in rows if row["is_in_force"]]
    drawn = [
        {
            "label": _short(ask, row),
            "least": float(row["ratio_least"]),
            "most": float(row["ratio_most"]),
            "target": float(row["full_at"]),
        }
        for row in in_force
        if row["ratio_least"] is not None and row["ratio_most"] is not None
    ]
    title = ask.words("score.title")
    chart = wide_and_narrow(bounds(drawn, title, 760), bounds(drawn, title, 290, above=True), ask) if drawn else None
    counted = [row for row in in_force if row["points"] and row["points_least"] is not None]
    points = {
        "least": sum(row["points_least"] for row in counted),
        "most": sum(row["points_most"] for row in counted),
        "of": sum(row["points"] for row in in_force if row["points"]),
        "unknown": [_short(ask, row) for row in in_force if row["points"] and row["points_least"] is None],
    }
    context = {
        "period": period,
        "chart": chart,
        "points": points,
        "provisional": any(row["is_provisional"] for row in rows),
        "forecast": foreseen,
    }
    return Shown("score.html", context, {"indicators": _table(ask, rows), **tables})


def _short(ask: Ask, row: Row) -> str:
    name = (
        ask.words(f"indicators.{row['indicator']}") if ask.words.has(f"indicators.{row['indicator']}") else row["label"]
    )
    return f"{row['code']} {name}" if row["code"] else str(name)


def _table(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words
    for row in rows:
        row["name"] = row["label"] if words.language == "vi" else _short(ask, row)
        row["value"] = None if row["ratio_least"] is None else words.bounds(row["ratio_least"], row["ratio_most"])
        row["of"] = f"{_both(ask, row, 'numerator')} / {_both(ask, row, 'denominator')}"
        row["got"] = None if row["points_least"] is None else _points(ask, row)
        if row["points"] and row["got"] is None:
            row["got"] = words("page.unknown")
        row["force"] = words("score.in_force") if row["is_in_force"] else words("score.other_reading")
        row["basis"] = words.known("denominators", row["denominator_basis"])
        row["code"] = row["code"] or ""
    no_points = words("score.no_points")
    columns = (
        Column("code", words("columns.code")),
        Column("name", words("columns.indicator"), sub="force"),
        Column("value", words("columns.ratio"), "words"),
        Column("of", words("columns.counted"), "words", sub="basis"),
        Column("got", words("columns.points"), "words", missing=no_points),
        Column("points", words("columns.most_points"), "decimal", missing=no_points),
        Column("full_at", words("columns.full_at"), "share"),
    )
    return Table("indicators", words("score.indicators"), columns, rows, words("score.none"))


def _both(ask: Ask, row: Row, name: str) -> str:
    least, most = row[f"{name}_least"], row[f"{name}_most"]
    if least is None:
        return ask.words("page.unknown")
    return ask.words.number(least) if least == most else f"{ask.words.number(least)}–{ask.words.number(most)}"


def _points(ask: Ask, row: Row) -> str:
    least, most = ask.words.number(row["points_least"], 2), ask.words.number(row["points_most"], 2)
    return least if least == most else f"{least} – {most}"
