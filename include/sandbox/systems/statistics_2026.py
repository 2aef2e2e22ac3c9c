"""The 2026 statistics API, simulated: POST /api/v1/reporting/... (CONTRACTS section 2).

Seven reports answer 201 {code, data, message}, in one of two shapes: {overview, evaluation[], monthlyChart, pagination, source}
or {parent, children[], monthlyChart}. A month can be requested only after it has ended, the current quarter and year too;
`handling-satisfaction` takes fromDate and toDate. Any of the 34 provinces can be asked for: ours is counted from the world, the
others are plain numbers (statistics_provinces.py); `service-results` without one lists them all. `formalityId` (`formalityID` for
digitisation) filters the counts that the world's variant names (`statistics_filtered`), never a count of procedures.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from functools import cache
from typing import Any, Protocol

from sandbox.http.wire import Answer, Request, json_answer
from sandbox.systems.portal import Count
from sandbox.systems.statistics_period import Period, Refused, dated_period, new_period
from sandbox.systems.statistics_provinces import provinces
from sandbox.systems.statistics_words import METRICS, TREES, Metric
from sandbox.world.moments import local_date, moment
from sandbox.world.reference import PROVINCE_CODE, Agency
from sandbox.world.world import World

PREFIX = "/api/v1/reporting/evaluation/"
PAGE_CAP = 200
_TYPES = {
    "province": "PROVINCE",
    "department": "PROVINCIAL_DEPARTMENT",
    "commune": "COMMUNE_PEOPLE_COMMITTEE",
}
_PROVISIONAL_DAYS = 20
#: Neither is moved by a filter; a metric about the procedures themselves is not stated for one.
_UNFILTERED = {"fee_procedures", "procedures_paid"}
#: What a variant calls the counts of a report that it filters.
_FILTERED_AS = {
    "dvc-progress-tree": "progress",
    "provide-online-tree": "channels",
    "formality-online-payment-tree": "payment",
    "transparency": "sync",
    "dossier-digitized": "digitised",
}
_OF_PROCEDURES = "CITIZEN_DATA_CONNECTED_FORMALITY"
_ROOTS = {province.root: province for province in provinces()}


class Counted(Protocol):
    """A province as these reports see it."""

    @property
    def province(self) -> Agency: ...
    def units(self, period: Period) -> list[Agency]:
        """Every unit at the end of a period, all levels in one list and the province not among them."""

    def count(self, agency: Agency, period: Period) -> Count:
        """What is counted for a unit, or the province."""


class OurProvince:
    """The world's own province.

    Args:
        stated: what the portal counts for a unit (by its id) over months.
    """

    def __init__(self, world: World, stated: Callable[[str, list[dt.date]], Count]) -> None:
        self._world, self._stated = world, stated
        self.province = next(agency for agency in world.agencies if agency.agency_id == PROVINCE_CODE)

    def units(self, period: Period) -> list[Agency]:
        last_day, levels = (period.end - dt.timedelta(days=1)).isoformat(), set(_TYPES) - {"province"}
        return [agency for agency in self._world.agencies if agency.level in levels and agency.is_valid_on(last_day)]

    def count(self, agency: Agency, period: Period) -> Count:
        return self._stated(agency.agency_id, period.months)


class Reports:
    """The reports over one world.

    Args:
        ours: the world's own province, counted now; of one procedure, if its family is given.
    """

    def __init__(self, world: World, ours: Callable[[float, str | None], Counted]) -> None:
        self._variant, self._ours = world.variant, ours
        self._formalities = {formality_id(one.code): one.code for one in world.procedures}

    def evaluate(self, request: Request, now: float) -> Answer:
        """POST /api/v1/reporting/evaluation/{report}."""
        report, body, today = request.path.removeprefix(PREFIX), request.json(), local_date(int(now))
        if now < moment(dt.date(2026, 1, 1)) or report not in {**METRICS, **TREES}:
            return json_answer({"code": "NOT_FOUND", "data": None, "message": "Không tìm thấy dịch vụ"}, 404)
        try:
            period = (dated_period if report == "handling-satisfaction" else new_period)(body, today)
            if report == "service-results" and not body.get("rootDepartmentId"):
                return _ok(self._every_province(report, period, now))
            whole, part = self._asked(report, body, now)
        except Refused as refused:
            status = 400 if self._variant.unended_period == "http" else 201
            return json_answer({"code": "INVALID_PERIOD", "data": None, "message": str(refused)}, status)
        count = _filtered(whole, part, period, report, self._variant.statistics_filtered)
        if report in TREES:
            return _ok(_branches(whole, count, report, period))
        return _ok(self._evaluation(whole, count, report, period, body, today, part is not whole))

    def _asked(self, report: str, body: dict[str, Any], now: float) -> tuple[Counted, Counted]:
        """The province asked for, as a whole and of the procedure asked for."""
        province = _ROOTS.get(str(body.get("rootDepartmentId")))
        if province is None:
            raise Refused("Không tìm thấy đơn vị")
        if province.code != PROVINCE_CODE:
            return province, province
        whole = self._ours(now, None)
        asked = body.get("formalityID" if report == "dossier-digitized" else "formalityId")
        if not asked or report == "handling-satisfaction":
            return whole, whole
        return whole, self._ours(now, self._formalities.get(str(asked), "none"))

    def _every_province(self, report: str, period: Period, now: float) -> dict[str, Any]:
        """Every province as a node of shape A; the first of them is the overview."""
        counted: list[Counted] = [
            self._ours(now, None) if one.code == PROVINCE_CODE else one for one in _ROOTS.values()
        ]
        nodes = [_unit(one.province, one.count(one.province, period), report, False, False) for one in counted]
        pages = {"total": len(nodes), "currentPage": 1, "pageSize": PAGE_CAP, "totalPages": 1}
        numbered = [{"stt": place, **node} for place, node in enumerate(nodes, 1)]
        return {"overview": numbered[0], "monthlyChart": [], "evaluation": numbered, "pagination": pages, "source": "x"}

    def _evaluation(
        self,
        whole: Counted,
        count: Callable[[Agency], Count],
        report: str,
        period: Period,
        body: dict[str, Any],
        today: dt.date,
        is_filtered: bool,
    ) -> dict[str, Any]:
        """Shape A."""
        units = whole.units(period)
        size = min(max(int(body.get("pageSize") or PAGE_CAP), 1), self._variant.statistics_page_cap)
        first = self._variant.statistics_first_page
        page = max(int(body.get("currentPage") or 0), first) - first
        shown = units[page * size : (page + 1) * size]
        is_provisional = (today - period.end).days < _PROVISIONAL_DAYS
        top, *nodes = (_unit(one, count(one), report, is_provisional, is_filtered) for one in (whole.province, *shown))
        return {
            "overview": {"stt": 1, **top, "averageScore": top["totalScore"]},
            "monthlyChart": [],
            "evaluation": [{"stt": page * size + place, **node} for place, node in enumerate(nodes, 1)],
            "pagination": {
                "total": len(units), "currentPage": page + first, "pageSize": size, "totalPages": -(-len(units) // size),
            },
            "source": f"reporting_766_{report}",
        }  # fmt: skip


def formality_id(family: str) -> str:
    """The portal's own id of a procedure."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"formality {family}"))


def _ok(data: dict[str, Any]) -> Answer:
    return json_answer({"code": "OK", "data": data, "message": "OK"}, 201)


def _filtered(
    whole: Counted, part: Counted, period: Period, report: str, filtered: Collection[str]
) -> Callable[[Agency], Count]:
    """What is counted of a unit: of one procedure, but for what the portal filters by none."""
    is_filtered = _FILTERED_AS.get(report) in filtered

    def count(agency: Agency) -> Count:
        counted = (part if is_filtered else whole).count(agency, period)
        if is_filtered and part is not whole and report != "dvc-progress-tree":
            counted.unfiltered = whole.count(agency, period)
        return counted

    return count


def _unit(agency: Agency, count: Count, report: str, is_provisional: bool, is_filtered: bool) -> dict[str, Any]:
    stated = [one for one in METRICS[report] if not (is_filtered and one.code == _OF_PROCEDURES)]
    metrics = [_metric(metric, count, is_provisional, report == "handling-satisfaction") for metric in stated]
    score, most = sum(metric["score"] or 0 for metric in metrics), sum(metric["maxScore"] for metric in metrics)
    return {
        "departmentId": department_id(agency.agency_id),
        "departmentName": agency.name,
        **({"departmentCode": agency.code} if report == "dossier-digitized" else {}),
        "departmentType": _TYPES[agency.level],
        "departmentLevel": "COMMUNE" if agency.level == "commune" else "PROVINCE",
        "agencyLevel": "level_1" if agency.level == "province" else "level_2",
        "totalScore": round(score, 2),
        "totalMaxScore": most,
        "ratio": round(100 * score / most, 2),
        "scoreDelta": None,
        "metrics": metrics,
    }


def _branches(whole: Counted, count: Callable[[Agency], Count], report: str, period: Period) -> dict[str, Any]:
    """Shape B: it says nothing of pages, and shows every unit whatever page is requested."""
    of_province, of_units = TREES[report]
    children = [
        {
            **_node(agency, count(agency), report, of_units),
            "level": "COMMUNE" if agency.level == "commune" else "PROVINCE",
        }
        for agency in whole.units(period)
    ]
    if report == "dvc-progress-tree":
        for child in children:
            child["score"], child["maxScore"] = child.pop("totalScore"), child.pop("totalMaxScore")
            child["scoreDelta"] = None
    top = _node(whole.province, count(whole.province), report, of_province)
    return {"parent": top, "children": children, "monthlyChart": []}


def _node(agency: Agency, count: Count, report: str, numbers: dict[str, str]) -> dict[str, Any]:
    score, most = _tree_score(report, count)
    node = {
        "departmentId": department_id(agency.agency_id),
        "departmentName": agency.name,
        "departmentCode": agency.code,
        **{name: getattr(_of(count, what), what) for name, what in numbers.items()},
        "ratio": round(100 * score / most, 2),
        "totalScore": round(score, 2),
        "totalMaxScore": most,
    }
    if report == "dvc-progress-tree":
        node["avgProcessingDays"] = round(count.days / count.done, 2) if count.done else 0
    return node


def _tree_score(report: str, count: Count) -> tuple[float, float]:
    """Score and maximum of a unit in a tree; that of online services follows from nothing that is published."""
    procedures = _of(count, "fee_procedures")
    if report == "dvc-progress-tree":
        return 20 * count.done_on_time / (count.held or 1), 20
    if report == "formality-online-payment-tree":
        share = procedures.procedures_paid / (procedures.fee_procedures or 1)
        return 6 * count.paid_online / (count.synced or 1) + min(2.0, 2.5 * share) + 2.5 * share, 10
    return 12 * (count.online + count.digitised) / (2 * count.held or 1), 12


def _of(count: Count, what: str) -> Count:
    """The count that a number is of: where a filter does not move it, the unfiltered one."""
    return count.unfiltered if what in _UNFILTERED and count.unfiltered else count


def _metric(metric: Metric, count: Count, is_provisional: bool, shows_zero: bool) -> dict[str, Any]:
    quality: dict[str, str] = {}
    if metric.code == "DOSSIER_SYNC":
        quality = _quality(count, is_provisional)
    numerator = None if metric.upper is None else getattr(count, metric.upper) if metric.upper else 0
    denominator = None if metric.lower is None else getattr(count, metric.lower) if metric.lower else 0
    if quality.get("dataQualityStatus") == "TEMP_NATIONAL_REPORT_DENOMINATOR":
        denominator = numerator
    share = None if not denominator else min(1.0, (numerator or 0) / denominator)
    if denominator is None:
        share = 1.0  # [V] null of null shows 100 %
    part = metric.if_none if share is None else min(1.0, share / metric.full_at)
    return {
        "code": metric.code,
        "name": metric.code.replace("_", " ").capitalize(),
        "numerator": numerator,
        "denominator": denominator,
        "ratio": (0 if shows_zero else None) if share is None else round(100 * share, 2),
        "score": None if part is None else round(metric.most * part, 2),
        "maxScore": metric.most,
        **quality,
    }


def _quality(count: Count, is_provisional: bool) -> dict[str, str]:
    if not count.reported:
        return {"dataQualityStatus": "NO_NATIONAL_REPORT_DATA", "dataQualityMessage": "Không có dữ liệu."}
    if is_provisional:
        return {"dataQualityStatus": "TEMP_NATIONAL_REPORT_DENOMINATOR", "dataQualityMessage": "Mẫu số tạm."}
    return {}


@cache
def department_id(agency_id: str) -> str:
    """The portal's own id of a unit, which is not its code."""
    root = next((one.root for one in _ROOTS.values() if one.code == agency_id), None)
    return root or str(uuid.uuid5(uuid.NAMESPACE_URL, f"department {agency_id}"))
