"""The portal's statistics in both APIs (CONTRACTS sections 2 and 8)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.model import ControlTotal, PublishedScore
from doisoat.months import Period
from doisoat.sources.contract import Limits
from doisoat.sources.national_statistics.source import NationalStatistics, StatisticsOptions
from support.servers import LOCAL, OLD_ID, ROOT, FakeReporting, FakeRestJsp, FakeSystem, Reply, captured, serving

NIGHT = dt.date(2026, 4, 17)
BOTH = [
    {"kind": "rest_jsp", "valid_to": "2026-01-01"},
    {"kind": "reporting_2026", "valid_from": "2026-01-01"},
]


@pytest.fixture
def reporting() -> Iterator[FakeReporting]:
    system = FakeReporting()
    with serving(system):
        yield system


@pytest.fixture
def rest_jsp() -> Iterator[FakeRestJsp]:
    system = FakeRestJsp()
    with serving(system):
        yield system


def _source(system: FakeSystem, **options: Any) -> NationalStatistics:
    given = {"apis": BOTH, "root_department_id": ROOT, "old_province_id": OLD_ID, "months_back": 2, **options}
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
    totals = [
        total for total in _totals(reporting, months_back=1) if total.agency_ref == "d7" and "SYNC" in total.measure
    ]
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
        agency_code="H37.7",  # of the tree, by departmentId
        agency_name="Đơn vị d7",
    )


def test_data_quality_flags_are_kept(reporting: FakeReporting) -> None:
    flags = {total.agency_ref: total.flags for total in _totals(reporting) if "SYNC" in total.measure}
    assert flags[ROOT] == ("TEMP_NATIONAL_REPORT_DENOMINATOR",)
    assert flags["d7"] == ()


def test_the_tree_declares_the_totals_of_each_unit(reporting: FakeReporting) -> None:
    totals = [
        total
        for total in _totals(reporting, months_back=1)
        if "SYNC" not in total.measure and not total.measure.startswith(("channel", "online"))
    ]
    stated = {ref: {t.measure: t.value for t in totals if t.agency_ref == ref} for ref in (ROOT, "d7")}
    assert stated == {
        ROOT: {"totalReceived": 8385, "totalOnTime": 8385, "totalCompleted": 1},
        "d7": {"totalReceived": 7, "totalOnTime": 7, "totalOverdue": 0},
    }


@pytest.mark.parametrize(("includes", "expected"), [(True, True), (False, False)])
def test_whether_a_parent_includes_its_children_is_found_in_the_numbers(
    reporting: FakeReporting, includes: bool, expected: bool
) -> None:
    reporting.parents_include_children = includes
    totals = _totals(reporting, months_back=1)
    parents = {total.measure: total.includes_children for total in totals if "H37" in (total.agency_code,)}
    assert parents["totalReceived"] is expected
    assert parents["totalCompleted"] is None, "units do not state it"
    sync = [total for total in totals if total.agency_ref == ROOT and total.measure.endswith("NUMERATOR")]
    assert [total.includes_children for total in sync] == [expected]
    assert {total.includes_children for total in totals if total.agency_ref == "d7"} == {None}


@pytest.mark.parametrize("first_page", [0, 1])
@pytest.mark.parametrize("refuses_page_zero", [False, True])
@pytest.mark.parametrize("says_total", [False, True])
@pytest.mark.parametrize("cap", [1000, 50])
def test_pages_may_count_from_zero_or_one(
    reporting: FakeReporting, first_page: int, refuses_page_zero: bool, says_total: bool, cap: int
) -> None:
    reporting.first_page, reporting.refuses_page_zero = first_page, refuses_page_zero and first_page == 1
    reporting.says_total, reporting.cap = says_total, cap
    departments = {total.agency_ref for total in _totals(reporting, months_back=1) if "SYNC" in total.measure}
    assert len(departments) == 131


def test_an_answer_that_says_it_is_whole_is_asked_for_once(reporting: FakeReporting) -> None:
    _totals(reporting, months_back=1)
    pages = [
        json.loads(request.body)["currentPage"] for request in reporting.requests if "transparency" in request.path
    ]
    assert pages == [1]


@pytest.mark.parametrize("says_total", [False, True])
def test_pages_without_an_end_are_a_changed_contract(reporting: FakeReporting, says_total: bool) -> None:
    reporting.says_total = says_total

    def endless(request: Any) -> Reply | None:
        if "transparency" not in request.path:
            return None
        page = json.loads(request.body)["currentPage"]
        units = [reporting._department(f"{page}/{number}", "x", 1) for number in range(100)]
        pages = {"total": 130} if says_total else None
        return Reply(
            {"code": "OK", "data": {**reporting._indicators(1), "evaluation": units, "pagination": pages}}, 201
        )

    reporting.instead = endless
    with pytest.raises(SourceChangedError, match="200 units of the 130" if says_total else "without an end"):
        _totals(reporting, months_back=1)
    assert len(reporting.requests) < 40


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


def test_the_province_is_read_where_the_captures_have_it(reporting: FakeReporting) -> None:
    """data.overview and data.parent are the province itself, data.evaluation and data.children its units."""
    reporting.instead = lambda request: (
        Reply(captured(request.path.rpartition("/")[2]), 201) if request.method == "POST" else None
    )
    totals = {(total.measure, total.agency_code): total.value for total in _totals(reporting, months_back=1)}
    assert totals == {
        ("totalReceived", "H37"): 700, ("totalOnTime", "H37"): 560, ("totalCompleted", "H37"): 600,
        ("channelOnlineSum", "H37"): 410, ("channelDirectSum", "H37"): 170, ("channelPostalSum", "H37"): 20,
        ("channelTotalSum", "H37"): 600, ("onlineDossierCount", "H37"): 410,
        ("totalReceived", "H37.07"): 300, ("totalOnTime", "H37.07"): 240, ("totalOverdue", "H37.07"): 60,
        ("totalReceived", "H37.100"): 400, ("totalOnTime", "H37.100"): 320, ("totalOverdue", "H37.100"): 80,
        ("DOSSIER_SYNC_NUMERATOR", "H37"): 650, ("DOSSIER_SYNC_DENOMINATOR", "H37"): 700,
        ("DOSSIER_SYNC_NUMERATOR", "H37.07"): 0, ("DOSSIER_SYNC_DENOMINATOR", "H37.07"): 0,
        ("DOSSIER_SYNC_NUMERATOR", "H37.100"): 380, ("DOSSIER_SYNC_DENOMINATOR", "H37.100"): 400,
        ("DOSSIER_SYNC_RATIO_PER_10000", "H37"): 928_600, ("DOSSIER_SYNC_SCORE_PER_10000", "H37"): 55_700,
        ("DOSSIER_SYNC_RATIO_PER_10000", "H37.07"): None, ("DOSSIER_SYNC_SCORE_PER_10000", "H37.07"): None,
        ("DOSSIER_SYNC_RATIO_PER_10000", "H37.100"): 950_000, ("DOSSIER_SYNC_SCORE_PER_10000", "H37.100"): 57_000,
    }  # fmt: skip
    assert "the largest is 700" in _source(reporting).probe()


def _renamed(content: Any, field: str) -> Any:
    """The content without a field, wherever it is: it has another name now."""
    if isinstance(content, dict):
        return {f"new_{key}" if key == field else key: _renamed(value, field) for key, value in content.items()}
    return [_renamed(one, field) for one in content] if isinstance(content, list) else content


@pytest.mark.parametrize("report", ["transparency", "dvc-progress-tree"])
@pytest.mark.parametrize(
    "content", [None, {}, [], {"evaluation": []}, {"items": [{"departmentId": "x"}]}, {"children": []}]
)
def test_data_of_neither_shape_are_a_changed_contract(reporting: FakeReporting, report: str, content: Any) -> None:
    reporting.always(Reply({"code": "OK", "data": content, "message": "OK"}, 201), on=report)
    with pytest.raises(SourceChangedError):
        _totals(reporting)


@pytest.mark.parametrize("field", ["overview", "evaluation", "metrics", "numerator", "denominator", "departmentId"])
def test_indicators_that_hold_none_of_what_was_asked_are_a_changed_contract(
    reporting: FakeReporting, field: str
) -> None:
    reporting.always(Reply(_renamed(captured("transparency"), field), 201), on="transparency")
    with pytest.raises(SourceChangedError):
        _totals(reporting)


@pytest.mark.parametrize("field", ["parent", "children", "totalReceived", "totalOnTime", "departmentId"])
def test_a_tree_that_holds_none_of_what_was_asked_is_a_changed_contract(reporting: FakeReporting, field: str) -> None:
    reporting.always(Reply(_renamed(captured("dvc-progress-tree"), field), 201), on="tree")
    with pytest.raises(SourceChangedError):
        _totals(reporting)


def test_no_department_at_all_is_a_changed_contract(reporting: FakeReporting) -> None:
    reporting.values = {}
    with pytest.raises(SourceChangedError, match="root_department_id"):
        _totals(reporting)


def test_fewer_units_than_are_declared_are_a_changed_contract(reporting: FakeReporting) -> None:
    reporting.instead = lambda request: (
        _with_total(Reply(captured("transparency"), 201), 3) if "transp" in request.path else None
    )
    with pytest.raises(SourceChangedError, match="2 units of the 3"):
        _totals(reporting)


def _with_total(reply: Reply, total: int) -> Reply:
    reply.body["data"]["pagination"] = {"total": total}
    return reply


def test_the_old_api_keeps_its_own_names(rest_jsp: FakeRestJsp) -> None:
    totals = _totals(rest_jsp, dt.date(2024, 4, 17), months_back=1)
    assert {(total.agency_code, total.measure): total.value for total in totals} == {
        ("H37", "HS_TOTAL"): 1007, ("H37.01", "HS_TOTAL"): 1003, ("H37.21", "HS_TOTAL"): 1004,
        ("H37", "DB_TOTAL"): 7, ("H37.01", "DB_TOTAL"): 3, ("H37.21", "DB_TOTAL"): 4,
        ("H37", "HTDH_TOTAL"): 6, ("H37.01", "HTDH_TOTAL"): 2, ("H37.21", "HTDH_TOTAL"): 3,
    }  # fmt: skip
    province = {total.measure: total.includes_children for total in totals if total.agency_code == "H37"}
    assert province == {"HS_TOTAL": False, "DB_TOTAL": True, "HTDH_TOTAL": None}
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


@pytest.mark.parametrize("value", ["nhiều", {"n": 1}, [1], "1a", 1e300, True, 71.53, "71.53", "1.234", -1, "12,34"])
def test_a_count_that_is_no_number_is_a_changed_contract(rest_jsp: FakeRestJsp, value: object) -> None:
    rest_jsp.always(Reply([{"MADONVI": "H37", "HS_TOTAL": value}]))
    with pytest.raises(SourceChangedError, match="HS_TOTAL"):
        _totals(rest_jsp, dt.date(2024, 4, 17))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("18020.0", 18020), ("1,234", 1234), ("0", 0), (12, 12), (12.0, 12), (" 7 ", 7), ("", None), (None, None)],
)
def test_a_count_may_be_written_as_a_text(rest_jsp: FakeRestJsp, value: object, expected: int | None) -> None:
    rest_jsp.always(Reply([{"MADONVI": "H37", "HS_TOTAL": value}]))
    assert [total.value for total in _totals(rest_jsp, dt.date(2024, 4, 17), months_back=1)] == [expected]


def test_a_ratio_is_kept_as_it_is_stated(rest_jsp: FakeRestJsp) -> None:
    rest_jsp.always(
        Reply(
            [
                {"MADONVI": "H37", "DB_TOTAL": 7, "TILE_DB": 97.35},
                {"MADONVI": "H37.01", "DB_TOTAL": 3, "TILE_DB": "97.66"},
                {"MADONVI": "H37.02", "DB_TOTAL": 3, "TILE_DB": "97,35"},  # a comma could be anything
            ]
        )
    )
    totals = [total for total in _totals(rest_jsp, dt.date(2024, 4, 17), months_back=1) if "TILE" in total.measure]
    assert [(total.agency_code, total.measure, total.value) for total in totals] == [
        ("H37", "TILE_DB_PER_10000", 973_500),
        ("H37.01", "TILE_DB_PER_10000", 976_600),
    ]


@pytest.mark.parametrize("as_text", [False, True])
def test_of_the_old_apis_pairs_the_bare_name_is_a_rate(rest_jsp: FakeRestJsp, as_text: bool) -> None:
    numbers = {
        "HS_TOTAL": 18451, "DB_TOTAL": 18020, "TILE_DB": 97.66, "HTN_TRUCTUYEN": 71.53, "HTN_TRUCTUYEN_TOTAL": 13198,
        "HTN_TRUCTIEP": 28.4, "HTN_TRUCTIEP_TOTAL": 5240, "HTDH": 97.25, "HTDH_TOTAL": 17000, "TILE": 96,
    }  # fmt: skip
    row = (
        {key: f"{value}.0" if isinstance(value, int) else str(value) for key, value in numbers.items()}
        if as_text
        else numbers
    )
    rest_jsp.always(Reply([{"MA_COQUAN": "H37", "TEN": "UBND tỉnh Lạng Sơn", **row}]))
    totals = _totals(rest_jsp, dt.date(2024, 4, 17), months_back=1)
    assert {total.measure: total.value for total in totals} == {
        "HS_TOTAL": 18451, "DB_TOTAL": 18020, "HTN_TRUCTUYEN_TOTAL": 13198, "HTN_TRUCTIEP_TOTAL": 5240, "HTDH_TOTAL": 17000,
        "TILE_DB_PER_10000": 976_600,
    }  # fmt: skip
    assert {(total.agency_code, total.agency_name) for total in totals} == {("H37", "UBND tỉnh Lạng Sơn")}


@pytest.mark.parametrize(
    "rows",
    [
        [{"MADONVI": "H37", "HTN_TRUCTUYEN": 71.53, "TILE": 97}],  # rates, and no count
        [{"HS_TOTAL": 5}, {"HS_TOTAL": 3}],  # nobody's: not the province's
        [],
    ],
)
def test_old_answers_that_hold_none_of_what_was_asked_are_a_changed_contract(rest_jsp: FakeRestJsp, rows: list) -> None:
    rest_jsp.always(Reply(rows))
    with pytest.raises(SourceChangedError):
        _totals(rest_jsp, dt.date(2024, 4, 17))


def test_old_pages_without_an_end_are_a_changed_contract(rest_jsp: FakeRestJsp) -> None:
    rest_jsp.instead = lambda request: Reply(
        [{"MA_COQUAN": f"H37.{len(rest_jsp.requests)}.{number}", "HS_TOTAL": 1} for number in range(200)]
    )
    with pytest.raises(SourceChangedError, match="without an end"):
        _totals(rest_jsp, dt.date(2024, 4, 17))
    assert len(rest_jsp.requests) < 20


def test_the_api_is_chosen_by_the_night(reporting: FakeReporting, rest_jsp: FakeRestJsp) -> None:
    assert "DB_TOTAL" in {total.measure for total in _totals(rest_jsp, dt.date(2025, 12, 31))}
    assert "DOSSIER_SYNC_NUMERATOR" in {total.measure for total in _totals(reporting, dt.date(2026, 1, 1))}


def test_a_night_that_no_api_covers_is_a_matter_of_configuration(rest_jsp: FakeRestJsp) -> None:
    with pytest.raises(ConfigurationError, match="2026-02-01"):
        _totals(rest_jsp, dt.date(2026, 2, 1), apis=[BOTH[0]])


def _scores(system: FakeSystem, night: dt.date = NIGHT, **options: Any) -> list[PublishedScore]:
    source = _source(system, **options)
    list(source.control_totals(night))
    return list(source.published_scores(night))


@pytest.fixture
def as_captured(reporting: FakeReporting) -> FakeReporting:
    """Every report as the captures have it, whatever period is asked for."""
    reporting.instead = lambda request: (
        Reply(captured(request.path.rpartition("/")[2]), 201) if request.method == "POST" else None
    )
    return reporting


def test_the_six_groups_are_read_of_months_quarters_and_years_each_once(reporting: FakeReporting) -> None:
    scores = _scores(reporting)
    periods = {(score.period_kind, score.period_start.isoformat()) for score in scores}
    assert periods == {
        ("month", "2026-02-01"), ("month", "2026-03-01"), ("quarter", "2026-01-01"), ("quarter", "2026-04-01"),
        ("year", "2026-01-01"),
    }  # fmt: skip
    groups = {score.score_group for score in scores if score.period_kind == "year"}
    assert groups == {
        "dvc-progress-tree", "transparency", "provide-online-tree", "formality-online-payment-tree", "dossier-digitized",
        "handling-satisfaction",
    }  # fmt: skip
    asked = [(request.path, request.body) for request in reporting.requests if request.method == "POST"]
    assert len(set(asked)) == len(asked), "what the counts were read from is not asked for again"
    searched = [path for path, body in asked if json.loads(body)["currentPage"] != 1]
    assert len(searched) == 6, "pages 2 and 0 of three trees, once: what came whole for one period does for the next"


def test_a_score_is_kept_as_it_is_published(as_captured: FakeReporting) -> None:
    scores = {
        (score.score_group, score.metric, score.agency_code): score
        for score in _scores(as_captured, months_back=1)
        if score.period_kind == "month"
    }
    sync = scores["transparency", "DOSSIER_SYNC", "H37"]
    assert (sync.numerator, sync.denominator, sync.ratio, sync.score, sync.max_score) == (650, 700, 92.86, 5.57, 6)
    assert (sync.flags, sync.message) == (("TEMP_NATIONAL_REPORT_DENOMINATOR",), "Mẫu số tạm.")
    none = scores["transparency", "DOSSIER_SYNC", "H37.07"]
    assert (none.numerator, none.denominator, none.ratio, none.score) == (0, 0, None, None), "null is not 0"
    copy = scores["dossier-digitized", "ELECTRONIC_CERTIFIED_COPY", "H37.100"]
    assert (copy.numerator, copy.denominator, copy.ratio, copy.score) == (None, None, 100, 2)
    progress = scores["dvc-progress-tree", "", "H37"]
    assert (progress.ratio, progress.score, progress.max_score) == (80, 16, 20)
    assert progress.numbers["totalReceived"] == 700
    assert "totalOverdue" not in progress.numbers, "what is not stated is not null"
    assert scores["dvc-progress-tree", "", "H37.07"].score == 16, "units call it score"
    assert scores["provide-online-tree", "", "H37"].numbers["channelTotalSum"] == 600
    assert scores["provide-online-tree", "", "H37.07"].numbers == {}


@pytest.mark.parametrize("report", ["provide-online-tree", "dossier-digitized", "handling-satisfaction"])
@pytest.mark.parametrize(
    "reply", [Reply({"code": "OK", "data": {"items": []}}, 201), Reply({}, 404)], ids=["changed", "gone"]
)
def test_a_report_that_scores_alone_are_read_from_costs_itself_alone(
    reporting: FakeReporting, report: str, reply: Reply
) -> None:
    reporting.always(reply, on=report)
    source = _source(reporting)
    assert any(total.measure == "totalReceived" for total in source.control_totals(NIGHT))
    groups = {score.score_group for score in source.published_scores(NIGHT)}
    assert len(groups) == 5
    assert report not in groups
    assert all(said.startswith(f"{report} of 2026") for said in source.left_out)
    assert source.left_out


def test_the_newest_month_may_still_be_computed_without_anything_missing(reporting: FakeReporting) -> None:
    reporting.refused_months = {3}
    source = _source(reporting)
    list(source.control_totals(NIGHT))
    starts = {score.period_start for score in source.published_scores(NIGHT) if score.period_kind == "month"}
    assert (starts, source.left_out) == ({dt.date(2026, 2, 1)}, [])


def test_a_refusal_of_everything_ends_the_pull_among_the_scores_too(reporting: FakeReporting) -> None:
    source = _source(reporting)
    list(source.control_totals(NIGHT))
    reporting.always(Reply({}, 403), on="satisfaction")
    with pytest.raises(SourceRejectedError):
        list(source.published_scores(NIGHT))
    reporting.always(Reply({}, 429), on="satisfaction")
    with pytest.raises(SourceUnavailableError):
        list(source.published_scores(NIGHT))


def test_another_province_is_read_from_one_request_a_group(as_captured: FakeReporting) -> None:
    month = Period("month", dt.date(2026, 3, 1))
    scores = list(_source(as_captured).province_scores("another", [month], NIGHT))
    assert len(as_captured.requests) == 6
    assert {json.loads(request.body)["rootDepartmentId"] for request in as_captured.requests} == {"another"}
    assert {score.agency_ref for score in scores} == {ROOT}, "of its units nothing"
    assert len([score for score in scores if not score.metric]) == 6


def test_the_old_api_publishes_no_scores(rest_jsp: FakeRestJsp) -> None:
    assert _scores(rest_jsp, dt.date(2024, 4, 17)) == []
    with pytest.raises(ConfigurationError, match="publishes no province"):
        list(_source(rest_jsp).province_scores("x", [], dt.date(2024, 4, 17)))
