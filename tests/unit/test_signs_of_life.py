"""The sign of life that a command gives while nothing is done."""

from __future__ import annotations

import math
import threading

import pytest
from standalone import progress
from standalone.progress import Progress


def test_in_silence_it_says_what_is_being_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SILENCE_SECONDS", 0.0)
    asked = threading.Event()

    def what() -> str:
        asked.set()
        return "Airflow is starting"

    terminal = Progress()
    with terminal.doing(what):
        assert asked.wait(30)
    terminal.line("it has started")
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith(" s] ... Airflow is starting")
    assert said[-1] == "it has started"


def test_where_something_was_just_said_it_is_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SILENCE_SECONDS", math.inf)
    with Progress().doing("Airflow is starting"):
        pass
    assert capsys.readouterr().out == ""


def test_an_error_of_the_block_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="no room"), Progress().doing("something"):
        raise ValueError("no room")


def test_on_a_terminal_the_sign_is_overwritten(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SILENCE_SECONDS", 0.0)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    asked = threading.Event()
    terminal = Progress()
    with terminal.doing(lambda: asked.set() or "at work"):
        assert asked.wait(30)
    terminal.line("done")
    said = capsys.readouterr().out
    assert said.endswith("... at work\r\x1b[Kdone\n")
