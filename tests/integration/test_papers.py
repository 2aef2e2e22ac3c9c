"""The papers of a night and of a period: what is written, opened by other libraries than wrote it, is what the warehouse says."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.shared import Mm
from docx.table import Table
from doisoat.errors import ConfigurationError
from doisoat.nights import steps
from doisoat.papers import facts
from doisoat.papers.write import forget_old, write_period
from doisoat.province.papers import Papers
from doisoat.warehouse.database import connect
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook
from support.commands import doisoat
from support.world import World

FIRST, NIGHT = dt.date(2024, 4, 18), dt.date(2024, 4, 19)
A, B, C, D = (f"H37.21.01-24030{n}-000{n}" for n in (1, 2, 3, 4))
E, F = "H37.03-240305-0005", "H37.03-240306-0006"
PAPERS = Papers(
    office="Văn phòng UBND tỉnh Lạng Sơn",
    superior="UBND tỉnh Lạng Sơn",
    contact="Bộ phận đầu mối",
    recipients=["Như trên"],
)
#: Of each side, what a text would be cut at, or run as a formula.
LONG = "=1+1 & rất dài " * 12


def provincial(*codes: str) -> str:
    return "code | status | agency\n" + "\n".join(f"{code} | 4 | {code.split('-')[0]}" for code in codes)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> World:
    world = World(tmp_path_factory.mktemp("papers"), shared_warehouse_dsn)
    world.site = replace(world.site, settings=world.site.settings.model_copy(update={"papers": PAPERS}))
    world.run(FIRST, igate=provincial(A, B, E), national_export=f"code | status\n{A} | 9\n{E} | 4")
    world.publish(FIRST)
    world.run(
        NIGHT, igate=provincial(A, B, C, E), national_export=f"code | status\n{A} | 9\n{D} | 4\n{E} | 10\n{F} | 4"
    )
    world.publish(NIGHT)
    return world


@pytest.fixture(scope="module")
def folders(world: World) -> list[Path]:
    return [Path(folder) for folder in steps.write_papers(world.site, NIGHT)]


def books(folder: Path) -> Iterator[tuple[str, Workbook]]:
    for file in sorted(folder.glob("*.xlsx")):
        yield file.name, load_workbook(file)


def cells(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def numbered(sheet: Worksheet, label: str) -> Any:
    """The last number of the first row that says so."""
    row = next(row for row in cells(sheet) if label in row)
    return [value for value in row if isinstance(value, int | float)][-1]


def test_what_is_due_after_a_night_is_there(folders: list[Path], world: World) -> None:
    root = world.site.papers_root
    assert {path.stat().st_mode & 0o077 for path in (root.parent, *root.parent.rglob("*")) if path.is_dir()} == {0}
    assert [str(folder.relative_to(root)) for folder in folders] == [
        "nights/2024-04-19-r1", "periods/2024-03/2024-04-19-r1", "periods/2024-q1/2024-04-19-r1",
    ]  # fmt: skip
    assert [sorted(path.name for path in folder.iterdir()) for folder in folders] == [
        ["H37.03-so-tu-phap.xlsx", "H37.21.01-ubnd-xa-quoc-khanh.xlsx", "toan-tinh.xlsx"],
        ["II.06a-2024-03.xlsx", "bao-cao-2024-03.docx"], ["II.06a-2024-q1.xlsx", "bao-cao-2024-q1.docx"],
    ]  # fmt: skip


def test_each_gap_is_in_the_workbook_of_who_has_to_act_and_in_no_other(folders: list[Path], world: World) -> None:
    told = {}
    for name, book in books(folders[0]):
        if name.startswith("H37"):
            for sheet in book.worksheets[1:]:
                for row in cells(sheet)[3:]:
                    assert row[10] not in told
                    told[row[10]] = name.split("-")[0]
    gaps = world.rows("select pair, dossier_id, kind, detail, owner_id from mart.gap where is_latest")
    assert told == {" | ".join(gap): owner for *gap, owner in gaps}


def test_a_cover_says_the_numbers_of_its_unit(folders: list[Path], world: World) -> None:
    for owner, name in (("H37.03", "Sở Tư pháp"), ("H37.21.01", "UBND xã Quốc Khánh")):
        [file] = folders[0].glob(f"{owner}-*.xlsx")
        cover = load_workbook(file).worksheets[0]
        texts = "\n".join(str(value) for row in cells(cover) for value in row if isinstance(value, str))
        for said in (f"Kính gửi: {name}", "19/04/2024 (lần công bố 1)", "Hạn trả lời: hết ngày 26/04/2024 (5 ngày làm việc)",
                     "Nơi nhận trả lời: Bộ phận đầu mối", "VĂN PHÒNG UBND TỈNH LẠNG SƠN"):  # fmt: skip
            assert said in texts
        [(gaps,)] = world.rows("select count(*) from mart.gap where is_latest and owner_id = %s", [owner])
        assert numbered(cover, "Cộng") == gaps
        sides = world.rows(
            """select sum(national_listed)::int, sum(provincial_listed)::int from recon.cell_status
            where pair = 'national_provincial' and agency_id = %s and to_night = 'infinity'""",
            [owner],
        )
        told = tuple(
            numbered(cover, label) for label in ("Số hồ sơ trên Cổng DVCQG", "Số hồ sơ trong hệ thống của tỉnh")
        )
        assert [told] == sides
        difference = next(row for row in cells(cover) if "Chênh lệch (Cổng DVCQG trừ tỉnh), trong đó:" in row)
        assert difference[4] == told[0] - told[1] == difference[2] - difference[3]


def test_a_workbook_is_printed_and_protected_as_a_paper(folders: list[Path]) -> None:
    for name, book in books(folders[0]):
        for sheet in book.worksheets:
            assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
            assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
            assert "&P" in str(sheet.oddFooter.right.text)
            assert sheet.protection.sheet == name.startswith("H37")
            fonts = {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value is not None}
            assert fonts == {"Times New Roman"}
        for sheet in book.worksheets[1:] if name.startswith("H37") else ():
            assert sheet.print_title_rows == "$3:$3"
            assert sheet.column_dimensions["K"].hidden
            assert [row[0] for row in cells(sheet)[3:]] == list(range(1, sheet.max_row - 2)), "running numbers"


def test_the_province_has_all_units_causes_nights_and_gaps(folders: list[Path], world: World) -> None:
    book = load_workbook(folders[0] / "toan-tinh.xlsx")
    assert book.sheetnames == ["Tổng hợp", "Đơn vị", "Nguyên nhân", "Diễn biến", "Điểm", "Tất cả sai lệch"]
    by_owner = dict(world.rows("select owner_id, count(*)::int from mart.gap where is_latest group by 1"))
    assert numbered(book["Tổng hợp"], "Sai lệch đang mở") == sum(by_owner.values())
    units = {row[1]: row[2] for row in cells(book["Đơn vị"])[2:]}
    assert units == {
        "Sở Tư pháp": by_owner["H37.03"],
        "UBND xã Quốc Khánh": by_owner["H37.21.01"],
        "Cộng": sum(by_owner.values()),
    }
    assert sum(row[3] for row in cells(book["Nguyên nhân"])[2:]) == sum(by_owner.values())
    open_on = world.rows("select night, count(*)::int from mart.gap group by 1 order by 1")
    trend = [(row[0].date(), row[1]) for row in cells(book["Diễn biến"]) if isinstance(row[0], dt.datetime)]
    assert trend[: len(open_on)] == open_on
    assert len(cells(book["Tất cả sai lệch"])) == 2 + sum(by_owner.values())
    with_gaps = CalamineWorkbook.from_path(folders[0] / "toan-tinh.xlsx")  # a reader that knows neither library
    assert with_gaps.sheet_names == book.sheetnames


def test_what_is_there_is_never_written_over_and_a_night_makes_the_same_papers(
    folders: list[Path], world: World, tmp_path: Path
) -> None:
    edited = next(folders[1].glob("*.docx"))
    before = edited.read_bytes()
    edited.write_bytes(before + b"signed")
    steps.write_papers(world.site, NIGHT)
    assert edited.read_bytes() == before + b"signed"
    edited.write_bytes(before)
    other = replace(world.site, papers=tmp_path)
    steps.write_papers(other, NIGHT)

    def hashes(root: Path) -> dict[str, str]:
        return {str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest() for file in root.rglob("*.xlsx")
                if "nights" in file.parts}  # fmt: skip

    assert hashes(other.papers_root) == hashes(world.site.papers_root) != {}


def test_the_gaps_of_a_night_are_read_once_for_all_its_workbooks(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = facts.gaps, []

    def counted(*parameters: Any) -> Iterator[dict[str, Any]]:
        asked.append(parameters)
        return read(*parameters)

    monkeypatch.setattr(facts, "gaps", counted)
    steps.write_papers(replace(world.site, papers=tmp_path), NIGHT)
    assert len(asked) == 1


def test_workbooks_of_long_ago_go_and_reports_stay(world: World, tmp_path: Path) -> None:
    settings = world.site.settings
    for name in (
        "nights/2024-02-16-r1",
        "nights/2024-02-17-r2",
        "nights/2024-02-18-r1",
        "periods/2023-01/2023-02-01-r1",
    ):
        (tmp_path / name).mkdir(parents=True)
    assert forget_old(settings, dt.date(2024, 4, 19), tmp_path) == 2
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["2023-01", "2024-02-18-r1"]


def test_a_period_is_reported_once_it_has_ended(world: World, tmp_path: Path) -> None:
    with (
        connect(world.dsn) as connection,
        pytest.raises(ConfigurationError, match="it ends on 2024-04-30; do: ask once"),
    ):
        write_period(connection, world.site.settings, NIGHT, tmp_path, (NIGHT, 1))
    (tmp_path / "file").write_text("")
    with connect(world.dsn) as connection, pytest.raises(ConfigurationError, match="asked to write papers; got"):
        write_period(connection, world.site.settings, NIGHT, tmp_path / "file", (dt.date(2024, 3, 9), 1))


def tables(document: Any) -> dict[str, list[list[str]]]:
    """Each table by the caption above it."""
    found, caption = {}, ""
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            found[caption] = [[cell.text for cell in row.cells] for row in block.rows]
        else:
            caption = block.text or caption
    return found


def test_a_report_is_an_administrative_document_and_says_the_numbers_of_the_warehouse(
    folders: list[Path], world: World
) -> None:
    document = Document(str(next(folders[1].glob("*.docx"))))
    section = document.sections[0]
    assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == (210, 297)
    assert [round(getattr(section, f"{side}_margin") / Mm(1)) for side in ("top", "bottom", "left", "right")] == [
        20,
        20,
        30,
        15,
    ]
    assert section.different_first_page_header_footer
    head, foot = document.tables[0], document.tables[-1]
    office, nation, number, date = (cell.text for row in head.rows for cell in row.cells)
    assert office.split("\n")[:2] == ["UBND TỈNH LẠNG SƠN", "VĂN PHÒNG"]
    assert nation.split("\n")[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert re.fullmatch(r"Số: +/BC-VP", number)
    assert re.fullmatch(r"Lạng Sơn, ngày +tháng +năm 2024", date)
    assert foot.rows[0].cells[0].text == "Nơi nhận:\n- Như trên;\n- Lưu: VT."
    assert foot.rows[0].cells[1].text.startswith("CHÁNH VĂN PHÒNG")
    text = "\n".join(paragraph.text for paragraph in document.paragraphs).replace("\xa0", " ")
    assert "Kết quả đối soát hồ sơ thủ tục hành chính tháng 3 năm 2024 của tỉnh Lạng Sơn" in text
    assert text.rstrip().endswith("./.")
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs if run.text]
    assert {run.font.name for run in runs} == {"Times New Roman"}
    assert len(document.inline_shapes) == 2, "the bridge and the rates; of one night there is no trend in March"
    of_captions = tables(document)
    bridge = next(rows for caption, rows in of_captions.items() if caption.startswith("Bảng 1"))
    entries = world.rows(
        """select count(*) filter (where sign > 0)::int, count(*) filter (where sign < 0)::int from recon.ledger_entry
        where pair = 'national_provincial' and receipt_month = '2024-03-01' and to_night = 'infinity'"""
    )
    more, less = (int(value) for value in bridge[-1][2:4])
    assert [(more, less)] == entries
    assert int(bridge[-1][4]) == more - less == sum(int(row[4]) for row in bridge[1:-1])
    assert f"Cổng DVCQG có {entries[0][0] + 2} hồ sơ" in text
    units = next(rows for caption, rows in of_captions.items() if caption.startswith("Bảng 4"))
    owners = world.rows("select count(*)::int from mart.gap where is_latest group by owner_id order by 1 desc")
    assert [(int(row[2]),) for row in units[1:]] == owners
    assert f"có {sum(count for (count,) in owners)} sai lệch đang mở" in text
    rates = next(rows for caption, rows in of_captions.items() if caption.startswith("Bảng 2"))
    own = world.rows(
        """select ratio_least from recon.rate where indicator = 'sync_own' and agency_id = '' and to_night = 'infinity'
        and period_kind = 'month' and period_start = '2024-03-01'"""
    )
    assert next(row[2] for row in rates if row[1] == "Tỷ lệ đồng bộ hồ sơ của hệ thống tỉnh") == (
        f"{own[0][0] * 100:.2f}%".replace(".", ",")
    )


def test_the_command_writes_them_where_it_is_told(world: World, tmp_path: Path) -> None:
    done = doisoat(world, "report", "--out", str(tmp_path))
    assert done.stdout == f"{tmp_path}/nights/2024-04-19-r1: 3 papers of night 2024-04-19\n", done.stderr
    done = doisoat(world, "report", "--quarter", "2024-02", "--out", str(tmp_path))
    assert done.stdout == f"{tmp_path}/periods/2024-q1/2024-04-19-r1: 2 papers of night 2024-04-19\n", done.stderr
    assert doisoat(world, "report", "--month", "2024-03", "--quarter", "2024-03").returncode == 2


def test_a_text_of_a_source_is_never_run_and_never_cut(world: World, tmp_path: Path) -> None:
    with connect(world.dsn) as connection, connection.transaction(force_rollback=True):
        connection.execute("update core.agency set name = %s where agency_id = 'H37.03'", [LONG])
        from doisoat.papers.write import write_night

        folder = write_night(connection, world.site.settings, NIGHT, tmp_path)
    for _, book in books(folder):
        for sheet in book.worksheets:
            assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
            for row in sheet.iter_rows():
                if any(cell.value == LONG for cell in row) and row[1].value is not None:
                    assert sheet.row_dimensions[row[0].row].height > 60


def test_units_that_a_source_named_with_signs_of_paths_have_a_workbook_each(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    own = "code | agency | agency_name\nH37.21.01-240301-0001 | A1/2 | Một\nH37.21.01-240302-0002 | A1:2 | Một"
    world.run(FIRST, igate=own, national_export="code\nH37.21.01-240303-0003")
    world.run(NIGHT, igate=own, national_export="code\nH37.21.01-240303-0003")
    owners = {owner for (owner,) in world.rows("select owner_id from mart.gap where is_latest")}
    assert {"A1/2", "A1:2"} < owners
    folder = Path(steps.write_papers(world.site, NIGHT)[0])
    units = [file for file in folder.glob("*.xlsx") if file.name != "toan-tinh.xlsx"]
    assert len(units) == len(owners), owners
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+\.xlsx", file.name) for file in units)
