"""Loads a sealed catalogue into core, with its differences from the province's own."""

from __future__ import annotations

from pathlib import Path

import psycopg

from doisoat.collect.landing import Landing
from doisoat.load.not_loadable import as_a_whole
from doisoat.load.records import seal_of
from doisoat.warehouse.database import run_file
from doisoat.warehouse.ranges import CATALOGUE_DIFFERENCE, CATALOGUE_ENTRY, merge, rewind

SQL = Path(__file__).with_name("sql")


def load_catalogue(connection: psycopg.Connection, landing: Landing) -> dict[str, int]:
    """Load a catalogue and its differences from the province's own; the caller holds the write lock.

    Days only move forward: a day before the last one loaded for this source changes nothing.

    Returns the current number of entries and of differences.

    Raises:
        LandingNotLoadableError: the warehouse cannot store it; the last good catalogue stays valid.
    """
    with as_a_whole(connection, landing):
        return _load(connection, landing)


def _load(connection: psycopg.Connection, landing: Landing) -> dict[str, int]:
    source_id, day = landing.certificate.source_id, landing.certificate.night
    last = connection.execute(
        "select max(synced_on) from ops.catalogue_pull where source_id = %s", [source_id]
    ).fetchone()
    if not (last and last[0] and last[0] > day):
        for table in (CATALOGUE_ENTRY, CATALOGUE_DIFFERENCE):
            rewind(connection, table, source_id, day)
        _stage(connection, landing)
        merge(connection, CATALOGUE_ENTRY, "catalogue_entry_tonight", source_id, day)
        run_file(connection, SQL / "catalogue_difference.sql", {"source_id": source_id, "day": day})
        merge(connection, CATALOGUE_DIFFERENCE, "catalogue_difference_tonight", source_id, day)
        connection.execute("drop table catalogue_entry_tonight, catalogue_difference_tonight")
        connection.execute(
            """insert into ops.catalogue_pull values (%s, %s, %s, %s, %s) on conflict (synced_on, source_id) do update
            set seal = excluded.seal, cut_off = excluded.cut_off, entries = excluded.entries""",
            [day, source_id, seal_of(landing), landing.certificate.cut_off, landing.certificate.declared_after],
        )
    counted = connection.execute(
        """select (select count(*) from core.catalogue_entry where source_id = %(id)s and to_night = 'infinity'),
            (select count(*) from recon.catalogue_difference where source_id = %(id)s and to_night = 'infinity')""",
        {"id": source_id},
    ).fetchone()
    assert counted is not None  # noqa: S101 - an aggregate returns one row
    return {"entries": counted[0], "differences": counted[1]}


def _stage(connection: psycopg.Connection, landing: Landing) -> None:
    """One row per entry; if a catalogue states a code twice, the last one counts."""
    connection.execute(
        """create temporary table catalogue_entry_tonight (source_id text, catalogue text, code text, name text,
            parent_code text, level text, ref text, primary key (catalogue, code)) on commit drop"""
    )
    rows = [
        (landing.certificate.source_id, e.catalogue, e.code, e.name, e.parent_code, e.level, e.ref)
        for e in landing.catalogue()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            """insert into catalogue_entry_tonight values (%s, %s, %s, %s, %s, %s, %s) on conflict (catalogue, code)
            do update set name = excluded.name, parent_code = excluded.parent_code, level = excluded.level, ref = excluded.ref""",
            rows,
        )
    connection.execute("analyze catalogue_entry_tonight")
