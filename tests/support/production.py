"""docker-compose.yml's services at work on a host of tests/support/docker, for a night: what the document says, and how to ask.

Shared by tests/airflow/test_celery_night.py, which runs one night, and tests/campaign/test_production.py, which does all of
docs/operations.md.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import requests
from standalone.nights import Nights

from support import nights_against_key as against
from support.docker.host import Host

PROJECT = Path(__file__).parents[2]
PAGE, SANDBOX = "http://localhost:8080", "http://localhost:8900"


def settings(dossiers: int) -> str:
    """Lines of .env that make a test of it: the sandbox's clock stands, no run starts by ours, and nobody waits for long."""
    return f"""
SANDBOX_CLOCK=fixed
SANDBOX_DOSSIERS={dossiers}
AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE=False
TASK_HEARTBEAT_TIMEOUT=30
DOISOAT_RETRY_SECONDS=1
"""


def blocks() -> dict[str, list[str]]:
    """Heading of docs/operations.md -> its blocks of commands."""
    text = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        heading: re.findall(r"^```sh\n(.*?)^```$", content, re.MULTILINE | re.DOTALL)
        for heading, content in zip(parts[::2], parts[1::2], strict=True)
    }


def secrets_of(production: Host) -> dict[str, str]:
    """The secrets, by the names of their files in capitals; not the connections."""
    files = (path for path in (production.project / "secrets").iterdir() if path.suffix != ".json")
    return {path.name.upper(): path.read_text("utf-8").strip() for path in files}


def logins(production: Host) -> dict[str, str]:
    return json.loads((production.volumes / "state" / "secrets" / "logins.json").read_text())


def airflow(production: Host) -> Nights:
    """Airflow's API, logged in; to be used with the host's network."""
    home = SimpleNamespace(url=PAGE, home=production.home, password=logins(production)["admin"])
    return Nights(home)  # type: ignore[arg-type]


def password_is_good(password: str) -> bool:
    body = {"username": "admin", "password": password}
    return requests.post(f"{PAGE}/auth/token", json=body, timeout=30).ok


def set_clock(night: dt.date) -> None:
    read_at = dt.datetime.combine(night + dt.timedelta(days=1), dt.time(1), against.LOCAL)
    requests.post(f"{SANDBOX}/control/clock", json={"now": read_at.isoformat()}, timeout=60).raise_for_status()


def warehouse(production: Host, database: str = "warehouse") -> str:
    """DSN, with the password of the moment: the containers' addresses are asked for one."""
    name = {"warehouse": "WAREHOUSE_PASSWORD", "airflow": "AIRFLOW_DB_PASSWORD"}[database]
    return f"postgresql://{database}:{secrets_of(production)[name]}@10.77.0.2/{database}"


def rows(dsn: str, query: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, options="-c timezone=UTC") as connection:
        return connection.execute(query).fetchall()


def wait_for(condition: Callable[[], Any], seconds: float = 300) -> Any:
    """What the condition gives once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
    return found
