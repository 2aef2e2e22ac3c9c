"""Rows found by their code, in twelve bytes a row: a dictionary of a million codes takes two hundred."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


class ByCode:
    """Where the rows of a code are.

    Args:
        codes: the code of each row, in the order of their places.
        places: the place of each row; None numbers them from 0.
    """

    def __init__(self, codes: Iterable[str], places: Iterable[int] | None = None) -> None:
        hashed = np.fromiter(map(hash, codes), np.int64)
        order = np.argsort(hashed, kind="stable")
        self._hashes = hashed[order]
        numbers = order if places is None else np.fromiter(places, np.int32)[order]
        self._places = numbers.astype(np.int32)

    def places(self, code: str) -> list[int]:
        """The places of rows that may have this code, in order: the caller looks whether they do."""
        sought = hash(code)
        first, last = (np.searchsorted(self._hashes, sought, side) for side in ("left", "right"))
        return self._places[first:last].tolist()
