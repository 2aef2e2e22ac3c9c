"""A workbook as a paper: A4, bordered, with page numbers, in Times New Roman. It is written row by row, never held in memory."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from doisoat.errors import ConfigurationError
from doisoat.papers.measures import height, lines

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FONT = "Times New Roman"
SIZE = 11.0
HEAD_FILL, ANSWER_FILL, TOTAL_FILL = "#D9E1F2", "#FFF2CC", "#F2F2F2"
#: Looks of cells, by name; each is put on top of the first.
LOOKS: dict[str, dict[str, Any]] = {
    "text": {"valign": "vcenter", "text_wrap": True},
    "cell": {"border": 1},
    "centred": {"border": 1, "align": "center"},
    "number": {"text_wrap": False, "border": 1, "align": "right", "indent": 1, "num_format": "#,##0"},
    "signed": {"text_wrap": False, "border": 1, "align": "right", "indent": 1, "num_format": "+#,##0;-#,##0;0"},
    "share": {"text_wrap": False, "border": 1, "align": "right", "indent": 1, "num_format": "0.00%"},
    "points": {"text_wrap": False, "border": 1, "align": "right", "indent": 1, "num_format": "0.00"},
    "gain": {"text_wrap": False, "border": 1, "align": "right", "indent": 1, "num_format": "0.0000"},
    "day": {"border": 1, "align": "center", "num_format": "dd/mm/yyyy"},
    "month": {"border": 1, "align": "center", "num_format": "mm/yyyy"},
    "head": {"border": 1, "align": "center", "bold": True, "bg_color": HEAD_FILL},
    "head_answer": {"border": 1, "align": "center", "bold": True, "bg_color": ANSWER_FILL},
    "answer": {"border": 1, "bg_color": ANSWER_FILL, "locked": False},
    "total": {"border": 1, "bold": True, "bg_color": TOTAL_FILL},
    "total_number": {
        "text_wrap": False,
        "border": 1,
        "align": "right",
        "indent": 1,
        "bold": True,
        "bg_color": TOTAL_FILL,
        "num_format": "#,##0",
    },
    "total_signed": {
        "text_wrap": False,
        "border": 1,
        "align": "right",
        "indent": 1,
        "bold": True,
        "bg_color": TOTAL_FILL,
        "num_format": "+#,##0;-#,##0;0",
    },
    "title": {"bold": True, "font_size": 14, "align": "center"},
    "section": {"bold": True, "font_size": 12},
    "office": {"bold": True, "align": "center"},
    "centre": {"align": "center"},
    "italic": {"italic": True},
    "link": {"border": 1, "align": "center", "font_color": "#0563C1", "underline": 1},
    "missing": {"bg_color": "#F8CBAD"},
    # a hidden column has no width: its text would be drawn over its neighbours when printed
    "key": {"num_format": ";;;", "text_wrap": False},
}
#: What a reader may do on a protected sheet: select, filter, and make rows and columns larger.
_MAY = {"autofilter": True, "format_columns": True, "format_rows": True}


class Book:
    """A workbook that is being written, from its first sheet's first row on; saved at the end of the block.

    Args:
        made_on: the day that it says it was made on, so that the same night makes the same file.
    """

    def __init__(self, file: Path, title: str, office: str, made_on: dt.date) -> None:
        from xlsxwriter import Workbook

        self.file = file
        self._rows = tempfile.TemporaryDirectory(prefix="doisoat-paper-")
        self._book = Workbook(str(file), {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
            "tmpdir": self._rows.name, "default_format_properties": {"font_name": FONT, "font_size": SIZE},
        })  # fmt: skip
        self._book.set_properties(
            {"title": title, "company": office, "created": dt.datetime.combine(made_on, dt.time())}
        )
        self._formats: dict[str, Format] = {}

    def __enter__(self) -> Book:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        from xlsxwriter.exceptions import FileCreateError

        try:
            self._book.close()
        except FileCreateError as failed:
            if error is None:
                raise ConfigurationError(
                    f"{self.file}: asked to write a workbook; got: {getattr(failed.args[0], 'strerror', failed)}; do: name a "
                    "file in an existing folder"
                ) from None
        finally:
            self._rows.cleanup()

    def look(self, name: str) -> Format:
        """The format of cells of that look (LOOKS)."""
        if name not in self._formats:
            self._formats[name] = self._book.add_format(
                {"font_name": FONT, "font_size": SIZE, **LOOKS["text"], **LOOKS[name]}
            )
        return self._formats[name]

    def chart(self, kind: str) -> Any:
        """A chart of the workbook's own, to be inserted into one of its sheets."""
        return self._book.add_chart({"type": kind})

    def sheet(self, name: str, widths: Sequence[float], footer: str) -> Sheet:
        """A new sheet, A4 landscape, one page wide, with page numbers.

        Args:
            widths: of its columns.
            footer: at the left of each page's foot.
        """
        return Sheet(self, self._book.add_worksheet(name), widths, footer)


class Sheet:
    """A sheet that is being written from its first row to its last."""

    def __init__(self, book: Book, sheet: Worksheet, widths: Sequence[float], footer: str) -> None:
        self.book, self.widths, self.at = book, widths, 0
        self._sheet = sheet
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        said = footer.replace("&", "&&")
        sheet.set_footer(f'&L&"{FONT},Italic"&9{said}&R&"{FONT},Regular"&9Trang &P/&N', {"margin": 0.25})
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)

    @property
    def raw(self) -> Worksheet:
        """The library's own sheet, for what has no method here."""
        return self._sheet

    def row(self, values: Sequence[Any], looks: Sequence[str] | str, least: int = 1) -> int:
        """Write the next row, as high as its longest text needs; returns its number, from 0.

        Args:
            looks: of each cell, or of all.
            least: on how many lines it has room at least.
        """
        looks = [looks] * len(values) if isinstance(looks, str) else looks
        needed = [
            lines(value, width, LOOKS[look].get("font_size", SIZE), bold=LOOKS[look].get("bold", False))
            for value, width, look in zip(values, self.widths, looks, strict=False)
            if isinstance(value, str)
        ]
        self._sheet.set_row(self.at, height(max([least, *needed])))
        for column, (value, look) in enumerate(zip(values, looks, strict=False)):
            self._put(column, value, look)
        self.at += 1
        return self.at - 1

    def across(self, text: str, look: str, first: int = 0, last: int | None = None) -> int:
        """Write the next row as one text over several columns (all, if none are named)."""
        return self.side_by_side([(text, look, first, len(self.widths) - 1 if last is None else last)])

    def side_by_side(self, texts: Sequence[tuple[str, str, int, int]]) -> int:
        """Write the next row as texts over several columns each: text, look, first and last column."""
        needed, size = [], SIZE
        for text, look, first, last in texts:
            size = max(size, LOOKS[look].get("font_size", SIZE))
            needed.append(lines(text, sum(self.widths[first : last + 1]), size, bold=LOOKS[look].get("bold", False)))
        self._sheet.set_row(self.at, height(max(needed), size))
        for text, look, first, last in texts:
            if first < last:
                self._sheet.merge_range(self.at, first, self.at, last, text, self.book.look(look))
            else:
                self._put(first, text, look)
        self.at += 1
        return self.at - 1

    def gap(self) -> None:
        """Leave a row empty."""
        self.at += 1

    def _put(self, column: int, value: Any, look: str) -> None:
        cell = self.book.look(look)
        if value is None:
            self._sheet.write_blank(self.at, column, None, cell)
        elif isinstance(value, dt.date):
            self._sheet.write_datetime(self.at, column, dt.datetime.combine(value, dt.time()), cell)
        elif isinstance(value, str):
            self._sheet.write_string(self.at, column, value, cell)
        else:
            self._sheet.write_number(self.at, column, value, cell)

    def repeated(self, row: int) -> None:
        """This row is repeated at the top of each page, and stays in sight."""
        self._sheet.repeat_rows(row)
        self._sheet.freeze_panes(row + 1, 0)

    def protect(self) -> None:
        """Nothing but answers can be changed. Without a password: it guards against slips, not against people."""
        self._sheet.protect("", _MAY)
