"""A blocked night waits on Airflow's page for a person, for real: rejected, refused, too late, approved; then the
record. Whether anybody is asked at all is tests/dags/test_gate_asks.py's.

The tests follow one another as the nights do. The fault is planted where it cannot be missed: from here on the warehouse is
told that iGate declares one dossier more than it shows.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from standalone.airflow import LOGIN
from standalone.nights import DAG_ID
from support.airflow_home import AtWork

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
REMOVED = "drop trigger planted on core.control_total; drop function one_more()"
pytestmark = pytest.mark.timeout(900)


@dataclass
class Blocked:
    """The home while the fault is in its warehouse, and the night that it blocks after a good one."""

    running: AtWork
    good: dt.date
    night: dt.date

    def run(self, night: dt.date) -> str:
        return self.running.laptop.run_nights(self.running.airflow, [night])

    def run_id(self, night: dt.date) -> str:
        (run,) = self.running.runs(partition_key=str(night))
        return str(run["dag_run_id"])

    def question(self, night: dt.date) -> dict[str, Any]:
        """What stands on the page under Required Actions."""
        asked = self.running.api("GET", f"/dags/{DAG_ID}/dagRuns/{self.run_id(night)}/hitlDetails")["hitl_details"]
        assert len(asked) == 1
        return dict(asked[0])

    def answer(self, night: dt.date, option: str, **answer: str) -> str:
        """Answer it over REST, and follow the run until it ends; returns its state."""
        run_id = self.run_id(night)
        path = f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/check_inputs/-1/hitlDetails"
        shown = {name: param["value"] for name, param in self.question(night)["params"].items()}
        self.running.settle()
        self.running.api(
            "PATCH", path, json={"chosen_options": [option], "params_input": {**shown, **answer}}
        )  # before the scheduler has seen it, the task waits as if there were none
        self.running.wait_for(lambda: self.running.task(run_id, "check_inputs")["state"] != "awaiting_input")
        return self.running.nights.follow(run_id)

    def let_time_run_out(self, night: dt.date) -> str:
        """As if twelve hours had passed; returns how the run ended."""
        over = "update task_instance set trigger_timeout = now() where state = 'awaiting_input'"
        run_id = self.run_id(night)
        self.running.settle()
        while (state := self.running.nights.follow(run_id)) == "undecided":
            self.running.rows(over, database="airflow")
            time.sleep(1)  # the scheduler looks every second
        return state

    def ask_again(self, night: dt.date) -> str:
        """Clear the failed task and follow the run until it ends or asks."""
        run_id = self.run_id(night)
        what = {"dry_run": False, "dag_run_id": run_id, "task_ids": ["check_inputs"], "include_downstream": True,
                "only_failed": False}  # fmt: skip
        self.running.api("POST", f"/dags/{DAG_ID}/clearTaskInstances", json=what)
        return self.running.nights.follow(run_id)

    def is_blocked(self, night: dt.date) -> bool:
        """Whether the night is, and nothing of it shows."""
        state = self.running.rows("select state from ops.night where night = %s", [night])
        shown = self.running.rows("select count(*) from mart.night where night = %s", [night])
        return (state, shown) == ([("blocked",)], [(0,)])

    def accepted(self) -> list[tuple[Any, ...]]:
        return self.running.rows(
            "select night, revision, stage, check_id, unexpected_count, reason, decided_by, decided_in from ops.acceptance"
        )


@pytest.fixture(scope="module")
def blocked(running: AtWork) -> Iterator[Blocked]:
    night = running.next_night()
    assert running.api("GET", "/dags/~/dagRuns/~/hitlDetails")["total_entries"] == 0  # good nights ask nobody
    running.rows(PLANTED)
    yield Blocked(running, running.last_published(), night)
    running.rows(REMOVED)


def test_a_blocked_night_asks_on_the_page_and_nobody_waits_with_it(
    blocked: Blocked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert blocked.accepted() == []  # of the good nights before
    assert blocked.run(blocked.night) == "undecided"
    assert "waits for a decision" in capsys.readouterr().out
    question = blocked.question(blocked.night)
    assert question["params"]["accepting"]["value"].startswith("held_equals_declared: 1 of ")
    assert question["options"] == ["Approve", "Reject"]
    assert question["response_received"] is False
    assert blocked.is_blocked(blocked.night)
    assert blocked.running.rows("select night from mart.night where is_latest") == [(blocked.good,)]
    assert blocked.running.wait_for(blocked.running.is_idle)  # no worker


def test_a_rejected_night_stays_blocked(blocked: Blocked, capsys: pytest.CaptureFixture[str]) -> None:
    assert blocked.answer(blocked.night, "Reject", because="") == "failed"
    said = f"QualityGateError: night {blocked.night}, inputs: admin decided against publishing"
    assert said in capsys.readouterr().out
    assert blocked.is_blocked(blocked.night)
    assert blocked.accepted() == []


def test_a_reason_with_a_persons_data_is_refused_and_airflow_keeps_nothing_of_it(
    blocked: Blocked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert blocked.ask_again(blocked.night) == "undecided"
    because = f"the citizen {PERSON} is counted twice"
    assert blocked.answer(blocked.night, "Approve", because=because) == "failed"
    said = capsys.readouterr().out
    assert "DecisionRefusedError: the reason holds what looks like an identity number" in said
    assert PERSON not in said
    assert blocked.is_blocked(blocked.night)
    rows = blocked.running.rows
    tables = rows(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'public'", database="airflow"
    )
    held = [
        table
        for (table,) in tables
        if rows(f"select from {table} t where t::text like '%{PERSON}%' limit 1", database="airflow")
    ]
    assert (len(tables) > 30, held) == (True, [])


def test_what_was_not_seen_cannot_be_accepted(blocked: Blocked, capsys: pytest.CaptureFixture[str]) -> None:
    assert blocked.ask_again(blocked.night) == "undecided"
    unseen = "held_equals_declared: 0 of 1"
    assert blocked.answer(blocked.night, "Approve", because=REASON, accepting=unseen) == "failed"
    assert "is not what is wrong now (held_equals_declared: 1 of " in capsys.readouterr().out
    assert blocked.is_blocked(blocked.night)


def test_without_an_answer_in_time_the_night_stays_blocked(
    blocked: Blocked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert blocked.ask_again(blocked.night) == "undecided"
    assert blocked.let_time_run_out(blocked.night) == "failed"
    said = f"QualityGateError: night {blocked.night}, inputs: nobody decided within 12:00:00"
    assert said in capsys.readouterr().out
    assert blocked.is_blocked(blocked.night)
    assert blocked.running.laptop.summary(blocked.night) == 1


def test_an_approved_night_is_worked_out_and_published_with_the_decision(blocked: Blocked) -> None:
    night, rows = blocked.night, blocked.running.rows
    assert blocked.ask_again(night) == "undecided"
    assert blocked.answer(night, "Approve", because=REASON) == "success"
    assert blocked.accepted() == [(night, 1, "inputs", "held_equals_declared", 1, REASON, LOGIN, "airflow")]
    assert rows("select night, accepted_reason from mart.night where is_latest") == [(night, REASON)]
    assert rows("select count(*) from recon.ledger_cell where night = %s", [night]) != [(0,)]
    events = rows("select extra from asset_event order by id desc limit 1", database="airflow")
    assert events == [({"night": str(night), "revision": 1},)]
