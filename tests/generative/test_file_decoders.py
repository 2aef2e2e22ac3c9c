"""Files of any content under any name: only the declared errors come out, and nothing of a file stands in them."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from doisoat.collect.record_csv import csv_lines, row_of
from doisoat.connections import Connection
from doisoat.errors import SourceError
from doisoat.model import WHOLE
from doisoat.sources.contract import Limits
from doisoat.sources.file_drop import DropOptions, FileDrop
from doisoat.sources.files.workbooks import Head, NoValue
from doisoat.sources.report_workbook.office import reporting_office
from doisoat.sources.report_workbook.period import Period, period_of
from doisoat.sources.report_workbook.source import ReportOptions, ReportWorkbook
from doisoat.sources.report_workbook.table import NoTableError, find_header, read_report
from doisoat.sources.report_workbook.words import count, measure_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.bad_files import rewritten
from support.examples import examples
from support.exports import COLUMNS, export_row, export_table
from support.reports import HEADERS, ROWS, report, write_report_xls, write_report_xlsx
from support.servers import CANARIES, LOCAL

#: A workbook is opened in a process of its own, which takes about 0.2 s.
few = settings(
    max_examples=examples(suite=10, campaign=50),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NIGHT = dt.date(2024, 4, 17)


def _inbox(tmp_path: Path, name: str, content: bytes) -> Path:
    for old in tmp_path.iterdir():
        old.unlink()
    (tmp_path / name).write_bytes(content)
    return tmp_path


def _drop(inbox: Path) -> FileDrop:
    options = DropOptions(columns=COLUMNS, settle_seconds=0, patterns=("*",))
    connection = Connection("file_drop", extra={"path": str(inbox)})
    return FileDrop("file_drop", options=options, limits=Limits(), connection=connection, timezone=LOCAL)


def _report(inbox: Path) -> ReportWorkbook:
    options = ReportOptions(settle_seconds=0, patterns=("*",))
    connection = Connection("report_workbook", extra={"path": str(inbox)})
    return ReportWorkbook("report_workbook", options=options, limits=Limits(), connection=connection, timezone=LOCAL)


def _read(inbox: Path) -> None:
    """Read the inbox by both connectors; what comes out can be landed, what does not is a declared error."""
    said: list[str] = []
    for ask in (lambda: _drop(inbox).list_cell(WHOLE), lambda: _report(inbox).control_totals(NIGHT)):
        try:
            for found in ask():
                if hasattr(found, "records"):
                    csv_lines([row_of(record) for record in found.records]).decode()
                else:
                    assert found.value is None or found.value >= 0
        except SourceError as error:
            said.append(str(error))
    assert not any(canary in text for canary in CANARIES for text in said)


@few
@given(content=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a"]))
def test_any_bytes_under_any_name(tmp_path: Path, content: bytes, name: str) -> None:
    _read(_inbox(tmp_path, name, content))


def _whole(kind: str, tmp: Path) -> bytes:
    if kind == "listing.xlsx":
        book, stream = openpyxl.Workbook(), io.BytesIO()
        for row in export_table([export_row(number) for number in range(3)]):
            book.active.append(row)
        book.save(stream)
        return stream.getvalue()
    if kind == "listing.xls":
        old, stream = xlwt.Workbook(), io.BytesIO()
        sheet = old.add_sheet("a")
        for at, row in enumerate(export_table([export_row(number) for number in range(3)])):
            for column, cell in enumerate(row):
                sheet.write(at, column, cell)
        old.save(stream)
        return stream.getvalue()
    writer = write_report_xlsx if kind.endswith("xlsx") else write_report_xls
    return writer(tmp / kind, report("by unit")).read_bytes()


@pytest.fixture(params=["listing.xlsx", "listing.xls", "report.xlsx", "report.xls"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    return request.param, _whole(request.param, tmp_path_factory.mktemp("whole"))


@few
@given(
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
    kept=st.just(1.0) | st.floats(0, 1),
)
def test_workbooks_with_damaged_bytes(
    tmp_path: Path, whole: tuple[str, bytes], damage: list[tuple[float, int]], kept: float
) -> None:
    name, content = whole[0], bytearray(whole[1])
    for place, byte in damage:
        content[int(place * len(content))] = byte
    _read(_inbox(tmp_path, name, bytes(content[: int(kept * len(content))])))


@few
@given(
    part=st.sampled_from(
        [
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
            "xl/sharedStrings.xml",
            "xl/styles.xml",
            "xl/_rels/workbook.xml.rels",
            "[Content_Types].xml",
        ]
    ),
    damage=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(b'<>"0123456789 ArZ/\0\xff')), max_size=6
    ),
    kept=st.just(1.0) | st.floats(0, 1),
)
def test_workbooks_whose_parts_are_damaged_in_a_sound_archive(
    tmp_path: Path, part: str, damage: list[tuple[float, int]], kept: float
) -> None:
    def change(content: bytes) -> bytes:
        changed = bytearray(content or b"?")
        for place, byte in damage:
            changed[int(place * len(changed))] = byte
        return bytes(changed[: int(kept * len(changed))])

    inbox = _inbox(tmp_path, "a.xlsx", _whole("listing.xlsx", tmp_path))
    rewritten(inbox / "a.xlsx", {part: change})
    _read(inbox)


_pieces = st.lists(
    st.sampled_from(["Mã hồ sơ", "Ngày tiếp nhận", "05/03/2024", "31/02/2024", "Tổng số: 1", '"', '="1"', ",", ";", "\r", "\n",
                     "\r\n", "\0", "H37-1", "=cmd()", "\ufeff"]) | st.text(max_size=6),
    max_size=60,
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=_pieces, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1258"]))
def test_text_that_is_nearly_a_table(tmp_path: Path, pieces: list[str], encoding: str) -> None:
    content = ("Mã hồ sơ,Ngày tiếp nhận,Chủ hồ sơ\n" + "".join(pieces)).encode(encoding, "ignore")
    inbox = _inbox(tmp_path, "a.csv", content)
    try:
        for page in _drop(inbox).list_cell(WHOLE):
            for record in page.records:
                assert record.dossier_code
                assert record.dossier_code.isprintable()
                assert record.dossier_code[0] not in "=+@"
            csv_lines([row_of(record) for record in page.records]).decode()
    except SourceError:
        pass


cells = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(list(NoValue))
    | st.datetimes() | st.sampled_from(["STT", "Đơn vị", "Tổng số", "TỔNG CỘNG", "I", "(1)", "-", "1.234", "Điện thoại",
                                       "Cộng", "Sở, ban, ngành", "1.1", "Lũy kế", 0, 7])
)  # fmt: skip


@given(
    form=st.sampled_from(sorted(ROWS)),
    changes=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), cells), max_size=12),
    merged=st.lists(st.tuples(*[st.integers(0, 40)] * 4), max_size=4),
)
def test_sheets_that_are_nearly_a_report(form: str, changes: list[tuple[int, int, Any]], merged: list[Any]) -> None:
    grid = report(form)
    width = max(map(len, grid))
    rows = [[None if cell in ("<", "^") else cell for cell in row] + [""] * (width - len(row)) for row in grid]
    for row, column, cell in changes:
        rows[row % len(rows)][column % width] = cell
    head = Head(rows, merged)
    start = find_header(head)
    if start is None:
        return
    try:
        found = read_report(head, start)
    except NoTableError:
        return
    for told in [*found.rows, *([found.total] if found.total else [])]:
        for value in told.counts.values():
            assert value is None or (value.isupper() if isinstance(value, str) else 0 <= value < 10**9)
    assert isinstance(period_of([str(cell) for row in found.above for cell in row]), (Period, str))
    reporting_office(found.above)


@given(cells)
def test_a_count_is_a_number_or_says_why_not(cell: object) -> None:
    found = count(cell)
    assert found is None or isinstance(found, (int, str))


@given(
    st.lists(
        st.text(max_size=20) | st.sampled_from([cell for row in HEADERS["of justice"] for cell in row]), max_size=4
    )
)
def test_any_labels(labels: list[str]) -> None:
    assert measure_of(labels) is None or measure_of(labels) == measure_of([label.upper() for label in labels])


@given(st.text(alphabet="từ ngàyđếnthgqúýnămIV/-.()0123456789 ", max_size=60))
def test_any_period(text: str) -> None:
    found = period_of([text])
    assert isinstance(found, str) or found.first <= found.last
