"""The portal's statistics in both APIs (CONTRACTS sections 2 and 8)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.model import ControlTotal
from doisoat.sources.contract import Limits
from doisoat.sources.national_statistics.source import NationalStatistics, StatisticsOptions
from support.servers import LOCAL, ROOT, FakeReporting, FakeRestJsp, FakeSystem, Reply, serving

NIGHT = dt.date(2026, 4, 17)
BOTH = [
    {"kind": "rest_jsp", "valid_to": "2026-01-01"},
    {"kind": "reporting_2026", "valid_from": "2026-01-01"},
]


@pytest.fixture
def reporting() -> Iterator[FakeReporting]:
    system = FakeReporting()
    with serving(system) as port:
        system.port = port
        yield system


@pytest.fixture
def rest_jsp() -> Iterator[FakeRestJsp]:
    system = FakeRestJsp()
    with serving(system) as port:
        system.port = port
        yield system


def _source(system: FakeSystem, **options: Any) -> NationalStatistics:
    given = {"apis": BOTH, "root_department_id": ROOT, "old_province_id": "H37", "months_back": 2, **options}
    return NationalStatistics(
        "national_statistics",
        options=StatisticsOptions.model_validate(given),
        limits=Limits(page_size=200),
        connection=Connection("national_statistics", scheme="http", host="127.0.0.1", port=system.port),
        timezone=LOCAL,
    )


def _totals(system: FakeSystem, night: dt.date = NIGHT, **options: Any) -> list[ControlTotal]:
    return list(_source(system, **options).control_totals(night))


def _months(totals: list[ControlTotal]) -> list[str]:
    return sorted({f"{total.receipt_month:%Y-%m}" for total in totals})


def test_a_department_declares_its_sync_rate_as_two_counts_with_ratio_and_score(reporting: FakeReporting) -> None:
    totals = [total for total in _totals(reporting, months_back=1) if total.agency_ref == "d7"]
    assert [(total.measure, total.value) for total in totals] == [
        ("DOSSIER_SYNC_NUMERATOR", 7),
        ("DOSSIER_SYNC_DENOMINATOR", 10),
        ("DOSSIER_SYNC_RATIO_PER_10000", 10_000),
        ("DOSSIER_SYNC_SCORE_PER_10000", 60_000),
    ]
    assert totals[0] == ControlTotal(
        measure="DOSSIER_SYNC_NUMERATOR",
        value=7,
        measured_at=reporting.now,
        receipt_month=dt.date(2026, 3, 1),
        period_kind="month",
        agency_ref="d7",
        agency_name="Đơn vị d7",
    )


def test_data_quality_flags_are_kept(reporting: FakeReporting) -> None:
    flags = {total.agency_ref: total.flags for total in _totals(reporting) if "SYNC" in total.measure}
    assert flags[ROOT] == ("TEMP_NATIONAL_REPORT_DENOMINATOR",)
    assert flags["d7"] == ()


def test_the_tree_declares_the_totals_of_each_unit(reporting: FakeReporting) -> None:
    totals = [total for total in _totals(reporting, months_back=1) if total.agency_code == "d7"]
    assert {total.measure: total.value for total in totals} == {
        "totalReceived": 7, "totalOnTime": 7, "totalOverdue": 0, "totalCompleted": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("includes", "expected"), [(True, True), (False, False)])
def test_whether_a_parent_includes_its_children_is_found_in_the_numbers(
    reporting: FakeReporting, includes: bool, expected: bool
) -> None:
    reporting.parents_include_children = includes
    totals = _totals(reporting, months_back=1)
    parents = {total.measure: total.includes_children for total in totals if "H37" in (total.agency_code,)}
    assert parents["totalReceived"] is expected
    assert parents["totalOverdue"] is None, "nothing but zeros cannot tell"
    sync = [total for total in totals if total.agency_ref == ROOT and total.measure.endswith("NUMERATOR")]
    assert [total.includes_children for total in sync] == [expected]
    assert {total.includes_children for total in totals if total.agency_ref == "d7"} == {None}


@pytest.mark.parametrize("first_page", [0, 1])
@pytest.mark.parametrize("refuses_page_zero", [False, True])
def test_pages_may_count_from_zero_or_one(reporting: FakeReporting, first_page: int, refuses_page_zero: bool) -> None:
    reporting.first_page, reporting.refuses_page_zero = first_page, refuses_page_zero and first_page == 1
    reporting.answer = _capped(reporting, first_page)  # type: ignore[method-assign]
    departments = {total.agency_ref for total in _totals(reporting, months_back=1) if "SYNC" in total.measure}
    assert len(departments) == 131


def _capped(system: FakeReporting, first_page: int) -> Any:
    """130 departments and the province on pages of exactly the asked size."""
    answer = type(system).answer

    def capped(request: Any) -> Reply:
        reply = answer(system, request)
        if request.method == "POST" and "transparency" in request.path and reply.status == 201:
            asked = json.loads(request.body)
            page = max(asked["currentPage"] - first_page, 0)
            size = asked["pageSize"]
            reply.body["data"]["evaluation"] = system._departments()[page * size : (page + 1) * size]
        return reply

    return capped


def test_only_months_that_have_ended_are_asked(reporting: FakeReporting) -> None:
    assert _months(_totals(reporting)) == ["2026-02", "2026-03"]
    assert _months(_totals(reporting, dt.date(2026, 4, 30))) == ["2026-03", "2026-04"], "ended on its last day's night"
    assert _months(_totals(reporting, dt.date(2026, 1, 31))) == ["2025-12", "2026-01"]


def test_a_newest_month_that_is_still_refused_is_left_out(reporting: FakeReporting) -> None:
    reporting.refused_months = {3}
    assert _months(_totals(reporting)) == ["2026-02"]
    reporting.refused_months = {2, 3}
    with pytest.raises(SourceRejectedError):
        _totals(reporting)


def test_a_code_other_than_ok_is_a_refusal(reporting: FakeReporting) -> None:
    reporting.always(Reply({"code": "INTERNAL_ERROR", "data": None, "message": "x"}, 201))
    with pytest.raises(SourceRejectedError, match="INTERNAL_ERROR"):
        _totals(reporting)


@pytest.mark.parametrize(("status", "expected"), [(429, SourceUnavailableError), (403, SourceRejectedError)])
def test_a_refusal_ends_the_pull_at_once(reporting: FakeReporting, status: int, expected: type[Exception]) -> None:
    reporting.fail(None, None, Reply({}, status, {"Retry-After": "1"}))
    with pytest.raises(expected):
        _totals(reporting)
    assert len(reporting.requests) == 3


@pytest.mark.parametrize("wrap", [lambda tree: {"tree": tree}, lambda tree: {"items": tree}, lambda tree: tree[0]])
def test_the_tree_may_come_in_several_wrappings(reporting: FakeReporting, wrap: Any) -> None:
    tree = {"code": "OK", "data": wrap(reporting._tree())}
    reporting.instead = lambda request: Reply(tree, 201) if "tree" in request.path else None
    assert {total.agency_code for total in _totals(reporting)} >= {"H37", "d0", "d129"}


def test_no_department_at_all_is_a_changed_contract(reporting: FakeReporting) -> None:
    reporting.always(Reply({"code": "OK", "data": {"evaluation": []}}, 201))
    with pytest.raises(SourceChangedError, match="root_department_id"):
        _totals(reporting)


def test_the_old_api_keeps_its_own_names(rest_jsp: FakeRestJsp) -> None:
    totals = _totals(rest_jsp, dt.date(2024, 4, 17), months_back=1)
    assert {(total.agency_code, total.measure): total.value for total in totals} == {
        ("H37", "HS_TOTAL"): 1007, ("H37.01", "HS_TOTAL"): 1003, ("H37.21", "HS_TOTAL"): 1004,
        ("H37", "DB_TOTAL"): 7, ("H37.01", "DB_TOTAL"): 3, ("H37.21", "DB_TOTAL"): 4,
    }  # fmt: skip
    province = {total.measure: total.includes_children for total in totals if total.agency_code == "H37"}
    assert province == {"HS_TOTAL": False, "DB_TOTAL": True}
    assert {total.agency_name for total in totals} == {"Đơn vị H37", "Đơn vị H37.01", "Đơn vị H37.21"}
    assert _months(totals) == ["2024-03"]


def test_the_old_api_is_asked_for_one_month_of_the_province(rest_jsp: FakeRestJsp) -> None:
    _totals(rest_jsp, dt.date(2024, 1, 15))
    asked = [json.loads(dict([pair.split("=", 1)])["params"]) for pair in map(_unquoted, rest_jsp.requests)]
    assert [(one["service"], one["p_nam"], one["p_thang"]) for one in asked] == [
        ("report_by_month_sum_service", 2023, 11),
        ("report_by_month_sum_service", 2023, 12),
    ]


def _unquoted(request: Any) -> str:
    from urllib.parse import unquote_plus

    return unquote_plus(request.body.decode())


@pytest.mark.parametrize("value", ["nhiều", {"n": 1}, [1], True and "1a", 1e300])
def test_a_count_that_is_no_number_is_a_changed_contract(rest_jsp: FakeRestJsp, value: object) -> None:
    rest_jsp.always(Reply([{"MADONVI": "H37", "HS_TOTAL": value}]))
    with pytest.raises(SourceChangedError, match="HS_TOTAL"):
        _totals(rest_jsp, dt.date(2024, 4, 17))


@pytest.mark.parametrize(
    ("value", "expected"), [("1.234", 1234), ("1,234", 1234), (12, 12), (12.0, 12), ("", None), (None, None)]
)
def test_a_count_may_be_written_as_a_text(rest_jsp: FakeRestJsp, value: object, expected: int | None) -> None:
    rest_jsp.always(Reply([{"MADONVI": "H37", "HS_TOTAL": value}]))
    assert [total.value for total in _totals(rest_jsp, dt.date(2024, 4, 17), months_back=1)] == [expected]


def test_a_ratio_is_kept_as_it_is_stated(rest_jsp: FakeRestJsp) -> None:
    rest_jsp.always(
        Reply(
            [
                {"MADONVI": "H37", "DB_TOTAL": 7, "TILE_DB": 97.35},
                {"MADONVI": "H37.01", "DB_TOTAL": 3, "TILE_DB": "97,35"},
            ]
        )
    )
    totals = [total for total in _totals(rest_jsp, dt.date(2024, 4, 17), months_back=1) if "TILE" in total.measure]
    assert [(total.agency_code, total.measure, total.value) for total in totals] == [
        ("H37", "TILE_DB_PER_10000", 973_500)
    ]


def test_the_api_is_chosen_by_the_night(reporting: FakeReporting, rest_jsp: FakeRestJsp) -> None:
    assert {total.measure for total in _totals(rest_jsp, dt.date(2025, 12, 31))} == {"HS_TOTAL", "DB_TOTAL"}
    assert "DOSSIER_SYNC_NUMERATOR" in {total.measure for total in _totals(reporting, dt.date(2026, 1, 1))}


def test_a_night_that_no_api_covers_is_a_matter_of_configuration(rest_jsp: FakeRestJsp) -> None:
    with pytest.raises(ConfigurationError, match="2026-02-01"):
        _totals(rest_jsp, dt.date(2026, 2, 1), apis=[BOTH[0]])
