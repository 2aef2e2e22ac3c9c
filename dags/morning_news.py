"""### Every morning: is the night published, and does everybody know who should?

Runs at the deadline of the province file (`news.deadline`, 06:00) in the province's time zone. It needs no run of the night:
if the scheduler was down at 01:00, if the night's run was never made or still hangs, if last night's message could not be
sent, this is when it is told. If the scheduler is down at 06:00 too, it is told when the scheduler is up again; if Airflow
as a whole stays down, nothing inside it can tell: `doisoat tell` from another machine's cron can (docs/news.md).

**By hand**: trigger it at any time; what was told is not told again. `doisoat news` lists what stands and who was told.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable, task
from orchestration.retries import task_defaults
from orchestration.site import province, site, steps

here = province()
deadline = here.news.deadline


@task
def tell(dag_run) -> int:
    """Tell what was not told yet, above all that the night is late."""
    return steps().tell_late(site(), dag_run.run_after)


with DAG(
    dag_id="morning_news",
    schedule=CronTriggerTimetable(f"{deadline.minute} {deadline.hour} * * *", timezone=here.province.timezone),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(timedelta(minutes=30)),
    tags=["doisoat", "nightly"],
    doc_md=__doc__,
):
    tell()
