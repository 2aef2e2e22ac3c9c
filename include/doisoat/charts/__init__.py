"""Charts as Vega-Lite specifications: rows in, one specification out, in one theme, for the page and for papers alike."""

from doisoat.charts.rendering import png, svg
from doisoat.charts.shapes import bars, bounds, lines, sparkline, waterfall

__all__ = ["bars", "bounds", "lines", "png", "sparkline", "svg", "waterfall"]
