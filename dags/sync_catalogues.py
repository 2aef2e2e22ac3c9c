"""
### Every week: which procedures, agencies and fields does the portal know that we do not, and vice versa?

Runs on Sundays at 03:00 in the province's time zone. Each source that has catalogues is read and its landing sealed; the
differences from the province's own reference data, with their dates, are in `mart.catalogue_difference`. No night depends on
it, so it may fail without harm: the last good catalogue stays valid.

**By hand**: trigger it at any time. A catalogue is read at most once a day; its entries are in `core.catalogue_entry`, and
`doisoat catalogues` prints the differences. A code that the portal withdrew or renamed can be why dossiers do not match:
correct the province's reference file, or inform the portal's owner.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import TaskGroup, task, teardown
from orchestration.provinces import dag_of, provinces
from orchestration.site import ended, site, steps
from orchestration.which_night import refuse_unknown


@task
def sync(source_id: str, dag_run) -> dict:
    """Read a source's catalogues and record the differences from our own."""
    refuse_unknown(dag_run.conf)
    return steps().sync_catalogue(site(dag_run.dag_id), source_id, at=dag_run.run_after)


@teardown
@task(execution_timeout=timedelta(minutes=30))
def tell(dag_run) -> int:
    """Alert about catalogues that could not be read."""
    return steps().tell_run(site(dag_run.dag_id), dag_run.run_after, **ended(dag_run))


for tenant, here in provinces():
    with dag_of(tenant, here, "sync_catalogues", "0 3 * * 0", timedelta(hours=2), doc_md=__doc__):
        told = tell.override()()
        for source_id in here.with_catalogue:
            with TaskGroup(source_id, tooltip=f"source {source_id}: its own pool, its own retries"):
                sync.override(pool=tenant.called(source_id))(source_id) >> told
