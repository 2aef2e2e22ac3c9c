"""What a command is doing, on the terminal: a line when something is done, a sign of life while nothing is."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SILENCE_SECONDS = 4.0  # nobody looks at a terminal for longer without asking whether it hangs


class Progress:
    """Lines with the seconds since the beginning; on a terminal a sign of life is overwritten by what follows it."""

    def __init__(self) -> None:
        self._began = self._printed = time.monotonic()
        self._is_pending = False  # a sign of life stands on the last line
        self._lock = threading.Lock()

    def say(self, what: str) -> None:
        """One line, with the seconds since the beginning."""
        self.line(f"[{time.monotonic() - self._began:5.1f} s] {what}")

    def line(self, text: str) -> None:
        """One line as it is."""
        with self._lock:
            self._print(text, "\n")

    @contextmanager
    def doing(self, what: str | Callable[[], str]) -> Iterator[None]:
        """For as long as the block takes, say every few seconds of silence what is being done.

        Args:
            what: a function is asked each time, in another thread.
        """
        is_done = threading.Event()
        thread = threading.Thread(target=self._give_signs, args=(what, is_done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_done.set()
            thread.join()

    def _give_signs(self, what: str | Callable[[], str], is_done: threading.Event) -> None:
        while not is_done.wait(0.2):
            if time.monotonic() - self._printed < SILENCE_SECONDS:
                continue
            text = f"[{time.monotonic() - self._began:5.1f} s] ... {what if isinstance(what, str) else what()}"
            with self._lock:
                self._print(text, "" if sys.stdout.isatty() else "\n")

    def _print(self, text: str, end: str) -> None:
        print(("\r\x1b[K" if self._is_pending else "") + text, end=end, flush=True)
        self._is_pending, self._printed = not end, time.monotonic()
