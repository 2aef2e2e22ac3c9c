"""What `make run` and `make night` start, for real: Airflow's scheduler, PostgreSQL, the sandbox, three nights and one more.

The slowest tests of the suite (a few minutes); a home is made once and used by all of them, in the order of the file.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import zstandard
from sandbox.canaries import PATTERN
from standalone import postgres
from standalone.processes import Processes
from standalone.sandbox import Sandbox

PROJECT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "standalone"]
TASKS = 18
DOSSIERS = 2000
pytestmark = pytest.mark.timeout(900)


def environment(home: Path, **added: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DOISOAT"))}
    return {**kept, "DOISOAT_HOME": str(home), "DOSSIERS": str(DOSSIERS), **added}


def run(command: str, home: Path, **added: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [*COMMAND, command], env=environment(home, **added), capture_output=True, text=True, cwd=PROJECT, check=False
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
    lines = output[output.index("night 2024-04-19 (") :].splitlines()
    return [line for line in lines if not line.startswith("[")]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="doisoat-run-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def first(home: Path) -> subprocess.CompletedProcess[str]:
    return run("run", home)


def test_three_nights_are_published_and_told(first: subprocess.CompletedProcess[str], home: Path) -> None:
    assert first.returncode == 0
    lines = [line.split() for line in first.stdout.splitlines()]
    assert sum(len(line) > 1 and line[1] == "success" for line in lines) == 3 * TASKS
    assert told(first.stdout)
    assert still_running(home) == []


def test_airflows_own_scheduler_ran_them(first: subprocess.CompletedProcess[str], home: Path) -> None:
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
    names = [f"2024-04-{day}" for day in (17, 18, 19)]
    assert runs == [(name, "success") for name in names]
    assert tasks == (3 * TASKS, 3 * TASKS)  # every task was a process of its own
    assert [extra for (extra,) in events] == [{"night": name, "revision": 1} for name in names]
    assert nights == [(dt.date.fromisoformat(name), "published") for name in names]


def test_no_personal_value_is_in_any_file_of_the_home(first: subprocess.CompletedProcess[str], home: Path) -> None:
    """Landings, logs, XCom and tables (in the server's own files): none holds what the sandbox's applicants are called."""
    looked_at = 0
    for file in (file for file in home.rglob("*") if file.is_file()):
        content = file.read_bytes()
        if file.suffix == ".zst":
            content = zstandard.ZstdDecompressor().stream_reader(content).read()
        assert not PATTERN.search(content.decode("latin-1")), file
        looked_at += 1
    assert looked_at > 1000
    assert not PATTERN.search(first.stdout + first.stderr)


def test_running_again_gives_the_same_numbers(first: subprocess.CompletedProcess[str], home: Path) -> None:
    again = run("run", home)
    assert again.returncode == 0
    assert told(again.stdout) == told(first.stdout)
    assert still_running(home) == []


def test_a_home_refuses_another_world(first: subprocess.CompletedProcess[str], home: Path) -> None:
    other = run("run", home, DOSSIERS="3000")
    assert other.returncode == 1
    assert "make clean" in other.stderr


def test_a_night_with_a_source_that_is_down_is_published_as_stale(
    first: subprocess.CompletedProcess[str], home: Path, tmp_path: Path
) -> None:
    sandbox = Sandbox(tmp_path, dt.date(2024, 4, 19), nights=3, dossiers=DOSSIERS)
    processes = Processes(tmp_path)
    sandbox.start(processes, os.environ)
    try:
        sandbox.wait(processes)
        sandbox.set_clock(dt.datetime.fromisoformat("2024-04-21T01:00:00+07:00"))
        connections = sandbox.connections()
        connections["AIRFLOW_CONN_IGATE"] = f"http://id:secret@127.0.0.1:{postgres.free_port()}/?token_path=/token"
        result = run("night", home, NIGHT="2024-04-20", DOISOAT_RETRY_SECONDS="1", **connections)
    finally:
        processes.stop()
    assert result.returncode == 2
    states = {line.split()[0]: line.split()[1] for line in result.stdout.splitlines() if line.startswith("  ")}
    assert states["igate.collect"] == "failed"  # after its retries
    assert len(re.findall(r"^  igate\.collect +up_for_retry ", result.stdout, re.MULTILINE)) == 3
    assert "SourceUnavailableError" in result.stdout
    assert {state for task, state in states.items() if task.endswith(".collect") and task != "igate.collect"} == {
        "success"
    }
    assert states["publish"] == states["tell"] == "success"


def test_ctrl_c_stops_what_was_started(tmp_path: Path) -> None:
    home = Path(tempfile.mkdtemp(prefix="doisoat-interrupted-"))
    try:
        command = subprocess.Popen(
            [*COMMAND, "run"], env=environment(home), stdout=subprocess.PIPE, text=True, cwd=PROJECT
        )
        assert command.stdout is not None
        assert "PostgreSQL" in command.stdout.readline()
        command.send_signal(signal.SIGINT)
        assert command.wait(timeout=120) == 130
        assert still_running(home) == []
    finally:
        shutil.rmtree(home, ignore_errors=True)
