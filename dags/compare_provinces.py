"""
### Every week: where do we stand among the provinces, by the portal's own public scores?

Runs on Sundays at 04:00 in the province's time zone. The portal is asked for the scores of decision 766 of all 34 provinces: of
the last month that had ended, and of the running quarter and year; slowly, one province after the other, each sealed and loaded
before the next (about 20 minutes). 403 ends the run; after 429 it waits as long as the portal asks. No night depends on it.

**By hand**: trigger it again on any day of the week: what was asked for since Sunday is not asked for again, so a run that was
stopped goes on where it stopped. `doisoat provinces` shows the ranks, and what makes the difference.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import TaskGroup, task, teardown
from orchestration.provinces import dag_of, provinces
from orchestration.site import ended, site, steps
from orchestration.which_night import refuse_unknown


@task
def compare(source_id: str, dag_run) -> dict:
    """Ask for the scores of every province that was not asked for this week."""
    refuse_unknown(dag_run.conf)
    from doisoat.nights.provinces import compare_provinces

    return compare_provinces(site(dag_run.dag_id), source_id, at=dag_run.run_after)


@teardown
@task(execution_timeout=timedelta(minutes=30))
def tell(dag_run) -> int:
    """Alert about a comparison that was stopped."""
    return steps().tell_run(site(dag_run.dag_id), dag_run.run_after, **ended(dag_run))


for tenant, here in provinces():
    with dag_of(tenant, here, "compare_provinces", "0 4 * * 0", timedelta(hours=2), doc_md=__doc__):
        told = tell.override()()
        for source_id in here.with_scores:
            with TaskGroup(source_id, tooltip=f"source {source_id}: its own pool, its own retries"):
                compare.override(pool=tenant.called(source_id))(source_id) >> told
