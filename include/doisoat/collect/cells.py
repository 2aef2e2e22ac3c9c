"""The steps that plans share: listing a cell until its count agrees, and finding the cells worth listing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from doisoat.collect.expected import Expected
from doisoat.collect.state import Pull
from doisoat.model import Cell, Page

UNDATED = Cell(undated=True)


def list_cell(pull: Pull, cell: Cell) -> None:
    """Count, list, count; once more if they disagree. A row found by either listing exists.

    Both counts must agree, with removed records and without: a record that is wrongly taken for removed changes only one.
    And no fewer may be counted after than before.
    """
    before, after, received = pull.count(cell), None, 0
    found = _Listed()
    is_complete, repeats = False, None
    for _ in range(2):
        listed = _Listed()
        for page in pull.source.list_cell(cell) if before else ():
            pull.take(page, cell)
            received += page.received
            listed.take(page)
        found.update(listed)
        after, live = pull.count(cell), pull.count(cell, removed=False)
        repeated = listed.repeated
        agreeing = [one for one in (listed, found) if after == len(one)]
        if not agreeing and repeated and repeats == repeated and after == listed.rows.total():
            # the source itself has a record twice: a shifted page would not repeat the same ones again
            pull.repeated[cell] = listed.rows.total() - len(listed)
            agreeing = [listed]
        # If records left, others moved up and may have been skipped, as many as left: then the numbers agree by themselves.
        is_complete = any(one.may_show(live) for one in agreeing) and (after or 0) >= (before or 0)
        if is_complete:
            break
        before, repeats = after, repeated
    pull.certify(cell, before=before, after=after, received=received, is_complete=is_complete)


class _Listed:
    """What one listing of a cell showed, or two together.

    Attributes:
        rows: key -> how many rows had it.
        removed: key -> whether the record is removed, as it was shown last; None if its row could not be read.
    """

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.removed: dict[str, bool | None] = {}

    def __len__(self) -> int:
        return len(self.removed)

    @property
    def repeated(self) -> dict[str, int]:
        """The keys that more than one row had."""
        return {key: count for key, count in self.rows.items() if count > 1}

    def take(self, page: Page) -> None:
        """Add a page."""
        shown = {record.record_id or "": record.is_removed for record in page.records}
        unread = [row.record_id or row.position for row in page.quarantined]
        self.rows.update([record.record_id or "" for record in page.records] + unread)
        self.removed |= dict.fromkeys(unread) | shown

    def update(self, later: _Listed) -> None:
        """Add what a later listing showed."""
        self.removed |= later.removed

    def may_show(self, live: int | None) -> bool:
        """Whether the source may count so many records that are not removed: unread and repeated rows may count or not."""
        if live is None:
            return True
        states = Counter(self.removed.values())
        repeats = max(0, self.rows.total() - len(self))
        return states[False] <= live <= states[False] + states[None] + repeats


def list_within_budget(pull: Pull, wanted: Sequence[Cell]) -> None:
    """List the cells in order, as far as the night's budget allows; the rest is certified as incomplete.

    The parts of a month count as one: they are listed instead of it because that costs less.
    """
    months = list(dict.fromkeys(cell.receipt_month for cell in wanted))
    affordable = set(months[: pull.source.limits.relist_cells_per_night])
    within = [cell for cell in wanted if cell.receipt_month in affordable]
    beyond = [cell for cell in wanted if cell.receipt_month not in affordable]
    for cell in within:
        list_cell(pull, cell)
    for cell in beyond:
        pull.certify(cell, before=None, after=None, received=0, is_complete=False)
    if beyond:
        pull.reasons.append(f"cells beyond tonight's budget: {len(beyond)}")
    kept_moving = sum(not pull.cells[cell].is_complete for cell in within)
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
