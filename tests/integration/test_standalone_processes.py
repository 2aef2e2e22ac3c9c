"""Child processes are remembered, found by another command, and stopped with all that they started."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from standalone.processes import ProcessError, Processes

PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_another_command_finds_and_stops_what_was_started_with_its_children(
    processes: Processes, tmp_path: Path
) -> None:
    child = processes.start("parent", [sys.executable, "-c", PARENT], os.environ)
    parent = psutil.Process(child.pid)
    until(lambda: len(parent.children()) == 1)
    grandchild = parent.children()[0]
    later = Processes(tmp_path)
    assert later.running()["parent"].pid == child.pid
    later.stop()
    assert has_ended(parent)
    assert has_ended(grandchild)
    assert later.running() == {}


def test_one_that_does_not_listen_is_killed(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("standalone.processes.GRACE_SECONDS", 0.5)
    child = processes.start("deaf", [sys.executable, "-c", DEAF], os.environ)
    until(lambda: "deaf" in (tmp_path / "logs" / "deaf.log").read_text())
    processes.stop("deaf")
    assert child.returncode == -9


def test_a_number_that_is_somebody_elses_by_now_is_left_alone(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "processes.json").write_text(json.dumps({"scheduler": [os.getpid(), 1.0]}))
    assert processes.running() == {}
    processes.stop()
    assert psutil.Process().is_running()


def test_a_process_that_ends_before_it_is_ready_names_its_log(processes: Processes, tmp_path: Path) -> None:
    processes.start("broken", [sys.executable, "-c", "raise SystemExit(3)"], os.environ)
    with pytest.raises(ProcessError, match=r"exit code 3; see .*logs/broken\.log"):
        processes.wait_for("broken", lambda: False)
    with pytest.raises(ProcessError, match="exit code 3"):
        processes.check()
    with pytest.raises(ProcessError, match="failed with exit code 3"):
        processes.finish("broken")
    assert processes.running() == {}


def test_stopping_one_leaves_the_others(processes: Processes) -> None:
    for name in ("one", "other"):
        processes.start(name, [sys.executable, "-c", "import time; time.sleep(600)"], os.environ)
    processes.stop("one")
    assert list(processes.running()) == ["other"]
