"""Times in the headers of an answer: the source's clock, and how long it asks us to wait."""

from __future__ import annotations

import datetime as dt
import email.utils

import requests

_LONGEST_WAIT = 86_400.0  # the longest Retry-After honoured; anything longer is an error
_YEARS = range(2000, 2200)  # a clock outside this range is broken


def header_time(response: requests.Response, name: str) -> dt.datetime | None:
    """The time that a header states, None if it states no possible time."""
    try:
        moment = email.utils.parsedate_to_datetime(response.headers[name])
    except (KeyError, ValueError, TypeError, OverflowError, IndexError):
        return None
    if moment.year not in _YEARS:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def retry_after(response: requests.Response) -> float | None:
    """Retry-After in seconds: a number, or a date, which is measured against the source's own clock."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), _LONGEST_WAIT)
    until, now = header_time(response, "Retry-After"), header_time(response, "Date")
    return min(max(0.0, (until - now).total_seconds()), _LONGEST_WAIT) if until and now else None
