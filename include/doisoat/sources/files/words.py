"""Cells of a hand-made table that describe the table itself: labels, closing rows, rows of column numbers.

Deliberately lightweight: the process that opens workbooks (workbook_process.py) imports it too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_TOTAL = re.compile(r"^[\s\"',;]*tổng\s+(?:số|cộng)[^\d]*(\d{1,3}(?:[.,]\d{3})+|\d*)", re.IGNORECASE)
_COLUMN_NUMBER = re.compile(r"^\(?\s*([A-ZĐ]|\d{1,2})\s*\)?\s*(?:=.*)?\)?$")
_SHOWN_CELLS = 8


def fold(label: str) -> str:
    """A label without case, diacritics, spaces and punctuation: "Mã hồ sơ" and "MA_HO_SO" are the same."""
    plain = unicodedata.normalize("NFD", label.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in plain.lower() if char.isalnum())


def declared_total(value: object) -> int | None:
    """N of a closing "Tổng số: N", None if the text is something else."""
    if not isinstance(value, str):
        return None
    found = _TOTAL.match(unicodedata.normalize("NFC", value))
    digits = found and found[1].replace(".", "").replace(",", "")
    return int(digits) if digits else None


def closing_text(cells: Sequence[object]) -> str | None:
    """The first cells of a closing row as one text ("Tổng số:" and 12 may be in two cells), None for any other row.

    Of any other row only the first filled cell is read.
    """
    lead = next((cell for cell in cells if cell not in ("", None)), None)
    if not isinstance(lead, str) or lead.lstrip(" \"',;")[:1] not in ("t", "T"):
        return None
    if not _TOTAL.match(unicodedata.normalize("NFC", lead)):
        return None
    filled = [cell for cell in cells if cell not in ("", None)][:_SHOWN_CELLS]
    return " ".join(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in filled)


def is_number_row(cells: Sequence[object]) -> bool:
    """Whether a row below a header only numbers the columns: "(1) (2) (3=1+2)", "A B 1 2", 1 2 3."""
    filled = [cell for cell in cells if cell not in ("", None)]
    shown = [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip() for cell in filled]
    return len(shown) > 2 and all(_COLUMN_NUMBER.match(cell) for cell in shown)
