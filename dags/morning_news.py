"""### Every morning: is the night published, and has everyone been alerted who should be?

Runs at the deadline of the province file (`news.deadline`, 06:00) in the province's time zone. It does not depend on the
night's run: if the scheduler was down at 01:00, if the night's run was never created or still hangs, or if last night's message
could not be sent, the alert is sent now. If the scheduler is down at 06:00 too, it is sent when the scheduler is up again; if
Airflow as a whole stays down, nothing inside it can send alerts: `doisoat tell` from another machine's cron can (docs/news.md).

**By hand**: trigger it at any time; no alert is sent twice. `doisoat news` lists current problems and who was alerted.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import task
from orchestration.provinces import dag_of, provinces
from orchestration.site import site, steps
from orchestration.which_night import refuse_unknown


@task
def tell(dag_run) -> int:
    """Send the alerts not sent yet, above all that the night is late."""
    refuse_unknown(dag_run.conf)
    return steps().tell_late(site(dag_run.dag_id), dag_run.run_after)


for tenant, here in provinces():
    deadline = f"{here.news.deadline.minute} {here.news.deadline.hour} * * *"
    with dag_of(tenant, here, "morning_news", deadline, timedelta(minutes=30), doc_md=__doc__):
        tell()
