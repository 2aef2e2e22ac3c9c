"""The list of repairs goes out as a workbook, is filled in, and comes back: what its unit answered is kept, once."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from doisoat.gaps.repair_list import HEADING_ROW
from doisoat.gaps.repair_words import heading
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from support.commands import doisoat
from support.world import World

NIGHT = "2024-04-19"
A, B, C, D = (f"H37.21.01-24040{n}-000{n}" for n in (1, 2, 3, 4))


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    world = World(tmp_path, warehouse_dsn)
    world.run(
        NIGHT, igate=f"code | status\n{A} | 5\n{B} | 4\n{C} | 4", national_export=f"code | status\n{A} | 9\n{D} | 4"
    )
    return world


def sent(world: World, tmp_path: Path, *words: str) -> tuple[Path, Workbook, Worksheet]:
    file = tmp_path / "repairs.xlsx"
    done = doisoat(world, "gaps", "--night", NIGHT, "--format", "xlsx", "--out", str(file), *words)
    assert done.returncode == 0, done.stderr
    book = load_workbook(file)
    return file, book, book.worksheets[0]


def column(sheet: Worksheet, shows: str) -> int:
    return [cell.value for cell in sheet[HEADING_ROW]].index(heading(shows)) + 1


def fill_in(sheet: Worksheet, answers: dict[str, tuple[str | None, str | None]]) -> None:
    for row in range(HEADING_ROW + 1, sheet.max_row + 1):
        gap = str(sheet.cell(row, column(sheet, "gap_id")).value)
        for code, said in answers.items():
            if code in gap:
                for shows, value in zip(("answer", "reason"), said, strict=True):
                    sheet.cell(row, column(sheet, shows)).value = value


def states(world: World) -> dict[str, tuple[str, str | None, str | None]]:
    return {row[0]: row[1:] for row in world.rows("select dossier_id, state, state_reason, state_by from mart.gap")}


def test_a_list_is_sent_filled_in_and_read_once(world: World, tmp_path: Path) -> None:
    file, book, sheet = sent(world, tmp_path)
    assert sheet.max_row == HEADING_ROW + 4
    assert "Không ghi họ tên" in str(sheet["A2"].value)
    assert [choice.formula1 for choice in sheet.data_validations.dataValidation] == [
        '"Đã khắc phục sai lệch,Không phải sai lệch"'
    ]
    fill_in(sheet, {A: ("Không phải sai lệch", "Cổng đã hiện đúng từ sáng nay"), B: ("đã khắc phục sai lệch ", None)})
    book.save(file)
    done = doisoat(world, "answers", str(file), "--by", "UBND xã Quốc Khánh")
    assert (done.returncode, done.stdout) == (0, f"night {NIGHT}: 2 answers stored, 0 already known, 0 refused\n"), (
        done.stderr
    )
    told = {
        A: ("disputed", "Cổng đã hiện đúng từ sáng nay", "UBND xã Quốc Khánh"), B: ("done", None, "UBND xã Quốc Khánh"),
        C: ("open", None, None), D: ("open", None, None),
    }  # fmt: skip
    assert states(world) == told
    again = doisoat(world, "answers", str(file), "--by", "UBND xã Quốc Khánh")
    assert (again.returncode, again.stdout) == (0, f"night {NIGHT}: 0 answers stored, 2 already known, 0 refused\n")
    assert world.rows("select count(*) from ops.gap_decision") == [(2,)]
    rows = json.loads(doisoat(world, "gaps", "--night", NIGHT, "--format", "json").stdout)
    assert {row["dossier_id"]: row["state"] for row in rows} == {code: state[0] for code, state in told.items()}
    assert "Cổng đã hiện đúng từ sáng nay" in doisoat(world, "explain", A).stdout


def test_the_list_says_values_in_words(world: World, tmp_path: Path) -> None:
    _, _, sheet = sent(world, tmp_path)
    [row] = [
        row
        for row in range(HEADING_ROW + 1, sheet.max_row + 1)
        if A in str(sheet.cell(row, column(sheet, "gap_id")).value)
    ]
    told = [sheet.cell(row, column(sheet, f"{side}_value")).value for side in ("provincial", "national", "ministry")]
    assert told == ["Yêu cầu bổ sung giấy tờ (5)", "Đã xử lý xong (9)", None]


def test_files_of_one_return_that_contradict_each_other_change_nothing_there(world: World, tmp_path: Path) -> None:
    file, book, sheet = sent(world, tmp_path)
    fill_in(sheet, {A: ("Đã khắc phục sai lệch", None), B: ("Đã khắc phục sai lệch", None)})
    book.save(file)
    second = tmp_path / "second.xlsx"
    fill_in(sheet, {A: ("Không phải sai lệch", "Cổng đã hiện đúng"), B: (None, None)})
    book.save(second)
    done = doisoat(world, "answers", str(file), str(second))
    assert (done.returncode, done.stdout) == (1, f"night {NIGHT}: 1 answers stored, 0 already known, 2 refused\n")
    assert done.stderr.count("answered differently") == 2
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


def test_what_cannot_be_placed_is_refused_where_it_stands_and_the_rest_is_kept(world: World, tmp_path: Path) -> None:
    file, book, sheet = sent(world, tmp_path)
    is_none = "Không phải sai lệch"
    said = {
        A: (is_none, None),
        B: ("Đã khắc phục sai lệch", None),
        C: ("Chưa rõ", None),
        D: (is_none, "gọi 0912 345 678"),
    }
    fill_in(sheet, said)
    sheet.append(
        [None] * (column(sheet, "answer") - 1)
        + ["Đã khắc phục sai lệch", None, "national_provincial | H37.9-1 | status | "]
    )
    sheet.append([None] * (column(sheet, "answer") - 1) + ["Đã khắc phục sai lệch", None, "hồ sơ của tôi"])
    sheet.append([None] * (column(sheet, "answer") - 1) + [None, "quên"])
    sheet.cell(HEADING_ROW, 1).value = None  # what the answer does not need may be missing
    book.save(file)
    done = doisoat(world, "answers", str(file))
    assert done.returncode == 1
    assert done.stdout == f"night {NIGHT}: 1 answers stored, 0 already known, 6 refused\n"
    refused = done.stderr
    for why in ("needs a reason", "the answer is not one of", "identity number or a phone", "no such gap is open",
                 "does not say which gap", "a reason without an answer"):  # fmt: skip
        assert refused.count(why) == 1, why
    assert refused.count("row ") == 6
    assert "0912" not in refused
    assert {code: state[0] for code, state in states(world).items()} == {A: "open", B: "done", C: "open", D: "open"}


def test_a_list_is_of_one_owner_and_holds_texts_alone(world: World, tmp_path: Path) -> None:
    world.rows("update core.cause_rule set action = '=1+1' where cause = 'sync_overdue'")
    _, _, sheet = sent(world, tmp_path, "--owner", "H37.21.01")
    actions = [sheet.cell(row, column(sheet, "action")) for row in range(HEADING_ROW + 1, sheet.max_row + 1)]
    assert {cell.data_type for cell in actions} == {"s"}
    assert "=1+1" in {cell.value for cell in actions}
    assert sent(world, tmp_path, "--owner", "H37.03")[2].max_row == HEADING_ROW


@pytest.mark.parametrize("content", [b"", b"no workbook at all", b"PK\x03\x04 broken"])
def test_what_is_no_list_is_refused_in_one_line(content: bytes, world: World, tmp_path: Path) -> None:
    for name in ("returned.xlsx", "returned.csv"):
        (tmp_path / name).write_bytes(content)
        done = doisoat(world, "answers", str(tmp_path / name))
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1
