"""Publishing a blocked night anyway, by a named decision (docs/adr/0012): the steps after a gate was accepted."""

from __future__ import annotations

import datetime as dt
import logging

from doisoat.errors import DoisoatError, NightOrderError
from doisoat.nights import steps
from doisoat.province.site import Site
from doisoat.quality import Decision, accept, blocking
from doisoat.warehouse import order, writing

log = logging.getLogger(__name__)
#: The state of a night that has passed the gate of this stage.
PASSED = {"inputs": "loaded", "results": "reconciled"}


def accept_checks(
    site: Site, night: dt.date, decision: Decision, *, stage: str, seen: str, run_id: str | None = None
) -> None:
    """Let the run that holds the night continue past its gate: what failed there is accepted.

    Args:
        seen: what the person who decided was shown (doisoat.errors.QualityGateError.acceptable).

    Raises:
        DecisionRefusedError: what is wrong now is not what was shown, or may never be accepted.
        NightOrderError: later nights have been opened since.
    """
    with writing(site.dsn) as connection:
        order.hold(connection, night, run_id)
        if not order.is_latest(connection, night):
            raise NightOrderError(f"night {night}: later nights have been opened since; it can no longer be published")
        accept(connection, night, decision, stage=stage, seen=seen)
        order.set_state(connection, night, PASSED[stage])
    log.warning("night %s, %s: accepted by %s: %s", night, stage, decision.decided_by, seen)


def publish_accepted(site: Site, night: dt.date, decision: Decision) -> int:
    """Accept what blocks the night, complete its remaining steps, and publish it; returns the revision.

    A night blocked by its inputs was not reconciled: that is done now. Whatever the checks of the results find is a separate
    matter and blocks again. If this was interrupted after the decision, calling it again does the rest.

    Raises:
        DecisionRefusedError: it is not blocked, or a check that failed may never be accepted.
        NightOrderError: it was never opened, or later nights have been since.
        QualityGateError: the results are blocked in turn.
    """
    run_id = f"accepted by {decision.decided_by}"
    with writing(site.dsn) as connection:
        state = order.take_blocked(connection, night, run_id)
        stage = "inputs" if blocking(connection, night, stage="inputs") or state != "blocked" else "results"
        accepted = accept(connection, night, decision, stage=stage)
        order.set_state(connection, night, PASSED[stage])
    for check in accepted:
        log.warning("night %s, %s: accepted by %s: %s", night, stage, decision.decided_by, check)
    if stage == "inputs":
        _work_out(site, night, run_id)
    return steps.publish_night(site, night, run_id=run_id)


def _work_out(site: Site, night: dt.date, run_id: str) -> None:
    """The steps between the two gates. A look-up that fails stops nothing, as in the Dag: it leaves dossiers undecided."""
    for source_id in site.settings.asked:
        try:
            steps.look_up_source(site, night, source_id, run_id=run_id)
        except DoisoatError as error:
            log.warning("not looked up, so left undecided: %s", error)
    steps.reconcile_night(site, night, run_id=run_id)
    steps.check_night(site, night, stage="results", run_id=run_id)
