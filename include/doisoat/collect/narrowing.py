"""Which part of a month to list again, when its counts are not as expected: some agencies, some days, or all of it.

A count is one row of an answer, a month at a large province a hundred pages. Parts are only believed where they partition
the month: where the counts of its agencies, or of the two halves of its days, add up to its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from doisoat.collect.expected import Expected, HeldCount
from doisoat.collect.state import Pull
from doisoat.model import Cell
from doisoat.shapes import is_fingerprint

#: The pages that days may have to be listed at once: halving them costs two counts and may find that both halves differ.
PAGES = 8
_DAY = dt.timedelta(days=1)


def narrowed(pull: Pull, cell: Cell, expected: Expected) -> list[Cell]:
    """The parts of a cell that differ, or the cell itself if finding them would cost more than it saves.

    Args:
        cell: one whose counts, as last asked for, are not as expected.
    """
    if cell.receipt_month is None:
        return [cell]
    return _agencies(pull, cell, expected) or _days(pull, cell, expected) or [cell]


def _agencies(pull: Pull, cell: Cell, expected: Expected) -> list[Cell]:
    """The agencies that differ. A source's agency filter may mean a subtree (iGate's `ancestor-agency-id`): then the counts
    of the agencies add up to more than the month's.
    """
    source, month, total = pull.source, cell.receipt_month, pull.totals[cell, True].value or 0
    held = expected.by_agency(month) if month else {}
    if any(ref is None or is_fingerprint(ref) for ref in held) or 2 * len(held) * source.limits.page_size >= total:
        return []
    parts = {Cell(month, ref): count for ref, count in held.items()}
    said = {part: source.count(part).value or 0 for part in parts}
    if sum(said.values()) != total:
        return []
    return [
        part
        for part, count in parts.items()
        if said[part] != count.total or source.count(part, removed=False).value != count.not_removed
    ]


def _days(pull: Pull, cell: Cell, expected: Expected) -> list[Cell]:
    """The days that differ, found by halving."""
    if not pull.source.lists_days or cell.receipt_month is None:
        return []
    held = expected.by_day(cell.receipt_month)
    if None in held:  # of a date that could not be read the source knows the day, and we do not
        return []
    return _halved(pull, Cell(cell.receipt_month, within=cell.days), _said(pull, cell), held)


def _halved(pull: Pull, cell: Cell, said: HeldCount, held: Mapping[dt.date | None, HeldCount]) -> list[Cell]:
    first, last = cell.days
    if first == last or max(said.total, _of(held, cell).total) <= PAGES * pull.source.limits.page_size:
        return [cell]
    middle = first + (last - first) // 2
    left, right = (Cell(cell.receipt_month, within=part) for part in ((first, middle), (middle + _DAY, last)))
    said_left = _asked(pull, left)
    said_right = HeldCount(said.total - said_left.total, said.not_removed - said_left.not_removed)
    if min(said_right) < 0:  # more on some of the days than on all of them: it counts something else, or moves too fast
        return [cell]
    halves = ((left, said_left), (right, said_right))
    return [part for half, count in halves if count != _of(held, half) for part in _halved(pull, half, count, held)]


def _said(pull: Pull, cell: Cell) -> HeldCount:
    """What the source last said of a cell."""
    total, not_removed = pull.totals[cell, True].value or 0, pull.totals.get((cell, False))
    return HeldCount(total, total if not_removed is None else not_removed.value or 0)


def _asked(pull: Pull, cell: Cell) -> HeldCount:
    return HeldCount(pull.source.count(cell).value or 0, pull.source.count(cell, removed=False).value or 0)


def _of(held: Mapping[dt.date | None, HeldCount], cell: Cell) -> HeldCount:
    first, last = cell.days
    within = [count for day, count in held.items() if day and first <= day <= last]
    return HeldCount(sum(count.total for count in within), sum(count.not_removed for count in within))
