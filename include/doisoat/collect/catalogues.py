"""Reading a source's catalogues (procedures, agencies, fields).

A catalogue is read on a day, not for a night: it changes rarely and no night depends on it. Its landing is
sealed like any other, under `<landing>/catalogues/<province>/<day>/<source>/`. Beside the days, in `.begun.<source>.jsonl`, are
the pages of a reading that was stopped (a refusal, a crash): the next one goes on after them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec

from doisoat.collect import store
from doisoat.collect.landing import (
    Landing,
    LandingWriter,
    Versions,
    find_landing,
    is_sealed,
    landing_directory,
    night_named,
    open_landing,
)
from doisoat.collect.room import room_for
from doisoat.collect.screen import Screen
from doisoat.errors import SourceChangedError
from doisoat.model import CatalogueEntry, PullCertificate
from doisoat.sources.contract import CataloguePage, KnownCatalogue, Source

SHELF = "catalogues"
#: After so many days, what a stopped reading had read is read again.
_STALE = dt.timedelta(days=28)


class _BegunPage(msgspec.Struct, frozen=True):
    """A page of a reading, as it was kept."""

    day: dt.date
    number: int
    entries: list[CatalogueEntry]


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

    What was sealed before, and what a stopped reading has read, is given to the source, which need not be asked for it again.

    Args:
        day: the local calendar date of the run.
        clock: the source's clock, or the run's if the source gives no time with a catalogue.
        screen: the known values of the source's own vocabulary.

    Raises:
        SourceChangedError: it is empty, which must not be taken for a catalogue that was emptied.
        SourceError: it stopped; what it had given is known to the next reading.
    """
    where = (landing_root / SHELF, province_id, day, source.source_id)
    if landing := find_landing(*where):
        return landing
    started_at, entries = dt.datetime.now(dt.UTC), 0
    begun = Begun(landing_root, province_id, source.source_id, day)
    known = KnownCatalogue(_former(landing_root, province_id, day, source), begun.pages())
    with LandingWriter(*where, screen or Screen()) as writer:
        try:
            for page in source.catalogue_pages(day, known):
                kept = [writer.write_entry(entry, is_kept=page.is_kept) for entry in page.entries]
                entries += len(page.entries)
                begun.add(page, [entry for entry in kept if entry])
        except SourceChangedError as error:
            if not error.may_pass:
                begun.forget()  # what was read may be what does not fit
            raise
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
        landing = writer.seal(certificate, msgspec.structs.replace(versions, decoder=decoder))
    begun.forget()
    return landing


class Begun:
    """The pages of a reading that has not ended, on disk: they hold what passed the screen, and nothing else."""

    def __init__(self, landing_root: Path, province_id: str, source_id: str, day: dt.date) -> None:
        self._day, self._path = day, landing_root / SHELF / province_id / f".begun.{source_id}.jsonl"

    def pages(self) -> dict[int, Sequence[CatalogueEntry]]:
        """Page -> its entries; a last line that a crash cut off is left out, and so is what is old."""
        found: dict[int, Sequence[CatalogueEntry]] = {}
        if not store.is_there(self._path):
            return found
        for line in store.content(self._path).splitlines():
            try:
                page = msgspec.json.decode(line, type=_BegunPage)
            except msgspec.DecodeError:
                break
            if self._day - page.day <= _STALE:
                found[page.number] = page.entries
        return found

    def add(self, page: CataloguePage, kept: list[CatalogueEntry]) -> None:
        """Remember a page that was read now."""
        if page.number is None or page.is_kept:
            return
        with store.told(self._path, "to write"), room_for(self._path), self._path.open("ab") as stream:
            stream.write(msgspec.json.encode(_BegunPage(self._day, page.number, kept)) + b"\n")

    def forget(self) -> None:
        """Begin anew next time."""
        with store.told(self._path, "to delete"):
            self._path.unlink(missing_ok=True)


def _former(landing_root: Path, province_id: str, day: dt.date, source: Source) -> list[CatalogueEntry]:
    """The entries of the newest sealed landing before the day that the same decoder read; none if there is none."""
    days = [found for name in store.nights(landing_root / SHELF / province_id) if (found := night_named(name))]
    for before in sorted((one for one in days if one < day), reverse=True):
        where = (landing_root / SHELF, province_id, before, source.source_id)
        if is_sealed(landing_directory(*where)):
            landing = open_landing(*where)
            is_read_alike = landing.manifest.versions.decoder == f"{source.source_kind}/{source.decoder_version}"
            return list(landing.catalogue()) if is_read_alike else []
    return []
