"""The health check of the services in docker-compose.yml: `python -m orchestration.healthy SERVICE`.

Exit code 0: healthy. Does not import Airflow: it runs every few seconds, and importing Airflow takes seconds itself.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

SECONDS = 8.0


def answers(url: str) -> bool:
    """Whether this URL answers with status 200."""
    with urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - our own addresses
        return bool(answer.status == 200)


def is_alive(component: str) -> bool:
    """Whether an Airflow process has sent a heartbeat recently, according to Airflow's API."""
    with urlopen("http://api-server:8080/api/v2/monitor/health", timeout=SECONDS) as answer:
        return bool(json.load(answer)[component]["status"] == "healthy")


def takes_tasks() -> bool:
    """Whether the Celery worker on this host answers through the broker."""
    from celery import Celery

    name = f"celery@{socket.gethostname()}"
    password = Path("/run/secrets/redis_password").read_text(encoding="utf-8").strip()
    with Celery(broker=f"redis://:{password}@redis:6379/0", set_as_current=False) as app:
        return bool(app.control.ping(destination=[name], timeout=SECONDS, limit=1))


CHECKS: dict[str, Callable[[], bool]] = {
    "api-server": lambda: answers("http://localhost:8080/api/v2/version"),
    "scheduler": lambda: answers("http://localhost:8974/health"),
    "dag-processor": lambda: is_alive("dag_processor"),
    "triggerer": lambda: is_alive("triggerer"),
    "worker": takes_tasks,
    "page": lambda: answers("http://localhost:8090/health"),
    "sandbox": lambda: answers("http://localhost:8900/health"),
}


def main(arguments: list[str]) -> int:
    """Check one service; returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        print(f"usage: python -m orchestration.healthy {'|'.join(CHECKS)}", file=sys.stderr)  # noqa: T201
        return 64
    try:
        is_well = CHECKS[arguments[0]]()
    except OSError as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
