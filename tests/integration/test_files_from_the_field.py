"""Listings as offices really send them: what is not a dossier in them, and values that are not written as agreed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from doisoat.errors import SourceChangedError
from doisoat.sources.files import tables
from support.drops import CODE, check_refused, collected, drop, pages_of, records_of, set_aside
from support.exports import COLUMNS, HEADER, export_row, export_table, write_csv, write_xlsx
from support.servers import CANARIES, LOCAL

WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
RECEIVED, DUE = "Ngày tiếp nhận", "Ngày hẹn trả"
DAY = dt.datetime(2024, 3, 5, tzinfo=LOCAL)


def row_of(**cells: str) -> list[str]:
    """A row that has only these cells, by the labels of their columns."""
    return [cells.get(label, "") for label in HEADER]


def numbers_of(inbox: Path, **options: Any) -> list[str]:
    return [record.dossier_code[-4:] for record in records_of(inbox, **options)]


# what is not a dossier ----------------------------------------------------------------------------------------------
FOOT = [
    row_of(**{CODE: "Lạng Sơn, ngày 18 tháng 4 năm 2024"}),
    row_of(**{CODE: "NGƯỜI LẬP BIỂU", "Trạng thái": "THỦ TRƯỞNG ĐƠN VỊ"}),
    row_of(**{"Mã TTHC": "(Ký, ghi rõ họ tên)", "Trạng thái": "(Ký, đóng dấu)", "Kênh": "(Ký)"}),
    row_of(**{CODE: CANARIES[0], "Trạng thái": CANARIES[0]}),
    row_of(**{CODE: "18/04/2024", "Kênh": "08:15"}),
    row_of(**{CODE: "In lúc 8"}),
]


@pytest.mark.parametrize("kind", WRITERS)
def test_the_foot_below_a_closing_row_is_no_dossier(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BLOCK_ROWS", 4)
    WRITERS[kind](tmp_path / f"a.{kind}", [*export_table([export_row(1), export_row(2)]), *FOOT])
    pages = pages_of(tmp_path)
    assert [record.dossier_code[-4:] for page in pages for record in page.records] == ["0001", "0002"]
    assert sum(page.received for page in pages) == pages[-1].declared_total == 2
    assert set_aside(tmp_path) == []


def test_a_place_and_date_is_no_dossier_even_where_nothing_closes_the_table(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", [*export_table([export_row(1)], total=None), FOOT[0], FOOT[5]])
    assert numbers_of(tmp_path) == ["0001"]
    assert set_aside(tmp_path) == []


@pytest.mark.parametrize("kind", WRITERS)
def test_headings_of_groups_and_sums_between_them_are_no_dossiers(tmp_path: Path, kind: str) -> None:
    """What follows a group's sum are dossiers again, also one that cannot be read."""
    bad = export_row(3, **{RECEIVED: "31/02/2024"})
    groups = [
        ["I. UBND xã Yên Trạch"],
        export_row(1),
        ["Tổng số: 1"],
        ["", "", "II. UBND xã Tân Tiến"],
        export_row(2),
        bad,
    ]
    WRITERS[kind](tmp_path / f"a.{kind}", export_table([*groups], total=3))
    (page,) = pages_of(tmp_path)
    assert (page.received, page.declared_total) == (3, 3)
    assert [(row.reason, row.record_id) for row in page.quarantined] == [("impossible_date", "H37.17-240305-0003")]


def test_a_row_that_cannot_be_read_is_named_by_the_code_that_it_means(tmp_path: Path) -> None:
    bad = export_row(1, **{RECEIVED: "31/02/2024", CODE: "h37.17 \u2013 240305 \u2013 0001"})
    write_csv(tmp_path / "a.csv", export_table([bad]))
    (page,) = pages_of(tmp_path)
    assert [row.record_id for row in page.quarantined] == ["H37.17-240305-0001"]


def test_a_code_alone_in_its_row_is_a_dossier(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", export_table([row_of(**{CODE: "H37.17 - 240305 - 0001"}), export_row(2)]))
    assert len(records_of(tmp_path)) == 2


def test_a_closing_row_of_several_numbers_is_refused_where_a_total_is_needed(tmp_path: Path) -> None:
    table = [*export_table([export_row(1)], total=None), ["Tổng số: 1; tổng số trực tuyến: 2"]]
    write_csv(tmp_path / "a.csv", table)
    check_refused(tmp_path, SourceChangedError, "does not state one number", needs_total=True)
    (page,) = pages_of(tmp_path)
    assert page.declared_total is None


# merged cells -------------------------------------------------------------------------------------------------------
def test_a_cell_merged_over_several_rows_states_its_value_in_each_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "BLOCK_ROWS", 2)
    rows = [export_row(number, **{"Đơn vị xử lý": unit, RECEIVED: day}) for number, unit, day in (
        (1, "UBND xã Yên Trạch", "05/03/2024"), (2, None, None), (3, None, None), (4, "Sở Tư pháp", "06/03/2024"),
        (5, None, "07/03/2024"))]  # fmt: skip
    path = write_xlsx(tmp_path / "a.xlsx", export_table(rows))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    for merged in ("E5:E7", "F5:F6", "A1:N1", "E8:G8"):
        sheet.merge_cells(merged)
    book.save(path)
    found = [(record.agency_name, record.received_at and record.received_at.day) for record in records_of(tmp_path)]
    unit = "UBND xã Yên Trạch"
    assert found == [(unit, 5), (unit, 5), (unit, None), ("Sở Tư pháp", None), (None, 7)]


def test_a_merged_code_is_not_two_dossiers(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1), export_row(2, **{CODE: None})]))
    book = openpyxl.load_workbook(path)
    book.worksheets[1].merge_cells("C5:C6")
    book.save(path)
    assert numbers_of(tmp_path) == ["0001"]
    assert set_aside(tmp_path) == [("file 1 row 2", "no_dossier_code", "dossier_code")]


# cells that hold something else -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1.001193.000.00.00.H37- Thủ tục đăng ký khai sinh", "1.001193.000.00.00.H37"),
        ("1.013978.H37- Đăng ký đất đai", "1.013978.H37"),
        ("1.001193 - Đăng ký khai sinh", "1.001193"),
        ("Đăng ký khai sinh (1.001193)", "1.001193"),
        ("2.00072", "2.000720"),
        ("2,00072", "2.000720"),
        (2.00072, "2.000720"),
        (1.001193, "1.001193"),
        ("1.2", "1.2"),  # a system's own kind of dossier
        ("DK-01 - Đăng ký", "DK-01 - Đăng ký"),
    ],
)
def test_a_procedure_is_its_code_whatever_stands_beside_it(tmp_path: Path, written: Any, expected: str) -> None:
    write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1, **{"Mã TTHC": written})]))
    assert [record.procedure_code for record in records_of(tmp_path)] == [expected]


@pytest.mark.parametrize("written", ["H37.17.01 - UBND xã Yên Trạch", "UBND xã Yên Trạch (H37.17.01)"])
def test_an_agencys_code_and_name_may_stand_in_one_cell(tmp_path: Path, written: str) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1, **{"Đơn vị xử lý": written})]))
    (record,) = records_of(tmp_path)
    assert (record.agency_code, record.agency_name) == ("H37.17.01", "UBND xã Yên Trạch")


@pytest.mark.parametrize("key", [1.23456789012345e17, "1.23457E+11", "1,23457e+11"])
def test_a_code_that_a_spreadsheet_has_rounded_is_not_one(tmp_path: Path, key: object) -> None:
    write_xlsx(tmp_path / "a.xlsx", export_table([export_row(1, **{CODE: key})]))
    assert set_aside(tmp_path) == [("file 1 row 1", "number_lost_digits", "dossier_code")]


# dates --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "written",
    [
        "", "Chưa trả", "CHƯA CÓ", " - ", "...", "Không thời hạn", "null", "00/00/0000", "0000-00-00 00:00:00",
        "01/01/0001 00:00:00", "01/01/1900", "30/12/1899", "01/01/1970", "31/12/9999", "0",
    ],
)  # fmt: skip
def test_words_and_null_dates_are_no_date(tmp_path: Path, written: str) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1, **{DUE: written})]))
    assert [record.due_at for record in records_of(tmp_path)] == [None]


def test_a_workbooks_own_null_dates_are_no_date(tmp_path: Path) -> None:
    cells = [0, 1, dt.datetime(1900, 1, 1), dt.time(0)]
    write_xlsx(tmp_path / "a.xlsx", export_table([export_row(at, **{DUE: cell}) for at, cell in enumerate(cells)]))
    assert {record.due_at for record in records_of(tmp_path)} == {None}


def test_an_offices_own_words_for_no_date_are_an_option(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1, **{DUE: "Đang chờ"})]))
    assert set_aside(tmp_path) == [("file 1 row 1", "impossible_date", "due_at")]
    assert [record.due_at for record in records_of(tmp_path, no_dates=["đang chờ"])] == [None]


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("05/03/2024 08:15 SA", 8), ("05/03/2024 2:15:30 CH", 14), ("8:15 05/03/2024", 8), ("08:15:30 05/03/2024", 8),
        ("05-03-2024", 0), ("2024-03-05T08:15:00.000+0700", 8), ("05/03/24", 0), ("5/3/2024", 0), ("2024/3/5 8:15", 8),
        ("05/03/2024 12:15 SA", 0), ("05/03/2024 12:15 CH", 12), ("5/3/2024 2:15 chiều", 14), ("5/3/2024 2:15 pm", 14),
        ("8 giờ 15 phút, ngày 5/3/2024", 8), ("Ngày 05 tháng 03 năm 2024", 0), ("45356.34375", 8), ("20240305", 0),
    ],
)  # fmt: skip
def test_a_date_is_read_as_vietnamese_writes_it(tmp_path: Path, written: str, hour: int) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1, **{RECEIVED: written})]))
    (record,) = records_of(tmp_path)
    assert record.received_at is not None
    assert record.received_at.replace(minute=0, second=0) == DAY.replace(hour=hour)


def test_the_digits_of_a_date_may_be_a_workbooks_number(tmp_path: Path) -> None:
    cells = [20240305, 20240305080000]
    write_xlsx(tmp_path / "a.xlsx", export_table([export_row(at, **{RECEIVED: cell}) for at, cell in enumerate(cells)]))
    assert [record.received_at for record in records_of(tmp_path)] == [DAY, DAY.replace(hour=8)]


@pytest.mark.parametrize(
    "written", ["05/03/2024 14:15 SA", "05/03/2024 0:15 CH", "5/3/2567", "05/03/20244", "05/03/2024 ?"]
)
def test_what_contradicts_itself_is_no_date(tmp_path: Path, written: str) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1, **{RECEIVED: written})]))
    assert set_aside(tmp_path) == [("file 1 row 1", "impossible_date", "received_at")]


def american(days: range, **changes: str) -> list[list[object]]:
    return [export_row(day, **{RECEIVED: f"3/{day}/2024", **changes}) for day in days]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_whose_cells_prove_a_month_first_order_is_refused_as_a_whole(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / f"a.{kind}", export_table(american(range(1, 18))))
    proof = r"month before the day \(received_at in row 13, row 14, row 15 and 2 more\)"
    check_refused(tmp_path, SourceChangedError, proof)
    assert numbers_of(tmp_path, date_formats=["%m/%d/%Y", "%d/%m/%Y %H:%M:%S"])[0] == "0001"


def test_a_slip_in_a_column_of_the_other_order_sets_its_row_aside(tmp_path: Path) -> None:
    rows = [*american(range(14, 15)), *[export_row(day, **{RECEIVED: f"{day}/3/2024"}) for day in range(20, 23)]]
    write_csv(tmp_path / "a.csv", export_table(rows))
    assert set_aside(tmp_path) == [("file 1 row 1", "impossible_date", "received_at")]


def test_one_file_proves_nothing_about_the_next(tmp_path: Path) -> None:
    at = dt.datetime(2024, 4, 18, 0, 10, tzinfo=LOCAL)
    write_csv(
        tmp_path / "a.csv",
        export_table([export_row(day, **{RECEIVED: f"{day}/3/2024"}) for day in range(20, 30)]),
        at=at,
    )
    write_csv(tmp_path / "b.csv", export_table(american(range(13, 15))))
    check_refused(tmp_path, SourceChangedError, "file 2 of 2.*received_at in row 1, row 2")


def test_long_cells_are_read_in_a_time_that_grows_with_their_length(tmp_path: Path) -> None:
    long = {CODE: "H37.17 - " * 10_000, RECEIVED: "từ ngày " * 10_000, "Mã TTHC": "a(" * 40_000, "Kênh": "- " * 40_000}
    rows = [export_row(at, **{label: cell}) for at, (label, cell) in enumerate(long.items())]
    write_csv(
        tmp_path / "a.csv", [*export_table(rows, total=None), ["Tổng số " + "từ " * 30_000], [" " * 100_000 + "x y"]]
    )
    assert {reason for _, reason, _ in set_aside(tmp_path)} == {"impossible_date", "text_too_long"}


# columns that are not there -----------------------------------------------------------------------------------------
def test_the_certificate_names_the_columns_that_a_file_lacks_and_not_the_empty_ones(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    header = [label for label in HEADER if label != "Kênh"]
    rows = [[cell for label, cell in zip(HEADER, export_row(1, **{DUE: ""}), strict=True) if label != "Kênh"]]
    write_csv(inbox / "a.csv", [header, *rows])
    columns = {**COLUMNS, "finished_at": ["Ngày kết thúc"]}
    landing = collected(drop(inbox, columns=columns), tmp_path / "landing")
    assert landing.certificate.unstated == ("channel_code", "finished_at")


def test_a_column_that_one_of_two_files_lacks_is_not_stated_by_the_listing(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    write_csv(inbox / "a.csv", export_table([export_row(1)]))
    write_csv(inbox / "b.csv", [HEADER[:-6], export_row(2)[:-6]])
    landing = collected(drop(inbox), tmp_path / "landing")
    assert landing.certificate.unstated == ("channel_code", "finished_at", "has_digitised_parts")
