"""Opening an exported file: where its header is, and its rows in blocks, in bounded memory.

CSV goes through the standard parser line by line, a workbook through a separate process (workbooks.py); only the wanted
cells of a row are kept.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import TracebackType
from typing import Any, TextIO

from doisoat.errors import SourceUnavailableError
from doisoat.sources.files.inbox import InboxFile
from doisoat.sources.files.rows import KEYS, Columns, Header, RowBlock
from doisoat.sources.files.words import closing_text, declared_total, fold, is_caption, is_number_row
from doisoat.sources.files.workbooks import Workbook

BLOCK_ROWS = 5_000
_HEADER_WITHIN = 50
_CHUNK = 1 << 20
_LINE, _BLOCK_TEXT = 1 << 20, 64 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UTF8_AS_1258 = re.compile(rb"\xe1[\xba\xbb][\x80-\xbf]")  # "ạ", "ế", ...: no Vietnamese word has these three as 1258
_DELIMITERS = ",;\t|"
_END = "\0end of file\0"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for in a file.

    Attributes:
        required: fields whose column must exist.
        encodings: for CSV, tried in this order after a byte-order mark.
        sheets: pattern for the names of the sheets to read; None: the one that has the header.
        megabytes: the size to which a workbook may unpack.
    """

    columns: Columns
    required: Sequence[str]
    encodings: Sequence[str]
    sheets: str | None
    megabytes: int


class Table:
    """An opened file.

    Attributes:
        declared_total: known once all blocks have been read.
        unclear_closing: the last closing row states no number, or several.
        unstated: the wanted fields for which it has no column; known with the first block.
    """

    def __init__(self, file: InboxFile, wanted: Wanted) -> None:
        self._file, self._wanted = file, wanted
        self._stack = ExitStack()
        self.declared_total: int | None = None
        self.unclear_closing = False
        self.unstated: frozenset[str] = frozenset()
        self.headers: list[Header] = []

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def blocks(self) -> Iterator[RowBlock]:
        """The rows below the header."""
        raise NotImplementedError

    def _checked(self, header: Header | None) -> Header:
        if header is None:
            raise self._file.changed(
                f"no header within the first {_HEADER_WITHIN} rows", "add its labels to options.columns"
            )
        if missing := [field for field in self._wanted.required if field not in header.columns]:
            raise self._file.changed(
                f"a header without a column for {', '.join(missing)}", "add the new labels to options.columns"
            )
        self.unstated |= self._wanted.columns.fields - header.columns.keys()
        self.headers.append(header)
        return header

    def _close(self, text: str) -> None:
        total = declared_total(text)
        self.unclear_closing = total is None
        self.declared_total = self.declared_total if total is None else total


class CsvTable(Table):
    """Comma, semicolon, tab or bar; the encoding is the first that can read the whole file."""

    def blocks(self) -> Iterator[RowBlock]:
        encoding, is_broken = self._encoding(), False
        for delimiter in _DELIMITERS:
            stream = self._stack.enter_context(self._file.path.open(encoding=encoding, newline=""))
            lines = _Lines(self._file, stream)
            rows = csv.reader(lines, delimiter=delimiter)
            try:
                head = list(itertools.islice(rows, _HEADER_WITHIN))
            except csv.Error:
                is_broken = True
                continue
            if header := self._wanted.columns.locate(head):
                below = itertools.chain(head[header.below :], rows)
                yield from self._read(lines, below, self._checked(header))
                return
        if is_broken:
            raise self._broken()
        self._checked(None)

    def _broken(self) -> SourceUnavailableError:
        return self._file.unavailable("rows that do not end as they began", "have it exported again")

    def _read(self, lines: _Lines, rows: Iterator[list[str]], header: Header) -> Iterator[RowBlock]:
        first, has_ended, is_closed = 1, False, False
        while not has_ended:
            lines.begin_block()
            try:
                block = list(itertools.islice(rows, BLOCK_ROWS))
            except csv.Error:
                raise self._broken() from None
            if not block or len(block) < BLOCK_ROWS or block[-1] == [_END]:
                has_ended = True
                self._check_end(lines, block, header.width)
            if first == 1 and block and is_number_row(block[0]):
                del block[0]
            if block:
                read = self._block(block, header, first, has_text_formulas=lines.has_text_formulas)
                read.foot = 0 if is_closed else read.foot
                is_closed = read.foot is not None
                yield read
            first += len(block)

    def _block(self, rows: list[list[str]], header: Header, first: int, *, has_text_formulas: bool) -> RowBlock:
        faults: dict[int, tuple[str, str | None]] = {}
        skipped, foot = set(), None
        widest = max(header.columns.values()) + 1
        for at, row in enumerate(rows):
            if text := closing_text(row):
                skipped.add(at)
                self._close(text)
                foot = at if foot is None else foot
            elif is_caption(row):
                skipped.add(at)
            if len(row) < widest:
                row.extend([""] * (widest - len(row)))
            elif len(row) > header.width and any(row[header.width :]):
                faults[at] = "too_many_cells", None
        columns: dict[str, list[Any]] = {
            field: [row[position] or None for row in rows] for field, position in header.columns.items()
        }
        if has_text_formulas:
            columns = {field: [_unwrapped(cell) for cell in cells] for field, cells in columns.items()}
        return RowBlock(columns, first, faults, frozenset(skipped), foot=foot)

    def _check_end(self, lines: _Lines, block: list[list[str]], width: int) -> None:
        """Remove the end mark; a file that ends within a row or a quoted text was cut off."""
        if not block or block.pop() != [_END]:
            raise self._file.unavailable("a file that ends within a quoted text", "download and put it in again")
        if block and not lines.ended_with_line and len(block[-1]) < width and not closing_text(block[-1]):
            raise self._file.unavailable("a file that ends within a row", "download and put it in again")

    def _encoding(self) -> str:
        with self._file.path.open("rb") as stream:
            start = stream.read(4)
        marked = [name for bom, name in _BOMS if start.startswith(bom)]
        for encoding in marked or self._wanted.encodings:
            if self._reads(encoding):
                return encoding
        raise self._file.changed("text in none of the encodings of options.encodings", "add its encoding there")

    def _reads(self, encoding: str) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)()
        is_single_byte = not encoding.lower().startswith("utf")
        try:
            with self._file.path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    if is_single_byte and _UTF8_AS_1258.search(chunk):
                        raise self._file.unavailable(
                            "UTF-8 text with damaged bytes in it", "download and put it in again"
                        )
                    decoder.decode(chunk)
        except UnicodeDecodeError:
            return False
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise self._file.unavailable("text that ends within a character", "download and put it in again") from None
        return True


def _unwrapped(cell: str | None) -> str | None:
    return cell[2:-1] or None if cell and cell[:2] == '="' and cell[-1] == '"' and len(cell) > 2 else cell


class _Lines:
    """The lines of a file for the parser, of bounded length, with a mark after the last: within an open quotation the
    parser would take the end of the file for the end of a cell."""

    def __init__(self, file: InboxFile, stream: TextIO) -> None:
        self._file, self._stream = file, stream
        self._taken = 0
        self._is_over = False
        self.ended_with_line = True
        #: Whether cells are written as ="0012", which keeps office programs from turning a text into a number.
        self.has_text_formulas = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        try:
            line = self._stream.readline(_LINE)
        except UnicodeDecodeError:  # the whole file was readable as text a moment ago
            raise self._file.unavailable("a file that changed while it was read", "wait; it is read again") from None
        self._taken += len(line)
        if len(line) >= _LINE or self._taken > _BLOCK_TEXT:
            raise self._file.changed("text that does not fall into rows", "have it exported again as CSV")
        if not line:
            if self._is_over:
                raise StopIteration
            self._is_over = True
            return _END
        self.ended_with_line = line[-1] in "\r\n"
        self.has_text_formulas = self.has_text_formulas or '="' in line
        return line

    def begin_block(self) -> None:
        """A new block of rows begins."""
        self._taken = 0


class WorkbookTable(Table):
    """The sheets that have the header: the only one, or those whose names `sheets` matches."""

    def blocks(self) -> Iterator[RowBlock]:
        book = self._stack.enter_context(Workbook(self._file, self._wanted.megabytes))
        names = [name for name, is_shown in book.sheets if is_shown and self._matches(name)]
        found = [(name, header) for name in names if (header := self._locate(book, name))]
        if not found:
            self._checked(None)
        if len(found) > 1 and self._wanted.sheets is None:
            raise self._file.changed(
                f"{len(found)} sheets with the header", 'name those to read by options.sheets ("*" reads them all)'
            )
        totals: list[int | None] = []
        for number, (name, header) in enumerate(found, 1):
            self.declared_total = None
            sheet = number if len(found) > 1 else None
            yield from self._read(book, name, self._checked(header), sheet)
            totals.append(self.declared_total)
        stated = [total for total in totals if total is not None]
        self.declared_total = sum(stated) if len(stated) == len(totals) else None

    def _matches(self, name: str) -> bool:
        return self._wanted.sheets is None or fnmatchcase(fold(name), _folded_pattern(self._wanted.sheets))

    def _locate(self, book: Workbook, name: str) -> Header | None:
        return self._wanted.columns.locate(book.head(name, _HEADER_WITHIN).rows)

    def _read(self, book: Workbook, name: str, header: Header, sheet: int | None) -> Iterator[RowBlock]:
        head = book.head(name, _HEADER_WITHIN).rows
        row = header.below
        if row < len(head) and is_number_row(head[row]):
            row += 1
        first, positions, is_closed = 1, list(header.columns.values()), False
        merged = [header.columns[field] for field in header.columns if field not in KEYS]
        while True:
            rows, closing, captions = book.rows(row, positions, BLOCK_ROWS, merged)
            if not rows:
                return
            for text in closing.values():
                self._close(text)
            foot = 0 if is_closed else min(closing, default=None)
            is_closed = foot is not None
            columns: dict[str, list[Any]] = {
                field: [None if cell == "" else cell for cell in cells]
                for field, cells in zip(header.columns, zip(*rows, strict=True), strict=True)
            }
            yield RowBlock(columns, first, {}, frozenset({*closing, *captions}), sheet, foot)
            first, row = first + len(rows), row + len(rows)


def _folded_pattern(pattern: str) -> str:
    return "".join(part if part in "*?" else fold(part) for part in re.split(r"([*?])", pattern))


def open_table(file: InboxFile, wanted: Wanted) -> Table:
    """The table of a file: its first bytes say what it is, its name what it should be.

    Raises:
        SourceChangedError: it has a workbook's name but is not one.
        SourceUnavailableError: it is empty.
    """
    with file.path.open("rb") as stream:
        start = stream.read(2)
    if not start:
        raise file.unavailable("an empty file", "export it again")
    if start in (b"PK", b"\xd0\xcf") or file.path.suffix.lower().startswith(".xls"):
        return WorkbookTable(file, wanted)
    return CsvTable(file, wanted)
