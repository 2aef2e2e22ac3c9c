"""Revisions of a night: what analysts could read is never overwritten (docs/adr/0010-replay-and-revisions.md).

At most one revision of a night is current, that is, in recon and ops themselves. Before a published night is written again
it is set aside: its rows are copied into the archive, where analysts continue to read them. When the night is published
again, an identical result takes the old revision's place, and a different one becomes the next revision.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from doisoat.warehouse import archived
from doisoat.warehouse.database import run_file, run_sql

SQL = Path(__file__).with_name("sql")


def set_aside(connection: psycopg.Connection, night: dt.date) -> None:
    """Copy the published nights from `night` on into the archive, and let their revisions be read from there.

    The caller holds the write lock and may write these nights afterwards. Nothing is copied if nothing was published.
    """
    in_place = connection.execute(
        "select night, digest from ops.publication where night >= %s and archive_id = 0 and expired_at is null", [night]
    ).fetchall()
    if not in_place:
        return
    for published, digest in in_place:
        if digest is None:  # published before hashes were kept
            connection.execute("update ops.publication set digest = %s where night = %s and archive_id = 0",
                               [night_digest(connection, published), published])  # fmt: skip
    archive_id = _one(connection, "select nextval('ops.archive_id')")
    run_sql(connection, archived.archive_nights(), {"night": night, "archive_id": archive_id})
    connection.execute(
        "update ops.publication set archive_id = %s where night >= %s and archive_id = 0 and expired_at is null",
        [archive_id, night],
    )
    tidy(connection)


def rewind_nights(connection: psycopg.Connection, night: dt.date) -> None:
    """Undo everything the nights from `night` on wrote to core, recon and ops; set_aside() keeps what was published."""
    run_file(connection, SQL / "rewind_nights.sql", {"night": night})
    run_sql(connection, archived.rewind_nights(), {"night": night})


def withdraw(connection: psycopg.Connection, night: dt.date) -> None:
    """Withdraw the current revision because it failed its checks; one that was set aside stays published."""
    connection.execute(
        "update ops.publication set withdrawn_at = now() where night = %s and withdrawn_at is null and archive_id = 0",
        [night],
    )


def publish(connection: psycopg.Connection, night: dt.date, run_id: str | None) -> int:
    """Let analysts see the night's current rows from the commit on; returns the revision.

    If the result is identical row by row to what was published before, that revision stays published; otherwise it is
    withdrawn, can still be queried, and a new revision is published.
    """
    standing = connection.execute(
        "select revision, archive_id, digest from ops.publication where night = %s and withdrawn_at is null", [night]
    ).fetchone()
    if standing and standing[1] == 0:
        return int(standing[0])
    said = _one(connection, "select rests_on from ops.night where night = %s", night)
    rests_on = Jsonb(said) if said else None
    digest = night_digest(connection, night)
    if standing and standing[2] == digest:
        connection.execute(
            """update ops.publication set archive_id = 0, confirmed_at = now(), confirmed_on = %s
            where night = %s and revision = %s""",
            [rests_on, night, standing[0]],
        )
        if not _one(connection, "select exists (select from ops.replay)"):  # it tidies once, at its end
            tidy(connection)
        return int(standing[0])
    set_aside(connection, night)  # a revision that was withdrawn because it failed its checks may still be current
    connection.execute(
        "update ops.publication set withdrawn_at = now() where night = %s and withdrawn_at is null", [night]
    )
    row = connection.execute(
        """insert into ops.publication (night, revision, run_id, digest, rests_on)
        select %(night)s, coalesce(max(revision), 0) + 1, %(run_id)s, %(digest)s, %(rests_on)s
        from ops.publication where night = %(night)s
        returning revision""",
        {"night": night, "run_id": run_id, "digest": digest, "rests_on": rests_on},
    ).fetchone()
    assert row is not None  # noqa: S101 - insert ... returning of one row
    return int(row[0])


def night_digest(connection: psycopg.Connection, night: dt.date) -> str:
    """One hash over everything that can be read about the night in its current rows."""
    row = connection.execute(archived.night_digest(), {"night": night}).fetchone()
    assert row is not None  # noqa: S101 - an aggregate gives one row
    return str(row[0])


def tidy(connection: psycopg.Connection) -> None:
    """Drop from the archive what belongs to no revision that can be queried.

    Whole generations are deleted, and in the others the rows that are valid on none of their nights.
    """
    connection.execute(
        """create temporary table archived on commit drop as
        select archive_id, night from ops.publication where archive_id > 0 and expired_at is null;
        create index on archived (archive_id, night);
        analyze archived"""
    )
    run_sql(connection, archived.tidy_archive())
    connection.execute("drop table archived")


def _one(connection: psycopg.Connection, query: str, *parameters: object) -> object:
    row = connection.execute(query, parameters or None).fetchone()
    return row[0] if row else None
