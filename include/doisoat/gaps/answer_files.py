"""The rows of a list that a unit sent back: a workbook or CSV, as whichever office program saved it.

Texts come composed or decomposed, with line breaks and spaces of any kind; they are compared and kept in one form. A row that
cannot be read is named and loses nobody else's answer.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doisoat.errors import DecisionRefusedError, SourceError
from doisoat.sources.contract import Original
from doisoat.sources.files.inbox import InboxFile
from doisoat.sources.files.workbooks import NoValue, Workbook

#: A list of a million gaps does not unpack to more than this many megabytes, nor has it more rows.
LARGEST, MOST_ROWS = 256, 1 << 20
#: Column separators of a .csv: a spreadsheet on a Vietnamese system writes semicolons.
SEPARATORS = (",", ";", "\t")
#: The headings are among the first rows.
HEAD_ROWS = 50
#: A cell of a .csv may go on over this many lines.
_LONGEST_CELL = 50
_WORKBOOK = (b"PK", b"\xd0\xcf")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_UTF8_AS_1258 = re.compile(rb"[\xc3-\xc6][\x80-\xbf]|\xe1[\xba\xbb][\x80-\xbf]")  # damaged UTF-8, not an older encoding


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list.

    Attributes:
        row: its number in its sheet, from 1.
        cells: their texts, in one form; "" for an empty one.
        unknown: which of them (from 0) show no value although they are not empty.
        fault: why it cannot be read, by its key in `refusals` of repair_list.yaml; None if it can.
    """

    row: int
    cells: list[str]
    unknown: frozenset[int] = frozenset()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A visible sheet of a workbook, or a .csv.

    Attributes:
        name: the sheet's; None for a .csv, and for the only sheet that is shown.
    """

    name: str | None
    lines: list[Line]


def is_workbook(content: bytes, file: Path) -> bool:
    """Whether a file is a workbook, by its first bytes or its name."""
    return content[:2] in _WORKBOOK or file.suffix.lower().startswith(".xls")


def tables(file: Path) -> Iterator[Table]:
    """Each visible sheet of a workbook, or a .csv.

    Raises:
        DecisionRefusedError: the file cannot be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _unreadable(file, type(error).__name__) from None
    if is_workbook(content, file):
        yield from _sheets(file, len(content))
    else:
        yield Table(None, list(_rows_of_csv(file, content)))


def _sheets(file: Path, size: int) -> Iterator[Table]:
    """In a process of its own, as for sources: doisoat.sources.files.workbooks."""
    given = InboxFile("answers", Original(file, size, ""), (size, 0, 0))
    try:
        with Workbook(given, LARGEST) as book:
            shown = [name for name, is_shown in book.sheets if is_shown]
            for name in shown:
                head = book.head(name, MOST_ROWS)
                _fill_down(head.rows, head.merged)
                lines = [_line(at, row) for at, row in enumerate(head.rows, 1)]
                yield Table(name if len(shown) > 1 else None, lines)
    except SourceError as error:
        raise _unreadable(file, error.came) from None
    except OSError as error:
        raise _unreadable(file, type(error).__name__) from None


def _fill_down(rows: list[list[Any]], merged: Sequence[tuple[int, int, int, int]]) -> None:
    """What a cell merged over several rows says is said of each of them."""
    for top, left, bottom, _ in merged:
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and row[left] in ("", None):
                row[left] = rows[top][left]


def _line(number: int, row: Sequence[Any]) -> Line:
    unknown = frozenset(at for at, cell in enumerate(row) if isinstance(cell, NoValue))
    return Line(number, ["" if at in unknown else one_form(cell) for at, cell in enumerate(row)], unknown)


def one_form(cell: Any) -> str:
    """A cell's text composed, without invisible characters, with one plain space wherever there was room."""
    text = "" if cell is None else str(cell)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join(text.split())


def _rows_of_csv(file: Path, content: bytes) -> Iterator[Line]:
    """Row by row, so that a quotation mark too many or a damaged character is the fault of its own row."""
    lines, is_old = _decoded(file, content)
    head = [line or "" for line in lines[:HEAD_ROWS]]
    separator = max(SEPARATORS, key=lambda mark: max((line.count(mark) for line in head), default=0))
    at = number = width = 0
    while at < len(lines):
        taken, cells = _row(lines[at : at + _LONGEST_CELL], separator, width)
        number, width = number + 1, max(width, len(cells or ()))
        yield _line_of_csv(number, cells, is_old=is_old, is_damaged=lines[at] is None)
        at += taken


def _line_of_csv(number: int, cells: list[str] | None, *, is_old: bool, is_damaged: bool) -> Line:
    if cells is None:
        return Line(number, [], fault="no_text" if is_damaged else "quotation_marks")
    lost = frozenset(at for at, cell in enumerate(cells) if is_old and "?" in cell)
    fault = "lost_letters" if lost else None
    return Line(number, [one_form(cell) for cell in cells], lost, fault)


def _row(lines: Sequence[str | None], separator: str, width: int) -> tuple[int, list[str] | None]:
    """The row at the beginning of these lines: how many it takes, and its cells; None if the first one cannot be read."""
    text = ""
    for taken, line in enumerate(lines, 1):
        if line is None:
            break
        text += line
        if text.count('"') % 2:
            continue  # within a quotation
        try:
            cells = next(csv.reader([text], delimiter=separator, strict=True), [])
        except csv.Error:
            break
        if taken > 1 and len(cells) != width:
            break  # a quotation that began by mistake ends in another row
        return taken, cells
    return 1, None


def _decoded(file: Path, content: bytes) -> tuple[list[str | None], bool]:
    """The lines, None for one that is damaged; and whether they are in the older Vietnamese encoding (Windows 1258)."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return list(io.StringIO(content.decode("utf-16"), newline="")), False
        except UnicodeDecodeError as error:
            raise _unreadable(file, type(error).__name__) from None
    raw = content.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)
    lines: list[str | None] = [_text(line, "utf-8") for line in raw]
    if None not in lines or content.startswith(codecs.BOM_UTF8) or _UTF8_AS_1258.search(content):
        return lines, False
    return [_text(line, "cp1258") for line in raw], True


def _text(line: bytes, encoding: str) -> str | None:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def _unreadable(file: Path, came: str) -> DecisionRefusedError:
    return DecisionRefusedError(
        f"{file.name}: asked for a returned list, .xlsx or .csv; got: {came}; do: have it saved again"
    )
