"""The list that a unit gets and sends back: one sheet for each thing to be done, one row for each gap, two columns to fill in.

The last column, hidden, identifies the gap, so that the answer finds it (doisoat.gaps.answers) however the list was sorted.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doisoat.gaps.repair_words import NOT_MAPPED, words
from doisoat.papers.books import Book, Sheet
from doisoat.papers.measures import lines
from doisoat.papers.words import texts

SIDES = ("provincial", "national", "ministry")
#: Columns that the unit fills in, and how columns look that are no plain text.
FILLED_IN = ("answer", "reason")
_LOOKS = {"number": "centred", "receipt_date": "day", "opened_on": "day", "answer": "answer", "reason": "answer",
          "gap_id": "key"}  # fmt: skip
#: The longest answer takes two lines of its column.
_LEAST_LINES = 2


@dataclass(frozen=True, slots=True)
class Todo:
    """A sheet of the list: what has to be done, in how many gaps, the oldest of them opened on."""

    sheet: str
    action: str
    gaps: int
    oldest: dt.date


def write_list(book: Book, rows: Iterable[dict[str, Any]], names: Mapping[str, str], footer: str) -> list[Todo]:
    """Write one sheet for each action, in the order of the rows; returns what is on them.

    Args:
        rows: gaps (reports/gaps.sql), those of one action one after the other; read once, as they come.
        names: names of agencies and procedures by code (reports/names.sql), shown next to the codes.
    """
    done: list[Todo] = []
    for action, gaps in itertools.groupby(rows, key=lambda row: str(row["action"])):
        name = texts()["list"]["sheet"].format(number=len(done) + 1)
        sheet = _headed(book, name, action, footer)
        count, oldest = _rows(sheet, gaps, names)
        done.append(Todo(name, action, count, oldest))
    return done


def _headed(book: Book, name: str, action: str, footer: str) -> Sheet:
    columns = words()["columns"]
    sheet = book.sheet(name, [column["width"] for column in columns], footer)
    last = len(columns) - 2  # the last column is hidden
    sheet.across(f"{name}: {action}", "section", 0, last)
    sheet.across(words()["note"], "italic", 0, last)
    looks = ["head_answer" if column["shows"] in FILLED_IN else "head" for column in columns]
    row = sheet.row([column["heading"] for column in columns], looks)
    sheet.repeated(row)
    sheet.raw.set_column(last + 1, last + 1, columns[-1]["width"], None, {"hidden": True})
    sheet.raw.print_area(0, 0, (1 << 20) - 1, last)
    return sheet


def _rows(sheet: Sheet, gaps: Iterator[dict[str, Any]], names: Mapping[str, str]) -> tuple[int, dt.date]:
    columns = [column["shows"] for column in words()["columns"]]
    head, oldest = sheet.at - 1, dt.date.max
    for number, gap in enumerate(gaps, 1):
        shown = {**gap, **in_words(gap, names), "number": number}
        sheet.row([shown[name] for name in columns], [_LOOKS.get(name, "cell") for name in columns], _LEAST_LINES)
        oldest = min(oldest, shown["opened_on"])
    _make_answerable(sheet, head, sheet.at - 1, columns)
    return sheet.at - 1 - head, oldest


def _make_answerable(sheet: Sheet, head: int, last: int, columns: list[str]) -> None:
    answer, reason = columns.index("answer"), columns.index("reason")
    said, answers = texts()["list"], words()["answers"]
    raw = sheet.raw
    raw.print_area(0, 0, last, len(columns) - 2)
    raw.autofilter(head, 0, last, len(columns) - 1)
    raw.data_validation(head + 1, answer, last, answer, {
        "validate": "list", "source": list(answers.values()), "error_title": said["wrong"], "error_message": said["choose"],
    })  # fmt: skip
    raw.data_validation(head + 1, reason, last, reason, {
        "validate": "length", "criteria": "<=", "value": 500, "error_title": said["wrong"], "error_message": said["too_long"],
    })  # fmt: skip
    chosen, why = (f"${chr(ord('A') + column)}{head + 2}" for column in (answer, reason))
    raw.conditional_format(head + 1, reason, last, reason, {
        "type": "formula", "criteria": f'=AND({chosen}="{answers["disputed"]}",LEN(TRIM({why}))=0)',
        "format": sheet.book.look("missing"),
    })  # fmt: skip
    sheet.protect()


def in_words(gap: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What a row shows of a gap, in an office's words."""
    values = _values(gap, names)
    return {
        "codes": _codes(gap),
        "difference": _kind(gap) + (": " + "; ".join(values) if values else ""),
        "receipt_date": _day(gap["receipt_date"]),
        "opened_on": _day(gap["opened_on"]),
        "state": words()["states"].get(gap["state"]),
        "answer": None,
        "reason": None,
    }


def _kind(gap: dict[str, Any]) -> str:
    kind = gap["kind"]
    said = words()["kinds"].get(kind, kind)
    return str(said.get(gap["pair"], kind) if isinstance(said, dict) else said)


def _codes(gap: dict[str, Any]) -> str:
    """The dossier's code; where the sides know it by several, each side's."""
    held = {side: gap[f"{side}_codes"] for side in SIDES if gap[f"{side}_codes"]}
    if len(set(held.values())) <= 1:
        return "\n".join(next(iter(held.values()), gap["dossier_id"]).split())
    return "\n".join(_labelled(words()["codes"][side], codes.split()) for side, codes in held.items())


def _labelled(label: str, codes: list[str]) -> str:
    """A label and codes, on as many lines as it takes to break none of them."""
    said = label
    for code in codes:
        room = lines(f"{said.splitlines()[-1]} {code}", words()["columns"][1]["width"]) == 1
        said += f" {code}" if room else f"\n{code}"
    return said


def _values(gap: dict[str, Any], names: Mapping[str, str]) -> list[str]:
    """What each side of the pair says about an attribute; a value not stated is marked as such."""
    if not gap["is_difference"]:
        return []
    attribute = gap["kind"]
    known = words()["statuses"] if attribute == "status" else names
    told = []
    for side in SIDES:
        value = gap[f"{side}_value"]
        if side not in gap["pair"].split("_"):
            continue
        if value in (None, NOT_MAPPED):
            value = words()["unsaid"]
        elif attribute.endswith("_date"):
            value = f"{dt.date.fromisoformat(value):%d/%m/%Y}"
        elif value in known:
            value = f"{known[value]} ({value})"
        told.append(words()["values"][side].format(value=value))
    return told


def _day(said: dt.date | str | None) -> dt.date | None:
    return dt.date.fromisoformat(said) if isinstance(said, str) else said
