"""A static province of any size: iGate dossiers for `make bench`, kept in a file and served from it.

Contract: `python -m sandbox serve --bench N --bench-file FILE` serves N dossiers that the provincial system holds when
night 2024-04-19 is read, in iGate's format (sandbox.systems.igate_words, with personal canaries), through the same search as
a world's. They are plain dossiers of 16 months: about one in 120 has no receipt date, and one in REMOVED_ONE_IN is removed.

FILE holds the encoded rows in the order of the shelf, newest update first, each followed by a comma; FILE.npz next to it
says where each row starts and what a search may filter by. Both are regenerated unless the same sandbox made them for
the same N and seed. Generating holds numbers and codes in memory but no dossiers; serving maps the file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import mmap
import tempfile
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sandbox.systems.igate_words import Words, millisecond_of, object_id, updated_at
from sandbox.systems.pages import UNDATED, MappedRows, Shelf
from sandbox.world.maker import Maker, Wish
from sandbox.world.moments import HOUR, night_cut_off
from sandbox.world.truth import Dossier, LocalRow, latest
from sandbox.world.variant import Variant

NIGHT = dt.date(2024, 4, 19)
REMOVED_ONE_IN = 25_000

_VARIANT = Variant()
_MADE_BY = (
    "systems/bench_world.py",
    "systems/igate_words.py",
    "world/canaries.py",
    "world/maker.py",
    "world/moments.py",
    "world/procedures.py",
    "world/reference.py",
    "world/truth.py",
    "world/variant.py",
)
_WRITTEN_AT_ONCE = 10_000  # rows
#: What is kept of each row: milliseconds, bytes with the comma, seconds, and positions as sandbox.systems.pages.Shelf has them.
_FACTS = np.dtype("i8, i8, i8, i8, ?, i4, i4, i4")
_FACTS.names = ("updated", "size", "accepted", "appointed", "removed", "agency", "procedure", "status")


def bench_shelf(dossiers: int, seed: int, file: Path | None) -> tuple[Shelf, int]:
    """The shelf of N static dossiers, and the time that its clock shows.

    Args:
        dossiers: how many rows the search shows; at least 1.
        file: where they are kept; None for a temporary file, which is gone when the process ends.
    """
    recipe, now = _recipe(dossiers, seed), night_cut_off(NIGHT)
    if file is None:
        with tempfile.TemporaryDirectory(prefix="sandbox-bench-") as directory:
            file = Path(directory) / "rows"
            _Making(seed, now).write(dossiers, file, recipe)
            return _opened(file, seed), now  # a mapped file stays readable after it is unlinked
    if not _fits(file, recipe):
        _Making(seed, now).write(dossiers, file, recipe)
    return _opened(file, seed), now


def _recipe(dossiers: int, seed: int) -> str:
    """A fingerprint of how the file was made: N, the seed and the text of the modules that make and write a dossier."""
    digest = hashlib.sha256(f"{dossiers} {seed}".encode())
    for name in _MADE_BY:
        digest.update((Path(__file__).parents[1] / name).read_bytes())
    return digest.hexdigest()


def _index(file: Path) -> Path:
    return file.with_name(file.name + ".npz")


def _fits(file: Path, recipe: str) -> bool:
    if not (file.is_file() and _index(file).is_file()):
        return False
    with np.load(_index(file)) as index:
        return bool(index["recipe"] == recipe and index["starts"][-1] == file.stat().st_size)


def _opened(file: Path, seed: int) -> Shelf:
    """Map the file and lay its rows on a shelf."""
    with np.load(_index(file)) as index:
        facts, starts = index["facts"], index["starts"]
    with file.open("rb") as stream:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    maker = Maker(seed, NIGHT, 1, _VARIANT)
    words = Words(maker.agencies, _VARIANT)
    below: dict[str, list[int]] = {}
    for at, agency in enumerate(maker.agencies):
        for ancestor in words.ancestors(agency):
            below.setdefault(object_id(ancestor.agency_id), []).append(at)
    column = {name: np.ascontiguousarray(facts[name]) for name in _FACTS.names or ()}
    return Shelf(
        rows=MappedRows(memoryview(mapped), starts),
        accepted=column["accepted"],
        appointed=column["appointed"],
        removed=column["removed"],
        agency=column["agency"],
        procedure=column["procedure"],
        status=column["status"],
        agency_ids=[object_id(agency.agency_id) for agency in maker.agencies],
        procedure_ids=[object_id(procedure.code) for procedure in maker.catalogue],
        ancestor_positions=below,
        places=None,
    )


class _Making:
    """Makes dossiers one by one, writes each one immediately, and sorts the rows at the end.

    Args:
        seed: of the dossiers.
        now: the moment at which they are seen.
    """

    def __init__(self, seed: int, now: int) -> None:
        self._maker, self._now = Maker(seed, NIGHT, 1, _VARIANT), now
        self._words = Words(self._maker.agencies, _VARIANT)
        self._agency_at = {agency.agency_id: at for at, agency in enumerate(self._maker.agencies)}
        self._procedure_at = {procedure.code: at for at, procedure in enumerate(self._maker.catalogue)}

    def write(self, dossiers: int, file: Path, recipe: str) -> None:
        """Make the file and its index; if interrupted, it leaves none that matches."""
        file.parent.mkdir(parents=True, exist_ok=True)
        _index(file).unlink(missing_ok=True)
        unordered = file.with_name(file.name + ".tmp")
        facts = np.zeros(dossiers, _FACTS)
        with unordered.open("wb") as stream:
            for at in range(dossiers):
                made, row = self._held(is_removed=at % min(REMOVED_ONE_IN, max(dossiers // 4, 2)) == 1)
                encoded, facts[at] = self._row(made, row)
                stream.write(encoded)
        order = np.argsort(-facts["updated"], kind="stable")
        _reorder(unordered, file, facts["size"], order)
        unordered.unlink()
        starts = np.concatenate(([0], np.cumsum(facts["size"][order])))
        np.savez(_index(file), recipe=np.array(recipe), facts=facts[order], starts=starts)

    def _held(self, *, is_removed: bool) -> tuple[Dossier, LocalRow]:
        """The next dossier that the provincial system holds by now, and its row."""
        while True:
            made = self._maker.dossier("plain", Wish(when="settled") if is_removed else Wish())
            row = made.local[0]
            if is_removed:
                row.removed_at = min(max(at for at in row.moments() if at <= self._now) + HOUR, self._now)
            if row.is_held(self._now):
                return made, row

    def _row(self, made: Dossier, row: LocalRow) -> tuple[bytes, tuple[int | bool, ...]]:
        """The row as it is written down, and its _FACTS."""
        now = self._now
        updated = updated_at(row, now, _VARIANT)
        encoded = msgspec.json.encode(self._words.dossier(made, row, now, updated)) + b","
        accepted = row.received_at if row.received_at is not None and row.received_at <= now else UNDATED
        facts = (
            updated * 1000 + millisecond_of(row),
            len(encoded),
            accepted,
            UNDATED if made.due_at is None or accepted == UNDATED else made.due_at,
            row.is_removed(now),
            self._agency_at[made.agency.agency_id],
            self._procedure_at[made.procedure.code],
            self._words.status_id(latest(row.life, now) or row.life[0][1]),
        )
        return encoded, facts


def _reorder(unordered: Path, file: Path, sizes: NDArray[np.int64], order: NDArray[np.int64]) -> None:
    """Copy the rows of a file into another, in order."""
    starts = np.cumsum(sizes) - sizes
    with unordered.open("rb") as source, file.open("wb") as target:
        mapped = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        for first in range(0, len(order), _WRITTEN_AT_ONCE):
            chunk = order[first : first + _WRITTEN_AT_ONCE]
            spans = zip(starts[chunk].tolist(), sizes[chunk].tolist(), strict=True)
            target.write(b"".join([mapped[start : start + size] for start, size in spans]))
        mapped.close()
