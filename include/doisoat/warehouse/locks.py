"""The locks of the warehouse: who may work on what at the same time. Each is taken here and nowhere else.

A lock is an empty table of the schema `lock`, which its owner alone may lock: advisory locks are for everybody to take, and
a reader who took ours stopped every night. The mode is one that a backup does not wait for and that needs no transaction
id, so whoever holds a lock for hours holds back no vacuum. PostgreSQL releases it when the process that holds it dies.
A wait that times out ends with a message naming the holder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

import psycopg
from psycopg import sql

from doisoat.errors import NightBusyError


class Lock(Enum):
    """The table of each lock."""

    #: Writing the warehouse: one transaction at a time.
    WRITE = "writing"
    #: A step is working on its night; steps share it, and no later night is opened meanwhile.
    WORK = "working"
    #: Replaying nights from their landings.
    REPLAY = "replaying"
    #: Sending alerts: a lock of its own, so that writing the warehouse never waits for a mail server.
    NEWS = "sending"

    @property
    def does(self) -> str:
        """What the holder is doing."""
        return {"WRITE": "writing the warehouse", "WORK": "working on a night", "REPLAY": "replaying nights",
                "NEWS": "sending alerts"}[self.name]  # fmt: skip

    @property
    def _table(self) -> sql.Identifier:
        return sql.Identifier("lock", self.value)

    def take(self, *, shared: bool = False, nowait: bool = False) -> sql.Composed:
        """The statement that takes it until the transaction ends."""
        mode, end = sql.SQL("share" if shared else "exclusive"), sql.SQL("nowait" if nowait else "")
        return sql.SQL("lock table {} in {} mode {}").format(self._table, mode, end)


#: How long to wait for another writer: longer than any single transaction of a night with millions of rows. No statement of
#: ours waits longer for any lock (doisoat.warehouse.connect).
WRITE_WAIT = dt.timedelta(hours=1)
#: How long to wait for another process sending alerts: longer than all senders together may take.
NEWS_WAIT = dt.timedelta(minutes=10)


def wait_to_write(connection: psycopg.Connection, *, at_most: dt.timedelta = WRITE_WAIT) -> None:
    """Take the writers' lock until the current transaction ends.

    Raises:
        NightBusyError: somebody else has written for longer than `at_most`.
    """
    _wait(connection, Lock.WRITE, at_most)


@contextmanager
def sending_news(connection: psycopg.Connection, *, at_most: dt.timedelta = NEWS_WAIT) -> Iterator[None]:
    """Be the only one who sends alerts, until the block ends; the lock is a second connection's.

    Raises:
        NightBusyError: somebody else has sent for longer than `at_most`.
    """
    with _keeper(connection) as keeper:
        _wait(keeper, Lock.NEWS, at_most)
        yield


def try_to_replay(connection: psycopg.Connection) -> None:
    """Be the only one who replays nights, until the connection's transaction ends: it is used for nothing else.

    Raises:
        NightBusyError: somebody else is replaying.
    """
    if not _is_free(connection, Lock.REPLAY):
        raise NightBusyError(
            f"another replay is running{_holder(connection, Lock.REPLAY)}; wait for it (`doisoat nights` shows its progress)"
        )


def work_on_night(connection: psycopg.Connection) -> None:
    """Share the night that was opened last with its other steps until the current transaction ends."""
    connection.execute(Lock.WORK.take(shared=True))


@contextmanager
def at_work_on_night(connection: psycopg.Connection) -> Iterator[None]:
    """The same until the block ends, while the connection is in no transaction; the lock is a second connection's."""
    with _keeper(connection) as keeper:
        work_on_night(keeper)
        connection.commit()
        yield


def step_at_work(connection: psycopg.Connection) -> str | None:
    """Who is working on a night, None if nobody is: then no step starts until the current transaction ends."""
    return None if _is_free(connection, Lock.WORK) else _holder(connection, Lock.WORK)


def _wait(connection: psycopg.Connection, lock: Lock, at_most: dt.timedelta) -> None:
    """Take the lock; give up waiting after that time, and say who holds it."""
    limit = f"{int(at_most.total_seconds() * 1000)}ms"
    connection.execute("select set_config('lock_timeout', %s, false)", [limit])
    try:
        connection.execute(lock.take())
    except psycopg.errors.LockNotAvailable:
        with connect_again(connection) as other:
            holder = _holder(other, lock)
        raise NightBusyError(
            f"waited {at_most} for another process {lock.does}{holder}; see what it is doing, then try again"
        ) from None
    connection.execute("reset lock_timeout")


def _is_free(connection: psycopg.Connection, lock: Lock) -> bool:
    """Whether nobody held it; then it is ours until the transaction ends."""
    connection.execute("select")  # begins one if none has begun: what follows is a savepoint in it
    with suppress(psycopg.errors.LockNotAvailable), connection.transaction():
        connection.execute(lock.take(nowait=True))
        return True
    return False


@contextmanager
def _keeper(connection: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """A connection whose one transaction holds a lock until the block ends; it is released if its server is gone."""
    keeper = connect_again(connection, autocommit=False)
    try:
        yield keeper
    finally:
        with suppress(psycopg.Error):
            keeper.rollback()  # what is closed is released a moment later, this at once
        keeper.close()


def connect_again(connection: psycopg.Connection, *, autocommit: bool = True) -> psycopg.Connection:
    """A second connection to the same database, as ours is: one whose transaction has failed cannot be queried."""
    return psycopg.connect(connection.info.dsn, password=connection.info.password, autocommit=autocommit)


#: Sessions of this database that hold locks on our relations: the longest at it first. What is not ours to see is null.
_SESSIONS = """select
        a.pid,
        a.usename::text,
        coalesce(a.application_name, '') as application,
        coalesce(a.client_addr::text, 'this host') as host,
        to_char(coalesce(a.xact_start, a.backend_start), 'YYYY-MM-DD HH24:MI TZ') as since
    from pg_stat_activity a
    where a.pid <> pg_backend_pid() and a.pid in (
        select l.pid from pg_locks l join pg_class c on c.oid = l.relation
        where l.locktype = 'relation' and l.granted
            and l.database = (select oid from pg_database where datname = current_database())
            and {of_them})
    order by coalesce(a.xact_start, a.backend_start), a.pid
    limit 3"""
_OUR_SCHEMAS = "('mart', 'mart_history', 'core', 'recon', 'ops', 'archive', 'raw', 'lock')"


def _holder(connection: psycopg.Connection, lock: Lock) -> str:
    """Who holds a lock, as far as the server says: " (application, process and role, host, since when)"."""
    of_them = f"c.oid = 'lock.{lock.value}'::regclass and l.mode <> 'AccessShareLock'"  # a backup's is in nobody's way
    return _told(connection, of_them)


def who_is_in_a_transaction(connection: psycopg.Connection) -> str:
    """Who else has used our tables or views in a transaction that has not ended: " (...; ...)", or nothing."""
    return _told(connection, f"c.relnamespace::regnamespace::text in {_OUR_SCHEMAS}")


def _told(connection: psycopg.Connection, of_them: str) -> str:
    rows = connection.execute(_SESSIONS.format(of_them=of_them).encode()).fetchall()
    told = [
        f"{name or 'a program'}, server process {pid} of role {role}, from {host}"
        + (f", since {since}" if since else "")
        for pid, role, name, host, since in rows
    ]
    return f" ({'; '.join(told)})" if told else ""


def disconnect_readers(connection: psycopg.Connection) -> int:
    """End the sessions of readers that hold locks on what they read; returns how many. The connection is in autocommit mode.

    A reader is a member of the role `analyst`, and no superuser. Only those are ended that the owner of the warehouse may
    end (docs/operations.md, Readers: it is granted their role, or pg_signal_backend).
    """
    readers = connection.execute(
        f"""select distinct a.pid
        from pg_locks l
        join pg_class c on c.oid = l.relation
        join pg_stat_activity a on a.pid = l.pid and a.datname = current_database()
        join pg_roles r on r.rolname = a.usename and not r.rolsuper and r.rolname <> current_user
        where l.locktype = 'relation' and l.granted and c.relnamespace::regnamespace::text in {_OUR_SCHEMAS}
            and pg_has_role(r.oid, 'analyst', 'member')""".encode()
    ).fetchall()
    ended = 0
    for (pid,) in readers:
        with suppress(psycopg.errors.InsufficientPrivilege):
            ended += bool(connection.execute("select pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,))
    return ended
