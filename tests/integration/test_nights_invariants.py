"""The invariants of a night (docs/architecture.md): each named in a test, on a real PostgreSQL."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import psycopg
import pytest
from doisoat.connections import Connection
from doisoat.errors import NightBusyError, NightNotCollectedError, NightTakenOverError
from doisoat.nights import steps
from doisoat.quality import run_checks
from doisoat.warehouse import connect, writing
from doisoat.warehouse import order as nights
from support.exports import COLUMNS, export_row, export_table, write_csv
from support.states import STATE
from support.world import World, total

FIRST, SECOND, THIRD = "2024-04-17", "2024-04-18", "2024-04-19"
A, B, C, D = (f"H37.21.01-24040{n}-000{n}" for n in (1, 2, 3, 4))


def two_nights(world: World) -> None:
    world.run(FIRST, igate=f"code | status\n{A} | 4\n{B} | 4", national_export=f"code | status\n{A} | 4\n{C} | 1")
    world.run(SECOND, igate=f"code | status\n{A} | 9\n{C} | 2", national_export=f"code | status\n{A} | 4\n{C} | 1")


def test_a_night_run_twice_is_a_night_run_once(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    two_nights(world)
    before = world.rows(STATE)
    world.rows("update ops.night set inputs = null where night = %s returning 1", [SECOND])  # make it load again
    world.open_and_load(SECOND)
    world.reconcile(SECOND)
    assert world.rows(STATE) == before
    assert len(before) > 15


def test_history_says_what_was_known_on_a_past_night(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    two_nights(world)
    assert world.verdicts(FIRST) == [(B, "provincial_only", "gap"), (C, "national_only", "gap")]
    assert (C, "national_only", "gap") not in world.verdicts(SECOND)
    held = "select dossier_code from core.dossier_record where source_id = 'igate' and from_night <= %(n)s and %(n)s < to_night"
    assert {row[0] for row in world.rows(held, {"n": FIRST})} == {A, B}
    assert {row[0] for row in world.rows(held, {"n": SECOND})} == {A, C}


def test_a_quiet_night_writes_no_record(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    two_nights(world)
    world.run(THIRD, igate=f"code | status\n{A} | 9\n{C} | 2", national_export=f"code | status\n{A} | 4\n{C} | 1")
    assert world.rows("select count(*) from core.dossier_record where from_night = %s", [THIRD]) == [(0,)]
    assert world.rows("select sum(unchanged), sum(inserted + updated) from ops.load where night = %s", [THIRD]) == [
        (4, 0)
    ]


def test_every_received_row_is_accounted_for(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.land(FIRST, "igate", f"id | code\n1 | {A}\n2 | {B}\n1 | {A}", quarantined=2)
    world.run(FIRST, national_export=f"code\n{A}")
    counts = "received, inserted, updated, unchanged, repeated, quarantined"
    assert world.rows(f"select {counts} from ops.load where source_id = 'igate'") == [(5, 2, 0, 0, 1, 2)]
    with pytest.raises(psycopg.errors.CheckViolation):
        world.rows("update ops.load set received = received + 1 returning 1")


def test_an_incomplete_pull_ends_no_record(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(FIRST, igate=f"code\n{A}\n{B}", national_export=f"code\n{A}\n{B}")
    world.land(SECOND, "igate", f"code\n{A}", is_complete=False)
    world.run(SECOND, national_export=f"code\n{A}\n{B}")
    assert world.rows("select ended from ops.load where night = %s and source_id = 'igate'", [SECOND]) == [(0,)]
    assert world.verdicts(SECOND) == []


def test_a_source_that_is_down_opens_and_closes_nothing_and_is_stale(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(FIRST, igate=f"code\n{A}\n{B}", national_export=f"code\n{A}\n{C}")
    before = world.verdicts(FIRST)
    world.run(SECOND, igate=f"code\n{A}\n{B}")
    assert world.verdicts(SECOND) == before
    assert world.rows("select state, snapshot_night::text from ops.pull where source_id = 'national_export' and night = %s",
                      [SECOND]) == [("stale", FIRST)]  # fmt: skip


def test_a_link_learned_later_merges_the_dossiers(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    national = "G22.99-240401-0001"
    world.run(FIRST, igate=f"code | national\n{A} | -", national_export=f"code\n{national}")
    assert len(world.verdicts(FIRST)) == 2
    world.run(SECOND, igate=f"code | national\n{A} | {national}", national_export=f"code\n{national}")
    assert world.verdicts(SECOND) == []
    assert len(world.verdicts(FIRST)) == 2


def test_a_record_whose_code_changes_stays_one_dossier(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(FIRST, igate=f"id | code\n1 | {A}", national_export=f"code\n{A}")
    world.run(SECOND, igate=f"id | code\n1 | {B}", national_export=f"code\n{A}\n{B}")
    assert {presence for _, presence, _ in world.verdicts(SECOND)} <= {"matched"}
    assert world.entries(SECOND) == [(A, "extra_national_row", 1)]


def test_the_ledger_adds_up_in_every_cell_with_declared_counts_apart(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(
        FIRST,
        igate=f"code | agency\n{A} | H37.21.01\n{B} | H37.21.01\n{C} | H37.21.02",
        national_export=f"code | agency\n{A} | H37.21.02\n{A} | H37.21.02\n{D} | H37.21.01",
    )
    cells = world.rows("select national_listed - provincial_listed, entries from recon.ledger_cell")
    assert cells
    assert all(difference == entries for difference, entries in cells)
    finest = world.rows(
        """select count(*) from recon.cell_status c
        where national_listed - provincial_listed <> (select coalesce(sum(sign), 0) from recon.ledger_entry e
            where e.agency_id = c.agency_id and e.procedure_family = c.procedure_family
              and coalesce(e.receipt_month, 'infinity') = c.cell_month)"""
    )
    assert finest == [(0,)]


def test_analysts_see_a_night_only_once_it_is_published(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(FIRST, igate=f"code\n{A}", national_export=f"code\n{B}")
    world.open_and_load(FIRST)
    world.publish(FIRST)
    world.land(SECOND, "igate", f"code\n{A}")
    world.land(SECOND, "national_export", f"code\n{A}")
    world.open_and_load(SECOND)
    world.reconcile(SECOND)
    assert world.rows("select distinct night::text from mart.finding") == [(FIRST,)]
    assert world.rows("select count(*) from mart.finding") == [(2,)]
    world.publish(SECOND)
    assert world.rows("select night::text from mart.night where is_latest") == [(SECOND,)]


def test_the_analyst_reads_mart_and_nothing_else(postgres_server, tmp_path, warehouse_dsn):
    World(tmp_path, warehouse_dsn).run(
        FIRST, igate=f"code\n{A}", national_export=f"code\n{B}", licences="code\nH37.03-240401-0003"
    )
    with connect(postgres_server.dsn(psycopg.conninfo.conninfo_to_dict(warehouse_dsn)["dbname"])) as connection:
        connection.execute("set role analyst")
        views = connection.execute(
            "select schemaname || '.' || viewname from pg_views where schemaname like 'mart%'"
        ).fetchall()
        for (view,) in views:
            connection.execute(f"select * from {view} limit 1")  # a view may ask functions, with the reader's rights
        for query in ("select * from core.dossier_record", "create table mart.mine (x int)", "select * from ops.pull"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(query)


def test_nights_are_opened_in_order_and_held_by_one_run(warehouse_dsn):
    first, second, third = (dt.date.fromisoformat(text) for text in (FIRST, SECOND, THIRD))
    with writing(warehouse_dsn) as connection:
        nights.open_night(connection, first, run_id="a", collect_late=False)
        with pytest.raises(NightBusyError):
            nights.open_night(connection, second, run_id="b", collect_late=False)
        nights.open_night(connection, first, run_id="c", collect_late=False)
        with pytest.raises(NightTakenOverError):
            nights.hold(connection, first, "a")
        nights.set_state(connection, first, "published")
        nights.open_night(connection, third, run_id="d", collect_late=False)
        assert nights.state_of(connection, second) == "missed"
        with pytest.raises(NightNotCollectedError):
            nights.open_night(connection, second, run_id="e", collect_late=False)


def test_a_past_night_takes_nothing_that_came_since(tmp_path, warehouse_dsn):
    """A file that waits is the next night's, whoever runs an old one again: read for it, it could not be loaded any more."""
    night, inbox = dt.date.fromisoformat(THIRD), tmp_path / "inbox"
    inbox.mkdir()
    connection = Connection(connection_id="national_export", extra={"path": str(inbox)})
    world = World(
        tmp_path,
        warehouse_dsn,
        sources={"national_export": {"options": {"columns": COLUMNS}}},
        connections={"national_export": connection},
    )
    two_nights(world)
    world.run(THIRD, igate=f"code | status\n{A} | 9")
    world.run("2024-04-20", igate=f"code | status\n{A} | 10")
    waiting, before = write_csv(inbox / "a.csv", export_table([export_row(1)])), world.rows(STATE)
    steps.open_night(world.site, night, run_id="again")
    assert steps.collect_source(world.site, night, "national_export", run_id="again")["mode"] == "too late"
    assert steps.load_night(world.site, night, run_id="again") == {}
    assert waiting.exists()
    assert world.rows(STATE) == before


def test_a_settled_night_is_left_as_it_is(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    two_nights(world)
    before = world.rows(STATE)
    world.open_and_load(FIRST)
    world.reconcile(FIRST)
    assert world.rows(STATE) == before


def replayed(world: World, directory: Path, dsn: str) -> World:
    """The same landings, sources off, into a warehouse that holds nothing yet."""
    other = World(directory, dsn)
    shutil.copytree(world.site.landing_root, other.site.landing_root)
    return other


def test_a_replay_of_sealed_nights_into_an_empty_warehouse_gives_the_same(tmp_path, warehouse_dsn, other_warehouse_dsn):
    world = World(tmp_path / "one", warehouse_dsn)
    two_nights(world)
    again = replayed(world, tmp_path / "two", other_warehouse_dsn)
    for night in (FIRST, SECOND):
        again.run(night)
    assert again.rows(STATE) == world.rows(STATE)
    assert len(world.rows(STATE)) > 15


def test_changes_alone_give_the_state_that_a_full_listing_gives(tmp_path, warehouse_dsn, other_warehouse_dsn):
    """Incremental = full: three changed, one new, one removed, told as changes or listed whole."""
    first = f"id | code | status\n1 | {A} | 4\n2 | {B} | 4\n3 | {C} | 4"
    changes = f"id | code | status | removed\n1 | {A} | 9 | no\n3 | {C} | 4 | yes\n4 | {D} | 2 | no"
    whole = f"id | code | status | removed\n1 | {A} | 9 | no\n2 | {B} | 4 | no\n3 | {C} | 4 | yes\n4 | {D} | 2 | no"
    national = f"code | status\n{A} | 9\n{C} | 4"
    states = []
    for dsn, mode, table in ((warehouse_dsn, "incremental", changes), (other_warehouse_dsn, "full", whole)):
        world = World(tmp_path / mode, dsn)
        world.run(FIRST, igate=first, national_export=national)
        world.land(SECOND, "igate", table, mode=mode)
        world.run(SECOND, national_export=national)
        states.append(world.rows(STATE))
    assert states[0] == states[1]
    assert any(row[0] == "verdict" for row in states[0])


def test_sources_collected_in_any_order_give_the_same(tmp_path, warehouse_dsn, other_warehouse_dsn):
    tables = {
        "igate": f"code | national\n{A} | G22.99-240401-0001\n{B} | -",
        "national_export": f"code\nG22.99-240401-0001\n{C}",
        "licences": f"code\n{C}\n{D}",
    }
    states = []
    for dsn, order in ((warehouse_dsn, list(tables)), (other_warehouse_dsn, list(reversed(tables)))):
        world = World(tmp_path / order[0], dsn)
        world.run(FIRST, **{source_id: tables[source_id] for source_id in order})
        states.append(world.rows(STATE))
    assert states[0] == states[1]


def failed(world: World, night: str) -> set[str]:
    """The checks of the night's input that do not pass."""
    results = run_checks(world.site, dt.date.fromisoformat(night), stage="inputs")
    return {result.check.id for result in results if result.outcome != "passed"}


def test_completeness_what_is_held_is_what_was_declared_or_the_pull_is_marked_incomplete(tmp_path, warehouse_dsn):
    """Rows held = the control total that the source declares, at its grain; a row that did not come is found out."""
    world = World(tmp_path, warehouse_dsn)
    national, statistics = f"code\n{A}", {"national_statistics": "code", "licences": "code"}
    world.run(FIRST, igate=f"code\n{A}\n{B}", national_export=national, **statistics)
    assert failed(world, FIRST) == set()
    declared = [total(3), total(3, month="2024-04")]
    world.land(SECOND, "igate", f"code\n{A}\n{B}", totals=declared)
    world.run(SECOND, national_export=national, **statistics)
    assert failed(world, SECOND) == {"held_equals_declared"}
    world.land(THIRD, "igate", f"code\n{A}\n{B}", totals=declared, is_complete=False)
    world.run(THIRD, national_export=national, **statistics)
    assert failed(world, THIRD) == {"pulls_are_complete"}


def test_one_verdict_a_dossier_and_pair_and_one_open_gap_a_dossier_pair_and_kind(tmp_path, warehouse_dsn):
    """On every night: with rows that repeat, codes that two records claim, and links that join dossiers with open gaps."""
    world, national = World(tmp_path, warehouse_dsn), "G22.99-240401-0001"
    portal = f"code | status\n{A} | 5\n{A} | 5\n{national} | 9\n{D} | 4"
    licences = f"id | code\nm1 | {D}\nm2 | {D}\nm3 | {C}"
    own = "id | code | national | status\n"
    world.run(
        FIRST,
        igate=own + f"1 | {A} | - | 4\n2 | {B} | - | 4\n3 | {B} | - | 9",
        national_export=portal,
        licences=licences,
    )
    world.run(
        SECOND,
        igate=own + f"1 | {A} | {national} | 4\n2 | {B} | {national} | 4",
        national_export=portal,
        licences=licences,
    )
    world.run(
        THIRD, igate=own + f"1 | {A} | {national} | 4\n2 | {B} | - | 4", national_export=portal, licences=licences
    )
    for table, key, fewest in (("verdict", "pair, dossier_id", 4), ("gap", "pair, dossier_id, kind, detail", 6)):
        for night in (FIRST, SECOND, THIRD):
            counts = world.rows(
                f"select count(*) from recon.{table} where from_night <= %(n)s and %(n)s < to_night group by {key}",
                {"n": night},
            )
            assert set(counts) == {(1,)}, (table, night)
            assert len(counts) >= fewest, (table, night)


def test_each_quarantined_row_has_its_reason_and_its_run(tmp_path, warehouse_dsn):
    """Also on the next night, when the same row cannot be read again: it is that night's row too."""
    world = World(tmp_path, warehouse_dsn)
    for night in (FIRST, SECOND):
        world.land(night, "igate", f"code\n{A}", quarantined=1, unreadable=["77"])
        world.run(night, national_export=f"code\n{A}")
    rows = world.rows(
        "select night::text, source_id, reason, field, record_id from ops.quarantine order by 1, position"
    )
    assert rows == [
        (night, "igate", "impossible_date", "due_at", record_id)
        for night in (FIRST, SECOND)
        for record_id in (None, "77")
    ]
    assert world.rows("select sum(quarantined) from ops.load") == [(len(rows),)]
    with pytest.raises(psycopg.errors.NotNullViolation):
        world.rows("update ops.quarantine set reason = null")
