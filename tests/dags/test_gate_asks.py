"""Whether the gate asks a person; tests/airflow/test_gate.py asks one for real."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.standard.operators.hitl import HITLOperator
from doisoat.errors import QualityGateError
from orchestration import gate

NIGHT = dt.date(2024, 4, 19)
ACCEPTABLE = "held_equals_declared: 1 of 2"


class Asked(Exception):
    """The question has been put to the page."""


def blocked_with(acceptable: str | None) -> QualityGateError:
    error = QualityGateError("critical checks failed")
    error.acceptable = acceptable
    return error


def run(monkeypatch: pytest.MonkeyPatch, *, hours: float, blocked: QualityGateError | None) -> Any:
    """What comes of the task where a person is waited for so long, and the checks end like this."""

    def check_night(*args: Any, **kwargs: Any) -> None:
        if blocked:
            raise blocked

    def ask(self: HITLOperator, context: Any) -> None:
        raise Asked(self.params["accepting"])

    monkeypatch.setattr(gate, "APPROVAL_TIME", dt.timedelta(hours=hours))
    monkeypatch.setattr(gate, "steps", lambda: SimpleNamespace(check_night=check_night))
    monkeypatch.setattr(gate, "site", lambda dag_id: None)
    monkeypatch.setattr(HITLOperator, "execute", ask)
    task = gate.Gate(task_id="check_inputs", night=NIGHT, stage="inputs")
    return task.execute({"dag_run": SimpleNamespace(run_id="r", dag_id="nightly_reconciliation")})  # type: ignore[typeddict-item]


def test_a_good_night_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, hours=12, blocked=None) == NIGHT


def test_a_blocked_night_asks_where_somebody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Asked, match=ACCEPTABLE):
        run(monkeypatch, hours=12, blocked=blocked_with(ACCEPTABLE))


@pytest.mark.parametrize(("hours", "acceptable"), [(0, ACCEPTABLE), (12, None), (0, None)])
def test_where_nobody_is_to_be_asked_or_nothing_can_be_accepted_the_night_fails_at_once(
    monkeypatch: pytest.MonkeyPatch, hours: float, acceptable: str | None
) -> None:
    with pytest.raises(QualityGateError, match="critical checks failed"):
        run(monkeypatch, hours=hours, blocked=blocked_with(acceptable))
