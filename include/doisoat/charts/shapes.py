"""The shapes that our numbers take. Every function takes rows with texts that are already in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from doisoat.charts.theme import BLAMED, DOUBT, INK, LIGHT, LOCALES, MINUS, PAPER, PLUS, SERIES, SOFT, TOTAL, framed

Rows = Sequence[Mapping[str, Any]]
#: Heights of a bar, of a row, and of a name that stands above its bar.
_BAR, _ROW, _NAME = 16, 26, 18
#: What is read aloud of a bar.
_ALOUD = {"calculate": "datum.label + ': ' + datum.written", "as": "aloud"}
_LINK = {"condition": {"test": "isValid(datum.href)", "field": "href"}}
#: Where the number of a bar between bounds may stand, and how.
_WHERE: dict[str, dict[str, Any]] = {
    "least": {"align": "right", "dx": -9}, "most": {"align": "left", "dx": 9}, "middle": {"align": "center", "fontSize": 11},
}  # fmt: skip
_COLOURS = {"total": TOTAL, "plus": PLUS, "minus": MINUS, "doubt": DOUBT}


def waterfall(rows: Rows, title: str, width: int = 560, above: bool = False) -> dict[str, Any]:
    """From one number to another: a bar for each step, beside its name, from where the one before ended.

    Beside totals of twenty thousand, steps of a hundred would not be seen: the axis then begins later, and the bars of the
    totals show a break.

    Args:
        rows: in order; `label`, `amount` (signed), `kind`: total (stands on zero) or step, and `href`, where the bar leads;
            optional `note`, which replaces the written amount.
        title: what is read aloud instead of the drawing.
        width: of the drawing of the bars, without their names.
        above: names stand above their bars: for narrow screens.
    """
    drawn, at = [], 0
    for row in rows:
        amount = int(row["amount"])
        start, end = (0, amount) if row["kind"] == "total" else (at, at + amount)
        at = end
        tone = "total" if row["kind"] == "total" else "plus" if amount > 0 else "minus" if amount < 0 else "doubt"
        drawn.append({"label": row["label"], "from": min(start, end), "to": max(start, end), "end": end, "amount": amount,
                      "tone": tone, "said": row.get("note"), "href": row.get("href")})  # fmt: skip
    edges = [one["to"] for one in drawn] + [one["from"] for one in drawn if one["tone"] != "total"]
    least, most = _window(edges)
    for one in drawn:
        one["broken"] = one["from"] < least
        one["from"] = max(one["from"], least)
    said = (
        "datum.said ? datum.said : (datum.tone == 'total' ? format(datum.amount, ',d') : format(datum.amount, '+,d'))"
    )
    x = {"type": "quantitative", "axis": None, "scale": {"domain": [least, most], "zero": False, "nice": False}}
    return framed(
        {
            "width": width,
            "height": {"step": _ROW + _NAME * above},
            "data": {"values": drawn},
            "transform": [{"calculate": said, "as": "written"}, _ALOUD],
            "encoding": {"y": _named(above), "description": {"field": "aloud"}},
            "layer": [
                *_above(above, width),
                {"mark": {"type": "bar", "height": _BAR, "yOffset": _NAME / 2 * above},
                 "encoding": {
                     "x": {**x, "field": "from"},
                     "x2": {"field": "to"},
                     "href": _LINK,
                     "color": {"field": "tone", "type": "nominal", "legend": None,
                               "scale": {"domain": [*_COLOURS], "range": [*_COLOURS.values()]}}}},
                {"transform": [{"filter": "datum.broken"}],
                 "mark": {"type": "text", "align": "left", "dx": 8, "color": PAPER, "fontWeight": "bold", "text": "//",
                          "yOffset": _NAME / 2 * above},
                 "encoding": {"x": {**x, "field": "from"}}},
                {"mark": {"type": "text", "align": "left", "dx": 5, "yOffset": _NAME / 2 * above},
                 "encoding": {"x": {**x, "field": "to"}, "text": {"field": "written"}}},
            ],
        },
        title,
    )  # fmt: skip


def _named(above: bool) -> dict[str, Any]:
    """A row for each name, written at its left unless it stands above."""
    axis = None if above else {"title": None}
    return {"field": "label", "type": "nominal", "sort": None, "axis": axis}


def _above(above: bool, width: int) -> list[dict[str, Any]]:
    """The names above the bars, if they stand there, as long as the drawing is wide."""
    mark = {"type": "text", "align": "left", "yOffset": -_NAME / 2 - 2, "color": SOFT, "limit": width}
    return [{"mark": mark, "encoding": {"x": {"value": 0}, "text": {"field": "label"}}}] if above else []


def _window(edges: Sequence[int]) -> tuple[int, int]:
    """The part of the axis that the steps need, with room for the numbers at their ends."""
    least, most = min(edges), max(edges)
    spread = max(most - least, 1)
    start = 0 if least <= 0 or least < spread else int(least - spread / 4)
    return min(start, least), int(most + spread / 5) + 1


def bars(rows: Rows, title: str, width: int = 420, number: str = ",d", above: bool = False) -> dict[str, Any]:
    """A bar for each row, beside its name, with its value written at its end.

    Args:
        rows: `label`, `value`, optional `href` and `tone`: province, portal, ministry or nobody, whose move it is.
        number: a d3 format of the value.
        above: names stand above their bars: for narrow screens.
    """
    drawn = [{**row, "tone": row.get("tone") or "portal"} for row in rows]
    most = max([float(row["value"]) for row in rows], default=1.0) or 1.0
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": {"domain": [0, most * 1.2]}}
    return framed(
        {
            "width": width,
            "height": {"step": _ROW - 2 + _NAME * above},
            "data": {"values": drawn},
            "transform": [{"calculate": f"format(datum.value, '{number}')", "as": "written"}, _ALOUD],
            "encoding": {"y": _named(above), "description": {"field": "aloud"}},
            "layer": [
                *_above(above, width),
                {"mark": {"type": "bar", "height": _BAR, "yOffset": _NAME / 2 * above},
                 "encoding": {"x": x, "href": _LINK, "color": {"field": "tone", "type": "nominal", "legend": None,
                                        "scale": {"domain": [*BLAMED], "range": [*BLAMED.values()]}}}},
                {"mark": {"type": "text", "align": "left", "dx": 5, "yOffset": _NAME / 2 * above},
                 "encoding": {"x": x, "text": {"field": "written"}}},
            ],
        },
        title,
    )  # fmt: skip


def bounds(rows: Rows, title: str, width: int = 420, above: bool = False) -> dict[str, Any]:
    """Shares of which only a lower and an upper bound are known: a point where both are equal, else a bar between them.

    Args:
        rows: `label`, `least`, `most` (in [0, 1]), optional `href` and `target` (drawn as a line across).
        above: names stand above their bars: for narrow screens.
    """
    lows = [float(row["least"]) for row in rows] + [float(row["target"]) for row in rows if row.get("target")]
    least = max(0.0, min(lows, default=0.0) - (0.25 if above else 0.1))
    x = {"type": "quantitative", "scale": {"domain": [least, 1], "nice": False, "clamp": True}}
    low: dict[str, Any] = {"yOffset": _NAME / 2 * above}
    said = "format(datum.least, '.1%') + (datum.least == datum.most ? '' : ' – ' + format(datum.most, '.1%'))"
    return framed(
        {
            "width": width,
            "height": {"step": _ROW + _NAME * above},
            "data": {"values": [{**row, "place": _beside(row, least)} for row in rows]},
            "transform": [
                {"calculate": said, "as": "written"}, {"calculate": "(datum.least + datum.most) / 2", "as": "middle"}, _ALOUD,
            ],
            "encoding": {"y": _named(above), "description": {"field": "aloud"}},
            "layer": [
                *_above(above, width),
                {"mark": {"type": "bar", "height": 14, "color": LIGHT, "stroke": PLUS, "strokeWidth": 1, **low},
                 "encoding": {"x": {**x, "field": "least", "axis": {"title": None, "format": ".0%", "tickCount": 6}},
                              "x2": {"field": "most"}, "href": _LINK}},
                {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 70, "color": PLUS, **low},
                 "encoding": {"x": {**x, "field": "least"}}},
                {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 70, "color": PLUS, **low},
                 "encoding": {"x": {**x, "field": "most"}}},
                {"transform": [{"filter": "isValid(datum.target)"}],
                 "mark": {"type": "tick", "thickness": 2, "size": 18, "color": INK, **low},
                 "encoding": {"x": {**x, "field": "target"}}},
                *(_number_beside(x, place, low) for place in _WHERE),
            ],
        },
        title,
    )  # fmt: skip


def _number_beside(x: dict[str, Any], place: str, low: dict[str, Any]) -> dict[str, Any]:
    """The numbers of the bars that have room in this place."""
    return {
        "transform": [{"filter": f"datum.place == '{place}'"}],
        "mark": {"type": "text", "fontWeight": "bold", **_WHERE[place], **low},
        "encoding": {"x": {**x, "field": place}, "text": {"field": "written"}},
    }


def _beside(row: Mapping[str, Any], start: float) -> str:
    """Where the number of a bar has room: left of it unless a target's mark would cross it, else right of it, else within it."""
    room, low, high = (1 - start) / 3, float(row["least"]) - start, 1 - float(row["most"])
    crossed = row.get("target") is not None and 0 < float(row["least"]) - float(row["target"]) < room / 2
    if crossed and high > room:
        return "most"
    return "least" if low > room else "most" if high > room else "middle"


def lines(rows: Rows, title: str, width: int = 560, height: int = 180, number: str = ",d") -> dict[str, Any]:
    """Values over nights or months, a line a series, with a band where only bounds are known.

    Args:
        rows: `at` (a day), `series`, `value`; optional `most`: then the band is from value to most; optional `said`: what is
            read aloud of the point.
    """
    days = sorted({str(row["at"]) for row in rows})
    shown = days[:: max(len(days) // 6, 1)]
    written = "%m/%Y" if number.endswith("%") else "%d/%m/%Y"  # rates are of months, all else is of nights
    x = {"field": "at", "type": "temporal", "scale": {"type": "utc"},
         "axis": {"title": None, "format": written, "grid": False, "labelOverlap": True, "values": shown}}  # fmt: skip
    y = {"field": "value", "type": "quantitative", "scale": {"zero": False},
         "axis": {"title": None, "format": number, "tickCount": 5, **({"tickMinStep": 1} if number == ",d" else {})}}  # fmt: skip
    series: dict[str, Any] = {"field": "series", "type": "nominal", "scale": {"range": [*SERIES]}, "sort": None}
    series["legend"] = {"symbolOpacity": 1} if len({row["series"] for row in rows}) > 1 else None
    dashes = {"field": "series", "type": "nominal", "legend": None}
    said = {"description": {"field": "said"}} if all(row.get("said") for row in rows) else {}
    return framed(
        {
            "width": width,
            "height": height,
            "data": {"values": [dict(row) for row in rows]},
            "encoding": {"x": x, "href": _LINK, "color": series},
            "layer": [
                {"transform": [{"filter": "isValid(datum.most)"}],
                 "mark": {"type": "area", "opacity": 0.25, "aria": False}, "encoding": {"y": y, "y2": {"field": "most"}}},
                {"mark": {"type": "line", "strokeWidth": 2, "aria": False}, "encoding": {"y": y, "strokeDash": dashes}},
                {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 30}, "encoding": {"y": y, **said}},
            ],
        },
        title,
    )  # fmt: skip


def looked_into(spec: dict[str, Any], language: str = "vi") -> dict[str, Any]:
    """A specification of `lines` for a browser that draws it itself: the nearest point tells what it is, and a name in the
    legend, when it is chosen, leaves its line alone in full colour.

    Nothing in it needs `eval`: the page's script has Vega's own interpreter (`ast`), and no menu, style or address of Vega's.
    """
    area, line, points = (dict(layer) for layer in spec["layer"])
    faded = {"opacity": {"condition": {"param": "chosen", "value": 1}, "value": 0.15}}
    line["params"] = [{"name": "chosen", "select": {"type": "point", "fields": ["series"]}, "bind": "legend"}]
    line["encoding"] = {**line["encoding"], **faded}
    points["params"] = [
        {"name": "near", "select": {"type": "point", "on": "pointerover", "nearest": True, "clear": "pointerout"}}
    ]
    size = {"size": {"condition": {"param": "near", "empty": False, "value": 110}, "value": 30}}
    points["encoding"] = {**points["encoding"], **faded, **size, "tooltip": {"field": "said"}}
    options = {
        "ast": True,
        "actions": False,
        "defaultStyle": False,
        "renderer": "svg",
        "formatLocale": LOCALES[language],
    }
    return {**spec, "layer": [area, line, points], "usermeta": {"embedOptions": options}}
