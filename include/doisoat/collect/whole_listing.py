"""The plan for a source that shows all its records each time (files) or cannot count: one listing from end to end."""

from __future__ import annotations

from doisoat.collect.state import Pull
from doisoat.model import WHOLE, ControlTotal


def list_as_one(pull: Pull) -> None:
    """Walk everything; a total that the listing itself states must equal what was received."""
    declared = None
    for page in pull.source.list_cell(WHOLE):
        pull.take(page)
        declared = page.declared_total if page.declared_total is not None else declared
    pull.declared = (declared, declared)
    if declared is not None and pull.cut_off.moment:
        pull.totals[WHOLE, True] = ControlTotal(measure="dossiers", value=declared, measured_at=pull.cut_off.moment)
        if declared != pull.writer.received:
            pull.reasons.append(f"declared {declared}, received {pull.writer.received}")
