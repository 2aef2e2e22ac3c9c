"""The true sync rates of a world at a moment, from its answer key: cases counted once, whatever codes they run under."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any


def true_rates(lines: Iterable[dict[str, Any]]) -> dict[str, dict[str, tuple[int, int]]]:
    """By month of receipt ("2024-04"): what is synced, and of how many.

    Args:
        lines: entries of the key (sandbox.key).

    Returns `own` (the province's dossiers, of them those on the portal) and `corrected` (the same with what only a ministry's
    system holds). What has no receipt date is in no month.
    """
    rates: dict[str, dict[str, list[int]]] = {
        name: defaultdict(lambda: [0, 0]) for name in ("own", "corrected")
    }  # fmt: skip
    for line in lines:
        if line["received_date"] is None:
            continue
        month = line["received_date"][:7]
        is_local = line["presence"] in ("both", "provincial_only")
        is_ministrys = any(row["state"] == "present" for row in line["ministry"])
        for name, counts in (("own", is_local), ("corrected", is_local or is_ministrys)):
            if counts:
                rates[name][month][0] += line["presence"] in ("both", "national_only")
                rates[name][month][1] += 1
    return {name: {month: (part, whole) for month, (part, whole) in by.items()} for name, by in rates.items()}
