"""The order of nights: opened one after the other, held by one run, published or blocked. All under the write lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import psycopg

from doisoat.errors import NightBusyError, NightOrderError, NightTakenOverError
from doisoat.landing import Landing
from doisoat.warehouse.load import seal_of

#: A night whose run has written nothing for so long is taken to have died; a task writes at its start and end.
ABANDONED_AFTER = dt.timedelta(hours=2)
#: How far a pull may lie after its night's end before the landing is marked as collected late is doisoat.collect's.


def open_night(connection: psycopg.Connection, night: dt.date, *, run_id: str, collect_late: bool) -> None:
    """Begin, or begin again, a night.

    The night before must be finished. Nights between the last one and this one that were never opened are recorded as
    missed: sources show only the present, so they cannot be collected any more.

    Raises:
        NightBusyError: another night is at work.
        NightOrderError: the night lies before the last one and was never opened: history has passed it.
    """
    others = connection.execute(
        """select night, state, touched_at < now() - %s from ops.night
        where night <> %s and state in ('open', 'loaded', 'reconciled') order by night""",
        [ABANDONED_AFTER, night],
    ).fetchall()
    for other, state, is_abandoned in others:
        if not is_abandoned and other < night:
            raise NightBusyError(
                f"night {night}: night {other} is still {state}; it is waited for. If its run died, run it again "
                f"(make night NIGHT={other}) or wait {ABANDONED_AFTER}"
            )
    known = connection.execute("select state from ops.night where night = %s", [night]).fetchone()
    last = connection.execute("select max(night) from ops.night where state <> 'missed'").fetchone()[0]  # type: ignore[index]
    if last and night < last and (known is None or known[0] == "missed"):
        raise NightOrderError(
            f"night {night}: never opened, and night {last} has been loaded since; history cannot be written backwards"
        )
    connection.execute(
        """insert into ops.night (night, state)
        select day::date, 'missed'
        from generate_series(%s::timestamp + interval '1 day', %s::timestamp - interval '1 day', '1 day') day
        on conflict do nothing""",
        [last or night, night],
    )
    connection.execute(
        """insert into ops.night (night, state, run_id, collects_late) values (%s, 'open', %s, %s)
        on conflict (night) do update set run_id = excluded.run_id, collects_late = excluded.collects_late, touched_at = now()""",
        [night, run_id, collect_late],
    )


def hold(connection: psycopg.Connection, night: dt.date, run_id: str | None) -> str:
    """Make sure that this run still holds the night, and say that it is at work; returns the night's state.

    Raises:
        NightTakenOverError: another run opened the night since.
        NightOrderError: the night was never opened.
    """
    row = connection.execute("select state, run_id from ops.night where night = %s for update", [night]).fetchone()
    if row is None:
        raise NightOrderError(f"night {night}: not opened; its first task is open_night")
    if run_id is not None and row[1] != run_id:
        raise NightTakenOverError(f"night {night}: run {row[1]} has taken it over; this run ({run_id}) stops here")
    connection.execute("update ops.night set touched_at = now() where night = %s", [night])
    return row[0]


def is_latest(connection: psycopg.Connection, night: dt.date) -> bool:
    """Whether no later night has been opened: only then may the night still be written."""
    row = connection.execute("select max(night) from ops.night where state <> 'missed'").fetchone()
    return row is not None and row[0] == night


def state_of(connection: psycopg.Connection, night: dt.date) -> str:
    """How far the night came."""
    row = connection.execute("select state from ops.night where night = %s", [night]).fetchone()
    if row is None:
        raise NightOrderError(f"night {night}: not opened; its first task is open_night")
    return str(row[0])


def set_state(connection: psycopg.Connection, night: dt.date, state: str) -> None:
    """Say how far the night came."""
    connection.execute("update ops.night set state = %s, touched_at = now() where night = %s", [state, night])


def record_pulls(
    connection: psycopg.Connection, night: dt.date, expected_every: Mapping[str, int], landings: dict[str, Landing]
) -> None:
    """Write the certificate of each source's pull; where there is none, the last good one stands in.

    Args:
        expected_every: the sources, and every how many days something new is expected of each: a snapshot that is
            younger is standing, an older one is stale.
    """
    for source_id, days in expected_every.items():
        connection.execute("delete from ops.pull where night = %s and source_id = %s", [night, source_id])
        if source_id in landings:
            record_fresh(connection, night, landings[source_id])
            continue
        copied = connection.execute(
            """insert into ops.pull (night, source_id, state, snapshot_night, seal, mode, cut_off, is_complete,
                incomplete_reason, is_collected_late, requests, pages, received, declared_before, declared_after, watermark)
            select %s, source_id, case when %s::date - snapshot_night < %s then 'standing' else 'stale' end,
                snapshot_night, seal, mode, cut_off, is_complete, incomplete_reason,
                is_collected_late, requests, pages, received, declared_before, declared_after, watermark
            from ops.pull where source_id = %s and night < %s and snapshot_night is not null order by night desc limit 1""",
            [night, night, days, source_id, night],
        ).rowcount
        if not copied:
            connection.execute(
                "insert into ops.pull (night, source_id, state) values (%s, %s, 'absent')", [night, source_id]
            )


def record_fresh(connection: psycopg.Connection, night: dt.date, landing: Landing) -> None:
    """Write the certificate of a pull of this night, in place of what stood in for it."""
    c = landing.certificate
    connection.execute("delete from ops.pull where night = %s and source_id = %s", [night, c.source_id])
    connection.execute(
        "insert into ops.pull values (%s, %s, 'fresh', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [night, c.source_id, night, seal_of(landing), c.mode, c.cut_off, c.is_complete, c.incomplete_reason,
         landing.manifest.collected_late, c.requests, c.pages, c.received, c.declared_before, c.declared_after, c.watermark],
    )  # fmt: skip


def let_stand(connection: psycopg.Connection, night: dt.date, source_id: str) -> None:
    """Say that there was nothing to ask the source tonight: what is known of it stands."""
    connection.execute("update ops.pull set state = 'standing' where night = %s and source_id = %s", [night, source_id])


def withdraw(connection: psycopg.Connection, night: dt.date) -> None:
    """Take the night's standing publication back while it is being rebuilt: the night before stands meanwhile."""
    connection.execute(
        "update ops.publication set withdrawn_at = now() where night = %s and withdrawn_at is null", [night]
    )


def publish(connection: psycopg.Connection, night: dt.date, run_id: str | None) -> int:
    """Flip the pointer: analysts see the night from the commit on. Returns the revision; a standing one stays."""
    standing = connection.execute(
        "select revision from ops.publication where night = %s and withdrawn_at is null", [night]
    ).fetchone()
    if standing:
        return int(standing[0])
    row = connection.execute(
        """insert into ops.publication (night, revision, run_id)
        select %(night)s, coalesce(max(revision), 0) + 1, %(run_id)s from ops.publication where night = %(night)s
        returning revision""",
        {"night": night, "run_id": run_id},
    ).fetchone()
    set_state(connection, night, "published")
    assert row is not None  # noqa: S101 - insert ... returning of one row
    return int(row[0])
