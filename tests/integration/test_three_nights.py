"""Three nights over real HTTP against the sandbox, without Airflow, held against the sandbox's answer key."""

from __future__ import annotations

from pathlib import Path

import psycopg
from doisoat.nights.sweep import deep_sweep
from doisoat.open_table.schema import load_schema
from doisoat.open_table.store import Store
from doisoat.open_table.write import synchronise
from doisoat.warehouse import connect
from sandbox.world import canaries
from support import nights_against_key as against
from support.findings import kept_otherwise
from support.kept_answers import read_whole, told_otherwise
from support.leaks import leaks_in_files
from support.provinces import CONFIG
from support.repairs import repairs_kept_otherwise

from bench import score as scoring

#: Cells whose rows and dossiers, summed over channels, are not those that the night counted of the cell and of the bridge.
HELD_OTHERWISE = """
    select night, agency_id, procedure_family, receipt_month from (
        select night, agency_id, procedure_family, receipt_month, national_listed_rows as national,
            provincial_listed_rows as provincial, provincial_dossiers as dossiers from mart.fact_sync_status
        union all
        select night, agency_id, procedure_family, receipt_month, -national_listed_rows, -provincial_listed_rows,
            -provincial_dossiers from mart.fact_holding
    ) cell
    group by 1, 2, 3, 4 having sum(national) <> 0 or sum(provincial) <> 0 or sum(dossiers) <> 0
    union all
    select night, null, null, receipt_month from (
        select night, receipt_month, national_listed_rows as national, provincial_listed_rows as provincial from mart.bridge_month
        union all
        select night, receipt_month, -national_listed_rows, -provincial_listed_rows from mart.fact_holding
    ) cell
    group by 1, 4 having sum(national) <> 0 or sum(provincial) <> 0
    """


def unlisted_codes(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Column of mart -> values in it that mart.dim_code does not list."""
    found = {}
    for view, column, code in connection.execute(
        """select c.relname, a.attname, d.code
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and a.atttypid = 'text'::regtype
        cross join lateral (
            select (array_agg(column_name order by length(column_name) desc))[1] as code from mart.dim_code
            where column_name in (a.attname, c.relname || '.' || a.attname)
        ) d
        where c.relnamespace = 'mart'::regnamespace and d.code is not null"""
    ).fetchall():
        values = connection.execute(
            f"""select distinct {column} from mart.{view} where {column} is not null
            except select value from mart.dim_code where column_name = %s""",
            [code],
        ).fetchall()
        if values:
            found[f"{view}.{column}"] = sorted(value for (value,) in values)
    return found


def test_three_nights_agree_with_the_answer_key(tmp_path: Path, warehouse_dsn: str) -> None:
    with against.served(tmp_path / "sandbox", 2000) as sandbox:
        site = against.site_of(CONFIG / "lang_son.yaml", tmp_path, warehouse_dsn, sandbox.connections())
        for night in against.NIGHTS:
            against.run_night(site, sandbox, night)
            swept = deep_sweep(site)
            assert swept is not None
            assert swept.differences == 0
        key = against.key_of(sandbox)
    assert len(key) > 1500
    ministries = against.ministries_of(site)
    with connect(warehouse_dsn) as connection:
        assert connection.execute("select count(*) from mart.night").fetchone() == (3,)
        how = connection.execute("select is_whole from recon.whole_night order by night").fetchall()
        assert how == [(True,), (False,), (False,)]  # what changed was enough to look at, as the sweeps agree
        for night in against.NIGHTS:
            assert kept_otherwise(connection, night) == {}
            assert repairs_kept_otherwise(connection, night) == {}
            assert told_otherwise(connection, site.settings, night) == {}
        assert read_whole(connection, against.NIGHTS[-1]) == set()
        assert against.failed_checks(connection) == []
        assert against.incomplete_pulls(connection) == []
        assert against.wrong_rates(connection, key) == {}
        assert connection.execute(HELD_OTHERWISE).fetchall() == []
        assert unlisted_codes(connection) == {}
        assert against.held_otherwise(connection, key, ministries) == {}
        wrong = against.wrongly_present(connection, key)
        assert {case for case in wrong if case not in against.UNLINKED} == set()
        for side in ("provincial", "national"):
            assert against.wrongly_covered(connection, key, ministries, side) == {}
        assert against.wrong_statuses(connection, key, ["business_registration", "judicial_record"]) == {}
        looked_up = connection.execute("select sum(asked), sum(held) from ops.look_up_pull").fetchone()
    assert looked_up[0] > looked_up[1] > 0
    causes = scoring.score(key, scoring.said_of(warehouse_dsn))
    assert (dict(causes.wrong), dict(causes.missed)) == ({}, {})
    assert set(causes.true) >= {
        "never_pulled",
        "two_codes",
        "resent_new_tail",
        "left_out",
        "status_distorted",
        "imported_twice",
    }
    synchronise(site, Store(str(tmp_path / "table")), against.NIGHTS)
    found, searched = leaks_in_files(tmp_path / "table", canaries.PATTERN)
    assert found == []
    assert searched == len(against.NIGHTS) * (1 + len(load_schema().tables))
    left = [path for path in sandbox.inbox.rglob("*") if path.is_file()]
    assert left == [], "originals hold personal data: they go once they are sealed"
