"""
### Every night: what do we have, what does the portal have, and where does the difference come from?

Runs at 01:00 in the province's time zone for the night before (its partition key). Each source is collected alone and sealed;
what was sealed is loaded and checked; sources that answer for single codes are asked about what the listings leave open; then
all is reconciled, checked again and published, all or nothing. At last the papers for officials are written (docs/papers.md),
and, if DOISOAT_OPEN_TABLE names where, the night as Parquet (docs/open_table.md).

**When a source is down**, its `collect` is retried and then fails; the night continues with the source's last good snapshot,
marked stale; so is one that takes longer than `limits.wait_hours`. In a planned outage (`outages` in the province file) it is
asked once and nothing fails. **When a pull would change too much**, `load` holds it (`held` in its return value) until a second
pull agrees or `doisoat accept-pull` confirms it; one that cannot be stored is left out (`not_loadable`). If a `look_up` fails,
what it would have decided stays open. **When a check fails**, nothing is published (`doisoat checks`): fix the cause and clear
the failed task; sealed landings are read again, sources are not asked again. If DOISOAT_APPROVAL_HOURS is set, a failure that a
person may accept waits that long under Required Actions; without an answer the night stays blocked.
**When something dies** (a worker, the scheduler, PostgreSQL) or a disk is full, the task is retried. A later night waits for one
that is running, or for two hours if that run has died. **However the run ends**, the last task sends the alerts.

**By hand**: trigger it without changes for the last night that has ended, or with `night` (YYYY-MM-DD); a night that has not
ended is refused at once. `collect_late` allows collecting a night that ended more than 36 hours ago, and marks it as late. Of two
runs of one night the later one takes over. **A backfill** runs nights from their sealed landings, in order, to the day before its
end; one that later nights build on is left unchanged, one that was never collected fails and is listed as `missed`.
"""

from __future__ import annotations

from datetime import date, timedelta

from airflow.sdk import CronPartitionTimetable, TaskGroup, TriggerRule, task, teardown
from doisoat.province.tenants import of_dag
from orchestration.assets import landings, mart
from orchestration.deadline import deadline_alert
from orchestration.gate import Gate
from orchestration.open_table import open_table
from orchestration.params import OF_A_NIGHT
from orchestration.provinces import dag_of, provinces
from orchestration.retries import RETRIES_WHEN_BUSY, longest_wait
from orchestration.site import ended, site, steps
from orchestration.which_night import night_of, night_to_tell_of, refuse_unknown


@task(retries=RETRIES_WHEN_BUSY)
def open_night(params: dict, dag_run) -> date:
    """Determine which night this run reports on, once for all tasks, and wait for its turn."""
    refuse_unknown(dag_run.conf, known=OF_A_NIGHT)
    here = site(dag_run.dag_id)
    night = night_of(params, dag_run.partition_key, dag_run.run_after, here.settings.timezone)
    steps().open_night(here, night, run_id=dag_run.run_id, collect_late=params["collect_late"])
    return night


@task
def collect(night: date, source_id: str, dag_run) -> dict:
    """Pull one source and seal its answers."""
    return steps().collect_source(site(dag_run.dag_id), night, source_id, run_id=dag_run.run_id)


@task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
def load(night: date, dag_run) -> dict:
    """Load what was sealed; a source that is down does not stop the others; a night that was not opened stops here."""
    return steps().load_night(site(dag_run.dag_id), night, run_id=dag_run.run_id)


@task
def look_up(night: date, source_id: str, dag_run) -> dict:
    """Look up the dossiers that tonight's listings leave open, within the budget."""
    return steps().look_up_source(site(dag_run.dag_id), night, source_id, run_id=dag_run.run_id)


@task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
def reconcile(night: date, dag_run) -> None:
    """Determine who holds which dossier and what differs, and write the ledger."""
    steps().reconcile_night(site(dag_run.dag_id), night, run_id=dag_run.run_id)


@task
def publish(night: date, dag_run, outlet_events) -> None:
    """Flip the pointer: from now on analysts read this night."""
    revision = steps().publish_night(site(dag_run.dag_id), night, run_id=dag_run.run_id)
    outlet_events[mart(of_dag(dag_run.dag_id))].extra = {"night": str(night), "revision": revision}


@task(execution_timeout=timedelta(hours=1))
def write_papers(night: date, dag_run) -> list:
    """Write the papers that officials print, fill in and sign."""
    return steps().write_papers(site(dag_run.dag_id), night)


@teardown
@task(execution_timeout=timedelta(minutes=30))
def tell(params: dict, dag_run) -> int:
    """Send alerts, once each, and the night's metrics; the result of the night does not depend on it."""
    here = site(dag_run.dag_id)
    night = night_to_tell_of(params, dag_run.partition_key, dag_run.run_after, here.settings.timezone)
    return steps().tell_night(here, night, **ended(dag_run))


for tenant, here in provinces():
    sources = list(dict.fromkeys([*here.pulled, *here.asked]))
    at_one = CronPartitionTimetable("0 1 * * *", timezone=here.province.timezone, run_offset=-1, key_format="%Y-%m-%d")
    told_by = deadline_alert(here.news.deadline, here.province.timezone)
    known = {"params": OF_A_NIGHT, "deadline": told_by, "doc_md": __doc__}
    with dag_of(tenant, here, "nightly_reconciliation", at_one, timedelta(hours=20), **known):
        tonight = open_night()
        loaded = load(tonight)
        checked = Gate(task_id="check_inputs", night=tonight, stage="inputs").output
        reconciled = reconcile(checked)
        proven = Gate(task_id="check_results", night=tonight, stage="results").output
        for source_id in sources:
            with TaskGroup(source_id, tooltip=f"source {source_id}: its own pool, its own retries"):
                its_own = {"pool": tenant.called(source_id), "execution_timeout": longest_wait(here, source_id)}
                if source_id in here.pulled:
                    collect.override(**its_own)(tonight, source_id) >> loaded
                if source_id in here.asked:
                    look_up.override(**its_own)(checked, source_id) >> reconciled
        loaded >> checked
        published = publish.override(inlets=landings(tenant, sources), outlets=[mart(tenant)])(tonight)
        reconciled >> proven >> published >> [write_papers(tonight), *open_table(tonight)] >> tell.override()()
