"""What was rendered or asked is kept: a published night does not change, so the same question has the same answer."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sized
from typing import Any, Generic, TypeVar

#: Bytes of answers that are kept; the least recently asked for goes first.
MOST_BYTES = 64 * 1024 * 1024
#: Rows of statements that are kept.
MOST_ROWS = 40_000
Answer = TypeVar("Answer", bound=Sized)


class Kept(Generic[Answer]):
    """Answers by their key, each made once however many ask for it at the same time.

    Args:
        most: how many bytes, or rows, are kept; an answer that is larger is not.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._held, self._most, self._lock = 0, most, threading.Lock()
        self._making: dict[str, threading.Lock] = {}

    def __contains__(self, key: str) -> bool:
        """Whether the answer with this key is there, and nobody has to wait until it is made."""
        with self._lock:
            return key in self._answers

    def get(self, key: str, make: Callable[[], Answer]) -> Answer:
        """The answer with this key, made if it is not kept."""
        with self._lock:
            if (answer := self._found(key)) is not None:
                return answer
            making = self._making.setdefault(key, threading.Lock())
        with making:  # a night was published, and everybody asks for it
            with self._lock:
                if (answer := self._found(key)) is not None:
                    return answer
            try:
                answer = make()
                with self._lock:
                    self._keep(key, answer)
                return answer
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _found(self, key: str) -> Answer | None:
        if (answer := self._answers.get(key)) is not None:
            self._answers.move_to_end(key)
        return answer

    def _keep(self, key: str, answer: Answer) -> None:
        if key in self._answers or len(answer) > self._most:
            return
        self._answers[key] = answer
        self._held += _size(answer)
        while self._held > self._most:
            _, gone = self._answers.popitem(last=False)
            self._held -= _size(gone)


def _size(answer: Sized) -> int:
    return len(answer) + 1


def key_of(*parts: Any) -> str:
    """One key for all that an answer depends on."""
    return hashlib.sha256("\x1f".join(map(repr, parts)).encode()).hexdigest()[:32]
