"""Reading a source's catalogues (procedures, agencies, fields) and what differs from the province's own.

A catalogue is read on a day, not for a night: it changes rarely and nothing of a night rests on it. Its landing is
sealed like any other, under `<landing>/catalogues/<province>/<day>/<source>/`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import psycopg

from doisoat.errors import SourceChangedError
from doisoat.landing import Landing, LandingWriter, Versions, is_sealed, landing_directory, open_landing
from doisoat.model import PullCertificate
from doisoat.screen import Screen
from doisoat.sources.contract import Source
from doisoat.warehouse.database import run_file
from doisoat.warehouse.load import seal_of
from doisoat.warehouse.ranges import CATALOGUE_DIFFERENCE, CATALOGUE_ENTRY, merge, rewind

HERE = Path(__file__).parent
SHELF = "catalogues"


def collect_catalogue(
    source: Source,
    *,
    province_id: str,
    day: dt.date,
    landing_root: Path,
    versions: Versions,
    clock: dt.datetime,
    screen: Screen | None = None,
) -> Landing:
    """Read every entry of a source's catalogues and seal them; a sealed landing of the day is returned as it is.

    Args:
        day: the local calendar date of the run.
        clock: the source's clock, or the run's where the source tells none with a catalogue.
        screen: what is known of the source's own words.

    Raises:
        SourceChangedError: it came empty, which must not pass for a catalogue that was emptied.
    """
    where = (landing_root / SHELF, province_id, day, source.source_id)
    if is_sealed(landing_directory(*where)):
        return open_landing(*where)
    started_at, entries = dt.datetime.now(dt.UTC), 0
    with LandingWriter(*where, screen or Screen()) as writer:
        for entry in source.catalogue():
            writer.write_entry(entry)
            entries += 1
        if not entries:
            raise SourceChangedError(
                source.source_id,
                asked="its catalogues",
                came="no entry at all",
                todo="ask its owner; the last good catalogue stands",
            )
        certificate = PullCertificate(
            source_id=source.source_id, night=day, mode="catalogue", started_at=started_at,
            ended_at=dt.datetime.now(dt.UTC), cut_off=clock, requests=source.requests_made, pages=entries, received=0,
            decoded=0, quarantined=0, declared_before=None, declared_after=entries, is_complete=True,
        )  # fmt: skip
        decoder = f"{source.source_kind}/{source.decoder_version}"
        return writer.seal(certificate, msgspec.structs.replace(versions, decoder=decoder))


def load_catalogue(connection: psycopg.Connection, landing: Landing) -> dict[str, int]:
    """Load a catalogue and what differs from the province's own; the caller holds the write lock.

    Days go forward: a day before the last one loaded of this source changes nothing.

    Returns the number of entries and of differences that now stand.
    """
    source_id, day = landing.certificate.source_id, landing.certificate.night
    last = connection.execute(
        "select max(synced_on) from ops.catalogue_pull where source_id = %s", [source_id]
    ).fetchone()
    if not (last and last[0] and last[0] > day):
        for table in (CATALOGUE_ENTRY, CATALOGUE_DIFFERENCE):
            rewind(connection, table, source_id, day)
        _stage(connection, landing)
        merge(connection, CATALOGUE_ENTRY, "catalogue_entry_tonight", source_id, day)
        run_file(connection, HERE / "reconcile" / "catalogue_difference.sql", {"source_id": source_id, "day": day})
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
    assert counted is not None  # noqa: S101 - an aggregate gives one row
    return {"entries": counted[0], "differences": counted[1]}


def _stage(connection: psycopg.Connection, landing: Landing) -> None:
    """One row an entry; where a catalogue states a code twice, the last statement stands."""
    connection.execute(
        """create temporary table catalogue_entry_tonight (source_id text, catalogue text, code text, name text,
            parent_code text, level text, primary key (catalogue, code)) on commit drop"""
    )
    rows = [
        (landing.certificate.source_id, e.catalogue, e.code, e.name, e.parent_code, e.level)
        for e in landing.catalogue()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            """insert into catalogue_entry_tonight values (%s, %s, %s, %s, %s, %s) on conflict (catalogue, code)
            do update set name = excluded.name, parent_code = excluded.parent_code, level = excluded.level""",
            rows,
        )
    connection.execute("analyze catalogue_entry_tonight")
