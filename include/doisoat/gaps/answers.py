"""Units' answers on the list they were sent: read by its headings, row by row, and stored as decisions on gaps."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import psycopg
from openpyxl import load_workbook

from doisoat.errors import DecisionRefusedError
from doisoat.gaps.decisions import Said, decide
from doisoat.gaps.repair_words import gap_of, heading, read_gap_id, words
from doisoat.sources.files.workbook_checks import RefusedError, check_archive
from doisoat.sources.files.workbooks import REASONS

#: Columns of a list from `doisoat gaps --format csv`, with the two that were added to it.
OF_CSV = ("pair", "dossier_id", "gap_kind", "attribute", "answer", "reason")
#: The headings are among the first rows; a list of a million gaps does not unpack to more than this.
HEAD_ROWS, LARGEST = 10, 256 << 20
#: Column separators of a .csv: a spreadsheet on a Vietnamese system writes semicolons.
SEPARATORS = (",", ";", "\t")
#: One row of a list: its position, its cells, and which of them (from 0) show no value although they are not empty.
_Row = tuple[str, list[str], set[int]]


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


def read_answers(file: Path) -> tuple[list[Answer], list[tuple[str, str]]]:
    """The answers on a returned list, and the rows that cannot be used, each with the reason; unanswered rows are skipped.

    The list comes from `doisoat gaps --format xlsx`, or from `--format csv`, as it is or saved as a workbook, with the
    columns `answer` (done, disputed or empty) and `reason` added. Columns are found by their headings; no other is read.

    Raises:
        DecisionRefusedError: it cannot be read, or lacks a column.
    """
    rows = list(_rows_of_workbook(file) if file.suffix.lower() == ".xlsx" else _rows_of_csv(file))
    wanted = tuple(heading(shows) for shows in ("gap_id", "answer", "reason"))
    for at, (_, cells, _unknown) in enumerate(rows):
        for columns in (wanted, OF_CSV):
            if set(columns) <= set(cells):
                places = {column: cells.index(column) for column in columns}
                return _placed(rows[at + 1 :], places, *columns[-2:])
    raise DecisionRefusedError(
        f"{file.name}: asked for the columns {', '.join(wanted)} among the first {HEAD_ROWS} rows; got: not all of them; "
        "do: send the original list back, filled in"
    )


def _placed(
    rows: Sequence[_Row], places: dict[str, int], answer: str, reason: str
) -> tuple[list[Answer], list[tuple[str, str]]]:
    found, refused = [], []
    known = {word.casefold(): action for action, word in words()["answers"].items()} | {
        a: a for a in words()["answers"]
    }
    for place, cells, unknown in rows:
        said = {column: cells[at] if at < len(cells) else "" for column, at in places.items()}
        if unknown & set(places.values()):
            refused.append((place, "it contains a formula without a value, or an error"))
        elif said[answer]:
            action = known.get(said[answer].casefold())
            gap = gap_of(said) if "pair" in said else read_gap_id(said[heading("gap_id")])
            if action is None:
                refused.append((place, f"the answer is not one of {', '.join(known)}"))
            elif gap is None:
                refused.append((place, "it does not say which gap it is about"))
            else:
                found.append(Answer(place, gap, action, said[reason] or None))
        elif said[reason]:
            refused.append((place, "a reason without an answer"))
    return found, refused


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
    select d.state, d.reason
    from recon.gap g
    join recon.cause c using (pair, dossier_id, kind, detail)
    cross join lateral mart.said_of_gap(g.pair, g.dossier_id, g.kind, g.detail, %(night)s, coalesce(g.reopened_on, g.opened_on),
        c.cause, c.basis) d
    where (g.pair, g.dossier_id, g.kind, g.detail) = (%(pair)s, %(dossier)s, %(kind)s, %(detail)s)
      and g.from_night <= %(night)s and %(night)s < g.to_night and c.from_night <= %(night)s and %(night)s < c.to_night
"""


def _rows_of_csv(file: Path) -> Iterator[_Row]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            head = stream.readline()
            stream.seek(0)
            for number, cells in enumerate(csv.reader(stream, delimiter=max(SEPARATORS, key=head.count)), 1):
                yield f"row {number}", [cell.strip() for cell in cells], set()
    except (OSError, ValueError, csv.Error) as error:
        raise _unreadable(file, type(error).__name__) from None


def _rows_of_workbook(file: Path) -> Iterator[_Row]:
    """The rows of the first sheet, after its file was checked (doisoat.sources.files.workbook_checks)."""
    try:
        with file.open("rb") as stream:
            unknowns = check_archive(stream, LARGEST)
            sheet = load_workbook(stream, read_only=True, data_only=True).worksheets[0]
            of_sheet = unknowns.get(sheet.title, {})
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                unknown = {column for column in range(len(cells)) if (number - 1, column) in of_sheet}
                yield f"row {number}", [_text(cell) for cell in cells], unknown
    except RefusedError as error:
        raise _unreadable(file, REASONS[error.reason][0]) from None
    except (OSError, ValueError, KeyError, IndexError, BadZipFile) as error:
        raise _unreadable(file, type(error).__name__) from None


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _unreadable(file: Path, came: str) -> DecisionRefusedError:
    return DecisionRefusedError(
        f"{file.name}: asked for a returned list, .xlsx or .csv; got: {came}; do: have it saved again"
    )
