"""The advisory locks of the warehouse: who may work on what at the same time. Each is taken here and nowhere else.

PostgreSQL releases a lock when the process that holds it dies. A wait that times out ends with a message naming the holder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

import psycopg

from doisoat.errors import NightBusyError


class Lock(IntEnum):
    """First key of each lock: any number that nothing else in the database uses. The second key is a day, or 0."""

    #: Writing the warehouse: one transaction at a time.
    WRITE = 204_19_01
    #: A step is working on the night whose day is the second key; steps share it, and no later night is opened meanwhile.
    WORK = 204_19_04
    #: Replaying nights from their landings.
    REPLAY = 204_19_02
    #: Sending alerts: a lock of its own, so that writing the warehouse never waits for a mail server.
    NEWS = 204_19_03

    @property
    def does(self) -> str:
        """What the holder is doing."""
        return {"WRITE": "writing the warehouse", "WORK": "working on the night", "REPLAY": "replaying nights",
                "NEWS": "sending alerts"}[self.name]  # fmt: skip


#: How long to wait for another writer: longer than any single transaction of a night with millions of rows.
WRITE_WAIT = dt.timedelta(hours=1)
#: How long to wait for another process sending alerts: longer than all senders together may take.
NEWS_WAIT = dt.timedelta(minutes=10)


def wait_to_write(connection: psycopg.Connection, *, at_most: dt.timedelta = WRITE_WAIT) -> None:
    """Take the writers' lock until the current transaction ends.

    Raises:
        NightBusyError: somebody else has written for longer than `at_most`.
    """
    with _waiting(connection, Lock.WRITE, at_most):
        connection.execute("select pg_advisory_xact_lock(%s, 0)", [Lock.WRITE])


@contextmanager
def sending_news(connection: psycopg.Connection, *, at_most: dt.timedelta = NEWS_WAIT) -> Iterator[None]:
    """Be the only one who sends alerts, until the block ends. The connection is in autocommit mode.

    Raises:
        NightBusyError: somebody else has sent for longer than `at_most`.
    """
    with _waiting(connection, Lock.NEWS, at_most):
        connection.execute("select pg_advisory_lock(%s, 0)", [Lock.NEWS])
    try:
        yield
    finally:
        with suppress(psycopg.Error):  # released if its server is gone
            connection.execute("select pg_advisory_unlock(%s, 0)", [Lock.NEWS])


def try_to_replay(connection: psycopg.Connection) -> None:
    """Be the only one who replays nights, as long as the connection is open.

    Raises:
        NightBusyError: somebody else is replaying.
    """
    row = connection.execute("select pg_try_advisory_lock(%s, 0)", [Lock.REPLAY]).fetchone()
    if not row or not row[0]:
        raise NightBusyError(
            f"another replay is running{_holder(connection, Lock.REPLAY)}; wait for it (`doisoat nights` shows its progress)"
        )


def work_on(connection: psycopg.Connection, night: dt.date) -> None:
    """Share the night with its other steps until the current transaction ends."""
    connection.execute("select pg_advisory_xact_lock_shared(%s, %s)", [Lock.WORK, night.toordinal()])


@contextmanager
def at_work_on(connection: psycopg.Connection, night: dt.date) -> Iterator[None]:
    """Share the night with its other steps, without a transaction, until the block ends."""
    key = [Lock.WORK, night.toordinal()]
    connection.execute("select pg_advisory_lock_shared(%s, %s)", key)
    connection.commit()
    try:
        yield
    finally:
        with suppress(psycopg.Error):  # released if its server is gone
            connection.execute("select pg_advisory_unlock_shared(%s, %s)", key)


def is_at_work(connection: psycopg.Connection, night: dt.date) -> bool:
    """Whether a step is working on the night. If none is, none starts until the current transaction ends."""
    row = connection.execute("select pg_try_advisory_xact_lock(%s, %s)", [Lock.WORK, night.toordinal()]).fetchone()
    return row == (False,)


@contextmanager
def _waiting(connection: psycopg.Connection, lock: Lock, at_most: dt.timedelta) -> Iterator[None]:
    """Give up waiting for the lock requested in the block after that time, and say who holds it."""
    limit = f"{int(at_most.total_seconds() * 1000)}ms"
    connection.execute("select set_config('lock_timeout', %s, false)", [limit])
    try:
        yield
    except psycopg.errors.LockNotAvailable:
        with connect_again(connection) as other:
            holder = _holder(other, lock)
        raise NightBusyError(
            f"waited {at_most} for another process {lock.does}{holder}; see what it is doing, then try again"
        ) from None
    connection.execute("reset lock_timeout")


def connect_again(connection: psycopg.Connection) -> psycopg.Connection:
    """A second connection to the same database: one whose transaction has failed cannot be queried."""
    return psycopg.connect(connection.info.dsn, password=connection.info.password, autocommit=True)


def _holder(connection: psycopg.Connection, lock: Lock) -> str:
    """Who holds a lock, as far as the server says: " (application, process, since when)"."""
    row = connection.execute(
        """select a.application_name, a.pid, coalesce(a.client_addr::text, 'this host'),
            to_char(coalesce(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI TZ')
        from pg_locks l join pg_stat_activity a using (pid)
        where l.locktype = 'advisory' and l.granted and l.classid = %s and l.database = (
            select oid from pg_database where datname = current_database())
        order by a.backend_start limit 1""",
        [int(lock)],
    ).fetchone()
    if row is None:
        return ""
    name, pid, host, since = row
    return f" ({name or 'an unnamed program'}, server process {pid}, from {host}, since {since})"
