"""The tables of docs/names.md: names that are one unit's, and names that are not."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "names.md"


def same() -> list[tuple[str, str]]:
    """(a name, another way of writing it)."""
    return _pairs("written | is also written", " · ")


def different() -> list[tuple[str, str]]:
    """(a name, another unit's)."""
    return _pairs("written | is not", " · ")


def tones() -> list[tuple[str, str]]:
    """(two vowels with the mark on the first, the same with the mark on the second)."""
    rows = _rows("old | new")
    return [pair for old, new in rows for pair in zip(old.split(), new.split(), strict=True)]


def _pairs(head: str, between: str) -> list[tuple[str, str]]:
    return [(one, other) for one, others in _rows(head) for other in others.split(between)]


def _rows(head: str) -> list[tuple[str, str]]:
    lines = iter(PAGE.read_text("utf-8").splitlines())
    next(line for line in lines if line == f"| {head} |")
    found = []
    for line in islice(lines, 1, None):
        if not line.startswith("|"):
            break
        one, _, others = line.strip("| ").partition(" | ")
        found.append((one, others))
    return found
