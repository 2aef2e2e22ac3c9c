"""A source's answers, decoded and sealed: the only thing that a night is ever loaded or replayed from.

A landing is the directory `<landing_root>/<province_id>/<night>/<source_id>/`:

    records.csv.zst   the decoded rows in the order received, CSV with a header line (RECORD_COLUMNS), suitable for
                      COPY with COPY_OPTIONS: text and times (ISO 8601 with offset) are in double quotes, a quote
                      within them is escaped by a backslash, NULL is a bare null, booleans true/false, linked_codes a
                      PostgreSQL array literal. A record seen twice appears twice.
    totals.jsonl      one ControlTotal per line
    scores.jsonl      one PublishedScore per line; not in landings made before there were any
    procedures.jsonl  one ProcedureCount per line; not in landings made before there were any
    quarantine.jsonl  one QuarantinedRow per line: where a row was, why it could not be read, and what else of it was read (the
                      fields of records.csv.zst), never what could not be read
    look_ups.jsonl    one LookUp per line, without its record (that is in records.csv.zst)
    catalogue.jsonl   one CatalogueEntry per line
    manifest.json     the seal: certificate, sha256 and size of each file, versions, hashes of the deleted originals

It is written in a hidden sibling directory and renamed when it is complete, so a directory with a manifest is sealed: it
is never rewritten, and a crash leaves nothing that could be taken for a landing. In an object store the manifest is put last, and
the other files lie below the name that it gives as `part` (doisoat.collect.store).

Why this dialect of CSV: a row is exactly what msgspec writes for a JSON array, without the brackets. csv.writer takes ten
times as long (10 us per row; `json` needs 6 us to parse the row it comes from), most of it in str(datetime).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

import msgspec
import zstandard

from doisoat.collect import store
from doisoat.collect.bounds import counts_of, refuse_beyond
from doisoat.collect.record_csv import RECORD_COLUMNS, as_coded, csv_lines, csv_of
from doisoat.collect.room import room_for
from doisoat.collect.screen import Screen
from doisoat.errors import LandingDamagedError, NightNotCollectedError
from doisoat.model import (
    CatalogueEntry,
    ControlTotal,
    LookUp,
    Page,
    ProcedureCount,
    PublishedScore,
    PullCertificate,
    QuarantinedRow,
)
from doisoat.province.reference import reference_hash
from doisoat.province.site import Site

RECORDS, MANIFEST = "records.csv.zst", "manifest.json"
TOTALS, QUARANTINE, LOOK_UPS, CATALOGUE = "totals.jsonl", "quarantine.jsonl", "look_ups.jsonl", "catalogue.jsonl"
SCORES, PROCEDURES = "scores.jsonl", "procedures.jsonl"
LINES = (TOTALS, SCORES, PROCEDURES, QUARANTINE, LOOK_UPS, CATALOGUE)
#: 2: what a source says and nothing knows is kept as a fingerprint; before, as its words (doisoat.shapes).
FORMAT = 2

_CHUNK = 1 << 20
_ENCODER = msgspec.json.Encoder()
_T = TypeVar("_T")


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """What a landing was read with: code, province file, decoder, and the agencies and procedures known then."""

    doisoat: str
    config_fingerprint: str
    reference_hash: str
    decoder: str = ""


class FileSeal(msgspec.Struct, frozen=True, kw_only=True):
    """A file, identified by its content."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The seal of a landing.

    Attributes:
        collected_late: the source's clock was more than 36 hours after the night's end, which was explicitly allowed.
        withheld: field -> how many values were kept as fingerprints, because nothing knows them and they may name a person.
        originals: the inbox files that were read; they hold personal data and are deleted after the seal.
        part: below which name beside the manifest the files lie; empty: beside it.
    """

    province_id: str
    certificate: PullCertificate
    versions: Versions
    files: tuple[FileSeal, ...]
    originals: tuple[FileSeal, ...] = ()
    collected_late: bool = False
    withheld: dict[str, int] = {}
    format: int = FORMAT
    part: str = ""


def landing_directory(landing_root: Path, province_id: str, night: dt.date, source_id: str) -> Path:
    """Where the landing of that night and source is or will be."""
    return landing_root / province_id / night.isoformat() / source_id


def is_sealed(directory: Path) -> bool:
    """Whether there is a sealed landing; it may still be damaged, which open_landing detects."""
    return store.is_there(directory / MANIFEST)


def seal_file(path: Path) -> FileSeal:
    """The hash and size of a file, read in chunks."""
    with store.reading(path) as stream:
        digest = hashlib.file_digest(cast(Any, stream), "sha256").hexdigest()
        return FileSeal(name=path.name, size=stream.tell(), sha256=digest)


def sealed_nights(landing_root: Path, province_id: str) -> list[dt.date]:
    """The nights for which anything is sealed, in order."""
    found = store.sealed(landing_root / province_id, MANIFEST)
    return sorted(night for night in map(night_named, found) if night)


def night_named(name: str) -> dt.date | None:
    """The night that a directory is named after; None if it is named after none, and is not one of ours."""
    try:
        return dt.date.fromisoformat(name)
    except ValueError:
        return None


class Landing:
    """A sealed landing, verified: what the loader reads.

    Attributes:
        directory: where it is.
        manifest: the seal; `certificate` is its main part.
    """

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        self.directory, self.manifest = directory, manifest
        self._files = files_of(directory, manifest)

    @property
    def certificate(self) -> PullCertificate:
        return self.manifest.certificate

    def records_csv(self) -> Iterator[bytes]:
        """The decompressed CSV in chunks of about 1 MB (header line first), ready for `copy.write`."""
        with store.reading(self._files / RECORDS) as stream:
            yield from zstandard.ZstdDecompressor().read_to_iter(stream, read_size=_CHUNK, write_size=_CHUNK)

    def totals(self) -> Iterator[ControlTotal]:
        """The control totals in the order in which they were requested."""
        yield from _read_lines(self._files / TOTALS, ControlTotal)

    def scores(self) -> Iterator[PublishedScore]:
        """The published scores in the order in which they came."""
        if store.is_there(self._files / SCORES):
            yield from _read_lines(self._files / SCORES, PublishedScore)

    def procedure_counts(self) -> Iterator[ProcedureCount]:
        """The counts of single procedures in the order in which they were asked for."""
        if store.is_there(self._files / PROCEDURES):
            yield from _read_lines(self._files / PROCEDURES, ProcedureCount)

    def quarantined(self) -> Iterator[QuarantinedRow]:
        """The rows that could not be read."""
        yield from _read_lines(self._files / QUARANTINE, QuarantinedRow)

    def look_ups(self) -> Iterator[LookUp]:
        """The source's answers about single dossiers, in the order in which they were requested."""
        yield from _read_lines(self._files / LOOK_UPS, LookUp)

    def catalogue(self) -> Iterator[CatalogueEntry]:
        """The entries of the source's catalogues."""
        yield from _read_lines(self._files / CATALOGUE, CatalogueEntry)

    def delete_originals(self, paths: Iterable[Path]) -> list[str]:
        """Delete the files whose content this landing was read from; any other file is left alone.

        Returns the names of the files deleted. Safe to call again after a crash.
        """
        known = {original.sha256 for original in self.manifest.originals}
        deleted = []
        for path in paths:
            if path.is_file() and seal_file(path).sha256 in known:
                path.unlink()
                deleted.append(path.name)
        return deleted


def files_of(directory: Path, manifest: Manifest) -> Path:
    """Where the files of a landing are that its manifest names."""
    return directory / manifest.part if manifest.part else directory


def find_landing(landing_root: Path, province_id: str, night: dt.date, source_id: str) -> Landing | None:
    """The sealed landing as open_landing returns it; None if there is none."""
    where = (landing_root, province_id, night, source_id)
    return open_landing(*where) if is_sealed(landing_directory(*where)) else None


def open_landing(landing_root: Path, province_id: str, night: dt.date, source_id: str) -> Landing:
    """Open a sealed landing and verify each file against the seal.

    Raises:
        NightNotCollectedError: there is none.
        LandingDamagedError: a file is missing or has changed since it was sealed.
    """
    directory = landing_directory(landing_root, province_id, night, source_id)
    if not is_sealed(directory):
        raise NightNotCollectedError(
            f"{source_id}: night {night} has no sealed landing under {directory}; sources show only the present, so "
            "collect it in time, or explicitly late"
        )
    try:
        manifest = msgspec.json.decode(store.content(directory / MANIFEST), type=Manifest)
    except msgspec.DecodeError as error:
        raise LandingDamagedError(f"{directory / MANIFEST}: not a manifest; restore the directory") from error
    for seal in manifest.files:
        path = files_of(directory, manifest) / seal.name
        if not store.is_there(path) or seal_file(path) != seal:
            raise LandingDamagedError(f"{path}: changed since it was sealed; restore the directory from a backup")
    return Landing(directory, manifest)


class LandingWriter:
    """Writes one landing; use it as a context manager: what is not sealed at the end is discarded.

    Memory does not grow with the number of records: each page goes through the compressor at once.

    Args:
        screen: what is kept of a source's own values; None writes everything, which is only for our own data.
    """

    def __init__(
        self, landing_root: Path, province_id: str, night: dt.date, source_id: str, screen: Screen | None = None
    ) -> None:
        self._screen = screen
        self._where = (landing_root, province_id, night, source_id)
        self._final = landing_directory(*self._where)
        self._part = "" if store.is_folder(self._final) else uuid.uuid4().hex
        written = f".{source_id}.{uuid.uuid4().hex}.tmp"  # of an object store in our own temporary folder
        self._directory = Path(tempfile.gettempdir()) / written if self._part else self._final.with_name(written)
        self.pages = self.received = self.decoded = self.quarantined = 0

    def __enter__(self) -> LandingWriter:
        for leftover in store.hidden_leftovers(self._final):
            shutil.rmtree(leftover, ignore_errors=True)
        with room_for(self._final):
            self._directory.mkdir(parents=True, mode=0o700 if self._part else 0o777)
            self._raw = (self._directory / RECORDS).open("wb")
            self._compressed = zstandard.ZstdCompressor(level=1, write_checksum=True).stream_writer(self._raw)
            self._compressed.write(csv_lines([RECORD_COLUMNS]))
            self._lines = {name: (self._directory / name).open("wb") for name in LINES}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with room_for(self._final):
            try:
                self._close()
            except OSError:  # closing flushes the buffer
                if error is None:
                    raise
            finally:
                shutil.rmtree(self._directory, ignore_errors=True)
            if isinstance(error, OSError):
                raise error

    def write_page(self, page: Page) -> None:
        """Add the contents of one answer."""
        page.records = [as_coded(record) for record in page.records]
        page.quarantined = [
            row if row.read is None else msgspec.structs.replace(row, read=as_coded(row.read))
            for row in page.quarantined
        ]
        if self._screen:
            kept = self._screen.page(page, self.pages)
            page.records, page.quarantined = kept.records, kept.quarantined
        self._compressed.write(csv_of(page.records))
        for row in page.quarantined:
            self._write_line(QUARANTINE, row)
        self.pages += 1
        self.decoded += len(page.records)
        self.quarantined += len(page.quarantined)
        self.received += page.received

    def write_total(self, total: ControlTotal) -> None:
        """Add a control total."""
        refuse_beyond(self._where[3], [total.value])
        self._write_line(TOTALS, self._screen.total(total) if self._screen else total)

    def write_score(self, score: PublishedScore) -> None:
        """Add a published score."""
        self._write_line(SCORES, self._screen.score(score) if self._screen else score)

    def write_procedure_count(self, count: ProcedureCount) -> None:
        """Add what was answered about a single procedure, unless its code or id cannot be one."""
        refuse_beyond(self._where[3], [count.value, *(unit.value for unit in count.units)])
        kept = self._screen.procedure_count(count) if self._screen else count
        if kept:
            self._write_line(PROCEDURES, kept)

    def write_look_up(self, found: LookUp) -> None:
        """Add the source's answer about one dossier, and its record if it has one."""
        if found.record:
            self.write_page(Page([found.record]))
        self._write_line(LOOK_UPS, msgspec.structs.replace(found, record=None))

    def write_entry(self, entry: CatalogueEntry, *, is_kept: bool = False) -> CatalogueEntry | None:
        """Add an entry of a catalogue, unless its code is not a valid code; returns it as it is kept.

        Args:
            is_kept: it is as it was kept before, so that it has passed the screen.
        """
        kept = self._screen.entry(entry) if self._screen and not is_kept else entry
        if kept:
            self._write_line(CATALOGUE, kept)
        return kept

    def _write_line(self, name: str, content: object) -> None:
        self._lines[name].write(_ENCODER.encode(content) + b"\n")

    def seal(
        self,
        certificate: PullCertificate,
        versions: Versions,
        *,
        originals: Iterable[FileSeal] = (),
        collected_late: bool = False,
    ) -> Landing:
        """Finish the files, write the manifest and move the landing to its name in one step.

        If another run has sealed the same night in the meantime, that landing is kept and returned.
        """
        refuse_beyond(self._where[3], counts_of(certificate))
        self._close()
        manifest = Manifest(
            province_id=self._where[1],
            certificate=certificate,
            versions=versions,
            files=tuple(seal_file(self._directory / name) for name in (RECORDS, *LINES)),
            originals=tuple(originals),
            collected_late=collected_late,
            withheld=dict(sorted(self._screen.withheld.items())) if self._screen else {},
            part=self._part,
        )
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        (self._directory / MANIFEST).write_bytes(content + b"\n")
        if self._part:
            store.put_sealed(self._directory, [RECORDS, *LINES], self._final, self._part, MANIFEST)
            return open_landing(*self._where)
        for name in (RECORDS, *LINES, MANIFEST):
            _sync(self._directory / name)
        try:
            self._directory.rename(self._final)
        except OSError:
            if not is_sealed(self._final):
                raise
        _sync(self._final.parent)
        return open_landing(*self._where)

    def _close(self) -> None:
        with ExitStack() as stack:  # close all of them, even if one fails
            for stream in (*self._lines.values(), self._raw, self._compressed):
                stack.callback(stream.close)


def _read_lines(path: Path, kind: type[_T]) -> Iterator[_T]:
    decoder = msgspec.json.Decoder(kind)
    with store.reading(path) as stream:
        for line in stream:
            yield decoder.decode(line)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def versions(site: Site) -> Versions:
    """The code, configuration and reference data currently in use on this site."""
    return Versions(
        doisoat=version("doisoat"),
        config_fingerprint=site.settings.fingerprint,
        reference_hash=reference_hash(site.settings),
    )


def sealed_landings(site: Site, night: dt.date) -> dict[str, Landing]:
    """The night's landings that are sealed, by source."""
    province_id = site.settings.province.id
    return {
        source_id: open_landing(site.landing_root, province_id, night, source_id)
        for source_id in site.source_ids
        if is_sealed(landing_directory(site.landing_root, province_id, night, source_id))
    }
