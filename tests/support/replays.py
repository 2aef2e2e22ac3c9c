"""Replay of sealed nights with the sources off = the nights (docs/adr/0010-replay-and-revisions.md), for any plan of nights.

tests/integration/test_replay.py replays four nights, tests/campaign/test_replay.py thirty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from doisoat.nights import steps
from doisoat.nights.replay import replay

from support import many_nights as many
from support.quick_checks import ask_quickly

EVERYTHING = ("core.%", "recon.%", "ops.%", "mart.%", "archive.%")


@dataclass(frozen=True)
class Plan:
    """Which nights there are, and what becomes of them.

    Attributes:
        states: what the nights that do not end published end as: a plan that is not carried out proves less than it says.
        replayed_again_from: the night from which they are replayed a second time.
        missed: never begun.
        unasked: its look-ups fail.
        down: night -> the sources that are down.
        until: night -> the last step that its run does before it dies.
        fails: check id -> the night that it blocks.
        catalogues_after: nights after which the portal's catalogues are read.
        holds: queries of one boolean that tell whether what was replayed was worth it.
    """

    nights: Sequence[dt.date]
    states: Mapping[dt.date, str]
    replayed_again_from: dt.date
    missed: dt.date | None = None
    unasked: dt.date | None = None
    down: Mapping[dt.date, Sequence[str]] = field(default_factory=dict)
    until: Mapping[dt.date, str] = field(default_factory=dict)
    fails: Mapping[str, dt.date] = field(default_factory=dict)
    catalogues_after: Sequence[dt.date] = ()
    holds: Sequence[str] = ()


def check_replay(plan: Plan, home: Path, dsn: str, monkeypatch: pytest.MonkeyPatch, *, dossiers: int) -> None:
    """Run the nights, lose all that is derived, replay them with the sources off, and compare every row."""
    ask_quickly(monkeypatch, plan.fails)
    with many.served(home / "sandbox", plan.nights[-1], len(plan.nights), dossiers) as sandbox:
        site = many.quick_site(home, dsn, sandbox.connections())
        for night in plan.nights:
            if night == plan.missed:
                continue
            many.run_night(site, sandbox, night, down=plan.down.get(night, ()), until=plan.until.get(night, "publish"),
                           asks=night != plan.unasked)  # fmt: skip
            many.abandon(dsn, night)
            for source_id in site.settings.with_catalogue if night in plan.catalogues_after else ():
                steps.sync_catalogue(site, source_id, at=dt.datetime.combine(night, dt.time(3), site.settings.timezone))
    before = many.rows_of(dsn, *EVERYTHING)

    many.drop_derived(dsn)
    done = list(replay(site))  # the sandbox has ended: whoever asks a source fails
    opened = next((night for night, step in plan.until.items() if step == "open"), None)
    assert [each.night for each in done] == [night for night in plan.nights if night not in (plan.missed, opened)]
    assert not any(each.is_new for each in done)
    assert many.differing(before, many.rows_of(dsn, *EVERYTHING)) == {}

    list(replay(site, plan.replayed_again_from))
    assert many.differing(before, many.rows_of(dsn, *EVERYTHING)) == {}
    _is_worth_replaying(plan, dsn)

    if opened:
        first, *others = replay(site, opened)  # sealed, but its run died before it loaded anything
        assert (first.night, first.state, first.revision) == (opened, "published", 1)
        assert len(others) == len([night for night in plan.nights if night > opened])


def _is_worth_replaying(plan: Plan, dsn: str) -> None:
    """The nights are what they are meant to be: else a replay of them would prove less than it says."""
    with psycopg.connect(dsn) as connection:
        states = dict(connection.execute("select night, state from ops.night").fetchall())
        assert states == {night: plan.states.get(night, "published") for night in plan.nights}
        for query in plan.holds:
            assert connection.execute(query).fetchone() == (True,), query  # type: ignore[arg-type]
