"""Cells of a hand-made table that describe the table itself: labels, closing rows, rows of column numbers.

Deliberately lightweight: the process that opens workbooks (workbook_process.py) imports it too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from doisoat.sources.written_codes import reads_as_dossier_code

_CLOSING = re.compile(r"[\s\"',;(]*(?:tổng\s+(?:số|cộng|hồ\s+sơ)\b|(?:tổng|cộng|total)\s*(?:[:\d|]|$))", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{3}|[ \u00a0\u202f]\d{3}(?!\d))+(?!\d)|\d+")
#: Numbers in a closing row that count no dossiers: what is in brackets, days, times and periods, how many pages there are.
_OTHER_NUMBERS = re.compile(
    r"\([^()]*\)?|(?:từ\s+|đến\s+|tính\s+đến\s+|hết\s+)*ngày\s+\d[\d/.-]*(?:\s+tháng\s+\d+)?(?:\s+năm\s+\d{4})?"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d\d?-\d\d?"
    r"|(?:tháng|quý|quí|năm|tuần|kỳ)\s+(?:\d+|[ivx]+)(?:\s*[/.-]\s*\d{4}|\s+năm\s+\d{4})?\b(?!\s*hồ)"
    r"|(?:tổng\s+)?(?:số\s+)?trang\s*:?\s*\d+(?:\s*/\s*\d+)?|\d{1,2}(?::|h|g)\d\d(?::\d\d)?|\d{1,2}\s+giờ(?:\s+\d\d)?",
    re.IGNORECASE,
)
_SHOWN_OF = re.compile(r"\d[\d.,]*\s*/\s*(?=\d)")
_BETWEEN_CELLS = " | "
_COLUMN_NUMBER = re.compile(r"^\(?\s*([A-ZĐ]|\d{1,2})\s*\)?\s*(?:=.*)?\)?$")
_SHOWN_CELLS = 8
_LONGEST = 300  # signs of a closing row


def fold(label: str) -> str:
    """A label without case, diacritics, spaces and punctuation: "Mã hồ sơ" and "MA_HO_SO" are the same."""
    plain = unicodedata.normalize("NFD", label.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in plain.lower() if char.isalnum())


def declared_total(value: object) -> int | None:
    """N of a closing "Tổng số: N"; None if the text is something else, or states several numbers of which any may be meant.

    Dates, periods, pages and what is in brackets are no number of dossiers; of "2/2" (shown of all) it is the second.
    """
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFC", value[:_LONGEST])
    if not _CLOSING.match(text):
        return None
    text = _SHOWN_OF.sub(" ", _OTHER_NUMBERS.sub(" ", text.lstrip(" \"',;(")))
    stated = {number for part in re.split(r"(?=\btổng\b)", text, flags=re.IGNORECASE) if (number := _number(part))}
    return int(stated.pop()) if len(stated) == 1 else None


def _number(part: str) -> str | None:
    """The number of one "Tổng số ...": the first after its first colon, or the first at all; what follows are its parts."""
    _, _, after = part.partition(":")
    found = _NUMBER.search(after) or _NUMBER.search(part)
    return found and str(int("".join(filter(str.isdecimal, found[0]))))


def closing_text(cells: Sequence[object]) -> str | None:
    """The first cells of a closing row as one text ("Tổng số:" and 12 may be in two cells), None for any other row.

    Of any other row only the first filled cell is read.
    """
    lead = next((cell for cell in cells if cell not in ("", None)), None)
    if not isinstance(lead, str) or lead.lstrip(" \"',;(")[:1].lower() not in ("t", "c"):
        return None
    if not _CLOSING.match(unicodedata.normalize("NFC", lead[:_LONGEST])):
        return None
    filled = [cell for cell in cells if cell not in ("", None)][:_SHOWN_CELLS]
    return _BETWEEN_CELLS.join(
        str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in filled
    )


def is_caption(cells: Sequence[object]) -> bool:
    """Whether a row holds one cell of several words and nothing else: the heading of a group, a note, a place and date."""
    if len(cells) - cells.count("") - cells.count(None) != 1:
        return False
    (lone,) = (cell for cell in cells if cell not in ("", None))
    return isinstance(lone, str) and len(lone.split()) > 1 and not reads_as_dossier_code(lone)


def is_number_row(cells: Sequence[object]) -> bool:
    """Whether a row below a header only numbers the columns: "(1) (2) (3=1+2)", "A B 1 2", 1 2 3."""
    filled = [cell for cell in cells if cell not in ("", None)]
    shown = [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip() for cell in filled]
    return len(shown) > 2 and all(_COLUMN_NUMBER.match(cell) for cell in shown)
