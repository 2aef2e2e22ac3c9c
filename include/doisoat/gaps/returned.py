"""The returned list as it goes back to its unit: a copy of the file, with what became of each answer beside its row.

Nothing of the original is changed but a reason that seemed to hold personal data: that is taken out. A file that is no .xlsx
comes back as one, with its texts alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doisoat.errors import ConfigurationError
from doisoat.gaps.answer_files import Table, is_workbook, tables
from doisoat.gaps.answers import Head, Place, Read, Refusal, Taken
from doisoat.gaps.repair_words import words
from doisoat.sources.files.words import fold

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_KEPT, _REFUSED = ("E2EFDA", "375623"), ("FCE4E4", "C00000")
_WIDTH = 44


def outcomes(read: Read, taken: Taken) -> dict[Place, str | Refusal]:
    """What became of each row that was answered, in order: a text, or the refusal."""
    said = words()["outcomes"]
    told: dict[Place, str | Refusal] = {answer.place: said["kept"] for answer in taken.kept}
    told |= {answer.place: said["known"] for answer in taken.known}
    told |= {refusal.place: refusal for refusal in (*read.refused, *taken.refused)}
    return dict(sorted(told.items()))


def give_back(
    files: Sequence[Path], read: Read, told: Mapping[Place, str | Refusal], folder: Path | None
) -> list[Path]:
    """Write the copy of each file; returns where they are.

    Args:
        told: what became of each row (outcomes).
        folder: where to write them; None: beside the file.

    Raises:
        ConfigurationError: one cannot be written there.
    """
    written = []
    for number, file in enumerate(files):
        here = {(place.sheet, place.row): outcome for place, outcome in told.items() if place.file == number}
        copy = (folder or file.parent) / f"{file.stem}-phan-hoi.xlsx"
        try:
            _copy(file, read.heads[number], here, copy)
        except OSError as error:
            raise ConfigurationError(
                f"{copy}: asked to write the copy that goes back; got: {error.strerror}; the answers are stored; do: give "
                "--back an existing folder, with the same files"
            ) from None
        written.append(copy)
    return written


def _copy(file: Path, heads: Sequence[Head], told: Mapping[tuple[int, int], str | Refusal], copy: Path) -> None:
    """Files were read before (doisoat.gaps.answers): what is left of them here was within its bounds."""
    from openpyxl import Workbook, load_workbook

    content = file.read_bytes()
    if is_workbook(content, file) and content.startswith(b"PK"):
        book = load_workbook(file)
        shown = {sheet.title: sheet for sheet in book.worksheets if sheet.sheet_state == "visible"}
        sheets: list[Any] = [shown[head.sheet_name or next(iter(shown))] for head in heads]
    else:
        book = Workbook()
        book.remove(book.worksheets[0])
        lists = [table for table in tables(file) if any(_is_list(table, head) for head in heads)]
        sheets = [_written(book.create_sheet(), table) for table in lists]
    for number, (sheet, head) in enumerate(zip(sheets, heads, strict=True)):
        _mark(sheet, head, {row: outcome for (of, row), outcome in told.items() if of == number})
    book.save(copy)


def _is_list(table: Table, head: Head) -> bool:
    return table.name == head.sheet_name and table.lines[head.row - 1].cells == head.cells


def _written(sheet: Worksheet, table: Table) -> Worksheet:
    for line in table.lines:
        for column, text in enumerate(line.cells, 1):
            if text:
                sheet.cell(line.row, column, text).data_type = "s"
    return sheet


def _mark(sheet: Worksheet, head: Head, told: Mapping[int, str | Refusal]) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    said = words()["outcomes"]
    cells = {fold(str(cell.value)): cell.column for cell in sheet[head.row] if cell.value is not None}
    *_, reason = head.places.values()
    before = cells.get(fold(said["heading"]))
    column, reason_column = before or max(cells.values()) + 1, cells[fold(head.cells[reason])]
    letter = get_column_letter(column)
    sheet.column_dimensions[letter].width, sheet.column_dimensions[letter].hidden = _WIDTH, False
    thin = Side(style="thin")
    grid = Border(left=thin, right=thin, top=thin, bottom=thin)
    for (cell,) in sheet.iter_rows(head.row + 1, None, column, column) if before else ():
        cell.value, cell.fill = None, PatternFill()  # what an earlier copy said
    if area := sheet.print_area:
        first, last = area.replace("$", "").split("!")[-1].split(":")
        sheet.print_area = f"{first}:{letter}{last.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
    for row, outcome in {head.row: said["heading"], **told}.items():
        is_refused = isinstance(outcome, Refusal)
        cell = sheet.cell(row, column, said["refused"].format(why=outcome) if is_refused else outcome)
        fill, ink = ("D9E1F2", "000000") if row == head.row else _REFUSED if is_refused else _KEPT
        cell.fill, cell.border = PatternFill("solid", fgColor=fill), grid
        cell.font = Font(color=ink, name="Times New Roman", bold=row == head.row)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        if isinstance(outcome, Refusal) and outcome.why == "personal":
            sheet.cell(row, reason_column).value = None
    _make_room(sheet, told)


def _make_room(sheet: Worksheet, told: Mapping[int, str | Refusal]) -> None:
    """A row is as high as what is written beside it needs."""
    for row, outcome in told.items():
        lines = -(-len(words()["outcomes"]["refused"].format(why=outcome)) // (_WIDTH - 6))
        height = sheet.row_dimensions[row].height
        if height is not None:
            sheet.row_dimensions[row].height = max(height, 15.0 * lines)
