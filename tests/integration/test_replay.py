"""Replay of a sealed night with the sources off = the night (docs/adr/0010-replay-and-revisions.md)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psycopg
import pytest
from doisoat import night as steps
from doisoat.replay import replay
from support import many_nights as many
from support.quick_checks import ask_quickly

LAST = dt.date(2024, 4, 19)
NIGHTS = [LAST - dt.timedelta(days=29 - n) for n in range(30)]
MISSED, OPENED, LOADED, RECONCILED, BLOCKED_EARLY, BLOCKED_LATE, UNASKED = (
    NIGHTS[n] for n in (4, 7, 10, 13, 16, 19, 22)
)
DOWN = {
    NIGHTS[5]: ["igate"],
    NIGHTS[6]: ["igate", "national_export"],
    NIGHTS[23]: ["driving_licence", "national_statistics"],
}
UNTIL = {OPENED: "open", LOADED: "load", RECONCILED: "reconcile"}
FAILS = {"quarantine_is_small": BLOCKED_EARLY, "ledger_adds_up": BLOCKED_LATE}
EVERYTHING = ("core.%", "recon.%", "ops.%", "mart.%", "archive.%")


@pytest.mark.timeout(1500)
def test_replay_of_thirty_nights_with_the_sources_off_is_the_thirty_nights(
    tmp_path: Path, warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changing world with a missed night, dead runs, blocked nights, sources that were down and look-ups that failed."""
    ask_quickly(monkeypatch, FAILS)
    with many.served(tmp_path / "sandbox", LAST, len(NIGHTS), 300) as sandbox:
        site = many.quick_site(tmp_path, warehouse_dsn, sandbox.connections())
        for night in NIGHTS:
            if night == MISSED:
                continue
            many.run_night(site, sandbox, night, down=DOWN.get(night, ()), until=UNTIL.get(night, "publish"),
                           asks=night != UNASKED)  # fmt: skip
            many.abandon(warehouse_dsn, night)
            if night.weekday() == 6:
                for source_id in site.settings.with_catalogue:
                    at = dt.datetime.combine(night, dt.time(3), site.settings.timezone)
                    steps.sync_catalogue(site, source_id, at=at)
    before = many.rows_of(warehouse_dsn, *EVERYTHING)

    many.drop_derived(warehouse_dsn)
    done = list(replay(site))  # the sandbox has ended: whoever asks a source fails
    assert [each.night for each in done] == [night for night in NIGHTS if night not in (MISSED, OPENED)]
    assert not any(each.is_new for each in done)
    assert many.differing(before, many.rows_of(warehouse_dsn, *EVERYTHING)) == {}

    list(replay(site, BLOCKED_LATE))
    assert many.differing(before, many.rows_of(warehouse_dsn, *EVERYTHING)) == {}
    _is_worth_replaying(warehouse_dsn)

    first, *others = replay(site, OPENED)  # sealed, but its run died before it loaded anything
    assert (first.night, first.state, first.revision) == (OPENED, "published", 1)
    assert len(others) == len(NIGHTS[8:])


def _is_worth_replaying(dsn: str) -> None:
    """The nights are what they are meant to be: else a replay of them would prove less than it says."""
    with psycopg.connect(dsn) as connection:
        states = dict(connection.execute("select night, state from ops.night").fetchall())
        told = {night: states[night] for night in (MISSED, *UNTIL, BLOCKED_EARLY, BLOCKED_LATE)}
        assert list(told.values()) == ["missed", "missed", "loaded", "reconciled", "blocked", "blocked"]
        assert list(states.values()).count("published") == 24
        for query in (
            "select count(distinct from_night) > 20 from core.dossier_record",
            "select count(*) > 20 from core.dossier_record where to_night < 'infinity'",
            "select count(*) > 5 from recon.verdict where to_night < 'infinity'",
            "select count(*) > 0 from recon.difference where to_night < 'infinity'",
            "select bool_or(duplicate_rank > 1) from core.dossier_record",
            "select bool_or(dossier_id <> dossier_code) from core.dossier_record",
            "select count(distinct night) > 1 from core.look_up",
            "select count(*) > 0 from ops.pull where state = 'stale'",
            "select count(*) > 0 from core.catalogue_entry",
        ):
            assert connection.execute(query).fetchone() == (True,), query  # type: ignore[arg-type]
