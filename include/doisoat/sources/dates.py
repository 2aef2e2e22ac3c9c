"""Dates as people and systems write them in Vietnam: the day before the month, a time of 12 hours, and words for "none".

Only what is written decides: "05/03/2024 2:15 CH" is a quarter past two in the afternoon, and 14:15 SA is not a time.
How a column's order of day and month shows is in files/date_cells.py.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

#: Words that staff and systems write where there is no date [A]; case and spaces do not matter.
NO_DATES = (
    "null", "none", "nil", "n/a", "na", "không", "không có", "không thời hạn", "không quy định", "không xác định",
    "chưa có", "chưa trả", "chưa trả kết quả", "chưa có kết quả", "chưa xử lý", "chưa xử lý xong", "chưa kết thúc",
    "chưa hẹn", "chưa xác định", "chưa tiếp nhận",
)  # fmt: skip
#: What systems store for "no date": the first day of .NET, of SQL Server's types, of workbooks and of Unix, and the last day.
_NULL_DAYS = frozenset(
    dt.date(*day)
    for day in [(1, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1970, 1, 1), (9999, 12, 31)]
)
#: Nothing but zeros and signs: "-", "...", "00/00/0000", "0000-00-00T00:00:00Z".
_NOTHING = re.compile(r"[0\s/:.,_*\-\u2010-\u2015\u2026]*(?:T[0:.]+Z?)?")
_DAY_FIRST = re.compile(r"(?<![\d:])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/.-])")
_IN_WORDS = re.compile(r"(\d{1,2})()\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d/.-])")
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
_CLOCK = re.compile(
    r"(\d{1,2})(?:\s*(?::|h|g|giờ)\s*(\d{1,2})?)(?:\s*(?::|phút|p(?![.m]))\s*(\d{1,2})?(?:[.,]\d+)?)?\s*(?:giây)?\s*([^\W\d][^\d]*)?"
)
_MORNING, _AFTERNOON = ("sa", "s.a", "sáng", "am", "a.m"), ("ch", "c.h", "chiều", "tối", "pm", "p.m")


def means_none(written: str, words: frozenset[str] = frozenset(NO_DATES)) -> bool:
    """Whether a text where a date belongs says that there is none.

    Args:
        words: the words for it, as `plain` writes them.
    """
    return _NOTHING.fullmatch(written) is not None or plain(written) in words


def is_null_day(found: dt.datetime) -> bool:
    """Whether a moment is what a system stores for "no date"."""
    return found.date() in _NULL_DAYS


def plain(written: str) -> str:
    """A text as its words are compared: composed, in small letters, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", written).lower().split())


def read_moment(written: str) -> dt.datetime | None:
    """The moment that a text states with the day before the month, or the year first; None if it states none.

    A year of two digits is of this century. Without an offset in the text the moment has none either.
    """
    text = plain(written)
    if _YEAR_FIRST.match(text) or _DIGITS.fullmatch(text):
        return _iso(written.strip()) or _year_first(text)
    found = _DAY_FIRST.search(text) or _IN_WORDS.search(text)
    if found is None:
        return None
    year = f"20{found[4]}" if len(found[4]) == 2 else found[4]
    return _at(text, found, (int(year), int(found[3]), int(found[1])))


def is_month_first(written: str) -> bool:
    """Whether a text can only be a date if the month comes before the day: 3/13/2024."""
    found = _DAY_FIRST.search(written)
    return found is not None and int(found[1]) <= 12 < int(found[3]) <= 31


def clock(written: str) -> dt.time | None:
    """The time that a text states: of 24 hours, or of 12 with SA and CH (sáng, chiều), AM and PM."""
    found = _CLOCK.fullmatch(plain(written))
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    half = (found[4] or "").strip(" .")
    if half in _MORNING and hour <= 12:
        hour %= 12
    elif half in _AFTERNOON and hour > 0:
        hour = hour % 12 + 12
    elif half:
        return None
    try:
        return dt.time(hour, minute, second)
    except ValueError:
        return None


def _iso(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text) if text[4:5] == "-" else None
    except ValueError:
        return None


def _year_first(text: str) -> dt.datetime | None:
    if found := _DIGITS.fullmatch(text):
        try:
            return dt.datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]
        except ValueError:
            return None
    dated = _YEAR_FIRST.match(text)
    return dated and _at(text, dated, (int(dated[1]), int(dated[3]), int(dated[4])))


def _at(text: str, dated: re.Match[str], day: tuple[int, int, int]) -> dt.datetime | None:
    """The day at the time that the rest of the text states, which is before or after it; its first instant without one."""
    before = text[: dated.start()].removesuffix("ngày ").strip(" ,-")
    after = text[dated.end() :].strip(" ,-")
    if before == "ngày":
        before = ""
    time = clock(before or after) if before or after else dt.time()
    if time is None or (before and after):
        return None
    try:
        return dt.datetime.combine(dt.date(*day), time)
    except ValueError:
        return None
