"""Reading exported files: headers, encodings, dates, cells, closing rows (CONTRACTS section 1; all marked [A])."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError, SourceUnavailableError
from doisoat.model import WHOLE, Cell, DossierRecord, Page
from doisoat.sources.contract import Limits
from doisoat.sources.files import tables
from doisoat.sources.files.words import declared_total, fold
from doisoat.sources.national_export import ExportOptions, NationalExport
from pydantic import ValidationError
from support.exports import COLUMNS, export_row, export_table, write_csv, write_xlsx
from support.servers import LOCAL

EIGHT = dt.datetime(2024, 3, 5, 8, 0, 1, tzinfo=LOCAL)
WRITERS = {"csv": write_csv, "xlsx": write_xlsx}


def _source(inbox: Path, **options: Any) -> NationalExport:
    given = {"columns": COLUMNS, "settle_seconds": 0, **options}
    return NationalExport(
        "national_export",
        options=ExportOptions.model_validate(given),
        limits=Limits(),
        connection=Connection("national_export", conn_type="fs", extra={"path": str(inbox)}),
        timezone=LOCAL,
    )


def _pages(inbox: Path, **options: Any) -> list[Page]:
    return list(_source(inbox, **options).list_cell(WHOLE))


def _records(inbox: Path, **options: Any) -> list[DossierRecord]:
    return [record for page in _pages(inbox, **options) for record in page.records]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_row_becomes_a_record_of_the_named_columns_only(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / f"a.{kind}", export_table([export_row(1)]))
    (page,) = _pages(tmp_path)
    assert page.records == [
        DossierRecord(
            record_id=None,
            dossier_code="H37.17-240305-0001",
            procedure_code="1.001193",
            agency_name="UBND xã Yên Trạch",
            channel_code="Trực tuyến",
            status_code="Đang xử lý",
            received_at=EIGHT,
            due_at=dt.datetime(2024, 3, 12, tzinfo=LOCAL),
            has_digitised_parts=True,
        )
    ]
    assert page.declared_total == 1
    assert page.source_time == dt.datetime(2024, 4, 18, 0, 30, tzinfo=LOCAL)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    table = export_table([export_row(1, **{"Kênh": 'a "b", c; d'})])
    if encoding == "cp1258":  # that code page writes tones as combining marks
        table = [[_as_1258(cell) for cell in row] for row in table]
    write_csv(tmp_path / "a.csv", table, encoding=encoding, delimiter=delimiter)
    (record,) = _records(tmp_path)
    assert record.agency_name == "UBND xã Yên Trạch"
    assert record.status_code == "Đang xử lý"
    assert record.channel_code == 'a "b", c; d'


def _as_1258(cell: object) -> object:
    import unicodedata

    tones = "\u0300\u0301\u0303\u0309\u0323"
    if not isinstance(cell, str):
        return cell
    written = []
    for char in cell:
        parts = unicodedata.normalize("NFD", char)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
        written.append(base + "".join(part for part in parts if part in tones))
    return "".join(written)


def test_decomposed_texts_are_composed(tmp_path: Path) -> None:
    import unicodedata

    table = [[unicodedata.normalize("NFD", str(cell)) for cell in row] for row in export_table([export_row(1)])]
    write_csv(tmp_path / "a.csv", table)
    (record,) = _records(tmp_path)
    assert record.agency_name == "UBND xã Yên Trạch"
    assert _pages(tmp_path)[0].declared_total == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("05/03/2024 08:00:01", EIGHT),
        ("2024-03-05 08:00:01", EIGHT),
        ("20240305080001", EIGHT),
        (" 05/03/2024 ", EIGHT.replace(hour=0, second=0)),
        ("", None),
        (None, None),
    ],
)
@pytest.mark.parametrize("kind", WRITERS)
def test_dates_are_read_by_the_formats_in_their_order(tmp_path: Path, kind: str, written: Any, expected: Any) -> None:
    formats = ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S"]
    rows = [export_row(1, **{"Ngày tiếp nhận": written}), export_row(2)]
    WRITERS[kind](tmp_path / f"a.{kind}", export_table(rows))
    records = _records(tmp_path, date_formats=formats)
    assert [record.received_at for record in records] == [expected, EIGHT]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (dt.datetime(2024, 3, 5, 8, 0, 1), EIGHT),
        (dt.date(2024, 3, 5), EIGHT.replace(hour=0, second=0)),
        (45356.33334490741, EIGHT),  # a workbook's day number that has lost its date style
    ],
)
def test_a_workbook_may_hold_real_dates(tmp_path: Path, cell: object, expected: dt.datetime) -> None:
    write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1, **{"Ngày tiếp nhận": cell, "Trạng thái": 10})]))
    (record,) = _records(tmp_path)
    assert record.received_at == expected
    assert record.status_code == "10"


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"Ngày tiếp nhận": "31/02/2024"}, "impossible_date", "received_at"),
        ({"Ngày hẹn trả": "hôm qua"}, "impossible_date", "due_at"),
        ({"Ngày hẹn trả": "12/03/0024"}, "impossible_date", "due_at"),
        ({"Mã hồ sơ": ""}, "no_dossier_code", "dossier_code"),
        ({"Mã hồ sơ": "H37.17\x00-1"}, "unprintable_text", "dossier_code"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_others_go_on(tmp_path: Path, changes: dict, reason: str, field: str) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1), export_row(2, **changes), export_row(3)]))
    (page,) = _pages(tmp_path)
    assert [record.dossier_code for record in page.records] == ["H37.17-240305-0001", "H37.17-240305-0003"]
    assert [(row.position, row.reason, row.field) for row in page.quarantined] == [("file 1 row 2", reason, field)]
    [row], whole = page.quarantined, page.records[0]
    assert row.read is not None  # what else the row says: unreadable is not absent (docs/adr/0027)
    assert row.is_identified is (field != "dossier_code")
    assert row.unread == (field,)
    assert getattr(row.read, field) is None
    assert row.read.status_code == whole.status_code
    assert (row.read.dossier_code, row.record_id) == (
        (None,) * 2 if field == "dossier_code" else ("H37.17-240305-0002",) * 2
    )


def test_what_a_workbook_cannot_show_in_one_cell_leaves_the_rest_of_its_row(tmp_path: Path) -> None:
    rows = [export_row(1, **{"Ngày hẹn trả": "=1/0", "Trạng thái": "=1/0"}), export_row(2)]
    write_xlsx(tmp_path / "a.xlsx", export_table(rows))
    (page,) = _pages(tmp_path)
    [row] = page.quarantined
    assert (row.record_id, set(row.unread), row.is_identified) == (
        "H37.17-240305-0001",
        {"due_at", "status_code"},
        True,
    )
    assert row.read is not None
    assert row.read.received_at == EIGHT


@pytest.mark.parametrize("kind", WRITERS)
def test_blank_rows_are_no_rows(tmp_path: Path, kind: str) -> None:
    rows = [export_row(1), [None] * 14, export_row(2)]
    WRITERS[kind](tmp_path / f"a.{kind}", export_table(rows, total=2))
    pages = _pages(tmp_path)
    assert sum(page.received for page in pages) == 2
    assert pages[-1].declared_total == 2


@pytest.mark.parametrize("kind", WRITERS)
def test_an_empty_listing_is_a_listing(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / f"a.{kind}", export_table([]))
    pages = _pages(tmp_path)
    assert sum(page.received for page in pages) == 0
    assert pages[-1].declared_total == 0


def test_blocks_join_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BLOCK_ROWS", 4)
    for kind, writer in WRITERS.items():
        writer(tmp_path / f"a.{kind}", export_table([export_row(number) for number in range(10)]))
        pages = _pages(tmp_path)
        assert [record.dossier_code[-2:] for page in pages for record in page.records] == [
            f"{n:02d}" for n in range(10)
        ]
        assert pages[-1].declared_total == 10
        (tmp_path / f"a.{kind}").unlink()


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Tổng số: 12", 12), ("TỔNG CỘNG: 1.234 hồ sơ", 1234), ('"Tổng số:",,12', 12), ("Tổng số hồ sơ 7", 7),
        ("Tổng số hồ sơ: 2 hồ sơ", 2), ("Tổng số hồ sơ tháng 3/2024: 2", 2), ("Tổng: 2", 2), ("Tổng số bản ghi: 2/2", 2),
        ("Tổng số hồ sơ từ ngày 01/03/2024 đến ngày 31/03/2024: 2", 2), ("Tổng số 02 hồ sơ", 2), ("Cộng: 2", 2),
        ("Tổng cộng: 2 hồ sơ (trong đó 1 trực tuyến)", 2), ("Tổng số trang: 1, tổng số hồ sơ: 2", 2),
        ("Tổng số: 1 234", 1234), ("Tổng số: 1\u00a0234\u00a0567", 1234567), ("Tổng số: 12, trực tuyến: 5", 12),
        ("Tổng số hồ sơ quý I/2024: 15", 15), ("Tổng số hồ sơ đến 17:00 ngày 18/04/2024: 2", 2), ("Tổng số: 20/135", 135),
        ("Tổng số 3 hồ sơ tháng 3 năm 2024", 3), ("Tổng số: | 12 | 345 | 678", 12), ("(Tổng số: 5)", 5),
        ("Tổng số: 2; tổng số trực tuyến: 5", None), ("Tổng số trang: 3", None), ("Tổng số", None),
        ("Tổng cục Thuế 3", None), ("Cộng hòa xã hội chủ nghĩa Việt Nam 2", None),
        ("Tổng hợp 12", None), ("12", None), ("", None), (12, None), (None, None),
    ],
)  # fmt: skip
def test_a_closing_row_declares_the_total(text: object, total: int | None) -> None:
    assert declared_total(text) == total


def test_labels_are_compared_without_case_diacritics_and_spaces() -> None:
    assert fold("Mã hồ sơ") == fold("MA_HO_SO") == fold(" mã  HỒ SƠ\n") == "mahoso"
    assert fold("Đơn vị") == fold("don vi")
    assert fold("Số hoá") == fold("Số hóa")


def test_no_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError, match="put it into"):
        _pages(tmp_path)


def test_a_file_that_still_grows_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_csv(tmp_path / "a.csv", export_table([export_row(1)]))
    monkeypatch.setattr("time.sleep", lambda seconds: path.write_bytes(path.read_bytes() + b"x"))
    with pytest.raises(SourceUnavailableError, match="still being written"):
        _pages(tmp_path, settle_seconds=1)


def test_a_file_that_changes_while_it_is_read_is_not_believed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", export_table([export_row(1), export_row(2)]))
    write_csv(tmp_path / "b.csv", export_table([export_row(3)]))
    pages = _source(tmp_path).list_cell(WHOLE)
    next(pages)
    (tmp_path / "b.csv").write_bytes(path.read_bytes())
    with pytest.raises(SourceUnavailableError, match="changed while it was read"):
        list(pages)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04 not a workbook"),
        ("a.csv", b"PK\x03\x04"),
        ("a.xls", b"\xd0\xcf\x11"),
    ],
)
def test_what_is_no_whole_workbook_may_come_again(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceUnavailableError, match="no whole workbook"):
        _pages(tmp_path, patterns=["*"])


@pytest.mark.parametrize("content", [b"plain", "<html>họ tên</html>".encode(), b"\x00\x01\x02"])
def test_what_bears_a_workbooks_name_and_is_none_will_not_get_better(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(SourceChangedError, match="whatever its name says"):
        _pages(tmp_path)


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_without_a_known_header_is_a_changed_contract(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / f"a.{kind}", [["Họ tên", "Số"], ["NGUYEN THI CANARY", "1"]])
    with pytest.raises(SourceChangedError, match="no header") as caught:
        _pages(tmp_path)
    assert "CANARY" not in str(caught.value)


def test_files_show_the_whole_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="WHOLE"):
        list(_source(tmp_path).list_cell(Cell(undated=True)))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"procedure_code": ["Mã TTHC"]}, "dossier_code"),
        ({"dossier_code": ["Mã"], "applicant": ["Chủ hồ sơ"]}, "applicant"),
        ({"dossier_code": ["Mã"], "status_code": ["MÃ"]}, "one label"),
    ],
)
def test_columns_that_cannot_be_are_refused(columns: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ExportOptions(columns=columns)
