"""How a test run is laid over the cores, and what it says of itself at the end. Loaded by tests/conftest.py."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

#: Folders whose files share what is made once a session: an Airflow at work, an imported one, served worlds.
SHARING = ("tests/airflow", "tests/dags", "tests/sandbox")


class Scheduling(LoadScopeScheduling):
    """A file's tests on one worker, for they share worlds; those of a folder in SHARING on one, too."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        folder = str(PurePosixPath(file).parent)
        return folder if folder in SHARING else file


class Times:
    """Where the time of a run went: by folder, in seconds of all workers together."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.tests: Counter[str] = Counter()

    def add(self, report: pytest.TestReport) -> None:
        """Count one phase of one test."""
        folder = str(PurePosixPath(report.nodeid.split("::", 1)[0]).parent)
        self.seconds[folder] += report.duration
        self.tests[folder] += report.when == "call"

    def lines(self) -> list[str]:
        """A line a folder, the longest first."""
        return [
            f"{seconds:8.1f} s {self.tests[folder]:6} tests  {folder}" for folder, seconds in self.seconds.most_common()
        ]
