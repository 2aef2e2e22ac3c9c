"""A reader of the warehouse who means harm: the login of docs/operations.md, and what it must not be able to do."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from doisoat.warehouse import migrate
from doisoat.warehouse.locks import Lock
from psycopg.conninfo import conninfo_to_dict
from standalone import postgres

MAKE_READER = Path(__file__).parents[2] / "docker" / "postgres" / "make_reader.sql"
PASSWORD = "a 'quoted' password"
#: Attempts on disk, locks, other people's sessions and rights.
REFUSED = (
    "select lo_from_bytea(0, 'much')",
    "select lo_create(0)",
    "select lo_import('/etc/hostname')",
    "create temporary table mine (x text)",
    "create table mart.mine (x text)",
    "create table public.mine (x text)",
    "create schema mine",
    "select pg_advisory_lock(1)",
    "select pg_try_advisory_xact_lock_shared(1, 2)",
    "set temp_file_limit = -1",
    "set role warehouse",
    "select pg_reload_conf()",
    "select * from core.dossier_record",
    "select * from mart.night for update",
    "lock table mart.night in row exclusive mode",
    *(f"lock table lock.{lock.value} in access share mode" for lock in Lock),
)


def database_of(dsn: str) -> str:
    return str(conninfo_to_dict(dsn)["dbname"])


def run_psql(dsn: str, script: str) -> None:
    psql = [str(postgres.INSTALLATION / "bin" / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--no-psqlrc", dsn]
    subprocess.run(psql, input=script, text=True, check=True, capture_output=True)


@contextmanager
def reading(warehouse_dsn: str, postgres_server: postgres.Server) -> Iterator[str]:
    """A login made as docs/operations.md says, in a warehouse that `doisoat migrate` has closed."""
    migrate(warehouse_dsn)
    name = f"Reader {database_of(warehouse_dsn)}"
    said = f"\\set name '{name}'\n\\set password 'a ''quoted'' password'\n\\set owner warehouse\n"
    for _ in range(2):  # again changes nothing
        run_psql(postgres_server.dsn(database_of(warehouse_dsn)), said + MAKE_READER.read_text(encoding="utf-8"))
    try:
        yield psycopg.conninfo.make_conninfo(warehouse_dsn, user=name, password=PASSWORD)
    finally:
        with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
            connection.execute(f'drop role "{name}"')
