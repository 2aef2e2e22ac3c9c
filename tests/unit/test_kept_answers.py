"""Answers of the page are made once, however many ask for them at the same time."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from page.kept import Kept


def test_many_who_ask_at_once_are_answered_by_one_answer() -> None:
    kept: Kept[bytes] = Kept()
    made: list[bytes] = []
    at_work = threading.Barrier(2)

    def make() -> bytes:
        made.append(b"answer")
        with contextlib.suppress(threading.BrokenBarrierError):
            at_work.wait(0.2)  # passes at once if a second one is at work on the same answer
        return b"answer"

    with ThreadPoolExecutor(8) as readers:
        answers = list(readers.map(lambda _: kept.get("a view", make), range(8)))
    assert answers == [b"answer"] * 8
    assert len(made) == 1


def test_after_one_who_failed_the_next_one_makes_it() -> None:
    kept: Kept[bytes] = Kept()
    with pytest.raises(ZeroDivisionError):
        kept.get("a view", lambda: bytes(1 // 0))
    assert kept.get("a view", lambda: b"answer") == b"answer"


def test_what_was_asked_for_least_recently_goes_first() -> None:
    kept: Kept[list[int]] = Kept(6)
    for key in ("one", "two", "one", "three"):
        kept.get(key, lambda: [1, 2])
    assert kept.get("one", list) == [1, 2]
    assert kept.get("two", list) == []
    assert kept.get("empty", list) == [] == kept.get("empty", lambda: [1])
