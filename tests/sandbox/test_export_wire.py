"""The portal's export files (CONTRACTS section 1: staff download them, column names vary)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import warnings
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sandbox.world.canaries import PATTERN
from support.sandbox_served import Served

#: What a dossier's row must hold, each under one of these names; and what must not be read.
READ = {
    "a": ("Mã hồ sơ", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Mã đơn vị", "Đơn vị xử lý", "Ngày nộp", "Ngày tiếp nhận",
          "Ngày hẹn trả", "Ngày kết thúc xử lý", "Ngày trả", "Trạng thái", "Kênh", "Số hoá", "Thanh toán trực tuyến"),
    "b": ("Số hồ sơ", "Mã thủ tục", "Thủ tục hành chính", "Tên lĩnh vực", "Cơ quan giải quyết", "Thời điểm nộp",
          "Thời điểm tiếp nhận", "Thời hạn trả kết quả", "Thời điểm kết thúc xử lý", "Thời điểm trả kết quả",
          "Trạng thái hồ sơ", "Kênh thực hiện", "Hồ sơ có thành phần số hóa", "Được thanh toán trực tuyến"),
}  # fmt: skip


def read(path: Path) -> list[list[object]]:
    """The cells of a CSV or of a workbook's sheet."""
    if path.suffix == ".csv":
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Workbook contains no default style")  # it is written by hand
        sheet = load_workbook(path).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def tables(world: Served) -> dict[str, list[list[object]]]:
    """The listing of two days: as CSV and as a workbook."""
    found: dict[str, list[list[object]]] = {}
    for days in (0, 1):
        world.set_clock(world.now + dt.timedelta(days=days))
        path = next(world.inbox.glob("DanhSachHoSo*"))
        assert dt.datetime.fromtimestamp(os.stat(path).st_mtime, dt.UTC) == world.now + dt.timedelta(days=days)
        found[path.suffix] = read(path)
    return found


def test_both_kinds_of_file_hold_the_contracts_columns_and_canaries(world: Served):
    found = tables(world)
    assert set(found) == {".csv", ".xlsx"}
    for rows in found.values():
        header = next(number for number, row in enumerate(rows) if len([cell for cell in row if cell]) > 10)
        names = [str(name) for name in rows[header]]
        assert set(READ[world.variant]) < set(names)
        body = [row for row in rows[header + 1 :] if len(row) > 1 and row[1]]
        assert f"Tổng số: {len(body)}" in rows[-1][0]  # type: ignore[operator]
        for row in body:
            for name, cell in zip(names, row, strict=False):
                if cell and name not in ("STT", "TT"):
                    assert (PATTERN.search(str(cell)) is not None) == (name not in READ[world.variant]), name


def test_it_holds_what_the_portal_holds(world: Served):
    rows = read(next(world.inbox.glob("DanhSachHoSo*")))
    header = next(row for row in rows if len([cell for cell in row if cell]) > 10)
    column = header.index(READ[world.variant][0])
    codes = [row[column] for row in rows[rows.index(header) + 1 :] if len(row) > column and row[column]]
    present = [row["code"] for line in world.key() for row in line["national"] if row["state"] == "present"]
    assert sorted(map(str, codes)) == sorted(present)


@pytest.mark.parametrize("kind", ["missing", "empty_body", "html_200", "cut_off", "repeated"])
def test_files_can_go_wrong(world: Served, kind: str):
    whole = len(next(world.inbox.glob("DanhSachHoSo*")).read_bytes())
    world.fault("national_export", kind)
    names = [name for name in world.set_clock(world.now) if name.startswith("DanhSachHoSo")]
    contents = [(world.inbox / name).read_bytes() for name in names]
    wanted = {"missing": 0, "repeated": 2}.get(kind, 1)
    assert len(contents) == wanted
    if kind == "empty_body":
        assert contents == [b""]
    if kind == "html_200":
        assert contents[0].startswith(b"<!DOCTYPE html>")
    if kind == "cut_off":
        assert abs(len(contents[0]) - whole / 2) < whole / 20
    if kind == "repeated":
        assert contents[0] == contents[1]
