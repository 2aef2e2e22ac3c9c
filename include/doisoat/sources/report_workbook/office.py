"""The office that a report names as its sender (CONTRACTS section 2b)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from doisoat.sources.files.words import fold

_LABEL = re.compile(r"^[^\w\n]*don\s*vi\s*(?:gui\s*)?bao\s*cao\s*:?|don\s*vi\s*(?:gui\s*)?bao\s*cao\s*:", re.MULTILINE)
#: What else may follow in the same cell: who receives the report, its period, its unit of count, who made it.
_NEXT = re.compile(
    r"don\s*vi\s*(?:nhan|tinh|gui)|ky\s*bao\s*cao|noi\s*nhan|nguoi\s*(?:lap|ky|gui|bao|tong|duyet)|dien\s*thoai|email|ngay\s*\d"
)
_WHOLE_PROVINCE = re.compile(r"(?:vanphong)?(?:ubnd|uybannhandan)tinh|tinh[a-z]|totinh")
_OFFICE = re.compile(
    r"(?:ubnd|uybannhandan|vanphong|trungtam|chicuc|cuc|phong|so|ban|bo|congan|tinh(?!hinh)|huyen|thixa|thanhpho|xa|phuong)"
)
_AROUND = " +-–•.…_:;,"


def reporting_office(rows: Sequence[Sequence[object]]) -> str | None:
    """Who reports ("Đơn vị báo cáo: ..."), None if that is the province or is not stated.

    The name is after the label, in its cell; else, if it looks like an office's, in the cell below or in the next filled one.
    The cell may go on with who receives the report, in the same line or the next.
    """
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            if not isinstance(cell, str) or (label := _LABEL.search(_plain(cell))) is None:
                continue
            under = rows[number + 1] if number + 1 < len(rows) else ()
            near = [under[at] if at < len(under) else "", next((c for c in row[at + 1 :] if c not in ("", None)), "")]
            names = [_name(_composed(cell)[label.end() :]), *(_name(_composed(str(c or ""))) for c in near)]
            if not label[0].endswith(":") or not names[0]:
                names = [name for name in names if _OFFICE.match(fold(name))]
            for name in names[:1]:
                return None if _WHOLE_PROVINCE.match(fold(name)) else name
    return None


def _name(text: str) -> str:
    """The office's name at the beginning of a text; "" if there is none.

    It is in the first line that says anything. A line that begins with a small letter continues it; any other might be a
    person's name.
    """
    found = _NEXT.search(_plain(text))
    lines = [line.strip(_AROUND) for line in text[: found.start() if found else None].splitlines()]
    kept = " ".join(" ".join(_first_lines(line for line in lines if fold(line))).split()).strip(_AROUND)
    return kept if kept.isprintable() else ""


def _first_lines(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number and not line[0].islower():
            return
        yield line


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _plain(text: str) -> str:
    """A text without case and diacritics, each character where it is in the composed text."""
    return "".join(_plain_character(char) for char in _composed(text))


def _plain_character(char: str) -> str:
    return "d" if char in "đĐ" else unicodedata.normalize("NFD", char)[0].lower()[:1]
