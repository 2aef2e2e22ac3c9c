"""The dates of a column: which of its texts say "none", and whether the column puts the month before the day."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from doisoat.sources.dates import is_month_first, is_null_day, means_none, plain, read_moment
from doisoat.sources.files.workbooks import NoValue
from doisoat.sources.values import has_possible_offset


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that cannot be read, and why."""

    reason: str


#: A cell that no format can read.
BAD = Unread("impossible_date")
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # a workbook's days have no offset
_SHOWN_ROWS = 3
_REMEMBERED = 20_000
_MOST_TIMES = 100_000  # a day has 86,400 seconds
_LONGEST = 100  # signs of a date
_USUAL_FORMAT = "%d/%m/%Y %H:%M:%S"
_USUAL_DAY, _USUAL_TIME = re.compile(r"\d\d/\d\d/\d{4}", re.A), re.compile(r"\d\d:\d\d:\d\d", re.A)


class DateCells:
    """Reads columns of dates, block by block of one file.

    Args:
        timezone: of dates without an offset.
        formats: tried in this order; then whatever Vietnamese writes (dates.py), unless one of them is month-first.
        no_dates: words for "no date".
    """

    def __init__(self, timezone: dt.tzinfo, formats: Sequence[str], no_dates: Sequence[str]) -> None:
        self._timezone, self._formats = timezone, formats
        self._none = frozenset(map(plain, no_dates))
        self._is_day_first = not any(
            "%m" in one.partition("%d")[0] and "%Y" not in one.partition("%m")[0] for one in formats
        )
        self._texts: dict[str, Any] = {}
        self._has_usual = formats[0] == _USUAL_FORMAT
        self._days: dict[str, dt.datetime | None] = {}
        self._times: dict[str, dt.timedelta | None] = {}
        self._month_first: defaultdict[str, list[str]] = defaultdict(list)
        self._day_first: Counter[str] = Counter()

    def begin_file(self) -> None:
        """The next block belongs to another file, which may be written differently."""
        self._month_first.clear()
        self._day_first.clear()

    def month_first(self) -> str | None:
        """The cells that prove a month-first order, if a column of the file has more of them than of the other order."""
        proven = {name: rows for name, rows in self._month_first.items() if len(rows) > self._day_first[name]}
        if not proven:
            return None
        return "; ".join(
            f"{name} in {', '.join(rows[:_SHOWN_ROWS])}"
            + (f" and {len(rows) - _SHOWN_ROWS} more" if len(rows) > _SHOWN_ROWS else "")
            for name, rows in sorted(proven.items())
        )

    def read(self, name: str, cells: Sequence[Any], rows: range, sheet: int | None) -> list[Any]:
        """Aware datetimes, None for empty and for "none", NoValue as it is, BAD if no format can read the cell.

        Args:
            name: the field.
            rows: the number of each row.
            sheet: the number of the sheet, None if only one is read.
        """
        written = [_as_text(cell) for cell in cells]
        usual = [self._usual(text) for text in written]
        self._day_first[name] += sum(read is not None and read.day > 12 for read in usual)
        parsed = self._parsed(name, [None if read else text for read, text in zip(usual, written, strict=True)])
        found = []
        for row, cell, text, quick, read in zip(rows, cells, written, usual, parsed, strict=True):
            moment = quick or self._moment(cell, text, read)
            if moment is BAD and text and is_month_first(text[:_LONGEST]):
                where = f"sheet {sheet} row {row}" if sheet else f"row {row}"
                self._month_first[name].append(where)
            found.append(moment)
        return found

    def _usual(self, text: str | None) -> dt.datetime | None:
        """The moment of a text in the usual format, None for any other; each day and each time of day is read once."""
        if not self._has_usual or text is None or len(text) != 19 or text[10] != " ":
            return None
        day, time = text[:10], text[11:]
        if day not in self._days:
            self._remember(self._days, day, _usual_day(day, self._timezone))
        if time not in self._times:
            self._remember(self._times, time, _usual_time(time))
        start, passed = self._days[day], self._times[time]
        return None if start is None or passed is None else start + passed  # by the clock on the wall: the zone stays

    @staticmethod
    def _remember(known: dict[str, Any], text: str, read: object) -> None:
        if len(known) > _MOST_TIMES:
            known.clear()
        known[text] = read

    def _parsed(self, name: str, unusual: list[str | None]) -> Sequence[Any]:
        """What the formats read of the texts that are not usual, NaT for all others."""
        asked = [None if text in self._texts else text for text in unusual]
        if not any(asked):
            return [pd.NaT] * len(asked)
        texts = pd.Series(asked, dtype=object)
        parsed = pd.to_datetime(texts, format=self._formats[0], errors="coerce")
        for other in self._formats[1:]:
            missed = parsed.isna() & texts.notna()
            if not missed.any():
                break
            parsed[missed] = pd.to_datetime(texts[missed], format=other, errors="coerce")
        self._day_first[name] += int((parsed.dt.day > 12).sum())
        return list(parsed.array.to_pydatetime())

    def _moment(self, cell: object, text: str | None, read: Any) -> Any:
        if text is not None:
            return self._kept(read) if read is not pd.NaT else self._other(text)
        if cell is None or isinstance(cell, str):
            return None
        if isinstance(cell, NoValue):
            return cell
        if isinstance(cell, dt.datetime):
            return self._kept(cell)
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            return self._of_serial(cell)
        return BAD

    def _of_serial(self, days: float) -> Any:
        """A workbook's day without a date style; 0 is its "no date"."""
        if days == 0:
            return None
        return self._kept(_EXCEL_EPOCH + dt.timedelta(seconds=round(days * 86_400))) if 1 <= days < 110_000 else BAD

    def _other(self, text: str) -> Any:
        """A text that no format can read: words for "none", a workbook's day as text, or another way of writing a date."""
        if text in self._texts:
            return self._texts[text]
        if len(text) > _LONGEST:
            return BAD
        if means_none(text, self._none):
            found: Any = None
        elif text.replace(".", "", 1).isdecimal() and len(text.partition(".")[0]) == 5:
            found = self._of_serial(float(text))
        else:
            moment = read_moment(text) if self._is_day_first else None
            found = BAD if moment is None else self._kept(moment)
        if len(self._texts) > _REMEMBERED:
            self._texts.clear()
        self._texts[text] = found
        return found

    def _kept(self, found: dt.datetime) -> Any:
        if is_null_day(found):
            return None
        if not 1900 <= found.year < 2200:
            return BAD
        if found.tzinfo is None:
            return found.replace(tzinfo=self._timezone)
        return found if has_possible_offset(found) else BAD


def _usual_day(day: str, timezone: dt.tzinfo) -> dt.datetime | None:
    """The start of a day written dd/MM/yyyy; None for what is none, or needs to be looked at: a null day, another century."""
    if not _USUAL_DAY.fullmatch(day):
        return None
    try:
        found = dt.datetime(int(day[6:]), int(day[3:5]), int(day[:2]), tzinfo=timezone)
    except ValueError:
        return None
    return None if is_null_day(found) or not 1900 <= found.year < 2200 else found


def _usual_time(time: str) -> dt.timedelta | None:
    """What has passed of a day at HH:mm:ss; None for what is no time."""
    if not _USUAL_TIME.fullmatch(time):
        return None
    hour, minute, second = map(int, time.split(":"))
    if hour > 23 or minute > 59 or second > 59:
        return None
    return dt.timedelta(hours=hour, minutes=minute, seconds=second)


def _as_text(cell: object) -> str | None:
    """The text of a cell; a number too long for a workbook's day is digits: 20240305080001."""
    if isinstance(cell, str):
        return cell.strip() or None
    if (
        isinstance(cell, (int, float))
        and not isinstance(cell, bool)
        and float(cell).is_integer()
        and cell >= 10_000_000
    ):
        return str(int(cell))
    return None
