"""
### Every week: recompute the latest night from scratch and compare it with the stored result.

Runs on Sundays at 07:00 in the province's time zone. Each night looks only at what changed since the night before; this Dag
looks at everything, and must get the same rows. It changes nothing: the recomputed rows are kept apart, compared and discarded.

**By hand**: trigger it at any time, or run `doisoat sweep`. **A difference** is a bug in this program and fails the task: both
versions are kept in `recon.sweep_difference`, `ops.deep_sweep` counts them, and the next night compares everything.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import task, teardown
from orchestration.provinces import dag_of, provinces
from orchestration.site import ended, site, steps
from orchestration.which_night import refuse_unknown


@task
def sweep(dag_run) -> int | None:
    """Recompute the latest night from scratch; returns how many rows were compared, None if there was nothing to compare."""
    refuse_unknown(dag_run.conf)
    from doisoat.nights.sweep import deep_sweep

    swept = deep_sweep(site(dag_run.dag_id))
    return swept and swept.rows


@teardown
@task(execution_timeout=timedelta(minutes=30))
def tell(dag_run) -> int:
    """Alert if the two differ, or if the comparison could not be made."""
    return steps().tell_run(site(dag_run.dag_id), dag_run.run_after, **ended(dag_run))


for tenant, here in provinces():
    with dag_of(tenant, here, "deep_sweep", "0 7 * * 0", timedelta(hours=6), doc_md=__doc__):
        sweep() >> tell.override()()
