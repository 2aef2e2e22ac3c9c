"""
### Every week: delete data older than the province file allows, and record disk use.

Runs on Sundays at 05:00 in the province's time zone. `retention` in the province file says how many nights of sealed
landings, of history and of replaced revisions are kept, counted back from the last published night; what it does not mention is
kept forever. Never deleted: the landings of unpublished nights, and those that a source still relies on.

**By hand**: trigger it at any time, or run `doisoat retain`. What was deleted is in `ops.retention`, the disk space used by
landing, warehouse and logs in `ops.disk`; `doisoat disk` measures it now. A night whose landing is gone cannot be replayed.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import task, teardown
from orchestration.provinces import dag_of, provinces
from orchestration.site import ended, site, steps
from orchestration.which_night import refuse_unknown


@task
def apply(dag_run) -> dict:
    """Delete what may be deleted, and measure what is left."""
    refuse_unknown(dag_run.conf)
    from doisoat.nights.retention import apply_retention

    return apply_retention(site(dag_run.dag_id))


@teardown
@task(execution_timeout=timedelta(minutes=30))
def tell(dag_run) -> int:
    """Alert if deleting failed: disks fill up."""
    return steps().tell_run(site(dag_run.dag_id), dag_run.run_after, **ended(dag_run))


for tenant, here in provinces():
    with dag_of(tenant, here, "apply_retention", "0 5 * * 0", timedelta(hours=6), doc_md=__doc__):
        apply() >> tell.override()()
