"""Airflow for a laptop: four processes on 127.0.0.1, configured only by environment variables.

Nothing is imported from Airflow: its own command line is started, and it is controlled over its REST API
(standalone.nights). Login, keys and database password are generated for each home; there is no default password.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import requests

from standalone.processes import Processes
from standalone.secrets import secret

PROJECT = Path(__file__).parents[2]
LOGIN = "admin"
SERVICES = ("api-server", "dag-processor", "scheduler", "triggerer")
#: How often Airflow polls, unless the environment says; its defaults suit a cluster, not a person who is waiting.
IMPATIENT = {
    "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.25",
    "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
    "DAG_PROCESSOR__PARSING_PROCESSES": "1",
    "CORE__PARALLELISM": "4",
}


class PortTakenError(Exception):
    """Raised when the port asked for is in use."""


@dataclass(frozen=True, slots=True)
class Airflow:
    """One home's Airflow: where it is and how to get in.

    Attributes:
        home: the state directory.
        port: of the API server and the UI.
        database: DSN of its own database.
        executor: settings of how tasks are run (name, as in AIRFLOW__NAME, and value) if not by the scheduler's own processes.
    """

    home: Path
    port: int
    database: str
    executor: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        return secret(self.home, "airflow_login")

    def environment(self, base: Mapping[str, str], *, is_scheduling: bool) -> dict[str, str]:
        """The environment that Airflow's processes run in.

        Args:
            base: what they inherit: the province, the home, the connections.
            is_scheduling: whether runs start on schedule, or only on request.
        """
        logs = self.home / "logs" / "airflow"
        database = self.database.replace("postgresql://", "postgresql+psycopg://", 1)
        settings = {
            "CORE__DAGS_FOLDER": str(PROJECT / "dags"),
            "CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            # a reason that holds personal data is refused: the audit log must not keep it either
            "CORE__SENSITIVE_VAR_CONN_NAMES": "because",
            "CORE__FERNET_KEY": secret(self.home, "airflow_fernet", _fernet_key),
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{LOGIN}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self._passwords_file()),
            "API__HOST": "127.0.0.1",
            "API__PORT": str(self.port),
            "API__BASE_URL": self.url,  # target of links in alerts
            "API__SECRET_KEY": secret(self.home, "airflow_session"),
            "API_AUTH__JWT_SECRET": secret(self.home, "airflow_jwt"),
            "DATABASE__SQL_ALCHEMY_CONN": database,
            "DATABASE__SQL_ALCHEMY_CONN_ASYNC": database,  # Airflow would guess a driver that is not installed
            "LOGGING__BASE_LOG_FOLDER": str(logs),
            "LOGGING__NAMESPACE_LEVELS": "great_expectations=WARNING",
            "LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(logs / "dag_processor"),
            "SCHEDULER__USE_JOB_SCHEDULE": str(is_scheduling),
            **{name: base.get(f"AIRFLOW__{name}", value) for name, value in IMPATIENT.items()},
            **self.executor,
        }
        return {
            **base,
            "AIRFLOW_HOME": str(self.home / "airflow"),
            "GX_ANALYTICS_ENABLED": "false",
            **{f"AIRFLOW__{name}": value for name, value in settings.items()},
        }

    def _passwords_file(self) -> Path:
        secret(self.home, "airflow_passwords.json", lambda: json.dumps({LOGIN: self.password}))
        return self.home / "secrets" / "airflow_passwords.json"

    def prepare(self, processes: Processes, environment: Mapping[str, str]) -> None:
        """Start migrating Airflow's database; `processes.finish("airflow-prepare")` waits for it."""
        processes.start("airflow-prepare", [sys.executable, "-m", "orchestration.prepare"], environment)

    def start(self, processes: Processes, environment: Mapping[str, str], *, names: tuple[str, ...] = SERVICES) -> None:
        """Start these services; `wait` waits for them."""
        preload = str(PROJECT / "include" / "orchestration" / "preload")
        for name in names:
            # The UI reads task logs from disk; the scheduler's log server would listen on every interface.
            options = ["--skip-serve-logs"] if name in ("scheduler", "triggerer") else []
            path = os.pathsep.join(filter(None, [preload, environment.get("PYTHONPATH")]))
            added = {"PYTHONPATH": path} if name == "scheduler" else {}
            processes.start(name, [sys.executable, "-m", "airflow", name, *options], {**environment, **added})

    def wait(self, processes: Processes) -> None:
        """Wait until the UI answers and the started processes report that they are healthy."""
        processes.wait_for("api-server", lambda: _answers(self.url + "/execution/health"))
        for name in ("scheduler", "dag-processor"):
            processes.wait_for(name, self._is_healthy(name.replace("-", "_")))

    def _is_healthy(self, component: str) -> Callable[[], bool]:
        def look() -> bool:
            answer = requests.get(self.url + "/api/v2/monitor/health", timeout=10)
            return answer.ok and answer.json()[component]["status"] == "healthy"

        return look


def check_port(port: int) -> None:
    """Raise PortTakenError when 127.0.0.1:port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTakenError(f"port {port} of localhost is in use; choose another: make up PORT=8090") from error


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except (requests.ConnectionError, requests.Timeout):
        return False
