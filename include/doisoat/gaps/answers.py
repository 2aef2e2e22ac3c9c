"""Units' answers on the list they were sent: read by its headings, row by row, and stored as decisions on gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg

from doisoat.errors import DecisionRefusedError
from doisoat.gaps.answer_files import HEAD_ROWS, Line, tables
from doisoat.gaps.decisions import Said, decide
from doisoat.gaps.repair_words import gap_of, heading, read_gap_id, words
from doisoat.sources.files.words import fold

#: Columns of a list from `doisoat gaps --format xlsx`: the gap, the answer, the reason.
GAP_ID = "gap_id"
WANTED = tuple(heading(shows) for shows in (GAP_ID, "answer", "reason"))
#: Columns of a list from `doisoat gaps --format csv`, with the two that were added to it.
OF_CSV = ("pair", "dossier_id", "kind", "detail", "answer", "reason")


def _choices() -> dict[str, str]:
    """What may be chosen as an answer, in words or as the action itself -> the action."""
    return {word: action for action, word in words()["answers"].items()} | {a: a for a in words()["answers"]}


_ACTIONS = {fold(choice): action for choice, action in _choices().items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """A unit's answer about one gap.

    Attributes:
        place: its position in the list.
        gap: pair, dossier, kind, detail, as in recon.gap.
        action: done or disputed.
    """

    place: str
    gap: tuple[str, str, str, str]
    action: str
    reason: str | None


@dataclass(slots=True)
class Taken:
    """What became of the answers: stored, already known, and refused (position and reason)."""

    kept: int = 0
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def read_answers(files: Sequence[Path]) -> tuple[list[Answer], list[tuple[str, str]]]:
    """The answers on the files of one return, and the rows that cannot be used, each with the reason.

    A list comes from `doisoat gaps --format xlsx`, or from `--format csv`, as it is or saved as a workbook, with the columns
    `answer` (done, disputed or empty) and `reason` added. Columns are found by their headings, in whichever visible sheet
    has them; no other is read. Rows that answer the same gap differently are refused, all of them: nobody knows which is meant.

    Raises:
        DecisionRefusedError: a file cannot be read, lacks a column, or answers nothing.
    """
    found: list[Answer] = []
    refused: list[tuple[str, str]] = []
    for file in files:
        answers, bad = _read_file(file)
        where = f"{file.name}, " if len(files) > 1 else ""
        found += (replace(answer, place=where + answer.place) for answer in answers)
        refused += ((where + place, why) for place, why in bad)
    agreed, contradictory = _without_contradictions(found)
    return agreed, refused + contradictory


def _read_file(file: Path) -> tuple[list[Answer], list[tuple[str, str]]]:
    found: list[Answer] = []
    refused: list[tuple[str, str]] = []
    lists = rows = 0
    for lines in tables(file):
        if (head := _head(file, lines)) is None:
            continue
        at, places = head
        lists, rows = lists + 1, rows + sum(any(line.cells) for line in lines[at + 1 :])
        answers, bad = _placed(lines[at + 1 :], places, len(lines[at].cells))
        found, refused = found + answers, refused + bad
    wanted = ", ".join(WANTED)
    if not lists:
        raise DecisionRefusedError(
            f"{file.name}: asked for the columns {wanted} among the first {HEAD_ROWS} rows of a visible sheet; "
            "got: not all of them; do: send the original list back, filled in"
        )
    if not found and not refused:
        raise DecisionRefusedError(
            f"{file.name}: asked for answers in the column {WANTED[1]}; got: {rows} rows and no answer; "
            "do: ask the unit to fill it in and send it again"
        )
    return found, refused


def _head(file: Path, lines: Sequence[Line]) -> tuple[int, dict[str, int]] | None:
    """The row of the headings, and the column of each that is wanted; None if the sheet is not a list."""
    for at, line in enumerate(lines[:HEAD_ROWS]):
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
            return at, {name: cells.index(fold(column)) for name, column in zip(names, columns, strict=True)}
    return None


def _placed(lines: Sequence[Line], places: dict[str, int], width: int) -> tuple[list[Answer], list[tuple[str, str]]]:
    """The answers of the rows below the headings, and the rows that cannot be used.

    Args:
        places: the columns by what they hold; the last two are the answer and the reason.
        width: how many cells the row of the headings has.
    """
    found, refused = [], []
    *_, answer, reason = places
    for line in lines:
        said = {column: line.cells[at] if at < len(line.cells) else "" for column, at in places.items()}
        gap = read_gap_id(said[GAP_ID]) if GAP_ID in said else gap_of(said)
        if why := _unusable(line, said, gap, places, width):
            refused.append((line.place, why))
        elif gap and (action := _ACTIONS.get(fold(said[answer]))):
            found.append(Answer(line.place, gap, action, said[reason] or None))
    return found, refused


def _unusable(
    line: Line, said: dict[str, str], gap: tuple[str, str, str, str] | None, places: dict[str, int], width: int
) -> str | None:
    """Why a row cannot be used; None if it can, or has no answer."""
    *_, answer, reason = said.values()
    if line.fault and not line.cells:
        return line.fault
    if line.unknown & set(places.values()):
        return line.fault or "it contains a formula without a value, or an error"
    if any(line.cells[width:]):
        return "it has more cells than there are headings"
    if not answer:
        return "a reason without an answer" if reason else None
    if "?" in answer or fold(answer) not in _ACTIONS:
        return f"the answer is not one of {', '.join(_choices())}"
    if gap is None or not all(gap[:3]):
        return "it does not say which gap it is about"
    return None if "".join(said.values()).isprintable() else "it holds characters that are no text"


def _without_contradictions(answers: Sequence[Answer]) -> tuple[list[Answer], list[tuple[str, str]]]:
    """The answers to gaps that are answered in one way, and the rows of the others."""
    said: dict[tuple[str, str, str, str], list[Answer]] = {}
    for answer in answers:
        said.setdefault(answer.gap, []).append(answer)
    agreed: list[Answer] = []
    refused: list[tuple[str, str]] = []
    for given in said.values():
        if len({(answer.action, answer.reason) for answer in given}) == 1:
            agreed += given
            continue
        for answer in given:
            others = ", ".join(other.place for other in given if other is not answer)
            refused.append((answer.place, f"the same gap is answered differently in {others}; neither answer is kept"))
    return agreed, refused


def take_in(connection: psycopg.Connection, night: dt.date, answers: Sequence[Answer], by: str) -> Taken:
    """Store the answers like the decisions of `doisoat gap`; an answer equal to a gap's last decision is skipped.

    Args:
        night: the last published one, whose gaps are open.
        by: who answered: an account or the unit.
    """
    taken = Taken()
    for answer in answers:
        named = dict(zip(("pair", "dossier", "kind", "detail"), answer.gap, strict=True))
        state = connection.execute(_STATE, {"night": night, **named}).fetchone()
        if state is None:
            taken.refused.append((answer.place, f"no such gap is open on night {night}"))
        elif state == (answer.action, answer.reason):
            taken.known += 1
        else:
            try:
                taken.kept += decide(connection, night, [answer.gap], Said(answer.action, by, "answers", answer.reason))
            except DecisionRefusedError as error:
                taken.refused.append((answer.place, str(error)))
    return taken


_STATE = """
    select state, state_reason
    from archive.any_finding_of_night
    where archive_id = 0 and night = %(night)s and opened_on is not null
      and (pair, dossier_id, kind, detail) = (%(pair)s, %(dossier)s, %(kind)s, %(detail)s)
"""
