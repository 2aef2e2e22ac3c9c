"""The national statistics, simulated: the 2026 API and the old one (CONTRACTS section 2).

Contract: POST /api/v1/reporting/evaluation/{...} answers 201 {code, data, message} from 2026 on, in one of two shapes:
{overview, evaluation[], monthlyChart, pagination, source} or {parent, children[], monthlyChart}. POST /jsp/rest.jsp with form
field `params` returns a bare array for nights until 2025: bare names are rates, names with _TOTAL are counts. A month can be
requested only after it has ended, the current quarter and year too. Counts are those of the simulated portal at the
clock's time.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any
from zlib import crc32

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
#: `p_tinh_id` of the province: the portal's own number.
OLD_PROVINCE_ID = "11358"
PAGE_CAP = 200
_TYPES = {
    "province": "PROVINCE",
    "department": "PROVINCIAL_DEPARTMENT",
    "commune": "COMMUNE_PEOPLE_COMMITTEE",
}
_OLD_LEVELS = {"province": "1", "department": "2", "district": "3", "commune": "4"}
_PROVISIONAL_DAYS = 20

#: A metric: its code, maximum score, and how numerator and denominator come from a count ("" is 0).
_METRICS: dict[str, list[tuple[str, float, str, str]]] = {
    "transparency": [
        ("PUBLISH_ON_TIME", 6.0, "", ""),
        ("PUBLIC_UPDATE_ON_TIME", 4.0, "done", "done"),
        ("PUBLIC_CONTENT_FULL", 2.0, "done", "done"),
        ("DOSSIER_SYNC", 6.0, "synced", "denominator"),
    ],
    "handling-satisfaction": [("DOSSIER_RECEIVING_SATISFACTION", 6.0, "done_on_time", "done")],
    "dossier-digitized": [("SO_HOA_GIAY_TO_GIAI_QUYET", 4.0, "digitised", "synced")],
    "service-results": [("RESULT_RETURNED", 10.0, "done", "synced")],
}
#: What the province's node of a tree states, and what its units' do.
_TREES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "dvc-progress-tree": (
        {"totalReceived": "synced", "totalOnTime": "done_on_time", "totalCompleted": "done"},
        {"totalReceived": "synced", "totalOnTime": "done_on_time", "totalOverdue": "done_late"},
    ),
    "provide-online-tree": (
        {
            "onlineDossierCount": "online",
            "channelOnlineSum": "online",
            "channelDirectSum": "direct",
            "channelPostalSum": "post",
            "channelTotalSum": "synced",
        },
        {},
    ),
    "formality-online-payment-tree": (
        {"totalDossierOnlinePaymentSuccess": "paid_online", "totalDossierFinancialObligation": "synced"},
        {"totalDossierOnlinePaymentSuccess": "paid_online", "totalDossierFinancialObligation": "synced"},
    ),
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
        data = (
            self._branches(portal, report, period)
            if report in _TREES
            else self._evaluation(portal, report, period, body, local_date(int(now)))
        )
        return json_answer({"code": "OK", "data": data, "message": "OK"}, 201)

    def _units(self, period: _Period) -> list[Agency]:
        """Every unit at the end of a period, all levels in one list and the province not among them."""
        last_day, levels = (period.end - dt.timedelta(days=1)).isoformat(), set(_TYPES) - {"province"}
        return [agency for agency in self._world.agencies if agency.level in levels and agency.is_valid_on(last_day)]

    def _shown(self, period: _Period, body: dict[str, Any]) -> tuple[list[Agency], dict[str, int]]:
        """The units of a page, and what is said of the pages."""
        units = self._units(period)
        size = min(max(int(body.get("pageSize") or PAGE_CAP), 1), self._variant.statistics_page_cap)
        first = self._variant.statistics_first_page
        page = max(int(body.get("currentPage") or 0), first) - first
        pages = {
            "total": len(units),
            "currentPage": page + first,
            "pageSize": size,
            "totalPages": -(-len(units) // size),
        }
        return units[page * size : (page + 1) * size], pages

    def _evaluation(
        self, portal: PortalCounts, report: str, period: _Period, body: dict[str, Any], today: dt.date
    ) -> dict[str, Any]:
        """Shape A."""
        shown, pages = self._shown(period, body)
        is_provisional = (today - period.end).days < _PROVISIONAL_DAYS
        whole, *units = (
            self._unit(portal, agency, report, period, is_provisional)
            for agency in (portal.agencies[PROVINCE_CODE], *shown)
        )
        first = (pages["currentPage"] - self._variant.statistics_first_page) * pages["pageSize"] + 1
        return {
            "overview": {"stt": 1, **whole, "averageScore": whole["totalScore"]},
            "monthlyChart": [],
            "evaluation": [{"stt": first + number, **unit} for number, unit in enumerate(units)],
            "pagination": pages,
            "source": f"reporting_766_{report}",
        }

    def _unit(
        self, portal: PortalCounts, agency: Agency, report: str, period: _Period, is_provisional: bool
    ) -> dict[str, Any]:
        count = portal.stated(agency.agency_id, period.months, self._variant.parents_include_children)
        metrics = [_metric(metric, count, is_provisional) for metric in _METRICS[report]]
        score, most = sum(metric["score"] or 0 for metric in metrics), sum(metric["maxScore"] for metric in metrics)
        return {
            "departmentId": _department_id(agency),
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

    def _branches(self, portal: PortalCounts, report: str, period: _Period) -> dict[str, Any]:
        """Shape B: it says nothing of pages, and shows every unit whatever page is requested."""
        whole, units = _TREES[report]
        parent = self._node(portal, portal.agencies[PROVINCE_CODE], whole, period)
        children = [
            {
                **self._node(portal, agency, units, period),
                "level": "COMMUNE" if agency.level == "commune" else "PROVINCE",
            }
            for agency in self._units(period)
        ]
        for child in children:
            child["score"], child["maxScore"], child["scoreDelta"] = (
                child.pop("totalScore"),
                child.pop("totalMaxScore"),
                None,
            )
        return {"parent": parent, "children": children, "monthlyChart": []}

    def _node(self, portal: PortalCounts, agency: Agency, numbers: dict[str, str], period: _Period) -> dict[str, Any]:
        count = portal.stated(agency.agency_id, period.months, self._variant.parents_include_children)
        ratio = round(100 * count.done_on_time / count.done, 2) if count.done else 0
        return {
            "departmentId": _department_id(agency),
            "departmentName": agency.name,
            "departmentCode": agency.code,
            **{name: getattr(count, what) for name, what in numbers.items()},
            "avgProcessingDays": round(count.days / count.done, 2) if count.done else 0,
            "ratio": ratio,
            "totalScore": round(20 * ratio / 100, 2),
            "totalMaxScore": 20,
        }

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
        is_whole = agency.agency_id == PROVINCE_CODE
        row: dict[str, Any] = {
            "ID": OLD_PROVINCE_ID if is_whole else str(crc32(agency.agency_id.encode()) % 1_000_000),
            code_key: agency.code,
            name_key: agency.name,
            "CAPDONVIID": _OLD_LEVELS[agency.level],
            "HS_TOTAL": total,
            "DB_TOTAL": count.synced,
            "TILE": _percent(count.done_on_time, count.done),
            "TILE_DB": _percent(count.synced, total),
        }
        for names, of in (
            ({"HTN_TRUCTIEP": count.direct, "HTN_BUUCHINH": count.post, "HTN_TRUCTUYEN": count.online}, count.synced),
            ({"HTDH": count.done_on_time, "HTQH": count.done_late}, count.done),
            ({"DXLTH": count.open_in_time, "DXLQH": count.open_late}, count.open_in_time + count.open_late),
        ):
            for name, value in names.items():
                row |= {name: _percent(value, of), f"{name}_TOTAL": value}
        return {key: _as_text(value) if self._variant.old_numbers == "text" else value for key, value in row.items()}

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


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _as_text(value: object) -> object:
    """A number as text; every count of the portal's own but HS_TOTAL comes with a decimal point now and then."""
    if not isinstance(value, (int, float)):
        return value
    return f"{value}.0" if isinstance(value, int) and value % 2 else str(value)


def _metric(metric: tuple[str, float, str, str], count: Count, is_provisional: bool) -> dict[str, Any]:
    code, most, upper, lower = metric
    numerator: int = getattr(count, upper) if upper else 0
    denominator: int = getattr(count, lower) if lower else 0
    quality: dict[str, str] = {}
    if code == "DOSSIER_SYNC" and not count.reported:
        quality = {"dataQualityStatus": "NO_NATIONAL_REPORT_DATA", "dataQualityMessage": "Không có dữ liệu."}
    elif code == "DOSSIER_SYNC" and is_provisional:
        quality = {"dataQualityStatus": "TEMP_NATIONAL_REPORT_DENOMINATOR", "dataQualityMessage": "Mẫu số tạm."}
        denominator = numerator
    ratio = min(100.0, round(100 * numerator / denominator, 2)) if denominator else None
    return {
        "code": code,
        "name": code.replace("_", " ").capitalize(),
        "numerator": numerator,
        "denominator": denominator,
        "ratio": ratio,
        "score": None if ratio is None else round(most * ratio / 100, 2),
        "maxScore": most,
        **quality,
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
    if (period.end if count == 1 else first) > today:
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
    """The narrowest unit named; an empty one, 0 or -1 names none. The province is named by the portal's own number."""
    named = [str(asked.get(key) or "").strip() for key in ("p_xa_id", "p_huyen_id", "p_tinh_id")]
    found = next((code for code in named if code not in ("", "0", "-1")), OLD_PROVINCE_ID)
    return {OLD_PROVINCE_ID: PROVINCE_CODE, PROVINCE_CODE: ""}.get(found, found)


def _with_children(portal: PortalCounts, unit: str, period: _Period) -> list[Agency]:
    last_day = period.end - dt.timedelta(days=1)
    return [portal.agencies[unit], *portal.children(unit, last_day)]
