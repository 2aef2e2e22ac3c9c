"""The weekly sweep: silent while what changed is enough to look at; what it finds is told, kept on both sides, not built on."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from doisoat import news
from doisoat.collect.landing import landing_directory
from doisoat.errors import NightBusyError, NightNotCollectedError, QualityGateError, SweepDiffersError
from doisoat.nights.replay import replay
from doisoat.nights.sweep import deep_sweep
from support.kept_counts import counted_but_not_kept
from support.world import World

NIGHTS = ["2024-04-16", "2024-04-17", "2024-04-18", "2024-04-19"]
A, B, C, D = (f"H37.21.01-24040{n}-000{n}" for n in (1, 2, 3, 4))
HERE = f"code | status\n{A} | 4\n{B} | 9\n{D} | 4"
THERE = f"code | status\n{A} | 4\n{B} | 4\n{C} | 4\n{D} | 4"


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    """Two nights: the first one looked at all, the second one at what changed."""
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHTS[0], igate=HERE, national_export=THERE)
    world.run(NIGHTS[1], igate=HERE, national_export=THERE.replace(f"{C} | 4", f"{C} | 5"))
    assert how(world) == [True, False]
    return world


def how(world: World) -> list[bool]:
    return [is_whole for (is_whole,) in world.rows("select is_whole from recon.whole_night order by night")]


def differs(world: World) -> int:
    swept = deep_sweep(world.site)
    assert swept is not None
    return swept.differences


def kept(world: World) -> set[tuple[str, str]]:
    return set(world.rows("select relation, side from recon.sweep_difference"))


def test_before_the_first_night_there_is_nothing_to_sweep(tmp_path: Path, warehouse_dsn: str) -> None:
    assert deep_sweep(World(tmp_path, warehouse_dsn).site) is None


def test_a_sweep_of_a_good_week_changes_nothing(world: World) -> None:
    digest = "select md5(string_agg(t::text, ',' order by t::text)) from recon.verdict t"
    before = world.rows(digest), how(world)
    swept = deep_sweep(world.site)
    assert swept is not None
    assert swept.rows > 10
    assert (swept.differences, kept(world)) == (0, set())
    assert (world.rows(digest), how(world)) == before
    assert world.rows("select night::text, rows, differences from ops.deep_sweep") == [(NIGHTS[1], swept.rows, 0)]


@pytest.mark.parametrize(
    ("sabotage", "found"),
    [
        # a dossier that both hold alike turns into another behind the loader's back
        (f"update core.dossier_record set status = '9' where dossier_code = '{D}' and source_id = 'igate'", "recon.difference"),
        ("delete from recon.verdict where presence = 'national_only'", "recon.verdict"),
        ("delete from recon.ledger_entry", "recon.ledger_entry"),
        ("update recon.cell_status set matched = matched + 1", "recon.cell_status"),
        ("update recon.cause set cause = 'not_pulled'", "recon.cause"),
        ("update recon.gap set cause = 'not_pulled'", "recon.gap"),
        (f"update core.dossier_record set dossier_id = '{A}' where dossier_code = '{B}'", "core.dossier_record"),
        (f"update core.dossier_record set duplicate_rank = 2 where dossier_code = '{B}'", "core.dossier_record"),
    ],
)  # fmt: skip
def test_whatever_went_wrong_is_found_and_both_are_kept(world: World, sabotage: str, found: str) -> None:
    world.rows(sabotage)
    stands = world.rows("select * from recon.verdict order by 1, 2, 3")
    with pytest.raises(SweepDiffersError, match=r"recomputed \d+ rows; \d+ rows are in only one"):
        deep_sweep(world.site)
    assert found in {relation for relation, _ in kept(world)}
    assert world.rows("select * from recon.verdict order by 1, 2, 3") == stands  # what stands is not touched


def test_a_difference_is_told_and_the_next_night_looks_at_all(world: World) -> None:
    world.rows(f"update core.dossier_record set status = '9' where dossier_code = '{D}' and source_id = 'igate'")
    with pytest.raises(SweepDiffersError):
        deep_sweep(world.site)
    news.tell(world.site, night=world.rows("select max(night) from ops.night")[0][0])
    assert ("sweep_differs", "deep_sweep") in world.rows("select kind, subject from ops.news where over_night is null")
    world.run(NIGHTS[2], igate=HERE, national_export=THERE)
    assert how(world) == [True, False, True]
    assert [row[:2] for row in world.differences(NIGHTS[2])] == [
        (B, "status")
    ]  # the source's word, loaded again, stands
    assert differs(world) == 0
    news.tell(world.site, night=world.rows("select max(night) from ops.night")[0][0])
    assert world.rows("select 1 from ops.news where kind = 'sweep_differs' and over_night is null") == []


def test_a_kept_count_that_has_gone_wrong_blocks_the_night_and_is_counted_anew_after_the_sweep(world: World) -> None:
    """What each system lists is not counted every night: the database keeps it. The checks count, and so does the sweep."""
    world.rows(
        "update core.listed_cell set ranked_rows = ranked_rows + 1, kept_rows = kept_rows + 1 where source_id = 'igate'"
    )
    with pytest.raises(QualityGateError, match="ledger_adds_up"):
        world.run(NIGHTS[2], checks=True, igate=HERE, national_export=THERE)
    with pytest.raises(SweepDiffersError):
        deep_sweep(world.site)
    assert {"recon.cell_status", "recon.ledger_cell"} <= {relation for relation, _ in kept(world)}
    world.run(NIGHTS[3], igate=HERE, national_export=THERE)
    assert how(world) == [True, False, False, True]
    assert differs(world) == 0
    assert counted_but_not_kept(world) == []


def test_where_rules_are_others_since_the_night_there_is_nothing_to_hold_against(tmp_path: Path, world: World) -> None:
    """Whoever changes the configuration on a Saturday has no defect on Sunday."""
    changed = World(tmp_path, world.dsn, sources={"licences": {"enabled": False}})
    assert deep_sweep(changed.site) is None
    assert world.rows("select * from ops.deep_sweep") == []
    assert differs(world) == 0


def test_a_night_under_way_is_not_swept(world: World) -> None:
    world.land(NIGHTS[2], "igate", HERE)
    world.open_and_load(NIGHTS[2])
    with pytest.raises(NightBusyError, match=f"night {NIGHTS[2]} is still running"):
        deep_sweep(world.site)


def test_under_other_rules_nothing_of_the_night_before_is_relied_on(world: World) -> None:
    world.rows("update core.touched_night set rules = 'those of another release'")
    world.run(NIGHTS[2], igate=HERE, national_export=THERE)
    assert how(world) == [True, False, True]


def test_where_another_system_takes_part_all_is_looked_at(tmp_path: Path, warehouse_dsn: str) -> None:
    few = World(tmp_path, warehouse_dsn, sources={"licences": {"enabled": False}})
    few.run(NIGHTS[0], igate=HERE, national_export=THERE)
    few.run(NIGHTS[1], igate=HERE, national_export=THERE)
    all_of_them = World(tmp_path, warehouse_dsn)
    all_of_them.run(NIGHTS[2], igate=HERE, national_export=THERE, licences=f"code\n{A}")
    all_of_them.run(NIGHTS[3], igate=HERE, national_export=THERE, licences=f"code\n{A}")
    assert how(few) == [True, False, True, False]


def test_nights_that_are_derived_again_look_at_what_changed_too(world: World) -> None:
    world.run(NIGHTS[2], igate=HERE.replace(f"{A} | 4", f"{A} | 9"), national_export=THERE)
    state = "select * from recon.verdict order by 1, 2, 3"
    before = world.rows(state)
    list(replay(world.site, world.rows("select min(night) + 1 from ops.night")[0][0]))
    assert how(world) == [True, True, False]  # the first one builds on a night that was taken back to
    assert world.rows(state) == before
    assert differs(world) == 0


def test_a_night_that_is_loaded_again_from_another_landing_parts_what_it_had_joined(world: World) -> None:
    """The first landing said that two codes are one dossier; the one that replaces it says nothing of either."""
    there = THERE.replace(f"{C} | 4", f"{C} | 5")  # as the night before
    world.run(
        NIGHTS[2], igate=f"code | national | status\n{A} | {C} | 4\n{B} | - | 9\n{D} | - | 4", national_export=there
    )
    assert world.rows(f"select distinct dossier_id from core.dossier_record where dossier_code = '{C}'") == [(A,)]
    shutil.rmtree(landing_directory(world.site.landing_root, "lang_son", dt.date.fromisoformat(NIGHTS[2]), "igate"))
    world.run(NIGHTS[2], igate=HERE, national_export=there)
    assert world.rows(f"select distinct dossier_id from core.dossier_record where dossier_code = '{C}'") == [(C,)]
    assert differs(world) == 0


def test_what_is_loaded_after_the_comparison_and_not_compared_is_not_forgotten(world: World) -> None:
    """A pull that was held is accepted; the night is loaded again, and blocked before it is compared again."""
    here = HERE.replace(f"{D} | 4", f"{D} | 9")
    world.rows("update ops.night set inputs = null where night = %s", [NIGHTS[1]])
    shutil.rmtree(landing_directory(world.site.landing_root, "lang_son", dt.date.fromisoformat(NIGHTS[1]), "igate"))
    world.land(NIGHTS[1], "igate", here)
    world.open_and_load(NIGHTS[1])
    world.rows("update ops.night set state = 'blocked' where night = %s", [NIGHTS[1]])
    assert deep_sweep(world.site) is None  # what stands was compared on other records
    world.run(NIGHTS[2], igate=here, national_export=THERE)
    assert how(world) == [True, False]  # the blocked night is undone as it was compared; what it loaded is looked at
    assert (D, "status", "4", "9") in world.differences(NIGHTS[2])
    assert differs(world) == 0


def test_what_a_missed_night_loaded_is_no_defect_and_not_forgotten_by_a_replay(
    tmp_path: Path, warehouse_dsn: str
) -> None:
    world = World(tmp_path, warehouse_dsn, sources={"national_export": {"expected_every_days": 7}})
    world.run(NIGHTS[0], igate=HERE, national_export=THERE)
    with pytest.raises(NightNotCollectedError):
        world.run(NIGHTS[1], national_export=THERE.replace(f"{D} | 4", f"{D} | 9"))
    assert deep_sweep(world.site) is None
    for night in NIGHTS[2:]:
        world.run(night, igate=HERE)
        assert differs(world) == 0
    before = world.differences(NIGHTS[2])
    assert (D, "status", "9", "4") in before
    list(replay(world.site, dt.date.fromisoformat(NIGHTS[2])))
    assert world.differences(NIGHTS[2]) == before
    assert differs(world) == 0


def test_a_replay_goes_back_to_what_a_missed_night_had_loaded(tmp_path: Path, warehouse_dsn: str) -> None:
    """Who claims a code is as known after the last night that loaded anything, though that night was missed."""
    world = World(tmp_path, warehouse_dsn, sources={"national_export": {"expected_every_days": 7}})
    claims = f"code | national\n{A} | {C}\n{B} | {C}"
    world.run(NIGHTS[0], igate=HERE, national_export=claims)
    world.run(NIGHTS[1], igate=HERE, national_export=claims.replace(f"\n{B} | {C}", ""))
    with pytest.raises(NightNotCollectedError):
        world.run(NIGHTS[2], national_export=claims)
    world.run(NIGHTS[3], igate=HERE)
    conflicts = "select other_code, claimants, from_night::text, to_night::text from core.identity_conflict order by 3"
    before = world.rows(conflicts)
    assert before == [(C, 2, NIGHTS[0], NIGHTS[1]), (C, 2, NIGHTS[2], "infinity")]
    list(replay(world.site, dt.date.fromisoformat(NIGHTS[3])))
    assert world.rows(conflicts) == before
    assert differs(world) == 0


def test_a_night_of_which_nothing_came_touches_nothing(world: World) -> None:
    before = world.rows("select * from core.touched_night order by 1")
    with pytest.raises(NightNotCollectedError):
        world.run(NIGHTS[2])
    assert world.rows("select * from core.touched_night order by 1") == before
    world.run(NIGHTS[3], igate=HERE, national_export=THERE)
    assert how(world) == [True, False, False]
    assert differs(world) == 0


def test_a_night_that_was_loaded_and_never_compared_is_not_forgotten(world: World) -> None:
    world.land(NIGHTS[2], "igate", HERE.replace(f"{D} | 4", f"{D} | 9"))
    world.land(NIGHTS[2], "national_export", THERE)
    world.open_and_load(NIGHTS[2])
    world.rows("update ops.night set state = 'blocked' where night = %s", [NIGHTS[2]])
    world.run(NIGHTS[3], igate=HERE.replace(f"{D} | 4", f"{D} | 9"), national_export=THERE)
    assert how(world) == [True, False, False]
    assert (D, "status", "4", "9") in world.differences(NIGHTS[3])
    assert differs(world) == 0
