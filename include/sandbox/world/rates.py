"""The true rates of a world at a point in time, from its answer key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.world.moments import local_date
from sandbox.world.reference import Agency

#: The time within which a dossier submitted online should be accepted.
EIGHT_HOURS = 8 * 3600
#: For each rate, by agency (None: the whole) and month ("2024-04"): numerator and denominator.
Rates = dict[str, dict[tuple[str | None, str], tuple[int, int]]]


def true_rates(lines: Iterable[dict[str, Any]], agencies: Iterable[Agency]) -> Rates:
    """For each rate, for the whole and for each agency with all below it, by month: numerator and denominator.

    Args:
        lines: entries of the key (sandbox.key.key).
        agencies: those of the reference; none moves under another one in a world.

    Returns, by the names of the indicators: `sync_own` and `sync_corrected`, where a case counts once, whatever its codes; and
    the others from the province's own counts, where what was imported twice counts twice. What has no receipt date is in no
    month; `on_time_by_date` uses the month of the end, as far as the province's row knows it.
    """
    rates: dict[str, dict[tuple[str | None, str], list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    parents = {one.agency_id: one.parent_id for one in agencies}
    for line in lines:
        for name, month, times, holds in [*_sync(line), *_own(line)]:
            for unit in (None, *_line(line["agency"], parents)):
                rates[name][unit, month][0] += times * holds
                rates[name][unit, month][1] += times
    return {name: {of: (part, whole) for of, (part, whole) in by.items()} for name, by in rates.items()}


def _line(agency: str, parents: Mapping[str, str]) -> Iterator[str]:
    """An agency and each one above it."""
    while agency:
        yield agency
        agency = parents[agency]


def _sync(line: dict[str, Any]) -> Iterator[tuple[str, str, int, bool]]:
    if line["received_date"] is None:
        return
    month, is_on_portal = line["received_date"][:7], line["presence"] in ("both", "national_only")
    is_local = line["presence"] in ("both", "provincial_only")
    if is_local:
        yield "sync_own", month, 1, is_on_portal
    if is_local or any(row["state"] == "present" for row in line["ministry"]):
        yield "sync_corrected", month, 1, is_on_portal


def _own(line: dict[str, Any]) -> Iterator[tuple[str, str, int, bool]]:
    times = len({row["code"] for row in line["local"] if row["state"] == "present"})
    if not times:
        return
    if line["received_date"] is not None:
        month = line["received_date"][:7]
        yield "online_share", month, times, line["channel"] == "online"
        yield "digitised_received", month, times, line["is_digitised"]
        yield "paid_online_received", month, times, line["is_paid_online"]
        if line["channel"] == "online":
            is_in_time = line["received_at"] - line["submitted_at"] <= EIGHT_HOURS
            yield "accepted_in_8_hours", month, times, is_in_time
    if line["received_date"] is not None and line["due_at"] is not None:
        due = local_date(line["due_at"]).isoformat()
        for ended in {row["code"]: row["finished_date"] for row in line["local"] if row["state"] == "present"}.values():
            if ended is not None:
                yield "on_time_by_date", ended[:7], 1, ended <= due
