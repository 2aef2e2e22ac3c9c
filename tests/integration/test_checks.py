"""Every check has its saboteur: a planted fault that it catches and no other does; a broken check is told from bad data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.errors import QualityGateError, WarehouseUnavailableError
from doisoat.nights import steps
from doisoat.quality import checks as quality
from doisoat.quality import load_checks, run_checks
from doisoat.reports.night_page import unmapped_in_short
from doisoat.reports.query import query
from doisoat.warehouse import connect
from support.copies import copied
from support.quick_checks import ask_quickly
from support.world import World

NIGHT = "2024-04-18"
DATE = dt.date.fromisoformat(NIGHT)
CODES = [f"H37.21.01-24040{n}-000{n}" for n in range(1, 8)]
BOTH = "('{}')".format("', '".join(CODES[:4]))
STAGES = ("inputs", "results")


def unreadable(source_id: str, rows: int, *, of: int) -> str:
    """Of so many rows received so many could not be read; all of them are accounted for."""
    return f"""update ops.load set received = {of}, quarantined = {rows}, inserted = {of - rows}, updated = 0, unchanged = 0,
            repeated = 0 where source_id = '{source_id}';
        update ops.pull set received = {of} where source_id = '{source_id}';
        update core.control_total set value = value + {rows} where source_id = '{source_id}' and period_kind = 'all';
        insert into ops.quarantine (night, source_id, position, reason)
        select '{NIGHT}', '{source_id}', 'page 1 row ' || row, 'impossible_date' from generate_series(1, {rows}) row"""


#: What is done to a healthy warehouse so that just this goes wrong.
SABOTAGE = {
    "keys_are_unique": """insert into core.dossier_record
        select (jsonb_populate_record(r, '{"from_night": "2024-04-01", "to_night": "2024-04-19"}')).*
        from core.dossier_record r limit 1""",
    "codes_have_a_known_shape": "update core.dossier_record set dossier_code = 'H37/1'",
    "dates_are_in_order": "update core.dossier_record set finished_at = received_at - interval '1 day'",
    "nothing_is_from_the_future": "update core.dossier_record set finished_at = '2024-05-01'",
    "agencies_are_known": f"update core.dossier_record set agency_id = 'unknown' where dossier_id in {BOTH}",
    "agencies_are_in_the_reference": "update core.agency set origin = 'igate' where agency_id = 'H37.21.01'",
    "procedures_are_known": "update core.procedure set origin = 'igate'",
    "statuses_are_mapped": "update core.dossier_record set status = null",
    "channels_are_mapped": "update core.dossier_record set channel = null",
    "held_equals_declared": "update core.control_total set value = value + 1 where period_kind = 'month'",
    "pulls_are_complete": "update ops.pull set is_complete = false where source_id = 'igate'",
    "rows_are_accounted_for": "update ops.pull set received = received + 1",
    "quarantine_is_small": unreadable("licences", 2, of=25),
    "quarantine_is_empty": unreadable("licences", 1, of=25),
    "totals_are_not_negative": """insert into core.control_total (source_id, measure, period_kind, period_start, agency_key,
        from_night, value) values ('national_statistics', 'received', 'month', '2024-04-01', 'H37', '2024-04-18', -1)""",
    "sides_are_fresh": "update ops.pull set state = 'stale' where source_id = 'national_export'",
    "ledger_adds_up": "update recon.ledger_cell set entries = entries + 1 where grain = 'month'",
    "ledger_adds_up_in_finest_cells": "update recon.ledger_entry set agency_id = 'H37.21.02' where entry_kind = 'national_only'",
    "union_adds_up": "update recon.ledger_cell set added_by_ministries = added_by_ministries + 1 where grain = 'month'",
    "union_adds_up_in_finest_cells": """update recon.verdict set agency_id = 'H37.21.02'
        where pair = 'ministry_provincial' and presence = 'ministry_only'""",
    "one_verdict_a_dossier": """insert into recon.verdict
        select (jsonb_populate_record(v, '{"from_night": "2024-04-01", "to_night": "2024-04-19"}')).*
        from recon.verdict v limit 1""",
    "every_dossier_is_judged": "update recon.cell_status set matched = matched - 1 where matched > matched_differing",
    "differences_are_of_matched_dossiers": "update recon.difference set dossier_id = 'H37.21.01-240401-9999'",
    "differing_values_differ": "update recon.difference set national_value = provincial_value",
    "cell_counts_are_possible": "update recon.cell_status set matched_differing = matched + 1",
    "gaps_are_observable": "update recon.comparison set as_of = '2024-01-01'",
    "verdicts_have_their_records": "update recon.verdict set national_record_id = 'gone' where presence = 'national_only'",
    "every_absence_has_a_cause": "update recon.cause set cause = 'the weather'",
    "rates_rest_on_what_is_held": "update recon.indicator_cell set synced = synced + 1 where provincial > synced",
    "ministry_dossiers_are_judged": "update recon.ministry_cell set undetermined = undetermined + 1",
}


@pytest.fixture(scope="module")
def healthy(
    postgres_server: Any, _migrated_warehouse: str, tmp_path_factory: pytest.TempPathFactory, great_expectations: None
) -> Iterator[World]:
    """A small night with every kind of result, which passes every check; its database `healthy` is only copied."""
    with copied(postgres_server, _migrated_warehouse, "healthy") as dsn:
        world = World(tmp_path_factory.mktemp("healthy"), dsn)
        both = "\n".join(f"{code} | 4" for code in CODES[:4])
        world.land(NIGHT, "national_statistics", "code", totals=[])
        world.run(
            NIGHT,
            checks=True,
            igate=f"code | status\n{both}\n{CODES[4]} | 9\n{CODES[5]} | 4",
            national_export=f"code | status\n{both}\n{CODES[4]} | 4\n{CODES[6]} | 4",
            licences=f"code | status\n{CODES[0]} | 4\nH37.03-240401-0001 | 4",
        )
        yield world


@pytest.fixture
def world(healthy: World, postgres_server: Any) -> Iterator[World]:
    """That night, to be spoiled."""
    with copied(postgres_server, "healthy", "spoiled") as dsn:
        yield healthy.moved_to(dsn)


def asked(world: World) -> dict[str, str]:
    """How every check comes out, both stages asked."""
    results = [result for stage in STAGES for result in run_checks(world.site, DATE, stage=stage)]
    return {result.check.id: result.outcome for result in results}


def kept(world: World) -> dict[str, str]:
    """How they came out when they were asked last."""
    return dict(world.rows("select check_id, outcome from ops.check_result"))


def test_every_check_has_a_saboteur():
    assert set(SABOTAGE) == {check.id for check in load_checks()}


def test_a_healthy_night_passes_every_check(healthy):
    assert kept(healthy) == {check.id: "passed" for check in load_checks()}


@pytest.mark.parametrize("check", load_checks(), ids=lambda check: check.id)
def test_the_check_and_no_other_catches_its_saboteur(world, check, monkeypatch):
    ask_quickly(monkeypatch)
    healthy = kept(world)
    world.rows(SABOTAGE[check.id])
    assert asked(world) == {**healthy, check.id: "failed"}


@pytest.mark.parametrize("part", range(4))
def test_every_check_fails_in_great_expectations_as_its_query_says(world, monkeypatch, part):
    """What the saboteurs show of the queries alone holds of what asks them in production: several at once, in four parts."""
    sabotaged = list(SABOTAGE)[part::4]
    for check_id in sabotaged:
        world.rows(SABOTAGE[check_id])
    outcomes = {check_id: outcome for check_id, outcome, *_ in both_ways(world, monkeypatch)}
    assert [outcomes[check_id] for check_id in sabotaged] == ["failed"] * len(sabotaged)


def test_what_no_code_map_knows_is_listed_with_its_count_and_warned_of_without_it(world, monkeypatch, caplog):
    ask_quickly(monkeypatch)
    with connect(world.dsn) as connection:
        assert unmapped_in_short(connection, DATE) == []
    world.rows(f"update core.dossier_record set status = null, status_code = 'Đang họp' where dossier_id in {BOTH}")
    world.rows("update core.dossier_record set online_payment_code = '9' where source_id = 'licences' and status = '4'")
    with connect(world.dsn) as connection:
        assert query(connection, "unmapped", {"night": DATE}).rows == [
            ("igate", "status", "Đang họp", 4),
            ("licences", "online_payment", "9", 1),
            ("licences", "status", "Đang họp", 1),
            ("national_export", "status", "Đang họp", 4),
        ]
    steps.check_night(world.site, DATE, stage="inputs")
    assert "igate: 1 values of status that no code map knows, in 4 rows" in caplog.text
    assert "Đang họp" not in caplog.text


def both_ways(world, monkeypatch, stages=STAGES):
    """How every check comes out: the same by Great Expectations as by its query alone."""
    by_great_expectations = told(world, stages)
    with monkeypatch.context() as patch:
        ask_quickly(patch)
        assert told(world, stages) == by_great_expectations
    return by_great_expectations


def told(world, stages):
    return [
        (result.check.id, result.outcome, result.unexpected, result.observed)
        for stage in stages
        for result in run_checks(world.site, DATE, stage=stage)
    ]


#: What is wrong with a check, and what is kept of it: never the database's message, which may quote values.
BROKEN = {
    "column": ("select no_such_column as unexpected, 1 as total from ops.night", "psycopg.errors.UndefinedColumn"),
    "table": ("select 0 as unexpected, 1 as total from ops.no_such_table", "psycopg.errors.UndefinedTable"),
    "names": ("select 0 as wrong, 1 as names", "psycopg.errors.UndefinedColumn"),
    "syntax": ("selec 0 as unexpected, 1 as total", "psycopg.errors.SyntaxError"),
    "value": (
        "select 'Nguyen.Van.A 012345678901'::int as unexpected, 1 as total",
        "psycopg.errors.InvalidTextRepresentation",
    ),
    "division": ("select 1 / 0 as unexpected, 1 as total", "psycopg.errors.DivisionByZero"),
    "nothing": ("select 0 as unexpected, 1 as total where false", "not one row of counts"),
    "two rows": ("select generate_series(0, 1) as unexpected, 2 as total", "not one row of counts"),
    "null": ("select null::bigint as unexpected, 1 as total", "not one row of counts"),
    "negative": ("select -1 as unexpected, 1 as total", "not one row of counts"),
    "parameter": ("select 0 as unexpected, %(no_such_parameter)s as total", "ProgrammingError"),
}


@pytest.fixture
def broken_checks(monkeypatch, tmp_path):
    """Checks whose queries really do not work, and one whose query is gone; all of them critical, one a warning too."""
    (tmp_path / "sql").mkdir()
    checks = {}
    for number, name in enumerate(BROKEN):
        checks[name] = quality.Check(
            id=f"broken_{number}", stage="results", severity="critical", protects="-", label="-"
        )
        (tmp_path / "sql" / f"broken_{number}.sql").write_text(BROKEN[name][0], encoding="utf-8")
    checks["gone"] = quality.Check(id="gone", stage="results", severity="warning", protects="-", label="-")
    checks["well"] = quality.Check(id="well", stage="results", severity="critical", protects="-", label="-")
    (tmp_path / "sql" / "well.sql").write_text("select 0 as unexpected, 1 as total", encoding="utf-8")
    monkeypatch.setattr(quality, "HERE", Path(tmp_path))
    monkeypatch.setattr("doisoat.quality.run.load_checks", lambda: tuple(checks.values()))
    return checks


def test_a_broken_check_is_told_from_bad_data_and_says_no_value(world, broken_checks, monkeypatch):
    found = {result.check.id: result for result in run_checks(world.site, DATE, stage="results")}
    for name, (_, error) in BROKEN.items():
        result = found[broken_checks[name].id]
        assert (result.outcome, result.unexpected, result.observed) == ("broken", None, {"error": error}), name
    assert (found["gone"].outcome, found["gone"].observed) == ("broken", {"error": "FileNotFoundError"})
    assert found["well"].outcome == "passed"  # one broken check breaks no other
    both_ways(world, monkeypatch, ["results"])


def test_a_broken_critical_check_blocks_and_says_what_to_do(world, broken_checks):
    with pytest.raises(QualityGateError, match=r"broken_0: broken \(psycopg.errors.UndefinedColumn\)") as caught:
        steps.check_night(world.site, DATE, stage="results")
    assert "says nothing about the data: fix its query" in str(caught.value)
    assert "gone" not in str(caught.value)  # a warning is shown and blocks nothing
    assert caught.value.acceptable is None
    assert world.rows("select state from ops.night") == [("blocked",)]
    with pytest.raises(QualityGateError, match="not published"):
        steps.publish_night(world.site, DATE)
    assert world.rows("select count(*) from mart.night") == [(0,)]


def test_a_warehouse_that_goes_away_breaks_no_check(world, monkeypatch):
    from doisoat.quality import run

    ask = run.ask

    def restart(*arguments):
        world.rows(
            """select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()"""
        )
        return ask(*arguments)

    before = kept(world)
    monkeypatch.setattr(run, "ask", restart)
    with pytest.raises(WarehouseUnavailableError):
        steps.check_night(world.site, DATE, stage="results")
    assert kept(world) == before


def test_a_small_source_that_cannot_be_read_does_not_hide_behind_a_large_one(world):
    world.rows(unreadable("igate", 0, of=20_000))
    world.rows(unreadable("licences", 30, of=30))
    assert {name for name, outcome in asked(world).items() if outcome != "passed"} == {"quarantine_is_small"}


def test_a_critical_failure_blocks_the_publication_and_the_last_good_night_stands(world):
    following = DATE + dt.timedelta(days=1)
    world.land(following, "igate", f"code\n{CODES[0]}")
    world.land(following, "national_export", f"code\n{CODES[0]}")
    world.open_and_load(following)
    steps.check_night(world.site, following, stage="inputs")
    world.reconcile(following)
    world.rows("update recon.ledger_cell set entries = entries + 1 where night = %s", [following])
    with pytest.raises(QualityGateError, match="ledger_adds_up"):
        steps.check_night(world.site, following, stage="results")
    with pytest.raises(QualityGateError, match="not published"):
        steps.publish_night(world.site, following)
    assert world.rows("select night::text from mart.night where is_latest") == [(NIGHT,)]
    assert world.rows("select state from ops.night where night = %s", [following]) == [("blocked",)]


def test_a_night_that_was_not_checked_is_not_published(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate=f"code\n{CODES[0]}", national_export=f"code\n{CODES[0]}")
    with pytest.raises(QualityGateError, match="not checked"):
        steps.publish_night(world.site, DATE)
