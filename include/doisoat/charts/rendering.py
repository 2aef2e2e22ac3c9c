"""A specification as SVG or PNG, drawn in this process: nothing is fetched, no browser and no Node is needed."""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from doisoat.charts.theme import LOCALES

#: The grammar of our specifications.
VEGA_LITE = "6.4"
#: Where vl-convert-python believes that our relative addresses lead.
_BASE = 'xlink:href="https://vega.github.io/vega-datasets/'
#: A group of marks that drew nothing, which would still be read aloud as something.
_EMPTY = re.compile(r"<g [^>]*(?:/>|></g>)")
#: What a page without inline style refuses in an SVG, and a reader does not need.
_STYLE = re.compile(r' style="([^"]*)"')


def svg(spec: dict[str, Any], language: str = "vi") -> str:
    """The chart as an SVG element without scripts or inline style, to stand in a page or a mail.

    Args:
        spec: from one of the functions of doisoat.charts.
        language: vi or en, how numbers are written.
    """
    drawn = _drawing().vegalite_to_svg(
        spec, vl_version=VEGA_LITE, format_locale=LOCALES[language], allowed_base_urls=[]
    )
    return _EMPTY.sub("", _STYLE.sub(_as_attributes, drawn.replace(_BASE, 'href="')))


def png(spec: dict[str, Any], language: str = "vi", scale: float = 2) -> bytes:
    """The chart as a PNG image, for papers.

    Args:
        scale: pixels for each unit of the specification's width.
    """
    return _drawing().vegalite_to_png(
        {**spec, "background": "white"},
        vl_version=VEGA_LITE, scale=scale, format_locale=LOCALES[language], allowed_base_urls=[],
    )  # fmt: skip


@cache
def script() -> bytes:
    """The same library as a script for browsers, with all that it needs in one file: it defines drawChart (Vega-Embed).

    vl-convert-python bundles it out of its own copy, in two seconds and without Node or network, so that no foreign file is
    kept in this project, and what a browser draws is of the version that draws here.
    """
    return str(_drawing().javascript_bundle("window.drawChart = vegaEmbed;", VEGA_LITE)).encode()


def version() -> str:
    """Changes with the library that draws."""
    return f"{metadata.version('vl-convert-python')} {VEGA_LITE}"


@cache
def _drawing() -> ModuleType:
    """The library that draws (imported lazily: it starts an engine of its own), with our font."""
    import font_roboto
    import vl_convert

    vl_convert.register_font_directory(str(Path(font_roboto.__file__).with_name("files")))
    return vl_convert


def _as_attributes(found: re.Match[str]) -> str:
    """An inline style as attributes of the element: what it may hold in Vega's drawings are names of attributes."""
    pairs = [pair.split(":", 1) for pair in found[1].split(";") if ":" in pair]
    kept = {name.strip(): value.strip() for name, value in pairs if name.strip() not in ("mix-blend-mode",)}
    return "".join(f' {name}="{value}"' for name, value in kept.items())
