"""The plan for a known source that lists and counts but cannot say what changed: the newest months, the rest by counts."""

from __future__ import annotations

from doisoat.collect.cells import UNDATED, differing, list_cell, list_within_budget
from doisoat.collect.expected import due_for_review, rows_listed
from doisoat.collect.narrowing import narrowed
from doisoat.collect.state import Pull
from doisoat.model import Cell


def list_by_month(pull: Pull) -> None:
    """List the cells likely to have changed, including the undated one, and older months whose counts are not as expected.

    Listed cells are applied first: a month that lost a record to a listed cell and gained another has the same count.
    """
    limits = pull.source.limits
    months = pull.source.months()
    recent = [*map(Cell, months[-limits.recent_months :]), UNDATED]
    expected = pull.expect()
    for cell in recent:
        list_cell(pull, cell)
    held = {month for month, count in expected.by_month.items() if month and count[0]}
    older = [cell for month in sorted(held | set(months)) if (cell := Cell(month)) not in recent]
    disagreeing = differing(pull, older, expected, ask_totals=False)
    wanted = [part for cell in disagreeing for part in narrowed(pull, cell, expected)]
    counts = {month: rows_listed(expected.of(cell)) for cell in older if (month := cell.receipt_month)}
    due = due_for_review(counts, pull.night, limits)
    list_within_budget(pull, [*wanted, *(cell for cell in due if cell not in disagreeing)])
    moving = sum(not pull.cells[cell].is_complete for cell in recent)
    if moving:
        pull.reasons.append(f"recent months, or the undated, whose count and listing disagree: {moving}")
