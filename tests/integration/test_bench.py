"""The parts of `make bench` at a size at which nothing is measured: what they work on, and that it all comes in."""

from __future__ import annotations

from pathlib import Path

from bench import collect_and_load, reconcile
from bench.results import render


def test_ours_finds_what_was_made_to_differ(warehouse_dsn: str) -> None:
    reconcile.fill(warehouse_dsn, 2 * reconcile.GAP)
    assert reconcile.ours(warehouse_dsn).found == 2 * 5
    assert reconcile.ours(warehouse_dsn).found == 2 * 5  # a second turn starts from nothing again


def test_a_page_says_of_each_target_whether_it_is_met(tmp_path: Path) -> None:
    turn = collect_and_load.take_turn(300, tmp_path)  # exits where not all of them came in
    page = render({300: [turn]}, {1000: [dict.fromkeys(("doisoat", "duckdb", "datacompy", "reladiff"), _timing(2))]})
    assert "| 300 |" in page
    assert "| reconcile 1,000 dossiers a side: faster than datacompy | 1.00 times its time | **no** |" in page
    assert "| at most 3 times DuckDB's full outer join | 1.00 times | yes |" in page


def _timing(seconds: float) -> reconcile.Timing:
    return reconcile.Timing(seconds, 5)
