"""A reader who means harm: what the login of docs/operations.md cannot do to the writer, and what a migration does to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import psycopg
import pytest
from doisoat.errors import NightBusyError
from doisoat.warehouse import connect, migrate, writing
from doisoat.warehouse.locks import wait_to_write
from standalone import postgres
from support.readers import REFUSED, database_of, reading

SOON = dt.timedelta(milliseconds=200)


@pytest.fixture
def reader_dsn(warehouse_dsn: str, postgres_server: postgres.Server) -> Iterator[str]:
    with reading(warehouse_dsn, postgres_server) as dsn:
        yield dsn


def test_a_reader_reads_mart_and_harms_nobody(reader_dsn: str, warehouse_dsn: str) -> None:
    with psycopg.connect(reader_dsn, autocommit=True) as reader, connect(warehouse_dsn) as owner:
        assert reader.execute("select count(*) from mart.night").fetchone() == (0,)
        for attempt in REFUSED:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), reader.transaction():
                reader.execute(attempt)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select pg_terminate_backend(%s)", [owner.info.backend_pid])
        limits = [reader.execute(f"show {name}").fetchone() for name in ("temp_file_limit", "statement_timeout")]
        assert limits == [("2GB",), ("5min",)]
        assert reader.execute("show idle_in_transaction_session_timeout").fetchone() == ("1min",)


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_a_reader_is_let_into_no_other_database(reader_dsn: str, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(reader_dsn, dbname=database)


def test_the_writer_does_not_wait_for_a_lock_that_anybody_may_hold(
    reader_dsn: str, warehouse_dsn: str, postgres_server: postgres.Server
) -> None:
    """Also where no superuser has closed the database: the numbers are those of the advisory locks that there used to be."""
    with psycopg.connect(postgres_server.dsn(database_of(warehouse_dsn))) as superuser:
        superuser.execute("grant execute on function pg_advisory_lock(int, int) to public")
    with psycopg.connect(reader_dsn) as reader, connect(warehouse_dsn) as owner:
        for number in (204_19_01, 204_19_02, 204_19_03, 204_19_04):
            reader.execute("select pg_advisory_lock(%s, 0)", [number])
        with owner.transaction():
            wait_to_write(owner, at_most=SOON)
        assert owner.execute("select count(*) from pg_locks where locktype = 'advisory'").fetchone() == (4,)


def test_a_reader_who_is_in_the_way_of_a_migration_is_disconnected(reader_dsn: str, warehouse_dsn: str) -> None:
    reader = psycopg.connect(reader_dsn)
    reader.execute("set idle_in_transaction_session_timeout = 0")
    reader.execute("select * from mart.night")
    migrate(warehouse_dsn, readers_wait=SOON)
    with pytest.raises(psycopg.OperationalError, match="administrator command"):
        reader.execute("select * from mart.night")
    with psycopg.connect(reader_dsn) as again:
        assert again.execute("select count(*) from mart.night").fetchone() == (0,)


def test_a_migration_says_in_one_line_who_else_is_in_its_way(
    warehouse_dsn: str, postgres_server: postgres.Server
) -> None:
    name = "a report"
    with psycopg.connect(postgres_server.dsn(database_of(warehouse_dsn)), application_name=name) as superuser:
        superuser.execute("select * from mart.night")
        with pytest.raises(NightBusyError) as refused:
            migrate(warehouse_dsn, readers_wait=SOON)
        assert f"server process {superuser.info.backend_pid} of role postgres" in str(refused.value)
        assert "\n" not in str(refused.value)
        superuser.execute("select * from mart.night")  # nobody ends a superuser's work


def test_a_migration_says_what_an_administrator_has_left_open(
    warehouse_dsn: str, postgres_server: postgres.Server, caplog: pytest.LogCaptureFixture
) -> None:
    migrate(warehouse_dsn)
    assert [record for record in caplog.records if record.name.startswith("doisoat")] == []
    with psycopg.connect(postgres_server.dsn(database_of(warehouse_dsn))) as superuser:
        superuser.execute("grant execute on function lo_create(oid) to public")
    migrate(warehouse_dsn)
    (said,) = [record.getMessage() for record in caplog.records if record.name.startswith("doisoat")]
    assert "can fill its disk with large objects; do: close it" in said


def test_a_wait_for_any_lock_ends_and_says_who_is_in_the_way(warehouse_dsn: str) -> None:
    with connect(warehouse_dsn) as holding:
        holding.execute("lock table ops.night in row exclusive mode")
        with pytest.raises(NightBusyError, match=f"server process {holding.info.backend_pid} of role warehouse"):
            lock_the_nights(warehouse_dsn)


def lock_the_nights(dsn: str) -> None:
    with writing(dsn) as connection:
        connection.execute("set local lock_timeout = '100ms'; lock table ops.night in exclusive mode")


def test_limits_that_a_database_sets_for_its_readers_are_not_the_writers(
    warehouse_dsn: str, postgres_server: postgres.Server
) -> None:
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as superuser:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
            superuser.execute(f"alter database {database_of(warehouse_dsn)} set {limit} = '7ms'")
    with connect(warehouse_dsn) as connection:
        shown = [
            connection.execute(f"show {limit}").fetchone()
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout")
        ]
    assert shown == [("0",), ("0",), ("1h",)]
