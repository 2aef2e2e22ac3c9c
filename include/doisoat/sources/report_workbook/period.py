"""The period that a report states (CONTRACTS section 2b).

A form shows more dates than its period: the line of place and date ("Lạng Sơn, ngày    tháng 10 năm 2025"), the decision that
prescribes the form, the day on which the numbers were taken. Those are set aside first; what is left must be one period.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from doisoat.months import last_of, later

_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
#: Between the texts of two cells; in the place of a date that was set aside.
_BETWEEN, _ASIDE = " \n ", " \n¦\n "
_LONGEST_TITLE = 1_000
_BLANK = r"[\s._…-]{0,40}"
_MONTH_NUMBER = r"(?<!\d)(\d{1,2})(?!\d)"
_QUARTER_NUMBER = r"(iv|i{1,3}|[1-4])(?!\w)"
_OF_YEAR = r"(?:\s*,?\s*(?:/|-|\.|năm)\s*(?:năm\s*)?|\s*,?\s+)(\d{4})(?!\d)"
_TO = r"\s*(?:đến|tới|-|–|—)\s*(?:hết\s*)?"
_DAY = r"(?:ngày\s*)?(?<!\d)(\d{1,2})\s*(?:tháng\s*|[/.-]\s*)(\d{1,2})\s*,?\s*(?:năm\s*|[/.-]\s*)(\d{4})(?!\d)"
_FIRST_DAY = (
    r"(?:ngày\s*)?(?<!\d)(\d{1,2})(?:\s*(?:tháng\s*|[/.-]\s*)(\d{1,2})(?:\s*,?\s*(?:năm\s*|[/.-]\s*)(\d{4}))?)?(?!\d)"
)
#: From a day to a day, in words or numbers; what the first day leaves out is as in the last one.
_FROM_TO, _DAY_TO_DAY = re.compile(rf"từ\s*{_FIRST_DAY}{_TO}{_DAY}"), re.compile(rf"{_DAY}{_TO}{_DAY}")
_MONTH_TO_MONTH = re.compile(
    rf"(?:từ\s*)?tháng\s*{_MONTH_NUMBER}(?:\s*(?:/|năm)\s*(\d{{4}}))?{_TO}(?:tháng\s*)?{_MONTH_NUMBER}{_OF_YEAR}"
)
#: Single days, whatever of them is left blank: dates of papers, never periods.
_DATED = re.compile(
    rf"ngày{_BLANK}\d{{0,2}}{_BLANK}tháng{_BLANK}\d{{0,2}}{_BLANK},?\s*năm{_BLANK}(?:\d{{2,4}}(?!\d))?"
    r"|(?<=, )\d{1,2} ?tháng ?\d{1,2},? ?năm ?\d{4}"
    r"|(?:ngày\s*)?(?<!\d)\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}(?!\d)"
)
#: "Lạng Sơn, tháng 10 năm 2025", alone in its line.
_PLACE_AND_MONTH = re.compile(
    r"^ ?(?!.*(?:báo cáo|kỳ|kết quả|tổng hợp|tình hình|thủ tục|tthc|hồ sơ|số liệu))"
    rf"[^\W\d]+(?: [^\W\d]+){{0,5}} ?, ?(tháng{_BLANK}\d{{0,2}}{_BLANK}năm{_BLANK}\d{{0,4}})[ .]*$",
    re.MULTILINE,
)
_ACT = r"\b(?:thông tư|quyết định|qđ|nghị định|nghị quyết|công văn|chỉ thị|kế hoạch|văn bản|luật|hướng dẫn|thông báo)\b"
_NO_PERIOD = r"(?!tháng\s*\d|quý\s*[\divx]|kỳ\s*báo|từ\s*(?:ngày|tháng)|\))"
#: An act that the form cites, up to its date; the year alone only in the same line.
_CITED = re.compile(
    rf"{_ACT}(?:{_NO_PERIOD}[\s\S]){{0,150}}?(?:{_DATED.pattern})|{_ACT}(?:{_NO_PERIOD}[^\n]){{0,150}}?năm\s*\d{{4}}(?!\d)"
)
_MONTH = re.compile(rf"(?:tháng|kỳ\s*báo\s*cáo)\s*:?\s*{_MONTH_NUMBER}{_OF_YEAR}|tháng\s*:?\s*{_MONTH_NUMBER}")
_QUARTER = re.compile(rf"quý\s*:?\s*{_QUARTER_NUMBER}(?:{_OF_YEAR})?")
_YEAR = re.compile(r"năm\s*:?\s*(\d{4})(?!\d)")
#: "Tháng ..... năm 2026" is not the year 2026, nor is "Tháng mười năm 2026"; "quý cơ quan" addresses somebody.
_NOT_FILLED_IN = re.compile(
    rf"tháng{_BLANK}(?:năm{_BLANK}(?:\d{{4}})?)?"
    rf"|quý(?!\s*(?:cơ quan|đơn vị|vị|ông|bà|cấp|sở|ban|phòng|anh|chị|lãnh)){_BLANK}(?:năm{_BLANK}(?:\d{{4}})?)?"
)
#: Words of periods that are not one month, quarter or year, or of several of them.
_OTHER = re.compile(
    r"(?<!\d)\d{1,2}\s*tháng(?!\s*\d{1,2}(?!\d))(?:\s*(?:đầu|cuối))?(?:\s*năm)?(?:\s*\d{4})?"
    r"|tuần\s*(?:thứ\s*)?\d+"
    r"|(?:nửa|đầu|cuối|giữa)\s*(?:năm|quý|tháng)(?:\s*\d{1,4})?"
    r"|(?:từ|đến|tới)\s*(?:hết\s*)?(?:(?:ngày|tháng|quý|năm)\s*(?:\d+|[ivx]+\b)(?:\s*(?:/|năm)\s*\d{4})?|¦)"
    r"|tính\s*(?:đến|tới)|l(?:ũy|uỹ|uy)\s*kế|cộng\s*dồn"
    r"|(?:tháng|quý)\s*(?:\d{1,2}|iv|i{1,3})\s*(?:[,;+&–—-]|và)\s*(?:tháng\s*|quý\s*)?(?:\d{1,2}|iv|i{1,3})(?!\w)"
    r"|\d{4}\s*(?:[,;+&–—-]|và)\s*(?:năm\s*)?(?:19|20)\d\d(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month, quarter or year."""

    kind: str
    first: dt.date

    @property
    def last(self) -> dt.date:
        return last_of(later(self.first, _MONTHS_OF[self.kind] - 1))

    def holds(self, other: Period) -> bool:
        """Whether the other one is within this one, or is this one."""
        return self.first <= other.first and other.last <= self.last


#: What was read as a period: its words, and the period, if the words name a calendar one.
_Read = tuple[str, Period | None]


def period_of(texts: Sequence[str]) -> Period | str:
    """The period that the texts above a table name: from - to dates if present, else month, quarter or year.

    Returns:
        The period, or what is wrong with it and the words that were read, as a text: only the caller knows the file and can
        raise an error. The words are those of dates and periods alone, whatever else the texts say.
    """
    said, spans = _BETWEEN.join(map(_without_acts, texts)), []
    for pattern, read in ((_FROM_TO, _days), (_DAY_TO_DAY, _days), (_MONTH_TO_MONTH, _months)):
        spans += [(found[0], read(found.groups())) for found in pattern.finditer(said)]
        said = pattern.sub(_ASIDE, said)
    aside = []
    for pattern in (_PLACE_AND_MONTH, _DATED):
        aside += [found[found.lastindex or 0] for found in pattern.finditer(said)]
        said = pattern.sub(lambda found: _ASIDE if re.search(r"\d", found[0]) else " ", said)
    if not spans and (others := [found[0] for found in _OTHER.finditer(said)]):
        return _quoted("a period that is no month, quarter or year", others)
    year = next((period.first.year for _, period in spans if period), None)
    named = list(_named(said, year))
    if spans:
        named = [*spans, *(read for read in named if not _may_hold(read[1], [period for _, period in spans]))]
    return _one(named, aside)


def _without_acts(text: str) -> str:
    """A cell's text in one form, without the acts that it cites."""
    lines = unicodedata.normalize("NFC", text[:_LONGEST_TITLE]).lower().splitlines()
    return _CITED.sub(_ASIDE, "\n".join(" ".join(line.split()) for line in lines))


def _one(read: Sequence[_Read], aside: Sequence[str]) -> Period | str:
    periods = {period for _, period in read}
    if not periods:
        return _quoted("no reporting period", aside)
    words = [words for words, _ in read]
    if len(periods) > 1:
        return _quoted("more than one reporting period", words)
    return periods.pop() or _quoted("a period that is no calendar month, quarter or year", words)


def _quoted(wrong: str, words: Iterable[str]) -> str:
    """What is wrong, with the words that were read; no other text of the file."""
    shown = dict.fromkeys(" ".join(text.replace("¦", "...").split())[:60] for text in words if re.search(r"\w", text))
    quoted = ", ".join(f'"{text}"' for text in [*shown][:4])
    return f"{wrong} (read: {quoted})" if quoted else wrong


def _named(said: str, year: int | None) -> Iterator[_Read]:
    """The months and quarters that are named; if none is, the years.

    Args:
        year: of months and quarters named without theirs; if None, they must be named with it in another place.
    """
    told = [*_mentions(said)]
    full = {(kind, month) for _, kind, month, of in told if of}
    for words, kind, month, of in told:
        if of or year:
            yield words, _period(kind, of or year or 0, month)
        elif (kind, month) not in full:
            yield words, None
    if not told:
        years = [(found[0], _period("year", int(found[1]), 1)) for found in _YEAR.finditer(said)]
        yield from years
        if years and not year and (blank := _NOT_FILLED_IN.search(said)):
            yield blank[0], None


def _mentions(said: str) -> Iterator[tuple[str, str, int, int | None]]:
    """The months and quarters that are named: words, kind, first month, year."""
    for found in _MONTH.finditer(said):
        yield found[0], "month", int(found[1] or found[3]), int(found[2]) if found[2] else None
    for found in _QUARTER.finditer(said):
        yield found[0], "quarter", _QUARTERS[found[1]] * 3 - 2, int(found[2]) if found[2] else None


def _may_hold(named: Period | None, of_dates: Sequence[Period | None]) -> bool:
    """Whether a period that is named beside dates does not contradict them: a year may be named beside one of its months."""
    return all(period is None or (named is not None and named.holds(period)) for period in of_dates)


def _period(kind: str, year: int, month: int) -> Period | None:
    return Period(kind, dt.date(year, month, 1)) if 1 <= month <= 12 and 1990 <= year < 2200 else None


def _days(told: Sequence[str | None]) -> Period | None:
    """The period from a day to a day."""
    day, month, year, *last = told
    end_day, end_month, end_year = (int(number or 0) for number in last)
    return _calendar((int(year or end_year), int(month or end_month), int(day or 0)), (end_year, end_month, end_day))


def _months(told: Sequence[str | None]) -> Period | None:
    """The period from a month to a month."""
    month, year, end_month, end_year = told
    period = _period("month", int(end_year or 0), int(end_month or 0))
    if period is None:
        return None
    return _calendar(
        (int(year or end_year or 0), int(month or 0), 1), (period.first.year, period.first.month, period.last.day)
    )


def _calendar(start: tuple[int, int, int], end: tuple[int, int, int]) -> Period | None:
    try:
        first, last = dt.date(*start), dt.date(*end)
    except ValueError:
        return None
    for kind in _MONTHS_OF:
        period = _period(kind, first.year, first.month)
        starts = kind == "month" or (first.month % 3 == 1 if kind == "quarter" else first.month == 1)
        if period and starts and (period.first, period.last) == (first, last):
            return period
    return None
