"""The plan for a source that declares counts and lists nothing (statistics, reports): take them as they are."""

from __future__ import annotations

from doisoat.collect.state import Pull


def take_counts_alone(pull: Pull) -> None:
    """Land what the source declares; there is nothing to compare it with yet."""
    pull.take_totals()
