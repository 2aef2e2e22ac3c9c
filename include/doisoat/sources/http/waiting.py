"""How long a night waits for one source in all (Limits.wait_hours): however slow it is, the others go on without it."""

from __future__ import annotations

import time

from doisoat.errors import SourceLateError


class Wait:
    """How long all requests of a session may take together (Limits.wait_hours)."""

    def __init__(self, source_id: str, hours: float) -> None:
        self._source_id, self._hours = source_id, hours
        self._until = time.monotonic() + 3600 * hours

    def seconds(self, at_most: float, *, asked: str) -> float:
        """What is left for the next request.

        Raises:
            SourceLateError: nothing is.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise late(self._source_id, asked)
        return min(left, at_most)


def late(source_id: str, asked: str) -> SourceLateError:
    """The error of a source for which a night waits no longer."""
    return SourceLateError(
        source_id,
        asked=asked,
        came="no end within the time that a night waits for it (limits.wait_hours)",
        todo="ask its owner why it is slow; run the night again to give it as long once more, or raise limits.wait_hours",
    )
