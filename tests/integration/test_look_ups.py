"""Look-ups of a night: what is asked, in which order, what it proves; on a real PostgreSQL and real HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.errors import SourceChangedError, SourceUnavailableError
from doisoat.nights import steps
from support.mapi_servers import DSTCODE, FakeAdapter, adapter_connection, portal_dossier
from support.servers import Reply, Request, serving
from support.world import World

FIRST, SECOND, THIRD = "2024-04-17", "2024-04-18", "2024-04-19"
A, B, C, D = (f"H37.21.01-24040{n}-000{n}" for n in (1, 2, 3, 4))
G22 = "G22.99-240402-0002"


@pytest.fixture
def portal() -> Iterator[FakeAdapter]:
    system = FakeAdapter()
    system.holdings.clear()
    holds(system, A)  # what a listing shows is asked for too, as a control
    with serving(system):
        yield system


@pytest.fixture
def make(tmp_path: Path, warehouse_dsn: str, portal: FakeAdapter) -> Callable[..., World]:
    def make(**limits: Any) -> World:
        sources = {
            "national_adapter": {
                "kind": "national_adapter",
                "options": {"dstcode": DSTCODE},
                "limits": {"patience_seconds": 0, **limits},
                "code_maps": {"status": [{"map": {"4": 4, "10": 10}}]},
            }
        }
        return World(
            tmp_path, warehouse_dsn, sources=sources, connections={"national_adapter": adapter_connection(portal.port)}
        )

    return make


def holds(portal: FakeAdapter, code: str) -> None:
    number = int(code[-4:])
    received = f"20240{4:d}0{number}080000"
    portal.holdings[code] = [
        portal_dossier(code, NgayTiepNhan=received, NgayHenTra="", NgayKetThucXuLy="", MaTTHC="1.000482",
                       TrangThaiHoSo="4", DonViXuLy="UBND xã Quốc Khánh")
    ]  # fmt: skip


def a_night(world: World, night: str, **tables: str) -> dict[str, int]:
    """One night with its look-ups, published without checks; returns what was wanted, asked and held."""
    for source_id, table in tables.items():
        world.land(night, source_id, table)
    world.open_and_load(night)
    counts = steps.look_up_source(world.site, dt.date.fromisoformat(night), "national_adapter", run_id="test")
    world.reconcile(night)
    world.publish(night)
    return counts


def asked(portal: FakeAdapter) -> list[str]:
    """The codes asked for, controls left out."""
    return [call["mahoso"] for call in portal.calls if call["mahoso"] != A]


def verdicts(world: World) -> list[tuple[str, ...]]:
    return world.rows(
        """select dossier_id, presence, standing, evidence from recon.verdict
        where pair = 'national_provincial' and to_night = 'infinity' order by 1"""
    )


def test_what_the_listing_lacks_is_asked_for_and_proven_absent_or_present(make, portal):
    world = make()
    holds(portal, B)
    counts = a_night(world, FIRST, igate=f"code\n{A}\n{B}\n{C}", national_export=f"code\n{A}")
    assert sorted(asked(portal)) == [B, C]
    assert counts == {"wanted": 2, "asked": 3, "held": 2}
    assert verdicts(world) == [(B, "matched", "settled", "looked_up"), (C, "provincial_only", "gap", "looked_up")]
    assert world.entries(FIRST) == [(C, "provincial_only", -1)]


def test_a_dossier_is_absent_only_when_every_code_of_it_was_denied(make, portal):
    world = make(look_ups_per_night=1)
    a_night(world, FIRST, igate=f"code | national\n{A} |\n{B} | {G22}", national_export=f"code\n{A}")
    assert len(asked(portal)) == 1
    assert verdicts(world) == [(min(B, G22), "provincial_only", "gap", "listed")]
    a_night(world, SECOND, igate=f"code | national\n{A} |\n{B} | {G22}", national_export=f"code\n{A}")
    assert {B, G22} <= set(asked(portal))


def test_without_any_listing_only_what_was_asked_is_judged(make, portal):
    world = make(look_ups_per_night=2)
    holds(portal, B)
    a_night(world, FIRST, igate=f"code\n{A}\n{B}\n{C}\n{D}")
    judged = {standing for _, _, standing, evidence in verdicts(world) if evidence == "looked_up"}
    assert judged <= {"gap", "settled"}
    assert [row[2] for row in verdicts(world)].count("incomplete") == 2
    a_night(world, SECOND, igate=f"code\n{A}\n{B}\n{C}\n{D}")
    assert verdicts(world) == [
        (A, "matched", "settled", "looked_up"), (B, "matched", "settled", "looked_up"),
        (C, "provincial_only", "gap", "looked_up"), (D, "provincial_only", "gap", "looked_up"),
    ]  # fmt: skip


def test_an_answer_stands_for_its_age_and_is_asked_again_after(make, portal):
    """Of two that a budget of one allows: the other's answer is valid while the second is asked for, and stays so."""
    world = make(look_up_age_days=2, look_ups_per_night=1)
    tables = {"igate": f"code\n{A}\n{B}\n{C}", "national_export": f"code\n{A}"}
    a_night(world, FIRST, **tables)
    [first] = asked(portal)
    assert a_night(world, SECOND, **tables)["wanted"] == 1
    assert sorted(asked(portal)) == [B, C]
    assert {evidence for *_, evidence in verdicts(world)} == {"looked_up"}
    assert a_night(world, THIRD, **tables)["wanted"] == 1
    assert asked(portal)[2:] == [first]


def test_what_is_left_of_the_budget_renews_the_oldest_answers_that_gaps_rest_on(make, portal):
    """Nothing is due on the second night: the open gap is asked for again, and closes; what is held again is nobody's gap."""
    world = make(look_ups_per_night=2)
    tables = {"igate": f"code\n{A}\n{B}", "national_export": f"code\n{A}"}
    a_night(world, FIRST, **tables)
    assert verdicts(world) == [(B, "provincial_only", "gap", "looked_up")]
    holds(portal, B)
    assert a_night(world, SECOND, **tables) == {"wanted": 0, "asked": 2, "held": 2}
    assert verdicts(world) == [(B, "matched", "settled", "looked_up")]
    assert a_night(world, THIRD, **tables)["asked"] == 0
    assert world.rows("select wanted, asked, is_complete from ops.look_up_pull order by night") == [
        (1, 2, True), (0, 2, True)
    ]  # fmt: skip


def test_what_is_young_is_not_asked_for(make, portal):
    a_night(make(), FIRST, igate=f"code | received\n{A} |\n{B} | {FIRST} 15:00", national_export=f"code\n{A}")
    assert asked(portal) == []


def test_the_budget_is_spent_and_the_rest_is_said(make, portal):
    world = make(look_ups_per_night=1)
    counts = a_night(world, FIRST, igate=f"code\n{A}\n{B}\n{C}", national_export=f"code\n{A}")
    assert counts == {"wanted": 2, "asked": 2, "held": 1}
    assert world.rows("select wanted, asked, is_complete, incomplete_reason from ops.look_up_pull") == [
        (2, 2, False, "beyond tonight's budget: 1")
    ]


def test_a_listing_that_shows_it_later_outranks_the_look_up_and_counts_once(make, portal):
    world = make()
    holds(portal, B)
    a_night(world, FIRST, igate=f"code\n{A}\n{B}", national_export=f"code\n{A}")
    a_night(world, SECOND, igate=f"code\n{A}\n{B}", national_export=f"code\n{A}\n{B}")
    assert verdicts(world) == []
    assert world.entries(SECOND) == []
    assert world.rows(
        "select national_listed, provincial_listed, entries from recon.ledger_cell where night = %s and grain = 'whole'",
        [SECOND],
    ) == [(2, 2, 0)]


def test_a_dossier_that_the_portal_no_longer_holds_ends(make, portal):
    world = make(look_up_age_days=1)
    holds(portal, B)
    tables = {"igate": f"code\n{A}\n{B}", "national_export": f"code\n{A}"}
    a_night(world, FIRST, **tables)
    del portal.holdings[B]
    a_night(world, SECOND, **tables)
    assert verdicts(world) == [(B, "provincial_only", "gap", "looked_up")]


def test_a_portal_that_denies_what_its_listing_shows_proves_nothing(make, portal):
    """A wrong unit code looks just like "nothing is held"."""
    world = make()
    portal.holdings.clear()
    for source_id, table in {"igate": f"code\n{A}\n{B}", "national_export": f"code\n{A}"}.items():
        world.land(FIRST, source_id, table)
    world.open_and_load(FIRST)
    with pytest.raises(SourceChangedError, match="holds none of them"):
        steps.look_up_source(world.site, dt.date.fromisoformat(FIRST), "national_adapter", run_id="test")
    assert world.rows("select count(*) from core.look_up") == [(0,)]
    world.reconcile(FIRST)
    assert verdicts(world) == [(B, "provincial_only", "gap", "listed")]


def test_a_portal_that_breaks_off_keeps_what_it_said(make, portal):
    world = make()
    left = [None, None, None]  # login, then two look-ups

    def instead(request: Request) -> Reply | None:
        return left.pop() if left else Reply({}, 503)

    portal.instead = instead
    counts = a_night(world, FIRST, igate=f"code\n{A}\n{B}\n{C}\n{D}", national_export=f"code\n{A}")
    assert counts == {"wanted": 3, "asked": 2, "held": 1}
    assert [row[3] for row in verdicts(world)].count("looked_up") == 1
    assert world.rows("select is_complete, incomplete_reason from ops.look_up_pull") == [
        (False, "look-ups without an answer: 2 (the last: HTTP 503)")
    ]


def test_a_portal_that_is_down_leaves_the_night_to_its_listing(make, portal):
    world = make()
    portal.always(Reply({}, 503))
    for source_id, table in {"igate": f"code\n{A}\n{B}", "national_export": f"code\n{A}"}.items():
        world.land(FIRST, source_id, table)
    world.open_and_load(FIRST)
    with pytest.raises(SourceUnavailableError):
        steps.look_up_source(world.site, dt.date.fromisoformat(FIRST), "national_adapter", run_id="test")
    world.reconcile(FIRST)
    assert verdicts(world) == [(B, "provincial_only", "gap", "listed")]


def test_a_replay_asks_nothing_and_gives_the_same(make, portal):
    world = make()
    holds(portal, B)
    a_night(world, FIRST, igate=f"code\n{A}\n{B}\n{C}", national_export=f"code\n{A}")
    before, requests = verdicts(world), len(portal.requests)
    world.rows("update ops.night set inputs = null")
    portal.always(Reply({}, 503))
    world.open_and_load(FIRST)
    steps.look_up_source(world.site, dt.date.fromisoformat(FIRST), "national_adapter", run_id="test")
    world.reconcile(FIRST)
    assert verdicts(world) == before
    assert len(portal.requests) == requests


def test_values_that_a_look_up_leaves_out_differ_from_nothing(make, portal):
    world = make()
    portal.holdings[B] = [{"MaHoSo": B}]
    a_night(world, FIRST, igate=f"code\n{A}\n{B}", national_export=f"code\n{A}")
    assert world.differences(FIRST) == []


def test_what_the_province_changed_since_a_look_up_differs_only_once_it_is_asked_again(make, portal):
    """An answer stands for some nights; what it was asked before, it cannot show (docs/adr 7, 11)."""
    world = make(look_up_age_days=2)
    holds(portal, B)
    standing = "select attribute, standing from recon.difference where to_night = 'infinity'"
    a_night(world, FIRST, igate=f"code | status | due\n{B} | 4 | -")
    assert world.rows(standing) == []
    changed = f"code | status | due | updated\n{B} | 10 | - | 2024-04-16 08:00\n{C} | 4 | - | ="
    a_night(world, SECOND, igate=changed)  # on which the portal answers, of another dossier
    assert world.rows(standing) == [("status", "not_yet_observable")]
    a_night(world, THIRD, igate=changed)
    assert asked(portal)[:3] == [B, C, B]
    assert world.rows(standing) == [("status", "gap")]
