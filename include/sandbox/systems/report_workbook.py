"""The workbooks that offices send each month (CONTRACTS section 2b), dropped into `<inbox>/reports/<who>/`.

`who` is province, portal or reporting_system; a world says which form each of them sends, and it is sent if there is a
folder for it. The workbook of a month appears on the first night after the month's end, those of earlier months all on
the first night. Forms
"units" and "II.06a" are .xlsx; "07a" is an .xls with an empty first column and needs the package xlwt, which is among
the requirements of the tests and not of the product: without it that form never appears.
"""

from __future__ import annotations

import datetime as dt
import io
from importlib.util import find_spec
from pathlib import Path

from openpyxl import Workbook

from sandbox.http.faults import Fault
from sandbox.systems.files import put, steady_workbook
from sandbox.systems.report_workbook_counts import OFFICES, count_months
from sandbox.systems.report_workbook_forms import FIELDS, JUSTICE, UNITS, Form, Grid
from sandbox.systems.system import System
from sandbox.world.moments import local_date, local_time, month_start
from sandbox.world.world import World

_NAMES = {
    UNITS: "Tổng hợp theo đơn vị T{0.month}-{0.year}.xlsx",
    FIELDS: "Bieu II.06a thang {0:%m}.{0:%Y}.xlsx",
    JUSTICE: "Bieu 07a_BTP {0:%m_%Y}.xls",
}
_SHEETS = {UNITS: "Sheet1", FIELDS: "II.06a", JUSTICE: "07a-BTP"}


def folder(inbox: Path, office: str) -> Path:
    """Where an office's workbooks appear."""
    return inbox / "reports" / office


class ReportWorkbook(System):
    """Writes the workbooks.

    Args:
        inbox: None for nowhere.
    """

    name = "report_workbook"
    drops_files = True

    def __init__(self, world: World, inbox: Path | None) -> None:
        self._world, self._inbox = world, inbox
        self._families = dict(zip(OFFICES, world.variant.report_families, strict=True))
        self._sent_before: dict[str, dt.date] = {}

    def drop(self, now: int, faults: list[Fault]) -> list[Path]:
        """Send the months that have ended and were not sent yet; with fault "missing" they are sent on another night."""
        this_month = month_start(local_date(now))
        if self._inbox is None or any(fault.kind == "missing" for fault in faults):
            return []
        dropped: list[Path] = []
        for office, family in self._families.items():
            sent_before, target = self._sent_before.get(office), folder(self._inbox, office)
            if sent_before == this_month or not target.is_dir() or (family == JUSTICE and find_spec("xlwt") is None):
                continue
            form = Form(self._world, family, office)
            for month, counted in count_months(self._world, office, now).items():
                if sent_before is None or month >= sent_before:
                    content = self._book(_relabelled(form.grid(month, counted), faults), family, now)
                    dropped += put(target, _NAMES[family].format(month), content, now, faults)
            self._sent_before[office] = max(this_month, sent_before or this_month)
        return dropped

    def _book(self, grid: Grid, family: str, now: int) -> bytes:
        notes = self._world.variant.report_total_first
        return _xls(grid, _SHEETS[family]) if family == JUSTICE else _xlsx(grid, _SHEETS[family], now, with_notes=notes)


def _relabelled(grid: Grid, faults: list[Fault]) -> Grid:
    """With fault "changed_shape" the label `field` is called `to`."""
    for fault in faults:
        if fault.kind == "changed_shape":
            grid.rows = [[str(fault.to) if cell == fault.field else cell for cell in row] for row in grid.rows]
    return grid


def _xlsx(grid: Grid, title: str, now: int, *, with_notes: bool) -> bytes:
    """A workbook of the grid, and in some worlds a second sheet without numbers."""
    book, made_at = Workbook(), local_time(now).replace(tzinfo=None, microsecond=0)
    book.properties.created = made_at
    sheet = book.create_sheet(title, 0)
    del book["Sheet"]
    for row in grid.rows:
        sheet.append(row)
    for top, left, bottom, right in grid.merges:
        sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    if with_notes:
        book.create_sheet("Ghi chú").append(["Số liệu tổng hợp từ báo cáo của các đơn vị"])
    content = io.BytesIO()
    book.save(content)
    return steady_workbook(content.getvalue(), made_at)


def _xls(grid: Grid, title: str) -> bytes:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(title)
    merged = {(top, left): (bottom, right) for top, left, bottom, right in grid.merges}
    for at, row in enumerate(grid.rows):
        for column, cell in enumerate(row):
            if (at, column) in merged:
                bottom, right = merged[at, column]
                sheet.write_merge(at, bottom, column, right, cell)
            elif cell is not None:
                sheet.write(at, column, cell)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
