"""The judicial records' spreadsheet, simulated: what an office exports from a ministry's system every night.

CONTRACTS section 4, "...": another ministry system is usually a spreadsheet. This one has everything that makes them hard:
title rows, a header of two rows with merged cells, a row of numbers below it, personal columns (canaries), a column of
formulas without stored values, a closing row, and a second sheet.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from sandbox.http.faults import Fault
from sandbox.systems.files import put
from sandbox.systems.ministry_rows import MinistryRows
from sandbox.systems.system import System
from sandbox.world import canaries, truth
from sandbox.world.ministries import JUDICIAL
from sandbox.world.ministry_words import RETURNED, MinistryWords, reached, written
from sandbox.world.moments import local_time
from sandbox.world.truth import Dossier, MinistryRow
from sandbox.world.world import World

#: For each set of words: (label above, label, field); an empty label below means that one cell spans both rows.
COLUMNS = {
    "a": (
        ("STT", "", "number"),
        ("Mã hồ sơ", "", "code"),
        ("Người yêu cầu", "Họ và tên", "full_name"),
        ("Người yêu cầu", "Số CCCD", "identity"),
        ("Người yêu cầu", "Số điện thoại", "phone"),
        ("Người yêu cầu", "Nơi cư trú", "address"),
        ("Loại phiếu", "", "kind"),
        ("Thời gian", "Ngày tiếp nhận", "received_at"),
        ("Thời gian", "Ngày hẹn trả", "due_at"),
        ("Thời gian", "Ngày trả", "returned_at"),
        ("Thời gian", "Số ngày còn lại", "days_left"),
        ("Trạng thái", "", "status"),
        ("Hình thức nộp", "", "channel"),
    ),
    "b": (
        ("TT", "", "number"),
        ("Yêu cầu cấp phiếu", "Loại", "kind"),
        ("Yêu cầu cấp phiếu", "Số hồ sơ", "code"),
        ("Yêu cầu cấp phiếu", "Hình thức", "channel"),
        ("Thời hạn", "Còn lại (ngày)", "days_left"),
        ("Thời hạn", "Tiếp nhận", "received_at"),
        ("Thời hạn", "Hẹn trả", "due_at"),
        ("Thời hạn", "Đã trả", "returned_at"),
        ("Tình trạng", "", "status"),
        ("Công dân", "Họ tên", "full_name"),
        ("Công dân", "Giấy tờ", "identity"),
        ("Công dân", "Điện thoại", "phone"),
        ("Công dân", "Địa chỉ", "address"),
    ),
}
_HEADER_ROW = 5
_MOMENTS = ("received_at", "due_at", "returned_at")


class JudicialRecord(System):
    """Writes the spreadsheet into `judicial_record/` of the inbox, if that directory exists.

    Args:
        inbox: None for nowhere.
    """

    name = JUDICIAL
    drops_files = True

    def __init__(self, world: World, inbox: Path | None) -> None:
        self._inbox, self._variant = inbox, world.variant
        self._rows = MinistryRows(world, JUDICIAL)
        self._words = MinistryWords(world.procedures, world.variant)

    def drop(self, now: int, faults: list[Fault]) -> list[Path]:
        """Write the file as of `now`: every dossier received until then."""
        inbox = self._inbox / self.name if self._inbox else None
        if inbox is None or not inbox.is_dir():
            return []
        renamed = {fault.field: fault.to for fault in faults if fault.kind == "changed_shape"}
        content = self._workbook(now, renamed)
        return put(inbox, f"LyLichTuPhap_LangSon_{local_time(now):%Y%m%d%H%M%S}.xlsx", content, now, faults)

    def _workbook(self, now: int, renamed: dict[str, Any]) -> bytes:
        from openpyxl import Workbook

        book = Workbook()
        sheet: Any = book.active
        sheet.title = "Danh sách"
        columns = COLUMNS[self._variant.ministry_words]
        sheet.append(["HỆ THỐNG QUẢN LÝ LÝ LỊCH TƯ PHÁP"])
        sheet.append(["DANH SÁCH HỒ SƠ YÊU CẦU CẤP PHIẾU - TỈNH LẠNG SƠN"])
        sheet.append([f"Thời điểm kết xuất: {local_time(now):%d/%m/%Y %H:%M:%S}"])
        sheet.merge_cells(start_row=2, end_row=2, start_column=1, end_column=len(columns))
        _write_header(sheet, [(renamed.get(top, top), renamed.get(below, below)) for top, below, _ in columns])
        names = [field for *_, field in columns]
        rows = self._rows.window(None, None, now)
        for number, (made, row) in enumerate(rows, 1):
            at = _HEADER_ROW + 2 + number
            for column, value in enumerate(self._cells(names, made, row, now, (number, at)), 1):
                cell = sheet.cell(at, column, value)
                if names[column - 1] in _MOMENTS and not isinstance(value, str):
                    cell.number_format = "dd/mm/yyyy hh:mm:ss"
        sheet.cell(_HEADER_ROW + 3 + len(rows), 1, f"Tổng số: {len(rows)}")
        guide = book.create_sheet("Hướng dẫn", 0 if self._variant.ministry_words == "b" else 1)
        guide.append(["Mã hồ sơ", "Do hệ thống cấp"])
        guide.append(["Ngày tiếp nhận", "Ngày nhận đủ hồ sơ hợp lệ"])
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()

    def _cells(
        self, names: list[str], made: Dossier, row: MinistryRow, now: int, place: tuple[int, int]
    ) -> list[object]:
        number, at = place
        due, returned = (chr(65 + names.index(name)) + str(at) for name in ("due_at", "returned_at"))
        values: dict[str, object] = {
            "number": number,
            "code": row.code,
            "full_name": canaries.full_name(made.number),
            "identity": canaries.identity_number(made.number),
            "phone": canaries.phone(made.number),
            "address": canaries.address(made.number),
            "kind": self._words.record_kinds[made.procedure.code],
            "received_at": self._moment(row.received_at),
            "due_at": self._moment(made.due_at),
            "returned_at": self._moment(reached(row, RETURNED, now)),
            "days_left": f'=IF({returned}="",{due}-TODAY(),"")',
            "status": self._words.record_status(row, now),
            "channel": "Trực tuyến" if made.channel == truth.ONLINE else "Trực tiếp",
        }
        return [values[name] for name in names]

    def _moment(self, at: int | None) -> object:
        if at is None:
            return None
        if self._variant.judicial_record_dates == "typed":
            return local_time(at).replace(tzinfo=None)
        return written(at, self._variant.judicial_record_dates)


def _write_header(sheet: Any, labels: list[tuple[str, str]]) -> None:
    """Two rows of labels with merged cells, and a row of numbers."""
    start = 1
    for column, (top, below) in enumerate(labels, 1):
        sheet.cell(_HEADER_ROW + 2, column, f"({column})")
        if not below:
            sheet.cell(_HEADER_ROW, column, top)
            sheet.merge_cells(start_row=_HEADER_ROW, end_row=_HEADER_ROW + 1, start_column=column, end_column=column)
            start = column + 1
            continue
        sheet.cell(_HEADER_ROW + 1, column, below)
        if column == start:
            sheet.cell(_HEADER_ROW, column, top)
        if column == len(labels) or labels[column][0] != top:
            sheet.merge_cells(start_row=_HEADER_ROW, end_row=_HEADER_ROW, start_column=start, end_column=column)
            start = column + 1
