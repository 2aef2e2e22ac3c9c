"""Answers that are JSON but for single characters: what cannot be read is marked, so that it fails what holds it and no more.

A lone half of a surrogate pair, an escape that JSON does not have, a bare control character or bytes that are not UTF-8 make a
decoder refuse a whole answer, even within a name that nobody reads. Each becomes one character that no text may hold
(sources/values.py refuses it): a field that is skipped is skipped all the same, a field that is read is unreadable.
"""

from __future__ import annotations

import re

#: Not printable, no white space, and allowed in JSON when it is escaped.
_MARK = "\\u0007"
_NOT_UTF8 = re.compile("[\udc80-\udcff]+")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PART = re.compile(
    r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r'|(?P<sound>\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))'
    r"|(?P<wrong>\\.)"
    r"|(?P<space>[\t\n\r])"
    r"|(?P<control>[\x00-\x1f])",
    re.DOTALL,
)


def mended(body: bytes) -> bytes:
    """The same JSON with each such character marked; unchanged if it has none."""
    said = _NOT_UTF8.sub(lambda _: _MARK, body.decode("utf-8", "surrogateescape"))
    return _TEXT.sub(_text, said).encode()


def _text(found: re.Match[str]) -> str:
    return _PART.sub(_part, found[0]) if "\\" in found[0] or not found[0].isprintable() else found[0]


def _part(found: re.Match[str]) -> str:
    if found.lastgroup in ("pair", "sound"):
        return found[0]
    return " " if found.lastgroup == "space" else _MARK
