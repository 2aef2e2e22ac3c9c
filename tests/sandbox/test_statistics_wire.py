"""The national statistics' wire, both interfaces (CONTRACTS section 2)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from contract import LOCAL, check, contract
from support.sandbox_served import Served

CONTRACT = contract("national_statistics")
PREFIX = "/api/v1/reporting/evaluation/"
FEBRUARY = {"timeType": "month", "year": 2026, "month": 2, "rootDepartmentId": CONTRACT["root"], "pageSize": 200}


def evaluate(world: Served, report: str, **body: Any) -> Any:
    answer = world.post(PREFIX + report, json={**FEBRUARY, "currentPage": 1, **body})
    assert answer.status_code == 201
    check(answer.json(), CONTRACT["answer"])
    assert answer.json()["code"] == "OK"
    return answer.json()["data"]


@pytest.mark.parametrize("report", CONTRACT["reports"])
def test_evaluations_have_every_field(world_of_2026: Served, report: str):
    data = evaluate(world_of_2026, report, currentPage=0)
    check(data, CONTRACT["evaluation"])
    assert {unit["departmentType"] for unit in data["evaluation"]} == set(CONTRACT["department_types"])


def test_the_sync_rate_says_on_what_denominator_it_rests(world_of_2026: Served):
    data = evaluate(world_of_2026, "transparency", currentPage=0)
    metrics = [metric for unit in data["evaluation"] for metric in unit["metrics"] if metric["code"] == "DOSSIER_SYNC"]
    assert {metric["dataQualityStatus"] for metric in metrics} == set(CONTRACT["flags"])


def test_progress_is_a_tree(world_of_2026: Served):
    root = evaluate(world_of_2026, "dvc-progress-tree")[0]
    check(root, CONTRACT["progress"])
    assert root["departmentCode"] == "H37"
    assert root["totalReceived"] > 0
    children = next(value for value in root.values() if isinstance(value, list))
    assert len(children) > 60
    for child in children:
        check(child, CONTRACT["progress"])


@pytest.mark.parametrize("report", CONTRACT["trees"])
def test_every_tree_answers(world_of_2026: Served, report: str):
    assert evaluate(world_of_2026, report)[0]["departmentCode"] == "H37"


def test_a_period_that_has_not_ended_is_refused(world_of_2026: Served):
    for period in ({"month": 3}, {"timeType": "quarter", "quarter": 1}, {"timeType": "year"}):
        answer = world_of_2026.post(PREFIX + "transparency", json={**FEBRUARY, **period})
        wanted = {"a": 400, "b": 201}[world_of_2026.variant]
        assert (answer.status_code, answer.json()["code"] == "OK") == (wanted, False)


def test_pages_start_where_the_world_says(world_of_2026: Served):
    first, second = (
        [unit["departmentId"] for unit in evaluate(world_of_2026, "transparency", currentPage=page, pageSize=10)["evaluation"]]
        for page in (0, 1)
    )  # fmt: skip
    assert (first == second) == (world_of_2026.variant == "a")  # page 0 is page 1 where pages start at 1


def old(world: Served, **params: Any) -> list[dict[str, Any]]:
    told = {"type": "ref", "service": "report_by_month_sum_service", "p_nam": 2024, "p_thang": 3, **params}
    answer = world.post("/jsp/rest.jsp", data={"params": json.dumps(told)})
    assert answer.status_code == 200
    return answer.json()


def test_the_old_interface_answers_a_bare_list(world: Served):
    rows = old(world)
    check(rows, [CONTRACT["old_sums"]])
    assert rows[0]["DB_TOTAL"] > 0
    check(old(world, service="report_tinh_766_service"), [CONTRACT["old_score"]])
    assert old(world, p_thang=4) == [], "April has not ended"


def test_the_new_interface_is_not_there_before_2026(world: Served):
    assert world.post(PREFIX + "transparency", json=FEBRUARY).status_code == 404


def test_the_old_interface_is_gone_in_2026(world_of_2026: Served):
    assert world_of_2026.post("/jsp/rest.jsp", data={"params": "{}"}).status_code == 404


def test_a_month_has_ended_on_the_night_of_its_last_day(world: Served):
    world.set_clock(dt.datetime(2024, 5, 1, 1, tzinfo=LOCAL))
    assert old(world, p_thang=4)
