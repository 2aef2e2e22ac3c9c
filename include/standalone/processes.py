"""Child processes of one home: started with their own log, recorded on disk, stopped with all their descendants.

Running processes are recorded in `processes.json`, so that `make down` can stop what an earlier `make up` started, and a
run whose terminal was killed leaves nothing that the next one cannot clean up. A process is identified by its pid *and*
its start time: the pid alone may belong to another process by now.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

GRACE_SECONDS = 5.0  # after that it is killed: every task can be run again, wherever it was interrupted


class ProcessError(Exception):
    """Raised when a process that we started does not come up, or ends; the message names its log."""


class Processes:
    """The processes of one home.

    Args:
        home: the state directory; logs go to `logs/<name>.log` in it.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.logs = home / "logs"
        self._file = home / "processes.json"
        self.logs.mkdir(parents=True, exist_ok=True)
        self._children: dict[str, subprocess.Popen[bytes]] = {}  # those we must reap ourselves

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own (a Ctrl-C in our terminal is ours to handle)."""
        with (self.logs / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(environment),
                start_new_session=True,
            )
        self._children[name] = child
        known = self._known()
        known[name] = [child.pid, psutil.Process(child.pid).create_time()]
        self._remember(known)
        return child

    def running(self) -> dict[str, psutil.Process]:
        """The processes started in this home, by whichever command, that are still running."""
        found = {}
        for name, (pid, created) in self._known().items():
            try:
                process = psutil.Process(int(pid))
                if abs(process.create_time() - created) < 1 and _is_alive(process):
                    found[name] = process
            except psutil.NoSuchProcess:
                continue
        return found

    def stop(self, *names: str) -> None:
        """Stop these processes with their descendants, or all of them, at the same time."""
        _stop_trees([process for name, process in self.running().items() if not names or name in names])
        for name in [name for name in self._children if not names or name in names]:
            self._children.pop(name).wait()
        self._remember({name: entry for name, entry in self._known().items() if names and name not in names})

    def wait_for(self, name: str, is_ready: Callable[[], bool], *, seconds: float = 300) -> None:
        """Wait until a process that we started is ready.

        Raises:
            ProcessError: it ended, or was not ready in time.
        """
        deadline = time.monotonic() + seconds
        while not is_ready():
            if (code := self._children[name].poll()) is not None:
                raise ProcessError(f"{name} ended with exit code {code}; see {self.logs / name}.log")
            if time.monotonic() > deadline:
                raise ProcessError(f"{name} is not ready after {seconds:.0f} s; see {self.logs / name}.log")
            time.sleep(0.1)

    def finish(self, name: str) -> None:
        """Wait for a process that ends by itself.

        Raises:
            ProcessError: it ended with an error.
        """
        code = self._children.pop(name).wait()
        self._remember({other: entry for other, entry in self._known().items() if other != name})
        if code:
            raise ProcessError(f"{name} failed with exit code {code}; see {self.logs / name}.log")

    def check(self) -> None:
        """Raise ProcessError when one of our children has ended by itself."""
        for name, child in self._children.items():
            if (code := child.poll()) is not None:
                raise ProcessError(f"{name} ended with exit code {code}; see {self.logs / name}.log")

    def _known(self) -> dict[str, list[float]]:
        try:
            return dict(json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}

    def _remember(self, known: Mapping[str, Sequence[float]]) -> None:
        unfinished = self._file.with_suffix(".tmp")
        unfinished.write_text(json.dumps(known), encoding="utf-8")
        unfinished.replace(self._file)


def _stop_trees(processes: Sequence[psutil.Process]) -> None:
    """Ask the processes to end; after the grace period, kill what is left of their trees."""
    trees: list[psutil.Process] = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            trees += [*process.children(recursive=True), process]
            process.send_signal(signal.SIGTERM)
    for survivor in _wait(trees, GRACE_SECONDS):
        with contextlib.suppress(psutil.NoSuchProcess):
            survivor.kill()
    _wait(trees, GRACE_SECONDS)


def _wait(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until these have ended; returns those that have not."""
    deadline = time.monotonic() + seconds
    while (alive := [process for process in processes if _is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return alive


def _is_alive(process: psutil.Process) -> bool:
    """Whether it is still running: a zombie that nobody has reaped is not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
