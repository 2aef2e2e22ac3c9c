"""`make bench` at a size at which nothing is measured: its nights are whole, and its tasks take in all dossiers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import collect_and_load, floor, nights
from bench.results import render


@pytest.mark.timeout(900)
def test_whole_nights_come_to_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor, "export_read", lambda path: 1.0)  # polars is in .venv-bench
    said: list[str] = []
    whole = nights.take_nights(400, said.append)
    assert [night.name for night in whole.nights] == list(nights.NIGHTS)
    first, changed, _, quiet = whole.nights
    assert first.changed == first.held > 700  # both sides
    assert 0 < changed.changed < first.changed
    assert quiet.changed < first.changed / 10
    assert {step.name for step in first.steps} >= {"collect igate", "load", "reconcile", "publish"}
    assert len(said) == sum(len(night.steps) for night in whole.nights) + len(
        quiet.steps
    )  # one more while the page is read
    assert whole.page["tonight"]
    page = render({}, {}, {}, [whole])
    assert "## Whole nights of 400 dossiers" in page
    assert "| whole night (first) of 400 dossiers: at most 4 times the floor |" in page


def test_all_dossiers_are_collected_and_loaded(tmp_path: Path) -> None:
    assert collect_and_load.take_turn(300, tmp_path).load > 0  # it exits where not all of them came in
