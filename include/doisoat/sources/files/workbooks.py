"""Workbooks (.xlsx, .xls), read through a separate process, so that none can harm the night (workbook_process.py)."""

from __future__ import annotations

import datetime as dt
import enum
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

import doisoat
from doisoat.errors import SourceError
from doisoat.sources.files.inbox import InboxFile
from doisoat.sources.files.workbook_checks import ERROR, FORMULA
from doisoat.sources.files.workbook_process import LENGTH, MOMENT

#: Bytes of memory per byte of unpacked XML (2.6 were measured), and what the process itself takes.
_MEMORY_FACTOR, _MEMORY_BASE = 8, 512 << 20
#: Why a workbook is not opened: what came, what to do, and whether the same file may work later.
REASONS = {
    "damaged": ("what is no whole workbook", "put it in again; if it stays so, have it saved again", True),
    "not_a_workbook": ("what is no workbook, whatever its name says", "have it saved as .xlsx or CSV", False),
    "protected": ("a workbook protected by a password", "have it saved without one", False),
    "too_large": (
        "a workbook that unfolds beyond limits.max_answer_megabytes",
        "ask for CSV, or raise the limit if a workbook of that size is meant",
        False,
    ),
    "declares_entities": (
        "a workbook whose XML declares a document type, which no office program writes",
        "take it out and ask who made it",
        False,
    ),
    "without_values": (
        "a workbook full of formulas that were never calculated",
        "have it opened and saved in an office program",
        False,
    ),
}


class NoValue(enum.Enum):
    """A cell that shows no value although it is not empty: unknown."""

    FORMULA = FORMULA
    ERROR = ERROR


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a sheet, with every cell, and its merged ranges (top, left, bottom, right; from 0)."""

    rows: list[list[Any]]
    merged: list[tuple[int, int, int, int]]


class Workbook:
    """An opened workbook.

    Args:
        file: the inbox file.
        megabytes: the size to which it may unpack.

    Raises:
        SourceUnavailableError: it is damaged or incomplete.
        SourceChangedError: it is not a readable workbook.
    """

    def __init__(self, file: InboxFile, megabytes: int) -> None:
        self._file = file
        limit = megabytes << 20
        root = str(Path(doisoat.__file__).parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        memory = limit * _MEMORY_FACTOR + _MEMORY_BASE
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module; the path is one argument
            [
                sys.executable,
                "-P",
                "-m",
                "doisoat.sources.files.workbook_process",
                str(file.path),
                str(limit),
                str(memory),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a crashing parser's message may quote the file
            env={**os.environ, "PYTHONPATH": path, "RUST_BACKTRACE": "0"},
        )

    def __enter__(self) -> Workbook:
        try:
            #: The sheets by name, and whether each is visible.
            self.sheets: list[tuple[str, bool]] = [(name, shown) for name, shown in self._answer()["sheets"]]
        except SourceError:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    def head(self, name: str, rows: int) -> Head:
        """The first rows of a sheet."""
        answer = self._ask("head", name, rows)
        return Head(answer["rows"], [(top, left, bottom, right) for top, left, bottom, right in answer["merged"]])

    def rows(self, first: int, columns: list[int], count: int) -> tuple[list[list[Any]], dict[int, str]]:
        """The next rows of the sheet whose head was requested last, and which of them are closing rows.

        Args:
            first: the row to continue from; any within the head, below it the one after the last answer.
            columns: the wanted cells of each row, in this order.
            count: how many rows; fewer at the end of the sheet.
        """
        answer = self._ask("rows", first, columns, count)
        return answer["rows"], {int(at): text for at, text in answer["closing"].items()}

    def _ask(self, *question: object) -> dict[str, Any]:
        packed = msgspec.msgpack.encode(question)
        stdin = self._process.stdin
        try:
            if stdin:
                stdin.write(LENGTH.pack(len(packed)) + packed)
                stdin.flush()
        except BrokenPipeError:
            raise self._refusal("damaged") from None
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        stdout = self._process.stdout
        header = stdout.read(LENGTH.size) if stdout else b""
        body = stdout.read(LENGTH.unpack(header)[0]) if stdout and len(header) == LENGTH.size else b""
        if not body:
            raise self._refusal("damaged")  # the parser crashed
        answer: dict[str, Any] = msgspec.msgpack.decode(body, ext_hook=_extension)
        if reason := answer.get("refused"):
            raise self._refusal(reason)
        return answer

    def _refusal(self, reason: str) -> SourceError:
        came, todo, may_do_better = REASONS[reason]
        return self._file.unavailable(came, todo) if may_do_better else self._file.changed(came, todo)


def _extension(code: int, data: memoryview) -> dt.datetime | NoValue:
    text = bytes(data).decode()
    return dt.datetime.fromisoformat(text) if code == MOMENT else NoValue(text)
