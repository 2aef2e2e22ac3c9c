"""Reading the workbooks in which offices send their counts (CONTRACTS section 2b), on real .xlsx and .xls files."""

from __future__ import annotations

import copy
import datetime as dt
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from doisoat.connections import Connection
from doisoat.errors import SourceChangedError, SourceUnavailableError
from doisoat.model import ControlTotal
from doisoat.sources.contract import Limits
from doisoat.sources.report_workbook.source import ReportOptions, ReportWorkbook
from doisoat.sources.report_workbook.words import MEASURES
from support import reports
from support.reports import MADE_AT, ROWS, report, write_report_xls, write_report_xlsx
from support.servers import CANARIES, LOCAL

NIGHT = dt.date(2024, 4, 17)
WRITERS: dict[str, Callable[..., Path]] = {"xlsx": write_report_xlsx, "xls": write_report_xls}


def _source(inbox: Path, **options: Any) -> ReportWorkbook:
    return ReportWorkbook(
        "provincial_report",
        options=ReportOptions.model_validate({"settle_seconds": 0, **options}),
        limits=Limits(),
        connection=Connection("provincial_report", conn_type="fs", extra={"path": str(inbox)}),
        timezone=LOCAL,
    )


def _totals(inbox: Path, night: dt.date = NIGHT, **options: Any) -> list[ControlTotal]:
    return list(_source(inbox, **options).control_totals(night))


def _told(inbox: Path, **options: Any) -> dict[tuple[str | None, str], tuple[int | None, tuple[str, ...]]]:
    return {(total.agency_name, total.measure): (total.value, total.flags) for total in _totals(inbox, **options)}


@pytest.mark.parametrize("kind", WRITERS)
def test_the_form_by_unit(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / f"a.{kind}", report("by unit"))
    totals = _totals(tmp_path)
    assert {(total.receipt_month, total.period_kind, total.measured_at) for total in totals} == {
        (dt.date(2024, 3, 1), "month", MADE_AT)
    }
    assert {total.agency_name for total in totals} == {"Sở Tư pháp", "UBND xã Yên Trạch", "UBND xã Tân Thanh", None}
    told = _told(tmp_path)
    assert {measure: told["Sở Tư pháp", measure][0] for name, measure in told if name == "Sở Tư pháp"} == {
        "received": 1234, "received_direct": 200, "received_online": 1000, "received_post": 34, "resolved": 1100,
        "resolved_in_time": 1050, "resolved_overdue": 50, "pending": 134, "pending_in_time": 130, "pending_overdue": 4,
    }  # fmt: skip
    assert told[None, "received"] == (1251, ())
    assert told["UBND xã Yên Trạch", "received_post"] == (0, ()), "a dash is none"
    assert ("UBND xã Tân Thanh", "received_post") not in told, "an empty cell declares nothing"
    assert not any(flags for _, flags in told.values())


@pytest.mark.parametrize("kind", WRITERS)
def test_the_form_by_field_gives_the_whole_only(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / f"a.{kind}", report("by field"))
    told = _told(tmp_path)
    assert told == {
        (None, "received_and_carried_over"): (150, ()),
        (None, "received_online"): (70, ()),
        (None, "received_direct_or_post"): (70, ()),
        (None, "carried_over"): (10, ()),
        (None, "received"): (140, ("SUM_OF_PARTS",)),
        (None, "resolved"): (130, ()),
        (None, "resolved_early"): (40, ()),
        (None, "resolved_on_time"): (85, ()),
        (None, "resolved_overdue"): (5, ()),
        (None, "pending"): (20, ()),
        (None, "pending_in_time"): (18, ()),
        (None, "pending_overdue"): (2, ()),
    }


@pytest.mark.parametrize("kind", WRITERS)
def test_the_form_of_justice(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / f"a.{kind}", report("of justice"))
    told = _told(tmp_path)
    assert {measure: value for (name, measure), (value, _) in told.items() if name == "Sở Tư pháp"} == {
        "received_and_carried_over": 60, "received": 50, "received_online_full": 20, "received_online_partial": 10,
        "received_direct": 15, "received_post": 5, "carried_over": 10, "resolved": 40, "resolved_early": 10,
        "resolved_on_time": 25, "resolved_overdue": 5, "pending": 20, "pending_in_time": 19, "pending_overdue": 1,
        "waiting_for_acceptance": 2, "refused": 3, "stopped": 1, "withdrawn": 4, "paid_online": 22,
    }  # fmt: skip


@pytest.mark.parametrize("form", ROWS)
@pytest.mark.parametrize("kind", WRITERS)
def test_where_a_column_stands_does_not_matter(tmp_path: Path, form: str, kind: str) -> None:
    def moved(rows: reports.Grid) -> reports.Grid:  # the groups in another order
        return [row[:2] + row[at:] + row[2:at] if len(row) > at else row for row in rows]

    at = reports.HEADERS[form][0].index(next(cell for cell in reports.HEADERS[form][0] if "giải quyết" in str(cell)
                                             and "Lĩnh vực" not in cell))  # fmt: skip
    first, second = tmp_path / "first", tmp_path / "second"
    for inbox, change in ((first, list), (second, moved)):
        inbox.mkdir()
        grid = report(form, header=change(reports.HEADERS[form]), rows=change(ROWS[form]))
        WRITERS[kind](inbox / f"a.{kind}", grid)
    assert _told(first) == _told(second)


def test_a_header_of_one_row_without_numbers_below(tmp_path: Path) -> None:
    header = [["TT", "Cơ quan, đơn vị", "Tiếp nhận", "Tiếp nhận trực tuyến", "Đã giải quyết", "Đã giải quyết quá hạn",
               "Đang giải quyết", "Ghi chú"]]  # fmt: skip
    rows = [[1, "Sở Tư pháp", 12, 5, 9, 1, 3, "x"], ["", "Cộng", 12, 5, 9, 1, 3, ""]]
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit", header=header, rows=rows, numbers=False))
    assert _told(tmp_path)["Sở Tư pháp", "resolved_overdue"] == (1, ())
    assert _told(tmp_path)[None, "received"] == (12, ())


def test_a_header_whose_cells_are_not_merged(tmp_path: Path) -> None:
    header = [[None if cell in ("<", "^") else cell for cell in row] for row in reports.BY_UNIT]
    merged, plain = tmp_path / "merged", tmp_path / "plain"
    for inbox, given in ((merged, None), (plain, header)):
        inbox.mkdir()
        write_report_xlsx(inbox / "a.xlsx", report("by unit", header=given))
    assert _told(merged) == _told(plain)


def test_decomposed_texts_are_the_same_texts(tmp_path: Path) -> None:
    def decomposed(cell: Any) -> Any:
        return unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell

    grid = [[decomposed(cell) for cell in row] for row in report("by unit")]
    write_report_xlsx(tmp_path / "a.xlsx", grid)
    assert _told(tmp_path)["UBND xã Yên Trạch", "received"] == (10, ())


def test_a_number_that_cannot_be_read_has_no_value(tmp_path: Path) -> None:
    rows = copy.deepcopy(ROWS["by unit"])
    rows[3][2] = "khoảng 10"
    rows[3][6] = "=1+8"
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit", rows=rows))
    told = _told(tmp_path)
    assert told["UBND xã Yên Trạch", "received"] == (None, ("NOT_A_COUNT",))
    assert told["UBND xã Yên Trạch", "resolved"] == (None, ("FORMULA_WITHOUT_VALUE",))
    assert told[None, "received"] == (1251, ()), "what cannot be added up is not compared"


@pytest.mark.parametrize(
    ("row", "column", "name", "measure", "stated"),
    [(1, 3, "Sở Tư pháp", "received", 1234), (1, 7, "Sở Tư pháp", "resolved", 1100), (5, 11, None, "pending", 136)],
)
def test_parts_that_do_not_add_up_are_flagged_on_the_whole(
    tmp_path: Path, row: int, column: int, name: str | None, measure: str, stated: int
) -> None:
    rows = copy.deepcopy(ROWS["by unit"])
    rows[row][column] += 1
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit", rows=rows))
    told = _told(tmp_path)
    assert told[name, measure] == (stated, ("PARTS_DO_NOT_ADD_UP",)), "the number stays as it was stated"
    assert told["UBND xã Yên Trạch", measure][1] == (), "the others are not touched"


def test_units_that_do_not_add_up_to_the_total_are_flagged_on_the_total(tmp_path: Path) -> None:
    rows = [row for row in ROWS["by unit"] if "UBND xã Tân Thanh" not in row]
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit", rows=rows))
    told = _told(tmp_path)
    assert told[None, "received"] == (1251, ("PARTS_DO_NOT_ADD_UP",))
    assert told[None, "received_post"] == (34, ())


def test_a_form_by_field_without_a_total_is_added_up(tmp_path: Path) -> None:
    write_report_xlsx(tmp_path / "a.xlsx", report("by field", rows=ROWS["by field"][:-1]))
    told = _told(tmp_path)
    assert told[None, "resolved"] == (130, ("SUM_OF_ROWS",))
    assert told[None, "received"] == (140, ("SUM_OF_ROWS", "SUM_OF_PARTS"))


def test_a_form_by_unit_without_a_total_declares_none(tmp_path: Path) -> None:
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit", rows=ROWS["by unit"][:-1]))
    assert None not in {total.agency_name for total in _totals(tmp_path)}


def test_a_total_may_stand_first_and_the_foot_is_never_a_unit(tmp_path: Path) -> None:
    rows = [ROWS["by unit"][-1], *ROWS["by unit"][:-1]]
    phone = [None, "Điện thoại", CANARIES[2], "0205 381 234"]
    write_report_xlsx(tmp_path / "a.xlsx", [*report("by unit", rows=rows), phone])
    assert {total.agency_name for total in _totals(tmp_path)} == {
        "Sở Tư pháp", "UBND xã Yên Trạch", "UBND xã Tân Thanh", None,
    }  # fmt: skip
    assert _told(tmp_path)[None, "received"] == (1251, ())


def test_telephone_numbers_in_the_foot_are_no_counts(tmp_path: Path) -> None:
    rows = ROWS["by unit"][:-1]
    foot = [["", "Chuyên viên tổng hợp", 912345678, 987654321, "0912345678"], ["", "Điện thoại", 91234, 98765, 5]]
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit", rows=[*rows, *foot, *rows]))
    totals = _totals(tmp_path)
    assert {total.agency_name for total in totals} == {"Sở Tư pháp", "UBND xã Yên Trạch", "UBND xã Tân Thanh"}
    assert all(total.value is not None and total.value < 2000 for total in totals)


def test_subordinate_rows_are_units_but_no_part_of_the_sum(tmp_path: Path) -> None:
    rows = copy.deepcopy(ROWS["by unit"])
    rows.insert(2, ["1.1", "Phòng Công chứng số 1", *rows[1][2:]])
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit", rows=rows))
    told = _told(tmp_path)
    assert told["Phòng Công chứng số 1", "received"] == (1234, ())
    assert told[None, "received"] == (1251, ())


def test_a_unit_that_is_named_twice_says_nothing(tmp_path: Path) -> None:
    rows = copy.deepcopy(ROWS["by unit"])
    rows[4][1] = "UBND xã  Yên Trạch"
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit", rows=rows))
    told = _told(tmp_path)
    assert told["UBND xã Yên Trạch", "received"] == (None, ("NAMED_TWICE",))
    assert told[None, "received"] == (1251, ())


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ("(Từ ngày 01/03/2024 đến ngày 31/03/2024)", "month", (2024, 3)),
        ("Từ ngày 01 tháng 3 năm 2024 đến hết ngày 31 tháng 3 năm 2024", "month", (2024, 3)),
        ("từ 1/1/2024 - 31/3/2024", "quarter", (2024, 1)),
        ("(từ ngày 01-01-2023 đến ngày 31-12-2023)", "year", (2023, 1)),
        ("Kỳ báo cáo: Tháng 3 năm 2024", "month", (2024, 3)),
        ("Kỳ báo cáo: 03/2024", "month", (2024, 3)),
        ("THÁNG 03/2024", "month", (2024, 3)),
        ("Quý I năm 2024", "quarter", (2024, 1)),
        ("QUÝ IV/2023", "quarter", (2023, 10)),
        ("Năm 2023", "year", (2023, 1)),
        ("Quý I năm 2024 (từ ngày 01/01/2024 đến ngày 31/03/2024)", "quarter", (2024, 1)),
    ],
)
def test_periods(tmp_path: Path, text: str, kind: str, first: tuple[int, int]) -> None:
    write_report_xlsx(tmp_path / "a.xlsx", report("by field", period=text))
    assert {(total.period_kind, total.receipt_month) for total in _totals(tmp_path)} == {(kind, dt.date(*first, 1))}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no reporting period"),
        ("Kỳ báo cáo: ........", "no reporting period"),
        ("(Từ ngày 15/12/2023 đến ngày 14/03/2024)", "no calendar month"),
        ("(Từ ngày 01/03/2024 đến ngày 30/03/2024)", "no calendar month"),
        ("(Từ ngày 31/02/2024 đến ngày 31/03/2024)", "no calendar month"),
        ("6 tháng đầu năm 2023", "no month, quarter or year"),
        ("9 tháng năm 2023", "no month, quarter or year"),
        ("Tháng 2 năm 2024 và tháng 3 năm 2024", "more than one"),
        ("Tháng 13 năm 2023", "no calendar month"),
        ("Tháng 4 năm 2024", "had not ended on night 2024-04-17"),
        ("Năm 2024", "had not ended"),
    ],
)
def test_any_other_period_is_refused(tmp_path: Path, text: str, message: str) -> None:
    write_report_xlsx(tmp_path / "a.xlsx", report("by field", period=text))
    with pytest.raises(SourceChangedError, match=message):
        _totals(tmp_path)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Đơn vị báo cáo: UBND tỉnh Lạng Sơn", None),
        ("- Đơn vị báo cáo: ........", None),
        ("- Đơn vị báo cáo: UBND huyện Cao Lộc", "UBND huyện Cao Lộc"),
        ("Đơn vị báo cáo: Sở Tư pháp tỉnh Lạng Sơn", "Sở Tư pháp tỉnh Lạng Sơn"),
    ],
)
def test_the_whole_is_of_the_office_that_reports(tmp_path: Path, said: str, name: str | None) -> None:
    above = [*reports.TITLES["by field"][:-1], said]
    write_report_xlsx(tmp_path / "a.xlsx", report("by field", above=above))
    assert {total.agency_name for total in _totals(tmp_path)} == {name}


def test_the_office_may_stand_below_or_beside(tmp_path: Path) -> None:
    grid = report("by field", above=[*reports.TITLES["by field"][:-1], "- Đơn vị báo cáo:", "+ UBND huyện Cao Lộc"])
    write_report_xlsx(tmp_path / "a.xlsx", grid)
    assert {total.agency_name for total in _totals(tmp_path)} == {"UBND huyện Cao Lộc"}
    grid = report("by field", above=reports.TITLES["by field"][:-1])
    grid[3:3] = [["Đơn vị báo cáo", "Sở Y tế"]]
    write_report_xlsx(tmp_path / "a.xlsx", grid)
    assert {total.agency_name for total in _totals(tmp_path)} == {"Sở Y tế"}


def test_what_counts_as_resolved_is_a_choice_that_is_recorded(tmp_path: Path) -> None:
    header = copy.deepcopy(reports.BY_FIELD)
    header[1][8] = "Đúng hạn (Bao gồm cả hồ sơ chờ Bổ sung và Trả lại / Xin rút)"
    write_report_xlsx(tmp_path / "a.xlsx", report("by field", header=header))
    told = _told(tmp_path)
    assert told[None, "resolved_on_time"] == (85, ("RESOLVED_COUNTS_WITH_RETURNED",)), "the label says so itself"
    assert told[None, "resolved"][1] == ()
    chosen = _told(tmp_path, counts_as="finished_only")
    assert {chosen[None, measure][1] for measure in ("resolved", "resolved_on_time", "pending")} == {
        ("RESOLVED_COUNTS_FINISHED_ONLY",)
    }
    assert chosen[None, "received_online"][1] == ()
    assert _told(tmp_path, counts_as="with_returned")[None, "pending"][1] == ("RESOLVED_COUNTS_WITH_RETURNED",)


def test_the_newer_file_wins_and_the_older_one_keeps_the_rest(tmp_path: Path) -> None:
    write_report_xls(tmp_path / "a.xls", report("by field"), at=MADE_AT)
    corrected = copy.deepcopy(ROWS["by unit"])
    corrected[-1][2] = 1300
    later = MADE_AT + dt.timedelta(hours=1)
    write_report_xlsx(tmp_path / "0.xlsx", report("by unit", rows=corrected), at=later)
    totals = {(total.agency_name, total.measure): total for total in _totals(tmp_path)}
    assert (totals[None, "received"].value, totals[None, "received"].measured_at) == (1300, later)
    assert (totals[None, "carried_over"].value, totals[None, "carried_over"].measured_at) == (10, MADE_AT)


def test_each_sheet_is_read_for_itself(tmp_path: Path) -> None:
    february = report("by field", period="Tháng 2 năm 2024")
    write_report_xlsx(tmp_path / "a.xlsx", [["Ghi chú"]], report("by field"), february, [["Hướng dẫn"]])
    assert {total.receipt_month for total in _totals(tmp_path)} == {dt.date(2024, 2, 1), dt.date(2024, 3, 1)}


def test_two_sheets_that_state_a_count_differently_leave_it_open(tmp_path: Path) -> None:
    corrected = copy.deepcopy(ROWS["by unit"])
    for at in (1, -1):
        corrected[at][6] += 1
        corrected[at][7] += 1
    write_report_xlsx(tmp_path / "a.xlsx", *(report("by unit", rows=rows) for rows in (None, corrected, None)))
    told = _told(tmp_path)
    assert {key for key, (value, _) in told.items() if value is None} == {
        (name, measure) for name in ("Sở Tư pháp", None) for measure in ("resolved", "resolved_in_time")
    }
    assert told[None, "resolved"] == (None, ("STATED_DIFFERENTLY",))
    assert told[None, "received"] == (1251, ())


def _quarter(number: int, rows: reports.Grid | None = None) -> reports.Grid:
    return report("by unit", period=f"Quý {number} năm 2024", rows=rows)


def _of_periods(inbox: Path, night: dt.date) -> dict[dt.date | None, tuple[int | None, tuple[str, ...]]]:
    totals = [total for total in _totals(inbox, night) if total.measure == "received" and total.agency_name is None]
    return {total.receipt_month: (total.value, total.flags) for total in totals}


def test_of_a_years_workbook_the_quarters_that_have_ended_are_read(tmp_path: Path) -> None:
    zeros = [[*row[:2], *[0] * len(row[2:])] for row in ROWS["by unit"]]
    write_report_xlsx(tmp_path / "a.xlsx", *map(_quarter, (1, 2, 3)), _quarter(4, zeros))
    read = dict.fromkeys((dt.date(2024, month, 1) for month in (1, 4, 7)), (1251, ()))
    assert _of_periods(tmp_path, dt.date(2024, 10, 5)) == {
        **read, dt.date(2024, 10, 1): (None, ("PERIOD_NOT_ENDED",)),
    }, "what is left out is said"  # fmt: skip
    with pytest.raises(SourceChangedError, match="had not ended on night 2024-02-01"):
        _totals(tmp_path, dt.date(2024, 2, 1))


@pytest.mark.parametrize("period", ["Quý 4 năm 2024", "Quý ..... năm 2024"])
def test_a_sheet_that_is_not_filled_in_declares_nothing(tmp_path: Path, period: str) -> None:
    unfilled = [[*row[:2], *[None] * len(row[2:])] for row in ROWS["by unit"]]
    empty = report("by unit", period=period, rows=unfilled)
    write_report_xlsx(tmp_path / "a.xlsx", _quarter(1), empty)
    assert _of_periods(tmp_path, dt.date(2024, 10, 5)) == {dt.date(2024, 1, 1): (1251, ())}
    write_report_xlsx(tmp_path / "a.xlsx", empty)
    with pytest.raises(SourceChangedError, match="without rows"):
        _totals(tmp_path)


def test_a_filled_sheet_whose_period_is_unsure_is_refused_with_the_whole_file(tmp_path: Path) -> None:
    write_report_xlsx(tmp_path / "a.xlsx", _quarter(1), report("by unit", period="Quý ..... năm 2024"))
    with pytest.raises(SourceChangedError, match="more than one reporting period"):
        _totals(tmp_path)


@pytest.mark.parametrize(
    "title",
    ["Biểu số 06 /VPCP/KSTT\nBan hành theo Thông tư số\n01/2020/TT-VPCP ngày 21/10/2020", "Biểu số II.07a/VPCP/KSTT"],
)
def test_the_same_table_under_other_numbers(tmp_path: Path, title: str) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for inbox, above in ((first, reports.TITLES["by field"]), (second, [title])):
        inbox.mkdir()
        write_report_xlsx(inbox / "a.xlsx", report("by field", above=above))
    assert _told(first) == _told(second)


def test_a_form_of_reasons_for_delays_is_left_out_beside_a_report(tmp_path: Path) -> None:
    reasons = report("by unit", above=["Biểu số II.07a/VPCP/KSTT"], header=[["STT", "Đơn vị", "Số hồ sơ quá hạn", "Nguyên nhân"]],
                     rows=[[1, "Sở Tư pháp", 5, "x"]])  # fmt: skip
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit"), reasons)
    assert _told(tmp_path)[None, "received"] == (1251, ())
    write_report_xlsx(tmp_path / "a.xlsx", reasons)
    with pytest.raises(SourceChangedError, match="received and resolved"):
        _totals(tmp_path)


def test_hidden_sheets_are_left_out(tmp_path: Path) -> None:
    path = write_report_xlsx(tmp_path / "a.xlsx", report("by field"), report("by field", period="Tháng 2 năm 2024"))
    book = openpyxl.load_workbook(path)
    book.worksheets[1].sheet_state = "hidden"
    book.save(path)
    assert {total.receipt_month for total in _totals(tmp_path)} == {dt.date(2024, 3, 1)}


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ([["Danh sách"], ["a", "b"]], "without a title"),
        (report("by unit", above=["BÁO CÁO KHÁC"]), "without a title"),
        (report("by unit", header=[["STT", "Đơn vị", "Ghi chú"]], rows=[[1, "Sở Tư pháp", "x"]]), "received and resolved"),
        (report("by unit", header=[["STT", "Tên", "Tiếp nhận", "Đã giải quyết"]]), "units or fields"),
        (report("by unit", rows=[]), "without rows"),
        (report("by unit", rows=ROWS["by unit"][-1:]), "without a row of a unit"),
        (report("by unit", rows=[ROWS["by unit"][2], ROWS["by unit"][-1]]), "without a row of a unit"),
        (report("by unit", above=["BÁO CÁO KHÁC"]), "II.06a, b, c, d, đ or 06/VPCP/KSTT"),
    ],
)  # fmt: skip
def test_what_is_no_report_says_so(tmp_path: Path, grid: reports.Grid, message: str) -> None:
    write_report_xlsx(tmp_path / "a.xlsx", grid)
    with pytest.raises(SourceChangedError, match=message) as caught:
        _totals(tmp_path)
    for canary in CANARIES:
        assert canary not in str(caught.value)


def test_two_columns_that_look_the_same_count_nothing(tmp_path: Path) -> None:
    header = copy.deepcopy(reports.BY_UNIT)
    header[1][3] = "Trực tuyến"
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit", header=header))
    measures = {total.measure for total in _totals(tmp_path)}
    assert "received_online" not in measures
    assert "received" in measures


def test_every_measure_has_its_meaning_in_the_list(tmp_path: Path) -> None:
    for form in ROWS:
        write_report_xlsx(tmp_path / f"{form}.xlsx", report(form))
    assert {total.measure for total in _totals(tmp_path)} <= MEASURES.keys()


def test_an_empty_inbox_is_no_news(tmp_path: Path) -> None:
    assert not _source(tmp_path).has_news()
    with pytest.raises(SourceUnavailableError, match="put the office's report"):
        _totals(tmp_path)
    write_report_xlsx(tmp_path / "a.xlsx", report("by unit"))
    assert _source(tmp_path).has_news()
