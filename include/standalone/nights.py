"""Nights through Airflow's scheduler: started over its REST API, followed task by task on the terminal."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from standalone.airflow import LOGIN, Airflow
from standalone.progress import Progress

DAG_ID = "nightly_reconciliation"
POLL_SECONDS = 0.5
ENDED = {"success", "failed", "upstream_failed", "skipped", "removed"}


class AirflowApiError(Exception):
    """Raised when Airflow does not do what it was asked to; the message contains its answer."""


class Nights:
    """A client of one Airflow, for one Dag.

    Args:
        airflow: a running Airflow.
        check: called while waiting; raises if a process that we rely on has ended.
        progress: where it reports what is going on.
        dag_id: the Dag of the nights of its province.
    """

    def __init__(
        self,
        airflow: Airflow,
        check: Callable[[], None] = lambda: None,
        progress: Progress | None = None,
        dag_id: str = DAG_ID,
    ) -> None:
        self.dag_id = dag_id
        self._airflow, self._check, self._progress = airflow, check, progress or Progress()
        self._running: list[str] = []
        self._behind = ""  # the run that ours waits for, as it is printed
        self._not_asked: dict[str, bool] = {}  # by task: whether a source's answers had been sealed before
        self._session = requests.Session()
        body = {"username": LOGIN, "password": airflow.password}
        token = self._session.post(f"{airflow.url}/auth/token", json=body, timeout=30).json()["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def run(self, night: dt.date, *, collect_late: bool = False) -> str:
        """Run one night and print each task as it ends; returns how it ended: "success", "failed" or "undecided"."""
        run_id = self.trigger(night, collect_late=collect_late)
        return self.follow(run_id)

    def wait_for_dag(self, *, seconds: float = 300) -> None:
        """Wait until the Dag has been parsed."""
        deadline = time.monotonic() + seconds
        while not self._session.get(f"{self._airflow.url}/api/v2/dags/{self.dag_id}", timeout=30).ok:
            self._check()
            if time.monotonic() > deadline:
                errors = self._call("GET", "/importErrors")["import_errors"]
                detail = errors[0]["stack_trace"].strip().splitlines()[-1] if errors else "no import error is reported"
                raise AirflowApiError(f"the Dag {self.dag_id} was not parsed within {seconds:.0f} s: {detail}")
            time.sleep(0.2)

    def fail_leftovers(self) -> None:
        """End the runs that an earlier Airflow of this home left unfinished: nothing works on them any more.

        They would keep new runs waiting (one run at a time) until Airflow misses their heartbeat, minutes later.
        """
        unfinished = self._call("GET", f"/dags/{self.dag_id}/dagRuns", params={"state": ["running", "queued"]})[
            "dag_runs"
        ]
        for run in unfinished:
            self._call("PATCH", f"/dags/{self.dag_id}/dagRuns/{run['dag_run_id']}", json={"state": "failed"})

    def trigger(self, night: dt.date, *, collect_late: bool) -> str:
        """Start a run of this night; returns its id."""
        body = {"logical_date": None, "partition_key": str(night), "conf": {"collect_late": collect_late}}
        return str(self._call("POST", f"/dags/{self.dag_id}/dagRuns", json=body)["dag_run_id"])

    def follow(self, run_id: str) -> str:
        """Print each task of the run as it is retried or ends; returns the run's state once it has ended.

        A run that waits for a person's decision is not waited for: "undecided", and how to give it is printed.
        """
        self._behind, self._not_asked = "", {}
        with self._progress.doing(lambda: self._behind or f"running: {', '.join(self._running) or 'the scheduler'}"):
            state = self._follow(run_id, {})
        if self._not_asked and all(self._not_asked.values()):
            self._progress.line(
                '  no source was asked: their answers were sealed before; `doisoat take-back --night NIGHT --source S "why"` '
                "lets one be asked again"
            )
        return state

    def _follow(self, run_id: str, seen: dict[str, str]) -> str:
        while True:
            self._check()
            state = str(self._call("GET", f"/dags/{self.dag_id}/dagRuns/{run_id}")["state"])
            self._say_what_it_waits_for(run_id if state == "queued" else None)
            tasks = self._call("GET", f"/dags/{self.dag_id}/dagRuns/{run_id}/taskInstances")["task_instances"]
            for task in sorted(tasks, key=lambda task: task["end_date"] or ""):
                if task["state"] != seen.get(task["task_id"]) and task["state"] in {*ENDED, "up_for_retry"}:
                    self._progress.line(self._line(task))
                seen[task["task_id"]] = task["state"]
            self._running = [task["task_id"] for task in tasks if task["state"] == "running"]
            if state in ("success", "failed"):
                return state
            if undecided := [task["task_id"] for task in tasks if task["state"] == "awaiting_input"]:
                self._progress.line(
                    f"  {undecided[0]:<33} waits for a decision: {self._airflow.url}/required_actions, or "
                    "doisoat publish --night NIGHT --accept REASON"
                )
                return "undecided"
            time.sleep(POLL_SECONDS)

    def _say_what_it_waits_for(self, run_id: str | None) -> None:
        """Print, once, which run goes first: the Dag has one at a time.

        Args:
            run_id: of a run that is waiting; None if it is not.
        """
        behind = ""
        if run_id:
            running = self._call("GET", f"/dags/{self.dag_id}/dagRuns", params={"state": ["running"]})["dag_runs"]
            behind = "; ".join(_told(run) for run in running if run["dag_run_id"] != run_id)
        if behind and behind != self._behind:
            self._progress.line(f"  {behind} (its tasks: {self._airflow.url}/dags/{self.dag_id}/runs)")
        self._behind = behind

    def _line(self, task: dict[str, Any]) -> str:
        took = f"{task['duration']:6.1f} s" if task["duration"] is not None else " " * 8
        line = f"  {task['task_id']:<33} {task['state']:<16} {took}"
        if task["task_id"].endswith(".collect") and task["state"] == "success" and self._was_sealed(task):
            line += "  sealed before, not asked"
        if task["state"] in ("failed", "up_for_retry"):
            log = self._airflow.home / "logs" / "airflow" / f"dag_id={self.dag_id}" / f"run_id={task['dag_run_id']}"
            log = log / f"task_id={task['task_id']}" / f"attempt={task['try_number']}.log"
            line += f"\n    {last_error(log)}\n    log: {log}"
        return line

    def _was_sealed(self, task: dict[str, Any]) -> bool:
        """Whether a source was left alone, because its answers for this night had been sealed."""
        of_task = f"/dags/{self.dag_id}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}"
        said = self._call("GET", f"{of_task}/xcomEntries/return_value")["value"]
        if said.get("mode") != "nothing new":  # such a source was looked at, and gave nothing to seal
            self._not_asked[task["task_id"]] = bool(said.get("was_sealed"))
        return bool(said.get("was_sealed"))

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self._session.request(method, f"{self._airflow.url}/api/v2{path}", timeout=60, **options)
        if not answer.ok:
            raise AirflowApiError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return dict(answer.json())


def _told(run: dict[str, Any]) -> str:
    night = run["partition_key"] or (run["conf"] or {}).get("night") or "the last that had ended"
    since = dt.datetime.fromisoformat(run["start_date"]).astimezone() if run["start_date"] else None
    return f"waiting for run {run['dag_run_id']} of night {night}" + (
        f", since {since:%Y-%m-%d %H:%M}" if since else ""
    )


def last_error(log: Path) -> str:
    """The last exception in a task's log, as "Class: message", or that there is none."""
    found = "no exception in its log"
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return "it wrote no log"
    for line in lines:
        try:
            details = json.loads(line).get("error_detail")
        except ValueError:
            continue
        if details:
            found = f"{details[0]['exc_type']}: {details[0]['exc_value']}"
    return found
