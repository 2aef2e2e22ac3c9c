"""A reader who means harm: what the login of `doisoat analyst add` cannot do to the writer, and what a migration does to it."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from doisoat.errors import NightBusyError
from doisoat.warehouse import connect, migrate, writing
from doisoat.warehouse.locks import wait_to_write
from psycopg.conninfo import conninfo_to_dict
from standalone import postgres
from support.commands import doisoat, typed_in_a_process
from support.readers import REFUSED, database_of
from support.world import World

SOON = dt.timedelta(milliseconds=200)


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    """An empty warehouse that `doisoat migrate` has closed."""
    migrate(warehouse_dsn)
    return World(tmp_path, warehouse_dsn)


@pytest.fixture
def reader_dsn(world: World) -> Iterator[str]:
    """The address of a login that `doisoat analyst add` made, with its password."""
    name = f"reader_of_{database_of(world.dsn)}"
    yield dsn_of(doisoat(world, "analyst", "add", name))
    assert doisoat(world, "analyst", "remove", name).returncode == 0


def dsn_of(done: subprocess.CompletedProcess[str]) -> str:
    """How to log in as what was printed says."""
    assert done.returncode == 0, done.stderr
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    return psycopg.conninfo.make_conninfo(said["address"].strip(), password=said["password"].strip())


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


def test_an_analyst_is_made_once_listed_given_a_new_password_and_removed(
    world: World, postgres_server: postgres.Server
) -> None:
    name = f"superset_{database_of(world.dsn)}"
    made = doisoat(world, "analyst", "add", name)
    with psycopg.connect(dsn_of(made)) as reader:
        assert reader.execute("select count(*) from night").fetchone() == (0,)  # of mart, without saying so
        assert reader.execute("show timezone").fetchone() == ("Asia/Ho_Chi_Minh",)
        listed = json.loads(doisoat(world, "analyst", "list", "--format", "json").stdout)
        (one,) = [each for each in listed if each["name"] == name]
        assert (one["connections_at_most"], one["connected_now"]) == (5, 1)
        assert "statement_timeout=5min" in one["settings"]
        again = doisoat(world, "analyst", "add", name)
        assert (again.returncode, again.stdout) == (1, "")
        assert f"`doisoat analyst add {name} --new-password`" in again.stderr
        renewed = doisoat(world, "analyst", "add", name, "--new-password")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(dsn_of(made))
        psycopg.connect(dsn_of(renewed)).close()
        assert doisoat(world, "analyst", "remove", name).stdout == f"removed: {name}\n"
        with pytest.raises(psycopg.OperationalError, match="administrator command"):
            reader.execute("select count(*) from night")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn_of(renewed))


def test_psql_opens_a_laptops_warehouse_as_a_reader(world: World, postgres_server: postgres.Server) -> None:
    home = {"DOISOAT_HOME": str(postgres_server.home), "DOISOAT_PROVINCE": str(world.site.settings.path)}
    ask = ("psql", "--no-psqlrc", "--tuples-only", "--no-align", "-c")
    for _ in range(2):  # the login is made once
        done = typed_in_a_process(home, *ask, "select count(*), current_user from night")
        assert (done.returncode, done.stdout, done.stderr) == (0, "0|laptop\n", "")
    refused = typed_in_a_process(home, *ask, "create table mine (x text)")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "permission denied" in refused.stderr
    elsewhere = doisoat(world, "psql", "-c", "select 1")
    assert (elsewhere.returncode, "`doisoat analyst add NAME`" in elsewhere.stderr) == (1, True)


def test_pandas_reads_as_the_guide_says(reader_dsn: str) -> None:
    guide = Path(__file__).parents[2] / "docs" / "analysts.md"
    block, *_ = re.findall("```python\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
    address = re.sub("^postgresql://", "postgresql+psycopg://", url_of(reader_dsn))
    found: dict[str, Any] = {}
    exec(re.sub(r'"postgresql\+psycopg://[^"]+"', repr(address), block), found)
    assert "night" in found["nights"].columns
    found["engine"].dispose()


def url_of(dsn: str) -> str:
    said = conninfo_to_dict(dsn)
    return f"postgresql://{said['user']}:{said['password']}@{said['host']}:{said['port']}/{said['dbname']}"


@pytest.mark.parametrize("name", ["", "Thu", "thu-ha", "pg_reader", "thu; drop role warehouse", "t" * 64, "1a", "thư"])
def test_a_name_that_would_need_quotes_makes_no_login(world: World, name: str) -> None:
    for words in (("add", name), ("remove", name), ("add", name, "--new-password")):
        done = doisoat(world, "analyst", *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1


def test_a_role_that_is_no_reader_is_not_touched(world: World) -> None:
    for words in (("remove", "warehouse"), ("add", "warehouse"), ("add", "postgres", "--new-password")):
        done = doisoat(world, "analyst", *words)
        assert (done.returncode, done.stdout) == (1, "")
    with connect(world.dsn) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_an_owner_who_may_not_limit_readers_makes_none(world: World, postgres_server: postgres.Server) -> None:
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as superuser:
        superuser.execute("revoke set on parameter temp_file_limit from warehouse")
        try:
            done = doisoat(world, "analyst", "add", "unlimited")
            assert (done.returncode, done.stdout) == (1, "")
            assert "docker/postgres/close_warehouse.sql" in done.stderr
            assert superuser.execute("select from pg_roles where rolname = 'unlimited'").rowcount == 0
        finally:
            superuser.execute("grant set on parameter temp_file_limit to warehouse")


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
