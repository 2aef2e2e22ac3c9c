"""A Dag a province, from the province's file: what a Dag file loops over, and what all Dags have in common.

A file that is broken costs its own province's Dags alone; dags/broken_province_files.py shows it as an import error. A teardown
is used as `tell.override()()`: Airflow 3.3 lets the same one into a single Dag.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, CronPartitionTimetable, CronTriggerTimetable, get_parsing_context
from doisoat.errors import ConfigurationError
from doisoat.province import tenants
from doisoat.province.file import ProvinceSettings
from doisoat.province.tenants import Tenant

from orchestration.retries import task_defaults

log = logging.getLogger(__name__)


def provinces() -> Iterable[tuple[Tenant, ProvinceSettings]]:
    """The provinces that Dags are made for: all whose files are in order; in the process of a task its own alone.

    Raises:
        ConfigurationError: the file of the province whose task this is has been broken since.
    """
    if dag_id := get_parsing_context().dag_id:
        tenant = tenants.of_dag(dag_id)
        return [(tenant, tenant.settings())]
    good, broken = tenants.read_all()
    for error in broken.values():
        log.error("no Dags for this province: %s", error)
    return good.items()


def dag_of(
    tenant: Tenant,
    here: ProvinceSettings,
    name: str,
    when: str | CronPartitionTimetable,
    longest: timedelta,
    **given: Any,
) -> DAG:
    """A province's Dag, one run at a time; no run is made up for a time that has passed.

    Args:
        tenant, here: the province, and what its file says.
        name: what its Dag is called without the province; that of the file.
        when: it runs, in the province's time zone: as cron writes it, or a timetable.
        longest: the time limit of its tasks.
        given: what else airflow.sdk.DAG takes.
    """
    if here.place.tasks_at_once:
        given["max_active_tasks"] = here.place.tasks_at_once
    is_weekly = isinstance(when, str) and not when.endswith("*")
    return DAG(
        dag_id=tenant.dag_id(name),
        schedule=CronTriggerTimetable(when, timezone=here.province.timezone) if isinstance(when, str) else when,
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults(longest, here.place.queue),
        tags=["doisoat", "weekly" if is_weekly else "nightly", here.province.id],
        **given,
    )


def refuse_broken() -> None:
    """Raise what is wrong with province files.

    Raises:
        ConfigurationError: at least one cannot be read; the message says of each why.
    """
    _, broken = tenants.read_all()
    if broken:
        raise ConfigurationError(f"{len(broken)} provinces have no Dags: " + " | ".join(map(str, broken.values())))
