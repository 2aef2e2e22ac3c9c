"""The parts of `make bench` at a size at which nothing is measured: what they work on, and that it all comes in."""

from __future__ import annotations

from doisoat.nights.sweep import sweep
from doisoat.reconcile import reconcile as doisoat_reconcile
from doisoat.warehouse import writing

from bench import changes, collect_and_load, reconcile
from bench.results import render


def test_ours_finds_what_was_made_to_differ(warehouse_dsn: str) -> None:
    reconcile.fill(warehouse_dsn, 2 * reconcile.GAP)
    assert reconcile.ours(warehouse_dsn).found == 2 * 5
    assert reconcile.ours(warehouse_dsn).found == 2 * 5  # a second turn starts from nothing again


def test_a_night_by_its_changes_comes_to_the_same_as_the_whole(warehouse_dsn: str) -> None:
    reconcile.fill(warehouse_dsn, 4 * reconcile.GAP)
    with writing(warehouse_dsn) as connection:
        doisoat_reconcile(connection, reconcile.SETTINGS, reconcile.NIGHT)
    changes.change(warehouse_dsn, 20 * changes.CHANGED)  # one of twenty
    first = changes.turn(warehouse_dsn)
    assert first.differing > 4 * 5  # the tenth that went on at the province alone
    assert changes.turn(warehouse_dsn).differing == first.differing
    with writing(warehouse_dsn) as connection:
        swept = sweep(connection, reconcile.SETTINGS, changes.NEXT)
    assert swept is not None
    assert swept.differences == 0


def test_a_page_says_of_each_target_whether_it_is_met() -> None:
    turn = collect_and_load.Turn(bare=1.0, collect=1.0, load=1.5, collect_mb=100.0, load_mb=100.0)
    page = render({300: [turn]}, {1000: [dict.fromkeys(("doisoat", "duckdb", "datacompy", "reladiff"), _timing(2))]},
                  {2_000_000: [changes.Night(1.0, 4.0, 9)]})  # fmt: skip
    assert "| 300 |" in page
    assert "| reconcile 1,000 dossiers a side: faster than datacompy | 1.00 times its time | **no** |" in page
    assert "of 2,000,000 dossiers a side changed: at most 0.2 of the whole | 0.25 of its time | **no** |" in page
    assert "| at most 3 times DuckDB's full outer join | 1.00 times | yes |" in page


def _timing(seconds: float) -> reconcile.Timing:
    return reconcile.Timing(seconds, 5)
