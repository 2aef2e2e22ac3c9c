"""A night with few changes beside the same night as a whole, and the same changes over more and more that is held.

What is timed is what a night does once its rows are in: which records are one dossier (the end of the task `load`), and the
task `reconcile`. As many dossiers differ at every size, so that only what is held grows.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from doisoat.load.records import identify
from doisoat.reconcile import reconcile
from doisoat.warehouse import connect, writing
from standalone import postgres

from bench.reconcile import NIGHT, SETTINGS, SIDES, fill

CHANGED = 10_000
DIFFERING = 5_000
NEXT = NIGHT + dt.timedelta(days=1)

#: Every so many dossiers one went on, on both sides; of ten of them one at the province alone.
CHANGE = """
create temporary table gone_on on commit drop as
select source_id, record_id from core.dossier_record
where to_night = 'infinity' and record_id::integer %% %(step)s = 0
  and (source_id = 'igate' or record_id::integer / %(step)s %% 10 > 0);
update core.dossier_record c set to_night = %(night)s
from gone_on g where (c.source_id, c.record_id) = (g.source_id, g.record_id) and c.to_night = 'infinity';
insert into core.dossier_record (source_id, record_id, from_night, dossier_id, dossier_code, agency_id, procedure_family,
    receipt_date, receipt_month, status, is_removed, received_at, due_at, finished_at, updated_at, status_code, fingerprint)
select source_id, record_id, %(night)s, dossier_id, dossier_code, agency_id, procedure_family, receipt_date, receipt_month,
    '10', is_removed, received_at, due_at, finished_at, updated_at, '10', fingerprint + 1
from core.dossier_record join gone_on using (source_id, record_id)
where to_night = %(night)s;
"""


@dataclass(frozen=True, slots=True)
class Night:
    """How long, in seconds, a night took that looked at what changed, and as a whole; and how many dossiers then differ."""

    changes: float
    whole: float
    differing: int


def take_turns(rows: int, turns: int) -> list[Night]:
    """Two sides of `rows` dossiers, reconciled; then the next night, both ways in turn."""
    with tempfile.TemporaryDirectory(prefix="doisoat-bench-") as directory:
        server = postgres.start(Path(directory))
        try:
            dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
            fill(dsn, rows, gap=5 * rows // DIFFERING)
            with writing(dsn) as connection:
                reconcile(connection, SETTINGS, NIGHT)
            change(dsn, rows)
            return [turn(dsn) for _ in range(turns)]
        finally:
            postgres.stop(Path(directory))


def change(dsn: str, rows: int) -> None:
    """What the next night loads."""
    with writing(dsn) as connection:
        for source_id in SIDES:
            connection.execute(
                """insert into ops.pull (night, source_id, state, cut_off, is_complete)
                values (%s, %s, 'fresh', '2024-04-21 01:00+07', true)""",
                [NEXT, source_id],
            )
        connection.execute("insert into ops.night (night, state) values (%s, 'open')", [NEXT])
        connection.execute(CHANGE, {"night": NEXT, "step": max(rows // CHANGED, 1)})
        for source_id in SIDES:
            connection.execute("call core.ensure_index(%s)", [source_id])
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("vacuum core.dossier_record")


def turn(dsn: str) -> Night:
    """The night by its changes, then as a whole; what either left is undone first, as when a night is run again."""
    seconds = {}
    for as_a_whole in (False, True):
        with writing(dsn) as connection:  # what the way before left says nothing of how this one is to look
            connection.execute("delete from core.touched; delete from core.touched_night where night = %s", [NEXT])
        started = time.perf_counter()
        with writing(dsn) as connection:
            identify(connection, NEXT, as_a_whole=as_a_whole)
            reconcile(connection, SETTINGS, NEXT, as_a_whole=as_a_whole)
        seconds[as_a_whole] = time.perf_counter() - started
        with connect(dsn) as connection:
            row = connection.execute(
                """select (select is_whole from recon.whole_night where night = %s), count(*), count(distinct dossier_id)
                from recon.cause where to_night = 'infinity'""",
                [NEXT],
            ).fetchone()
        if row is None or row[0] is not as_a_whole:
            raise SystemExit(f"the night was looked at as a whole: {row and row[0]}, asked for: {as_a_whole}")
    return Night(seconds[False], seconds[True], int(row[2]))
