"""Pages of a listing: each dossier is encoded once, and a page is a join of bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

UNDATED = -(2**62)  # an acceptance time that is in no window


class Encoded(Protocol):
    """Storage of encoded rows, in the order of the shelf."""

    def join(self, positions: NDArray[np.int64]) -> bytes:
        """The rows at these positions, separated by commas."""


class EncodedWhenAsked:
    """Rows encoded only when a page shows them, so that a world of a million can be served before all are encoded.

    Args:
        encode: returns the encoded row at a position.
    """

    def __init__(self, encode: Callable[[int], bytes]) -> None:
        self._encode = encode

    def join(self, positions: NDArray[np.int64]) -> bytes:
        return b",".join([self._encode(position) for position in positions.tolist()])


class MappedRows:
    """Encoded rows in a file that is mapped into memory, each followed by a comma.

    Args:
        buffer: the mapped file.
        starts: where each row starts, and one past the last row's comma.
    """

    def __init__(self, buffer: memoryview, starts: NDArray[np.int64]) -> None:
        self._buffer, self._starts = buffer, starts

    def join(self, positions: NDArray[np.int64]) -> bytes:
        if not len(positions):
            return b""
        first, last = int(positions[0]), int(positions[-1])
        if last - first + 1 == len(positions):
            return bytes(self._buffer[self._starts[first] : self._starts[last + 1] - 1])
        starts = self._starts
        return b",".join([bytes(self._buffer[starts[at] : starts[at + 1] - 1]) for at in positions.tolist()])


@dataclass
class Shelf:
    """All rows at one point in time, newest update first, with what a search may filter by.

    Attributes:
        accepted: time of acceptance, UNDATED if none; appointed: the due time likewise.
        removed: hidden by `remove-status=0`.
        agency, procedure, status: position in `agency_ids` and `procedure_ids`; the status id itself.
        places: the positions of a code's rows; None for a shelf that cannot be searched by code.
    """

    rows: Encoded
    accepted: NDArray[np.int64]
    appointed: NDArray[np.int64]
    removed: NDArray[np.bool_]
    agency: NDArray[np.int32]
    procedure: NDArray[np.int32]
    status: NDArray[np.int32]
    agency_ids: list[str]
    procedure_ids: list[str]
    ancestor_positions: dict[str, list[int]]
    places: Callable[[str], list[int]] | None

    def __len__(self) -> int:
        return len(self.accepted)

    def select(self, asked: Asked) -> NDArray[np.int64]:
        """Positions of the rows that match a search, in order."""
        if asked.code:
            wanted = np.zeros(len(self), bool)
            wanted[self.places(asked.code) if self.places else []] = True
        else:
            wanted = np.ones(len(self), bool)
        for values, start, end in (
            (self.accepted, asked.accepted_from, asked.accepted_to),
            (self.appointed, asked.appointment_from, asked.appointment_to),
        ):
            if start is not None or end is not None:
                wanted &= values != UNDATED
                wanted &= values >= (UNDATED if start is None else start)
                wanted &= values < (2**62 if end is None else end)
        if asked.not_removed:
            wanted &= ~self.removed
        if asked.ancestor:
            wanted &= np.isin(self.agency, self.ancestor_positions.get(asked.ancestor, []))
        if asked.procedure_id:
            known = asked.procedure_id in self.procedure_ids
            wanted &= self.procedure == (self.procedure_ids.index(asked.procedure_id) if known else -1)
        if asked.statuses:
            wanted &= np.isin(self.status, asked.statuses)
        found = np.flatnonzero(wanted)
        return found[::-1] if asked.oldest_first else found


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a search; times in seconds, starts included and ends excluded."""

    code: str = ""
    procedure_id: str = ""
    ancestor: str = ""
    statuses: tuple[int, ...] = ()
    accepted_from: float | None = None
    accepted_to: float | None = None
    appointment_from: float | None = None
    appointment_to: float | None = None
    not_removed: bool = False
    oldest_first: bool = False


def page_body(
    shelf: Shelf, found: NDArray[np.int64], *, number: int, size: int, step: int, spec: str, with_last: bool
) -> bytes:
    """One page as bytes: Spring's names [A] (CONTRACTS section 3).

    Args:
        found: positions of all matching rows.
        number, size: as requested; step: rows that a page really holds (size, or the server's cap).
        spec: "page" states totals; "slice" does not.
    """
    rows = found[number * step : (number + 1) * step]
    is_last = (number + 1) * step >= len(found)
    told: dict[str, Any] = {"number": number, "size": size, "numberOfElements": len(rows), "first": number == 0}
    if spec == "page":
        told |= {"totalElements": len(found), "totalPages": -(-len(found) // step), "last": is_last}
    elif with_last:
        told["last"] = is_last
    return b'{"content":[' + shelf.rows.join(rows) + b"]," + msgspec.json.encode(told)[1:]
