"""A warehouse that the release before filled is brought to this one's schema, keeps what it says, and goes on.

tests/fixtures/warehouse_0.1.0.dump was made by the code of 0.1.0 (tools/make_upgrade_fixture.py): the nights of 17 and 18
April of the sandbox's world of 60 dossiers, `pg_dump --format=custom --exclude-schema=mart` (views are made anew by each
release). What was made before 0.1.0 is refused.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from doisoat.errors import ConfigurationError
from doisoat.names import unit_key
from doisoat.warehouse import connect, migrate
from doisoat.warehouse.migration import BEFORE_0_1_0
from standalone import postgres
from support import nights_against_key as against
from support.commands import doisoat
from support.findings import kept_otherwise
from support.provinces import CONFIG
from support.repairs import repairs_kept_otherwise
from support.upgrades import OLD, newest_revision
from support.world import World


def said(dsn: str) -> dict[str, str]:
    """Table -> the columns that it had before, but for those that a revision computes anew."""
    with connect(dsn) as connection:
        tables = connection.execute(
            """select table_schema, table_name, array_agg(quote_ident(column_name)::text order by column_name)
            from information_schema.columns join information_schema.tables using (table_schema, table_name)
            where table_schema in ('core', 'recon', 'ops') and table_type = 'BASE TABLE' and column_name <> 'name_key'
            group by 1, 2"""
        ).fetchall()
        return {f"{schema}.{table}": ", ".join(columns) for schema, table, columns in tables}


def digests(dsn: str, columns: dict[str, str]) -> dict[str, str]:
    with connect(dsn) as connection:
        return {
            table: connection.execute(
                f"select count(*) || ' ' || coalesce(md5(string_agg(row({names})::text, '|' order by row({names})::text)), '')"
                f" from {table}"
            ).fetchone()[0]
            for table, names in columns.items()
        }


def test_a_filled_warehouse_is_upgraded_and_goes_on(tmp_path: Path, postgres_server: postgres.Server) -> None:
    dsn = postgres.ensure_database(postgres_server, "upgraded", may_create_roles=True)
    postgres.ensure_database(
        postgres_server, "warehouse", may_create_roles=True
    )  # the dump's owner, as every test knows it
    with connect(postgres_server.dsn()) as connection:
        connection.execute(
            """do $$ begin
                if not exists (select from pg_roles where rolname = 'analyst') then create role analyst nologin; end if;
            end $$"""
        )
    superuser = postgres_server.dsn("upgraded")
    restore = [str(postgres.INSTALLATION / "bin" / "pg_restore"), "--exit-on-error", "--no-owner", "--role=upgraded"]
    subprocess.run([*restore, "--dbname", superuser, str(OLD)], check=True)
    columns = said(dsn)
    before = digests(dsn, columns)
    assert sum(digest.split()[0] != "0" for digest in before.values()) > 15

    migrate(dsn)
    assert digests(dsn, columns) == before
    with connect(dsn) as connection:
        assert connection.execute("select version_num from doisoat_migration").fetchone() == (newest_revision(),)
        assert connection.execute("select count(*) from mart.night").fetchone() == (2,)
        keys = connection.execute("select name, name_key from core.agency").fetchall()
        assert {key for name, key in keys if key != unit_key(name)} == set()
        assert connection.execute("select count(*) from recon.finding").fetchone() > (0,)
        assert connection.execute("select count(*) from recon.repair").fetchone() > (0,)
        for night in against.NIGHTS[:2]:
            assert kept_otherwise(connection, night) == {}
            assert repairs_kept_otherwise(connection, night) == {}

    night = against.NIGHTS[2]
    with against.served(tmp_path / "sandbox", 60) as sandbox:
        site = against.site_of(CONFIG / "lang_son.yaml", tmp_path, dsn, sandbox.connections())
        against.run_night(site, sandbox, night)
    with connect(dsn) as connection:
        published = connection.execute("select night from mart.night order by night").fetchall()
        assert published == [(known,) for known in against.NIGHTS]
        assert against.failed_checks(connection) == []
        for known in against.NIGHTS:
            assert kept_otherwise(connection, known) == {}
            assert repairs_kept_otherwise(connection, known) == {}
        changed = connection.execute("select sum(unchanged), sum(received) from ops.load where night = %s", [night])
        unchanged, received = changed.fetchone()
    assert received > unchanged > 0  # it stands on what the release before held


def revised(dsn: str, revision: str) -> None:
    with connect(dsn) as connection:
        connection.execute("update doisoat_migration set version_num = %s", [revision])


@pytest.mark.parametrize(
    ("revisions", "words"),
    [
        (BEFORE_0_1_0, r"was made before 0\.1\.0 .*new, empty database .*`doisoat migrate` and `doisoat replay`"),
        ({"of_next_year"}, r"was made by another release .*install the newest release"),
    ],
)
def test_a_warehouse_that_no_way_leads_from_is_refused_and_left_alone(
    warehouse_dsn: str, revisions: set[str], words: str
) -> None:
    with connect(warehouse_dsn) as connection:
        views = connection.execute(
            "select oid from pg_class where relnamespace = 'mart'::regnamespace order by 1"
        ).fetchall()
    for revision in revisions:
        revised(warehouse_dsn, revision)
        with pytest.raises(ConfigurationError, match=words) as refused:
            migrate(warehouse_dsn)
        assert revision in str(refused.value)
        assert "\n" not in str(refused.value)
    with connect(warehouse_dsn) as connection:
        left = connection.execute(
            "select oid from pg_class where relnamespace = 'mart'::regnamespace order by 1"
        ).fetchall()
    assert left == views != []


def test_the_thirteen_revisions_of_before_0_1_0_are_known_and_none_is_used_again() -> None:
    assert len(BEFORE_0_1_0) == 13
    assert newest_revision() not in BEFORE_0_1_0


def test_the_command_says_in_one_line_what_to_do_with_a_warehouse_of_before_0_1_0(
    tmp_path: Path, warehouse_dsn: str
) -> None:
    revised(warehouse_dsn, "kept_calendar")
    done = doisoat(World(tmp_path, warehouse_dsn), "migrate")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "was made before 0.1.0 (schema kept_calendar)" in " ".join(done.stderr.split())
