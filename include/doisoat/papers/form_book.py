"""Form II.06a as the workbook that an office sends: in the layout of its circular, to be printed, signed and stamped.

sources/report_workbook/source.py reads it back. A count that the evidence leaves open is a number, the least it can be, shown
as the range ("4–5"), with a note in the cell and below the table: typed over, it is an ordinary number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from doisoat.errors import ConfigurationError
from doisoat.months import last_of, later, spanned
from doisoat.papers.books import FONT
from doisoat.papers.measures import height, lines
from doisoat.reports.form import OPEN, Asked, CountsAs
from doisoat.warehouse.queries import Report

COUNTS = ("received_and_carried_over", "received_online", "received_direct_or_post", "carried_over", "resolved", "resolved_early",
          "resolved_on_time", "resolved_overdue", "pending", "pending_in_time", "pending_overdue")  # fmt: skip
LEVELS = {"province": "TTHC CẤP TỈNH", "district": "TTHC CẤP HUYỆN", "commune": "TTHC CẤP XÃ", "unknown": "CHƯA RÕ CẤP"}
UNKNOWN_FIELD = "Chưa rõ lĩnh vực"
#: Counts without a column, and their notes below the table; for those in reports.form.OPEN, why there are ranges.
APART = {
    "received_channel_unknown": "Hồ sơ tiếp nhận trong kỳ chưa rõ kênh tiếp nhận (cột 4, 5: số ít nhất–nhiều nhất)",
    "resolved_undecided": "Đã giải quyết, chưa rõ trước hạn, đúng hạn hay quá hạn (cột 8, 9, 10: số ít nhất–nhiều nhất)",
    "pending_undecided": "Đang giải quyết, chưa rõ trong hạn hay quá hạn (cột 12, 13: số ít nhất–nhiều nhất)",
    "ended_without_result": "Hồ sơ từ chối, rút hoặc dừng xử lý trong kỳ (chỉ có trong cột 3)",
    "ended_undated": "Hồ sơ tiếp nhận trong kỳ đã kết thúc, nguồn không ghi ngày kết thúc (cột 7–13: số ít nhất–nhiều nhất)",
}
#: What stands around the table.
_FORM = "Biểu số II.06a/VPCP/KSTT\nBan hành theo Thông tư số 02/2017/TT-VPCP ngày 31/10/2017 của Văn phòng Chính phủ"
_TITLE = "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"
_UNIT = "Đơn vị tính: Số hồ sơ TTHC."
_RANGES = (
    "Ô ghi hai số: dữ liệu hiện có chưa đủ để biết chính xác, từ số ít nhất đến số nhiều nhất. Giá trị của ô là số ít nhất; "
    "nhập đè số chính xác nếu đơn vị biết."
)
_RANGE = "Ít nhất {least}, nhiều nhất {most}: dữ liệu hiện có chưa đủ để biết chính xác. Giá trị của ô là số ít nhất."
_RETURNED, _AWAITING = " (bao gồm hồ sơ từ chối, rút, dừng xử lý)", " (bao gồm hồ sơ chờ bổ sung)"
#: Label, first row, first column, last row, last column, within the header.
_HEADER: tuple[tuple[str, int, int, int, int], ...] = (
    ("TT", 1, 1, 3, 1), ("Lĩnh vực giải quyết", 1, 2, 3, 2),
    ("Số lượng hồ sơ tiếp nhận", 1, 3, 1, 6), ("Tổng số", 2, 3, 3, 3), ("Trong kỳ", 2, 4, 2, 5), ("Trực tuyến", 3, 4, 3, 4),
    ("Trực tiếp, dịch vụ bưu chính", 3, 5, 3, 5), ("Từ kỳ trước", 2, 6, 3, 6),
    ("Số lượng hồ sơ đã giải quyết", 1, 7, 1, 10), ("Tổng số", 2, 7, 3, 7), ("Trước hạn", 2, 8, 3, 8), ("Đúng hạn", 2, 9, 3, 9),
    ("Quá hạn", 2, 10, 3, 10),
    ("Số lượng hồ sơ đang giải quyết", 1, 11, 1, 13), ("Tổng số", 2, 11, 3, 11), ("Trong hạn", 2, 12, 3, 12),
    ("Quá hạn", 2, 13, 3, 13),
)  # fmt: skip
_WIDTHS = (6, 38, 9.5, 9.5, 12, 9.5, 9.5, 9.5, 13, 9.5, 9.5, 13, 9.5)
_LAST = len(_WIDTHS)
_THIN = Side(style="thin")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_RIGHT = Alignment(horizontal="right", vertical="center")
_NUMBER = "#,##0"


def _font(*, bold: bool = False, italic: bool = False, size: float = 11) -> Font:
    return Font(name=FONT, size=size, bold=bold, italic=italic)


@dataclass(frozen=True, slots=True)
class Sent:
    """Who sends the form, to whom, and from where it is dated."""

    office: str
    receiving: str
    place: str


def write_form(path: Path, report: Report, asked: Asked, sent: Sent) -> None:
    """Write the form's rows (reports.form.form) as a workbook.

    Raises:
        ConfigurationError: it cannot be written there.
    """
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new book has one
    sheet.title = "II.06a"
    for column, width in zip("ABCDEFGHIJKLM", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    _head(sheet, asked, sent)
    top = sheet.max_row + 1
    _header(sheet, top, with_returned=asked.counts_as is CountsAs.WITH_RETURNED)
    _row(sheet, [f"({number})" for number in range(1, _LAST + 1)], _font(italic=True, size=10))
    has_ranges = False
    for (label, row), font in _body(report.dicts()):
        has_ranges |= _row(sheet, [*label, *(row[name] for name in COUNTS)], font, _most(row))
    _notes(sheet, report.dicts()[-1], has_ranges=has_ranges)
    _signatures(sheet, sent, asked.last_day)
    _print(sheet, top)
    at = dt.datetime.combine(asked.night, dt.time())
    book.properties.created = book.properties.modified = at
    book.properties.creator = sent.office
    try:
        book.save(path)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: asked to write a workbook; got: {error.strerror}; do: name a file in an existing folder"
        ) from None


def period_name(first: dt.date, last: dt.date) -> str | None:
    """A month, quarter or year by its name; None for any other days."""
    months = spanned(first, last)
    if (
        first.day != 1
        or last != last_of(later(first, months - 1))
        or months not in (1, 3, 12)
        or (first.month - 1) % months
    ):
        return None
    if months == 1:
        return f"Tháng {first.month} năm {first.year}"
    return f"Năm {first.year}" if months == 12 else f"Quý {('I', 'II', 'III', 'IV')[first.month // 3]} năm {first.year}"


def _head(sheet: Worksheet, asked: Asked, sent: Sent) -> None:
    """The form's number, its title with the period, and who reports to whom, side by side; below, what is counted."""
    named = period_name(asked.first_day, asked.last_day)
    period = f"(Từ ngày {asked.first_day:%d/%m/%Y} đến ngày {asked.last_day:%d/%m/%Y})"
    blocks = (
        (_FORM, 1, 2, _LEFT, _font(size=10)),
        ("\n".join(filter(None, (_TITLE, named and f"Kỳ báo cáo: {named}", period))), 3, 9, _CENTRE, _font(bold=True, size=12)),
        (f"- Đơn vị báo cáo: {sent.office}\n- Đơn vị nhận báo cáo: {sent.receiving}", 10, _LAST, _LEFT, _font(size=10)),
    )  # fmt: skip
    needed = []
    for text, first, last, alignment, font in blocks:
        _put(sheet, 1, first, text, font, alignment)
        sheet.merge_cells(start_row=1, start_column=first, end_row=1, end_column=last)
        needed.append(height(lines(text, sum(_WIDTHS[first - 1 : last]), font.size, bold=bool(font.bold)), font.size))
    sheet.row_dimensions[1].height = max(needed)
    _put(sheet, 2, 1, _UNIT, _font(italic=True), _RIGHT)
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=_LAST)


def _header(sheet: Worksheet, top: int, *, with_returned: bool) -> None:
    needed = [1, 1, 1]
    for label, first_row, first, last_row, last in _HEADER:
        said = label + ({9: _RETURNED, 12: _AWAITING}.get(first, "") if with_returned and first_row > 1 else "")
        _put(sheet, top + first_row - 1, first, said, _font(bold=True), _CENTRE)
        takes = lines(said, sum(_WIDTHS[first - 1 : last]), bold=True)
        needed[last_row - 1] = max(needed[last_row - 1], takes - (last_row - first_row))
        if (first_row, first) != (last_row, last):
            sheet.merge_cells(
                start_row=top + first_row - 1, start_column=first, end_row=top + last_row - 1, end_column=last
            )
    for at, row in enumerate(sheet.iter_rows(min_row=top, max_row=top + 2, max_col=_LAST)):
        sheet.row_dimensions[top + at].height = height(needed[at])
        for cell in row:
            cell.border = _GRID


def _body(rows: Sequence[dict[str, Any]]) -> list[tuple[tuple[list[Any], dict[str, Any]], Font]]:
    """The table's rows as written: levels in Roman numerals, their fields numbered consecutively."""
    written: list[tuple[tuple[list[Any], dict[str, Any]], Font]] = []
    romans = iter(("I", "II", "III", "IV"))
    number = 0
    for row in rows:
        if row["row_kind"] == "field":
            number += 1
            written.append((([number, row["field_name"] or row["field_code"] or UNKNOWN_FIELD], row), _font()))
        elif row["row_kind"] == "level":
            number = 0
            written.append((([next(romans), LEVELS[row["level"]]], row), _font(bold=True)))
        else:
            written.append(((["", "TỔNG CỘNG"], row), _font(bold=True)))
    return written


def _most(row: dict[str, Any]) -> dict[int, int]:
    """The greatest number of each count that is open, by its column."""
    most = {name: row[name] + sum(row[doubt] for doubt in doubts) for name, doubts in OPEN.items()}
    return {COUNTS.index(name) + 3: value for name, value in most.items() if value != row[name]}


def _row(sheet: Worksheet, cells: Sequence[Any], font: Font, most: dict[int, int] | None = None) -> bool:
    """Write the next row; returns whether one of its counts is a range."""
    at = sheet.max_row + 1
    for column, value in enumerate(cells, 1):
        cell = _put(
            sheet, at, column, value, font, _LEFT if column == 2 and not str(value).startswith("(") else _CENTRE
        )
        cell.border = _GRID
        if isinstance(value, int) and column > 2:
            cell.number_format = _NUMBER
        if most and column in most:
            cell.number_format = f'[={value}]0"–{most[column]}";{_NUMBER}'
            cell.comment = Comment(_RANGE.format(least=value, most=most[column]), "Đối Soát", width=260, height=90)
    sheet.row_dimensions[at].height = height(lines(str(cells[1]), _WIDTHS[1], font.size, bold=bool(font.bold)))
    return bool(most)


def _written(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _notes(sheet: Worksheet, total: dict[str, Any], *, has_ranges: bool) -> None:
    """Counts without a column of their own, so that anyone adding up the columns finds what is missing."""
    said = [f"- {text}: {_written(total[name])}." for name, text in APART.items() if total[name]]
    if has_ranges:
        said.append(f"- {_RANGES}")
    if not said:
        return
    for text in ("Ghi chú:", *said):
        at = sheet.max_row + 1
        _put(sheet, at, 2, text, _font(italic=True, bold=text == "Ghi chú:", size=10), _LEFT)
        sheet.merge_cells(start_row=at, start_column=2, end_row=at, end_column=_LAST)
        sheet.row_dimensions[at].height = height(lines(text, sum(_WIDTHS[1:]), 10), 10)


def _signatures(sheet: Worksheet, sent: Sent, last_day: dt.date) -> None:
    at = sheet.max_row + 2
    right = (8, _LAST)
    dated = f"{sent.place}, ngày      tháng      năm {(last_day + dt.timedelta(days=1)).year}"
    block = (
        (at, dated, right, _font(italic=True)),
        (at + 1, "NGƯỜI LẬP BIỂU", (2, 5), _font(bold=True)), (at + 1, "THỦ TRƯỞNG ĐƠN VỊ", right, _font(bold=True)),
        (at + 2, "(Ký, ghi rõ họ tên)", (2, 5), _font(italic=True)),
        (at + 2, "(Ký, đóng dấu, ghi rõ họ tên)", right, _font(italic=True)),
    )  # fmt: skip
    for row, text, (first, last), font in block:
        _put(sheet, row, first, text, font, _CENTRE)
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)
        sheet.row_dimensions[row].height = height(1)


def _print(sheet: Worksheet, top: int) -> None:
    sheet.freeze_panes = f"C{top + 4}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{top}:{top + 3}"
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left, margins.right, margins.top, margins.bottom, margins.footer = 0.5, 0.4, 0.5, 0.6, 0.25
    foot: Any = sheet.oddFooter
    foot.right.text, foot.right.size, foot.right.font = "Trang &P/&N", 9, FONT


def _put(sheet: Worksheet, row: int, column: int, value: Any, font: Font, alignment: Alignment) -> Cell:
    cell: Cell = sheet.cell(row, column, value)
    if isinstance(value, str):  # a field's name comes from a source: never run it as a formula
        cell.data_type = "s"
    cell.font, cell.alignment = font, alignment
    return cell
