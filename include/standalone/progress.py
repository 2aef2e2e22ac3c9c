"""Progress of a command on the terminal: a line when something is done, a sign of life while it takes long."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from doisoat.hints import as_typed

SILENCE_SECONDS = 4.0  # after a longer silence, people wonder whether it hangs


class Progress:
    """Prints lines with the seconds since the start; on a terminal a sign of life is overwritten by the next line."""

    def __init__(self) -> None:
        self._began = self._printed = time.monotonic()
        self._is_pending = False  # the last line is a sign of life
        self._lock = threading.Lock()

    def say(self, what: str) -> None:
        """Print one line, with the seconds since the start."""
        self.line(f"[{time.monotonic() - self._began:5.1f} s] {what}")

    def line(self, text: str) -> None:
        """Print one line; commands in it are named as they have to be typed here."""
        with self._lock:
            self._print(as_typed(text), "\n")

    @contextmanager
    def doing(self, what: str | Callable[[], str]) -> Iterator[None]:
        """While the block runs, report what is being done after every few seconds of silence.

        Args:
            what: the text; a function is called each time, in another thread.
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
