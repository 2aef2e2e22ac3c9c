"""Who waits for whom, for how long, and what a wait ends with."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest
from doisoat.errors import NightBusyError
from doisoat.warehouse import connect, writing
from doisoat.warehouse.locks import (
    WRITE_WAIT,
    Lock,
    at_work_on_night,
    sending_news,
    step_at_work,
    try_to_replay,
    wait_to_write,
    work_on_night,
)

SOON = dt.timedelta(milliseconds=100)


def test_no_two_locks_are_one() -> None:
    assert len({lock.value for lock in Lock}) == len(Lock.__members__)  # an enum makes two of one name an alias
    assert all(lock.does for lock in Lock)


def test_news_are_sent_while_a_replay_is_at_work_and_the_other_way_round(warehouse_dsn: str) -> None:
    with connect(warehouse_dsn) as replaying, connect(warehouse_dsn) as sending:
        sending.autocommit = True
        try_to_replay(replaying)
        with sending_news(sending, at_most=SOON):
            pass
    with connect(warehouse_dsn) as replaying, connect(warehouse_dsn) as sending:
        sending.autocommit = True
        with sending_news(sending, at_most=SOON):
            try_to_replay(replaying)


def test_a_wait_for_another_writer_ends_and_says_who_it_is(warehouse_dsn: str) -> None:
    with writing(warehouse_dsn) as writer, connect(warehouse_dsn) as other:
        said = f"writing the warehouse .doisoat, server process {writer.info.backend_pid}"
        with pytest.raises(NightBusyError, match=said), other.transaction():
            wait_to_write(other, at_most=SOON)


def test_a_wait_for_whoever_sends_news_ends(warehouse_dsn: str) -> None:
    with connect(warehouse_dsn) as first, connect(warehouse_dsn) as second:
        first.autocommit = second.autocommit = True
        with sending_news(first), pytest.raises(NightBusyError, match=r"sending alerts \(doisoat"), \
                sending_news(second, at_most=SOON):  # fmt: skip
            pytest.fail("two send at once")
        with sending_news(second, at_most=SOON):  # the first has let go
            pass


def test_two_replays_exclude_each_other(warehouse_dsn: str) -> None:
    with connect(warehouse_dsn) as first, connect(warehouse_dsn) as second:
        try_to_replay(first)
        with pytest.raises(NightBusyError, match=r"another replay is running \(doisoat"):
            try_to_replay(second)


def test_steps_share_their_night_and_hold_back_the_next(warehouse_dsn: str) -> None:
    with connect(warehouse_dsn) as first, connect(warehouse_dsn) as second, connect(warehouse_dsn) as later:
        work_on_night(first)
        with at_work_on_night(second):
            first.rollback()
            assert "doisoat, server process" in str(step_at_work(later))
        assert step_at_work(later) is None
        first.execute("set lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable), first.transaction():
            work_on_night(first)  # until the night is opened, or is not


def test_who_holds_a_lock_for_hours_holds_back_no_vacuum_and_no_backup(warehouse_dsn: str) -> None:
    with connect(warehouse_dsn) as step, connect(warehouse_dsn) as replaying, connect(warehouse_dsn) as sending:
        step.autocommit = sending.autocommit = True
        try_to_replay(replaying)
        with at_work_on_night(step), sending_news(sending), psycopg.connect(warehouse_dsn, autocommit=True) as other:
            held = other.execute(
                """select count(*), count(backend_xid), count(backend_xmin) from pg_stat_activity
                where datname = current_database() and state = 'idle in transaction'"""
            ).fetchone()
            assert held == (3, 0, 0)
            for lock in Lock:
                with other.transaction():
                    other.execute(f"lock table lock.{lock.value} in access share mode nowait")  # as pg_dump does


def test_a_lock_that_was_waited_for_leaves_no_limit_behind(warehouse_dsn: str) -> None:
    with writing(warehouse_dsn) as connection:
        assert connection.execute("show lock_timeout").fetchone() == (f"{WRITE_WAIT.seconds // 3600}h",)
