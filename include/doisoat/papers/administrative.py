"""A report in the layout of an administrative document (Nghị định 30/2020/NĐ-CP, appendix I): A4, Times New Roman, the national
title and motto, number and date left for the office to fill in, recipients and the place to sign. An official edits it in Word.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from doisoat.errors import ConfigurationError
from doisoat.papers.books import FONT
from doisoat.province.papers import Papers

if TYPE_CHECKING:
    from docx.table import Table
    from docx.text.paragraph import Paragraph

NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
#: Sizes: of the text, of tables, of the recipients.
BODY, SMALL, RECIPIENTS = 14, 12, 11
_CENTRE, _BOTH, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.RIGHT
#: Of a page of 210 mm: margins, and what is left for the text.
_MARGINS = {"top": 20, "bottom": 20, "left": 30, "right": 15}
#: A table with so few rows is not divided between pages.
SHORT = 12
#: Columns of numbers are narrower than this.
NARROW = 30
ROOM = 210 - _MARGINS["left"] - _MARGINS["right"]


class Report:
    """A document that is being written, from its head on."""

    def __init__(self, papers: Papers, place: str, title: str, subject: str, year: int) -> None:
        self._document = Document()
        self._papers = papers
        self._set_page()
        self._head(place, year)
        for text in (title, subject):
            self._line(self._document.add_paragraph(), text, bold=True, size=BODY).alignment = _CENTRE
        self._rule(self._document.add_paragraph(), ROOM / 3)
        self._document.core_properties.title = f"{title.capitalize()} {subject[0].lower()}{subject[1:]}"
        self._document.core_properties.author = papers.office

    def heading(self, text: str) -> None:
        """A numbered heading, kept with what follows."""
        paragraph = self._line(self._document.add_paragraph(), text, bold=True, size=BODY)
        paragraph.paragraph_format.first_line_indent = Mm(12.7)
        paragraph.paragraph_format.keep_with_next = True

    def text(self, text: str, *, leads: bool = False) -> None:
        """A paragraph; one that leads to the next stays on its page."""
        paragraph = self._line(self._document.add_paragraph(), text, size=BODY)
        paragraph.alignment, paragraph.paragraph_format.keep_with_next = _BOTH, leads
        paragraph.paragraph_format.first_line_indent = Mm(12.7)

    def table(self, caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float],
              *, total: bool = False) -> None:  # fmt: skip
        """A table with its caption; its head is repeated on each page.

        Args:
            rows: texts; a column that is narrower than NARROW is set to the right, the first one centred.
            widths: in millimetres.
            total: whether the last row is the sum.
        """
        self._caption(caption)
        table = self._document.add_table(rows=0, cols=len(heads))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        _set_widths(table, widths)
        self._row(table, heads, widths, bold=True, centred=True)
        _repeat(table)
        for number, row in enumerate(rows, 1):
            self._row(table, row, widths, bold=total and number == len(rows))
        for kept in table.rows[:-1] if len(rows) <= SHORT else ():
            kept.cells[0].paragraphs[0].paragraph_format.keep_with_next = True
        self._document.add_paragraph().paragraph_format.space_after = Pt(0)

    def picture(self, caption: str, png: bytes, width: float = ROOM) -> None:
        """A chart with its caption."""
        paragraph = self._document.add_paragraph()
        paragraph.alignment = _CENTRE
        paragraph.paragraph_format.keep_with_next = True
        paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(width))
        paragraph._p.xpath(".//wp:docPr")[0].set("descr", caption)
        self._caption(caption)

    def end(self, file: Path, made_on: dt.date) -> None:
        """The recipients and the place to sign; then the document is saved.

        Raises:
            ConfigurationError: it cannot be written there.
        """
        table = self._document.add_table(rows=1, cols=2)
        left, right = table.rows[0].cells
        _repeat(table, head=False)
        self._line(left.paragraphs[0], "Nơi nhận:", bold=True, italic=True, size=SMALL)
        for recipient in self._papers.recipients:
            self._line(left.add_paragraph(), f"- {recipient};", size=RECIPIENTS)
        self._line(left.add_paragraph(), "- Lưu: VT.", size=RECIPIENTS)
        self._line(right.paragraphs[0], self._papers.signer.upper(), bold=True, size=BODY).alignment = _CENTRE
        for _ in range(4):
            right.add_paragraph()
        for paragraph in (*left.paragraphs, *right.paragraphs):
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.paragraph_format.keep_with_next = True
        at = dt.datetime.combine(made_on, dt.time())
        self._document.core_properties.created = self._document.core_properties.modified = at
        try:
            self._document.save(str(file))
        except OSError as error:
            raise ConfigurationError(
                f"{file}: asked to write a report; got: {error.strerror}; do: name a folder that may be written"
            ) from None

    def _set_page(self) -> None:
        section = self._document.sections[0]
        section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
        for side, room in _MARGINS.items():
            setattr(section, f"{side}_margin", Mm(room))
        section.header_distance = Mm(10)
        section.different_first_page_header_footer = True  # the first page has no number
        number = section.header.paragraphs[0]
        number.alignment = _CENTRE
        _field(number, "PAGE")
        style = self._document.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(BODY)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
        style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(6), 1.15

    def _head(self, place: str, year: int) -> None:
        table = self._document.add_table(rows=2, cols=2)
        table.autofit = False
        left, right = (ROOM * 0.38, ROOM * 0.62)
        _set_widths(table, (left, right))
        office, nation = table.rows[0].cells
        number, date = table.rows[1].cells
        if self._papers.superior:
            self._line(office.paragraphs[0], self._papers.superior.upper(), size=13)
        own = office.add_paragraph() if self._papers.superior else office.paragraphs[0]
        self._line(own, _without(self._papers.office, self._papers.superior).upper(), bold=True, size=13)
        self._rule(office.add_paragraph(), left / 3, left)
        self._line(nation.paragraphs[0], NATION, bold=True, size=12)
        self._line(nation.add_paragraph(), MOTTO, bold=True, size=13)
        self._rule(nation.add_paragraph(), right * 0.54, right)
        self._line(number.paragraphs[0], f"Số:        /{self._papers.symbol}", size=13)
        self._line(date.paragraphs[0], f"{place}, ngày      tháng      năm {year}", italic=True, size=13)
        for cell in (office, nation, number, date):
            for paragraph in cell.paragraphs:
                paragraph.alignment, paragraph.paragraph_format.space_after = _CENTRE, Pt(0)
                paragraph.paragraph_format.line_spacing = 1.0
        date.paragraphs[0].paragraph_format.space_after = Pt(12)

    def _caption(self, text: str) -> None:
        paragraph = self._line(self._document.add_paragraph(), text, italic=True, size=SMALL)
        paragraph.alignment = _CENTRE
        paragraph.paragraph_format.keep_with_next = True

    def _row(
        self, table: Table, texts: Sequence[str], widths: Sequence[float], *, bold: bool, centred: bool = False
    ) -> None:
        row = table.add_row()
        _unsplit(row._tr)
        for column, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
            paragraph = self._line(cell.paragraphs[0], text, bold=bold, size=SMALL)
            paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(1), 1.0
            paragraph.paragraph_format.space_before = Pt(1)
            if centred or column == 0 or width < NARROW:
                paragraph.alignment = _CENTRE if centred or column == 0 else _RIGHT

    @staticmethod
    def _line(paragraph: Paragraph, text: str, *, size: float, bold: bool = False, italic: bool = False) -> Paragraph:
        run = paragraph.add_run(text)
        run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size), FONT
        return paragraph

    @staticmethod
    def _rule(paragraph: Paragraph, length: float, room: float = ROOM) -> None:
        """A line under a title, so long, in the middle of a room so wide (millimetres)."""
        border, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
            top.set(qn(f"w:{name}"), value)
        border.append(top)
        paragraph._p.get_or_add_pPr().append(border)
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = Mm(max(0, room - length) / 2)
        form.line_spacing, form.space_before, form.space_after = Pt(4), Pt(3), Pt(8)


def _without(office: str, superior: str) -> str:
    """The office's name without that of the body above it, where it ends so: it stands above it."""
    kept = office.removesuffix(superior).strip()
    return kept or office


def _set_widths(table: Table, widths: Sequence[float]) -> None:
    """Of each column, in millimetres: rows that are added later take them over."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def _field(paragraph: Paragraph, code: str) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", None), (None, code), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _repeat(table: Table, *, head: bool = True) -> None:
    """The last row is repeated on each page as the head of its table; else it is only kept on one page."""
    row = table.rows[-1]._tr
    if head:
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        row.get_or_add_trPr().append(mark)
    else:
        _unsplit(row)


def _unsplit(row: Any) -> None:
    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
