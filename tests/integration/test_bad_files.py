"""Nothing that stands in an inbox breaks a night: an error of the right class or a row set aside, on real files."""

from __future__ import annotations

import datetime as dt
import unicodedata
import zipfile
from pathlib import Path

import pytest
import xlwt
from doisoat.errors import SourceChangedError, SourceUnavailableError
from support.bad_files import protected_workbook
from support.drops import CODE, check_refused, pages_of, records_of, set_aside
from support.exports import HEADER, export_row, export_table, write_csv, write_xlsx
from support.servers import CANARIES, LOCAL


# encodings and lines ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-marked", "utf-16-be-marked"])
def test_line_endings_and_byte_order_marks(tmp_path: Path, ending: str, encoding: str) -> None:
    path = write_csv(tmp_path / "a.csv", export_table([export_row(1), export_row(2)]), encoding="utf-8")
    text = path.read_text("utf-8").replace("\r\n", ending)
    if encoding.endswith("-marked"):
        path.write_bytes(("\ufeff" + text).encode(encoding.removesuffix("-marked")))
    else:
        path.write_bytes(text.encode(encoding))
    pages = pages_of(tmp_path)
    assert [record.dossier_code[-1] for page in pages for record in page.records] == ["1", "2"]
    assert pages[-1].declared_total == 2


def test_utf8_with_a_damaged_byte_does_not_pass_for_windows_1258(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", export_table([export_row(1)]), encoding="utf-8")
    path.write_bytes(path.read_bytes().replace("Trạch".encode(), b"Tr\xe1ch"))
    check_refused(tmp_path, SourceUnavailableError, "damaged bytes")


def test_an_encoding_that_is_not_known_is_said(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", export_table([export_row(1)]))
    path.write_bytes(b"Ma ho so,Trang thai\nH37,4\n\x9d\xff")
    check_refused(tmp_path, SourceChangedError, "none of the encodings")
    path.write_bytes(b"\xff\xfe\x00\xd8\x00\x00")
    check_refused(tmp_path, SourceChangedError, "none of the encodings")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({CODE: "H37.17\0-240305-0001"}, "unprintable_text"),
        ({"Đơn vị xử lý": "UBND\x07"}, "unprintable_text"),
        ({CODE: "=cmd()|' /C calc'!A0"}, "formula_in_code"),
        ({CODE: "@SUM(1+1)"}, "formula_in_code"),
        ({CODE: "+84912"}, "formula_in_code"),
        ({CODE: "-"}, "no_dossier_code"),
        ({CODE: "....."}, "no_dossier_code"),
        ({"Ngày tiếp nhận": "31/02/2024"}, "impossible_date"),
        ({"Ngày hẹn trả": "05/03/20244"}, "impossible_date"),
        ({"Ngày hẹn trả": "\0"}, "impossible_date"),
    ],
)
def test_a_bad_value_sets_its_row_aside(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1), export_row(2, **changes), export_row(3)]))
    (page,) = pages_of(tmp_path)
    assert [record.dossier_code[-1] for record in page.records] == ["1", "3"]
    assert [(row.position, row.reason) for row in page.quarantined] == [("file 1 row 2", reason)]


@pytest.mark.parametrize(
    "code",
    [
        "000.00.53.H48-220921-0099", "H37.17-240412-0001", "H44.100-240412-00012", "G22.99.01-240412-12345", "1234567",
        "TNHS/2024/000123", "h37.17-240412-0001", "Hồ sơ 12",
    ],
)  # fmt: skip
def test_a_code_may_have_any_form(tmp_path: Path, code: str) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1, **{CODE: code})]))
    assert [record.dossier_code for record in records_of(tmp_path)] == [code]


def test_an_unknown_agency_or_procedure_is_kept_as_stated(tmp_path: Path) -> None:
    changes = {"Mã TTHC": "không rõ", "Đơn vị xử lý": "=HYPERLINK(1)", "Trạng thái": "?"}
    write_csv(tmp_path / "a.csv", export_table([export_row(1, **changes)]))
    (record,) = records_of(tmp_path)
    assert (record.procedure_code, record.agency_name, record.status_code) == ("không rõ", "=HYPERLINK(1)", "?")


def test_text_formulas_are_the_text_within(tmp_path: Path) -> None:
    changes = {CODE: '="H37.17-240305-0007"', "Ngày tiếp nhận": '="05/03/2024"', "Trạng thái": '=""'}
    write_csv(tmp_path / "a.csv", export_table([export_row(1, **changes)]))
    (record,) = records_of(tmp_path)
    assert (record.dossier_code, record.status_code) == ("H37.17-240305-0007", None)
    assert record.received_at == dt.datetime(2024, 3, 5, tzinfo=LOCAL)


def test_decomposed_vietnamese(tmp_path: Path) -> None:
    table = [[unicodedata.normalize("NFD", str(cell)) for cell in row] for row in export_table([export_row(1)])]
    write_csv(tmp_path / "a.csv", table)
    (record,) = records_of(tmp_path)
    assert record.agency_name == "UBND xã Yên Trạch"


def test_a_bare_return_within_a_cell_is_space(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "a.csv", export_table([export_row(1, **{"Đơn vị xử lý": "UBND xã\rYên\r\nTrạch"}), export_row(2)])
    )
    assert [record.agency_name for record in records_of(tmp_path)] == ["UBND xã Yên Trạch"] * 2


def test_a_row_with_too_many_cells_is_set_aside_and_no_other(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", export_table([export_row(number) for number in range(3)]))
    lines = path.read_bytes().split(b"\r\n")
    lines[5] = lines[5].replace(b"Y", b"x,Y", 1)
    lines[6] += b",,,"
    path.write_bytes(b"\r\n".join(lines))
    assert set_aside(tmp_path) == [("file 1 row 2", "too_many_cells", None)]
    assert [record.dossier_code[-1] for record in records_of(tmp_path)] == ["0", "2"]


@pytest.mark.parametrize("at", [-4, -40, -300])
def test_a_file_that_ends_within_a_row_was_cut_off(tmp_path: Path, at: int) -> None:
    path = write_csv(tmp_path / "a.csv", export_table([export_row(number) for number in range(9)], total=None))
    path.write_bytes(path.read_bytes()[: at - len(CANARIES[4].encode())])
    check_refused(tmp_path, SourceUnavailableError, "ends within")


def test_a_quotation_that_never_ends_is_said_and_takes_no_memory(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", export_table([export_row(1)]))
    path.write_bytes(path.read_bytes() + b'9,"' + b"x" * 50)
    check_refused(tmp_path, SourceUnavailableError, "within a quoted text")
    path.write_bytes(path.read_bytes() + b"\r\nx" * 200_000)
    check_refused(tmp_path, SourceUnavailableError, "do not end as they began")


def test_text_without_lines_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x" * (3 << 20))
    check_refused(tmp_path, SourceChangedError, "does not fall into rows")


def test_a_header_that_is_printed_on_every_page_is_no_row(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [HEADER, export_row(1), [], HEADER, export_row(2)])
    assert [record.dossier_code[-1] for record in records_of(tmp_path)] == ["1", "2"]
    assert set_aside(tmp_path) == []


def test_a_closing_row_may_stand_in_two_cells(tmp_path: Path) -> None:
    for name, writer in (("a.csv", write_csv), ("a.xlsx", write_xlsx)):
        table = [*export_table([export_row(1)], total=None), ["Tổng số:", None, 1.0], ["Người lập"]]
        writer(tmp_path / name, table)
        (page,) = pages_of(tmp_path)
        assert page.declared_total == 1
        assert len(page.records) == 1
        (tmp_path / name).unlink()


# files that are no file, or not this one ----------------------------------------------------------------------------
def test_an_empty_file_may_come_again(tmp_path: Path) -> None:
    for name in ("a.csv", "a.xlsx", "a.xls"):
        (tmp_path / name).write_bytes(b"")
        check_refused(tmp_path, SourceUnavailableError, "an empty file")
        (tmp_path / name).unlink()


@pytest.mark.parametrize("name", ["a.xls", "a.XLSX", "a.csv"])
def test_a_workbook_under_another_name_is_read_as_what_it_is(tmp_path: Path, name: str) -> None:
    write_xlsx(tmp_path / name, export_table([export_row(1)]))
    assert len(records_of(tmp_path)) == 1


@pytest.mark.parametrize("content", [b"<html><table>NGUYEN THI CANARY</table></html>", b"%PDF-1.7", b"\0" * 4096])
@pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
def test_what_is_no_workbook_at_all(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    check_refused(tmp_path, SourceChangedError, "whatever its name says")


def test_another_kind_of_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<document>NGUYEN THI CANARY</document>")
    check_refused(tmp_path, SourceChangedError, "whatever its name says")


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Danh sách")
    for number, row in enumerate(export_table([export_row(1)])):
        for at, cell in enumerate(row):
            sheet.write(number, at + 1, cell)
    book.save(str(tmp_path / "a.xls"))
    (record,) = records_of(tmp_path)
    assert record.received_at == dt.datetime(2024, 3, 5, 8, 0, 1, tzinfo=LOCAL)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_a_workbook_that_was_cut_off_may_come_again(tmp_path: Path, kept: float) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(number) for number in range(50)]))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    check_refused(tmp_path, SourceUnavailableError, "no whole workbook")


def test_a_workbook_with_a_changed_byte_may_come_again(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(number) for number in range(50)]))
    content = bytearray(path.read_bytes())
    content[content.index(b"xl/worksheets/sheet2.xml") + 60] ^= 0xFF
    path.write_bytes(content)
    check_refused(tmp_path, SourceUnavailableError, "no whole workbook")


def test_a_protected_workbook_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(protected_workbook())
    check_refused(tmp_path, SourceChangedError, "protected by a password")
