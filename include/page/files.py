"""The page's own files, the font from its package and the script that draws, which vl-convert bundles out of its own.

Their address changes with their content.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from doisoat import charts
from fastapi import Request
from fastapi.responses import Response

from page.errors import NotThereError

HERE = Path(__file__).parent
#: Name in an address -> file below the package's folder or below that of the font, and its kind.
_FILES = {
    "page.css": ("static/page.css", "text/css; charset=utf-8"),
    "roboto-regular.ttf": ("Roboto-Regular.ttf", "font/ttf"),
    "roboto-medium.ttf": ("Roboto-Medium.ttf", "font/ttf"),
    "icon.svg": ("static/icon.svg", "image/svg+xml"),
    "page.js": ("static/page.js", "text/javascript; charset=utf-8"),
    "charts.js": ("", "text/javascript; charset=utf-8"),
}
FOREVER = "public, max-age=31536000, immutable"


@cache
def _content(name: str) -> bytes:
    path, kind = _FILES[name]
    if name == "charts.js":
        return charts.script()
    if kind != "font/ttf":
        return (HERE / path).read_bytes()
    found = find_spec("font_roboto")
    if found is None or found.origin is None:
        raise NotThereError
    return (Path(found.origin).with_name("files") / path).read_bytes()


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_content(name), mtime=0)


def _version() -> str:
    """Changes with any of our files, also those that render: an answer kept by a browser is of this version or none."""
    ours = hashlib.sha256(charts.version().encode())
    for path in sorted(HERE.rglob("*")):
        if path.suffix in (".py", ".sql", ".html", ".yaml", ".css", ".svg", ".js"):
            ours.update(path.read_bytes())
    return ours.hexdigest()[:12]


VERSION = _version()


def answer(request: Request) -> Response:
    """One of our files; who may read the page does not matter, as they hold no data."""
    name = request.path_params["name"]
    if name not in _FILES:
        raise NotThereError
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if name.endswith(".js") and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_packed(name), media_type=_FILES[name][1], headers={**headers, "content-encoding": "gzip"})
    return Response(_content(name), media_type=_FILES[name][1], headers=headers)
