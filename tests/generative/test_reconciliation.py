"""The SQL against an independent, slow, plain-Python reconciliation (support/oracle.py), on random worlds and nights.

The invariants of DESIGN 5 that are asked here: one presence verdict a dossier and pair; the ledger adds up; a night run twice
is a night run once; incremental = full; sources in any order, and the same changes in any number of nights, are the same.
support/examples.py sets how many worlds are tried (for a change of the reconciliation itself: DOISOAT_EXAMPLES, some hundreds).
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from support import random_worlds as worlds
from support.examples import examples
from support.kept_counts import counted_but_not_kept
from support.oracle import BRIDGE, LEFT_OUT, NOT_ON_PORTAL, PRESENCES, Learning, Life, Oracle, Pull, Row
from support.random_worlds import LOCALS, MINISTRY, NATIONALS, NIGHTS, SYSTEMS, Shown, moment
from support.world import World

LEARNING = [
    Learning(Fraction("0.5"), dt.timedelta(hours=48), min_dossiers=1),
    Learning(Fraction("0.9"), dt.timedelta(hours=30), min_dossiers=2),
]
PHASES = [phase for phase in Phase if phase is not Phase.shrink]  # each try takes nights: shrinking takes many minutes


@pytest.mark.timeout(7200)
@settings(
    max_examples=examples(suite=4, campaign=60), deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)
@given(shown=worlds.nights(), learning=st.sampled_from([None, *LEARNING]))
def test_the_sql_says_what_the_oracle_says(
    shown: list[Shown],
    learning: Learning | None,
    postgres_server: Any,
    _migrated_warehouse: str,  # noqa: PT019 - its name is the template's
) -> None:
    oracle, life = Oracle(learning), Life()
    with worlds.small_world(postgres_server, _migrated_warehouse, learned_lag=learning and _choice(learning)) as world:
        for night, one in zip(NIGHTS, shown, strict=True):
            worlds.run(world, night, one)
            told = oracle.night(night, **{side: one.pulls.get(source_id) for source_id, side in SYSTEMS.items()})
            assert worlds.said(world) == told
            life.night(night, told, oracle.dossier_of)
            gaps = world.rows(
                "select pair, dossier_id, kind, opened_on, reopened_on from recon.gap where to_night = 'infinity' and detail = ''"
            )
            assert {(pair, dossier, kind): lived for pair, dossier, kind, *lived in gaps} == {
                gap: list(lived) for gap, lived in life.open.items()
            }
            _everything_has_a_cause(world, told)
            _the_ledger_adds_up(world)
            _the_whole_is_the_same(world, night)
            assert counted_but_not_kept(world) == []
        event(f"lags learned: {world.rows('select count(*) from recon.learned_lag')[0][0]}")
        event(f"nights as a whole: {world.rows('select count(*) from recon.whole_night where is_whole')[0][0]}")


def _choice(learning: Learning) -> dict[str, Any]:
    """The same as a province file says it."""
    hours = int(learning.at_most / dt.timedelta(hours=1))
    return {"quantile": float(learning.quantile), "nights": len(NIGHTS), "min_dossiers": learning.min_dossiers,
            "at_most": {"value": hours, "unit": "hours"}}  # fmt: skip


def _the_whole_is_the_same(world: World, night: dt.date) -> None:
    """Incremental = full: what the night came to by looking at what changed is what looking at everything comes to."""
    swept = world.sweep(night)
    assert swept is not None
    assert swept.differences == 0, world.rows("select relation, side, row from recon.sweep_difference")


def _everything_has_a_cause(world: World, told: Any) -> None:
    """Each absence, difference, extra row and moved dossier has exactly one cause, or is undetermined."""
    explained = world.rows("select pair, dossier_id, kind, detail from recon.cause where to_night = 'infinity'")
    alone = {(pair, dossier, kind) for (pair, dossier), (kind, _) in told.verdicts.items() if kind != "matched"}
    entries = {(BRIDGE, dossier, kind) for dossier, kind, _ in told.entries}
    assert {row[:3] for row in explained} == alone | set(told.differences) | entries
    extra = sum(count for (_, kind, _), count in told.entries.items() if kind.startswith("extra"))
    assert sum(bool(detail) for *_, detail in explained) == extra


def _the_ledger_adds_up(world: World) -> None:
    """What the portal lists less what the province lists is the sum of the entries, in every cell."""
    cells = world.rows("select national_listed - provincial_listed, entries from recon.ledger_cell where night = %s",
                       [world.rows("select max(night) from recon.ledger_cell")[0][0]])  # fmt: skip
    assert all(difference == entries for difference, entries in cells)
    [(entries, rows)] = world.rows(
        """select (select coalesce(sum(sign), 0) from recon.ledger_entry where to_night = 'infinity'),
            count(*) filter (where source_id = 'national_export') - count(*) filter (where source_id = 'igate')
        from core.dossier_record where to_night = 'infinity' and not is_removed"""
    )
    assert entries == rows


@pytest.mark.timeout(7200)
@settings(
    max_examples=examples(suite=1, campaign=15), deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)
@given(
    told=worlds.changes(),
    orders=st.lists(st.permutations(list(SYSTEMS)), min_size=len(NIGHTS), max_size=len(NIGHTS)),
    modes=st.lists(st.sampled_from(["full", "incremental"]), min_size=len(NIGHTS), max_size=len(NIGHTS)),
)
def test_the_same_changes_in_any_order_and_number_of_nights_end_in_the_same(
    told: tuple[dict[str, list[Row]], list[dict[str, list[Row]]]],
    orders: list[list[str]],
    modes: list[str],
    postgres_server: Any,
    _migrated_warehouse: str,  # noqa: PT019 - its name is the template's
) -> None:
    """Incremental = full, and sources in any order = the same: over some nights, whole or as changes alone, or all at once."""
    start, batches = told
    with worlds.small_world(postgres_server, _migrated_warehouse) as world:
        before = start
        for night, batch, order, mode in zip(NIGHTS, [start, *batches], orders, modes, strict=True):
            is_first = night == NIGHTS[0]
            pulls = {}
            for source_id in SYSTEMS:
                rows = batch[source_id]
                if mode == "incremental" and not is_first and source_id != "national_export":
                    rows = [row for row in rows if row not in before[source_id]]
                pulls[source_id] = Pull(rows)
            keyed = {} if is_first else {source_id: mode for source_id in SYSTEMS if source_id != "national_export"}
            worlds.run(world, night, Shown(pulls, order=order, modes=keyed))
            before = batch
        by_and_by = worlds.outcome(world)
    with worlds.small_world(postgres_server, _migrated_warehouse) as world:
        for night, batch in ((NIGHTS[0], start), (NIGHTS[-1], batches[-1])):
            pulls = {source_id: Pull(list(reversed(rows))) for source_id, rows in batch.items()}
            worlds.run(world, night, Shown(pulls))
        assert worlds.outcome(world) == by_and_by


def whole(*rows: Row) -> Pull:
    return Pull(rows)


def test_the_oracle_is_no_echo() -> None:
    """It finds what each of these differs in; else agreeing with it would prove nothing."""
    at = moment("2024-04-01 08:00")
    oracle = Oracle()
    told = oracle.night(
        NIGHTS[2],
        whole(Row("x1", LOCALS[0], names=NATIONALS[0], received=at), Row("x2", LOCALS[1], received=at, status="9")),
        whole(Row("", NATIONALS[0], received=at), Row("", LOCALS[0], received=at), Row("", LOCALS[1], received=at),
              Row("", LOCALS[2], received=moment("2024-04-18 15:00"))),
        whole(Row("m1", MINISTRY, received=at), Row("m2", LOCALS[2])),
    )  # fmt: skip
    assert told.verdicts == {
        (BRIDGE, LOCALS[1]): ("matched", "settled"),
        (BRIDGE, LOCALS[2]): ("national_only", "pending"),
        (LEFT_OUT, MINISTRY): ("ministry_only", "gap"),
        (LEFT_OUT, LOCALS[2]): ("undetermined", "undecided"),
        (NOT_ON_PORTAL, MINISTRY): ("ministry_only", "gap"),
    }
    assert told.differences == {(BRIDGE, LOCALS[1], "status"): ("gap", "4", "9")}
    assert told.entries == {(NATIONALS[0], "extra_national_row", 1): 1, (LOCALS[2], "national_only", 1): 1}
    assert PRESENCES == ("national_only", "provincial_only")


def test_the_oracle_holds_what_a_source_that_is_down_leaves_open() -> None:
    """What came up since the portal was last read is no gap; what was one then stays one; a pull in part ends nothing."""
    at = moment("2024-04-01 08:00")
    first, second, third = (
        Row("x1", LOCALS[0], received=at),
        Row("x2", LOCALS[1], received=at),
        Row("x3", LOCALS[2], received=at),
    )
    oracle, life = Oracle(), Life()
    for night, province, portal in (
        (NIGHTS[0], whole(first), whole()),
        (NIGHTS[1], whole(first, second), None),
        (NIGHTS[2], Pull([third], is_complete=False), whole()),
    ):
        told = oracle.night(night, province, portal)
        life.night(night, told, oracle.dossier_of)
        if portal is None:
            assert told.verdicts == {
                (BRIDGE, LOCALS[0]): ("provincial_only", "gap"),
                (BRIDGE, LOCALS[1]): ("provincial_only", "not_yet_observable"),
            }
    assert told.verdicts == {
        (BRIDGE, LOCALS[0]): ("provincial_only", "gap"),
        (BRIDGE, LOCALS[1]): ("provincial_only", "gap"),
        (BRIDGE, LOCALS[2]): ("provincial_only", "not_yet_observable"),
    }
    assert life.open == {
        (BRIDGE, LOCALS[0], "provincial_only"): (NIGHTS[0], None),
        (BRIDGE, LOCALS[1], "provincial_only"): (NIGHTS[2], None),
    }
