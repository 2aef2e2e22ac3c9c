"""Celery over Redis for measurements, as docker-compose.yml sets it up: workers that take tasks from the queues of provinces.

Redis and the workers are processes of this machine. What the Compose file says of Celery is said here again by its settings.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from standalone import postgres
from standalone.airflow import PROJECT
from standalone.processes import Processes

#: Airflow's own queue, for tasks of provinces that name none (`place.queue` in the province file).
COMMON = "default"


def redis_server() -> str:
    """The program.

    Raises:
        SystemExit: this machine has none.
    """
    beside = Path(sys.executable).with_name("redis-server")
    found = str(beside) if beside.exists() else shutil.which("redis-server")
    if not found:
        raise SystemExit("asked for redis-server; got: not found; do: install it (Debian: redis-server)")
    return found


class Queue:
    """A Redis of this machine, and the workers that take from it."""

    def __init__(self, processes: Processes) -> None:
        self._processes, self._port = processes, postgres.free_port()

    def settings(self) -> dict[str, str]:
        """How Airflow's executor reaches it (as docker-compose.yml says)."""
        address = f"redis://127.0.0.1:{self._port}"
        return {
            "CORE__EXECUTOR": "CeleryExecutor",
            "CELERY__BROKER_URL": f"{address}/0",
            "CELERY__RESULT_BACKEND": f"{address}/1",
            "CELERY__WORKER_PREFETCH_MULTIPLIER": "1",
            "CELERY__TASK_ACKS_LATE": "True",
            "CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": "86400",
        }

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it, and wait until it answers."""
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._processes.start("redis", [redis_server(), *options], environment)
        self._processes.wait_for("redis", self._answers)

    def start_worker(self, name: str, environment: Mapping[str, str], *, tasks: int, queues: str = COMMON) -> None:
        """Start a worker.

        Args:
            environment: Airflow's.
            tasks: how many it runs at once.
            queues: of which it takes, separated by commas.
        """
        preload = str(PROJECT / "include" / "orchestration" / "preload")
        path = os.pathsep.join(filter(None, [preload, environment.get("PYTHONPATH")]))
        options = ["--concurrency", str(tasks), "--celery-hostname", name, "--queues", queues, "--skip-serve-logs"]
        command = [sys.executable, "-m", "airflow", "celery", "worker", *options]
        self._processes.start(name, command, {**environment, "PYTHONPATH": path})

    def _answers(self) -> bool:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self._port)):
                return False
            probe.sendall(b"PING\r\n")
            return probe.recv(5) == b"+PONG"

    def stop(self) -> None:
        """Stop Redis and the workers."""
        self._processes.stop()
