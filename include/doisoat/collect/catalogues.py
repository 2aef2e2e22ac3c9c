"""Reading a source's catalogues (procedures, agencies, fields).

A catalogue is read on a day, not for a night: it changes rarely and no night depends on it. Its landing is
sealed like any other, under `<landing>/catalogues/<province>/<day>/<source>/`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from doisoat.collect.landing import Landing, LandingWriter, Versions, find_landing
from doisoat.collect.screen import Screen
from doisoat.errors import SourceChangedError
from doisoat.model import PullCertificate
from doisoat.sources.contract import Source

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
    """Read every entry of a source's catalogues and seal them; an existing landing of the day is returned as it is.

    Args:
        day: the local calendar date of the run.
        clock: the source's clock, or the run's if the source gives no time with a catalogue.
        screen: the known values of the source's own vocabulary.

    Raises:
        SourceChangedError: it is empty, which must not be taken for a catalogue that was emptied.
    """
    where = (landing_root / SHELF, province_id, day, source.source_id)
    if landing := find_landing(*where):
        return landing
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
                todo="ask its owner; the last good catalogue stays valid",
            )
        certificate = PullCertificate(
            source_id=source.source_id, night=day, mode="catalogue", started_at=started_at,
            ended_at=dt.datetime.now(dt.UTC), cut_off=clock, requests=source.requests_made, pages=entries, received=0,
            decoded=0, quarantined=0, declared_before=None, declared_after=entries, is_complete=True,
        )  # fmt: skip
        decoder = f"{source.source_kind}/{source.decoder_version}"
        return writer.seal(certificate, msgspec.structs.replace(versions, decoder=decoder))
