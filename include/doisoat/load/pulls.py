"""The data used for each source on a night: the certificate of its pull, or the last good one and why (ops.pull)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import psycopg

from doisoat.collect.landing import Landing
from doisoat.errors import SourceError
from doisoat.load.records import seal_of
from doisoat.warehouse.database import run_file

SQL = Path(__file__).with_name("sql")


def record_pulls(
    connection: psycopg.Connection,
    night: dt.date,
    expected_every: Mapping[str, int],
    landings: Mapping[str, Landing],
    *,
    left_out: Mapping[str, tuple[str, str]],
    planned: Mapping[str, str],
) -> None:
    """Write the certificate of each source's pull; if there is none, the last good one is used, with the reason.

    Args:
        expected_every: the sources, and every how many days new data are expected from each: a younger snapshot is
            standing, an older one is stale.
        landings: what was loaded for the night.
        left_out: the sources whose pull is sealed and was not loaded, with the reason (held, not_loadable) and its details.
        planned: the sources with a planned outage, and its reason: their snapshot is standing whatever its age.
    """
    for source_id, days in expected_every.items():
        if source_id in landings:
            record_fresh(connection, night, landings[source_id])
        else:
            left_out_as, details = left_out.get(source_id, (None, None))
            run_file(connection, SQL / "stand_in.sql", {
                "night": night, "source_id": source_id, "days": days, "left_out": left_out_as, "details": details,
                "planned": planned.get(source_id)})  # fmt: skip


def not_loadable(connection: psycopg.Connection, night: dt.date) -> set[str]:
    """The sources whose sealed landing could not be loaded when the night was."""
    rows = connection.execute(
        "select source_id from ops.pull where night = %s and reason = 'not_loadable'", [night]
    ).fetchall()
    return {source_id for (source_id,) in rows}


def stand_ins(connection: psycopg.Connection, night: dt.date) -> list[tuple[str, str, int | None, str]]:
    """(source, state, age in nights, a sentence) for every source that uses something other than tonight's pull."""
    rows = connection.execute(
        """select source_id, state, reason, reason_detail, snapshot_night, night - snapshot_night from ops.pull
        where night = %s and state <> 'fresh' order by source_id""",
        [night],
    ).fetchall()
    return [
        (source_id, state, age, f"{state}, {reason.replace('_', ' ')}" + (f" ({detail})" if detail else "")
         + (f"; the data of night {snapshot} are used (age in nights: {age})" if snapshot else "; it was never read"))
        for source_id, state, reason, detail, snapshot, age in rows
    ]  # fmt: skip


def record_failure(connection: psycopg.Connection, night: dt.date, error: SourceError) -> None:
    """Store why a source could not be collected, for reports; the text holds only shapes and codes (doisoat.errors)."""
    connection.execute(
        """insert into ops.pull_failure (night, source_id, error, came, todo) values (%s, %s, %s, %s, %s)
        on conflict (night, source_id) do update set error = excluded.error, came = excluded.came, todo = excluded.todo,
            tries = pull_failure.tries + 1, failed_at = now()""",
        [night, error.source_id, type(error).__name__, error.came, error.todo],
    )
    connection.execute(  # a source that is asked after the load already has its row
        """update ops.pull set reason = 'failed', reason_detail = %s
        where (night, source_id, state, reason) = (%s, %s, 'stale', 'not_collected')""",
        [f"{type(error).__name__}: {error.came}", night, error.source_id],
    )


def forget_failure(connection: psycopg.Connection, night: dt.date, source_id: str) -> None:
    """Remove the failure: the source was collected after all."""
    connection.execute("delete from ops.pull_failure where (night, source_id) = (%s, %s)", [night, source_id])


def record_fresh(connection: psycopg.Connection, night: dt.date, landing: Landing) -> None:
    """Write the certificate of a pull of this night, replacing its stand-in.

    Of changes, a field is still unstated if it was so before and none of them states it.
    """
    c = landing.certificate
    connection.execute("delete from ops.pull where night = %s and source_id = %s", [night, c.source_id])
    run_file(connection, SQL / "fresh_pull.sql", {
        "night": night, "source_id": c.source_id, "seal": seal_of(landing), "mode": c.mode, "cut_off": c.cut_off,
        "is_complete": c.is_complete, "incomplete_reason": c.incomplete_reason,
        "is_collected_late": landing.manifest.collected_late, "requests": c.requests, "pages": c.pages,
        "received": c.received, "declared_before": c.declared_before, "declared_after": c.declared_after,
        "watermark": c.watermark, "unstated": list(c.unstated)})  # fmt: skip


def let_stand(connection: psycopg.Connection, night: dt.date, source_id: str) -> None:
    """Record that there was nothing to ask the source tonight: what is known from it stays valid."""
    connection.execute(
        """update ops.pull set state = 'standing', reason = 'nothing_new', reason_detail = null
        where night = %s and source_id = %s""",
        [night, source_id],
    )
