"""A warehouse that the release before filled is brought to this one's schema, keeps what it says, and goes on.

tests/fixtures/warehouse_every_source.dump was made by the code of revision `every_source`: the nights of 17 and 18 April of
the sandbox's world of 60 dossiers, `pg_dump --format=custom --exclude-schema=mart` (views are made anew by each release).
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from doisoat.warehouse import connect, migrate
from standalone import postgres
from support import nights_against_key as against
from support.provinces import CONFIG

OLD = Path(__file__).parents[1] / "fixtures" / "warehouse_every_source.dump"


def said(dsn: str) -> dict[str, str]:
    """Table -> a digest of its rows, in the columns that it had before."""
    with connect(dsn) as connection:
        tables = connection.execute(
            """select table_schema, table_name, array_agg(quote_ident(column_name)::text order by column_name)
            from information_schema.columns join information_schema.tables using (table_schema, table_name)
            where table_schema in ('core', 'recon', 'ops') and table_type = 'BASE TABLE' group by 1, 2"""
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
        assert connection.execute("select version_num from doisoat_migration").fetchone() != ("every_source",)
        assert connection.execute("select count(*) from mart.night").fetchone() == (2,)

    night = against.NIGHTS[2]
    with against.served(tmp_path / "sandbox", 60) as sandbox:
        site = against.site_of(CONFIG / "lang_son.yaml", tmp_path, dsn, sandbox.connections())
        against.run_night(site, sandbox, night)
    with connect(dsn) as connection:
        published = connection.execute("select night from mart.night order by night").fetchall()
        assert published == [(known,) for known in against.NIGHTS]
        assert against.failed_checks(connection) == []
        changed = connection.execute("select sum(unchanged), sum(received) from ops.load where night = %s", [night])
        unchanged, received = changed.fetchone()
    assert received > unchanged > 0  # it stands on what the release before held
