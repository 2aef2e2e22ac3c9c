"""The period and the office that a report states (CONTRACTS section 2b)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from doisoat.months import last_of, later
from doisoat.sources.files.words import fold

_DAY = r"(?:ngày\s*)?(\d{1,2})\s*(?:tháng\s*|[/.-]\s*)(\d{1,2})\s*(?:năm\s*|[/.-]\s*)(\d{4})"
_SPAN = re.compile(rf"từ\s*{_DAY}\s*(?:đến|tới|-|–)\s*(?:hết\s*)?{_DAY}")
_SINGLE_DAY = re.compile(r"ngày\s*\d{1,2}\s*(?:tháng\s*|[/.-]\s*)\d{1,2}\s*(?:năm\s*|[/.-]\s*)\d{4}")
_OTHER = re.compile(r"(\d{1,2})\s*tháng(?:\s*(?:đầu|cuối))?(?:\s*năm)|tuần\s*\d")
_MONTH = re.compile(r"(?:tháng|kỳ báo cáo\s*:?)\s*(\d{1,2})\s*(?:/|-|năm|\.)\s*(\d{4})")
_QUARTER = re.compile(r"quý\s*(iv|i{1,3}|[1-4])\s*(?:/|-|,|năm|\.)\s*(?:năm\s*)?(\d{4})")
_YEAR = re.compile(r"năm\s*(\d{4})")
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
_WHOLE_PROVINCE = re.compile(r"(?:vanphong)?(?:ubnd|uybannhandan)tinh|tinh[a-z]|totinh")

_OFFICE = re.compile(
    r"(?:ubnd|uybannhandan|vanphong|trungtam|chicuc|cuc|phong|so|ban|bo|congan|tinh(?!hinh)|huyen|thixa|thanhpho|xa|phuong)"
)


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month, quarter or year."""

    kind: str
    first: dt.date

    @property
    def last(self) -> dt.date:
        return last_of(later(self.first, _MONTHS_OF[self.kind] - 1))


def period_of(texts: Sequence[str]) -> Period | str:
    """The period that the texts above a table name: from - to dates if present, else month, quarter or year.

    Returns:
        The period, or what is wrong with it as a text: only the caller knows the file and can raise an error.
    """
    said = unicodedata.normalize("NFC", " \n ".join(texts)).lower()
    spans = {tuple(map(int, found.groups())) for found in _SPAN.finditer(said)}
    if spans:
        found = {_calendar(*span) for span in spans}
    else:
        plain = _SINGLE_DAY.sub(" ", said)
        if _OTHER.search(plain):
            return "a period that is no month, quarter or year"
        found = _named(plain)
    if len(found) != 1:
        return "no reporting period" if not found else "more than one reporting period"
    return found.pop() or "a period that is no calendar month, quarter or year"


def _named(said: str) -> set[Period | None]:
    months = {_period("month", int(year), int(month)) for month, year in _MONTH.findall(said)}
    quarters = {_period("quarter", int(year), _QUARTERS[name] * 3 - 2) for name, year in _QUARTER.findall(said)}
    return months or quarters or {_period("year", int(year), 1) for year in _YEAR.findall(said)}


def _period(kind: str, year: int, month: int) -> Period | None:
    return Period(kind, dt.date(year, month, 1)) if 1 <= month <= 12 and 1990 <= year < 2200 else None


def _calendar(*span: int) -> Period | None:
    day, month, year, *end = span
    try:
        first, last = dt.date(year, month, day), dt.date(end[2], end[1], end[0])
    except ValueError:
        return None
    for kind in _MONTHS_OF:
        period = _period(kind, year, month)
        starts = kind == "month" or (month % 3 == 1 if kind == "quarter" else month == 1)
        if period and starts and (period.first, period.last) == (first, last):
            return period
    return None


def reporting_office(rows: Sequence[Sequence[object]]) -> str | None:
    """Who reports ("Đơn vị báo cáo: ..."), None if that is the province or is not stated.

    The name is after the colon; else, if it looks like an office's, in the cell below or in the next filled one.
    """
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            if not isinstance(cell, str) or not fold(cell).startswith("donvibaocao"):
                continue
            under = rows[number + 1] if number + 1 < len(rows) else ()
            near = [under[at] if at < len(under) else "", next((c for c in row[at + 1 :] if c not in ("", None)), "")]
            names = [cell.partition(":")[2], *(str(c) for c in near if _OFFICE.match(fold(str(c or ""))))]
            for name in names:
                kept = unicodedata.normalize("NFC", " ".join(name.split())).strip(" +-.…:;")
                if fold(kept) and kept.isprintable():
                    return None if _WHOLE_PROVINCE.match(fold(kept)) else kept
    return None
