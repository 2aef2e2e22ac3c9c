"""Lets a task call the library in one line. Nothing heavy is imported before a task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

    from airflow.sdk.types import DagRunProtocol as DagRun
    from doisoat.province.file import ProvinceSettings
    from doisoat.province.site import Site


def province() -> ProvinceSettings:
    """The installation's own province: that of DOISOAT_PROVINCE."""
    from doisoat.province import tenants

    return tenants.own().settings()


def site(dag_id: str) -> Site:
    """The site of a Dag's province, with Airflow's connections; call it inside a running task."""
    from doisoat.province.site import Site
    from doisoat.province.tenants import of_dag

    from orchestration.connections import airflow_connection

    return Site.from_environment(airflow_connection, of_dag(dag_id))


def steps() -> ModuleType:
    """The steps of a night: doisoat.nights.steps."""
    from doisoat.nights import steps

    return steps


def ended(dag_run: DagRun) -> dict[str, Any]:
    """This run, and its tasks that have failed for good; call it inside its last task."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    states = RuntimeTaskInstance.get_task_states(dag_run.dag_id, run_ids=[dag_run.run_id]).get(dag_run.run_id, {})
    failed = sorted(task_id for task_id, state in states.items() if state == "failed")
    return {"dag_id": dag_run.dag_id, "run_id": dag_run.run_id, "failed": failed}
