"""The plan for a source of which nothing is held yet, and for a sweep: every month and the undated cell, each separately.

One walk over everything would need as many pages, but deep pages cost the source more and more, a single record that
moves would spoil the count of all, and removed rows (which iGate shows only as a difference between two listings)
could not be found in bounded memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from doisoat.collect.cells import UNDATED, list_cell
from doisoat.collect.state import Pull
from doisoat.model import WHOLE, Cell
from doisoat.sources.contract import Source


def list_every_cell(pull: Pull) -> None:
    """Count, list and count each cell; if something moved meanwhile, look for it once."""
    before = pull.count(WHOLE)
    for cell in _cells(pull.source):
        list_cell(pull, cell)
    after = pull.count(WHOLE)
    if _declared(pull) != after:  # something arrived or moved during the walk: find out where, once
        for cell in _cells(pull.source):
            known = pull.cells.get(cell)
            if known is None or pull.count(cell) != known.declared_after:
                list_cell(pull, cell)
        after = pull.count(WHOLE)
        if _declared(pull) != after:
            pull.reasons.append(f"the cells declare {_declared(pull)}, the whole {after}")
    pull.declared = (before, after)
    pull.count(WHOLE, removed=False)


def _cells(source: Source) -> Iterator[Cell]:
    for month in source.months():
        yield Cell(month)
    yield UNDATED


def _declared(pull: Pull) -> int:
    """The sum of the counts that the listed cells declare."""
    return sum(cell.declared_after or 0 for cell in pull.cells.values())
