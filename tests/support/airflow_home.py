"""A home whose Airflow is at work: what its API, its databases and its processes say, and how what runs a night is killed."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from standalone import postgres
from standalone.airflow import Airflow
from standalone.laptop import READ_AT, Laptop
from standalone.nights import DAG_ID, Nights, last_error

#: About how many dossiers the systems hold of the home that all of tests/airflow shares.
DOSSIERS = 400
ENDED = ("success", "failed")
_SCHEDULER_SEEN = "select max(latest_heartbeat) from job where job_type = 'SchedulerJob' and state = 'running'"


@dataclass
class AtWork:
    """One home at work.

    Attributes:
        inside: the environment that its Airflow's processes were started in.
        nights: a client of its Dag of the nights.
    """

    laptop: Laptop
    airflow: Airflow
    server: postgres.Server
    inside: dict[str, str]
    nights: Nights = field(init=False)

    def __post_init__(self) -> None:
        self.nights = Nights(self.airflow, self.laptop.processes.check)
        self.nights.wait_for_dag()

    @property
    def home(self) -> Path:
        return self.laptop.home

    @property
    def dsn(self) -> str:
        """Of the warehouse."""
        return self.laptop.environment["AIRFLOW_CONN_WAREHOUSE"]

    def stop(self) -> None:
        """Stop everything, and workers whose scheduler was killed: they wait for it for ever."""
        self.laptop.stop()
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if process.environ().get("DOISOAT_HOME") == str(self.home):
                    process.kill()

    # asking -------------------------------------------------------------------------------------------------------
    def api(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """What Airflow's REST API answers."""
        return self.nights._call(method, path, **options)

    def rows(
        self, query: str, parameters: list[Any] | None = None, database: str = "warehouse"
    ) -> list[tuple[Any, ...]]:
        """What a statement gives, by the server's superuser."""
        with psycopg.connect(self.server.dsn(database)) as connection:
            cursor = connection.execute(query, parameters)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def runs(self, **wanted: Any) -> list[dict[str, Any]]:
        """The runs of the Dag of which all this is true."""
        found: list[dict[str, Any]] = self.api("GET", f"/dags/{DAG_ID}/dagRuns", params={"limit": 100})["dag_runs"]
        return [run for run in found if all(run[name] == value for name, value in wanted.items())]

    def run(self, run_id: str) -> dict[str, Any]:
        return self.api("GET", f"/dags/{DAG_ID}/dagRuns/{run_id}")

    def task(self, run_id: str, task_id: str) -> dict[str, Any]:
        return self.api("GET", f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/{task_id}")

    def tasks(self, run_id: str) -> dict[str, str]:
        """Task -> state."""
        found = self.api("GET", f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {task["task_id"]: task["state"] for task in found}

    def log_file(self, run_id: str, task_id: str, attempt: int = 1) -> Path:
        runs = self.home / "logs" / "airflow" / f"dag_id={DAG_ID}"
        return runs / f"run_id={run_id}" / f"task_id={task_id}" / f"attempt={attempt}.log"

    def log(self, run_id: str, task_id: str, attempt: int = 1) -> list[dict[str, Any]]:
        """The lines of a task's log."""
        lines = self.log_file(run_id, task_id, attempt).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def errors(self, run_id: str) -> dict[str, str]:
        """By task, the last error of each that failed."""
        tasks = self.api("GET", f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {
            task["task_id"]: last_error(self.log_file(run_id, task["task_id"], task["try_number"]))
            for task in tasks
            if task["state"] == "failed"
        }

    def last_published(self) -> dt.date:
        ((night,),) = self.rows("select max(night) from ops.publication where withdrawn_at is null")
        return dt.date.fromisoformat(str(night))

    # nights -------------------------------------------------------------------------------------------------------
    def next_night(self) -> dt.date:
        """The night after the last that this home knows; the simulated systems are as they are when it is read."""
        ((last,),) = self.rows("select max(night) from ops.night")
        night = dt.date.fromisoformat(str(last)) + dt.timedelta(days=1)
        read_at = dt.datetime.combine(night + dt.timedelta(days=1), READ_AT, tzinfo=self.laptop.settings.timezone)
        if self.laptop.sandbox:
            self.laptop.sandbox.set_clock(read_at)
        return night

    def trigger(self, conf: dict[str, Any], *, night: dt.date | None = None) -> str:
        """Start a run as the form of the page does; returns its id."""
        body = {"logical_date": None, "partition_key": night and str(night), "conf": conf}
        return str(self.api("POST", f"/dags/{DAG_ID}/dagRuns", json=body)["dag_run_id"])

    def fail(self, run_id: str) -> None:
        """Set a run to failed, as a person may on the page."""
        self.api("PATCH", f"/dags/{DAG_ID}/dagRuns/{run_id}", json={"state": "failed"})

    def wait_for(self, there: Callable[[], Any], *, seconds: float = 300) -> Any:
        """What the condition gives once it is true; fails when a process of the home ends, or nothing comes of it."""
        deadline = time.monotonic() + seconds
        while not (found := there()):
            self.laptop.processes.check()
            assert time.monotonic() < deadline, "what was waited for did not come"
            time.sleep(0.2)
        return found

    def wait_for_end(self, run_id: str) -> str:
        """The state of a run once it has ended."""
        return str(self.wait_for(lambda: (state := self.run(run_id)["state"]) in ENDED and state))

    def settle(self) -> None:
        """Wait until Airflow's executor has noticed that the processes of parked and ended tasks are gone.

        A person takes longer to answer than that. An answer that comes within the same moment starts the task again under the
        number that the executor is about to hear of, and Airflow takes it for lost: it is tried once more.
        """
        self.wait_for(self.is_idle)
        for _ in range(2):  # one of its rounds may have begun before
            ((seen,),) = self.rows(_SCHEDULER_SEEN, database="airflow")
            self.wait_for(lambda seen=seen: self.rows(_SCHEDULER_SEEN, database="airflow") != [(seen,)])

    def is_idle(self) -> bool:
        """Whether no process of the LocalExecutor has a task: it says in its title what it does."""
        workers = [" ".join(process.cmdline()) for process in self.laptop.processes.running()["scheduler"].children()]
        return not any("LocalExecutor" in title and "<idle>" not in title for title in workers)

    # killing ------------------------------------------------------------------------------------------------------
    def restart(self, **environment: str) -> None:
        """Start a scheduler, in place of the one that runs or has died."""
        self.laptop.processes.stop("scheduler")
        self.airflow.start(self.laptop.processes, {**self.inside, **environment}, names=("scheduler",))

    def waiting(self, table: str) -> psutil.Process | None:
        """The process of the task that waits for the table."""
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(
                """select client_port from pg_locks join pg_stat_activity using (pid)
                where relation = %s::regclass and not granted""",
                [table],
            ).fetchone()
        ports = {one.laddr.port: one.pid for one in psutil.net_connections("tcp") if one.pid}
        return psutil.Process(ports[row[0]]) if row and row[0] in ports else None

    def kill_scheduler(self, waiting: psutil.Process) -> None:
        self.laptop.processes.running()["scheduler"].kill()
        self.restart()

    def kill_worker(self, waiting: psutil.Process) -> None:
        """The process of the task and the worker that looks after it."""
        worker = waiting.parent()
        assert worker is not None
        for process in (worker, waiting):
            process.kill()
