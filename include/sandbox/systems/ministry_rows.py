"""A ministry's dossiers in the order of their receipt, for answers about a window of time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from sandbox.world.truth import Dossier, MinistryRow
from sandbox.world.world import World


class MinistryRows:
    """What one ministry's system holds.

    Args:
        source: the system's source kind.
    """

    def __init__(self, world: World, source: str) -> None:
        self._rows = sorted(world.ministry_rows(source), key=lambda pair: (pair[1].received_at, pair[1].record_key))
        self._received = [row.received_at for _, row in self._rows]
        self._by_key = {row.record_key: (made, row) for made, row in self._rows}

    def window(self, start: int | None, end: int | None, now: float) -> list[tuple[Dossier, MinistryRow]]:
        """Rows received from `start` and before `end` that are there by now."""
        first = 0 if start is None else bisect_left(self._received, start)
        last = bisect_right(self._received, int(now))
        return self._rows[first : last if end is None else min(last, bisect_left(self._received, end))]

    def find(self, key: str, now: float) -> tuple[Dossier, MinistryRow] | None:
        """The row of a key, if it is there by now."""
        found = self._by_key.get(key)
        return found if found and found[1].is_held(int(now)) else None
