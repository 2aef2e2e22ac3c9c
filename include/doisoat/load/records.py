"""From a sealed landing into core: one transaction, every row accounted for, loading a night twice is like loading it once."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from doisoat.collect import store
from doisoat.collect.landing import MANIFEST, Landing
from doisoat.collect.record_csv import COPY_OPTIONS, RECORD_COLUMNS
from doisoat.load.former_landings import as_kept_now
from doisoat.load.in_part import stage_in_part, stage_quarantined, written_in_part
from doisoat.load.procedures import load_procedures, rewind_procedures
from doisoat.load.scores import merge_scores
from doisoat.model import ControlTotal
from doisoat.warehouse.database import joining_by_hash, run_file
from doisoat.warehouse.ranges import CONTROL_TOTAL, PUBLISHED_SCORE, merge, rewind
from doisoat.warehouse.touched import begin_identifying

SQL = Path(__file__).with_name("sql")
WITHOUT_RECORDS = ("counts", "reports")


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """What became of the rows of one landing; received is the sum of the five kinds after it."""

    received: int
    inserted: int
    updated: int
    unchanged: int
    repeated: int
    quarantined: int
    ended: int
    control_totals: int


def seal_of(landing: Landing) -> str:
    """The SHA-256 of the manifest, which holds the hash of every file: it changes when anything in the landing does."""
    return hashlib.sha256(store.content(landing.directory / MANIFEST)).hexdigest()


def is_loaded(connection: psycopg.Connection, landing: Landing) -> bool:
    """Whether exactly this landing is what core holds for its night and source."""
    certificate = landing.certificate
    found = connection.execute(
        "select seal from ops.load where night = %s and source_id = %s", [certificate.night, certificate.source_id]
    ).fetchone()
    return found is not None and found[0] == seal_of(landing)


def load_landing(connection: psycopg.Connection, landing: Landing, timezone: str) -> LoadCounts:
    """Load one landing. The caller holds the warehouse's write lock and has checked the order of nights.

    What an earlier load of the same night wrote is undone first. identify() must follow once all sources are in.

    Args:
        connection: a connection inside a transaction.
        landing: the verified landing.
        timezone: the province's, in which receipt dates are calendar dates.
    """
    certificate, landing = landing.certificate, as_kept_now(connection, landing)
    parameters: dict[str, Any] = {
        "source_id": certificate.source_id,
        "night": certificate.night,
        "timezone": timezone,
        "states_channel": "channel_code" not in certificate.unstated,
        "is_keyed_by_code": _one(
            connection, "select is_keyed_by_code from core.source where source_id = %s", certificate.source_id
        ),
    }
    unload(connection, certificate.source_id, certificate.night)
    stage_quarantined(connection, landing)
    if certificate.mode in WITHOUT_RECORDS:
        records = dict.fromkeys(("received", "inserted", "updated", "unchanged", "repeated", "ended"), 0)
    else:
        run_file(connection, SQL / "stage.sql")
        _copy(connection, landing)
        stage_in_part(connection, landing)
        connection.execute("analyze raw.landing")
        records = _merge_records(connection, landing, parameters)
    totals = _merge_totals(connection, landing)
    merge_scores(connection, landing)
    load_procedures(connection, landing)
    counts = LoadCounts(**records, quarantined=certificate.quarantined, control_totals=totals)
    _account(connection, landing, counts)
    return counts


def unload(connection: psycopg.Connection, source_id: str, night: dt.date) -> None:
    """Undo what an earlier load of `night`, the latest one, wrote for a source."""
    rewind(connection, CONTROL_TOTAL, source_id, night)
    rewind(connection, PUBLISHED_SCORE, source_id, night)
    rewind_procedures(connection, source_id, night)
    run_file(connection, SQL / "rewind.sql", {"source_id": source_id, "night": night})


def identify(connection: psycopg.Connection, night: dt.date, *, as_a_whole: bool = False) -> None:
    """Determine which records are one dossier, and which row represents it on its side, where the night changed something.

    Args:
        night: the latest night, already loaded.
        as_a_whole: examine all records, as is done whenever the changes may not be enough (doisoat.warehouse.touched).

    What it corrected is left in the temporary tables regrouped and ranked.
    """
    is_whole = begin_identifying(connection, night, as_a_whole=as_a_whole)
    run_file(connection, SQL / ("scope_whole.sql" if is_whole else "scope_touched.sql"), {"night": night})
    run_file(connection, SQL / "identify.sql", {"night": night})
    connection.execute(
        "drop table stated_claim, one_application, claim, edge, code_label, chain, several; "
        "drop view scoped_record, scoped_link; drop table if exists touched_record"
    )


def _copy(connection: psycopg.Connection, landing: Landing) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, RECORD_COLUMNS))
    statement = sql.SQL("copy raw.landing ({}) from stdin with ({})").format(columns, sql.SQL(COPY_OPTIONS))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in landing.records_csv():
            copy.write(chunk)


def _merge_records(connection: psycopg.Connection, landing: Landing, parameters: dict[str, Any]) -> dict[str, int]:
    certificate = landing.certificate
    parameters["epochs"] = _epochs(connection)
    run_file(connection, SQL / "key.sql", parameters)
    if _one(connection, "select side = 'provincial' from core.source where source_id = %s", certificate.source_id):
        run_file(connection, SQL / "learn_agencies.sql", parameters)
    run_file(connection, SQL / "resolve_agencies.sql", parameters)
    run_file(connection, SQL / "resolve_successors.sql", parameters)
    with joining_by_hash(connection):
        run_file(connection, SQL / "map.sql", parameters)
    run_file(connection, SQL / "quarantine.sql", parameters)
    run_file(connection, SQL / "keep_read.sql", parameters)
    written = run_file(connection, SQL / "merge.sql", parameters) - written_in_part(connection, parameters)
    connection.execute("call core.ensure_index(%s)", [certificate.source_id])
    updated = _one(
        connection, "select count(*) from changed join raw.landing_record using (record_id) where unread is null"
    )
    ended = _end_unseen(connection, landing, parameters)
    records = _one(connection, "select count(*) from raw.landing_record where unread is null")
    run_file(connection, SQL / "learn_procedures.sql", parameters)
    connection.execute(
        "drop table changed, begun, likely; drop table raw.landing, raw.landing_repeat, raw.landing_stated, raw.landing_agency, "
        "raw.landing_record, raw.mapped_agency, raw.landing_successor cascade"
    )
    return {
        "received": certificate.received,
        "inserted": written - updated,
        "updated": updated,
        "unchanged": records - written,
        "repeated": certificate.decoded - records,
        "ended": ended,
    }


def _epochs(connection: psycopg.Connection) -> list[dt.date]:
    """The days on which some agency began, ceased to exist or took over: between two of them, the agencies are the same."""
    days = connection.execute(
        "select day from (select valid_from as day from core.agency union select valid_to from core.agency "
        "union select since from core.succession) d "
        "where isfinite(day) order by day"
    )
    return [day for (day,) in days] or [dt.date(1900, 1, 1)]


def _end_unseen(connection: psycopg.Connection, landing: Landing, parameters: dict[str, Any]) -> int:
    certificate = landing.certificate
    cells: list[tuple[Any, ...]] = [
        (cell.receipt_month, cell.agency_ref, cell.undated, cell.first_day, cell.last_day)
        for cell in certificate.cells
        if cell.is_complete
    ]
    if certificate.mode == "full" and certificate.is_complete:
        cells = [(None, None, False, None, None)]
    if not cells:
        return 0
    columns = ("months", "agency_refs", "undated", "first_days", "last_days")
    listed = {name: list(column) for name, column in zip(columns, zip(*cells, strict=True), strict=True)}
    keys = connection.execute("select distinct record_id from quarantined where record_id is not null order by 1")
    unreadable = [key for (key,) in keys]
    return run_file(connection, SQL / "end_unseen.sql", {**parameters, **listed, "unreadable": unreadable})


def _merge_totals(connection: psycopg.Connection, landing: Landing) -> int:
    rows = [_total_row(landing, total) for total in landing.totals()]
    connection.execute(
        "create temporary table total_tonight (like core.control_total) on commit drop; "
        "alter table total_tonight drop column from_night, drop column to_night, add column agency_code text, "
        "add column agency_name text"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(
            """copy total_tonight (source_id, measure, period_kind, period_start, agency_key, value, includes_children, flags,
            agency_code, agency_name) from stdin"""
        ) as copy,
    ):
        for row in rows:
            copy.write_row(row)
    connection.execute("analyze total_tonight")
    run_file(connection, SQL / "resolve_totals.sql", {"source_id": landing.certificate.source_id})
    if landing.certificate.mode == "reports":
        run_file(connection, SQL / "keep_periods.sql", {"source_id": landing.certificate.source_id})
    merge(connection, CONTROL_TOTAL, "total_tonight", landing.certificate.source_id, landing.certificate.night)
    connection.execute("drop table total_tonight")
    return len(rows)


def _total_row(landing: Landing, total: ControlTotal) -> tuple[Any, ...]:
    source_id = landing.certificate.source_id
    agency_key = total.agency_code or total.agency_ref or total.agency_name or ""
    return (
        source_id, total.measure, total.period_kind, total.receipt_month or "-infinity", agency_key, total.value,
        total.includes_children, list(total.flags), total.agency_code, total.agency_name,
    )  # fmt: skip


def _account(connection: psycopg.Connection, landing: Landing, counts: LoadCounts) -> None:
    certificate = landing.certificate
    connection.execute(
        "insert into ops.load values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [certificate.night, certificate.source_id, seal_of(landing), counts.received, counts.inserted, counts.updated,
         counts.unchanged, counts.repeated, counts.quarantined, counts.ended, counts.control_totals],
    )  # fmt: skip
    if certificate.mode in WITHOUT_RECORDS:
        connection.execute(
            """insert into ops.quarantine (night, source_id, position, reason, field, record_id)
            select %s, %s, position, reason, field, record_id from quarantined""",
            [certificate.night, certificate.source_id],
        )
    connection.execute("drop table quarantined")


def _one(connection: psycopg.Connection, query: str, *parameters: Any) -> Any:
    row = connection.execute(query, parameters or None).fetchone()
    return row[0] if row else None
