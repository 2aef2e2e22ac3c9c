"""Revisions of a night: what analysts could read of it is never overwritten (docs/adr/0010-replay-and-revisions.md).

At most one revision of a night is in place, that is in recon and ops themselves. Whoever is about to write a published
night sets it aside first: its rows are copied into the archive, from where analysts go on reading them. When the night is
published again the same outcome takes its place again, another one becomes the next revision.
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
    """Keep what can be read of the nights from `night` on in the archive, and let their revisions be read from there.

    The caller holds the write lock and may then write these nights. Nothing is copied where nothing was published.
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
    """Undo all that the nights from `night` on wrote into core, recon and ops; set_aside() keeps what was published."""
    run_file(connection, SQL / "rewind_nights.sql", {"night": night})
    run_sql(connection, archived.rewind_nights(), {"night": night})


def withdraw(connection: psycopg.Connection, night: dt.date) -> None:
    """Take back the revision that is in place, because it failed its checks; one that was set aside goes on standing."""
    connection.execute(
        "update ops.publication set withdrawn_at = now() where night = %s and withdrawn_at is null and archive_id = 0",
        [night],
    )


def publish(connection: psycopg.Connection, night: dt.date, run_id: str | None) -> int:
    """Let analysts see what is in place for the night from the commit on; returns the revision.

    What was published before stands again where the outcome is the same row for row; otherwise it is withdrawn, can still
    be queried, and a new revision stands.
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
    set_aside(connection, night)  # a revision that failed its checks since and was taken back may still be in place
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
    """One hash over all that can be read of the night as it is in place."""
    row = connection.execute(archived.night_digest(), {"night": night}).fetchone()
    assert row is not None  # noqa: S101 - an aggregate gives one row
    return str(row[0])


def tidy(connection: psycopg.Connection) -> None:
    """Drop from the archive what no revision that can be queried has in it.

    Whole generations go, and of the others the rows that hold on none of their nights.
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
