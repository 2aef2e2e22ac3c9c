"""Single values as sources write them: texts and timestamps, read the same way by every connector."""

from __future__ import annotations

import datetime as dt
import unicodedata

from doisoat.model import LONGEST
from doisoat.sources.dates import clock, is_null_day, means_none

#: The widest offsets from UTC that are in force anywhere are +14 and -12 hours; PostgreSQL reads none of 16 or more.
_WIDEST_OFFSET = dt.timedelta(hours=14)
_MINUTE = dt.timedelta(minutes=1)


class BadRowError(ValueError):
    """Raised for a row that cannot be a record; carries a reason and a field name, never a value."""

    def __init__(self, reason: str, field: str) -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


def text(value: str | int | None) -> str | None:
    """A text as stored: composed (NFC), without surrounding space and signs that nobody sees, None for empty.

    Raises:
        BadRowError: it holds signs that cannot be printed, or is longer than any name.
    """
    if value is None:
        return None
    kept = unicodedata.normalize("NFC", " ".join(str(value).split()))
    if not kept.isprintable():
        kept = " ".join(without_invisible(kept).split())
    if not kept.isprintable():
        raise BadRowError("unprintable_text", "text")
    if len(kept) > LONGEST:
        raise BadRowError("text_too_long", "text")
    return kept or None


def without_invisible(written: str) -> str:
    """A text without the signs that only say how to show it: zero-width spaces, byte-order marks, soft hyphens."""
    return "".join(sign for sign in written if unicodedata.category(sign) != "Cf")


def moment(value: str | int | None, timezone: dt.tzinfo, field: str) -> dt.datetime | None:
    """A timestamp from ISO 8601 with `+0700`, `+07:00` or `Z`, or from milliseconds since 1970 [A].

    A text without an offset is local time [A]. What systems write for "no date" is none (dates.py). Other years outside
    1900-2199 are typos, and so is an offset that no place has: Python reads +23:00, PostgreSQL does not.
    """
    if value is None or value == "":
        return None
    try:
        found = dt.datetime.fromisoformat(value) if isinstance(value, str) else _from_epoch(value)
    except (ValueError, TypeError, OverflowError, OSError):
        if isinstance(value, str) and means_none(value):
            return None
        raise BadRowError("impossible_date", field) from None
    return within_reach(found, timezone, field)


def within_reach(found: dt.datetime, timezone: dt.tzinfo, field: str) -> dt.datetime | None:
    """A moment with an offset; None for what systems write for "no date".

    Raises:
        BadRowError: its year or its offset cannot be meant.
    """
    if is_null_day(found):
        return None
    if not 1900 <= found.year < 2200 or not has_possible_offset(found):
        raise BadRowError("impossible_date", field)
    return found if found.tzinfo else found.replace(tzinfo=timezone)


def has_possible_offset(found: dt.datetime) -> bool:
    """Whether a moment has no offset, or one that some place has."""
    offset = found.utcoffset()
    return offset is None or (abs(offset) <= _WIDEST_OFFSET and not offset % _MINUTE)


def _from_epoch(milliseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)


def written_moment(value: str | int | None, timezone: dt.tzinfo, field: str) -> dt.datetime | None:
    """A timestamp as Vietnamese systems write it: `dd/MM/yyyy`, with or without a time, or whatever `moment` reads.

    A date without a time is its first instant; a time may be one of 12 hours (SA and CH). Without an offset it is local.
    """
    if not isinstance(value, str):
        return moment(value, timezone, field)
    written = value.strip()
    if written[2:3] != "/":
        return moment(written, timezone, field)
    day, _, time = written.partition(" ")
    try:
        found = dt.datetime.combine(_slashed_day(day), _time(time))
    except ValueError:
        if means_none(written):
            return None
        raise BadRowError("impossible_date", field) from None
    return within_reach(found, timezone, field)


def _slashed_day(day: str) -> dt.date:
    if len(day) != 10 or day[5] != "/" or not (day[:2] + day[3:5] + day[6:]).isdecimal():
        raise ValueError
    return dt.date(int(day[6:]), int(day[3:5]), int(day[:2]))


def _time(written: str) -> dt.time:
    try:
        return dt.time.fromisoformat(written.strip() or "00:00")
    except ValueError:
        found = clock(written)
        if found is None:
            raise
        return found
