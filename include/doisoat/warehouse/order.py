"""The order of nights: opened one after the other, held by one run, published or blocked. All under the write lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import psycopg

from doisoat.errors import (
    ConfigurationError,
    DecisionRefusedError,
    NightBusyError,
    NightError,
    NightNotCollectedError,
    NightOrderError,
    NightTakenOverError,
)
from doisoat.warehouse import locks, revisions
from doisoat.warehouse.database import connect

#: A night whose run has neither begun nor ended a task for this long is considered dead. It must be longer than the
#: longest pause between two tries of a task (orchestration.retries); how long a task itself takes does not matter.
ABANDONED_AFTER = dt.timedelta(hours=2)
UNFINISHED_REPLAY = (
    "nights are being replayed, or a replay was interrupted; waiting for it. "
    "If it died, `doisoat replay` finishes it; meanwhile analysts read what was published before"
)
#: How far a pull may lie after its night's end before the landing is marked as collected late: doisoat.collect.cut_off.


def claim(connection: psycopg.Connection, province_id: str) -> None:
    """Make sure that the warehouse is this province's: it belongs to the first one that opens a night in it.

    Raises:
        ConfigurationError: it is another province's, whose records a night of this one would end.
    """
    connection.execute("insert into ops.province (province_id) values (%s) on conflict do nothing", [province_id])
    row = connection.execute("select province_id, claimed_at::date from ops.province").fetchone()
    if row and row[0] != province_id:
        raise ConfigurationError(
            f"warehouse: it has been that of province {row[0]!r} since {row[1]}, and this is province {province_id!r}; nothing "
            "was written. Name a database of its own for each province in AIRFLOW_CONN_WAREHOUSE"
        )


def open_night(
    connection: psycopg.Connection, night: dt.date, *, run_id: str, collect_late: bool, sealed: Collection[dt.date] = ()
) -> None:
    """Open, or reopen, a night.

    Earlier nights must be finished, and those with sealed landings must have been opened. A night whose run died before
    it loaded anything, and nights that were never opened, are recorded as missed from now on.

    Args:
        sealed: nights that have a sealed landing: they can still be loaded, so no later night may skip them.

    Raises:
        NightBusyError: an earlier night is running, or is sealed and waits for its run; or nights are being replayed.
        NightOrderError: later nights have skipped this one, which is sealed.
        NightNotCollectedError: later nights have skipped this one, which has no landing.
    """
    if unfinished_replay(connection):
        raise NightBusyError(f"night {night}: {UNFINISHED_REPLAY}")
    last = connection.execute("select max(night) from ops.night where state <> 'missed'").fetchone()[0]  # type: ignore[index]
    _wait_for_earlier(connection, night, last, sealed)
    known = connection.execute("select state from ops.night where night = %s", [night]).fetchone()
    if last and night < last and (known is None or known[0] == "missed"):
        raise _passed_over(connection, night, last, is_sealed=night in sealed)
    connection.execute("update ops.night set state = 'missed' where night < %s and state = 'open'", [night])
    connection.execute(
        """insert into ops.night (night, state)
        select day::date, 'missed'
        from generate_series(%s::timestamp + interval '1 day', %s::timestamp - interval '1 day', '1 day') day
        on conflict do nothing""",
        [last or night, night],
    )
    connection.execute(
        """insert into ops.night as n (night, state, run_id, collects_late) values (%s, 'open', %s, %s)
        on conflict (night) do update set run_id = excluded.run_id, collects_late = excluded.collects_late,
            touched_at = now(), waits_since = now(),
            state = case n.state when 'missed' then 'open' else n.state end""",
        [night, run_id, collect_late],
    )


def _wait_for_earlier(
    connection: psycopg.Connection, night: dt.date, last: dt.date | None, sealed: Collection[dt.date]
) -> None:
    # only the latest night may be written: its steps now wait for us, or we wait for them
    if last and last < night and (step := locks.step_at_work(connection)) is not None:
        raise NightBusyError(f"night {night}: a task of an earlier night is running{step}; waiting for it")
    unfinished = connection.execute(
        """select night, state from ops.night where night < %s and state in ('open', 'loaded', 'reconciled')
        and touched_at >= now() - %s order by night""",
        [night, ABANDONED_AFTER],
    ).fetchone()
    if unfinished:
        raise NightBusyError(
            f"night {night}: night {unfinished[0]} is still {unfinished[1]}; waiting for it. If its run died, clear its "
            f"failed task or run it again (make night NIGHT={unfinished[0]}); after {ABANDONED_AFTER} it is skipped"
        )
    tried = {other for (other,) in connection.execute("select night from ops.night where run_id is not null")}
    ahead = {other for other in sealed if (last is None or last < other) and other < night}
    waiting = min(ahead - tried, default=None)
    if waiting:
        raise NightBusyError(
            f"night {night}: night {waiting} is sealed but was never opened, and comes first; waiting for it. Run it "
            "(airflow backfill create, or trigger it), or remove its landing to skip it for good"
        )


def _passed_over(connection: psycopg.Connection, night: dt.date, last: dt.date, *, is_sealed: bool) -> NightError:
    way_out = "" if _holds_anything(connection, last) else f". {_mistaken(last)}"
    if is_sealed:
        return NightOrderError(
            f"night {night}: it is sealed but was never loaded, and night {last} has been opened since; history cannot be "
            f"rewritten. Its landing is kept: replay all nights in order from their landings{way_out}"
        )
    return NightNotCollectedError(
        f"night {night}: never collected, and night {last} has been opened since; sources show only the present, and "
        "history cannot be rewritten. Skip it: it stays listed as missed (`doisoat nights`), and its changes show up "
        f"in the next night. Only a landing restored from a backup and a replay can bring it back{way_out}"
    )


def _mistaken(night: dt.date) -> str:
    """What can be done about a night of which nothing is loaded."""
    return (
        f"Nothing of night {night} is loaded: if it was opened by mistake, "
        f'`doisoat take-back --night {night} "why"` takes it back'
    )


def _holds_anything(connection: psycopg.Connection, night: dt.date) -> bool:
    """Whether anything of a night is in the warehouse: it was loaded, or got further."""
    row = connection.execute(
        """select state in ('open', 'missed') and not exists (select from ops.load l where l.night = n.night)
        from ops.night n where night = %s""",
        [night],
    ).fetchone()
    return row != (True,)


def take_back(connection: psycopg.Connection, night: dt.date) -> list[dt.date]:
    """Remove a night of which nothing is loaded from the order of nights.

    Returns the nights before it that were missed only because of it, and are removed too.

    Raises:
        NightBusyError: one of its tasks, or a replay, is running.
        NightOrderError: it was never opened, or stands in no other night's way.
        DecisionRefusedError: something of it is loaded.
    """
    if unfinished_replay(connection):
        raise NightBusyError(f"night {night}: {UNFINISHED_REPLAY}")
    state = state_of(connection, night)
    if state == "missed" or not is_latest(connection, night):
        raise NightOrderError(
            f"night {night}: it is {state}, and stands in no other night's way; only the latest night can be taken back, "
            "before anything of it is loaded"
        )
    refuse_at_work(connection, night)
    if _holds_anything(connection, night):
        raise DecisionRefusedError(
            f"night {night}: it is {state}, and data of it are loaded: it cannot be taken back. Publish or skip it; the next "
            "night shows what is true then"
        )
    connection.execute("delete from ops.pull where night = %s", [night])  # what stood in for pulls that never came
    connection.execute("delete from ops.pull_failure where night = %s", [night])
    connection.execute("delete from ops.night where night = %s", [night])
    freed = connection.execute(
        """delete from ops.night n where night < %s and state = 'missed' and run_id is null and rests_on is null
            and not exists (select from ops.night l where l.night > n.night and l.state <> 'missed')
        returning night""",
        [night],
    )
    return sorted(missed for (missed,) in freed)


def refuse_at_work(connection: psycopg.Connection, night: dt.date) -> None:
    """Refuse what would pull the night from under one of its tasks.

    Raises:
        NightBusyError: one is running.
    """
    if (step := locks.step_at_work(connection)) is not None:
        raise NightBusyError(
            f"night {night}: one of its tasks is running{step}; let it end, or stop its run on Airflow's page"
        )


def miss(connection: psycopg.Connection, night: dt.date) -> NightNotCollectedError:
    """Record that nothing was collected for the night; returns the error to raise once that is committed."""
    connection.execute("update ops.night set state = 'missed', inputs = null where night = %s", [night])
    return NightNotCollectedError(
        f"night {night}: no source that is read every night has a sealed landing that could be loaded: nothing to report; "
        "the last good night stays. If the sources were down, fix them and run the night again within 36 hours of its end; "
        f"later, collect it now, marked as late (collect_late; make night NIGHT={night}), restore its landing "
        "from a backup, or skip it: it stays listed as missed"
    )


def hold(connection: psycopg.Connection, night: dt.date, run_id: str | None) -> str:
    """Make sure that this run still holds the night, and record that it is running; returns the night's state.

    Until the transaction ends, no later night is opened: a step may rely on the order of nights that it saw.

    Raises:
        NightBusyError: a replay is running, and this run is not part of it.
        NightTakenOverError: another run opened the night since.
        NightOrderError: the night was never opened.
    """
    replaying = unfinished_replay(connection)
    if replaying and run_id != replaying:
        raise NightBusyError(f"night {night}: {UNFINISHED_REPLAY}")
    locks.work_on_night(connection)
    row = connection.execute("select state, run_id from ops.night where night = %s for update", [night]).fetchone()
    if row is None:
        raise NightOrderError(f"night {night}: not opened; its first task is open_night")
    if run_id is not None and row[1] != run_id:
        raise NightTakenOverError(f"night {night}: run {row[1]} has taken it over; this run ({run_id}) stops here")
    now = connection.execute(  # a night that was given up is reopened, if it is not too late
        """update ops.night n set touched_at = now(),
            state = case when r.is_reopened then 'open' else n.state end,
            waits_since = case when r.is_reopened then now() else n.waits_since end
        from (select %(night)s::date as night, o.state = 'missed' and not exists (
            select from ops.night l where l.night > o.night and l.state <> 'missed') as is_reopened
            from ops.night o where o.night = %(night)s) r
        where n.night = r.night returning n.state""",
        {"night": night},
    ).fetchone()
    return str(now[0]) if now else str(row[0])


@contextmanager
def at_work(dsn: str, night: dt.date, run_id: str | None) -> Iterator[psycopg.Connection]:
    """A connection for a long step: it holds the night until the block ends, without a transaction.

    However long it takes, no later night is opened meanwhile; if the step dies, PostgreSQL releases the night.

    Raises:
        NightTakenOverError, NightOrderError: see hold.
    """
    with connect(dsn) as connection:
        hold(connection, night, run_id)
        with locks.at_work_on_night(connection):
            connection.autocommit = True
            yield connection


def hours_left(connection: psycopg.Connection, night: dt.date, hours: float) -> float:
    """How long the night still waits for a source that it waits for so many hours in all; 0 or less: no longer.

    The time counts from when the run that holds the night opened it. Of a night that is loaded nobody waits any more: who asks
    a source for it again, asks anew.
    """
    row = connection.execute(
        """select extract(epoch from clock_timestamp() - waits_since)::float8 / 3600 from ops.night
        where night = %s and state = 'open'""",
        [night],
    ).fetchone()
    return hours - row[0] if row else hours


def take_blocked(connection: psycopg.Connection, night: dt.date, run_id: str) -> str:
    """Take a blocked night over from the run that it ended in, to complete its remaining steps; returns its state.

    Raises:
        NightOrderError: it was never opened, or later nights have been since.
        DecisionRefusedError: it is not blocked, nor was it taken over by an earlier try of ours.
    """
    row = connection.execute("select state, run_id from ops.night where night = %s for update", [night]).fetchone()
    if row is None:
        raise NightOrderError(f"night {night}: never opened; see `doisoat nights`")
    state, holder = row
    if state != "blocked" and (holder != run_id or state == "published"):
        raise DecisionRefusedError(f"night {night}: it is {state}, not blocked: there is nothing to accept")
    if not is_latest(connection, night):
        raise NightOrderError(
            f"night {night}: later nights have been opened since; its remaining steps can no longer run. "
            "The latest night shows what is known now"
        )
    connection.execute("update ops.night set run_id = %s, touched_at = now() where night = %s", [run_id, night])
    return str(state)


def unfinished_replay(connection: psycopg.Connection) -> str | None:
    """The run id of a replay that is running or was interrupted, None if there is none."""
    row = connection.execute("select min(run_id) from ops.replay").fetchone()
    return row[0] if row else None


def is_latest(connection: psycopg.Connection, night: dt.date) -> bool:
    """Whether no later night has been opened: only then may the night still be written.

    During a replay, nights that still have to be recomputed hold nothing yet and do not count.
    """
    row = connection.execute(
        """select max(night) from ops.night
        where state <> 'missed' and (night <= %(night)s or night not in (select night from ops.replay))""",
        {"night": night},
    ).fetchone()
    return row is not None and row[0] == night


def is_begun(connection: psycopg.Connection, night: dt.date) -> bool:
    """Whether anything was loaded for the night, even just a stand-in for a pull: loading again must undo that first."""
    row = connection.execute("select exists (select from ops.pull where night = %s)", [night]).fetchone()
    return row is not None and bool(row[0])


def state_of(connection: psycopg.Connection, night: dt.date) -> str:
    """The night's state: how far it got."""
    row = connection.execute("select state from ops.night where night = %s", [night]).fetchone()
    if row is None:
        raise NightOrderError(f"night {night}: not opened; its first task is open_night")
    return str(row[0])


def set_state(connection: psycopg.Connection, night: dt.date, state: str) -> None:
    """Record how far the night got."""
    connection.execute("update ops.night set state = %s, touched_at = now() where night = %s", [state, night])


def note_checked(connection: psycopg.Connection, night: dt.date, stage: str) -> None:
    """Record that a stage of checks was run: a replay runs the same ones."""
    connection.execute(
        """update ops.night set rests_on = jsonb_set(rests_on, '{checked}', rests_on -> 'checked' || to_jsonb(%(stage)s::text))
        where night = %(night)s and not rests_on -> 'checked' ? %(stage)s""",
        {"night": night, "stage": stage},
    )


def publish(connection: psycopg.Connection, night: dt.date, run_id: str | None) -> int:
    """Flip the pointer: analysts see the night from the commit on. Returns the revision (doisoat.warehouse.revisions)."""
    revision = revisions.publish(connection, night, run_id)
    set_state(connection, night, "published")
    return revision


def revision_of(connection: psycopg.Connection, night: dt.date) -> int:
    """The published revision whose rows are current, or the number that the next different publication will get."""
    row = connection.execute(
        """select coalesce(max(revision) filter (where withdrawn_at is null and archive_id = 0), max(revision) + 1, 1)
        from ops.publication where night = %s""",
        [night],
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate returns one row
    return int(row[0])


def last_published(connection: psycopg.Connection) -> dt.date:
    """The night that analysts read by default.

    Raises:
        NightNotCollectedError: none is published yet.
    """
    row = connection.execute("select max(night) from ops.publication where withdrawn_at is null").fetchone()
    if row is None or row[0] is None:
        raise NightNotCollectedError("no night is published yet; see `doisoat nights`")
    night: dt.date = row[0]
    return night
