"""The process that opens workbooks: `python -m doisoat.sources.files.workbook_process PATH BYTES`.

A broken or hostile workbook can crash the process that opens it: a file of 5 kB with a cell in its very last row and column
makes the parser request 500 GB and abort, and so do many .xls files with a flipped bit. So it runs in a separate process,
whose memory and time are bounded: first for the largest workbook allowed, then for what this one unpacks to. Requests and
answers are msgpack, each message preceded by its length in four bytes:

    (at the start)              {"sheets": [[name, is_visible], ...]}    or {"refused": reason}
    ["head", name, rows]        {"rows": [[cell, ...], ...], "merged": [[row, column, row, column], ...]}
    ["rows", from, columns, n, merged]  of the sheet last asked for: {"rows": [[cell, ...], ...], "closing": {row: text},
                                "captions": [row, ...]}; in the columns `merged` a merged cell is repeated in each of its rows

Rows and columns count from 0; a dated cell is an extension of type 1 (ISO text), a cell without a value one of type 2.
"""

from __future__ import annotations

import datetime as dt
import itertools
import resource
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from doisoat.sources.files.words import closing_text, is_caption
from doisoat.sources.files.workbook_checks import RefusedError, Unknowns, check_archive

LENGTH = struct.Struct(">I")
MOMENT, UNKNOWN = 1, 2
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP, _OLE = b"PK", b"\xd0\xcf"
#: Bytes of memory per byte of unpacked XML (2.6 were measured); and for the process itself and a table of few columns that
#: somebody has left a cell below in the very last row, for the parser keeps an entry for each cell between.
_MEMORY_FACTOR, _MEMORY_BASE = 8, 1 << 30
#: Seconds of CPU time for each megabyte of it (0.1 were measured), and for anything.
_SECONDS_FACTOR, _SECONDS_BASE = 1, 20


class Book:
    """One opened workbook."""

    def __init__(self, path: Path, limit: int) -> None:
        with path.open("rb") as stream:
            start = stream.read(2)
            if start not in (_ZIP, _OLE):
                raise RefusedError("not_a_workbook")
            if path.stat().st_size > limit:
                raise RefusedError("too_large")
            stream.seek(0)
            if start == _OLE and _is_encrypted(stream):
                raise RefusedError("protected")
            size = path.stat().st_size
            self._unknowns, unpacked = check_archive(stream, limit) if start == _ZIP else ({}, size)
            _confine(max(size, unpacked))
            stream.seek(0)
            try:
                self._book = CalamineWorkbook.from_filelike(stream)
            except PasswordError:
                raise RefusedError("protected") from None
            except CalamineError:
                raise RefusedError("not_a_workbook" if start == _ZIP else "damaged") from None
        self._sheets: dict[str, CalamineSheet] = {}
        self._head: list[list[Any]] = []
        self._rest: Iterator[list[Any]] = iter(())
        self._first_column = 0
        self._unknown: Unknowns = {}
        self._merged = MergedCells()

    def sheets(self) -> list[tuple[str, bool]]:
        """The names of the sheets that have cells, and whether they are visible."""
        return [
            (sheet.name, sheet.visible == SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def head(self, name: str, rows: int) -> dict[str, Any]:
        """The first rows of a sheet with every cell, and the merged ranges that start in them."""
        sheet = self._sheet(name)
        self._first_column = sheet.start[1] if sheet.start else 0
        self._unknown = self._unknowns.get(name, {})
        self._rest = iter(sheet.iter_rows()) if sheet.start else iter(())
        self._head = list(itertools.islice(self._rest, rows))
        ranges = [
            (top, left - self._first_column, bottom, right - self._first_column)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            if left >= self._first_column
        ]
        self._merged = MergedCells(ranges)
        merged = [one for one in ranges if one[0] < rows]
        return {"rows": [self._cells(number, row, None) for number, row in enumerate(self._head)], "merged": merged}

    def rows(self, first: int, columns: list[int], count: int, merged: list[int]) -> dict[str, Any]:
        """The next rows of the sheet, from row `first` of its head or from where the last answer ended."""
        block = self._head[first : first + count] if first < len(self._head) else []
        block += list(itertools.islice(self._rest, count - len(block)))
        texts = {str(at): text for at, row in enumerate(block) if (text := closing_text(row))}
        captions = [at for at, row in enumerate(block) if is_caption(row)]
        cells = [self._cells(first + at, row, columns) for at, row in enumerate(block)]
        for column in merged:
            self._merged.fill(cells, first, columns.index(column), column)
        return {"rows": cells, "closing": texts, "captions": captions}

    def _sheet(self, name: str) -> CalamineSheet:
        if name not in self._sheets:
            try:
                self._sheets[name] = self._book.get_sheet_by_name(name)
            except CalamineError:
                raise RefusedError("damaged") from None
        return self._sheets[name]

    def _cells(self, number: int, row: list[Any], columns: list[int] | None) -> list[Any]:
        picked = row if columns is None else [row[at] for at in columns]
        cells = [cell if type(cell) in (str, float, int, bool) else _told(cell) for cell in picked]
        if self._unknown:
            for place, at in enumerate(columns if columns is not None else range(len(row))):
                if reason := self._unknown.get((number, at + self._first_column)):
                    cells[place] = msgspec.msgpack.Ext(UNKNOWN, reason.encode())
        return cells


class MergedCells:
    """The cells of a sheet that are merged over several rows: only the first of them holds the value.

    Args:
        ranges: top, left, bottom, right of each, from 0.
    """

    def __init__(self, ranges: Sequence[tuple[int, int, int, int]] = ()) -> None:
        self._bottoms: dict[int, dict[int, int]] = {}
        for top, left, bottom, _ in ranges:
            if bottom > top:
                self._bottoms.setdefault(left, {})[top] = bottom
        self._open: dict[int, tuple[int, Any]] = {}

    def fill(self, rows: list[list[Any]], first: int, at: int, column: int) -> None:
        """Repeat the value of each merged cell in the rows that it covers; blocks of rows come in order.

        Args:
            rows: their cells; those at `at` are of `column`.
            first: the number of the first row.
        """
        bottoms = self._bottoms.get(column)
        if not bottoms:
            return
        bottom, value = self._open.get(column, (-1, None))
        for number, row in enumerate(rows, first):
            if number in bottoms:
                bottom, value = bottoms[number], row[at]
            elif number <= bottom and row[at] == "":
                row[at] = value
        self._open[column] = bottom, value


def _confine(unpacked: int) -> None:
    """Bound the memory and time of this process to what a workbook of that many bytes may take."""
    memory = _MEMORY_BASE + _MEMORY_FACTOR * unpacked
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + _SECONDS_BASE + _SECONDS_FACTOR * (unpacked >> 20)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, -1))


def _is_encrypted(stream: BinaryIO) -> bool:
    """Whether an OLE file is the container of a password-protected workbook: it has a stream of that name."""
    tail = b""
    while chunk := stream.read(1 << 20):
        if _ENCRYPTED in tail + chunk:
            return True
        tail = chunk[-len(_ENCRYPTED) :]
    return False


def _told(cell: Any) -> Any:
    if isinstance(cell, dt.datetime):
        return msgspec.msgpack.Ext(MOMENT, cell.isoformat().encode())
    if isinstance(cell, dt.date):
        return msgspec.msgpack.Ext(MOMENT, dt.datetime.combine(cell, dt.time.min).isoformat().encode())
    return str(cell)


def _answers(book: Book, questions: BinaryIO) -> Iterator[Any]:
    yield {"sheets": book.sheets()}
    while header := questions.read(LENGTH.size):
        asked, *arguments = msgspec.msgpack.decode(questions.read(LENGTH.unpack(header)[0]))
        yield book.head(*arguments) if asked == "head" else book.rows(*arguments)


def main(path: str, limit: str) -> None:
    """Open the workbook and answer until there are no more requests."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _confine(int(limit))
    try:
        for answer in _answers(Book(Path(path), int(limit)), sys.stdin.buffer):
            _say(answer)
    except RefusedError as error:
        _say({"refused": error.reason})
    except MemoryError:
        _say({"refused": "too_costly"})


def _say(answer: Any) -> None:
    packed = msgspec.msgpack.encode(answer)
    sys.stdout.buffer.write(LENGTH.pack(len(packed)) + packed)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
