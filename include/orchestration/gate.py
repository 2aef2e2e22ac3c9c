"""The gate of a night as a task: it asks the checks, and where one fails that a person may accept, it asks a person.

The question stands on Airflow's page under Required Actions, and in its REST API (docs/adr/0012); no triggerer and no
worker waits with it. Nobody is asked about a good night, nor about what may never be accepted, nor where
DOISOAT_APPROVAL_HOURS is not set: then the task fails, as a failed check does.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.execution_time.hitl import upsert_hitl_detail
from doisoat.errors import DecisionRefusedError, QualityGateError

from orchestration.site import site, steps

if TYPE_CHECKING:
    from airflow.sdk import Context

#: How long a blocked night waits for a decision, so that it does not stand in the next night's way; 0: not at all.
APPROVAL_TIME = timedelta(hours=float(os.environ.get("DOISOAT_APPROVAL_HOURS") or 0))
#: The two answers; Airflow's page knows them as those of an approval.
ACCEPT, KEEP_BLOCKED = "Approve", "Reject"


class Gate(HITLOperator):
    """Ask what must hold. A critical failure stops the night here, until somebody decides to publish it all the same.

    Args:
        night: which night; the task gives it on to what may only follow it.
        stage: inputs (what came in) or results (what goes out).
    """

    template_fields = (*HITLOperator.template_fields, "night")

    def __init__(self, *, night: date, stage: str, **kwargs: Any) -> None:
        kwargs["params"] = {  # in place of the Dag's, which are no question here
            "accepting": Param("", source="task", type="string", description="What failed; leave it as it is."),
            "because": Param("", source="task", type="string", description="Why, without anybody's personal data."),
        }
        super().__init__(
            subject=f"Publish the night although checks of its {stage} failed?",
            body="**Approve** publishes the night, with your name and reason in the record and in front of analysts. **Reject**, "
            "or no answer, leaves it blocked: analysts go on reading the last good night. What each check protects, and what "
            "you take upon yourself, is in docs/generated/checks.md.",
            options=[ACCEPT, KEEP_BLOCKED],
            response_timeout=APPROVAL_TIME or timedelta(minutes=1),
            **kwargs,
        )
        self.night, self.stage = night, stage

    def execute(self, context: Context) -> date:
        """Check; returns the night, or parks the task until somebody has answered."""
        try:
            steps().check_night(site(), self.night, stage=self.stage, run_id=context["dag_run"].run_id)
        except QualityGateError as blocked:
            if blocked.acceptable is None or not APPROVAL_TIME:
                raise
            self.log.warning("%s", blocked)
            self.params["accepting"] = blocked.acceptable  # shown on the page, and given back with the answer
            super().execute(context)
        return self.night

    def execute_complete(self, context: Context, event: dict[str, Any]) -> date:
        """Somebody answered, or nobody did in time.

        Raises:
            QualityGateError: the night stays blocked.
            DecisionRefusedError: the acceptance cannot be kept; it is taken out of Airflow's record of the answer too.
        """
        from doisoat.nights.acceptance import accept_checks
        from doisoat.quality import Decision

        where = f"night {self.night}, {self.stage}"
        if "error" in event:
            raise QualityGateError(
                f"{where}: nobody decided within {self.response_timeout}; the night stays blocked. {self._how()}"
            )
        who = (event["responded_by_user"] or {}).get("name") or "an unknown account"
        if event["chosen_options"] != [ACCEPT]:
            raise QualityGateError(f"{where}: {who} decided against publishing; the night stays blocked. {self._how()}")
        answer = event["params_input"] or {}
        try:
            decision = Decision(str(answer.get("because", "")), decided_by=who, decided_in="airflow")
            accept_checks(site(), self.night, decision, stage=self.stage, seen=str(answer.get("accepting", "")),
                          run_id=context["dag_run"].run_id)  # fmt: skip
        except DecisionRefusedError as refused:
            upsert_hitl_detail(  # which forgets the answer
                ti_id=context["ti"].id, options=self.options, subject=self.subject, params={}
            )
            raise DecisionRefusedError(f"{refused}. The night stays blocked. {self._how()}") from None
        return self.night

    def _how(self) -> str:
        return (
            "Mend the cause and clear this task, which asks the checks again; or decide on the command line: "
            f"doisoat publish --night {self.night} --accept REASON"
        )
