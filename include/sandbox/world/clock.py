"""The simulated clock: set to a point in time, it runs on with real time; or it is real time."""

from __future__ import annotations

import time


class Clock:
    """Seconds since the epoch in the simulated world.

    Args:
        now: the time it starts from; None for real time, which cannot be set.
    """

    def __init__(self, now: float | None) -> None:
        self.is_wall = now is None
        self._anchor = now or 0.0
        self._set_at = time.monotonic()

    def now(self) -> float:
        """The simulated time."""
        return time.time() if self.is_wall else self._anchor + time.monotonic() - self._set_at

    def set(self, now: float) -> None:
        """Move to a point in time.

        Raises:
            ValueError: the clock is real time.
        """
        if self.is_wall:
            raise ValueError("the clock is real time (--clock wall) and cannot be set")
        self._anchor, self._set_at = now, time.monotonic()
