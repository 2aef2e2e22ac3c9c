"""Report workbooks as offices send them, written from CONTRACTS section 2b: three forms, .xlsx and .xls.

In a header "<" is merged with the cell to its left and "^" with the one above. The foot holds canaries.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlwt

from support.servers import CANARIES, LOCAL

MADE_AT = dt.datetime(2024, 4, 18, 0, 30, tzinfo=LOCAL)
MARCH = "(Từ ngày 01/03/2024 đến ngày 31/03/2024)"
Grid = list[list[Any]]

BY_UNIT: Grid = [
    ["STT", "Đơn vị", "Số hồ sơ tiếp nhận", "<", "<", "<", "Số hồ sơ đã giải quyết", "<", "<",
     "Số hồ sơ đang giải quyết", "<", "<"],
    ["^", "^", "Tổng số", "Trực tiếp", "Trực tuyến", "Bưu chính công ích", "Tổng số", "Trước và đúng hạn", "Quá hạn",
     "Tổng số", "Trong hạn", "Quá hạn"],
]  # fmt: skip
BY_FIELD: Grid = [
    ["TT", "Lĩnh vực, công việc giải quyết theo cấp", "Tiếp nhận", "<", "<", "<", "Số lượng hồ sơ đã giải quyết", "<", "<",
     "<", "Số lượng hồ sơ đang giải quyết", "<", "<"],
    ["^", "^", "Tổng số", "Trong đó", "<", "Từ kỳ trước", "Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số",
     "Trong hạn", "Quá hạn"],
    ["^", "^", "^", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính", "^", "^", "^", "^", "^", "^", "^", "^"],
]  # fmt: skip
OF_JUSTICE: Grid = [
    ["STT", "Đơn vị thực hiện", "Số hồ sơ tiếp nhận", "<", "<", "<", "<", "<", "Số hồ sơ đã giải quyết", "<", "<", "<",
     "Số hồ sơ đang giải quyết", "<", "<", "Chờ tiếp nhận", "Không được tiếp nhận", "Dừng xử lý", "Rút hồ sơ",
     "Thanh toán trực tuyến", "Tỷ lệ trực tuyến (%)"],
    ["^", "^", "Tổng số", "Trực tuyến", "<", "Trực tiếp", "Qua BCCI", "Kỳ trước chuyển qua", "Tổng số", "Trước hạn",
     "Đúng hạn", "Quá hạn", "Tổng số", "Chưa đến hạn", "Quá hạn", "^", "^", "^", "^", "^", "^"],
    ["^", "^", "^", "Toàn trình", "Một phần", "^", "^", "^", "^", "^", "^", "^", "^", "^", "^", "^", "^", "^", "^", "^",
     "^"],
]  # fmt: skip
TITLES = {
    "by unit": ["UBND TỈNH LẠNG SƠN", "TỔNG HỢP KẾT QUẢ GIẢI QUYẾT TTHC THEO ĐƠN VỊ"],
    "by field": [
        "Biểu số II.06a/VPCP/KSTT",
        "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",
        "Lạng Sơn, ngày 05 tháng 4 năm 2024",
        "- Đơn vị báo cáo: UBND tỉnh Lạng Sơn",
    ],
    "of justice": ["Biểu mẫu 07a/BTP", "KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"],
}
HEADERS = {"by unit": BY_UNIT, "by field": BY_FIELD, "of justice": OF_JUSTICE}
UNITS: Grid = [
    ["I", "Cấp tỉnh"],
    [1, "Sở Tư pháp", 1234, 200, 1000, 34, 1100, 1050, 50, 134, 130, 4],
    ["II", "Cấp xã", 17, 5, 12, 0, 15, 15, 0, 2, 2, 0],
    [2, "UBND xã Yên Trạch", 10, 3, 7, "-", 9, 9, 0, 1, 1, 0],
    [3, "UBND xã Tân Thanh", 7, 2, 5, None, 6, 6, 0, 1, 1, 0],
    ["TỔNG CỘNG", None, 1251, 205, 1012, 34, 1115, 1065, 50, 136, 132, 4],
]
FIELDS: Grid = [
    ["A", "Lĩnh vực thuộc cấp tỉnh"],
    [1, "Hộ tịch", 100, 60, 30, 10, 80, 40, 35, 5, 20, 18, 2],
    [2, "Chứng thực", 50, 10, 40, 0, 50, 0, 50, 0, 0, 0, 0],
    ["TỔNG CỘNG", None, 150, 70, 70, 10, 130, 40, 85, 5, 20, 18, 2],
]
JUSTICE_UNITS: Grid = [
    [1, "Sở Tư pháp", 60, 20, 10, 15, 5, 10, 40, 10, 25, 5, 20, 19, 1, 2, 3, 1, 4, 22, 50.5],
    ["Tổng cộng", "", 60, 20, 10, 15, 5, 10, 40, 10, 25, 5, 20, 19, 1, 2, 3, 1, 4, 22, 50.5],
]
ROWS = {"by unit": UNITS, "by field": FIELDS, "of justice": JUSTICE_UNITS}
FOOT: Grid = [[], [None, "NGƯỜI LẬP BIỂU", None, CANARIES[0]], [None, "Điện thoại", "0205 381 234", CANARIES[2]]]


def report(
    form: str,
    *,
    period: str = MARCH,
    rows: Grid | None = None,
    numbers: bool = True,
    above: Sequence[str] | None = None,
    header: Grid | None = None,
) -> Grid:
    """The whole sheet: texts above, header, a row of column numbers, rows, foot."""
    titles: Grid = [[text] for text in (TITLES[form] if above is None else above)]
    header = HEADERS[form] if header is None else header
    numbered = [[f"({at})" for at in range(1, len(header[0]) + 1)]] if numbers else []
    return [*titles, [period], [], *header, *numbered, *(ROWS[form] if rows is None else rows), *FOOT]


def write_report_xlsx(path: Path, *sheets: Grid, at: dt.datetime = MADE_AT) -> Path:
    """A workbook with one sheet a grid."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for grid in sheets:
        sheet = book.create_sheet()
        cells, merged = _unmarked(grid)
        for row in cells:
            sheet.append(row)
        for top, left, bottom, right in merged:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    book.save(path)
    return _made(path, at)


def write_report_xls(path: Path, *sheets: Grid, at: dt.datetime = MADE_AT, first_column: int = 1) -> Path:
    """An old workbook whose first column is empty."""
    book = xlwt.Workbook()
    for number, grid in enumerate(sheets):
        sheet = book.add_sheet(f"Sheet{number}")
        cells, merged = _unmarked(grid)
        spans = {(top, left): (bottom, right) for top, left, bottom, right in merged}
        for top, row in enumerate(cells):
            for left, cell in enumerate(row):
                if (top, left) in spans:
                    bottom, right = spans[top, left]
                    sheet.write_merge(top, bottom, left + first_column, right + first_column, cell)
                elif cell is not None and not _is_within(top, left, merged):
                    sheet.write(top, left + first_column, cell)
    book.save(str(path))
    return _made(path, at)


def _is_within(row: int, column: int, merged: list[tuple[int, int, int, int]]) -> bool:
    return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in merged)


def _unmarked(grid: Grid) -> tuple[Grid, list[tuple[int, int, int, int]]]:
    cells: Grid = [[None if cell in ("<", "^") else cell for cell in row] for row in grid]
    merged = []
    for top, row in enumerate(grid):
        for left, cell in enumerate(row):
            if cell in ("<", "^"):
                continue
            right = left
            while right + 1 < len(row) and row[right + 1] == "<":
                right += 1
            bottom = top
            while bottom + 1 < len(grid) and left < len(grid[bottom + 1]) and grid[bottom + 1][left] == "^":
                bottom += 1
            if (bottom, right) != (top, left):
                merged.append((top, left, bottom, right))
    return cells, merged


def _made(path: Path, at: dt.datetime) -> Path:
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path
