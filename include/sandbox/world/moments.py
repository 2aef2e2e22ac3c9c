"""Times in the simulated world: whole seconds since the epoch (UTC), shown in Asia/Ho_Chi_Minh (+07:00, no DST)."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

LOCAL = dt.timezone(dt.timedelta(hours=7))
OFFSET = 7 * 3600
MINUTE, HOUR, DAY = 60, 3600, 86_400
_EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()


def moment(day: dt.date, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """The epoch time of a local day and time."""
    return (day.toordinal() - _EPOCH_ORDINAL) * DAY - OFFSET + hour * HOUR + minute * MINUTE + second


def local_day(at: int) -> int:
    """Days since the epoch of the local calendar day of a time."""
    return (at + OFFSET) // DAY


def day_number(day: dt.date) -> int:
    """Days since the epoch of a calendar day."""
    return day.toordinal() - _EPOCH_ORDINAL


def local_date(at: int) -> dt.date:
    """The local calendar date of a time."""
    return date_of_day(local_day(at))


def date_of_day(day: int) -> dt.date:
    """The calendar date of a day in days since the epoch."""
    return dt.date.fromordinal(day + _EPOCH_ORDINAL)


def local_time(at: float) -> dt.datetime:
    """The time as an aware local datetime."""
    return dt.datetime.fromtimestamp(at, LOCAL)


def seconds_of_day(at: int) -> int:
    """Seconds since local midnight."""
    return (at + OFFSET) % DAY


def night_cut_off(night: dt.date) -> int:
    """When a night is read: 01:00 local of the day after it."""
    return moment(night + dt.timedelta(days=1), 1)


def after_quiet_hours(at: int) -> int:
    """Move a change between 01:00 and 05:00 local to after 05:00: nothing changes in the provincial system in that time.

    So the state that a night sees does not depend on how fast the night runs.
    """
    second = seconds_of_day(at)
    return at if not HOUR <= second < 5 * HOUR else at - second + 5 * HOUR + (second - HOUR) // 4


def is_working_day(day: int) -> bool:
    """Monday to Friday; `day` in days since the epoch (a Thursday)."""
    return (day + 3) % 7 < 5


def working_days_later(day: int, count: int) -> int:
    """The working day `count` working days after `day` (days since the epoch)."""
    while count > 0 or not is_working_day(day):
        day += 1
        if is_working_day(day):
            count -= 1
    return day


def month_start(day: dt.date) -> dt.date:
    """The first day of the month."""
    return day.replace(day=1)


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after."""
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def months_between(start: dt.date, end: dt.date) -> list[dt.date]:
    """First days of the months from that of `start` to that of `end`."""
    months, month = [], month_start(start)
    while month <= end:
        months.append(month)
        month = next_month(month)
    return months


def parse_moment(text: str) -> float:
    """Parse an ISO time; without an offset it is local.

    Raises:
        ValueError: the text is not an ISO time.
    """
    text = text.strip().replace(" ", "+") if "T" in text else text.strip()
    if len(text) > 5 and text[-5] in "+-" and text[-4:].isdigit() and "T" in text:
        text = f"{text[:-2]}:{text[-2:]}"
    parsed = dt.datetime.fromisoformat(text)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=LOCAL)).timestamp()


def http_date(at: float) -> bytes:
    """The time as an HTTP Date header (RFC 9110)."""
    return format_datetime(dt.datetime.fromtimestamp(int(at), dt.UTC), usegmt=True).encode()
