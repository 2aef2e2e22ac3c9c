"""What the terminal says while a night runs under Airflow: what it waits for, and whether a source was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standalone import nights
from standalone.airflow import Airflow
from standalone.nights import Nights

RUNS = "/api/v2/dags/nightly_reconciliation/dagRuns"
FIRST = {
    "dag_run_id": "manual__1",
    "partition_key": "2024-04-17",
    "conf": {},
    "start_date": "2024-04-18T01:00:00+00:00",
    "state": "running",
}


class FakeAirflow(BaseHTTPRequestHandler):
    """Answers each path with what it was told, one after the other; the last answer stays."""

    answers: dict[str, list[Any]]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        found = self.answers[path]
        self._reply(found.pop(0) if len(found) > 1 else found[0])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._reply({"access_token": "token"})

    def _reply(self, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def airflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Nights, dict[str, list[Any]]]]:
    """A client, and what it will be answered."""
    monkeypatch.setattr(nights, "POLL_SECONDS", 0.0)
    handler = type("Told", (FakeAirflow,), {"answers": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Nights(Airflow(tmp_path, server.server_port, "")), handler.answers  # type: ignore[attr-defined]
        server.shutdown()


def collects(*names: str) -> dict[str, Any]:
    tasks = [
        {"task_id": f"{name}.collect", "dag_run_id": "manual__2", "state": "success", "duration": 1.0, "end_date": None}
        for name in names
    ]
    return {"task_instances": tasks}


def returned(name: str, **value: Any) -> tuple[str, list[Any]]:
    return f"{RUNS}/manual__2/taskInstances/{name}.collect/xcomEntries/return_value", [{"value": value}]


def test_a_run_behind_another_says_which_once(
    airflow: tuple[Nights, dict[str, list[Any]]], capsys: pytest.CaptureFixture[str]
) -> None:
    client, answers = airflow
    answers[f"{RUNS}/manual__2"] = [{"state": state} for state in ("queued", "queued", "running", "success")]
    answers[RUNS] = [{"dag_runs": [FIRST]}]
    answers[f"{RUNS}/manual__2/taskInstances"] = [{"task_instances": []}]
    assert client.follow("manual__2") == "success"
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("  waiting for run manual__1 of night 2024-04-17, since 2024-04-18 ")


@pytest.mark.parametrize(("again", "says"), [(True, True), (False, False)])
def test_a_night_of_sealed_landings_says_that_no_source_was_asked(
    airflow: tuple[Nights, dict[str, list[Any]]], capsys: pytest.CaptureFixture[str], again: bool, says: bool
) -> None:
    """One that is read now and then and has nothing new does not matter; one that was asked does."""
    client, answers = airflow
    answers[f"{RUNS}/manual__2"] = [{"state": "success"}]
    answers[f"{RUNS}/manual__2/taskInstances"] = [collects("igate", "report", "portal")]
    answers |= dict(
        [
            returned("igate", mode="full", was_sealed=True),
            returned("report", mode="nothing new"),
            returned("portal", mode="full", was_sealed=again),
        ]
    )
    client.follow("manual__2")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("1.0 s  sealed before, not asked")
    assert not lines[1].endswith("not asked")
    assert any("no source was asked" in line for line in lines) is says
