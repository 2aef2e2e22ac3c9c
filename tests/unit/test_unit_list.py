"""The list of repairs says what each side says in an office's words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from doisoat.gaps.repair_list import HEADING_ROW, write_repair_list
from doisoat.gaps.repair_words import heading, words
from doisoat.warehouse.queries import Report
from openpyxl import load_workbook

NAMES = {"H37.21": "UBND huyện Tràng Định", "1.000656": "Đăng ký khai tử"}
UNSAID = "(để trống hoặc chưa rõ)"


@pytest.mark.parametrize(
    ("pair", "attribute", "given", "shown"),
    [
        ("national_provincial", "status", ("9", "5"), ("Đã xử lý xong (9)", "Yêu cầu bổ sung giấy tờ (5)", None)),
        ("national_provincial", "status", (None, "5"), (UNSAID, "Yêu cầu bổ sung giấy tờ (5)", None)),
        ("national_provincial", "status", ("41", "5"), ("41", "Yêu cầu bổ sung giấy tờ (5)", None)),
        ("national_provincial", "agency", ("H37.21", "H37.99"), ("UBND huyện Tràng Định (H37.21)", "H37.99", None)),
        (
            "national_provincial",
            "procedure",
            ("1.000656", "1.000657"),
            ("Đăng ký khai tử (1.000656)", "1.000657", None),
        ),
        ("national_provincial", "due_date", ("2024-04-12", None), ("12/04/2024", UNSAID, None)),
        ("ministry_provincial", "finish_date", (None, "2024-04-12"), (None, "12/04/2024", UNSAID)),
    ],
)
def test_values_are_in_words(
    tmp_path: Path, pair: str, attribute: str, given: tuple[str | None, str | None], shown: tuple[str | None, ...]
) -> None:
    row: dict[str, str | None] = {column["shows"]: None for column in words()["columns"]}
    row |= {"pair": pair, "dossier_id": "D", "kind": attribute, "detail": "", "is_difference": True}
    row |= {"national_value": given[0], "provincial_value": given[1], "ministry_value": None}
    file = tmp_path / "list.xlsx"
    assert write_repair_list(Report(tuple(row), [tuple(row.values())]), NAMES, dt.date(2024, 4, 19), file) == 1
    sheet = load_workbook(file).worksheets[0]
    headings = [cell.value for cell in sheet[HEADING_ROW]]
    sides = ("national", "provincial", "ministry")
    told = tuple(sheet.cell(HEADING_ROW + 1, headings.index(heading(f"{side}_value")) + 1).value for side in sides)
    assert told == shown
