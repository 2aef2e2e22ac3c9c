"""The plan for a source that declares counts and lists nothing (statistics, reports): take them as they are."""

from __future__ import annotations

from collections.abc import Sequence

from doisoat.collect.state import Pull
from doisoat.model import AskedProcedure


def take_counts_alone(pull: Pull, procedures: Sequence[AskedProcedure] = ()) -> None:
    """Land what the source declares and publishes; there is nothing to compare it with yet.

    Args:
        procedures: what it is also asked for by procedure, most wanted first: cells that differed on the night before.
    """
    pull.take_totals()
    if pull.source.has_scores:
        pull.take_scores()
    if pull.source.counted_by_procedure and procedures:
        pull.take_procedures(procedures)
    pull.note_left_out()
