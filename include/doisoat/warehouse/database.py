"""Connecting, SQL files and the one transaction that may write the warehouse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg
from psycopg import ClientCursor
from psycopg.abc import Buffer
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.datetime import DateLoader

from doisoat.errors import ConfigurationError, NightBusyError, StorageFullError, WarehouseUnavailableError
from doisoat.warehouse.locks import WRITE_WAIT, connect_again, wait_to_write, who_is_in_a_transaction

HERE = Path(__file__).parent
MINIMUM_SERVER_VERSION = 160000
#: For the one transaction that writes: it joins whole sources, so it may hash them in memory and use all cores.
WRITER_SETTINGS = {
    "work_mem": "128MB",
    "parallel_setup_cost": "100",
    "random_page_cost": "1.1",  # the few changed rows are looked up by index, in memory or on an SSD
    "parallel_tuple_cost": "0.01",
    "enable_partitionwise_aggregate": "on",  # a source's rows are a partition: each is counted by its own index
    "default_statistics_target": "10",  # what it analyzes is gone when it ends: a rough estimate picks the same plan
    "synchronous_commit": "on",  # a step that succeeded must survive a crash, whatever the server's own setting
}
_SET_FOR_WRITING = "select " + ", ".join(["set_config(%s, %s, true)"] * len(WRITER_SETTINGS))
#: A worker whose machine is gone must not hold its night for two hours, the default before TCP checks a peer.
KEEPALIVES = "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=20 -c tcp_keepalives_count=3"
#: Limits that a server or a database sets for its readers are not for us: a lock is held by a transaction that is idle.
#: No wait for a lock is without end.
_LIMITS = (
    "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0 "
    f"-c lock_timeout={int(WRITE_WAIT.total_seconds() * 1000)}"
)
#: What a server says of a statement that a warehouse of another schema lacks something for.
_MISSING = (
    psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
)  # fmt: skip
#: Fragments of a server's message when it refuses us for good; any other connection error may be temporary.
_REFUSALS = ("authentication failed", "does not exist", "pg_hba.conf", "not permitted", "permission denied")


def connect(dsn: str) -> psycopg.Connection:
    """A connection whose session prints and reads times in UTC and runs SQL files with client-side binding.

    Used as a context manager, it turns failures of the server within the block into our own errors.

    Raises:
        ConfigurationError: the server refuses us, or it is older than PostgreSQL 16 (which is the first that runs
            a full outer join in parallel).
        WarehouseUnavailableError: no server answers, or it is just starting, stopping or out of connections.
        StorageFullError: within the block, the server's disk was full.
    """
    try:
        connection = _Connection.connect(
            dsn,
            cursor_factory=ClientCursor,
            options=f"-c timezone=UTC -c client_min_messages=warning {KEEPALIVES} {_LIMITS}",
            application_name="doisoat",
            connect_timeout=int(conninfo_to_dict(dsn).get("connect_timeout") or 15),
        )
    except psycopg.OperationalError as error:
        lines = str(error).strip().splitlines()
        reason = next(
            (line for line in reversed(lines) if not line.startswith("\t")), "no reason given"
        )  # "\t": a hint
        kind = ConfigurationError if any(said in reason for said in _REFUSALS) else WarehouseUnavailableError
        raise kind(
            f"warehouse: cannot connect ({reason}); check its connection (AIRFLOW_CONN_WAREHOUSE...) and that the server runs"
        ) from None
    connection.adapters.register_loader("date", _InfiniteDate)
    if connection.info.server_version < MINIMUM_SERVER_VERSION:
        version = connection.info.server_version
        connection.close()
        raise ConfigurationError(f"warehouse: PostgreSQL {version // 10000} answers; 16 or later is needed")
    return connection


class _Connection(psycopg.Connection):
    """A connection that reports failures of its server as our own errors."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        found = _schema_of(self) if isinstance(error, _MISSING) else None
        if isinstance(error, psycopg.errors.LockNotAvailable):
            with suppress(psycopg.Error), connect_again(self) as other:
                found = who_is_in_a_transaction(other)
        try:
            super().__exit__(kind, error, at)
            raised = error
        except psycopg.OperationalError as at_the_commit:
            raised = at_the_commit
        if isinstance(raised, psycopg.errors.LockNotAvailable):
            raise NightBusyError(
                f"warehouse: waited in vain for a lock; in a transaction meanwhile{found or ': nobody that we may see'}; "
                "end what is in the way, then try again"
            ) from raised
        if isinstance(raised, psycopg.OperationalError):
            raise _told(raised) from raised
        if isinstance(raised, _MISSING) and found != _newest():
            raise ConfigurationError(
                f"warehouse: it has schema {found or 'none'}, and this release works on {_newest()}; do: `doisoat migrate`"
            ) from raised


def _told(error: psycopg.OperationalError) -> StorageFullError | WarehouseUnavailableError:
    came = str(error).strip().splitlines()[0]  # further lines may quote values
    if isinstance(error, psycopg.errors.DiskFull):
        return StorageFullError(
            f"warehouse: asked to write; got: {came}; do: make room on the disk of PostgreSQL's data (`doisoat nights` "
            "shows how far the night got), then clear the failed task: nothing of it was written"
        )
    return WarehouseUnavailableError(
        f"warehouse: asked to run SQL; got: {came}; do: make sure that PostgreSQL is running and has room (its log says why it "
        "stopped), then clear the failed task: what was not committed was rolled back"
    )


class _InfiniteDate(DateLoader):
    """Reads PostgreSQL's infinite dates as Python's earliest and latest dates."""

    def load(self, data: Buffer) -> dt.date:
        text = bytes(data)
        if text == b"infinity":
            return dt.date.max
        return dt.date.min if text == b"-infinity" else super().load(data)


@contextmanager
def writing(dsn: str) -> Iterator[psycopg.Connection]:
    """The only transaction that may write the warehouse: waits for its turn, commits at the end, rolls back on error.

    Raises:
        NightBusyError: somebody else has been writing for longer than doisoat.warehouse.locks.WRITE_WAIT.
    """
    with connect(dsn) as connection, connection.transaction():
        wait_to_write(connection)
        connection.execute(_SET_FOR_WRITING, [word for setting in WRITER_SETTINGS.items() for word in setting])
        yield connection


@contextmanager
def joining_by_hash(connection: psycopg.Connection) -> Iterator[None]:
    """Within the block tables are joined by hash alone, whatever the planner thinks of those that it knows nothing about."""
    connection.execute("set local enable_nestloop = off; set local enable_mergejoin = off")
    yield  # after an error the transaction is over, and with it the settings
    connection.execute("set local enable_nestloop = on; set local enable_mergejoin = on")


def run_file(connection: psycopg.Connection, path: Path, parameters: Mapping[str, Any] | None = None) -> int:
    """Run the statements of one SQL file; returns the row count of the last one."""
    return run_sql(connection, path.read_text(encoding="utf-8"), parameters)


def run_sql(connection: psycopg.Connection, statements: str, parameters: Mapping[str, Any] | None = None) -> int:
    """Run several statements; returns the row count of the last one."""
    cursor = connection.execute(statements, parameters or None)
    while cursor.nextset():
        pass
    return cursor.rowcount


def _newest() -> str | None:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(HERE / "migrations")).get_current_head()


def _schema_of(connection: psycopg.Connection) -> str | None:
    """The revision that a warehouse is at, None if it was never migrated; the connection's transaction has failed."""
    with connect_again(connection) as other:
        if other.execute("select to_regclass('doisoat_migration')").fetchone() == (None,):
            return None
        row = other.execute("select version_num from doisoat_migration").fetchone()
        return str(row[0]) if row else None
