"""A second `make run` prints the same numbers; `make night` starts Airflow for one night, in which a source is down."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from standalone import postgres
from standalone.processes import Processes
from standalone.sandbox import Sandbox
from support.make import MadeRun, make, make_run, states, still_running, told

DOSSIERS = 2000
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def first() -> Iterator[MadeRun]:
    home = Path(tempfile.mkdtemp(prefix="doisoat-run-"))
    yield make_run(home, DOSSIERS)
    shutil.rmtree(home, ignore_errors=True)


def test_running_again_gives_the_same_numbers(first: MadeRun) -> None:
    assert first.done.returncode == 0
    again = make("run", first.home, DOSSIERS)
    assert again.returncode == 0
    assert told(again.stdout) == told(first.done.stdout)
    assert still_running(first.home) == []


def test_a_night_with_a_source_that_is_down_is_published_as_stale(first: MadeRun, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, dt.date(2024, 4, 19), nights=3, dossiers=DOSSIERS)
    processes = Processes(tmp_path)
    sandbox.start(processes, os.environ)
    try:
        sandbox.wait(processes)
        sandbox.set_clock(dt.datetime.fromisoformat("2024-04-21T01:00:00+07:00"))
        connections = sandbox.connections()
        connections["AIRFLOW_CONN_IGATE"] = f"http://id:secret@127.0.0.1:{postgres.free_port()}/?token_path=/token"
        result = make("night", first.home, DOSSIERS, NIGHT="2024-04-20", DOISOAT_RETRY_SECONDS="1", **connections)
    finally:
        processes.stop()
    assert result.returncode == 2
    ended = states(result.stdout)
    assert ended["igate.collect"] == "failed"  # after its retries
    assert len(re.findall(r"^  igate\.collect +up_for_retry ", result.stdout, re.MULTILINE)) == 3
    assert "SourceUnavailableError" in result.stdout
    assert {state for task, state in ended.items() if task.endswith(".collect") and task != "igate.collect"} == {
        "success"
    }
    assert ended["publish"] == ended["tell"] == "success"
