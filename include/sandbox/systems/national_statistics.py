"""The national statistics, simulated: the 2026 API and the old one (CONTRACTS section 2).

Contract: POST /api/v1/reporting/evaluation/{...} answers 201 {code, data, message} from 2026 on; POST /jsp/rest.jsp
with form field `params` returns a bare array for nights until 2025. A period can be requested only after it has ended.
Counts are those of the simulated portal at the clock's time.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import msgspec

from sandbox.http.wire import Answer, BadRequest, Request, json_answer
from sandbox.systems.portal import Count, PortalCounts
from sandbox.systems.system import System
from sandbox.world.moments import local_date, moment
from sandbox.world.reference import PROVINCE_CODE, Agency
from sandbox.world.world import World

NEW_PREFIX = "/api/v1/reporting/evaluation/"
OLD_PATH = "/jsp/rest.jsp"
ROOT_DEPARTMENT_ID = "019d2be3-6a81-771b-b671-9078297c4a7b"
PAGE_CAP = 200
_TYPES = {
    "province": "PROVINCE",
    "department": "PROVINCIAL_DEPARTMENT",
    "commune": "COMMUNE_PEOPLE_COMMITTEE",
}
_OLD_LEVELS = {"province": "1", "department": "2", "district": "3", "commune": "4"}
_PROVISIONAL_DAYS = 20

#: A metric: its code, maximum score, and how numerator and denominator come from a count.
_METRICS: dict[str, list[tuple[str, float, str, str]]] = {
    "transparency": [("DOSSIER_SYNC", 6.0, "synced", "denominator"), ("PUBLISHED_ON_TIME", 6.0, "done", "done")],
    "handling-satisfaction": [("SATISFACTION", 18.0, "done_on_time", "done")],
    "dossier-digitized": [("DOSSIER_DIGITIZED", 22.0, "digitised", "synced")],
    "service-results": [("RESULT_RETURNED", 10.0, "done", "synced")],
}
_TREES: dict[str, tuple[tuple[str, str], ...]] = {
    "dvc-progress-tree": (
        ("totalReceived", "synced"),
        ("totalOnTime", "done_on_time"),
        ("totalOverdue", "done_late"),
        ("totalCompleted", "done"),
    ),
    "provide-online-tree": (("totalReceived", "synced"), ("totalOnline", "online")),
    "formality-online-payment-tree": (("totalReceived", "synced"), ("totalPaidOnline", "paid_online")),
}


@dataclass(frozen=True)
class _Period:
    """The requested months; `end` is the first day after."""

    months: list[dt.date]
    end: dt.date


class _Refused(Exception):
    """Raised when a period has not ended, or a unit is not known."""


class NationalStatistics(System):
    """Both statistics interfaces over one world."""

    name = "national_statistics"
    paths = (NEW_PREFIX, OLD_PATH)

    def __init__(self, world: World) -> None:
        self._world, self._variant = world, world.variant
        self._counts: tuple[int, PortalCounts] | None = None

    def answer(self, request: Request, now: float) -> Answer:
        if request.method != "POST":
            return super().answer(request, now)
        return self.report(request, now) if request.path == OLD_PATH else self.evaluate(request, now)

    def _portal(self, now: float) -> PortalCounts:
        """Current counts; recounted at most every ten simulated minutes."""
        step = int(now) // 600
        if self._counts is None or self._counts[0] != step:
            self._counts = step, PortalCounts(self._world, int(now))
        return self._counts[1]

    def forget(self) -> None:
        """Forget the counts, because the clock was moved."""
        self._counts = None

    # the 2026 API -----------------------------------------------------------------------------------------------
    def evaluate(self, request: Request, now: float) -> Answer:
        """POST /api/v1/reporting/evaluation/{report}."""
        report = request.path.removeprefix(NEW_PREFIX)
        if now < moment(dt.date(2026, 1, 1)) or report not in {**_METRICS, **_TREES}:
            return json_answer({"code": "NOT_FOUND", "data": None, "message": "Không tìm thấy dịch vụ"}, 404)
        body = request.json()
        try:
            period = _new_period(body, local_date(int(now)))
            if body.get("rootDepartmentId") != ROOT_DEPARTMENT_ID:
                raise _Refused("Không tìm thấy đơn vị")
        except _Refused as refused:
            status = 400 if self._variant.unended_period == "http" else 201
            return json_answer({"code": "INVALID_PERIOD", "data": None, "message": str(refused)}, status)
        portal = self._portal(now)
        if report in _TREES:
            data: Any = [self._node(portal, portal.agencies[PROVINCE_CODE], _TREES[report], period)]
        else:
            data = self._evaluation(portal, report, period, body, local_date(int(now)))
        return json_answer({"code": "OK", "data": data, "message": "Thành công"}, 201)

    def _evaluation(
        self, portal: PortalCounts, report: str, period: _Period, body: dict[str, Any], today: dt.date
    ) -> dict[str, Any]:
        last_day = (period.end - dt.timedelta(days=1)).isoformat()
        units = [agency for agency in self._world.agencies if agency.level in _TYPES and agency.is_valid_on(last_day)]
        size = min(max(int(body.get("pageSize") or PAGE_CAP), 1), PAGE_CAP)
        first = self._variant.statistics_first_page
        page = max(int(body.get("currentPage") or 0), first) - first
        shown = units[page * size : (page + 1) * size]
        is_provisional = (today - period.end).days < _PROVISIONAL_DAYS
        return {
            "evaluation": [self._unit(portal, agency, report, period, is_provisional) for agency in shown],
            "pagination": {
                "currentPage": page + first,
                "pageSize": size,
                "totalItems": len(units),
                "totalPages": -(-len(units) // size),
            },
        }

    def _unit(
        self, portal: PortalCounts, agency: Agency, report: str, period: _Period, is_provisional: bool
    ) -> dict[str, Any]:
        count = portal.stated(agency.agency_id, period.months, self._variant.parents_include_children)
        metrics = [_metric(metric, count, is_provisional) for metric in _METRICS[report]]
        return {
            "departmentId": _department_id(agency),
            "departmentName": agency.name,
            "departmentCode": agency.code,
            "departmentType": _TYPES[agency.level],
            "totalScore": round(sum(metric["score"] or 0 for metric in metrics), 2),
            "totalMaxScore": sum(metric["maxScore"] for metric in metrics),
            "metrics": metrics,
        }

    def _node(
        self, portal: PortalCounts, agency: Agency, numbers: tuple[tuple[str, str], ...], period: _Period
    ) -> dict[str, Any]:
        count = portal.stated(agency.agency_id, period.months, self._variant.parents_include_children)
        node: dict[str, Any] = {
            "departmentId": _department_id(agency),
            "departmentCode": agency.code,
            "departmentName": agency.name,
        }
        node |= {name: getattr(count, what) for name, what in numbers}
        node["avgProcessingDays"] = round(count.days / count.done, 2) if count.done else 0
        node["ratio"] = round(100 * count.done_on_time / count.done, 2) if count.done else 0
        node["score"] = round(20 * node["ratio"] / 100, 2)
        last_day = period.end - dt.timedelta(days=1)
        below = portal.children(agency.agency_id, last_day)
        node["children"] = [self._node(portal, child, numbers, period) for child in below]
        return node

    # the old API ------------------------------------------------------------------------------------------------
    def report(self, request: Request, now: float) -> Answer:
        """POST /jsp/rest.jsp, form field `params`; gone from the night after the last of 2025."""
        if now >= moment(dt.date(2026, 1, 2)):
            return Answer(404, b"<html><body>404</body></html>", b"text/html;charset=UTF-8")
        try:
            asked = msgspec.json.decode(request.form().get("params", ""))
        except msgspec.DecodeError:
            raise BadRequest("form field params is JSON") from None
        service = asked.get("service")
        if service == "report_tinh_766_service":
            return json_answer(self._score_766(asked, now))
        if service not in ("report_by_month_sum_service", "report_by_year_sum_service"):
            return json_answer([])
        period = _old_period(asked, service, local_date(int(now)))
        unit = _asked_unit(asked)
        portal = self._portal(now)
        if period is None or unit not in portal.agencies:
            return json_answer([])
        return json_answer([self._old_row(portal, one, period) for one in _with_children(portal, unit, period)])

    def _old_row(self, portal: PortalCounts, agency: Agency, period: _Period) -> dict[str, Any]:
        count = portal.stated(agency.agency_id, period.months, self._variant.parents_include_children)
        total = count.held if self._variant.hs_total == "portal" else max(count.held, count.provincial)
        code_key, name_key = self._variant.old_unit_keys
        return {
            code_key: agency.code,
            name_key: agency.name,
            "CAPDONVI": _OLD_LEVELS[agency.level],
            "HS_TOTAL": total,
            "DB_TOTAL": count.synced,
            "HTN_TRUCTIEP": count.direct,
            "HTN_BUUCHINH": count.post,
            "HTN_TRUCTUYEN": count.online,
            "HTDH": count.done_on_time,
            "HTQH": count.done_late,
            "DXLTH": count.open_in_time,
            "DXLQH": count.open_late,
            "TILE": round(100 * count.done_on_time / count.done, 2) if count.done else 0,
            "TILE_DB": round(100 * count.synced / total, 2) if total else 0,
        }

    def _score_766(self, asked: dict[str, Any], now: float) -> list[dict[str, Any]]:
        year = _whole(asked.get("p_nam"), 2024)
        months = [dt.date(year, month, 1) for month in range(1, 13) if _ended(dt.date(year, month, 1), now)]
        count = self._portal(now).total(PROVINCE_CODE, months)
        rates = {
            "CKMB": 18 * min(1.0, count.synced / (count.denominator or 1)),
            "TDGQ": 20 * count.done_on_time / (count.done or 1),
            "CLGQ": 12 * count.online / (count.synced or 1),
            "TTTT": 10 * count.paid_online / (count.online or 1),
            "MDHL": 17.8,
            "MDSH": 22 * count.digitised / (count.synced or 1),
        }
        scores = {name: round(score, 2) for name, score in rates.items()}
        return [{"MADONVI": PROVINCE_CODE, **scores, "TONG_SCORE": round(sum(scores.values()), 2)}]


def _metric(metric: tuple[str, float, str, str], count: Count, is_provisional: bool) -> dict[str, Any]:
    code, most, upper, lower = metric
    numerator: int | None = getattr(count, upper)
    denominator: int | None = getattr(count, lower)
    status, message = "OK", ""
    if code == "DOSSIER_SYNC":
        if not count.reported:
            status, message = "NO_NATIONAL_REPORT_DATA", "Chưa có số liệu báo cáo quốc gia"
            denominator = denominator or None
        elif is_provisional:
            status, message = "TEMP_NATIONAL_REPORT_DENOMINATOR", "Mẫu số báo cáo quốc gia là tạm tính"
            denominator = numerator
    ratio = min(100.0, round(100 * numerator / denominator, 2)) if numerator and denominator else 0.0
    return {
        "code": code,
        "numerator": numerator,
        "denominator": denominator,
        "ratio": ratio,
        "score": round(most * ratio / 100, 2),
        "maxScore": most,
        "dataQualityStatus": status,
        "dataQualityMessage": message,
    }


def _department_id(agency: Agency) -> str:
    if agency.agency_id == PROVINCE_CODE:
        return ROOT_DEPARTMENT_ID
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"department {agency.agency_id}"))


def _whole(value: Any, default: int) -> int:
    text = str(value or "").strip()
    return int(text) if text.isdigit() else default


def _ended(month: dt.date, now: float) -> bool:
    return moment(_months_from(month, 1)) <= now


def _months_from(first: dt.date, count: int) -> dt.date:
    number = first.year * 12 + first.month - 1 + count
    return dt.date(number // 12, number % 12 + 1, 1)


def _period(first: dt.date, count: int, today: dt.date) -> _Period:
    period = _Period([_months_from(first, number) for number in range(count)], _months_from(first, count))
    if period.end > today:
        raise _Refused("Kỳ báo cáo chưa kết thúc")
    return period


def _new_period(body: dict[str, Any], today: dt.date) -> _Period:
    kind, year = body.get("timeType"), _whole(body.get("year"), 0)
    quarter, month = _whole(body.get("quarter"), 0), _whole(body.get("month"), 0)
    if not 2000 <= year <= 2100:
        raise _Refused("Năm không hợp lệ")
    if kind == "year":
        return _period(dt.date(year, 1, 1), 12, today)
    if kind == "quarter" and 1 <= quarter <= 4:
        return _period(dt.date(year, 3 * quarter - 2, 1), 3, today)
    if kind == "month" and 1 <= month <= 12:
        return _period(dt.date(year, month, 1), 1, today)
    raise _Refused("Loại kỳ báo cáo không hợp lệ")


def _old_period(asked: dict[str, Any], service: str, today: dt.date) -> _Period | None:
    year, month = _whole(asked.get("p_nam"), 0), _whole(asked.get("p_thang"), 0)
    is_year = service == "report_by_year_sum_service"
    if not 2000 <= year <= 2100 or not (is_year or 1 <= month <= 12):
        return None
    try:
        return _period(dt.date(year, 1 if is_year else month, 1), 12 if is_year else 1, today)
    except _Refused:
        return None


def _asked_unit(asked: dict[str, Any]) -> str:
    """The narrowest unit named; an empty one, 0 or -1 names none."""
    named = [str(asked.get(key) or "").strip() for key in ("p_xa_id", "p_huyen_id", "p_tinh_id")]
    return next((code for code in named if code not in ("", "0", "-1")), PROVINCE_CODE)


def _with_children(portal: PortalCounts, unit: str, period: _Period) -> list[Agency]:
    last_day = period.end - dt.timedelta(days=1)
    return [portal.agencies[unit], *portal.children(unit, last_day)]
