"""Files as the portal's administration pages give them, for tests of the export connector."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from pathlib import Path

import openpyxl

from support.servers import CANARIES, LOCAL

HEADER = ["STT", "Chủ hồ sơ", "Mã hồ sơ", "Mã TTHC", "Đơn vị xử lý", "Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái",
          "Kênh", "Số hoá", "Số giấy tờ", "Số điện thoại", "Email", "Địa chỉ"]  # fmt: skip
COLUMNS = {
    "dossier_code": ["Mã hồ sơ"],
    "procedure_code": ["Mã TTHC"],
    "agency_name": ["Đơn vị xử lý"],
    "received_at": ["Ngày tiếp nhận"],
    "due_at": ["Ngày hẹn trả"],
    "status_code": ["Trạng thái"],
    "channel_code": ["Kênh"],
    "has_digitised_parts": ["Số hóa"],
}
MADE_AT = dt.datetime(2024, 4, 18, 0, 30, tzinfo=LOCAL)


def export_row(number: int, **changes: object) -> list[object]:
    """One dossier; personal columns hold canaries."""
    row = {
        "STT": number, "Chủ hồ sơ": CANARIES[0], "Mã hồ sơ": f"H37.17-240305-{number:04d}", "Mã TTHC": "1.001193",
        "Đơn vị xử lý": "UBND xã Yên Trạch", "Ngày tiếp nhận": "05/03/2024 08:00:01", "Ngày hẹn trả": "12/03/2024",
        "Trạng thái": "Đang xử lý", "Kênh": "Trực tuyến", "Số hoá": "Có", "Số giấy tờ": CANARIES[1],
        "Số điện thoại": CANARIES[2], "Email": CANARIES[3], "Địa chỉ": CANARIES[4],
    }  # fmt: skip
    return list({**row, **changes}.values())


def export_table(rows: list[list[object]], *, total: int | None = -1) -> list[list[object]]:
    """Title rows, header, rows and the closing row (None leaves it out, -1 counts the rows)."""
    closing = [] if total is None else [[f"Tổng số: {len(rows) if total == -1 else total}"]]
    return [["DANH SÁCH HỒ SƠ"], ["TỈNH LẠNG SƠN"], [], HEADER, *rows, *closing]


def write_csv(
    path: Path,
    table: list[list[object]],
    *,
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
    at: dt.datetime = MADE_AT,
) -> Path:
    """A CSV file made at a moment."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(table)
    path.write_bytes(text.getvalue().encode(encoding))
    return _made(path, at)


def write_xlsx(path: Path, table: list[list[object]], *, at: dt.datetime = MADE_AT) -> Path:
    """A workbook whose second sheet holds the table."""
    book = openpyxl.Workbook()
    book.active.append(["Ghi chú"])
    sheet = book.create_sheet("Danh sách")
    for row in table:
        sheet.append(row)
    book.save(path)
    return _made(path, at)


def _made(path: Path, at: dt.datetime) -> Path:
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path
