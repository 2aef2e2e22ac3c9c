"""The old statistics API, simulated: POST /jsp/rest.jsp, until 2025 (CONTRACTS section 2).

A form field `params` with JSON; a bare array: bare names are rates, names with _TOTAL are counts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from zlib import crc32

import msgspec

from sandbox.http.wire import Answer, BadRequest, Request, json_answer
from sandbox.systems.portal import PortalCounts
from sandbox.systems.statistics_period import Period, Refused, ended, period_from, whole
from sandbox.world.moments import local_date, moment
from sandbox.world.reference import PROVINCE_CODE, Agency
from sandbox.world.variant import Variant

#: `p_tinh_id` of the province: the portal's own number.
OLD_PROVINCE_ID = "11358"
_OLD_LEVELS = {"province": "1", "department": "2", "district": "3", "commune": "4"}


def report(portal: PortalCounts, variant: Variant, request: Request, now: float) -> Answer:
    """POST /jsp/rest.jsp, form field `params`; gone from the night after the last of 2025."""
    if now >= moment(dt.date(2026, 1, 2)):
        return Answer(404, b"<html><body>404</body></html>", b"text/html;charset=UTF-8")
    try:
        asked = msgspec.json.decode(request.form().get("params", ""))
    except msgspec.DecodeError:
        raise BadRequest("form field params is JSON") from None
    service = asked.get("service")
    if service == "report_tinh_766_service":
        return json_answer(_score_766(portal, asked, now))
    if service not in ("report_by_month_sum_service", "report_by_year_sum_service"):
        return json_answer([])
    period = _old_period(asked, service, local_date(int(now)))
    unit = _asked_unit(asked)
    if period is None or unit not in portal.agencies:
        return json_answer([])
    return json_answer([_old_row(portal, variant, one, period) for one in _with_children(portal, unit, period)])


def _old_row(portal: PortalCounts, variant: Variant, agency: Agency, period: Period) -> dict[str, Any]:
    count = portal.stated(agency.agency_id, period.months, variant.parents_include_children)
    total = count.held if variant.hs_total == "portal" else max(count.held, count.provincial)
    code_key, name_key = variant.old_unit_keys
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
    return {key: _as_text(value) if variant.old_numbers == "text" else value for key, value in row.items()}


def _score_766(portal: PortalCounts, asked: dict[str, Any], now: float) -> list[dict[str, Any]]:
    year = whole(asked.get("p_nam"), 2024)
    months = [dt.date(year, month, 1) for month in range(1, 13) if ended(dt.date(year, month, 1), now)]
    count = portal.total(PROVINCE_CODE, months)
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


def _old_period(asked: dict[str, Any], service: str, today: dt.date) -> Period | None:
    year, month = whole(asked.get("p_nam"), 0), whole(asked.get("p_thang"), 0)
    is_year = service == "report_by_year_sum_service"
    if not 2000 <= year <= 2100 or not (is_year or 1 <= month <= 12):
        return None
    try:
        return period_from(dt.date(year, 1 if is_year else month, 1), 12 if is_year else 1, today)
    except Refused:
        return None


def _asked_unit(asked: dict[str, Any]) -> str:
    """The narrowest unit named; an empty one, 0 or -1 names none. The province is named by the portal's own number."""
    named = [str(asked.get(key) or "").strip() for key in ("p_xa_id", "p_huyen_id", "p_tinh_id")]
    found = next((code for code in named if code not in ("", "0", "-1")), OLD_PROVINCE_ID)
    return {OLD_PROVINCE_ID: PROVINCE_CODE, PROVINCE_CODE: ""}.get(found, found)


def _with_children(portal: PortalCounts, unit: str, period: Period) -> list[Agency]:
    last_day = period.end - dt.timedelta(days=1)
    return [portal.agencies[unit], *portal.children(unit, last_day)]
