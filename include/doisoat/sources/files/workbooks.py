"""Workbooks (.xlsx, .xls), read through a separate process, so that none can harm the night (workbook_process.py)."""

from __future__ import annotations

import datetime as dt
import enum
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
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

#: How the process ends that has used up its time (workbook_process.py), or that the system stopped for its memory.
_STOPPED = (-signal.SIGXCPU, -signal.SIGKILL)
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
    "too_costly": (
        "a workbook that takes more time or memory than its size explains",
        "take it out and ask who made it; ask for CSV",
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
        root = str(Path(doisoat.__file__).parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module; the path is one argument
            [
                sys.executable,
                "-P",
                "-m",
                "doisoat.sources.files.workbook_process",
                str(file.path),
                str(megabytes << 20),
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
                with suppress(BrokenPipeError):  # what was still to be written is for nobody any more
                    stream.close()

    def head(self, name: str, rows: int) -> Head:
        """The first rows of a sheet."""
        answer = self._ask("head", name, rows)
        return Head(answer["rows"], [(top, left, bottom, right) for top, left, bottom, right in answer["merged"]])

    def rows(
        self, first: int, columns: list[int], count: int, merged: Sequence[int] = ()
    ) -> tuple[list[list[Any]], dict[int, str], list[int]]:
        """The next rows of the sheet whose head was requested last, its closing rows, and which rows are captions.

        Args:
            first: the row to continue from; any within the head, below it the one after the last answer.
            columns: the wanted cells of each row, in this order.
            count: how many rows; fewer at the end of the sheet.
            merged: those of the columns in which a cell merged over several rows states its value in each of them.
        """
        answer = self._ask("rows", first, columns, count, list(merged))
        return answer["rows"], {int(at): text for at, text in answer["closing"].items()}, answer["captions"]

    def _ask(self, *question: object) -> dict[str, Any]:
        packed = msgspec.msgpack.encode(question)
        stdin = self._process.stdin
        try:
            if stdin:
                stdin.write(LENGTH.pack(len(packed)) + packed)
                stdin.flush()
        except BrokenPipeError:
            raise self._refusal("too_costly" if self._process.wait() in _STOPPED else "damaged") from None
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        stdout = self._process.stdout
        header = stdout.read(LENGTH.size) if stdout else b""
        body = stdout.read(LENGTH.unpack(header)[0]) if stdout and len(header) == LENGTH.size else b""
        if not body:
            raise self._refusal("too_costly" if self._process.wait() in _STOPPED else "damaged")  # the parser crashed
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
