"""The deep sweep: recomputes the latest night from scratch (docs/adr/0018-incremental-reconciliation.md).

Nights process only what changed. Tests prove that this gives the same result as processing everything, and the sweep verifies
it on the real warehouse every week: a difference is a bug of ours, whatever caused it, and nobody else would notice it.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from doisoat.errors import NightBusyError, SweepDiffersError
from doisoat.load.records import identify
from doisoat.province.file import ProvinceSettings
from doisoat.province.site import Site
from doisoat.reconcile import reconcile
from doisoat.warehouse import order, writing
from doisoat.warehouse.archived import derived_state
from doisoat.warehouse.database import run_file

HERE = Path(__file__).parent
#: How many differing rows of a sweep are kept: enough to find the reason. All of them are counted.
KEPT = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found (a row of ops.deep_sweep).

    Attributes:
        rows: recomputed rows that were compared.
        differences: rows that only one of the two results has.
    """

    night: dt.date
    rows: int
    differences: int


def deep_sweep(site: Site) -> Swept | None:
    """Recompute the latest night from scratch and compare it with the stored result.

    The stored result is not touched. If the two differ, both are kept (recon.sweep_difference), and the next night
    processes everything.

    Returns None if there is nothing to compare with: no night is compared yet, or something was loaded since, or rules,
    configuration or systems changed; the next night processes that anyway.

    Raises:
        NightBusyError: the latest night is still running, or nights are being replayed.
        SweepDiffersError: the two results differ.
    """
    with writing(site.dsn) as connection:
        night = _latest(connection)
        swept = night and sweep(connection, site.settings, night)
    if not swept:
        log.info("nothing to sweep")
        return None
    log.info("night %s: %s rows recomputed, %s differ", swept.night, swept.rows, swept.differences)
    if swept.differences:
        raise SweepDiffersError(
            f"deep sweep of night {swept.night}: recomputed {swept.rows:,} rows; {swept.differences:,} rows are in "
            "only one of the two results; do: read recon.sweep_difference, keep a backup for debugging. The next night "
            "processes everything; to recompute the nights before it: `doisoat replay`"
        )
    return swept


def sweep(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date) -> Swept | None:
    """The sweep itself, in the caller's transaction, which holds the write lock; `night` is the latest, already compared."""
    state = derived_state()
    parameters = {"night": night}
    basis = _basis(connection, night)
    connection.execute(
        f"create temporary table derived_before on commit drop as {state}; analyze derived_before", parameters
    )
    with connection.transaction() as attempt:
        identify(connection, night, as_a_whole=True)
        reconcile(connection, settings, night, as_a_whole=True)
        is_comparable = _basis(connection, night) == basis
        connection.execute(
            f"create temporary table derived_anew on commit drop as {state}; analyze derived_anew", parameters
        )
        run_file(connection, HERE / "sweep_differences.sql")
        rows, differences = connection.execute(
            "select (select count(*) from derived_anew), (select count(*) from sweep_difference)"
        ).fetchone() or (0, 0)
        found = connection.execute(
            "select side, relation, row from sweep_difference order by relation, row::text, side limit %s", [KEPT]
        ).fetchall()
        raise psycopg.Rollback(attempt)
    connection.execute("drop table derived_before")
    if not is_comparable:
        return None
    swept = Swept(night, rows, differences)
    _keep(connection, swept, found)
    return swept


def _basis(connection: psycopg.Connection, night: dt.date) -> tuple[Any, ...] | None:
    """The rules and configuration by which the night was joined and compared."""
    return connection.execute(
        "select compared_by, rules from recon.whole_night join core.touched_night using (night) where night = %s",
        [night],
    ).fetchone()


def _latest(connection: psycopg.Connection) -> dt.date | None:
    row = connection.execute(
        "select night, state from ops.night where state <> 'missed' order by night desc limit 1"
    ).fetchone()
    compared = connection.execute("select max(night) from recon.whole_night").fetchone()
    if row is None or compared is None or compared[0] is None:
        return None
    if order.unfinished_replay(connection) or row[1] in ("open", "loaded"):
        raise NightBusyError(f"deep sweep: night {row[0]} is still running ({row[1]}); it is swept once it is compared")
    # a missed night may have loaded some sources, and a blocked one all of them: the records are no longer those that were
    # compared
    later = connection.execute("select from core.touched_night where night > %s", [compared[0]]).fetchone()
    return compared[0] if later is None else None


def _keep(connection: psycopg.Connection, swept: Swept, found: list[tuple[Any, ...]]) -> None:
    connection.execute("delete from recon.sweep_difference where night = %s", [swept.night])
    connection.execute(
        "insert into ops.deep_sweep (night, rows, differences) values (%s, %s, %s)",
        [swept.night, swept.rows, swept.differences],
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into recon.sweep_difference (night, side, relation, row) values (%s, %s, %s, %s)",
            [(swept.night, side, relation, Jsonb(row)) for side, relation, row in found],
        )
