"""The national statistics' wire, both interfaces (CONTRACTS section 2)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import requests
from contract import LOCAL, check, contract
from support.portal_servers import formalities_page
from support.sandbox_served import Served
from support.sandboxes import serve

CONTRACT = contract("national_statistics")
PREFIX = "/api/v1/reporting/evaluation/"
FEBRUARY = {"timeType": "month", "year": 2026, "month": 2, "rootDepartmentId": CONTRACT["root"], "pageSize": 200}


def evaluate(world: Served, report: str, **body: Any) -> Any:
    period = {"fromDate": "2026-02-01", "toDate": "2026-02-28"} if report == "handling-satisfaction" else {}
    answer = world.post(PREFIX + report, json={**FEBRUARY, **period, "currentPage": 1, **body})
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
    if report in CONTRACT:
        check(data, CONTRACT[report])
    assert data["parent"]["departmentCode"] == "H37"
    assert len(data["children"]) > 60


def test_the_portals_three_counts_of_received_disagree(world_of_2026: Served):
    received = evaluate(world_of_2026, "dvc-progress-tree")["parent"]["totalReceived"]
    channels = evaluate(world_of_2026, "provide-online-tree")["parent"]["channelTotalSum"]
    assert len({received, channels, sync_of(world_of_2026)["numerator"]}) == 3


def sync_of(world: Served, **body: Any) -> dict[str, Any]:
    metrics = evaluate(world, "transparency", **body)["overview"]["metrics"]
    return next(metric for metric in metrics if metric["code"] == "DOSSIER_SYNC")


@pytest.mark.parametrize("report", ["dossier-digitized", "handling-satisfaction"])
def test_metrics_and_nulls_are_those_of_the_captures(world_of_2026: Served, report: str):
    metrics = {metric["code"]: metric for metric in evaluate(world_of_2026, report)["overview"]["metrics"]}
    assert list(metrics)[: len(CONTRACT[report])] == CONTRACT[report]
    if report == "dossier-digitized":
        assert [one["maxScore"] for one in metrics.values()] == CONTRACT["dossier-digitized-maximum"]
        copy = metrics["ELECTRONIC_CERTIFIED_COPY"]
        assert (copy["numerator"], copy["denominator"], copy["ratio"]) == (None, None, 100)
    else:
        petitions = metrics["PETITION_PROCESSING_ON_TIME"]
        assert [petitions[name] for name in ("numerator", "denominator", "ratio", "score")] == [0, 0, 0, 6]
        assert len([one for one in metrics.values() if one["maxScore"] == 0]) == 2


def test_satisfaction_takes_days_and_the_others_take_none(world_of_2026: Served):
    bare = {key: value for key, value in FEBRUARY.items() if key == "rootDepartmentId"}
    days = {"fromDate": "2026-01-01", "toDate": "2026-03-31"}
    answered = [
        world_of_2026.post(PREFIX + report, json={**bare, **days}).json()["code"]
        for report in ("handling-satisfaction", "transparency")
    ]
    assert answered == ["OK", "INVALID_PERIOD"]


def formalities(world: Served) -> list[dict[str, Any]]:
    """The whole catalogue, page by page."""
    found, page, last = [], 1, 1
    while page <= last:
        answer = world.post("/api/v1/reporting/formalities", json={"currentPage": page, "pageSize": 10}).json()
        check(answer["data"], CONTRACT["formalities"])
        found += answer["data"]["items"]
        page, last = page + 1, answer["data"]["pagination"]["totalPages"]
    return found


def test_the_catalogue_has_the_ids_by_which_counts_are_filtered(world_of_2026: Served):
    found = formalities(world_of_2026)
    check(
        formalities_page({"pageSize": 10, "currentPage": 1}, {"1.001193": "Khai sinh"})["data"], CONTRACT["formalities"]
    )
    assert len({one["id"] for one in found}) == len(found) > 100
    one = world_of_2026.post("/api/v1/reporting/formalities", json={"q": found[0]["code"], "pageSize": 10}).json()
    assert found[0] in one["data"]["items"]


def test_a_filter_moves_what_was_received_and_what_the_world_filters_besides(world_of_2026: Served):
    ids = [one["id"] for one in formalities(world_of_2026)]
    if world_of_2026.variant == "b":
        ids = ids[:20]
    whole = received_of(world_of_2026)
    parts = {one: received_of(world_of_2026, formalityId=one) for one in ids}
    assert sum(parts.values()) == whole or (world_of_2026.variant == "b" and sum(parts.values()) < whole)
    busiest = max(parts, key=lambda one: parts[one])
    assert 0 < parts[busiest] < whole
    is_sync_filtered = world_of_2026.variant == "b"  # it is not in the captures; an answer may show otherwise
    assert (sync_of(world_of_2026, formalityId=busiest) != sync_of(world_of_2026)) == is_sync_filtered
    online, filtered = (evaluate(world_of_2026, "provide-online-tree", **body)["parent"]
                        for body in ({}, {"formalityId": busiest}))  # fmt: skip
    assert 0 < filtered["channelTotalSum"] < online["channelTotalSum"]
    assert filtered["onlineServiceTotal"] == online["onlineServiceTotal"], "procedures are not filtered by one"
    codes = [
        one["code"] for one in evaluate(world_of_2026, "dossier-digitized", formalityID=busiest)["overview"]["metrics"]
    ]
    assert codes == CONTRACT["dossier-digitized"][:-1]


def test_a_world_may_ignore_the_filter():
    with serve("a,statistics_filtered=channels", 300, dt.date(2026, 3, 10)) as served:
        body = {**FEBRUARY, "formalityId": "of nothing"}
        received, channels = (
            requests.post(f"{served.url}{PREFIX}{report}", json=body, timeout=30).json()["data"]["parent"][number]
            for report, number in (("dvc-progress-tree", "totalReceived"), ("provide-online-tree", "channelTotalSum"))
        )
    assert received > 0 == channels


def received_of(world: Served, **body: Any) -> int:
    return evaluate(world, "dvc-progress-tree", **body)["parent"]["totalReceived"]


def test_every_province_can_be_asked_for(world_of_2026: Served):
    listed = evaluate(world_of_2026, "service-results", rootDepartmentId=None)["evaluation"]
    assert len(listed) == len({one["departmentId"] for one in listed}) == 34
    other = next(one["departmentId"] for one in listed if one["departmentId"] != CONTRACT["root"])
    for report in (*CONTRACT["reports"], *CONTRACT["trees"]):
        data = evaluate(world_of_2026, report, rootDepartmentId=other)
        top = data.get("overview") or data["parent"]
        assert (top["departmentId"], top["totalScore"] > 0) == (other, True)


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


@pytest.mark.parametrize(("variant", "status"), [("a", 429), ("b", 403)])
def test_whoever_asks_too_fast_is_refused(variant: str, status: int):
    with serve(f"{variant},statistics_per_second=1", 50, dt.date(2026, 3, 10)) as served:
        asked = [requests.post(f"{served.url}{PREFIX}transparency", json=FEBRUARY, timeout=30) for _ in range(10)]
    assert asked[0].status_code == 201
    assert status in {answer.status_code for answer in asked}
