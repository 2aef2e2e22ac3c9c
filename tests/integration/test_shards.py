"""What a statement would ask of a warehouse whose dossiers are spread over servers, told from its plan by the real server."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from bench.shards import CROSSING, GATHERED, LOCAL, PASSED_ON, judged, load_columns

STATEMENTS = {
    "select v.presence, c.cause from recon.verdict v join recon.cause c using (pair, dossier_id)": LOCAL,
    "select presence from recon.verdict where night_is": LOCAL,
    "with v as materialized (select * from recon.verdict) select v.presence from v join recon.cause c using (dossier_id)": LOCAL,
    "select dossier_id, count(*) from recon.ledger_entry group by 1": LOCAL,
    "select v.presence from recon.verdict v join core.agency a using (agency_id)": LOCAL,
    "select t.dossier_id from tonight t join recon.verdict v using (dossier_id)": PASSED_ON,
    "insert into core.touched (night, code) select date '2024-04-19', dossier_id from tonight": PASSED_ON,
    "select count(*) from recon.ledger_entry": GATHERED,
    "select cause, count(*) from recon.cause group by 1": GATHERED,
    "select dossier_id, row_number() over (order by dossier_id) from recon.gap": GATHERED,
    "select r.record_id from core.first_seen r join recon.verdict v on v.dossier_id = r.record_id": CROSSING,
    "select a.code from core.look_up a join recon.verdict v on v.dossier_id = a.code": CROSSING,
    "update recon.verdict v set to_night = '2024-04-20' from tonight t where t.agency_id = v.agency_id": CROSSING,
}


@pytest.fixture(scope="module")
def plans(shared_warehouse_dsn: str) -> dict[str, Any]:
    with psycopg.connect(shared_warehouse_dsn) as connection:
        connection.execute("create temporary table tonight (dossier_id text, agency_id text)")
        connection.execute("set enable_nestloop = off")
        found = {}
        for statement in STATEMENTS:
            text = statement.replace("where night_is", "where from_night = '2024-04-19'")
            row = connection.execute(f"explain (verbose, costs off, format json) {text}").fetchone()  # type: ignore[call-overload]
            found[statement] = row[0][0]["Plan"]
    return found


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_is_told_by_what_its_plan_brings_together(plans: dict[str, Any], statement: str) -> None:
    found = judged(plans[statement], load_columns())
    assert (found.kind, bool(found.why)) == (STATEMENTS[statement], found.kind != LOCAL)


def test_a_nested_loop_carries_what_it_looks_up_by(shared_warehouse_dsn: str) -> None:
    with psycopg.connect(shared_warehouse_dsn) as connection:
        connection.execute("set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off")
        for column, kind in (("dossier_id", LOCAL), ("agency_id", CROSSING)):
            row = connection.execute(
                f"""explain (verbose, format json) select v.presence from recon.verdict v
                join recon.difference d on d.{column if column == "dossier_id" else "national_value"} = v.{column}"""
            ).fetchone()
            plan = row[0][0]["Plan"]
            assert "Nested Loop" in str(plan)
            assert judged(plan, load_columns()).kind == kind


def test_every_table_that_would_be_spread_is_there_with_its_column(shared_warehouse_dsn: str) -> None:
    """In its primary key, where it has one: a column of a key is never null, and tells the shard of each row."""
    with psycopg.connect(shared_warehouse_dsn) as connection:
        for table, column in load_columns().items():
            row = connection.execute(
                """select a.attnotnull, (
                    select a.attnum = any (conkey) from pg_constraint where conrelid = a.attrelid and contype = 'p'
                ) from pg_attribute a where a.attrelid = %s::regclass and a.attname = %s""",
                [table, column],
            ).fetchone()
            assert (table, row) in [(table, (True, True)), (table, (True, None))] or table == "ops.gap_decision", table
