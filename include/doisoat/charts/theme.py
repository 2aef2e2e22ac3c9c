"""One look for all charts: colours that the colour-blind tell apart, and that stay apart when printed in grey.

The colours say whose move it is (`blames` of a cause) or which way a number counts. They are Okabe and Ito's, darkened until
text in them can be read on white (contrast 4.5 or more, but for DOUBT, LIGHT and HEAT). A third hue that every kind of colour
blindness keeps does not exist beside blue and orange, so the ministries' is told by being darkest.
tests/unit/test_colours_apart.py
simulates the three kinds; the page's style sheet has the same values.
"""

from __future__ import annotations

from typing import Any

INK, SOFT, LINE, PAPER = "#1d2733", "#556170", "#d9dee5", "#ffffff"
PLUS, MINUS, TOTAL, DOUBT = "#00618f", "#a84a00", "#46525f", "#8a94a0"
MINISTRY = "#3d0f4a"
#: Whose fault or move it is -> its colour.
BLAMED = {"province": MINUS, "portal": PLUS, "ministry": MINISTRY, "nobody": DOUBT}
#: Lines that may stand in one drawing, which differ in their dashes too.
SERIES = (PLUS, MINUS, MINISTRY, TOTAL, DOUBT)
#: Grounds of cells, the poorest value first; the number stands in each.
HEAT = {"low": "#efa583", "poor": "#f5c9ae", "fair": "#fbe8d9"}
#: Fills of bounds between the least and the most that the evidence allows.
LIGHT = "#9cc3da"
#: The package font-roboto brings it: the fonts that vl-convert-python has of its own lack the Vietnamese letters.
FONT = "Roboto, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"

#: How numbers are written.
LOCALES: dict[str, dict[str, Any]] = {
    "vi": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", " ₫"]},
}

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT, "labelFontSize": 12, "titleColor": SOFT, "titleFontSize": 12, "titleFontWeight": "normal",
        "gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "labelLimit": 320, "aria": False,
    },
    "axisY": {"domain": False, "ticks": False},
    "legend": {"labelColor": SOFT, "labelFontSize": 12, "title": None, "orient": "top", "symbolType": "square", "aria": False},
    "bar": {"cornerRadius": 1},
    "text": {"color": INK, "fontSize": 12},
}  # fmt: skip


def framed(spec: dict[str, Any], title: str) -> dict[str, Any]:
    """A specification with the theme, and a title that is read aloud instead of the drawing."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": title,
        "padding": 4,
        "autosize": {"type": "pad"},
        "config": CONFIG,
        **spec,
    }
