"""What `make run` and `make night` call, run as a user runs it, and what it leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import zstandard
from sandbox.world.canaries import PATTERN
from standalone import postgres

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "standalone"]


def inherited() -> dict[str, str]:
    """Our environment, without what this machine's own Airflow or province would add."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DOISOAT"))}


def environment(home: Path, dossiers: int, **added: str) -> dict[str, str]:
    """What a user's shell gives the command."""
    return {**inherited(), "DOISOAT_HOME": str(home), "DOSSIERS": str(dossiers), **added}


def make(command: str, home: Path, dossiers: int, **added: str) -> subprocess.CompletedProcess[str]:
    """Run `make COMMAND` to its end."""
    result = subprocess.run(
        [*COMMAND, command],
        env=environment(home, dossiers, **added),
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    print(result.stdout, result.stderr)  # shown when a test fails
    return result


def still_running(home: Path) -> list[str]:
    """Processes that work for this home."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and (
                process.environ().get("DOISOAT_HOME") == str(home) or str(home / "postgres") in process.cmdline()
            ):
                found.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def told(output: str) -> list[str]:
    """The summary, without the lines that tell the time of day."""
    lines = output[output.index("night 2024-04-19: ") :].splitlines()
    return [line for line in lines if not line.startswith("[")]


def states(output: str) -> dict[str, str]:
    """Task -> the state that was printed last."""
    return {line.split()[0]: line.split()[1] for line in output.splitlines() if line.startswith("  ")}


@dataclass(frozen=True)
class MadeRun:
    """A `make run` that has ended, and what stood in its home then: a later one may go on from there.

    Attributes:
        left_running: processes that it did not stop.
        runs: (night, state) of each run of the Dag.
        tasks: how many there were, and in how many processes.
        events: what each asset event says.
        nights: (night, state) in the warehouse.
        searched: how many files there were.
        personal: those that hold what the sandbox's applicants are called.
    """

    home: Path
    done: subprocess.CompletedProcess[str]
    left_running: list[str]
    runs: list[tuple[Any, ...]]
    tasks: tuple[Any, ...] | None
    events: list[Any]
    nights: list[tuple[Any, ...]]
    searched: int
    personal: list[Path]


def make_run(home: Path, dossiers: int) -> MadeRun:
    """Three nights from nothing, in a new home."""
    done = make("run", home, dossiers)
    left_running = still_running(home)
    files = [file for file in home.rglob("*") if file.is_file()]
    personal = [file for file in files if PATTERN.search(_as_text(file))]
    server = postgres.start(home)
    try:
        with psycopg.connect(server.dsn("airflow")) as connection:
            runs = connection.execute("select partition_key, state from dag_run order by partition_key").fetchall()
            tasks = connection.execute("select count(*), count(distinct pid) from task_instance").fetchone()
            events = connection.execute("select extra from asset_event order by id").fetchall()
        with psycopg.connect(server.dsn("warehouse")) as connection:
            nights = connection.execute("select night, state from ops.night order by night").fetchall()
    finally:
        postgres.stop(home)
    return MadeRun(home, done, left_running, runs, tasks, [extra for (extra,) in events], nights, len(files), personal)


def _as_text(file: Path) -> str:
    content = file.read_bytes()
    if file.suffix == ".zst":
        content = zstandard.ZstdDecompressor().stream_reader(content).read()
    return content.decode("latin-1")
