"""The plan for a known source that says what changed: the changes, then only the cells that still disagree.

Counts are requested from the whole down to the cells that disagree with what is held plus tonight's changes; only those are
listed, or the agencies or days of them that differ (narrowing.py), within a budget. A rolling share of the quiet months is
listed again anyway, because equal counts can hide a swap. If a change could not be read, or may have been skipped because
records left while pages were read, the watermark stays where it was for some days, and the changes are read again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from doisoat.collect.cells import UNDATED, differing, list_within_budget
from doisoat.collect.expected import Expected, due_for_review, rows_listed
from doisoat.collect.narrowing import narrowed
from doisoat.collect.state import Pull
from doisoat.model import WHOLE, Cell

#: For how long changes that could not be read are requested again; after that the rows are assumed to stay unreadable.
READ_AGAIN = dt.timedelta(days=7)


def take_changes(pull: Pull, watermark: dt.datetime) -> None:
    """Read what changed since the watermark, and list the cells that do not match the counts expected after that."""
    pull.newest = watermark
    before, live = pull.count(WHOLE), pull.count(WHOLE, removed=False)
    expected = pull.expect()
    for page in pull.source.changes(watermark - dt.timedelta(minutes=pull.source.limits.overlap_minutes)):
        pull.take(page)
    whole = pull.count(WHOLE)
    have_left = (whole or 0) < (before or 0) or (pull.count(WHOLE, removed=False) or 0) < (live or 0)
    if (pull.writer.quarantined or have_left) and pull.cut_off.moment and pull.cut_off.moment - watermark < READ_AGAIN:
        pull.unread = watermark  # counts do not show a change to a record that is held: it must be sent again
    months = sorted(month for month, count in expected.by_month.items() if month and count[0])
    disagreeing = _disagreeing(pull, whole, months, expected)
    wanted = [part for cell in disagreeing for part in narrowed(pull, cell, expected)]
    counts = {month: rows_listed(expected.of(Cell(month))) for month in months}
    due = due_for_review(counts, pull.night, pull.source.limits)
    wanted += [cell for cell in due if cell not in disagreeing]
    list_within_budget(pull, wanted)
    pull.declared = (before, pull.count(WHOLE))


def _disagreeing(pull: Pull, whole: int | None, months: Sequence[dt.date], expected: Expected) -> list[Cell]:
    """The cells whose counts are not as expected, including those of months that we knew nothing about."""
    found = differing(pull, [*map(Cell, months), UNDATED], expected, ask_totals=whole != expected.total)
    if whole != expected.total and whole != sum(pull.totals[Cell(month), True].value or 0 for month in months):
        unknown = sorted(set(pull.source.months()) - set(months))
        found += differing(pull, [Cell(month) for month in unknown], expected, ask_totals=True)
    return found
