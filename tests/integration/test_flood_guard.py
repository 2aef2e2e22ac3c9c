"""The flood guard: a pull that would change too much is held until a second one agrees or an operator confirms it."""

from __future__ import annotations

import datetime as dt
import getpass
import subprocess
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect.landing import landing_directory
from support.commands import doisoat
from support.world import World

NIGHTS = ["2024-04-17", "2024-04-18", "2024-04-19", "2024-04-20"]
FIRST, SECOND, THIRD, FOURTH = NIGHTS
CODES = [f"H37.21.01-2404{day:02}-{number:04}" for day in range(1, 11) for number in range(1, 4)]
GUARD = {"share": 0.2, "floor_rows": 3}


def listing(codes: list[str] = CODES, status: str = "4") -> str:
    return "code | status\n" + "\n".join(f"{code} | {status}" for code in codes)


ALL, TENTH, RESTATUSED = listing(), listing(CODES[::10]), listing(status="8")
FOREIGN = listing([code.replace("H37", "H20") for code in CODES])
HALF = listing(CODES[::2])
MAD = {"a tenth": TENTH, "every status new": RESTATUSED, "another province's": FOREIGN}


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    return World(
        tmp_path, warehouse_dsn, sources={"igate": {"flood_guard": GUARD}, "national_export": {"flood_guard": GUARD}}
    )


def decisions(world: World, source_id: str = "igate") -> list[str]:
    query = "select decision from ops.pull_decision where source_id = %s order by night"
    return [decision for (decision,) in world.rows(query, [source_id])]


def pull(world: World, night: str, source_id: str = "igate") -> tuple[Any, ...]:
    query = """select state, reason, snapshot_night::text from ops.pull where (night, source_id) = (%s, %s)"""
    return world.rows(query, [night, source_id])[0]


def held(world: World, night: str, source_id: str = "igate") -> set[tuple[Any, ...]]:
    query = """select record_id, status from core.dossier_record
        where source_id = %(source)s and from_night <= %(night)s and %(night)s < to_night"""
    return set(world.rows(query, {"source": source_id, "night": night}))


@pytest.mark.parametrize("mad", MAD)
@pytest.mark.parametrize("source_id", ["igate", "national_export"])
def test_a_mad_pull_changes_nothing_and_is_sealed(mad: str, source_id: str, world: World) -> None:
    other = "national_export" if source_id == "igate" else "igate"
    world.run(FIRST, **{source_id: ALL, other: ALL})
    before = held(world, FIRST, source_id)
    world.run(SECOND, **{source_id: MAD[mad], other: ALL})
    assert pull(world, SECOND, source_id) == ("stale", "held", FIRST)
    assert pull(world, SECOND, other) == ("fresh", None, SECOND)
    assert held(world, SECOND, source_id) == before
    assert world.verdicts(SECOND) == world.differences(SECOND) == world.entries(SECOND) == []
    assert decisions(world, source_id) == ["loaded", "held"]
    assert (landing_directory(world.site.landing_root, "lang_son", dt.date.fromisoformat(SECOND), source_id)).exists()
    assert world.rows("select count(*) from ops.load where night = %s", [SECOND]) == [(1,)]


@pytest.mark.parametrize("mad", MAD)
def test_a_second_complete_pull_that_shows_the_same_is_loaded(mad: str, world: World) -> None:
    world.run(FIRST, igate=ALL, national_export=ALL)
    world.run(SECOND, igate=MAD[mad], national_export=ALL)
    world.run(THIRD, igate=MAD[mad], national_export=ALL)
    assert decisions(world) == ["loaded", "held", "agreed"]
    assert pull(world, THIRD) == ("fresh", None, THIRD)
    assert len(held(world, THIRD) - held(world, FIRST)) + len(held(world, FIRST) - held(world, THIRD)) >= 27
    world.run(FOURTH, igate=MAD[mad], national_export=ALL)
    assert decisions(world) == ["loaded", "held", "agreed", "loaded"]


def test_a_second_pull_of_other_dossiers_does_not_agree_although_it_changes_as_many(world: World) -> None:
    world.run(FIRST, igate=ALL, national_export=ALL)
    world.run(SECOND, igate=FOREIGN, national_export=ALL)
    world.run(THIRD, igate=FOREIGN.replace("H20", "H19"), national_export=ALL)
    assert decisions(world) == ["loaded", "held", "held"]
    assert pull(world, THIRD) == ("stale", "held", FIRST)
    world.run(FOURTH, igate=FOREIGN.replace("H20", "H19"), national_export=ALL)  # but it is the one to agree with now
    assert decisions(world) == ["loaded", "held", "held", "agreed"]


def test_a_source_that_comes_to_its_senses_is_loaded_as_ever(world: World) -> None:
    world.run(FIRST, igate=ALL, national_export=ALL)
    world.run(SECOND, igate=TENTH, national_export=ALL)
    world.run(THIRD, igate=listing(CODES[1:]), national_export=ALL)
    assert decisions(world) == ["loaded", "held", "loaded"]
    assert pull(world, THIRD) == ("fresh", None, THIRD)
    world.run(FOURTH, igate=TENTH, national_export=ALL)  # mad again: what was held before the good night proves nothing
    assert decisions(world) == ["loaded", "held", "loaded", "held"]


def test_an_incomplete_pull_is_held_too_and_confirms_nothing(world: World) -> None:
    world.run(FIRST, igate=ALL, national_export=ALL)
    world.land(SECOND, "igate", RESTATUSED, is_complete=False)
    world.run(SECOND, national_export=ALL)
    world.run(THIRD, igate=RESTATUSED, national_export=ALL)
    assert decisions(world) == ["loaded", "held", "held"]
    world.land(FOURTH, "igate", RESTATUSED, is_complete=False)
    world.run(FOURTH, national_export=ALL)
    assert decisions(world) == ["loaded", "held", "held", "held"]


def test_a_first_night_and_what_completes_it_are_never_held(world: World) -> None:
    world.land(FIRST, "igate", HALF, is_complete=False)
    world.run(FIRST, national_export=ALL)
    world.run(SECOND, igate=ALL, national_export=ALL)
    assert decisions(world) == ["loaded", "loaded"]


def test_dossiers_that_are_new_there_too_are_growth_and_not_a_flood(world: World) -> None:
    world.run(FIRST, igate=ALL, national_export=ALL)
    new = [f"H37.21.01-240418-{number:04}" for number in range(1, 40)]
    world.run(SECOND, igate=listing(CODES + new), national_export=ALL)
    assert decisions(world) == ["loaded", "loaded"]
    old = [f"H37.21.02-240402-{number:04}" for number in range(1, 40)]
    world.run(THIRD, igate=listing(CODES + new + old), national_export=ALL)
    assert decisions(world) == ["loaded", "loaded", "held"]


def test_a_small_source_may_change_as_much_as_the_floor(world: World) -> None:
    world.run(FIRST, igate=listing(CODES[:4]), national_export=ALL)
    world.run(SECOND, igate=listing(CODES[3:4]), national_export=ALL)
    assert decisions(world) == ["loaded", "loaded"]


def test_a_night_run_again_does_what_was_decided_whatever_the_settings_say_now(
    tmp_path: Path, warehouse_dsn: str
) -> None:
    world = World(tmp_path, warehouse_dsn, sources={"igate": {"flood_guard": GUARD}})
    world.run(FIRST, igate=ALL, national_export=ALL)
    world.run(SECOND, igate=TENTH, national_export=ALL)
    again = World(tmp_path, warehouse_dsn, sources={"igate": {"flood_guard": {"share": 1}}})
    again.run(SECOND)
    assert decisions(again) == ["loaded", "held"]
    assert pull(again, SECOND) == ("stale", "held", FIRST)
    again.run(THIRD, igate=listing(CODES[5:]), national_export=ALL)  # the new settings are those of the nights to come
    assert decisions(again) == ["loaded", "held", "loaded"]
    again.run(SECOND)  # later nights stand on it: nothing to do, and no error


def test_a_held_night_that_was_loaded_before_leaves_nothing_of_it(world: World) -> None:
    """Collected anew because its landing was lost: the first load is undone, whether or not the second is let in."""
    world.run(FIRST, igate=ALL, national_export=ALL)
    world.run(SECOND, igate=listing(CODES[2:]), national_export=ALL)
    lost = landing_directory(world.site.landing_root, "lang_son", dt.date.fromisoformat(SECOND), "igate")
    lost.rename(world.site.landing_root / "lost")
    world.run(SECOND, igate=TENTH)
    assert held(world, SECOND) == held(world, FIRST)
    assert pull(world, SECOND) == ("stale", "held", FIRST)


def test_our_own_maps_may_change_without_a_flood(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn, sources={"igate": {"flood_guard": GUARD}})
    world.run(FIRST, igate=ALL, national_export=ALL)
    maps = {"status": [{"map": {"4": 9}}], "channel": [{"map": {"1": "direct"}}]}
    mapped = World(tmp_path, warehouse_dsn, sources={"igate": {"flood_guard": GUARD, "code_maps": maps}})
    mapped.run(SECOND, igate=ALL, national_export=ALL)
    assert decisions(mapped) == ["loaded", "loaded"]
    assert {status for _, status in held(mapped, SECOND)} == {"9"}


def accept(world: World, night: str, reason: str = "Sở báo đã gộp dữ liệu") -> subprocess.CompletedProcess[str]:
    """What an operator types."""
    return doisoat(world, "accept-pull", "--source", "igate", "--night", night, reason)


def test_an_operator_confirms_a_held_pull_and_it_stays_in_the_record(world: World) -> None:
    world.run(FIRST, igate=ALL, national_export=ALL)
    world.run(SECOND, igate=TENTH, national_export=ALL)
    done = accept(world, SECOND)
    assert done.returncode == 0, done.stderr
    assert "27 changes to 30 records held" in done.stdout
    assert f"make night NIGHT={SECOND}" in done.stdout
    world.run(SECOND)
    assert decisions(world) == ["loaded", "accepted"]
    assert pull(world, SECOND) == ("fresh", None, SECOND)
    assert len(held(world, SECOND)) == 3
    record = "select accepted_by, accepted_reason, accepted_at is not null from ops.pull_decision where decision = 'accepted'"
    assert world.rows(record) == [(getpass.getuser(), "Sở báo đã gộp dữ liệu", True)]
    world.rows("update ops.night set inputs = null where night = %s returning 1", [SECOND])
    world.run(SECOND)  # the decision is about the landing, so it holds for every run of the night
    assert decisions(world) == ["loaded", "accepted"]
    assert len(held(world, SECOND)) == 3


def test_a_night_published_while_its_pull_was_held_stays_readable_as_it_was(world: World) -> None:
    """Accepting the pull makes another night of it: that is the next revision, and nothing of the first is overwritten."""
    everything = """select 'pull', to_jsonb(p) - 'archive_id'
        from archive.any_pull p join mart.night_revision n using (archive_id, night)
        where n.night = %(night)s and n.revision = 1
        union all select 'gap', to_jsonb(g) - 'is_standing' - 'is_latest' from mart_history.gap g
        where night = %(night)s and revision = 1
        union all select 'bridge', to_jsonb(b) - 'is_standing' - 'is_latest' from mart_history.bridge_month b
        where night = %(night)s and revision = 1 order by 1, 2"""
    world.run(FIRST, igate=ALL, national_export=ALL)
    world.run(SECOND, igate=TENTH, national_export=listing(CODES[1:]))
    before = world.rows(everything, {"night": SECOND})
    assert {row["state"] for kind, row in before if kind == "pull" and row["source_id"] == "igate"} == {"stale"}
    assert accept(world, SECOND).returncode == 0
    assert world.rows(everything, {"night": SECOND}) == before
    world.run(SECOND)
    assert world.rows(everything, {"night": SECOND}) == before
    assert pull(world, SECOND) == ("fresh", None, SECOND)
    standing = "select revision from mart.night_revision where night = %s and is_standing"
    assert world.rows(standing, [SECOND]) == [(2,)]
    world.rows("update ops.night set inputs = null where night = %s", [SECOND])
    world.run(SECOND)  # the same outcome is the same revision
    assert world.rows(standing, [SECOND]) == [(2,)]


def test_what_cannot_be_accepted_is_refused_in_one_line(world: World) -> None:
    world.run(FIRST, igate=ALL, national_export=ALL)
    world.run(SECOND, igate=TENTH, national_export=ALL)
    for night, reason, status, said in (
        (FIRST, "ok", 1, f"which is loaded; held pulls: {SECOND}"),
        (FOURTH, "ok", 1, "which is not subject to a decision"),
        (SECOND, "gọi 0912 345 678", 2, "without anybody's address or number"),
        (SECOND, " ", 2, "give a reason in a few words"),
    ):
        done = accept(world, night, reason)
        assert done.returncode == status
        assert said in " ".join(done.stderr.replace("│", " ").split())
    world.run(THIRD, igate=FOREIGN, national_export=ALL)
    assert "later nights build on it" in accept(world, SECOND).stderr
    assert decisions(world) == ["loaded", "held", "held"]
