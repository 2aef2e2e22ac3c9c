"""Single values as sources write them: texts and timestamps, read the same way by every connector."""

from __future__ import annotations

import datetime as dt
import unicodedata


class BadRowError(ValueError):
    """Raised for a row that cannot be a record; carries a reason and a field name, never a value."""

    def __init__(self, reason: str, field: str) -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


def text(value: str | int | None) -> str | None:
    """A text as stored: composed (NFC), without surrounding space, None for empty."""
    if value is None:
        return None
    kept = unicodedata.normalize("NFC", " ".join(str(value).split()))
    if not kept.isprintable():
        raise BadRowError("unprintable_text", "text")
    return kept or None


def moment(value: str | int | None, timezone: dt.tzinfo, field: str) -> dt.datetime | None:
    """A timestamp from ISO 8601 with `+0700`, `+07:00` or `Z`, or from milliseconds since 1970 [A].

    A text without an offset is local time [A]. Years outside 1900-2199 are typos or another system's null.
    """
    if value is None or value == "":
        return None
    try:
        found = dt.datetime.fromisoformat(value) if isinstance(value, str) else _from_epoch(value)
    except (ValueError, TypeError, OverflowError, OSError):
        raise BadRowError("impossible_date", field) from None
    if not 1900 <= found.year < 2200:
        raise BadRowError("impossible_date", field)
    return found if found.tzinfo else found.replace(tzinfo=timezone)


def _from_epoch(milliseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)


def written_moment(value: str | int | None, timezone: dt.tzinfo, field: str) -> dt.datetime | None:
    """A timestamp as Vietnamese systems write it: `dd/MM/yyyy`, with or without a time, or whatever `moment` reads.

    A date without a time is its first instant. Without an offset it is local time.
    """
    if not isinstance(value, str):
        return moment(value, timezone, field)
    written = value.strip()
    if written[2:3] != "/":
        return moment(written, timezone, field)
    day, _, time = written.partition(" ")
    try:
        found = dt.datetime.combine(_slashed_day(day), dt.time.fromisoformat(time.strip() or "00:00"))
    except ValueError:
        raise BadRowError("impossible_date", field) from None
    if not 1900 <= found.year < 2200:
        raise BadRowError("impossible_date", field)
    return found if found.tzinfo else found.replace(tzinfo=timezone)


def _slashed_day(day: str) -> dt.date:
    if len(day) != 10 or day[5] != "/" or not (day[:2] + day[3:5] + day[6:]).isdecimal():
        raise ValueError
    return dt.date(int(day[6:]), int(day[3:5]), int(day[:2]))
