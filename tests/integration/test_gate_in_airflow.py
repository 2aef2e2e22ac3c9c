"""A blocked night waits on Airflow's page for a person, for real: rejected, refused, too late, approved; then the record.

One Airflow for the whole file, whose tests follow one another as the nights do. The fault is planted where it cannot be
missed: from the second night on the warehouse is told that iGate declares one dossier more than it shows.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from standalone import postgres
from standalone.airflow import LOGIN, Airflow
from standalone.laptop import Laptop
from standalone.nights import DAG_ID, Nights
from standalone.sandbox import Sandbox

PROJECT = Path(__file__).parents[2]
GOOD, NIGHT, LAST = (dt.date(2024, 4, day) for day in (17, 18, 19))
SERVICES = ("api-server", "dag-processor", "scheduler")  # no triggerer: a question needs none
REASON = "iGate counts one dossier that it does not list; its operator knows"
PERSON = "012345678901"
PLANTED = """
create function one_more() returns trigger language plpgsql as $$ begin new.value := new.value + 1; return new; end $$;
create trigger planted before insert on core.control_total for each row
    when (new.source_id = 'igate' and new.measure = 'dossiers_not_removed' and new.period_kind = 'all')
    execute function one_more();
-- what is declared as the night before is not written again: let the night before have declared something else
update core.control_total set value = value - 7
where source_id = 'igate' and measure = 'dossiers_not_removed' and period_kind = 'all' and to_night = 'infinity'"""
pytestmark = pytest.mark.timeout(900)


@dataclass
class Running:
    """One home at work, and what its Airflow and its warehouse say."""

    laptop: Laptop
    airflow: Airflow
    nights: Nights
    server: postgres.Server
    environment: dict[str, str]

    def api(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        body = {"username": LOGIN, "password": self.airflow.password}
        token = requests.post(f"{self.airflow.url}/auth/token", json=body, timeout=30).json()["access_token"]
        there = f"{self.airflow.url}/api/v2{path}"
        answer = requests.request(method, there, headers={"Authorization": f"Bearer {token}"}, timeout=60, **options)
        assert answer.ok, answer.text
        return dict(answer.json())

    def run_id(self, night: dt.date) -> str:
        runs = self.api("GET", f"/dags/{DAG_ID}/dagRuns")["dag_runs"]
        return next(str(run["dag_run_id"]) for run in runs if run["partition_key"] == str(night))

    def question(self, night: dt.date) -> dict[str, Any]:
        """What stands on the page under Required Actions."""
        asked = self.api("GET", f"/dags/{DAG_ID}/dagRuns/{self.run_id(night)}/hitlDetails")["hitl_details"]
        assert len(asked) == 1
        return dict(asked[0])

    def answer(self, night: dt.date, option: str, **answer: str) -> str:
        """Answer it over REST, and follow the run until it ends; returns its state."""
        run_id = self.run_id(night)
        path = f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/check_inputs/-1/hitlDetails"
        shown = {name: param["value"] for name, param in self.question(night)["params"].items()}
        self.api("PATCH", path, json={"chosen_options": [option], "params_input": {**shown, **answer}})
        self.wait_until_taken_up(run_id)
        return self.nights.follow(run_id)

    def wait_until_taken_up(self, run_id: str) -> None:
        """Until the scheduler has seen the answer: before it, the task waits as if there were none."""
        deadline = time.monotonic() + 120
        task = f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/check_inputs"
        while self.api("GET", task)["state"] == "awaiting_input":
            assert time.monotonic() < deadline, "the answer was not taken up within two minutes"
            time.sleep(0.5)

    def let_time_run_out(self, night: dt.date) -> str:
        """As if twelve hours had passed; returns how the run ended."""
        over = "update task_instance set trigger_timeout = now() where state = 'awaiting_input'"
        run_id = self.run_id(night)
        while (state := self.nights.follow(run_id)) == "undecided":
            self.rows(over, database="airflow")
            time.sleep(1)  # the scheduler looks every second
        return state

    def ask_again(self, night: dt.date) -> str:
        """Clear the failed task and follow the run until it ends or asks."""
        run_id = self.run_id(night)
        what = {"dry_run": False, "dag_run_id": run_id, "task_ids": ["check_inputs"], "include_downstream": True,
                "only_failed": False}  # fmt: skip
        self.api("POST", f"/dags/{DAG_ID}/clearTaskInstances", json=what)
        return self.nights.follow(run_id)

    def rows(
        self, query: str, parameters: list[Any] | None = None, database: str = "warehouse"
    ) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.server.dsn(database)) as connection:
            cursor = connection.execute(query, parameters)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def is_blocked(self, night: dt.date) -> bool:
        """Whether the night is, and nothing of it shows."""
        state = self.rows("select state from ops.night where night = %s", [night])
        shown = self.rows("select count(*) from mart.night where night = %s", [night])
        return (state, shown) == ([("blocked",)], [(0,)])


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    home = Path(tempfile.mkdtemp(prefix="doisoat-gate-"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DOISOAT"))}
    settings = {
        "DOISOAT_APPROVAL_HOURS": "12",
        "DOISOAT_RETRY_SECONDS": "1",
        "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "1",
    }
    sandbox = Sandbox(home, last_night=LAST, nights=3, dossiers=400)
    laptop = Laptop(home, PROJECT / "config" / "lang_son.yaml", {**kept, **settings}, sandbox)
    try:
        airflow = laptop.start(port=postgres.free_port(), is_scheduling=False, services=SERVICES)
        inside = airflow.environment(laptop.environment, is_scheduling=False)
        nights = Nights(airflow, laptop.processes.check)
        yield Running(laptop, airflow, nights, laptop.start_warehouse(), inside)
    finally:
        laptop.stop()
        shutil.rmtree(home, ignore_errors=True)


def test_a_good_night_asks_nobody(running: Running) -> None:
    assert running.laptop.run_nights(running.airflow, [GOOD]) == "success"
    assert running.api("GET", "/dags/~/dagRuns/~/hitlDetails")["total_entries"] == 0
    assert running.rows("select count(*) from ops.acceptance") == [(0,)]


def test_a_blocked_night_asks_on_the_page_and_nobody_waits_with_it(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    running.rows(PLANTED)
    assert running.laptop.run_nights(running.airflow, [NIGHT]) == "undecided"
    assert "waits for a decision" in capsys.readouterr().out
    question = running.question(NIGHT)
    assert question["params"]["accepting"]["value"].startswith("held_equals_declared: 1 of ")
    assert question["options"] == ["Approve", "Reject"]
    assert question["response_received"] is False
    assert running.is_blocked(NIGHT)
    assert running.rows("select night from mart.night where is_latest") == [(GOOD,)]


def test_a_rejected_night_stays_blocked(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert running.answer(NIGHT, "Reject", because="") == "failed"
    assert "QualityGateError: night 2024-04-18, inputs: admin decided against publishing" in capsys.readouterr().out
    assert running.is_blocked(NIGHT)
    assert running.rows("select count(*) from ops.acceptance") == [(0,)]


def test_a_reason_with_a_persons_data_is_refused_and_airflow_keeps_nothing_of_it(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert running.ask_again(NIGHT) == "undecided"
    assert running.answer(NIGHT, "Approve", because=f"the citizen {PERSON} is counted twice") == "failed"
    said = capsys.readouterr().out
    assert "DecisionRefusedError: the reason holds what looks like an identity number" in said
    assert PERSON not in said
    assert running.is_blocked(NIGHT)
    tables = running.rows(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'public'", database="airflow"
    )
    held = [
        table
        for (table,) in tables
        if running.rows(f"select from {table} t where t::text like '%{PERSON}%' limit 1", database="airflow")
    ]
    assert (len(tables) > 30, held) == (True, [])


def test_what_was_not_seen_cannot_be_accepted(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert running.ask_again(NIGHT) == "undecided"
    assert running.answer(NIGHT, "Approve", because=REASON, accepting="held_equals_declared: 0 of 1") == "failed"
    assert "is not what is wrong now (held_equals_declared: 1 of " in capsys.readouterr().out
    assert running.is_blocked(NIGHT)


def test_an_approved_night_is_worked_out_and_published_with_the_decision(running: Running) -> None:
    assert running.ask_again(NIGHT) == "undecided"
    assert running.answer(NIGHT, "Approve", because=REASON) == "success"
    record = (
        "select night, revision, stage, check_id, unexpected_count, reason, decided_by, decided_in from ops.acceptance"
    )
    assert running.rows(record) == [(NIGHT, 1, "inputs", "held_equals_declared", 1, REASON, LOGIN, "airflow")]
    shown = running.rows("select night, accepted_reason from mart.night where is_latest")
    assert shown == [(NIGHT, REASON)]
    assert running.rows("select count(*) from recon.ledger_cell where night = %s", [NIGHT]) != [(0,)]
    events = running.rows("select extra from asset_event order by id desc limit 1", database="airflow")
    assert events == [({"night": str(NIGHT), "revision": 1},)]


def test_without_an_answer_in_time_the_night_stays_blocked(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    assert running.laptop.run_nights(running.airflow, [LAST]) == "undecided"
    assert running.let_time_run_out(LAST) == "failed"
    assert "QualityGateError: night 2024-04-19, inputs: nobody decided within 12:00:00" in capsys.readouterr().out
    assert running.is_blocked(LAST)


def test_where_nobody_is_to_be_asked_the_night_fails_at_once(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    running.laptop.processes.stop("scheduler")
    inside = {**running.environment, "DOISOAT_APPROVAL_HOURS": "0"}
    running.airflow.start(running.laptop.processes, inside, names=("scheduler",))
    running.airflow.wait(running.laptop.processes)
    assert running.ask_again(LAST) == "failed"
    assert "QualityGateError: night 2024-04-19, inputs: critical checks failed" in capsys.readouterr().out
    assert running.is_blocked(LAST)
    assert running.laptop.summary(LAST) == 1


def test_the_command_line_publishes_it_after_all(running: Running) -> None:
    assert running.laptop.doisoat("publish", "--night", str(LAST), "--accept", REASON) == 0
    assert running.laptop.summary(LAST) == 0
    assert running.rows("select night, accepted_reason from mart.night where is_latest") == [(LAST, REASON)]
