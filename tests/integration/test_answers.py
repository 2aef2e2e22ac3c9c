"""The list of repairs goes out as a workbook, is filled in, and comes back: what its unit answered is kept, once."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from doisoat.gaps.repair_words import heading, words
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from support.commands import doisoat
from support.world import World

NIGHT = "2024-04-19"
HEADING_ROW = 3
A, B, C, D = (f"H37.21.01-24040{n}-000{n}" for n in (1, 2, 3, 4))


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    world = World(tmp_path, warehouse_dsn)
    world.run(
        NIGHT, igate=f"code | status\n{A} | 5\n{B} | 4\n{C} | 4", national_export=f"code | status\n{A} | 9\n{D} | 4"
    )
    return world


def sent(world: World, tmp_path: Path, *words: str) -> tuple[Path, Workbook]:
    file = tmp_path / "repairs.xlsx"
    done = doisoat(world, "gaps", "--night", NIGHT, "--format", "xlsx", "--out", str(file), *words)
    assert done.returncode == 0, done.stderr
    return file, load_workbook(file)


def column(sheet: Worksheet, shows: str) -> int:
    return [cell.value for cell in sheet[HEADING_ROW]].index(heading(shows)) + 1


def rows_of(book: Workbook) -> dict[str, tuple[Worksheet, int]]:
    """Where each gap is, by its hidden key: the sheet and the row."""
    return {
        str(sheet.cell(row, column(sheet, "gap_id")).value): (sheet, row)
        for sheet in book.worksheets[1:]
        for row in range(HEADING_ROW + 1, sheet.max_row + 1)
    }


def fill_in(book: Workbook, answers: dict[str, tuple[str | None, str | None]]) -> None:
    for gap, (sheet, row) in rows_of(book).items():
        for code, said in answers.items():
            if code in gap:
                for shows, value in zip(("answer", "reason"), said, strict=True):
                    sheet.cell(row, column(sheet, shows)).value = value


def states(world: World) -> dict[str, tuple[str, str | None, str | None]]:
    return {row[0]: row[1:] for row in world.rows("select dossier_id, state, state_reason, state_by from mart.gap")}


def test_a_list_is_sent_filled_in_and_read_once(world: World, tmp_path: Path) -> None:
    file, book = sent(world, tmp_path)
    assert len(rows_of(book)) == 4
    for sheet in book.worksheets[1:]:
        assert "Không ghi họ tên" in str(sheet["A2"].value)
        assert next(choice.formula1 for choice in sheet.data_validations.dataValidation) == (
            '"Đã khắc phục sai lệch,Đang khắc phục,Không phải sai lệch"'
        )
    said = {A: ("Không phải sai lệch", "Cổng đã hiện đúng từ sáng nay"), B: ("đã khắc phục sai lệch ", None),
            C: ("Đang khắc phục", None)}  # fmt: skip
    fill_in(book, said)
    book.save(file)
    done = doisoat(world, "answers", str(file), "--by", "UBND xã Quốc Khánh")
    assert (done.returncode, done.stdout) == (0, f"night {NIGHT}: 3 answers stored, 0 already known, 0 refused\n"), (
        done.stderr
    )
    told = {
        A: ("disputed", "Cổng đã hiện đúng từ sáng nay", "UBND xã Quốc Khánh"), B: ("done", None, "UBND xã Quốc Khánh"),
        C: ("in_progress", None, "UBND xã Quốc Khánh"), D: ("open", None, None),
    }  # fmt: skip
    assert states(world) == told
    again = doisoat(world, "answers", str(file), "--by", "UBND xã Quốc Khánh")
    assert (again.returncode, again.stdout) == (0, f"night {NIGHT}: 0 answers stored, 3 already known, 0 refused\n")
    assert world.rows("select count(*) from ops.gap_decision") == [(3,)]
    rows = json.loads(doisoat(world, "gaps", "--night", NIGHT, "--format", "json").stdout)
    assert {row["dossier_id"]: row["state"] for row in rows} == {code: state[0] for code, state in told.items()}
    assert "Cổng đã hiện đúng từ sáng nay" in doisoat(world, "explain", A).stdout
    _, book = sent(world, tmp_path)
    shown = {
        gap.split(" | ")[1]: sheet.cell(row, column(sheet, "state")).value
        for gap, (sheet, row) in rows_of(book).items()
    }
    assert shown == {code: words()["states"].get(state[0]) for code, state in told.items()}


def test_a_list_guards_what_is_not_to_be_filled_in_and_says_values_in_words(world: World, tmp_path: Path) -> None:
    _, book = sent(world, tmp_path)
    assert all(sheet.protection.sheet for sheet in book.worksheets)
    [(sheet, row)] = [at for gap, at in rows_of(book).items() if A in gap]
    open_columns = [cell.column for cell in sheet[row] if not cell.protection.locked]
    assert open_columns == [column(sheet, "answer"), column(sheet, "reason")]
    assert sheet.column_dimensions["K"].hidden
    assert sheet.cell(row, column(sheet, "difference")).value == (
        "Khác trạng thái: tỉnh: Yêu cầu bổ sung giấy tờ (5); Cổng DVCQG: Đã xử lý xong (9)"
    )


def test_files_of_one_return_that_contradict_each_other_change_nothing_there(world: World, tmp_path: Path) -> None:
    file, book = sent(world, tmp_path)
    fill_in(book, {A: ("Đã khắc phục sai lệch", None), B: ("Đã khắc phục sai lệch", None)})
    book.save(file)
    second = tmp_path / "second.xlsx"
    fill_in(book, {A: ("Không phải sai lệch", "Cổng đã hiện đúng"), B: (None, None)})
    book.save(second)
    done = doisoat(world, "answers", str(file), str(second))
    assert (done.returncode, done.stdout) == (1, f"night {NIGHT}: 1 answers stored, 0 already known, 2 refused\n")
    assert done.stderr.count("được trả lời khác ở") == 2
    assert {code: state[0] for code, state in states(world).items()} == {A: "open", B: "done", C: "open", D: "open"}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_may_come_back_with_any_separator_of_spreadsheets(separator: str, world: World, tmp_path: Path) -> None:
    rows = list(csv.DictReader(doisoat(world, "gaps", "--night", NIGHT, "--format", "csv").stdout.splitlines()))
    file = tmp_path / "returned.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, [*rows[0], "answer", "reason"], delimiter=separator)
        writer.writeheader()
        writer.writerows({**row, "answer": "done" if row["dossier_id"] == B else "", "reason": ""} for row in rows)
    done = doisoat(world, "answers", str(file))
    assert (done.returncode, done.stdout) == (0, f"night {NIGHT}: 1 answers stored, 0 already known, 0 refused\n")
    assert states(world)[B][0] == "done"


def spoilt(world: World, tmp_path: Path) -> Path:
    """A return with one answer that can be used, and one row for each way of going wrong."""
    file, book = sent(world, tmp_path)
    is_none = "Không phải sai lệch"
    fill_in(
        book,
        {
            A: (is_none, None),
            B: ("Đã khắc phục sai lệch", None),
            C: ("Chưa rõ", None),
            D: (is_none, "gọi 0912 345 678"),
        },
    )
    sheet = next(sheet for gap, (sheet, _) in rows_of(book).items() if D in gap)
    before = [None] * (column(sheet, "answer") - 1)
    sheet.append([*before, "Đã khắc phục sai lệch", None, "national_provincial | H37.9-1 | status | "])
    sheet.append([*before, "Đã khắc phục sai lệch", None, "hồ sơ của tôi"])
    sheet.append([*before, None, "quên"])
    sheet.cell(HEADING_ROW, 1).value = None  # what the answer does not need may be missing
    book.save(file)
    return file


WRONG = ("bắt buộc ghi lý do", "kết quả không có trong danh sách", "có vẻ chứa thông tin cá nhân", "không còn trong đêm đối soát",
         "không rõ trả lời cho sai lệch nào", "có lý do nhưng chưa chọn kết quả")  # fmt: skip


def test_what_cannot_be_placed_is_refused_where_it_stands_and_the_rest_is_kept(world: World, tmp_path: Path) -> None:
    done = doisoat(world, "answers", str(spoilt(world, tmp_path)))
    assert done.returncode == 1
    assert done.stdout == f"night {NIGHT}: 1 answers stored, 0 already known, 6 refused\n"
    for why in WRONG:
        assert done.stderr.count(why) == 1, why
    told = [line.split(": ")[0] for line in done.stderr.splitlines() if "dòng" in line]
    assert len(told) == 6
    assert told == sorted(told, key=lambda place: [int(part) for part in re.findall(r"\d+", place)])
    assert "0912" not in done.stderr
    assert {code: state[0] for code, state in states(world).items()} == {A: "open", B: "done", C: "open", D: "open"}


def test_the_copy_that_goes_back_says_beside_each_row_what_became_of_it(world: World, tmp_path: Path) -> None:
    file = spoilt(world, tmp_path)
    (tmp_path / "back").mkdir()
    doisoat(world, "answers", str(file), "--back", str(tmp_path / "back"))
    copy = tmp_path / "back" / "repairs-phan-hoi.xlsx"
    book = load_workbook(copy)
    marks = [
        str(cell.value) for sheet in book.worksheets[1:] for cell in sheet["L"] if cell.value and cell.row > HEADING_ROW
    ]
    assert sorted(mark.split(":")[0] for mark in marks) == ["KHÔNG NHẬN"] * 6 + ["Đã ghi nhận"]
    for why in WRONG:
        assert sum(why in mark for mark in marks) == 1, why
    words_of_all = " ".join(str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert "0912" not in words_of_all, "what seems personal does not travel back"
    assert all(sheet.protection.sheet for sheet in book.worksheets), "it is the list, to be filled in again"
    assert {str(sheet.print_area).split("$")[3] for sheet in book.worksheets[1:]} == {"L"}, "marks are printed"
    fill_in(
        book,
        {A: ("Không phải sai lệch", "Cổng đã hiện đúng"), C: ("Đang khắc phục", None), D: ("Đang khắc phục", None)},
    )
    for sheet in book.worksheets[1:]:
        for row in range(sheet.max_row, HEADING_ROW, -1):
            if sheet.cell(row, 1).value is None:
                sheet.delete_rows(row)
    book.save(copy)
    again = doisoat(world, "answers", str(copy))
    assert again.stdout == f"night {NIGHT}: 3 answers stored, 1 already known, 0 refused\n", again.stderr
    book = load_workbook(tmp_path / "back" / "repairs-phan-hoi-phan-hoi.xlsx")
    marks = [
        str(cell.value) for sheet in book.worksheets[1:] for cell in sheet["L"] if cell.value and cell.row > HEADING_ROW
    ]
    assert sorted(marks) == ["Đã ghi nhận"] * 3 + ["Đã ghi nhận trước đó"]
    assert {sheet.max_column for sheet in book.worksheets[1:]} == {12}, (
        "one column of marks, however often it goes round"
    )


def test_a_csv_goes_back_as_a_workbook(world: World, tmp_path: Path) -> None:
    rows = doisoat(world, "gaps", "--night", NIGHT, "--format", "csv").stdout.splitlines()
    file = tmp_path / "returned.csv"
    file.write_text(
        "\n".join([f"{rows[0]},answer,reason", *(f"{row},disputed," for row in rows[1:])]), encoding="utf-8"
    )
    done = doisoat(world, "answers", str(file))
    assert done.stdout == f"night {NIGHT}: 0 answers stored, 0 already known, 4 refused\n"
    sheet = load_workbook(tmp_path / "returned-phan-hoi.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]][-3:] == ["answer", "reason", "Tiếp nhận kết quả"]
    assert [sheet.cell(row, sheet.max_column).value for row in range(2, 6)] == [
        "KHÔNG NHẬN: kết quả này bắt buộc ghi lý do"
    ] * 4


def test_a_list_is_of_one_owner_and_holds_texts_alone(world: World, tmp_path: Path) -> None:
    world.rows("update core.cause_rule set action = '=1+1', label = '=2+2' where cause = 'sync_overdue'")
    _, book = sent(world, tmp_path, "--owner", "H37.21.01")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert {"=1+1", "=2+2"} <= {cell.value for cell in cells}
    assert sent(world, tmp_path, "--owner", "H37.03")[1].sheetnames == ["Tổng hợp"]


@pytest.mark.parametrize("content", [b"", b"no workbook at all", b"PK\x03\x04 broken"])
def test_what_is_no_list_is_refused_in_one_line(content: bytes, world: World, tmp_path: Path) -> None:
    for name in ("returned.xlsx", "returned.csv"):
        (tmp_path / name).write_bytes(content)
        done = doisoat(world, "answers", str(tmp_path / name))
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1
