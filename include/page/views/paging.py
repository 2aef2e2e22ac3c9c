"""One page of many rows: which part, and the addresses of the others."""

from __future__ import annotations

from page.asking import Ask
from page.reader import Row

ROWS = 50
#: A file holds no more rows than a spreadsheet does.
MOST_IN_A_FILE = 1_000_000


def part(ask: Ask) -> Row:
    """How many rows, and after how many, for the page asked for."""
    return {"most": ROWS, "start": (ask.number("page", 1, 100_000) - 1) * ROWS}


def pages(ask: Ask, total: int) -> Row:
    """Where the page stands among all: first and last row, and the addresses of the neighbours."""
    page = ask.number("page", 1, 100_000)
    first = (page - 1) * ROWS + 1
    return {
        "first": min(first, total),
        "last": min(first + ROWS - 1, total),
        "total": total,
        "before": ask.here(page=page - 1 if page > 2 else None) if page > 1 else None,
        "after": ask.here(page=page + 1) if first + ROWS <= total else None,
    }
