"""Counts that nobody can have counted are refused before they are sealed: the seal would stand, and no night could load it.

Decoders bound what they read (doisoat.sources.declared); this is the last place that every source passes, also the next one.
"""

from __future__ import annotations

from collections.abc import Iterable

from doisoat.errors import SourceChangedError
from doisoat.model import MOST, PullCertificate


def refuse_beyond(source_id: str, counts: Iterable[int | None]) -> None:
    """Refuse a count that is larger than any number of dossiers.

    Raises:
        SourceChangedError: one of them is.
    """
    for count in counts:
        if count is not None and abs(count) > MOST:
            raise SourceChangedError(
                source_id,
                asked="its counts",
                came=f"a number of {len(str(abs(count)))} digits"
                if abs(count) < 10**4000
                else "a number of thousands of digits",
                todo="ask its owner what it counts there; nothing of this pull is kept",
            )


def counts_of(certificate: PullCertificate) -> list[int | None]:
    """What a source declared, by a pull's certificate."""
    declared = [certificate.declared_before, certificate.declared_after]
    for cell in certificate.cells:
        declared += [cell.declared_before, cell.declared_after]
    return declared
