"""What a workbook may look like and must not do: headers, sheets, formulas, bombs, entities, on real files."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from doisoat.errors import SourceChangedError, SourceError, SourceUnavailableError
from doisoat.sources.files.workbooks import Workbook
from doisoat.sources.national_export import ExportOptions
from support.bad_files import bomb, first_sheet, overlapping_archive, rewritten, with_lying_headers
from support.drops import CODE, check_refused, drop, pages_of, records_of, set_aside
from support.exports import COLUMNS, HEADER, export_row, export_table, write_csv, write_xlsx
from support.servers import LOCAL


# what a workbook may look like --------------------------------------------------------------------------------------
def test_a_header_of_three_rows_with_merged_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["DANH SÁCH HỒ SƠ"])
    sheet.append(["STT", "Hồ sơ", None, "Thời gian", None, "Trạng thái"])
    sheet.append([None, "Mã hồ sơ", "Mã TTHC", "Ngày tiếp nhận", "Ngày hẹn trả", None])
    sheet.append([f"({number})" for number in range(1, 7)])
    sheet.append([1, "H37.17-240305-0001", "1.001193", "05/03/2024", "12/03/2024", "4"])
    for merged in ("A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:F3"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "a.xlsx")
    (record,) = records_of(tmp_path, required=["procedure_code", "received_at", "due_at", "status_code"])
    assert (record.dossier_code, record.procedure_code, record.status_code) == ("H37.17-240305-0001", "1.001193", "4")
    assert (record.received_at, record.due_at) == (
        dt.datetime(2024, 3, 5, tzinfo=LOCAL),
        dt.datetime(2024, 3, 12, tzinfo=LOCAL),
    )


def _with_sheets(path: Path, *names: str, hidden: str = "") -> Path:
    book = openpyxl.Workbook()
    book.active.append(["Ghi chú"])
    for number, name in enumerate(names):
        sheet = book.create_sheet(name)
        for row in export_table([export_row(number)]):
            sheet.append(row)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    book.save(path)
    return path


def test_two_sheets_with_the_header_must_be_named(tmp_path: Path) -> None:
    _with_sheets(tmp_path / "a.xlsx", "Tháng 1", "Tháng 2", "Bản nháp")
    check_refused(tmp_path, SourceChangedError, "3 sheets with the header")
    pages = pages_of(tmp_path, sheets="tháng*")
    assert [record.dossier_code[-1] for page in pages for record in page.records] == ["0", "1"]
    assert pages[-1].declared_total == 2, "each sheet has a closing row of its own"


def test_a_row_of_the_second_sheet_is_named_by_it(tmp_path: Path) -> None:
    path = _with_sheets(tmp_path / "a.xlsx", "a", "b")
    book = openpyxl.load_workbook(path)
    book["b"]["F5"] = "31/02/2024"
    book.save(path)
    assert set_aside(tmp_path, sheets="*") == [("file 1 sheet 2 row 1", "impossible_date", "received_at")]


def test_hidden_sheets_are_left_out(tmp_path: Path) -> None:
    _with_sheets(tmp_path / "a.xlsx", "a", "b", hidden="a")
    assert [record.dossier_code[-1] for record in records_of(tmp_path)] == ["1"]


def test_a_formula_that_was_never_calculated_is_unknown(tmp_path: Path) -> None:
    rows = [export_row(1), export_row(2, **{"Trạng thái": "=1+3"}), export_row(3, **{CODE: "=A1&B1"})]
    write_xlsx(tmp_path / "a.xlsx", export_table([*rows, export_row(4, **{"Địa chỉ": "=1+1"})]))
    (page,) = pages_of(tmp_path)
    assert [record.dossier_code[-1] for record in page.records] == ["1", "4"], "a column that is not read does no harm"
    assert set_aside(tmp_path) == [
        ("file 1 row 2", "formula_without_value", "status_code"),
        ("file 1 row 3", "formula_without_value", "dossier_code"),
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (b'<c r="H5"><f>1+3</f><v>4</v></c>', None),
        (b'<c r="H5" t="str"><f>IF(1,"","")</f><v></v></c>', None),
        (b'<c r="H5" t="str"><f>"a"</f></c>', "formula_without_value"),
        (b'<c r="H5"><f>1+3</f></c>', "formula_without_value"),
        (b'<c r="H5"><f t="shared" si="0"/><v/></c>', "formula_without_value"),
        (b'<c r="H5" s="1" t="e"><v>#REF!</v></c>', "error_in_cell"),
        (b"<c t='e' r='H5'><f>1/0</f><v>#DIV/0!</v></c>", "error_in_cell"),
    ],
)
def test_cached_values_are_read_and_errors_are_not_empty_cells(tmp_path: Path, cell: bytes, reason: str | None) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1)]))
    sheet = "xl/worksheets/sheet2.xml"

    def change(content: bytes) -> bytes:
        start = content.index(b'<c r="H5"')
        return content[:start] + cell + content[content.index(b"</c>", start) + 4 :]

    rewritten(path, {sheet: change})
    assert [found for _, found, _ in set_aside(tmp_path)] == ([reason] if reason else [])
    if not reason:
        assert [record.status_code for record in records_of(tmp_path)] == ["4" if b"<v>4" in cell else None]


def test_a_workbook_full_of_formulas_without_values_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("a")
    sheet.append(HEADER)
    for _ in range(15_000):
        sheet.append(["=1"] * len(HEADER))
    book.save(tmp_path / "a.xlsx")
    check_refused(tmp_path, SourceChangedError, "never calculated")


# bombs --------------------------------------------------------------------------------------------------------------
def test_a_zip_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1)]))
    rewritten(path, {first_sheet(path): lambda _: bomb(80 << 20)})
    assert path.stat().st_size < 1 << 20
    check_refused(tmp_path, SourceChangedError, "unfolds beyond")


def test_a_zip_bomb_whose_headers_lie_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1)]))
    part = first_sheet(path)
    rewritten(path, {part: lambda _: bomb(80 << 20)})
    with_lying_headers(path, part, 1000)
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo(part).file_size == 1000
    check_refused(tmp_path, SourceChangedError, "unfolds beyond")


def test_what_unfolds_too_well_is_refused_within_the_limit(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1)]))
    rewritten(path, {first_sheet(path): lambda _: bomb(30 << 20)})
    check_refused(tmp_path, SourceChangedError, "unfolds beyond")


def test_names_that_share_one_body_are_each_counted(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(overlapping_archive(200, 4 << 20))
    assert (tmp_path / "a.xlsx").stat().st_size < 40_000
    check_refused(tmp_path, SourceChangedError, "unfolds beyond")


def test_an_archive_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(overlapping_archive(20_000, 1))
    check_refused(tmp_path, SourceChangedError, "unfolds beyond")


def test_one_cell_in_the_last_corner_does_not_end_the_process(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "x", "y"
    book.save(tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").stat().st_size < 10_000
    check_refused(tmp_path, SourceUnavailableError, "no whole workbook")


def test_a_cell_left_in_the_last_row_is_no_harm(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1)]))
    book = openpyxl.load_workbook(path)
    book.worksheets[1]["A1048576"] = "x"
    book.save(path)
    assert len(records_of(tmp_path)) == 1


@pytest.mark.parametrize(
    "text",
    [
        b"<c>" * 300_000,
        b'<c r="A1" ' * 100_000,
        b'<c r="A1"><f>1</f>' + b"<v>" * 300_000,
        b"<" + b"c" * 1_000_000,
        b"<c" + b" " * 1_000_000,
        b'<c r="A1"><f>1</f>' + b'<v x="' * 150_000,
    ],
)
def test_xml_that_nothing_closes_is_looked_through_once(tmp_path: Path, text: bytes) -> None:
    """A pattern that searches the rest of the text from each beginning takes minutes for a file of 2 kB."""
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1)]))
    start = b'<worksheet><sheetData><row r="1"><c r="A1"><f>1</f><v>1</v></c>'
    rewritten(path, {first_sheet(path): lambda _: start + text})
    with pytest.raises(SourceError):
        pages_of(tmp_path)


def test_the_process_that_opens_a_workbook_may_take_what_its_size_explains(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1)]))
    (file,) = drop(tmp_path)._new_files("")
    with Workbook(file, 2048) as book:
        process = book._process.pid
        limits = dict(line.split("  ", 1) for line in Path(f"/proc/{process}/limits").read_text().splitlines())
        assert int(limits["Max cpu time"].split()[0]) < 60, "seconds"
        assert int(limits["Max address space"].split()[0]) < 2 << 30, "bytes, where a workbook may unpack to as much"
        os.kill(process, signal.SIGXCPU)
        book._process.wait()  # it dies before it is asked
        with pytest.raises(SourceChangedError, match="more time or memory than its size explains"):
            book.head("Danh sách", 5)


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


@pytest.mark.parametrize(
    "part", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet2.xml", "docProps/x.xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_declares_entities_is_refused(tmp_path: Path, part: str, encoding: str) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1)]))

    def change(content: bytes) -> bytes:
        return (LAUGHS.decode() + content.decode().partition("?>")[2]).encode(encoding)

    rewritten(path, {part: change})
    check_refused(tmp_path, SourceChangedError, "declares a document type")


def test_an_external_entity_is_never_fetched(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1)]))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        declared = f'<!DOCTYPE a SYSTEM "http://127.0.0.1:{port}/a.dtd">'.encode()
        rewritten(path, {"xl/workbook.xml": lambda content: declared + content.partition(b"?>")[2]})
        check_refused(tmp_path, SourceChangedError, "declares a document type")
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


_MEASURE = """
import resource, sys
from pathlib import Path
from doisoat.model import WHOLE
from doisoat.sources.contract import Connection, Limits
from doisoat.sources.national_export import ExportOptions, NationalExport
import pandas, zoneinfo

source = NationalExport("national_export", options=ExportOptions.model_validate_json(sys.argv[2]), limits=Limits(),
                        connection=Connection("x", extra={"path": sys.argv[1]}),
                        timezone=zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh"))
pages = source.list_cell(WHOLE)
rows = next(pages).received
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows += sum(page.received for page in pages)
print(rows, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_file_of_200_megabytes_takes_no_more_memory_than_a_block(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    table = export_table([export_row(number, **{"Địa chỉ": "x" * 2000}) for number in range(5_000)], total=None)
    path = write_csv(inbox / "a.csv", table)
    header, _, rows = path.read_bytes().partition("Địa chỉ\r\n".encode())
    times = -(-(200 << 20) // len(rows))
    with path.open("wb") as stream:
        stream.write(header + "Địa chỉ\r\n".encode())
        for _ in range(times):
            stream.write(rows)
        stream.write(f"Tổng số: {5_000 * times}\r\n".encode())
    assert path.stat().st_size >= 200 << 20
    options = ExportOptions(columns=COLUMNS, settle_seconds=0).model_dump_json()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(inbox), options],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    read, before, after = map(int, done.stdout.split())
    assert read == 5_000 * times
    assert after - before < 100_000, "kB beyond what the first block took"
