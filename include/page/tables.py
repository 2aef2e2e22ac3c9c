"""A table of a view: shown as HTML, and given as CSV and XLSX with the same rows and columns."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from doisoat.charts import Stroke
from doisoat.reports.printing import as_csv, printable
from doisoat.warehouse.queries import Report
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from page.reader import Row
from page.words import Words

#: How a column's values are written, and whether they are numbers that stand at the right.
NUMBERS = ("number", "signed", "share", "decimal", "signed_decimal", "points", "words")
#: Excel takes no longer text in a cell.
_LONGEST_CELL = 32_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        key: of the row's value.
        label: its heading, in the reader's language.
        how: text, number, signed, share (a fraction), decimal, signed_decimal, points (with their sign), words (a number that
            is written already, such as bounds), or stroke (a course).
        href: a row's address for this cell; None if it leads nowhere.
        sort: by which the view can sort by it; None if it cannot.
        tone: a word that colours the cell besides saying it; None for none.
        sub: of the row's value that stands small below it.
        bar: whether a bar shows how large it is among the rows.
        missing: what is said where there is no value; None: that it is unknown.
        leaves: whether its links lead out of the page, and so out of a frame that shows it.
    """

    key: str
    label: str
    how: str = "text"
    href: Callable[[Row], str | None] | None = None
    sort: str | None = None
    tone: Callable[[Row], str | None] | None = None
    sub: str | None = None
    bar: bool = False
    missing: str | None = None
    leaves: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it stands at the right."""
        return self.how in NUMBERS


@dataclass(slots=True)
class Table:
    """Rows with their columns.

    Attributes:
        name: in the address of its files.
        rows: those that are shown.
        every: gives all rows for a file, if not all are shown.
        total: how many there are, if not all are shown.
        empty: what is said where there are none.
        stacks: whether a row becomes a small card on a narrow screen.
        row_tone: a word that marks a whole row besides saying it; None for none.
        taken: how many rows left in a file.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: list[Row]
    empty: str
    every: Callable[[], list[Row]] | None = None
    total: int | None = None
    stacks: bool = True
    row_tone: Callable[[Row], str | None] | None = None
    most: dict[str, float] = field(default_factory=dict)
    taken: int = 0

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.bar:
                values = [abs(float(row[column.key])) for row in self.rows if row[column.key] is not None]
                self.most[column.key] = max(values, default=0.0) or 1.0

    def whole(self) -> list[Row]:
        """All rows, for a file."""
        rows = self.every() if self.every else self.rows
        self.taken = len(rows)
        return rows


def written(column: Column, row: Row, words: Words) -> str:
    """A cell as the reader writes it."""
    value = row[column.key]
    if value is None:
        return column.missing or words("page.unknown")
    if column.how == "signed":
        return words.signed(int(value))
    if column.how == "share":
        return words.share(value)
    if column.how == "points":
        return words.points(value)
    if column.how == "decimal":
        return words.number(float(value), 2)
    if column.how == "signed_decimal":
        return f"{'+' if value > 0 else '−' if value < 0 else ''}{words.number(abs(float(value)), 2)}"
    return words.number(int(value)) if column.how == "number" else words.plain(value)


def _stated(value: Any) -> Any:
    """A value in a file: numbers as numbers, days as days, unknown empty."""
    if isinstance(value, Stroke):
        return value.said
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def csv_of(table: Table) -> bytes:
    """The table as CSV, with a mark by which Excel knows that it is UTF-8; a text that a spreadsheet would run is made inert."""
    heads = tuple(column.label for column in table.columns)
    rows = [
        tuple(
            value.isoformat() if isinstance(value, dt.date) else value
            for value in (_stated(row[column.key]) for column in table.columns)
        )
        for row in table.whole()
    ]
    return b"\xef\xbb\xbf" + as_csv(Report(heads, rows)).encode()


def xlsx_of(table: Table) -> bytes:
    """The table as a workbook, row by row; every text is written as text, so none is run as a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title="".join(sign for sign in table.title if sign not in r"[]:*?/\'")[:31] or "1")
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    for number, column in enumerate(table.columns, 1):
        sheet.column_dimensions[chr(64 + number) if number <= 26 else "AA"].width = 14 if column.is_number else 24

    heads = [WriteOnlyCell(sheet, value=printable(column.label)) for column in table.columns]
    for head in heads:
        head.font, head.data_type = Font(bold=True), "s"
    sheet.append(heads)
    formats = {"day": WriteOnlyCell(sheet), "share": WriteOnlyCell(sheet)}
    formats["day"].number_format, formats["share"].number_format = "dd/mm/yyyy", "0.0%"
    for row in table.whole():
        sheet.append([_cell(sheet, _stated(row[column.key]), column.how, formats) for column in table.columns])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: Any, value: Any, how: str, formats: dict[str, Any]) -> Any:
    """A value as it is written; a style is made once and shared, since fifty thousand rows of styled cells take half a minute.

    A text is a text, also where it begins like a formula. A moment loses its offset, which Excel does not know.
    """
    if isinstance(value, str):
        text = printable(value)[:_LONGEST_CELL]
        if not text.startswith("="):
            return text
        made = WriteOnlyCell(sheet, value=text)
        made.data_type = "s"
        return made
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    kind = "day" if isinstance(value, dt.date) else "share" if how == "share" and value is not None else None
    if kind is None:
        return value
    made = WriteOnlyCell(sheet, value=value)
    made._style = formats[kind]._style  # type: ignore[attr-defined]
    return made
