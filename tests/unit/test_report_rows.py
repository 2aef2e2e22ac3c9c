"""Which rows of a report are units, groups of units, or the total (CONTRACTS section 2b)."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from doisoat.sources.files.workbooks import Head
from doisoat.sources.report_workbook.table import NoTableError, find_header, read_report
from support.reports import Grid, report


def read(rows: Grid) -> dict[tuple[str | None, str], tuple[int | str | None, tuple[str, ...]]]:
    """What a form by unit with these rows declares."""
    grid = [[None if cell in ("<", "^") else cell for cell in row] for row in report("by unit", rows=rows)]
    head = Head([row + [""] * (12 - len(row)) for row in grid], [])
    start = find_header(head)
    assert start is not None
    found = read_report(head, start)
    assert found.total
    return {
        (row.name, measure): (value, tuple(row.flags.get(measure, ())))
        for row in (*found.rows, found.total)
        for measure, value in row.counts.items()
    }


SOME, OTHERS = [110, 10, 90, 10, 100, 95, 5, 10, 9, 1], [11, 1, 9, 1, 10, 9, 1, 1, 1, 0]
BOTH = [one + other for one, other in zip(SOME, OTHERS, strict=True)]
ALL = [2 * count for count in BOTH]


def _grouped(first: list[Any], second: list[Any], *, below: bool = False) -> Grid:
    """Two groups of two units, each with a row of the group above or below it."""
    of_first, of_second = (
        [[1, "Sở Tư pháp", *SOME], [2, "Sở Nội vụ", *OTHERS]],
        [[1, "UBND xã Yên Trạch", *SOME], [2, "UBND xã Tân Thanh", *OTHERS]],
    )
    if below:
        return [*of_first, [*first, *BOTH], *of_second, [*second, *BOTH], ["", "Tổng cộng", *ALL]]
    return [[*first, *BOTH], *of_first, [*second, *BOTH], *of_second, ["", "Tổng cộng", *ALL]]


@pytest.mark.parametrize(
    "rows",
    [
        _grouped(["", "Sở, ban, ngành"], ["", "Xã, phường, thị trấn"]),
        _grouped(["I", "Sở, ban, ngành"], ["II", "Xã, phường, thị trấn"]),
        _grouped(["", "Các sở, ban, ngành (2 đơn vị)"], ["", "UBND huyện, thị xã, thành phố thuộc tỉnh"]),
        _grouped(["", "Cơ quan chuyên môn"], ["", "Đơn vị hành chính"]),  # told by their sums
        _grouped(["", "Tổng cộng sở, ban, ngành"], ["", "Tổng cộng các xã"]),
        _grouped(["", "Cộng I"], ["", "Cộng II"], below=True),
        _grouped(["", "Cộng"], ["", "Cộng"], below=True),
        _grouped(["", "Cộng sở, ngành"], ["", "Cộng xã, phường"], below=True),
        [row if row[0] else [*row[:1], unicodedata.normalize("NFD", row[1]), *row[2:]]
         for row in _grouped(["", "Sở, ban, ngành"], ["", "Xã, phường"])],
        [[str(row[0]).replace("1", "1.1").replace("2", "1.2"), *row[1:]] if row[0] in (1, 2) else row
         for row in _grouped([" 1", "Sở, ban, ngành"], ["", "Xã, phường, thị trấn"])],
    ],
)  # fmt: skip
def test_rows_of_groups_are_no_units_and_no_parts_of_the_total(rows: Grid) -> None:
    told = read(rows)
    units = {"Sở Tư pháp", "Sở Nội vụ", "UBND xã Yên Trạch", "UBND xã Tân Thanh"}
    assert {name for name, _ in told} == {*units, None}
    assert told[None, "received"] == (ALL[0], ())
    assert not any(flags for _, flags in told.values())


def test_a_unit_without_a_number_stays_a_unit() -> None:
    rows = [["", "Ban Dân tộc", *OTHERS], [1, "Sở Tư pháp", *SOME], ["", "Tổng cộng", *BOTH]]
    told = read(rows)
    assert told["Ban Dân tộc", "received"] == (11, ())
    assert told[None, "received"] == (121, ())


@pytest.mark.parametrize("said", [
    "Tổng số: 2 đơn vị",
    "Tổng số (2 đơn vị)", "TỔNG CỘNG (1+2)", "Tổng 2 đơn vị", "Cộng toàn tỉnh", "TỔNG", "Tong cong toan tinh",
])  # fmt: skip
def test_a_closing_row_may_say_more(said: str) -> None:
    later = [["", "Lũy kế từ đầu năm", *ALL], ["", "Tổng cộng cùng kỳ năm trước", *ALL]]
    rows = [[1, "Sở Tư pháp", *SOME], [2, "Tổng công ty Điện lực", *OTHERS], ["", said, *BOTH], *later]
    told = read(rows)
    assert {name for name, _ in told} == {"Sở Tư pháp", "Tổng công ty Điện lực", None}
    assert told[None, "received"] == (121, ())


def test_closing_rows_of_which_none_adds_up_are_not_chosen_from() -> None:
    rows = [[1, "Sở Tư pháp", *SOME], ["", "Tổng cộng", *ALL], ["", "Cộng", *OTHERS]]
    with pytest.raises(NoTableError, match="several closing rows"):
        read(rows)
