"""The judicial records' spreadsheet (CONTRACTS section 4, "..."): what makes such a file hard is really in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from contract import LOCAL, check, moment
from openpyxl import load_workbook
from sandbox.world.canaries import PATTERN
from support.sandbox_served import Served

CODE = {"a": "Mã hồ sơ", "b": "Số hồ sơ"}
RECEIVED = {"a": "Ngày tiếp nhận", "b": "Tiếp nhận"}
LEFT = {"a": "Số ngày còn lại", "b": "Còn lại (ngày)"}
PERSONAL = {
    "a": ("Họ và tên", "Số CCCD", "Số điện thoại", "Nơi cư trú"),
    "b": ("Họ tên", "Giấy tờ", "Điện thoại", "Địa chỉ"),
}


def file_of(world: Served) -> Path:
    [path] = (world.inbox / "judicial_record").iterdir()
    return path


def table(path: Path) -> tuple[list[str], list[list[Any]]]:
    """The lower of two labels of each column, and the rows of the sheet that has a list."""
    book = load_workbook(path)
    sheet = next(sheet for sheet in book if sheet.max_column > 5)
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    numbers = next(at for at, row in enumerate(rows) if row[0] == "(1)")
    labels = [below or top for top, below in zip(rows[numbers - 2], rows[numbers - 1], strict=True)]
    return labels, rows[numbers + 1 :]


def test_it_has_titles_a_merged_header_numbers_formulas_and_another_sheet(world: Served):
    book = load_workbook(file_of(world))
    assert len(book.sheetnames) == 2
    sheet = next(sheet for sheet in book if sheet.max_column > 5)
    merged = [str(cells) for cells in sheet.merged_cells.ranges]
    assert len(merged) > 4
    assert sheet["A1"].value.startswith("HỆ THỐNG")
    labels, rows = table(file_of(world))
    formulas = [row[labels.index(LEFT[world.variant])] for row in rows[:-1]]
    assert formulas
    assert all(str(cell).startswith("=IF(") for cell in formulas)


def test_it_lists_every_dossier_and_says_how_many(world: Served):
    labels, rows = table(file_of(world))
    found = {row[labels.index(CODE[world.variant])]: row[labels.index(RECEIVED[world.variant])] for row in rows[:-1]}
    known = [row for line in world.key() for row in line["ministry"] if row["source"] == "judicial_record"]
    held = {row["code"]: row["since"] for row in known if row["state"] == "present"}
    assert found.keys() == held.keys()
    assert rows[-1][0] == f"Tổng số: {len(held)}"
    for code, received in found.items():
        check(code, "code")
        at = moment(received) if isinstance(received, str) else received.replace(tzinfo=LOCAL)
        assert at.timestamp() == held[code]
        assert isinstance(received, str) == (world.variant == "b")


def test_personal_columns_are_canaries_and_no_others(world: Served):
    labels, rows = table(file_of(world))
    for row in rows[:-1]:
        for label, cell in zip(labels, row, strict=True):
            if cell is not None:
                assert (PATTERN.search(str(cell)) is not None) == (label in PERSONAL[world.variant]), label


def test_every_night_has_its_file(world: Served):
    after, name = len(table(file_of(world))[1]), file_of(world).name
    names = world.set_clock(world.now - dt.timedelta(days=300))
    assert file_of(world).name in names
    assert file_of(world).name != name
    assert len(table(file_of(world))[1]) < after


def test_without_its_directory_nothing_appears(world: Served):
    for path in (world.inbox / "judicial_record").iterdir():
        path.unlink()
    (world.inbox / "judicial_record").rmdir()
    try:
        assert not [name for name in world.set_clock(world.now) if name.startswith("LyLichTuPhap")]
    finally:
        (world.inbox / "judicial_record").mkdir()


def test_a_label_can_change(world: Served):
    world.fault("judicial_record", "changed_shape", field=CODE[world.variant], to="Ký hiệu")
    world.set_clock(world.now)
    labels, _ = table(file_of(world))
    assert "Ký hiệu" in labels
    assert CODE[world.variant] not in labels
