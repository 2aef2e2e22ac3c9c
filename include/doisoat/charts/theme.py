"""One look for all charts: colours that the colour-blind tell apart, and that stay apart when printed in grey.

The colours say whose move it is (`blames` of a cause) or which way a number counts. They are Okabe and Ito's, darkened until
text in them can be read on white (contrast 4.5 or more, but for LIGHT).
"""

from __future__ import annotations

from typing import Any

INK, SOFT, LINE, PAPER = "#1d2733", "#556170", "#d9dee5", "#ffffff"
PLUS, MINUS, TOTAL, DOUBT = "#00618f", "#a84a00", "#46525f", "#8a94a0"
#: Whose fault or move it is -> its colour.
BLAMED = {"province": MINUS, "portal": PLUS, "ministry": "#8a3f73", "nobody": DOUBT}
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
        "gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "labelLimit": 320,
    },
    "axisY": {"domain": False, "ticks": False},
    "legend": {"labelColor": SOFT, "labelFontSize": 12, "title": None, "orient": "top", "symbolType": "square"},
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
