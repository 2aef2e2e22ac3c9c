"""The steps that plans share: listing a cell until its count agrees, and finding the cells worth listing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from doisoat.collect.expected import Expected
from doisoat.collect.state import Pull
from doisoat.model import Cell

UNDATED = Cell(undated=True)


def list_cell(pull: Pull, cell: Cell) -> None:
    """Count, list, count; once more if they disagree. A row found by either listing exists."""
    before, after, received = pull.count(cell), None, 0
    found: set[str] = set()
    is_complete, repeats = False, None
    for _ in range(2):
        listed: Counter[str] = Counter()
        for page in pull.source.list_cell(cell) if before else ():
            pull.take(page, cell)
            received += page.received
            listed.update(record.record_id or "" for record in page.records)
            listed.update(row.record_id or row.position for row in page.quarantined)
        found |= listed.keys()
        after = pull.count(cell)
        repeated = {key: count for key, count in listed.items() if count > 1}
        is_complete = after in (len(listed), len(found))
        if not is_complete and repeated and repeats == repeated and after == listed.total():
            # the source itself has a record twice: a shifted page would not repeat the same ones again
            pull.repeated[cell] = listed.total() - len(listed)
            is_complete = True
        if is_complete:
            break
        before, repeats = after, repeated
    pull.certify(cell, before=before, after=after, received=received, is_complete=is_complete)


def list_within_budget(pull: Pull, wanted: Sequence[Cell]) -> None:
    """List the cells in order, as far as the night's budget allows; the rest is certified as incomplete."""
    budget = pull.source.limits.relist_cells_per_night
    for cell in wanted[:budget]:
        list_cell(pull, cell)
    for cell in wanted[budget:]:
        pull.certify(cell, before=None, after=None, received=0, is_complete=False)
    if len(wanted) > budget:
        pull.reasons.append(f"cells beyond tonight's budget: {len(wanted) - budget}")
    kept_moving = sum(not pull.cells[cell].is_complete for cell in wanted[:budget])
    if kept_moving:
        pull.reasons.append(f"cells whose count and listing disagree: {kept_moving}")


def differing(pull: Pull, cells: Sequence[Cell], expected: Expected, *, ask_totals: bool) -> list[Cell]:
    """The cells whose counts are not as expected; removed records are counted only where that can matter."""
    found = []
    for cell in cells:
        should = expected.of(cell)
        not_removed = pull.count(cell, removed=False)
        if not_removed != should.not_removed or ask_totals:
            total = pull.count(cell)
            if total != should.total or not_removed != should.not_removed:
                found.append(cell)
    return found
