"""What was rendered is kept: a published night does not change, so the same question has the same answer."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

#: Bytes of answers that are kept; the least recently asked for goes first.
MOST_BYTES = 64 * 1024 * 1024


class Kept:
    """Rendered answers by their key."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._answers: OrderedDict[str, bytes] = OrderedDict()
        self._bytes, self._most, self._lock = 0, most_bytes, threading.Lock()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The answer with this key, made if it is not kept."""
        with self._lock:
            if (answer := self._answers.get(key)) is not None:
                self._answers.move_to_end(key)
                return answer
        answer = make()
        with self._lock:
            if key not in self._answers and len(answer) <= self._most:
                self._answers[key] = answer
                self._bytes += len(answer)
                while self._bytes > self._most:
                    _, gone = self._answers.popitem(last=False)
                    self._bytes -= len(gone)
        return answer


def key_of(*parts: Any) -> str:
    """One key for all that an answer depends on."""
    return hashlib.sha256("\x1f".join(map(repr, parts)).encode()).hexdigest()[:32]
