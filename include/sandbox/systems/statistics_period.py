"""The periods of which the statistics are asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sandbox.world.moments import moment


@dataclass(frozen=True)
class Period:
    """The requested months; `end` is the first day after."""

    months: list[dt.date]
    end: dt.date


class Refused(Exception):
    """Raised when a period has not ended, or a unit is not known."""


def whole(value: Any, default: int) -> int:
    text = str(value or "").strip()
    return int(text) if text.isdigit() else default


def ended(month: dt.date, now: float) -> bool:
    return moment(_months_from(month, 1)) <= now


def _months_from(first: dt.date, count: int) -> dt.date:
    number = first.year * 12 + first.month - 1 + count
    return dt.date(number // 12, number % 12 + 1, 1)


def period_from(first: dt.date, count: int, today: dt.date) -> Period:
    period = Period([_months_from(first, number) for number in range(count)], _months_from(first, count))
    if (period.end if count == 1 else first) > today:
        raise Refused("Kỳ báo cáo chưa kết thúc")
    return period


def dated_period(body: dict[str, Any], today: dt.date) -> Period:
    """Of `fromDate` and `toDate`: a whole month, quarter or year."""
    try:
        first, last = (dt.date.fromisoformat(str(body.get(name))) for name in ("fromDate", "toDate"))
    except ValueError:
        raise Refused("Ngày không hợp lệ") from None
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if first.day != 1 or (last + dt.timedelta(days=1)).day != 1 or count not in (1, 3, 12):
        raise Refused("Kỳ báo cáo không hợp lệ")
    return period_from(first, count, today)


def new_period(body: dict[str, Any], today: dt.date) -> Period:
    kind, year = body.get("timeType"), whole(body.get("year"), 0)
    quarter, month = whole(body.get("quarter"), 0), whole(body.get("month"), 0)
    if not 2000 <= year <= 2100:
        raise Refused("Năm không hợp lệ")
    if kind == "year":
        return period_from(dt.date(year, 1, 1), 12, today)
    if kind == "quarter" and 1 <= quarter <= 4:
        return period_from(dt.date(year, 3 * quarter - 2, 1), 3, today)
    if kind == "month" and 1 <= month <= 12:
        return period_from(dt.date(year, month, 1), 1, today)
    raise Refused("Loại kỳ báo cáo không hợp lệ")
