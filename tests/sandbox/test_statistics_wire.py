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


def all_units(world: Served, report: str) -> list[dict[str, Any]]:
    """The units of all pages."""
    first = evaluate(world, report, currentPage=0)
    pages = range(
        first["pagination"]["currentPage"], first["pagination"]["currentPage"] + first["pagination"]["totalPages"]
    )
    return [unit for page in pages for unit in evaluate(world, report, currentPage=page)["evaluation"]]


@pytest.mark.parametrize("report", CONTRACT["reports"])
def test_indicators_have_every_field(world_of_2026: Served, report: str):
    data = evaluate(world_of_2026, report)
    check(data, CONTRACT["indicators"])
    overview, units = data["overview"], all_units(world_of_2026, report)
    assert (overview["departmentId"], overview["departmentType"]) == (CONTRACT["root"], "PROVINCE")
    assert {unit["departmentType"] for unit in units} == set(CONTRACT["department_types"]), (
        "the province is not among them"
    )
    assert len({unit["departmentId"] for unit in units}) == len(units) == data["pagination"]["total"] > 60
    assert ("departmentCode" in overview) == (report == "dossier-digitized")


def test_the_sync_rate_says_on_what_denominator_it_rests(world_of_2026: Served):
    data = evaluate(world_of_2026, "transparency")
    assert [metric["code"] for metric in data["overview"]["metrics"]] == CONTRACT["transparency"]
    units = [data["overview"], *all_units(world_of_2026, "transparency")]
    metrics = [metric for unit in units for metric in unit["metrics"] if metric["code"] == "DOSSIER_SYNC"]
    assert {metric.get("dataQualityStatus") for metric in metrics} - {None} == set(CONTRACT["flags"])
    assert {metric["ratio"] for metric in metrics if not metric["denominator"]} == {None}, "nothing of nothing is not 0"


def test_progress_is_the_province_and_its_units(world_of_2026: Served):
    data = evaluate(world_of_2026, "dvc-progress-tree", pageSize=100)
    check(data, CONTRACT["progress"])
    parent, children = data["parent"], data["children"]
    assert (parent["departmentId"], parent["departmentCode"]) == (CONTRACT["root"], "H37")
    assert parent["totalReceived"] > 0
    assert "totalOverdue" not in parent
    assert not any("totalCompleted" in child for child in children)
    assert {child["departmentId"] for child in children} == {
        unit["departmentId"] for unit in all_units(world_of_2026, "transparency")
    }


@pytest.mark.parametrize("report", CONTRACT["trees"])
def test_every_tree_answers(world_of_2026: Served, report: str):
    data = evaluate(world_of_2026, report)
    assert data["parent"]["departmentCode"] == "H37"
    assert len(data["children"]) > 60


def test_a_month_that_has_not_ended_is_refused(world_of_2026: Served):
    for period in ({"month": 3}, {"timeType": "quarter", "quarter": 2}, {"timeType": "year", "year": 2027}):
        answer = world_of_2026.post(PREFIX + "transparency", json={**FEBRUARY, **period})
        wanted = {"a": 400, "b": 201}[world_of_2026.variant]
        assert (answer.status_code, answer.json()["code"] == "OK") == (wanted, False)
    for running in ({"timeType": "quarter", "quarter": 1}, {"timeType": "year"}):
        evaluate(world_of_2026, "transparency", **running)


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
    province = rows[0]
    assert float(province["DB_TOTAL"]) > 0
    assert isinstance(province["HTDH"], str) == (world.variant == "b")
    received = sum(float(province[f"HTN_{name}_TOTAL"]) for name in ("TRUCTIEP", "BUUCHINH", "TRUCTUYEN"))
    assert received == float(province["DB_TOTAL"])
    assert 99 < sum(float(province[f"HTN_{name}"]) for name in ("TRUCTIEP", "BUUCHINH", "TRUCTUYEN")) < 101, "rates"
    assert old(world, p_tinh_id="11358")[0]["ID"] == province["ID"] == "11358"
    assert old(world, p_tinh_id="H37") == [], "a province has a number here"
    check(old(world, service="report_tinh_766_service"), [CONTRACT["old_score"]])
    assert old(world, p_thang=4) == [], "April has not ended"


def test_the_new_interface_is_not_there_before_2026(world: Served):
    assert world.post(PREFIX + "transparency", json=FEBRUARY).status_code == 404


def test_the_old_interface_is_gone_in_2026(world_of_2026: Served):
    assert world_of_2026.post("/jsp/rest.jsp", data={"params": "{}"}).status_code == 404


def test_a_month_has_ended_on_the_night_of_its_last_day(world: Served):
    world.set_clock(dt.datetime(2024, 5, 1, 1, tzinfo=LOCAL))
    assert old(world, p_thang=4)
