"""Reconcile N dossiers a side from nothing beside yardsticks on the same rows.

Ours is a night's task `reconcile`: the whole comparison, every difference with its kind, both values and its cause, the gaps
and what happened to them, the ledger and the counts of each cell, all stored. (Identity is part of the task `load`, and
measured with it.) The yardsticks (bench/yardsticks.py) find the rows that are missing or differ and store nothing: datacompy
on polars and DuckDB's full outer join read parquet files, reladiff compares two tables on the same server. They take turns.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from doisoat.load.records import identify
from doisoat.province.file import Province, ProvinceSettings
from doisoat.reconcile import reconcile
from doisoat.warehouse import connect, migrate, order, writing
from standalone import postgres

NIGHT = dt.date(2024, 4, 19)
SIDES = {"igate": "provincial", "national_export": "national"}
GAP = 1000  # of 1000 dossiers one is missing on each side, and one differs in status, one in due date, one in finish
SETTINGS = ProvinceSettings(province=Province(id="bench", code="H37", name="bench"), sources={})
COLUMNS = "dossier_code, agency_id, procedure_family, status, received_at, due_at, finished_at"
ROOT = Path(__file__).parents[1]
YARDSTICK_PYTHON = ROOT / ".venv-bench" / "bin" / "python"

FILL = """
insert into core.dossier_record (source_id, record_id, from_night, dossier_id, dossier_code, agency_id, procedure_family,
    receipt_date, receipt_month, status, is_removed, received_at, due_at, finished_at, updated_at, status_code, fingerprint)
select %(source)s, i::text, %(night)s, code, code, 'H37.' || i %% 200, '1.00' || (1000 + i %% 300), day::date,
    date_trunc('month', day)::date,
    case when is_local and place = 2 then '8' else '9' end, false, day,
    day + case when is_local and place = 3 then interval '6 days' else interval '5 days' end,
    day + case when is_local and place = 4 then interval '2 days' else interval '3 days' end,
    day + interval '3 days', '9', i
from (
    select i, 'H37.' || i %% 200 || '-' || to_char(timestamp '2023-01-01' + i %% 470 * interval '1 day', 'YYMMDD') || '-'
            || lpad(i::text, 7, '0') as code,
        timestamptz '2023-01-01 01:00+00' + i %% 470 * interval '1 day' as day, (i * 7919::bigint) %% %(gap)s as place,
        %(source)s = 'igate' as is_local
    from generate_series(1, %(rows)s) i
) dossier
where place <> case when is_local then 0 else 1 end
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long somebody took, and how many rows that are missing or differ it found."""

    seconds: float
    found: int


def take_turns(rows: int, turns: int) -> list[dict[str, Timing]]:
    """Let ours ("doisoat") and each yardstick compare two sides of `rows` dossiers; all must find the same."""
    with tempfile.TemporaryDirectory(prefix="doisoat-bench-") as directory:
        home = Path(directory)
        server = postgres.start(home)
        try:
            dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
            fill(dsn, rows)
            left, right = (_export(dsn, source_id, home) for source_id in SIDES)
            _tables(dsn)
            taken = [_turn(dsn, left, right) for _ in range(turns)]
        finally:
            postgres.stop(home)
    expected = rows // GAP * 5
    if any(one.found != expected for turn in taken for one in turn.values()):
        raise SystemExit(f"not everybody found {expected}: {taken}")
    return taken


def _turn(dsn: str, left: Path, right: Path) -> dict[str, Timing]:
    return {
        "doisoat": ours(dsn),
        "duckdb": _yardstick("duckdb", str(left), str(right)),
        "datacompy": _yardstick("datacompy", str(left), str(right)),
        "reladiff": _yardstick("reladiff", dsn, "bench_igate", "bench_national_export"),
    }


def fill(dsn: str, rows: int, gap: int = GAP) -> None:
    """Two sides of `rows` dossiers of which five in `gap` differ, straight into core: loading is measured elsewhere."""
    migrate(dsn)
    with writing(dsn) as connection:
        for source_id, side in SIDES.items():
            connection.execute(
                """insert into core.source (source_id, source_kind, side, has_listing, has_counts, is_keyed_by_code, is_enabled)
                values (%s, %s, %s, true, true, false, true)""",
                [source_id, source_id, side],
            )
            connection.execute("call core.ensure_partition(%s)", [source_id])
            connection.execute(FILL, {"source": source_id, "night": NIGHT, "rows": rows, "gap": gap})
            connection.execute("call core.ensure_index(%s)", [source_id])
            connection.execute(
                """insert into ops.pull (night, source_id, state, cut_off, is_complete)
                values (%s, %s, 'fresh', '2024-04-20 01:00+07', true)""",
                [NIGHT, source_id],
            )
        order.open_night(connection, NIGHT, run_id="bench", collect_late=False)
        identify(connection, NIGHT)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("vacuum analyze core.dossier_record")


def _export(dsn: str, source_id: str, directory: Path) -> Path:
    """The same rows as parquet, for the yardsticks that read files."""
    path = directory / f"{source_id}.csv"
    rows = f"select {COLUMNS} from core.dossier_record where source_id = '{source_id}'"
    with (
        psycopg.connect(dsn) as connection,
        path.open("wb") as stream,
        connection.cursor().copy(f"copy ({rows}) to stdout csv header") as copy,
    ):
        for chunk in copy:
            stream.write(chunk)
    target = path.with_suffix(".parquet")
    _yardstick("convert", str(path), str(target))
    return target


def _tables(dsn: str) -> None:
    """The same rows as plain tables with a number for a key, for the yardstick that reads tables."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for source_id in SIDES:
            connection.execute(f"create table public.bench_{source_id} (id integer primary key, {_typed()})")
            connection.execute(
                f"insert into public.bench_{source_id} select record_id::integer, {COLUMNS} from core.dossier_record "
                "where source_id = %s",
                [source_id],
            )
            connection.execute(f"vacuum analyze public.bench_{source_id}")


def _typed() -> str:
    return ", ".join(name + (" timestamptz" if name.endswith("_at") else " text") for name in COLUMNS.split(", "))


def ours(dsn: str) -> Timing:
    """The night reconciled with nothing stored before; one difference a row, as the yardsticks count them."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "truncate recon.verdict, recon.difference, recon.ledger_entry, recon.cell_status, recon.ledger_cell, "
            "recon.comparison, recon.whole_night, recon.cause, recon.gap, recon.gap_event"
        )
    started = time.perf_counter()
    with writing(dsn) as connection:
        reconcile(connection, SETTINGS, NIGHT)
    seconds = time.perf_counter() - started
    with connect(dsn) as connection:
        row = connection.execute(
            """select (select count(*) from recon.difference where national_value <> provincial_value)
                + (select count(*) from recon.verdict where presence <> 'matched')"""
        ).fetchone()
    return Timing(seconds, int(row[0]) if row else 0)


def _yardstick(name: str, *arguments: str) -> Timing:
    command = [str(YARDSTICK_PYTHON), str(ROOT / "bench" / "yardsticks.py"), name, *arguments]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Timing(**json.loads(output.splitlines()[-1]))
