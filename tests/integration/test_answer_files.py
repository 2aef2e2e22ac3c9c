"""Returned lists as office programs save them: what is on them is read, and a row that is wrong is named and stands alone."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwt
from doisoat.errors import DecisionRefusedError, DoisoatError
from doisoat.gaps.answers import OF_CSV, read_answers
from doisoat.gaps.repair_words import heading
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from support.examples import examples

GAP_ID, ANSWER, REASON = HEADINGS = [heading(shows) for shows in ("gap_id", "answer", "reason")]
DONE, NO_GAP = "Đã khắc phục sai lệch", "Không phải sai lệch"
CODES = [f"H37.21.01-24040{n}-000{n}" for n in range(1, 5)]
Rows = list[list[Any]]


def gap_id(code: str) -> str:
    return f"national_provincial | {code} | provincial_only | "


def a_list(**answers: tuple[str | None, str | None]) -> Rows:
    """The title, a note, the headings and a row for each code; answers by `row1`, `row2`, ..."""
    rows = [[code, *answers.get(f"row{at}", (None, None)), gap_id(code)] for at, code in enumerate(CODES, 1)]
    return [["Danh sách hồ sơ sai lệch"], ["Chỉ điền hai cột; xong thì gửi lại, cảm ơn"], ["Mã hồ sơ", ANSWER, REASON, GAP_ID],
            *rows]  # fmt: skip


def saved(file: Path, *sheets: Rows, change: Callable[[Worksheet], None] = lambda sheet: None) -> Path:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        change(sheet)
    book.save(file)
    return file


def told(*files: Path) -> dict[str, tuple[str, str | None]]:
    read = read_answers(files)
    assert not read.refused
    return {answer.gap[1]: (answer.action, answer.reason) for answer in read.answers}


def refusals(*files: Path) -> dict[str, str]:
    return {str(refusal.place): str(refusal) for refusal in read_answers(files).refused}


def decomposed(rows: Rows) -> Rows:
    return [[unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


@pytest.mark.parametrize("written", [
    unicodedata.normalize("NFD", DONE), DONE.replace(" ", "\xa0"), "Đã khắc phục  sai lệch ", f"{DONE}.", DONE.upper(),
    "Đã khắc phục\nsai lệch", f"\u200b{DONE}", "done",
])  # fmt: skip
def test_an_answer_is_known_however_it_is_written(tmp_path: Path, written: str) -> None:
    assert told(saved(tmp_path / "a.xlsx", a_list(row2=(written, None)))) == {CODES[1]: ("done", None)}


@pytest.mark.parametrize("written", [f"{DONE}?", f"Chưa {DONE.lower()}", "Không phải", f"{DONE} / {NO_GAP}"])
def test_what_is_nearly_an_answer_is_none(tmp_path: Path, written: str) -> None:
    [(place, why)] = refusals(saved(tmp_path / "a.xlsx", a_list(row1=(written, None)))).items()
    assert place == "dòng 4"
    assert (
        why
        == "kết quả không có trong danh sách; chọn một trong: Đã khắc phục sai lệch; Đang khắc phục; Không phải sai lệch"
    )


def test_headings_may_be_decomposed_or_wrapped(tmp_path: Path) -> None:
    rows = a_list(row1=(NO_GAP, "đã có trên Cổng"))
    wrapped = [[str(cell).replace(" ", "\n", 1) for cell in row] if GAP_ID in row else row for row in rows]
    spaced = [[str(cell).replace(" ", "\xa0") for cell in row] if GAP_ID in row else row for row in rows]
    for name, written in (("a", decomposed(rows)), ("b", wrapped), ("c", spaced)):
        assert told(saved(tmp_path / f"{name}.xlsx", written)) == {CODES[0]: ("disputed", "đã có trên Cổng")}, name


def test_a_cover_may_come_first_and_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    cover, rows = [["Kính gửi"]], a_list(row1=(DONE, None))
    assert told(saved(tmp_path / "a.xlsx", cover, rows)) == {CODES[0]: ("done", None)}

    def hide(sheet: Worksheet) -> None:
        if sheet.cell(3, 4).value == GAP_ID:
            sheet.sheet_state = "hidden"

    with pytest.raises(DecisionRefusedError, match="of a visible sheet; got: not all of them"):
        read_answers([saved(tmp_path / "b.xlsx", cover, rows, change=hide)])


def test_a_merged_answer_is_given_on_each_of_its_rows(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.xlsx", a_list(row1=(DONE, None)), change=lambda sheet: sheet.merge_cells("B4:B6"))
    assert told(file) == dict.fromkeys(CODES[:3], ("done", None))


def test_an_old_workbook_is_read_too(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for at, row in enumerate(a_list(row3=(DONE, None))):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    book.save(str(tmp_path / "a.xls"))
    assert told(tmp_path / "a.xls") == {CODES[2]: ("done", None)}


def test_two_answers_to_one_gap_contradict_each_other(tmp_path: Path) -> None:
    rows = a_list(row1=(DONE, None), row2=(DONE, None))
    rows += [[CODES[0], NO_GAP, "đã có", gap_id(CODES[0])], [CODES[1], DONE, None, gap_id(CODES[1])]]
    file = saved(tmp_path / "a.xlsx", rows)
    assert {answer.gap[1] for answer in read_answers([file]).answers} == {CODES[1]}, "the same answer twice is one"
    assert {place: why.split(";")[0] for place, why in refusals(file).items()} == {
        "dòng 4": "cùng một sai lệch được trả lời khác ở dòng 8",
        "dòng 8": "cùng một sai lệch được trả lời khác ở dòng 4",
    }


def test_so_do_the_files_of_one_return(tmp_path: Path) -> None:
    one = saved(tmp_path / "a.xlsx", a_list(row1=(DONE, None), row2=(DONE, None)))
    two = saved(tmp_path / "b.xlsx", a_list(row1=(NO_GAP, "đã có"), row3=(DONE, None)))
    read = read_answers([one, two])
    assert {answer.gap[1]: str(answer.place) for answer in read.answers} == {
        CODES[1]: "tệp a.xlsx, dòng 5", CODES[2]: "tệp b.xlsx, dòng 6",
    }  # fmt: skip
    assert [str(refusal.place) for refusal in read.refused] == ["tệp a.xlsx, dòng 4", "tệp b.xlsx, dòng 4"]


def test_a_list_that_answers_nothing_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(DecisionRefusedError, match="got: 4 rows and no answer"):
        read_answers([saved(tmp_path / "a.xlsx", a_list())])


def test_a_column_that_is_there_twice_is_not_chosen_from(tmp_path: Path) -> None:
    rows = [[*row, row[1]] if len(row) > 1 else row for row in a_list(row1=(DONE, None))]
    with pytest.raises(DecisionRefusedError, match=f"asked for one column {ANSWER}; got: 2"):
        read_answers([saved(tmp_path / "a.xlsx", rows)])


def test_what_cannot_be_stored_is_refused_where_it_stands(tmp_path: Path) -> None:
    rows = [["pair", "dossier_id", "kind", "detail", "answer", "reason"]]
    rows += [["national_provincial", code, "provincial_only", "", "done", ""] for code in CODES]
    rows[2][5] = "a\x00b"
    assert refusals(as_csv(tmp_path / "a.csv", rows)) == {"dòng 3": "có ký tự không phải chữ"}


def as_csv(file: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ";") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    file.write_bytes(text.getvalue().encode(encoding))
    return file


def of_csv(*answers: tuple[str, str]) -> Rows:
    given = [*answers, *[("", "")] * (len(CODES) - len(answers))]
    rows = [
        ["national_provincial", code, "provincial_only", "", *said] for code, said in zip(CODES, given, strict=True)
    ]
    return [list(OF_CSV), *rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_in_any_encoding_of_office_programs(tmp_path: Path, encoding: str, delimiter: str) -> None:
    reason = unicodedata.normalize("NFD", "da co, ngay 5") if encoding == "cp1258" else "đã có; ngày 5,\nkhông sai"
    file = as_csv(tmp_path / "a.csv", of_csv(("disputed", reason), ("done", "")), encoding, delimiter)
    assert told(file) == {CODES[0]: ("disputed", " ".join(reason.split())), CODES[1]: ("done", None)}


def test_letters_that_were_lost_lose_their_row(tmp_path: Path) -> None:
    file = as_csv(
        tmp_path / "a.csv", of_csv(("disputed", "h? sơ đúng"), ("done", ""), ("disputed", "âm thanh")), "cp1258"
    )
    assert {answer.gap[1] for answer in read_answers([file]).answers} == set(CODES[1:3])
    assert refusals(file) == {"dòng 2": "mất dấu tiếng Việt khi lưu tệp; lưu lại dạng .xlsx hoặc CSV UTF-8"}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda line: line.replace(b";done;", b';done;"'), "quotation_marks"),
        (lambda line: line.replace(b"done;", b"done;\xff"), "no_text"),
        (lambda line: line.replace(b"done;", b"done;a;b"), "too_many_cells"),
        (lambda line: line.replace(b"done;", b"maybe;"), "unknown_answer"),
    ],
)
def test_a_bad_row_of_a_csv_loses_no_other(tmp_path: Path, spoil: Callable[[bytes], bytes], why: str) -> None:
    file = as_csv(tmp_path / "a.csv", of_csv(*[("done", "")] * 3, ("disputed", "đúng")))
    lines = file.read_bytes().splitlines(keepends=True)
    lines[2] = spoil(lines[2])
    file.write_bytes(b"".join(lines))
    read = read_answers([file])
    assert [(refusal.place.row, refusal.why) for refusal in read.refused] == [(3, why)]
    assert {answer.gap[1] for answer in read.answers} == {CODES[0], *CODES[2:]}


@settings(
    max_examples=examples(suite=40, campaign=400),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    pieces=st.lists(st.sampled_from(['"', ";", "\n", "\r", "\0", "done", "đúng", "\ufeff", "national_provincial", *CODES])
                    | st.text(max_size=4), max_size=40),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1258"]),
    cut=st.integers(0, 3),
)  # fmt: skip
def test_text_that_is_nearly_a_list(tmp_path: Path, pieces: list[str], encoding: str, cut: int) -> None:
    content = (";".join(OF_CSV) + "\n" + "".join(pieces)).encode(encoding, "replace")
    (tmp_path / "a.csv").write_bytes(content[: len(content) - cut])
    try:
        read = read_answers([tmp_path / "a.csv"])
    except DoisoatError:
        return
    assert read.answers or read.refused
    for answer in read.answers:
        assert all(part.isprintable() for part in (*answer.gap, answer.reason or ""))


@settings(
    max_examples=examples(suite=10, campaign=60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6), kept=st.floats(0, 1)
)
def test_a_damaged_workbook(tmp_path: Path, damage: list[tuple[float, int]], kept: float) -> None:
    content = bytearray(saved(tmp_path / "a.xlsx", a_list(row1=(DONE, None))).read_bytes())
    for place, byte in damage:
        content[int(place * len(content))] = byte
    (tmp_path / "b.xlsx").write_bytes(bytes(content[: int(kept * len(content))]))
    said = ""
    try:
        read_answers([tmp_path / "b.xlsx"])
    except DoisoatError as error:
        said = str(error)
    assert "\n" not in said
