"""Form II.06a as the workbook that an office sends (CONTRACTS 2b): sources/report_workbook/source.py reads it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from doisoat.reports.form import Asked, CountsAs, with_ranges
from doisoat.reports.workbooks import save
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
_WIDTHS = (6, 44, 11, 11, 14, 11, 11, 11, 13, 11, 11, 13, 11)
_THIN = Side(style="thin")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_BOLD = Font(bold=True)


def write_form(path: Path, report: Report, asked: Asked, office: str) -> None:
    """Write the form's rows (reports.form.form) as a workbook.

    Args:
        office: the reporting office, as it should be named.
    """
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new book has one
    sheet.title = "II.06a"
    _titles(sheet, asked, office)
    top = sheet.max_row + 1
    _header(sheet, top, with_returned=asked.counts_as is CountsAs.WITH_RETURNED)
    _row(sheet, [f"({number})" for number in range(1, 14)], Font(italic=True))
    for cells, font in _body(with_ranges(report).dicts()):
        _row(sheet, cells, font)
    _apart(sheet, report.dicts()[-1])
    for column, width in zip("ABCDEFGHIJKLM", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = f"C{top + 4}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    save(book, path)


def _titles(sheet: Worksheet, asked: Asked, office: str) -> None:
    texts = (
        "Biểu số II.06a/VPCP/KSTT",
        "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",
        f"(Từ ngày {_day(asked.first_day)} đến ngày {_day(asked.last_day)})",
        f"- Đơn vị báo cáo: {office}",
        "Đơn vị tính: Số hồ sơ TTHC",
    )
    for number, text in enumerate(texts, 1):
        cell = sheet.cell(number, 1, text)
        if number in (2, 3):
            sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=13)
            cell.alignment, cell.font = _CENTRE, _BOLD if number == 2 else Font(italic=True)


def _header(sheet: Worksheet, top: int, *, with_returned: bool) -> None:
    for label, first_row, first, last_row, last in _HEADER:
        also = {9: _RETURNED, 12: _AWAITING}.get(first, "") if with_returned else ""
        sheet.cell(top + first_row - 1, first, label + also)
        if (first_row, first) != (last_row, last):
            sheet.merge_cells(
                start_row=top + first_row - 1, start_column=first, end_row=top + last_row - 1, end_column=last
            )
    for row in sheet.iter_rows(min_row=top, max_row=top + 2, max_col=13):
        for cell in row:
            cell.border, cell.alignment, cell.font = _GRID, _CENTRE, _BOLD


def _body(rows: Sequence[dict[str, Any]]) -> list[tuple[list[Any], Font]]:
    """The table's rows as written: levels in Roman numerals, their fields numbered consecutively."""
    written: list[tuple[list[Any], Font]] = []
    romans = iter(("I", "II", "III", "IV"))
    number = 0
    for row in rows:
        counts = [row[name] for name in COUNTS]
        if row["row_kind"] == "field":
            number += 1
            written.append(([number, row["field_name"] or row["field_code"] or UNKNOWN_FIELD, *counts], Font()))
        elif row["row_kind"] == "level":
            number = 0
            written.append(([next(romans), LEVELS[row["level"]], *counts], _BOLD))
        else:
            written.append((["TỔNG CỘNG", None, *counts], _BOLD))
    return written


def _row(sheet: Worksheet, cells: Sequence[Any], font: Font) -> None:
    at = sheet.max_row + 1
    for column, value in enumerate(cells, 1):
        cell = sheet.cell(at, column, value)
        if isinstance(value, str):  # a field's name comes from a source: never run it as a formula
            cell.data_type = "s"
        cell.border, cell.font = _GRID, font
        if column != 2:
            cell.alignment = _CENTRE


def _apart(sheet: Worksheet, total: dict[str, Any]) -> None:
    """Counts without a column of their own, so that anyone adding up the columns finds what is missing."""
    at = sheet.max_row + 2
    for name, said in APART.items():
        if total[name]:
            sheet.cell(at, 2, f"{said}: {total[name]}").font = Font(italic=True)
            at += 1


def _day(day: dt.date) -> str:
    return f"{day:%d/%m/%Y}"
