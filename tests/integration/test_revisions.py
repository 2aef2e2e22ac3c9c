"""A night that is derived again: what stands meanwhile, what becomes a new revision, and how a broken replay is finished."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doisoat.errors import NightBusyError, NightNotCollectedError, QualityGateError
from doisoat.load import landings
from doisoat.nights import steps
from doisoat.nights.replay import replay
from doisoat.province.site import Site
from doisoat.reports.query import query
from doisoat.warehouse import connect
from doisoat.warehouse.queries import archive_of
from standalone import postgres
from support import many_nights as many
from support.findings import kept_otherwise
from support.quick_checks import ask_quickly
from support.repairs import repairs_kept_otherwise
from support.world import World

FIRST, SECOND, THIRD = (dt.date(2024, 4, day) for day in (17, 18, 19))
A, B, C = (f"H37.21.01-24040{n}-000{n}" for n in (1, 2, 3))
#: Of these there is one state, which no revision keeps: records, codes and answers as they are held, and how each night goes.
HELD = (
    "mart.night_revision",
    "mart.night_state",
    "mart.source_state",
    "mart.dossier_record",
    "mart.dossier_code",
    "mart.look_up",
)
EVERYTHING = ("core.%", "recon.%", "ops.%", "mart.%", "archive.%")
FINGERPRINT = "f" * 64


@pytest.fixture(scope="module")
def three_nights(
    postgres_server: postgres.Server, _migrated_warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Three published nights; only on the last two do statuses differ."""
    with (
        many.warehouse(postgres_server, "three_nights", _migrated_warehouse) as dsn,
    ):
        world = World(tmp_path_factory.mktemp("three_nights"), dsn)
        national = f"code | status\n{A} | 4\n{C} | 1"
        world.run(FIRST, checks=True, igate=f"code | status\n{A} | 4\n{B} | 4", national_export=national)
        world.run(SECOND, checks=True, igate=f"code | status\n{A} | 9\n{C} | 2", national_export=national)
        world.run(THIRD, checks=True, igate=f"code | status\n{A} | 9\n{C} | 1", national_export=national)
        yield world


@pytest.fixture
def world(postgres_server: postgres.Server, three_nights: World, tmp_path: Path) -> Iterator[World]:
    """A copy of the three nights for each test."""
    with many.warehouse(postgres_server, "revised", "three_nights") as dsn:
        yield many.copy_of(three_nights, tmp_path, dsn)


def without_statuses(site: Site) -> Site:
    """The same province under a file that compares no statuses."""
    reconciliation = site.settings.reconciliation.model_copy(update={"compared_attributes": ["agency"]})
    changed = {"reconciliation": reconciliation, "fingerprint": FINGERPRINT}
    return replace(site, settings=site.settings.model_copy(update=changed))


def differences(world: World, view: str = "mart.fact_sync_gap") -> list[tuple[Any, ...]]:
    columns = "night, revision" if view.startswith("mart_history") else "night"
    return world.rows(f"select {columns}, dossier_id from {view} where kind = 'status' order by 1, dossier_id")


def test_new_configuration_over_an_old_landing_is_a_new_revision_and_both_can_be_queried(world: World) -> None:
    before = many.rows_of(world.dsn, "mart.%")
    done = list(replay(without_statuses(world.site)))
    assert [(each.night, each.revision, each.is_new) for each in done] == [
        (FIRST, 1, False), (SECOND, 2, True), (THIRD, 2, True)
    ]  # fmt: skip
    assert differences(world) == []
    assert differences(world, "mart_history.fact_sync_gap") == [(SECOND, 1, A), (SECOND, 1, C), (THIRD, 1, A)]
    for name in (
        "fact_sync_gap",
        "fact_sync_status",
        "bridge_month",
        "ledger_entry",
        "fact_ministry_coverage",
        "fact_union",
    ):
        old = [
            line
            for (line,) in world.rows(
                f"""select (to_jsonb(t) - '{{revision,is_standing,is_latest}}'::text[])::text
                from mart_history.{name} t where revision = 1"""
            )
        ]
        was = world.rows("select (l::jsonb - 'is_latest')::text from unnest(%s::text[]) l", [before[f"mart.{name}"]])
        assert sorted(old) == sorted(line for (line,) in was), name
    versions = "select revision, rests_on ->> 'config_fingerprint' = %s, confirmed_on ->> 'config_fingerprint' = %s"
    rests_on = world.rows(f"{versions} from ops.publication order by night, revision", [FINGERPRINT, FINGERPRINT])
    assert rests_on == [(1, False, True), (1, False, None), (2, True, None), (1, False, None), (2, True, None)]


def test_reports_and_the_list_of_nights_show_every_revision(world: World) -> None:
    list(replay(without_statuses(world.site)))
    with connect(world.dsn) as connection:
        shown = {
            revision: query(connection, "differences",
                            {"night": SECOND, "archive_id": archive_of(connection, SECOND, revision)}).rows
            for revision in (None, 0, 1, 2)
        }  # fmt: skip
        listed = query(connection, "nights", {}).dicts()
        with pytest.raises(NightNotCollectedError, match="no revision 7"):
            archive_of(connection, SECOND, 7)
    assert shown[1]
    assert shown[None] == shown[0] == shown[2] == []
    told = [(row["night"], row["revision"], row["stands"], row["rows"], row["config"] == "f" * 8) for row in listed]
    assert told == [
        ("2024-04-17", 1, True, "in place", True),
        ("2024-04-18", 1, False, "archive", False), ("2024-04-18", 2, True, "in place", True),
        ("2024-04-19", 1, False, "archive", False), ("2024-04-19", 2, True, "in place", True),
    ]  # fmt: skip
    assert all("igate" in row["landings"] and row["code"] for row in listed)
    with connect(world.dsn) as connection:
        kept = connection.execute("select night, archive_id from ops.publication").fetchall()
        assert len(kept) == 5
        assert {each: kept_otherwise(connection, *each) for each in kept} == {each: {} for each in kept}
        assert {each: repairs_kept_otherwise(connection, *each) for each in kept} == {each: {} for each in kept}


def test_the_same_outcome_is_the_same_revision_and_leaves_nothing_in_the_archive(world: World) -> None:
    before = many.rows_of(world.dsn, *EVERYTHING)
    assert [each.is_new for each in replay(world.site, SECOND)] == [False, False]
    after = many.rows_of(world.dsn, *EVERYTHING)
    assert many.differing(before, after) == {}
    assert sum(len(rows) for name, rows in after.items() if name.startswith("archive.") and "any_" not in name) == 0
    assert world.rows("select count(*) from ops.publication where confirmed_at is not null") == [(2,)]


def test_analysts_read_what_was_published_until_a_night_is_published_again(world: World) -> None:
    """And nobody else writes meanwhile. What is held and how a night goes is shown as it stands (HELD)."""
    before = many.rows_of(world.dsn, "mart.%")
    seen = 0
    for _ in replay(world.site):
        held = {name: before[name] for name in HELD}
        assert many.differing({**many.rows_of(world.dsn, "mart.%"), **held}, before) == {}
        seen += 1
        if seen < 3:
            with pytest.raises(NightBusyError, match="doisoat replay"):
                steps.open_night(world.site, THIRD + dt.timedelta(days=1), run_id="tonight")
            with pytest.raises(NightBusyError, match="doisoat replay"):
                steps.reconcile_night(world.site, THIRD)
            with pytest.raises(NightBusyError, match="another replay"):
                list(replay(world.site))
    assert seen == 3


@pytest.mark.parametrize("step", ["load_landings", "check_night", "reconcile_night", "publish_night"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before it", "after it"])
def test_a_replay_that_breaks_off_shows_nobody_half_of_it_and_the_next_one_finishes_it(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str, is_done: bool
) -> None:
    """Crash anywhere and rerun = as if it never crashed."""
    before = many.rows_of(world.dsn, *EVERYTHING)
    module = steps if step.endswith("_night") else landings
    real = getattr(module, step)

    def broken(*given: Any, **named: Any) -> Any:
        if SECOND not in given:
            return real(*given, **named)
        if is_done:
            real(*given, **named)
        raise RuntimeError("the machine went down")

    with monkeypatch.context() as patch:
        patch.setattr(module, step, broken)
        with pytest.raises(RuntimeError):
            list(replay(world.site))
    stands = many.rows_of(world.dsn, "mart.%")
    assert stands["mart.fact_sync_gap"] == before["mart.fact_sync_gap"]
    assert stands["mart.bridge_month"] == before["mart.bridge_month"]
    assert stands["mart.night"] == before["mart.night"]
    assert [each.night for each in replay(world.site)] == [SECOND, THIRD]
    assert many.differing(before, many.rows_of(world.dsn, *EVERYTHING)) == {}


def test_the_latest_night_loaded_anew_stands_as_it_was_until_it_passes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = many.rows_of(world.dsn, "mart.%")
    site = without_statuses(world.site)
    ask_quickly(monkeypatch, {"ledger_adds_up": THIRD})
    steps.load_night(site, THIRD)
    steps.check_night(site, THIRD, stage="inputs")
    steps.reconcile_night(site, THIRD)
    with pytest.raises(QualityGateError):
        steps.check_night(site, THIRD, stage="results")
    assert many.rows_of(world.dsn, "mart.fact_sync_gap") == {"mart.fact_sync_gap": before["mart.fact_sync_gap"]}
    assert many.rows_of(world.dsn, "mart.night") == {"mart.night": before["mart.night"]}
    assert world.rows("select state from ops.night where night = %s", [THIRD]) == [("blocked",)]
    ask_quickly(monkeypatch)
    steps.check_night(site, THIRD, stage="results")
    assert steps.publish_night(site, THIRD) == 2
    assert differences(world) == [(SECOND, A), (SECOND, C)]


def test_a_published_night_that_fails_its_checks_afterwards_is_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_quickly(monkeypatch, {"ledger_adds_up": THIRD})
    with pytest.raises(QualityGateError):
        steps.check_night(world.site, THIRD, stage="results")
    assert world.rows("select night from mart.night where is_latest") == [(SECOND,)]
    ask_quickly(monkeypatch)
    steps.check_night(world.site, THIRD, stage="results")
    assert steps.publish_night(world.site, THIRD) == 2
    assert world.rows("select revision from mart_history.fact_sync_gap where night = %s group by 1 order by 1", [THIRD]) == [
        (1,), (2,)
    ]  # fmt: skip


def test_a_replay_without_its_landings_says_from_where_it_is_possible(world: World) -> None:
    before = many.rows_of(world.dsn, *EVERYTHING)
    landing = world.site.landing_root / "lang_son" / str(FIRST) / "igate"
    shutil.move(landing, world.site.landing_root / "elsewhere")
    with pytest.raises(NightNotCollectedError, match=f"igate of night {FIRST}.*--from {SECOND}"):
        list(replay(world.site))
    with pytest.raises(NightNotCollectedError, match="nothing to replay"):
        list(replay(world.site, THIRD + dt.timedelta(days=1)))
    assert many.differing(before, many.rows_of(world.dsn, *EVERYTHING)) == {}
    assert [each.night for each in replay(world.site, SECOND)] == [SECOND, THIRD]


def test_a_lost_warehouse_is_derived_from_its_landings(world: World, other_warehouse_dsn: str, tmp_path: Path) -> None:
    other = World(tmp_path / "other", other_warehouse_dsn)
    shutil.copytree(world.site.landing_root, other.site.landing_root)
    assert [(each.night, each.revision) for each in replay(other.site)] == [(FIRST, 1), (SECOND, 1), (THIRD, 1)]
    patterns = ("core.%", "recon.%", "mart.%", "ops.pull", "ops.load", "ops.check_result")
    assert many.differing(many.rows_of(world.dsn, *patterns), many.rows_of(other.dsn, *patterns)) == {}


def test_the_archive_has_the_columns_of_what_it_keeps(world: World) -> None:
    """Rows are copied by position: a migration that changes one of the two must change the other."""
    kept = world.rows(
        """select a.table_name, array_agg(a.column_name || ' ' || a.data_type order by a.ordinal_position)
            = array_append_first.columns
        from information_schema.columns a
        join lateral (
            select array_prepend('archive_id integer', array_agg(c.column_name || ' ' || c.data_type
                order by c.ordinal_position)) as columns
            from information_schema.columns c
            where c.table_schema in ('core', 'recon', 'ops') and c.table_name = a.table_name
        ) array_append_first on true
        where a.table_schema = 'archive' and a.table_name not like 'any\\_%%' group by 1, array_append_first.columns order by 1"""
    )
    assert [name for name, is_same in kept if not is_same] == []
    assert len(kept) == 23
