"""Which rows of a report are its units or fields, and which is its total (CONTRACTS section 2b).

Between the units are rows of groups, with subtotals or without: "I. Cấp tỉnh", "Sở, ban, ngành", "Cộng các xã". They are neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from doisoat.sources.files.words import fold
from doisoat.sources.files.workbooks import NoValue
from doisoat.sources.report_workbook.words import count
from doisoat.sources.values import BadRowError, text

_IN_BRACKETS = re.compile(r"\([^()]*\)?")
_TOTAL_FOLDED = re.compile(r"tong(?:cong|so)?|cong|toantinh|tongcong(?!ty).*")
_TOTAL = re.compile(
    r"(?:tổng|cộng)\s*(?:$|[:.]|(?:cộng|số|toàn|chung|các|cả|khối|cấp|theo|sở|xã|huyện|phường|nhóm)\b|[\divx]+\b)"
)
_KIND_OF_UNIT = r"(?:sở|ban|ngành|đoàn thể|phòng|chi cục|xã|phường|thị trấn|thị xã|huyện|quận|thành phố|đặc khu)"
#: "Sở, ban, ngành", "Các xã, phường, thị trấn", "Cộng huyện, thị xã, thành phố thuộc tỉnh": kinds of units, not a unit.
_GROUP = re.compile(
    r"(?:(?:tổng|tổng số|tổng cộng|cộng|các|khối|nhóm|cấp|ubnd|ủy ban nhân dân|uỷ ban nhân dân|cơ quan)\s+)*"
    rf"{_KIND_OF_UNIT}(?:(?:\s*[,;/&+–-]\s*|\s+và\s+|\s+){_KIND_OF_UNIT})+"
    r"(?:\s+(?:tỉnh|cấp|thuộc|trực thuộc|của|trên địa bàn)\b.*)?"
)
_OUTLINE = re.compile(r"^(?:[IVXLC]+|[A-HĐ])[.)]?$")
_LEVEL = re.compile(
    r"^(?:tthc|thutuchanhchinh|linhvuc)?(?:ubnd|uybannhandan)?"
    r"(?:cap(?:tinh|huyen|xa)|khoi|cac(?:so|xa|phuong|huyen|donvi|coquan))"
)
#: Rows of other periods: cumulated, of the period before, compared.
_OF_OTHER_PERIODS = re.compile(r"luyke|congdon|kytruoc|cungky|namtruoc|thangtruoc|sovoi|^sosanh|^tyle|^tile")
_FOOT = re.compile(r"(?:nguoi|canbo)|thutruong|lanhdao|dienthoai|sodienthoai|noinhan|lienhe|email|ghichu|kyten")

Counts = dict[str, int | str | None]


@dataclass(slots=True)
class Row:
    """One unit or field, or the total.

    Attributes:
        name: as stated; None for the total.
        counts: measure -> count, or the flag that says why it cannot be read.
        flags: measure -> what is wrong with, or needs to be known about, its number.
        is_top_level: whether it is a part of the total, and not of another row.
    """

    name: str | None
    counts: Counts
    flags: dict[str, list[str]] = field(default_factory=dict)
    is_top_level: bool = True

    def flag(self, measure: str, flag: str) -> None:
        """Flag a number, once."""
        noted = self.flags.setdefault(measure, [])
        if flag not in noted:
            noted.append(flag)


@dataclass(slots=True)
class _Line:
    """A row of the table: what it is (entry, total, other, end), its running number, its counts."""

    kind: str
    number: str
    row: Row


def rows_of(
    body: Sequence[Sequence[Any]], measures: Mapping[str, int], name_at: int, number_at: int
) -> tuple[list[Row], Row | None] | None:
    """The units or fields of the table, and its total, if it has one.

    The table ends with its total, or at the first blank row or foot text if the total comes first or is missing.

    Returns:
        None if it has several closing rows and none of them is the sum of the units: which one is the total is unknown.
    """
    lines = [_line(row, measures, name_at, number_at) for row in body]
    lines = lines[: _end(lines)]
    _leave_out_groups(lines)
    entries = [line.row for line in lines if line.kind == "entry"]
    totals = [line.row for line in lines if line.kind == "total"]
    if len(totals) < 2 or not entries:
        return entries, totals[0] if totals else None
    agreeing = [_agreeing(entries, total) for total in totals]
    if not any(agreeing):
        return None
    return entries, totals[agreeing.index(max(agreeing))]


def is_filled_in(body: Sequence[Sequence[Any]], measures: Mapping[str, int], name_at: int) -> bool:
    """Whether a row above the foot states anything but zero."""
    for row in body:
        if _FOOT.match(fold(_shown(row[name_at]))):
            return False
        if any(count(row[at]) not in (None, 0) for at in measures.values()):
            return True
    return False


def _end(lines: Sequence[_Line]) -> int:
    """Where the table ends: after the last of the closing rows that follow each other without a blank row or a foot."""
    kinds = [line.kind for line in lines]
    closing = [at for at, kind in enumerate(kinds) if kind == "total" and "entry" in kinds[:at]]
    if not closing:
        return next((at for at, kind in enumerate(kinds) if kind == "end"), len(kinds))
    reach = next((at for at in range(closing[0], len(kinds)) if kinds[at] == "end"), len(kinds))
    return max(at for at in closing if at < reach) + 1


def _leave_out_groups(lines: Sequence[_Line]) -> None:
    """Make rows of groups `other`, and the rows below a numbered one parts of the total."""
    left_out = set()
    for at, line in enumerate(lines):
        if line.kind == "entry" and (_has_rows_below(lines, at) if line.number else _is_sum_of_next(lines, at)):
            line.kind = "other"
            left_out.add(line.number)
    for line in lines:
        above, _, own = line.number.rpartition(".")
        line.row.is_top_level = line.number.isdigit() or not line.number or (bool(own) and above in left_out - {""})


def _has_rows_below(lines: Sequence[_Line], at: int) -> bool:
    """Whether a numbered row names kinds of units, with units below it: 1 Sở, ban, ngành; 1.1 Sở Tư pháp."""
    below = f"{lines[at].number}."
    return _is_group(lines[at].row.name or "") and any(line.number.startswith(below) for line in lines[at + 1 :])


def _is_sum_of_next(lines: Sequence[_Line], at: int) -> bool:
    """Whether a row without a number is the sum of the numbered ones up to the next without: a subtotal."""
    parts = []
    for line in lines[at + 1 :]:
        if line.kind != "entry" or not line.number:
            break
        if line.number.isdigit():
            parts.append(line.row)
    counts = lines[at].row.counts
    stated = {measure: value for measure, value in counts.items() if isinstance(value, int)}
    return (
        bool(parts)
        and any(stated.values())
        and not any(differ(value, added(row.counts.get(measure) for row in parts)) for measure, value in stated.items())
    )


def _agreeing(entries: Sequence[Row], total: Row) -> int:
    """For how many measures a closing row is the sum of the units."""
    top = [row for row in entries if row.is_top_level]
    return sum(
        isinstance(value, int) and value > 0 and value == added(row.counts.get(measure) for row in top)
        for measure, value in total.counts.items()
    )


def _line(row: Sequence[Any], measures: Mapping[str, int], name_at: int, number_at: int) -> _Line:
    name, number = _shown(row[name_at]), _shown(row[number_at])
    counts: Counts = {measure: count(row[at]) for measure, at in measures.items()}
    stated = sum(1 for at in measures.values() if isinstance(row[at], NoValue) or isinstance(count(row[at]), int))
    kind = _kind(row, name, number, stated)
    if kind == "entry" and (_name(row[name_at]) is None or stated < 2):
        kind = "other"
    return _Line(kind, number.rstrip("."), Row(_name(row[name_at]) if kind == "entry" else None, counts))


def _kind(row: Sequence[Any], name: str, number: str, stated: int) -> str:
    if all(cell in ("", None) for cell in row) or _FOOT.match(fold(name)):
        return "end"
    is_numbered = number.replace(".", "").isdigit()
    if not is_numbered and (_is_group(name) or _OF_OTHER_PERIODS.search(fold(name))):
        return "other"
    if any(_is_total(word) for word in (name, number) if word):
        return "total" if stated else "other"
    if _OUTLINE.match(number) or fold(name).startswith("trongdo") or fold(number).startswith("trongdo"):
        return "other"
    if not is_numbered and _LEVEL.match(fold(name)):
        return "other"
    return "entry"


def _is_total(word: str) -> bool:
    said = _said(word)
    return bool(_TOTAL_FOLDED.fullmatch(fold(said)) or _TOTAL.match(said))


def _is_group(name: str) -> bool:
    return _GROUP.fullmatch(_said(name)) is not None


def _said(name: str) -> str:
    """A name as it is compared: composed, in small letters, without brackets and punctuation around it."""
    return " ".join(_IN_BRACKETS.sub(" ", unicodedata.normalize("NFC", name).lower()).split()).strip(" .,:;*+-–")


def _shown(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _name(cell: object) -> str | None:
    try:
        return text(cell) if isinstance(cell, str) else None
    except BadRowError:
        return None


def added(counts: Iterable[int | str | None]) -> int | None:
    """The sum, None if one of them cannot be read; an empty cell next to numbers counts as zero."""
    total = 0
    for value in counts:
        if isinstance(value, str):
            return None
        total += value or 0
    return total


def differ(stated: int | str | None, sum_of_parts: int | None) -> bool:
    """Whether a stated number is known not to be the sum of its parts."""
    return isinstance(stated, int) and sum_of_parts is not None and stated != sum_of_parts
