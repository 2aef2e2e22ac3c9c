"""Prints a report's rows as a table, JSON or CSV, all three from the same values."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from itertools import zip_longest
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from doisoat.warehouse.queries import Report

#: A table is for eyes: one with more rows than this is cut, and its title says so. The other formats give every row.
MOST_ROWS = 1000
#: Where a spreadsheet takes a text for a formula: at its beginning, or after whatever it may split a line at, its own quotes
#: notwithstanding; the signs also as they are written full-width. A tab or a line's end at the beginning counts too.
_FORMULA = re.compile(r"(?:^|(?<=[,;|\t\r\n]))(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])")
#: A timestamp as as_report gives it; a table leaves out fractions of a second and the offset of the province's time zone.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
#: Latin letters, precomposed ones with them, and what stands between them; no soft hyphen.
_ONE_COLUMN_EACH = re.compile(r"[ -~\u00a0-\u00ac\u00ae-\u02ff\u1e00-\u1eff\u2013\u2014]*").fullmatch


#: Categories of characters: control, format, lone surrogate.
_OBEYED = {"Cc", "Cf", "Cs"}


class Format(StrEnum):
    """How a report is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def as_csv(report: Report) -> str:
    """CSV with a header line, every text in quotes; unknown is empty.

    Where a spreadsheet would begin a formula within a text, an apostrophe goes before it (OWASP, "CSV Injection"), also after
    a semicolon: that is where a Vietnamese one splits lines. Numbers stay numbers. Control characters are left out.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(report.columns)
    writer.writerows(tuple(map(_inert, row)) for row in report.rows)
    return text.getvalue()


def _inert(value: Any) -> Any:
    return _FORMULA.sub("'", printable(value, keep="\t\r\n")) if isinstance(value, str) else value


def printable(text: str, keep: str = "") -> str:
    """The text without what a terminal or a spreadsheet would obey instead of showing: control characters and escape sequences,
    marks that turn the direction of writing or take no room."""
    return (
        text
        if text.isprintable()
        else "".join(
            sign for sign in text if sign in keep or sign.isspace() or unicodedata.category(sign) not in _OBEYED
        )
    )


def as_json(report: Report) -> str:
    """A JSON array of objects; numbers are numbers, times ISO 8601, unknown is null."""
    return json.dumps(report.dicts(), ensure_ascii=False, indent=2, default=str)


def show(
    console: Console,
    report: Report,
    format: Format,
    title: str,
    columns: tuple[str, ...] = (),
    blank: tuple[str, ...] = (),
) -> None:
    """Print a report; `title`, `columns` and `blank` are for the table only (print_table)."""
    if format is Format.TABLE:
        print_table(console, report, title, columns, blank)
    else:
        text = as_csv(report) if format is Format.CSV else as_json(report)
        typer.echo(text, nl=format is Format.JSON)


def in_ranges(report: Report) -> Report:
    """Merge each pair of columns `..._least` and `..._most` into one: the number if both agree, else "0.3–0.5"."""
    columns, cells = [], []
    for place, name in enumerate(report.columns):
        stem = name.removesuffix("_least")
        if stem != name and f"{stem}_most" in report.columns:
            most = report.columns.index(f"{stem}_most")
            columns.append(stem)
            cells.append([_range(row[place], row[most]) for row in report.rows])
        elif not (name.endswith("_most") and f"{name.removesuffix('_most')}_least" in report.columns):
            columns.append(name)
            cells.append([row[place] for row in report.rows])
    return Report(tuple(columns), list(zip(*cells, strict=True)))


def _range(least: Any, most: Any) -> Any:
    return least if least == most else f"{as_text(least)}–{as_text(most)}"


def print_table(
    console: Console, report: Report, title: str, columns: tuple[str, ...] = (), blank: tuple[str, ...] = ()
) -> None:
    """Print a table on the terminal; `columns` selects columns; columns without any value are left out.

    A lower and an upper bound become one column. A table wider than the terminal is printed row by row, as no number may be
    cut off; of more than MOST_ROWS rows the first are printed.

    Args:
        blank: columns in which no value means that there is nothing to say, not that it is unknown.
    """
    found = len(report.rows) + report.left_out
    if found > MOST_ROWS:
        title += f": the first {MOST_ROWS:,} of {found:,} rows (--format csv gives all)"
    report = in_ranges(_narrowed(Report(report.columns, report.rows[:MOST_ROWS]), columns))
    shown = [index for index in range(len(report.columns)) if any(row[index] is not None for row in report.rows)]
    names = [report.columns[index] for index in shown]
    texts = [
        ["" if row[index] is None and report.columns[index] in blank else as_text(row[index]) for index in shown]
        for row in report.rows
    ]
    numeric = [any(_is_number(row[index]) for row in report.rows) for index in shown]
    console.print(f"[bold]{escape(printable(title))}[/bold]" + ("" if report.rows else ": none"))
    if report.rows:
        _print_rows(console, names, texts, numeric)
    console.print()


def _narrowed(report: Report, columns: tuple[str, ...]) -> Report:
    wanted = [index for index, column in enumerate(report.columns) if not columns or column in columns]
    return Report(
        tuple(report.columns[index] for index in wanted), [tuple(row[index] for index in wanted) for row in report.rows]
    )


def _print_rows(console: Console, names: list[str], texts: list[list[str]], numeric: list[bool]) -> None:
    heads = [name.replace("_", " ") for name in names]
    columns = [(head, *values) for head, values in zip(heads, zip(*texts, strict=True), strict=True)]
    # lines may break between words, even within a name, but never within a word: half a number is a wrong number
    widths = [max(_width(word.strip()) for text in column for word in _words(text)) for column in columns]
    if sum(widths) + 2 * (len(widths) - 1) <= console.width:
        _print_lines(console, heads, texts, numeric, _widened(columns, widths, console.width))
        return
    for number, row in enumerate(texts, 1):
        console.print(f"[dim]row {number}[/dim]")
        for head, text in zip(heads, row, strict=True):
            console.print(f"  [dim]{head}:[/dim] {escape(text)}", soft_wrap=True)


def _print_lines(
    console: Console, heads: list[str], texts: list[list[str]], numeric: list[bool], widths: list[int]
) -> None:
    """Print a table whose widths are known; rich's own would compute them once more, cell by cell."""

    def lines(cells: Sequence[str]) -> list[str]:
        broken = [_broken(text, width).split("\n") for text, width in zip(cells, widths, strict=True)]
        return ["  ".join(map(_padded, line, widths, numeric)).rstrip() for line in zip_longest(*broken, fillvalue="")]

    console.print(Text("\n".join(lines(heads)), style="dim"), soft_wrap=True)
    console.print(Text("\n".join(line for row in texts for line in lines(row))), soft_wrap=True)


def _padded(text: str, width: int, is_number: bool) -> str:
    room = " " * (width - _width(text))
    return room + text if is_number else text + room


def _widened(columns: Sequence[tuple[str, ...]], widths: list[int], most: int) -> list[int]:
    """Give the remaining width to the columns whose longest text takes most lines."""
    longest = [max(map(_width, column)) for column in columns]
    for _ in range(most - sum(widths) - 2 * (len(widths) - 1)):
        lines = [length / width for length, width in zip(longest, widths, strict=True)]
        if max(lines) <= 1:
            break
        widths[lines.index(max(lines))] += 1
    return widths


def _words(text: str) -> list[str]:
    return re.split(r"(?<=[ _])|(?<=:)(?=\D)", text)


def _broken(text: str, width: int) -> str:
    """The text, wrapped into lines no wider than `width`."""
    lines = [""]
    for word in _words(text):
        if _width(lines[-1] + word.rstrip()) > width:
            lines.append("")
        lines[-1] += word
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    """The columns that a text takes. Of Latin letters with their marks each takes one, and needs no look-up of its own."""
    return len(text) if _ONE_COLUMN_EACH(text) else cell_len(text)


def shortened(text: str, width: int) -> str:
    """The text on one line of so many columns; what does not fit is left out, and says so."""
    text = printable(text)
    if _width(text) <= width:
        return text
    while _width(text) > width - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def escaped(text: str) -> str:
    """The text, to be printed between marks of style."""
    return escape(printable(text))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_text(value: Any) -> str:
    """A value as tables show it."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return f"{value[:10]} {value[11:19]}"
    return f"{value:,}" if isinstance(value, int) else printable(str(value))
