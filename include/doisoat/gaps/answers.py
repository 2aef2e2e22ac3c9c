"""Units' answers on the list they were sent: read by its headings, row by row, and stored as decisions on gaps.

What a unit is told about its rows is Vietnamese (repair_list.yaml): it goes back to it (doisoat.gaps.returned).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from doisoat.errors import DecisionRefusedError
from doisoat.gaps.answer_files import HEAD_ROWS, Line, Table, tables
from doisoat.gaps.decisions import Said, decide
from doisoat.gaps.repair_words import gap_of, heading, read_gap_id, words
from doisoat.sources.files.words import fold

#: Columns of a list from `doisoat report` or `gaps --format xlsx`: the gap, the answer, the reason.
GAP_ID = "gap_id"
WANTED = tuple(heading(shows) for shows in (GAP_ID, "answer", "reason"))
#: Columns of a list from `doisoat gaps --format csv`, with the two that were added to it.
OF_CSV = ("pair", "dossier_id", "kind", "detail", "answer", "reason")


def _choices() -> dict[str, str]:
    """What may be chosen as an answer, in words or as the action itself -> the action."""
    return {word: action for action, word in words()["answers"].items()} | {a: a for a in words()["answers"]}


_ACTIONS = {fold(choice): action for choice, action in _choices().items()}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row stands, in the order in which a return is read.

    Attributes:
        file: which file of the return, from 0.
        sheet: which of its lists, from 0.
        row: its number in the sheet, from 1.
        file_name, sheet_name: as far as there are several.
    """

    file: int
    sheet: int
    row: int
    file_name: str = field(default="", compare=False)
    sheet_name: str = field(default="", compare=False)

    def __str__(self) -> str:
        said = words()["places"]
        return (
            (said["file"].format(file=self.file_name) if self.file_name else "")
            + (said["sheet"].format(sheet=self.sheet_name) if self.sheet_name else "")
            + said["row"].format(row=self.row)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A unit's answer about one gap.

    Attributes:
        gap: pair, dossier, kind, detail, as in recon.gap.
        action: done, in_progress or disputed.
    """

    place: Place
    gap: tuple[str, str, str, str]
    action: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be used, and why: a key of `refusals` in repair_list.yaml, with what its text names."""

    place: Place
    why: str
    named: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return str(words()["refusals"][self.why].format(**dict(self.named)))


@dataclass(frozen=True, slots=True)
class Head:
    """Where a list is in a file: its sheet, the row of its headings (from 1), the texts in it, and the wanted columns."""

    sheet_name: str | None
    row: int
    cells: list[str]
    places: dict[str, int]


@dataclass(slots=True)
class Read:
    """A return as read: its answers, the rows that cannot be used, and the lists of each file, in order."""

    answers: list[Answer] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    heads: list[list[Head]] = field(default_factory=list)


@dataclass(slots=True)
class Taken:
    """What became of the answers: stored, already known, and refused."""

    kept: list[Answer] = field(default_factory=list)
    known: list[Answer] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def read_answers(files: Sequence[Path]) -> Read:
    """The answers on the files of one return, and the rows that cannot be used, each with the reason.

    A list comes from `doisoat report` or `gaps --format xlsx`, or from `--format csv`, as it is or saved as a workbook, with
    the columns `answer` (done, in_progress, disputed or empty) and `reason` added. Columns are found by their headings, in
    whichever visible sheets have them; no other is read. Rows that answer the same gap differently are refused, all of them:
    nobody knows which is meant.

    Raises:
        DecisionRefusedError: a file cannot be read, lacks a column, or answers nothing.
    """
    read = Read()
    for number, file in enumerate(files):
        _read_file(read, number, file, file.name if len(files) > 1 else "")
    read.answers, contradictory = _without_contradictions(read.answers)
    read.refused = sorted([*read.refused, *contradictory], key=lambda one: one.place)
    return read


def _read_file(read: Read, number: int, file: Path, name: str) -> None:
    before, rows = len(read.answers) + len(read.refused), 0
    heads: list[Head] = []
    read.heads.append(heads)
    for table in tables(file):
        if (head := _head(file, table)) is None:
            continue
        rows += sum(any(line.cells) for line in table.lines[head.row :])
        for line in table.lines[head.row :]:
            _place(read, line, head, Place(number, len(heads), line.row, name, table.name or ""))
        heads.append(head)
    if not heads:
        raise DecisionRefusedError(
            f"{file.name}: asked for the columns {', '.join(WANTED)} among the first {HEAD_ROWS} rows of a visible sheet; "
            "got: not all of them; do: send the original list back, filled in"
        )
    if before == len(read.answers) + len(read.refused):
        raise DecisionRefusedError(
            f"{file.name}: asked for answers in the column {WANTED[1]}; got: {rows} rows and no answer; "
            "do: ask the unit to fill it in and send it again"
        )


def _head(file: Path, table: Table) -> Head | None:
    """The row of the headings, and the column of each that is wanted; None if the sheet is not a list."""
    for at, line in enumerate(table.lines[:HEAD_ROWS], 1):
        cells = [fold(cell) for cell in line.cells]
        for columns in (WANTED, OF_CSV):
            if not {fold(column) for column in columns} <= set(cells):
                continue
            if twice := [column for column in columns if cells.count(fold(column)) > 1]:
                raise DecisionRefusedError(
                    f"{file.name}: asked for one column {twice[0]}; got: {cells.count(fold(twice[0]))}; "
                    "do: delete the ones that do not count"
                )
            names = (GAP_ID, *columns[-2:]) if columns is WANTED else columns
            places = {name: cells.index(fold(column)) for name, column in zip(names, columns, strict=True)}
            return Head(table.name, at, line.cells, places)
    return None


def _place(read: Read, line: Line, head: Head, place: Place) -> None:
    """The answer of a row below the headings, or why it cannot be used; nothing if it has none."""
    *_, answer, reason = head.places
    said = {column: line.cells[at] if at < len(line.cells) else "" for column, at in head.places.items()}
    gap = read_gap_id(said[GAP_ID]) if GAP_ID in said else gap_of(said)
    if why := _unusable(line, said, gap, head):
        named = (("choices", "; ".join(words()["answers"].values())),) if why == "unknown_answer" else ()
        read.refused.append(Refusal(place, why, named))
    elif gap and (action := _ACTIONS.get(fold(said[answer]))):
        read.answers.append(Answer(place, gap, action, said[reason] or None))


def _unusable(line: Line, said: dict[str, str], gap: tuple[str, str, str, str] | None, head: Head) -> str | None:
    """Why a row cannot be used; None if it can, or has no answer."""
    *_, answer, reason = said.values()
    if line.fault and not line.cells:
        return line.fault
    if line.unknown & set(head.places.values()):
        return line.fault or "no_value"
    if any(line.cells[len(head.cells) :]):
        return "too_many_cells"
    if not answer:
        return "reason_alone" if reason else None
    if "?" in answer or fold(answer) not in _ACTIONS:
        return "unknown_answer"
    if gap is None or not all(gap[:3]):
        return "no_gap"
    return None if "".join(said.values()).isprintable() else "unprintable"


def _without_contradictions(answers: Sequence[Answer]) -> tuple[list[Answer], list[Refusal]]:
    """The answers to gaps that are answered in one way, in order, and the rows of the others."""
    said: dict[tuple[str, str, str, str], list[Answer]] = {}
    for answer in answers:
        said.setdefault(answer.gap, []).append(answer)
    agreed: list[Answer] = []
    refused: list[Refusal] = []
    for answer in answers:
        given = said[answer.gap]
        if len({(one.action, one.reason) for one in given}) == 1:
            agreed.append(answer)
        else:
            others = ", ".join(str(other.place) for other in given if other is not answer)
            refused.append(Refusal(answer.place, "contradictory", (("others", others),)))
    return agreed, refused


def take_in(connection: psycopg.Connection, night: dt.date, answers: Sequence[Answer], by: str) -> Taken:
    """Store the answers like the decisions of `doisoat gap`, in order; an answer equal to a gap's last decision is skipped.

    Args:
        night: the last published one, whose gaps are open.
        by: who answered: an account or the unit.
    """
    taken = Taken()
    for answer in answers:
        named = dict(zip(("pair", "dossier", "kind", "detail"), answer.gap, strict=True))
        state = connection.execute(_STATE, {"night": night, **named}).fetchone()
        if state is None:
            taken.refused.append(Refusal(answer.place, "not_open", (("night", night),)))
        elif state == (answer.action, answer.reason):
            taken.known.append(answer)
        else:
            try:
                decide(connection, night, [answer.gap], Said(answer.action, by, "answers", answer.reason))
                taken.kept.append(answer)
            except DecisionRefusedError as error:
                taken.refused.append(Refusal(answer.place, error.why or "no_gap"))
    return taken


_STATE = """
    select state, state_reason
    from archive.any_finding_of_night
    where archive_id = 0 and night = %(night)s and opened_on is not null
      and (pair, dossier_id, kind, detail) = (%(pair)s, %(dossier)s, %(kind)s, %(detail)s)
"""
