"""
### Every night: what do we hold, what does the portal hold, and where does the difference come from?

Runs at 01:00 in the province's time zone for the night before; the night is the run's partition key. Each source is
collected on its own and sealed; what could be sealed is loaded and checked; what the listings leave open is asked for by
code where a source allows it; then all is reconciled, checked again and published, all at once or not at all: until the
last task has passed, analysts read the night before.

**When a source is down**, its `collect` is tried again and then fails; the night goes on, its last good snapshot stands and
is marked stale. In a planned outage (`outages` in the province file) it is asked once and nothing fails. **When it goes
mad**, `load` holds its pull (`held` in its return value) until a second one agrees or `doisoat accept-pull` confirms it. A
`look_up` that fails leaves open what it would have decided. **When a check fails**, nothing is published (`doisoat checks`):
mend the cause and clear the failed task; sealed landings are read again, sources are not asked again. Where
DOISOAT_APPROVAL_HOURS is set, what a person may accept waits so long under Required Actions, and else stays blocked.

**When something dies** (a worker, the scheduler, PostgreSQL) or a disk is full, its task is tried again. A later night waits
for one at work, for two hours if its run has died. **However it ended**, the last task tells what somebody should know.

**By hand**: trigger it as it is for the last night that has ended, or with `night` (YYYY-MM-DD); one that has not ended is
refused at once. `collect_late` allows collecting a night that ended more than 36 hours ago, and marks it so. Of two runs of
one night the later one takes it over. **A backfill** runs nights from what is sealed of them: they are loaded in order,
however many start at once, and what later nights stand on is left as it is. A night that was never collected fails with
NightNotCollectedError (sources only show the present) and is listed as `missed` (`doisoat nights`). The window's end counts
from 00:00: to include a last night, give the day after it.
"""

from __future__ import annotations

from datetime import date, timedelta

from airflow.sdk import DAG, CronPartitionTimetable, Param, TaskGroup, TriggerRule, task, teardown
from orchestration.assets import landings, mart
from orchestration.deadline import deadline_alert
from orchestration.gate import Gate
from orchestration.retries import RETRIES_WHEN_BUSY, task_defaults
from orchestration.site import ended, province, site, steps
from orchestration.which_night import night_of, night_to_tell_of

here = province()
sources = list(dict.fromkeys([*here.pulled, *here.asked]))


@task(retries=RETRIES_WHEN_BUSY)
def open_night(params: dict, dag_run) -> date:
    """Say which night this run is about, once for all tasks, and wait for its turn."""
    night = night_of(params, dag_run.partition_key, dag_run.run_after, here.timezone)
    steps().open_night(site(), night, run_id=dag_run.run_id, collect_late=params["collect_late"])
    return night


@task
def collect(night: date, source_id: str, dag_run) -> dict:
    """Pull one source and seal what it answered."""
    return steps().collect_source(site(), night, source_id, run_id=dag_run.run_id)


@task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
def load(night: date, dag_run) -> dict:
    """Load what was sealed; a source that is down stops nobody, an unopened night stops here."""
    return steps().load_night(site(), night, run_id=dag_run.run_id)


@task
def look_up(night: date, source_id: str, dag_run) -> dict:
    """Ask for the dossiers that tonight's listings leave open, as far as the budget goes."""
    return steps().look_up_source(site(), night, source_id, run_id=dag_run.run_id)


@task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS)
def reconcile(night: date, dag_run) -> None:
    """Say who holds which dossier and what differs, and write the ledger."""
    steps().reconcile_night(site(), night, run_id=dag_run.run_id)


@task(inlets=landings(sources), outlets=[mart])
def publish(night: date, dag_run, outlet_events) -> None:
    """Flip the pointer: from now on analysts read this night."""
    revision = steps().publish_night(site(), night, run_id=dag_run.run_id)
    outlet_events[mart].extra = {"night": str(night), "revision": revision}


@teardown
@task(execution_timeout=timedelta(minutes=30))
def tell(params: dict, dag_run) -> int:
    """Tell what somebody should know, once, and send the night's numbers; it decides nothing about the night."""
    night = night_to_tell_of(params, dag_run.partition_key, dag_run.run_after, here.timezone)
    return steps().tell_night(site(), night, **ended(dag_run))


with DAG(
    dag_id="nightly_reconciliation",
    schedule=CronPartitionTimetable("0 1 * * *", timezone=here.province.timezone, run_offset=-1, key_format="%Y-%m-%d"),
    catchup=False,
    max_active_runs=1,
    deadline=deadline_alert(here.news.deadline, here.province.timezone),
    params={
        "night": Param(
            None, type=["null", "string"], format="date", description="empty: the last night that has ended"
        ),
        "collect_late": Param(False, type="boolean", description="collect a night that ended long ago, marked late"),
    },
    default_args=task_defaults(timedelta(hours=20)),
    tags=["doisoat", "nightly"],
    doc_md=__doc__,
):
    tonight = open_night()
    loaded = load(tonight)
    checked = Gate(task_id="check_inputs", night=tonight, stage="inputs").output
    reconciled = reconcile(checked)
    proven = Gate(task_id="check_results", night=tonight, stage="results").output
    for source_id in sources:
        with TaskGroup(source_id, tooltip=f"source {source_id}: its own pool, its own retries"):
            if source_id in here.pulled:
                collect.override(pool=source_id)(tonight, source_id) >> loaded
            if source_id in here.asked:
                look_up.override(pool=source_id)(checked, source_id) >> reconciled
    loaded >> checked
    reconciled >> proven >> publish(tonight) >> tell()
