"""`make run` as a user runs it: three nights through Airflow's own scheduler, told and stopped; and Ctrl-C."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
from sandbox.world.canaries import PATTERN
from support.airflow_home import DOSSIERS
from support.make import COMMAND, PROJECT, MadeRun, environment, make, still_running, told

TASKS = 19
NAMES = [f"2024-04-{day}" for day in (17, 18, 19)]
pytestmark = pytest.mark.timeout(900)


def test_three_nights_are_published_and_told(made_run: MadeRun) -> None:
    assert made_run.done.returncode == 0
    lines = [line.split() for line in made_run.done.stdout.splitlines()]
    assert sum(len(line) > 1 and line[1] == "success" for line in lines) == 3 * TASKS
    assert told(made_run.done.stdout)
    assert made_run.left_running == []


def test_airflows_own_scheduler_ran_them(made_run: MadeRun) -> None:
    assert made_run.runs == [(name, "success") for name in NAMES]
    assert made_run.tasks == (3 * TASKS, 3 * TASKS)  # every task was a process of its own
    assert made_run.events == [{"night": name, "revision": 1} for name in NAMES]
    assert made_run.nights == [(dt.date.fromisoformat(name), "published") for name in NAMES]


def test_no_personal_value_is_in_any_file_of_the_home(made_run: MadeRun) -> None:
    """Landings, logs, XCom and tables (in the server's own files): none holds what the sandbox's applicants are called."""
    assert made_run.personal == []
    assert made_run.searched > 1000
    assert not PATTERN.search(made_run.done.stdout + made_run.done.stderr)


def test_what_it_left_is_its_owners_alone(made_run: MadeRun) -> None:
    assert {path.name for path in made_run.home.iterdir() if path.stat().st_mode & 0o077} == set()
    assert made_run.home.stat().st_mode & 0o066 == 0
    below = [path for name in ("landing", "inbox", "logs", "papers") for path in (made_run.home / name).rglob("*")]
    assert len(below) > 50
    assert {path.name for path in below if path.is_dir() and path.stat().st_mode & 0o022} == set()


def test_a_home_refuses_another_world(made_run: MadeRun) -> None:
    other = make("run", made_run.home, DOSSIERS + 100)
    assert other.returncode == 1
    assert "make clean" in other.stderr


def test_ctrl_c_stops_what_was_started() -> None:
    home = Path(tempfile.mkdtemp(prefix="doisoat-interrupted-"))
    try:
        command = subprocess.Popen(
            [*COMMAND, "run"], env=environment(home, DOSSIERS), stdout=subprocess.PIPE, text=True, cwd=PROJECT
        )
        assert command.stdout is not None
        assert "PostgreSQL" in command.stdout.readline()
        command.send_signal(signal.SIGINT)
        assert command.wait(timeout=120) == 130
        assert still_running(home) == []
    finally:
        shutil.rmtree(home, ignore_errors=True)
