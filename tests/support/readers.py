"""A reader of the warehouse who means harm: the login of `doisoat analyst add`, and what it must not be able to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from doisoat.warehouse import connect, migrate, readers
from doisoat.warehouse.locks import Lock
from psycopg.conninfo import conninfo_to_dict

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


@contextmanager
def reading(warehouse_dsn: str) -> Iterator[str]:
    """A login as `doisoat analyst add` makes it, in a warehouse that `doisoat migrate` has closed."""
    migrate(warehouse_dsn)
    name = f"reader_of_{database_of(warehouse_dsn)}"
    with connect(warehouse_dsn) as connection:
        password = readers.add(connection, name, "Asia/Ho_Chi_Minh")
    try:
        yield psycopg.conninfo.make_conninfo(warehouse_dsn, user=name, password=password)
    finally:
        with connect(warehouse_dsn) as connection:
            readers.remove(connection, name)
