"""How `doisoat check` tells a source's own values: as a night keeps them, and on a terminal also as they are stated."""

from __future__ import annotations

import unicodedata

from doisoat.collect.screen import Screen
from doisoat.shapes import is_fingerprint

_LONGEST = 80


class Words:
    """A source's values, told.

    Args:
        screen: what a night keeps of them.
        on_terminal: whether only somebody at a terminal sees it: what is kept as a fingerprint may be a person.
    """

    def __init__(self, screen: Screen, *, on_terminal: bool) -> None:
        self._screen, self._on_terminal = screen, on_terminal
        self._told: dict[str, str] = {}

    def told(self, field: str, text: str) -> str:
        """A value of a field of doisoat.model, as it was stated just now."""
        kept = self._screen.kept(field, text)
        shown = f'"{_visible(text)}" ({kept})' if is_fingerprint(kept) and self._on_terminal else kept_as(kept)
        return self._told.setdefault(kept, shown)

    def told_kept(self, kept: str) -> str:
        """A value as the warehouse holds it: as it is told if it was read too."""
        return self._told.get(kept) or kept_as(kept)


def kept_as(kept: str) -> str:
    """A kept value: in quotes, unless it is a fingerprint."""
    return kept if is_fingerprint(kept) else f'"{kept}"'


def _visible(text: str) -> str:
    """A text in which nothing is obeyed by a terminal: signs that are not seen are told by their numbers."""
    seen = "".join(
        sign if sign.isprintable() and unicodedata.category(sign) != "Cf" else f"\\u{ord(sign):04x}" for sign in text
    )
    return seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}..."
