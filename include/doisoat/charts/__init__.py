"""Charts as Vega-Lite specifications: rows in, one specification out, in one theme, for the page and for papers alike."""

from doisoat.charts.rendering import png, script, svg, version
from doisoat.charts.shapes import bars, bounds, lines, looked_into, waterfall
from doisoat.charts.strokes import Stroke, stroke

__all__ = ["Stroke", "bars", "bounds", "lines", "looked_into", "png", "script", "stroke", "svg", "version", "waterfall"]
