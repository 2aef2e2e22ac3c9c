"""Replay of thirty sealed nights with the sources off = the thirty nights (docs/adr/0010-replay-and-revisions.md)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from support.replays import Plan, check_replay

LAST = dt.date(2024, 4, 19)
NIGHTS = [LAST - dt.timedelta(days=29 - n) for n in range(30)]
MISSED, OPENED, LOADED, RECONCILED, BLOCKED_EARLY, BLOCKED_LATE, UNASKED = (
    NIGHTS[n] for n in (4, 7, 10, 13, 16, 19, 22)
)
#: A changing world with a missed night, dead runs, blocked nights, sources that were down and look-ups that failed.
THIRTY = Plan(
    NIGHTS,
    states={MISSED: "missed", OPENED: "missed", LOADED: "loaded", RECONCILED: "reconciled", BLOCKED_EARLY: "blocked",
            BLOCKED_LATE: "blocked"},
    replayed_again_from=BLOCKED_LATE,
    missed=MISSED,
    unasked=UNASKED,
    down={
        NIGHTS[5]: ["igate"],
        NIGHTS[6]: ["igate", "national_export"],
        NIGHTS[23]: ["driving_licence", "national_statistics"],
    },
    until={OPENED: "open", LOADED: "load", RECONCILED: "reconcile"},
    fails={"quarantine_is_small": BLOCKED_EARLY, "ledger_adds_up": BLOCKED_LATE},
    catalogues_after=[night for night in NIGHTS if night.weekday() == 6 and night != MISSED],
    holds=(
        "select count(distinct from_night) > 20 from core.dossier_record",
        "select count(*) > 20 from core.dossier_record where to_night < 'infinity'",
        "select count(*) > 5 from recon.verdict where to_night < 'infinity'",
        "select count(*) > 0 from recon.difference where to_night < 'infinity'",
        "select bool_or(duplicate_rank > 1) from core.dossier_record",
        "select bool_or(dossier_id <> dossier_code) from core.dossier_record",
        "select count(distinct night) > 1 from core.look_up",
        "select count(*) > 0 from ops.pull where state = 'stale'",
        "select count(*) > 0 from core.catalogue_entry",
    ),
)  # fmt: skip


@pytest.mark.timeout(1500)
def test_replay_of_thirty_nights_with_the_sources_off_is_the_thirty_nights(
    tmp_path: Path, warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_replay(THIRTY, tmp_path, warehouse_dsn, monkeypatch, dossiers=300)
