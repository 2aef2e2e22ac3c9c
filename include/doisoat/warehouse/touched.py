"""What a night changed, and whether processing only that is enough (docs/adr/0018-incremental-reconciliation.md).

A night processes what changed since the last comparison, and everything if that might give another result: on the first
night, after a change of rules or systems, in a warehouse that was rewound or came from an earlier release.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from pathlib import Path

import psycopg

PACKAGE = Path(__file__).parents[1]
#: The code by whose rules records are read, loaded, joined, compared and explained: a night depends on all of it.
#: Code that uses the results (quality, rates, news, reports, gaps) or handles nights as such (nights) is not part of it: the
#: next night builds on nothing it stores. tests/unit/test_touched_rules.py verifies that these folders run no others' SQL.
RULES = ("explain", "load", "province", "reconcile", "warehouse")


@cache
def rules() -> str:
    """A fingerprint of the code that joins, compares and explains: it changes when any of that code does."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in RULES for path in (PACKAGE / folder).rglob("*")):
        if path.suffix in {".py", ".sql", ".yaml"}:
            digest.update(f"{path.relative_to(PACKAGE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def begin_identifying(connection: psycopg.Connection, night: dt.date, *, as_a_whole: bool = False) -> bool:
    """Record how the records of `night`, the latest one, are joined; returns whether all of them must be examined."""
    connection.execute(
        """delete from core.touched where night < (select max(night) from recon.comparison where night < %(night)s);
        delete from core.touched_night where night < (select max(night) from recon.comparison where night < %(night)s)""",
        {"night": night},
    )
    # what was compared before this is based on other records: no night builds on it until it is compared again
    connection.execute("update recon.whole_night set compared_by = '' where night >= %s", [night])
    now = {"night": night, "rules": f"{rules()} {_systems(connection)}"}
    found = connection.execute(
        """select (select is_whole or rules <> %(rules)s from core.touched_night where night = %(night)s),
            (select rules from core.touched_night where night < %(night)s order by night desc limit 1)""",
        now,
    ).fetchone()
    again_whole, rules_before = found or (None, None)
    is_whole = as_a_whole or bool(again_whole) or rules_before != now["rules"] or _is_distrusted(connection, night)
    connection.execute(
        """insert into core.touched_night values (%(night)s, %(is_whole)s, %(rules)s)
        on conflict (night) do update set is_whole = excluded.is_whole, rules = excluded.rules""",
        {**now, "is_whole": is_whole},
    )
    return is_whole


def is_identified(connection: psycopg.Connection, night: dt.date) -> bool:
    """Whether the night's records were joined before: that has to be undone even if nothing is loaded now."""
    return connection.execute("select from core.touched_night where night = %s", [night]).fetchone() is not None


def _is_distrusted(connection: psycopg.Connection, night: dt.date) -> bool:
    """Whether a deep sweep found that what the night would build on differs from a full recomputation."""
    row = connection.execute(
        """select exists (select from ops.deep_sweep where differences > 0
            and night >= (select max(night) from recon.whole_night where night < %(night)s) and night <= %(night)s)""",
        {"night": night},
    ).fetchone()
    return row is not None and bool(row[0])


def _systems(connection: psycopg.Connection) -> str:
    """A fingerprint of the systems whose records are joined, with what decides which of their rows represents a dossier."""
    row = connection.execute(
        "select md5(string_agg(concat_ws(' ', source_id, side, has_listing), ',' order by source_id)) from core.source"
    ).fetchone()
    return str(row and row[0])


def begin_comparing(connection: psycopg.Connection, night: dt.date, basis: str, *, as_a_whole: bool = False) -> bool:
    """Record how `night`, the latest one, is compared; returns whether every dossier must be.

    Args:
        basis: a fingerprint of what every comparison depends on. If it differs from the night before's, nothing is reused.
    """
    row = connection.execute(
        """with before as (
            select night, compared_by from recon.whole_night where night < %(night)s order by night desc limit 1
        )
        select coalesce((select compared_by = %(basis)s from before), false)
            and exists (select from core.touched_night where night = %(night)s)
            and not exists (select from core.touched_night
                where night > (select night from before) and night <= %(night)s and is_whole)""",
        {"night": night, "basis": basis},
    ).fetchone()
    is_whole = as_a_whole or row is None or not row[0] or _is_distrusted(connection, night)
    connection.execute("delete from recon.whole_night where night = %s", [night])
    connection.execute("insert into recon.whole_night values (%s, %s, %s)", [night, is_whole, basis])
    return is_whole
