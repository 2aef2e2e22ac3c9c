"""Declared numbers as systems write them: counts, rates, and whether a parent's number includes its children's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import msgspec

from doisoat.model import MOST

#: A whole number, which may be written with a decimal point and zeros, and grouped by commas: a point groups nothing.
_WHOLE = re.compile(r"(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.0*)?")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{0,15})?")
Number = int | float | None
#: A number in JSON that counts something: a decoder refuses one that nobody can have counted to.
Count = Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)]


def whole(value: object) -> int | None:
    """A count, as a number or as a text; None if none is stated.

    Raises:
        ValueError: it is not a whole number, so not a count: a rate must not be taken for one. The text names no value.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0].replace(",", ""))
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < MOST and value == int(value):
        return int(value)
    raise ValueError(f"no whole number ({type(value).__name__})")


def stated(value: Number | msgspec.UnsetType) -> float | None:
    """A number of a statistic as it is stated, None for null and where it is not stated.

    Raises:
        ValueError: it is larger than any count. The text names no value.
    """
    if value is None or value is msgspec.UNSET:
        return None
    if abs(value) > MOST:
        raise ValueError("a number that nobody can have counted to")
    return value


def per_10000(value: object) -> int | None:
    """A ratio or a score as a whole number of ten-thousandths of the stated value, whatever its unit (1 or 100 for all).

    A text has a decimal point; one with a comma could mean either, and is unknown.
    """
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return round(value * 10_000) if abs(value) < 1e9 else None


def includes_children(parent: int | None, children: Sequence[int | None]) -> bool | None:
    """Whether a parent's number includes its children's: equal means yes, less means no; more is inconclusive."""
    if parent is None or not children or None in children:
        return None
    total = sum(child or 0 for child in children)
    if parent == total:
        return True if total else None
    return False if parent < total else None
