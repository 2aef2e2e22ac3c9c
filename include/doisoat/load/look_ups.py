"""Look-ups in the warehouse: which are wanted tonight, and the answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psycopg

from doisoat.collect.landing import Landing
from doisoat.load.records import load_landing, seal_of

SQL = Path(__file__).with_name("sql")


def wanted_codes(
    connection: psycopg.Connection, source_id: str, night: dt.date, *, settled_before: dt.datetime, age_days: int
) -> tuple[list[str], list[str]]:
    """The codes worth asking this source for, most informative first (wanted_look_ups.sql defines the order).

    Returns those that are due, and those whose answers are still valid but older than others': only for what is left of
    the night's budget.

    Args:
        night: the night whose listings are loaded.
        settled_before: dossiers received later are within the allowed lag: late does not mean lost.
        age_days: for how many nights an answer stays valid.
    """
    rows = connection.execute(
        (SQL / "wanted_look_ups.sql").read_text(encoding="utf-8"),
        {"source_id": source_id, "night": night, "settled_before": settled_before, "age_days": age_days},
    )
    found: tuple[list[str], list[str]] = ([], [])
    for code, is_due in rows.fetchall():
        found[not is_due].append(code)
    return found


def control_codes(connection: psycopg.Connection, source_id: str, night: dt.date, count: int = 3) -> list[str]:
    """Some codes that a listing of the source's side shows tonight, different each night; none if nothing is listed."""
    rows = connection.execute(
        """select n.dossier_code
        from core.dossier_record n
        join core.source l on l.source_id = n.source_id and l.has_listing
        join core.source s on s.source_id = %(source_id)s and s.side = l.side
            and (s.side = 'national' or s.source_id = l.source_id)
        join ops.pull p on p.source_id = n.source_id and p.night = %(night)s and p.state = 'fresh'
        where n.to_night = 'infinity' and n.duplicate_rank = 1 and n.dossier_code not like '#%%'
        order by md5(n.dossier_code || %(night)s::date::text) limit %(count)s""",
        {"source_id": source_id, "night": night, "count": count},
    )
    return [code for (code,) in rows.fetchall()]


def rewind_look_ups(connection: psycopg.Connection, source_id: str, night: dt.date) -> None:
    """Undo what the look-ups of `night`, the latest one, wrote."""
    connection.execute("delete from core.look_up where source_id = %s and night = %s", [source_id, night])
    connection.execute("delete from ops.look_up_pull where source_id = %s and night = %s", [source_id, night])


def load_look_ups(connection: psycopg.Connection, landing: Landing, timezone: str) -> dict[str, int]:
    """Load the look-ups of a night. The caller holds the write lock; identify() must follow.

    For a source that lists nothing, the dossiers found become records; for one that lists, only the answer is kept: its
    records come from the listing.

    Returns how many codes were wanted, asked for and held.
    """
    certificate = landing.certificate
    scope = (certificate.source_id, certificate.night)
    rewind_look_ups(connection, *scope)
    listed = connection.execute("select has_listing from core.source where source_id = %s", [scope[0]]).fetchone()
    if listed == (False,):
        load_landing(connection, landing, timezone)
    answers = list(landing.look_ups())
    with connection.cursor() as cursor:
        cursor.executemany(
            """insert into core.look_up values (%s, %s, %s, %s, %s) on conflict (source_id, code, night)
            do update set is_held = excluded.is_held, looked_up_at = excluded.looked_up_at""",
            [(scope[0], found.code, scope[1], found.is_held, found.looked_up_at) for found in answers],
        )
    connection.execute(  # what it once held and now says it does not hold is ended
        """update core.dossier_record r set to_night = %(night)s
        from core.look_up l, core.source s
        where l.source_id = %(source_id)s and l.night = %(night)s and not l.is_held and s.source_id = l.source_id
          and not s.has_listing and r.source_id = l.source_id and r.dossier_code = l.code and r.to_night = 'infinity'
          and r.from_night < %(night)s""",
        {"source_id": scope[0], "night": scope[1]},
    )
    counts = {
        "wanted": certificate.declared_before or 0,
        "asked": len(answers),
        "held": sum(found.is_held for found in answers),
    }
    connection.execute(
        "insert into ops.look_up_pull values (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            scope[1],
            scope[0],
            seal_of(landing),
            *counts.values(),
            certificate.is_complete,
            certificate.incomplete_reason,
        ],
    )
    return counts
