"""The gate of a night as a task: it runs the checks, and if one fails that a person may accept, it asks a person.

The question appears in Airflow's UI under Required Actions, and in its REST API (docs/adr/0012); no triggerer and no
worker is occupied meanwhile. Nobody is asked about a good night, nor about what may never be accepted, nor if
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

#: How long a blocked night waits for a decision, so that it does not block the next night; 0: not at all.
APPROVAL_TIME = timedelta(hours=float(os.environ.get("DOISOAT_APPROVAL_HOURS") or 0))
#: The two answers; Airflow's UI knows them as those of an approval.
ACCEPT, KEEP_BLOCKED = "Approve", "Reject"


class Gate(HITLOperator):
    """Run the checks of a stage. A critical failure stops the night here, until somebody decides to publish it anyway.

    Args:
        night: which night; the task passes it on to the tasks that must follow it.
        stage: inputs (what was loaded) or results (what will be published).
    """

    template_fields = (*HITLOperator.template_fields, "night")

    def __init__(self, *, night: date, stage: str, **kwargs: Any) -> None:
        kwargs["params"] = {  # instead of the Dag's, which are not part of the question
            "accepting": Param("", source="task", type="string", description="What failed; leave it as it is."),
            "because": Param("", source="task", type="string", description="Why, without personal data."),
        }
        super().__init__(
            subject=f"Publish the night although checks of its {stage} failed?",
            body="**Approve** publishes the night, with your name and reason on record and shown to analysts. **Reject**, "
            "or no answer, leaves it blocked: analysts continue to read the last good night. What each check protects, and "
            "what you take responsibility for, is in docs/generated/checks.md.",
            options=[ACCEPT, KEEP_BLOCKED],
            response_timeout=APPROVAL_TIME or timedelta(minutes=1),
            **kwargs,
        )
        self.night, self.stage = night, stage

    def execute(self, context: Context) -> date:
        """Run the checks; returns the night, or parks the task until somebody has answered."""
        dag_run = context["dag_run"]
        try:
            steps().check_night(site(dag_run.dag_id), self.night, stage=self.stage, run_id=dag_run.run_id)
        except QualityGateError as blocked:
            if blocked.acceptable is None or not APPROVAL_TIME:
                raise
            self.log.warning("%s", blocked)
            self.params["accepting"] = blocked.acceptable  # shown on the page, and returned with the answer
            super().execute(context)
        return self.night

    def execute_complete(self, context: Context, event: dict[str, Any]) -> date:
        """Handle the answer, or the lack of one in time.

        Raises:
            QualityGateError: the night stays blocked.
            DecisionRefusedError: the acceptance cannot be stored; it is also removed from Airflow's record of the answer.
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
        answer, run = event["params_input"] or {}, context["dag_run"]
        try:
            decision = Decision(str(answer.get("because", "")), decided_by=who, decided_in="airflow")
            accept_checks(site(run.dag_id), self.night, decision, stage=self.stage,
                          seen=str(answer.get("accepting", "")), run_id=run.run_id)  # fmt: skip
        except DecisionRefusedError as refused:
            upsert_hitl_detail(  # this erases the answer
                ti_id=context["ti"].id, options=self.options, subject=self.subject, params={}
            )
            raise DecisionRefusedError(f"{refused}. The night stays blocked. {self._how()}") from None
        return self.night

    def _how(self) -> str:
        return (
            "Fix the cause and clear this task, which runs the checks again; or decide on the command line: "
            f"doisoat publish --night {self.night} --accept REASON"
        )
