"""Papers as LibreOffice opens and prints them: no repair, rows high enough for their texts, pages of A4 with nothing beyond them.

On a night of the sandbox, where every cause occurs. The pages are left as pictures in the folder that the test names: what an
official would not sign, only eyes find.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from doisoat.nights import steps
from doisoat.papers.measures import pixels
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from support import nights_against_key as against
from support.provinces import CONFIG

pytestmark = [
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        not shutil.which("soffice") or not shutil.which("pdftoppm"),
        reason="no LibreOffice or poppler here: parts.yaml says which packages `papers` needs",
    ),
]
#: A4 in points, upright and across; and how far a word may stand beyond a margin of no width.
A4 = {(595, 842), (842, 595)}
LARGEST = 6
#: LibreOffice's own height of a row may be this much more than ours, in points: it adds room that no letter takes.
_MORE = 1.5


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> Path:
    """The province's workbook, the largest lists of units, the report of a quarter and form II.06a; one folder."""
    home = tmp_path_factory.mktemp("printed")
    with against.served(home / "sandbox", 2000) as sandbox:
        site = against.site_of(CONFIG / "lang_son.yaml", home, shared_warehouse_dsn, sandbox.connections())
        for night in against.NIGHTS[:2]:
            against.run_night(site, sandbox, night)
    folders = [Path(folder) for folder in steps.write_papers(site, against.NIGHTS[1])]
    chosen = home / "chosen"
    chosen.mkdir()
    units = sorted(folders[0].glob("H37*.xlsx"), key=lambda file: -file.stat().st_size)
    assert len(units) > LARGEST
    for file in (
        folders[0] / "toan-tinh.xlsx",
        *units[:LARGEST],
        units[-1],
        *folders[1].iterdir(),
        *folders[2].iterdir(),
    ):
        shutil.copy(file, chosen)
    return chosen


@pytest.fixture(scope="module")
def pages(papers: Path) -> Path:
    """Each paper as PDF, and its pages as pictures."""
    _convert(papers.parent / "pdf", "pdf", *sorted(papers.iterdir()))
    return papers.parent / "pdf"


def _convert(out: Path, form: str, *files: Path) -> None:
    profile = out.parent / "profile"
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", form, "--outdir", str(out),
         *map(str, files)], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(file.stem for file in out.glob(f"*.{form}")) == sorted(file.stem for file in files), (
        done.stdout + done.stderr
    )


def _words(pdf: Path) -> Iterator[tuple[int, tuple[float, float], tuple[float, float, float, float], str]]:
    """Page, size of the page, box and text of each word."""
    told = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, check=True).stdout
    pages = ElementTree.fromstring(re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"", told)).findall(".//{*}page")
    for number, page in enumerate(pages, 1):
        size = float(page.attrib["width"]), float(page.attrib["height"])
        for word in page.findall(".//{*}word"):
            left, top, right, bottom = (float(word.attrib[name]) for name in ("xMin", "yMin", "xMax", "yMax"))
            yield number, size, (left, top, right, bottom), word.text or ""


def test_every_page_is_a4_and_holds_its_words(pages: Path) -> None:
    for pdf in sorted(pages.glob("*.pdf")):
        numbered: dict[int, str] = {}
        for page, (width, height), (left, top, right, bottom), word in _words(pdf):
            assert (round(width), round(height)) in A4, pdf.name
            assert 0 < left < right < width, (pdf.name, page, word)
            assert 0 < top < bottom < height, (pdf.name, page, word)
            numbered[page] = f"{numbered.get(page, '')} {word}"
        assert numbered, pdf.name
        if not pdf.stem.startswith("bao-cao"):
            for page, text in numbered.items():
                assert f"Trang {page}/{max(numbered)}" in text, (pdf.name, page)
    subprocess.run(
        ["pdftoppm", "-r", "60", "-png", "-l", "8", next(pages.glob("bao-cao-*q*.pdf")), pages / "report"], check=True
    )
    subprocess.run(
        ["pdftoppm", "-r", "60", "-png", "-l", "12", pages / "toan-tinh.pdf", pages / "province"], check=True
    )
    assert len(list(pages.glob("*.png"))) > 8
    print(f"pictures: {pages}")  # with `pytest -s`, or from the junit report


def test_no_row_is_lower_than_its_texts_need(papers: Path) -> None:
    """LibreOffice works out heights itself where none are stated: ours are no less."""
    bare = papers.parent / "bare"
    bare.mkdir()
    books = sorted(papers.glob("*.xlsx"))
    for book in books:
        with zipfile.ZipFile(book) as old, zipfile.ZipFile(bare / book.name, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                content = old.read(name)
                if name.startswith("xl/worksheets/sheet"):
                    content = re.sub(rb' ht="[^"]*"| customHeight="1"', b"", content)
                new.writestr(name, content)
    _convert(papers.parent / "own", "xlsx", *sorted(bare.iterdir()))
    for book in books:
        for ours, theirs in zip(load_workbook(book), load_workbook(papers.parent / "own" / book.name), strict=True):
            for row in range(1, ours.max_row + 1):
                stated, needed = ours.row_dimensions[row].height, theirs.row_dimensions[row].height
                if stated is not None and needed is not None:
                    assert stated > needed - _MORE, (book.name, ours.title, row, stated, needed)


def test_no_word_is_wider_than_its_cell(papers: Path) -> None:
    for book in sorted(papers.glob("*.xlsx")):
        for sheet in load_workbook(book):
            merged = {cell for area in sheet.merged_cells.ranges for row in area.rows for cell in row}
            for row in sheet.iter_rows():
                for cell in (cell for cell in row if not isinstance(cell, MergedCell)):
                    width = sheet.column_dimensions[cell.column_letter].width
                    if not isinstance(cell.value, str) or (cell.row, cell.column) in merged or cell.value == "":
                        continue
                    widest = max(
                        pixels(word, cell.font.sz, bold=bool(cell.font.b))
                        for word in re.split(r"(?<=-)|\s", cell.value)
                    )
                    assert widest < width * 7, (book.name, sheet.title, cell.coordinate, cell.value)


def test_what_is_printed_is_what_is_in_the_cells(papers: Path, pages: Path) -> None:
    """Every text of a unit's list is found on its pages, whole."""
    for book in sorted(papers.glob("H37*.xlsx")):
        printed = "".join("".join(word.split()) for *_, word in _words(pages / f"{book.stem}.pdf"))
        for sheet in load_workbook(book).worksheets[1:]:
            for (code,) in sheet.iter_rows(4, None, 2, 2, values_only=True):
                for word in str(code).split():
                    assert word in printed, (book.name, sheet.title, code)
            key = sheet.cell(4, 11).value
            assert "".join(str(key).split()) not in printed, "the hidden key is not printed"
            assert "|" not in printed
