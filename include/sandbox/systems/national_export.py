"""The file that staff download from the portal's administration pages (CONTRACTS section 1): CSV or XLSX in an inbox.

A full listing of the province's dossiers on the portal, with title rows above the header and a closing row with the total.
Column names vary [A]; personal columns hold canaries.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from sandbox.http.faults import MADNESS, Fault, is_of_the_tenth
from sandbox.systems.files import put
from sandbox.systems.portal import finish_known
from sandbox.systems.system import System
from sandbox.world import canaries, truth
from sandbox.world.moments import local_day, local_time
from sandbox.world.reference import Agency
from sandbox.world.truth import Dossier, PortalRow
from sandbox.world.world import World

#: field -> header, in the order of the columns, for each set of names; the personal ones come last.
HEADERS = {
    "a": {
        "number": "STT",
        "code": "Mã hồ sơ",
        "procedure_code": "Mã TTHC",
        "procedure_name": "Tên TTHC",
        "field_name": "Lĩnh vực",
        "agency_code": "Mã đơn vị",
        "agency_name": "Đơn vị xử lý",
        "submitted_at": "Ngày nộp",
        "received_at": "Ngày tiếp nhận",
        "due_at": "Ngày hẹn trả",
        "finished_at": "Ngày kết thúc xử lý",
        "returned_at": "Ngày trả",
        "status": "Trạng thái",
        "channel": "Kênh",
        "digitised": "Số hoá",
        "payment": "Thanh toán trực tuyến",
        "full_name": "Chủ hồ sơ",
        "identity": "Số CCCD",
        "phone": "Số điện thoại",
        "email": "Email",
        "address": "Địa chỉ",
        "summary": "Trích yếu",
    },
    "b": {
        "number": "TT",
        "full_name": "Tên chủ hồ sơ",
        "identity": "Số giấy tờ",
        "code": "Số hồ sơ",
        "summary": "Trích yếu hồ sơ",
        "procedure_name": "Thủ tục hành chính",
        "procedure_code": "Mã thủ tục",
        "agency_code": "Mã cơ quan",
        "agency_name": "Cơ quan giải quyết",
        "channel": "Kênh thực hiện",
        "submitted_at": "Thời điểm nộp",
        "received_at": "Thời điểm tiếp nhận",
        "due_at": "Thời hạn trả kết quả",
        "finished_at": "Thời điểm kết thúc xử lý",
        "returned_at": "Thời điểm trả kết quả",
        "status": "Trạng thái hồ sơ",
        "digitised": "Hồ sơ có thành phần số hóa",
        "payment": "Được thanh toán trực tuyến",
        "field_name": "Tên lĩnh vực",
        "phone": "Điện thoại",
        "email": "Thư điện tử",
        "address": "Nơi cư trú",
    },
}
STATUS_NAMES = {
    "1": "Mới đăng ký",
    "2": "Được tiếp nhận",
    "3": "Không được tiếp nhận",
    "4": "Đang xử lý",
    "5": "Yêu cầu bổ sung giấy tờ",
    "6": "Yêu cầu thực hiện nghĩa vụ tài chính",
    "7": "Công dân yêu cầu rút hồ sơ",
    "8": "Dừng xử lý",
    "9": "Đã xử lý xong",
    "10": "Đã trả kết quả",
    "": "",
}
CHANNEL_NAMES = {truth.DIRECT: "Trực tiếp", truth.ONLINE: "Trực tuyến", truth.POST: "Bưu chính công ích"}
PAYMENT_NAMES = {0: "Không", 1: "Cổng DVC quốc gia", 2: "Cổng thanh toán của tỉnh", 3: "Khác"}
_DATE_KINDS = {"dmy_hms": "%d/%m/%Y %H:%M:%S", "dmy": "%d/%m/%Y", "iso": "%Y-%m-%d %H:%M:%S"}
_MOMENTS = ("submitted_at", "received_at", "due_at", "finished_at", "returned_at")
_ROWS_AT_ONCE = 1_000  # that are written to the file
_ROWS_OF_A_SHEET = 100_000  # a longer listing is CSV every day: nobody opens such a workbook
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)

Cell = str | int | float | None


@dataclass(frozen=True)
class _Listing:
    title: list[list[Cell]]
    header: list[str]
    count: int
    rows: Iterator[list[Cell]]
    closing: list[Cell]
    moment_columns: frozenset[int]


class NationalExport(System):
    """Writes the portal's listing into an inbox.

    Args:
        inbox: None for nowhere.
    """

    name = "national_export"
    drops_files = True

    def __init__(self, world: World, inbox: Path | None) -> None:
        self._world, self._inbox, self._variant = world, inbox, world.variant
        self._agencies = {agency.agency_id: agency for agency in world.agencies}
        self._names = {procedure.code: procedure for procedure in world.procedures}

    def drop(self, now: int, faults: list[Fault]) -> list[Path]:
        """Write the file as of `now`: CSV on even local days, XLSX on odd ones (a long listing: always CSV); its mtime is `now`.

        Returns:
            The file, or nothing if a fault kept it from appearing.
        """
        kinds = {fault.kind: fault for fault in faults}
        if self._inbox is None:
            return []
        madness = next((kind for kind in kinds if kind in MADNESS), "")
        held = self._held(now, madness)
        is_csv = local_day(now) % 2 == 0 or len(held) > _ROWS_OF_A_SHEET
        listing = self._listing(held, now, as_text=is_csv or not self._variant.export_typed_cells, madness=madness)
        if shape := kinds.get("changed_shape"):
            header = [shape.to if name == shape.field else name for name in listing.header]
            listing = replace(listing, header=header)
        for value in (fault for fault in faults if fault.kind == "changed_value"):
            listing = replace(listing, rows=_changed(listing, value))
        made_at = local_time(now).replace(tzinfo=None)
        content = _csv(listing) if is_csv else [_xlsx(listing, made_at)]
        name = f"DanhSachHoSo_H37_{local_time(now):%Y%m%d%H%M%S}.{'csv' if is_csv else 'xlsx'}"
        return put(self._inbox, name, content, now, faults)

    def _held(self, now: int, madness: str) -> list[tuple[Dossier, PortalRow]]:
        held = [(made, row) for made, row in self._world.portal_rows() if row.is_held(now)]
        held.sort(key=lambda pair: (pair[1].appears_at, pair[1].code))
        if madness == "a_tenth":
            return [pair for pair in held if is_of_the_tenth(pair[1].code)]
        return held

    def _listing(
        self, held: list[tuple[Dossier, PortalRow]], now: int, *, as_text: bool, madness: str = ""
    ) -> _Listing:
        names = dict(HEADERS[self._variant.export_headers])
        if self._variant.export_agency != "code_and_name":
            del names["agency_code"]
        columns = frozenset(at for at, name in enumerate(names) if name in _MOMENTS)
        kind = _DATE_KINDS[self._variant.export_dates] if as_text else ""

        def rows() -> Iterator[list[Cell]]:
            for number, (made, row) in enumerate(held, 1):
                cells = _maddened(self._row(list(names), made, row, now, number), list(names), madness)
                for at in columns:
                    cells[at] = _moment_cell(cells[at], kind)
                yield cells

        title: list[list[Cell]] = [
            ["CỔNG DỊCH VỤ CÔNG QUỐC GIA"],
            ["DANH SÁCH HỒ SƠ - TỈNH LẠNG SƠN"],
            [f"Thời điểm kết xuất: {local_time(now):%d/%m/%Y %H:%M:%S}"],
            [],
        ]
        return _Listing(title, list(names.values()), len(held), rows(), [f"Tổng số: {len(held)}"], columns)

    def _row(self, names: list[str], made: Dossier, row: PortalRow, now: int, number: int) -> list[Cell]:
        received, finished = row.received(now), finish_known(made, row, now)
        status = truth.latest(row.life, now) or ""
        by_name = self._variant.export_status == "name"
        procedure = self._names.get(row.procedure_code[:8], made.procedure)
        untold = made.channel == truth.DIRECT and made.number % 37 == 0  # null counts as direct
        values: dict[str, Any] = {
            "number": number,
            "code": row.code,
            "procedure_code": row.procedure_code,
            "procedure_name": procedure.name,
            "field_name": procedure.field_name,
            "agency_code": row.agency_code,
            "agency_name": self._agency_name(row),
            "submitted_at": made.submitted_at if row.submitted_at is None else row.submitted_at,
            "received_at": received,
            "due_at": None if received is None else made.due_at,
            "finished_at": finished,
            "returned_at": made.returned_at if status == "10" and row.shows_finish else None,
            "status": STATUS_NAMES[status] if by_name else status,
            "channel": "" if untold else CHANNEL_NAMES[made.channel] if by_name else str(made.channel),
            "digitised": ("Có" if made.is_digitised else "Không") if by_name else str(int(made.is_digitised)),
            "payment": PAYMENT_NAMES[row.payment] if by_name else str(row.payment),
            "full_name": canaries.full_name(made.number),
            "identity": canaries.identity_number(made.number),
            "phone": canaries.phone(made.number),
            "email": canaries.email(made.number),
            "address": canaries.address(made.number),
            "summary": canaries.summary(made.number),
        }
        return [values[name] for name in names]

    def _agency_name(self, row: PortalRow) -> str:
        parent: Agency | None = self._agencies.get(row.counted_agency.parent_id)
        if self._variant.export_agency == "name_with_district" and parent is not None and parent.level == "district":
            return f"{row.agency_name.strip()}, {parent.name.removeprefix('UBND ')}"
        return row.agency_name


def _changed(listing: _Listing, fault: Fault) -> Iterator[list[Cell]]:
    """The rows, with another value under the fault's label: in all of them, or in the `nth`."""
    at = listing.header.index(fault.field)
    for number, cells in enumerate(listing.rows, 1):
        yield [*cells[:at], fault.to, *cells[at + 1 :]] if fault.nth in (0, number) else cells


def _maddened(cells: list[Cell], names: list[str], madness: str) -> list[Cell]:
    if madness == "new_status":
        stopped = STATUS_NAMES["8"]
        return [stopped if name == "status" else cell for name, cell in zip(names, cells, strict=True)]
    if madness == "other_province":
        return [cell.replace("H37", "H20") if isinstance(cell, str) else cell for cell in cells]
    return cells


def _moment_cell(at: Cell, kind: str) -> Cell:
    """A time as text of a kind, or as a workbook's number of days (rounded to whole seconds) if there is no kind."""
    if at is None:
        return None
    moment = local_time(float(at))
    if kind:
        return moment.strftime(kind)
    return (moment.replace(tzinfo=None) - _EXCEL_EPOCH).total_seconds() / 86_400


def _csv(listing: _Listing) -> Iterator[bytes]:
    """The file, some rows at a time: the whole of a million rows would take gigabytes."""
    yield b"\xef\xbb\xbf"
    rows: Iterator[list[Cell]] = chain(listing.title, [[*listing.header]], listing.rows, [listing.closing])
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(some)
        yield text.getvalue().encode()


def _xlsx(listing: _Listing, made_at: dt.datetime) -> bytes:
    """A workbook with one sheet; hand-written because that takes a tenth of the time of a general writer.

    Args:
        made_at: the time of its parts, so that it is byte for byte the same whenever it is made.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _XLSX_PARTS.items():
            book.writestr(zipfile.ZipInfo(name, made_at.timetuple()[:6]), text, zipfile.ZIP_DEFLATED)
        part = zipfile.ZipInfo("xl/worksheets/sheet1.xml", made_at.timetuple()[:6])
        part.compress_type = zipfile.ZIP_DEFLATED
        with book.open(part, "w") as sheet:
            lines = _xlsx_lines(listing)
            while some := "".join(islice(lines, _ROWS_AT_ONCE)):
                sheet.write(some.encode())
    return content.getvalue()


def _xlsx_lines(listing: _Listing) -> Iterator[str]:
    """The sheet, row after row."""
    rows: Iterator[list[Cell]] = chain(listing.title, [[*listing.header]], listing.rows, [listing.closing])
    first = len(listing.title) + 2
    last = first + listing.count - 1
    yield f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'
    for number, cells in enumerate(rows, 1):
        dated = listing.moment_columns if first <= number <= last else frozenset()
        told = "".join(_xlsx_cell(at, number, value, at in dated) for at, value in enumerate(cells))
        yield f'<row r="{number}">{told}</row>'
    yield "</sheetData></worksheet>"


def _xlsx_cell(column: int, row: int, value: Cell, is_moment: bool) -> str:
    if value is None or value == "":
        return ""
    place = f"{chr(65 + column)}{row}"
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    style = ' s="1"' if is_moment else ""
    return f'<c r="{place}"{style}><v>{value!r}</v></c>'


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XLSX_PARTS = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Danh sách hồ sơ" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
