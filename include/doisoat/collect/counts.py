"""The plan for a source that declares counts and lists nothing (statistics, reports): take them as they are."""

from __future__ import annotations

from doisoat.collect.state import Pull


def take_counts_alone(pull: Pull) -> None:
    """Land what the source declares and publishes; there is nothing to compare it with yet."""
    pull.take_totals()
    if pull.source.has_scores:
        pull.take_scores()
