"""Replay of sealed nights with the sources off = the nights (docs/adr/0010-replay-and-revisions.md); thirty: tests/campaign."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from support.replays import Plan, check_replay

WHOLE, DOWN, DIED, BLOCKED = NIGHTS = [dt.date(2024, 4, day) for day in (16, 17, 18, 19)]
#: A changing world: sources that were down, look-ups that failed, a run that died once it had loaded, a blocked night.
FOUR = Plan(
    NIGHTS,
    states={DIED: "loaded", BLOCKED: "blocked"},
    replayed_again_from=DIED,
    unasked=BLOCKED,
    down={DOWN: ["igate", "driving_licence"]},
    until={DIED: "load"},
    fails={"ledger_adds_up": BLOCKED},
    catalogues_after=[DOWN],
    holds=(
        "select count(distinct from_night) > 2 from core.dossier_record",
        "select count(*) > 3 from core.dossier_record where to_night < 'infinity'",
        "select count(*) > 0 from recon.verdict where to_night < 'infinity'",
        "select bool_or(duplicate_rank > 1) from core.dossier_record",
        "select bool_or(dossier_id <> dossier_code) from core.dossier_record",
        "select count(*) > 0 from core.look_up",
        "select count(*) > 0 from ops.pull where state = 'stale'",
        "select count(*) > 0 from core.catalogue_entry",
    ),
)


@pytest.mark.timeout(900)
def test_replay_of_four_nights_with_the_sources_off_is_the_four_nights(
    tmp_path: Path, warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_replay(FOUR, tmp_path, warehouse_dsn, monkeypatch, dossiers=300)
