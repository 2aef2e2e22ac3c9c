"""The rows of an exported file: which columns are read, and how a block of rows becomes records.

Only columns that the options name are read; anything else in a file (names, identity numbers, summaries) is skipped by
the parser and never becomes a value here. CONTRACTS section 1; labels and date formats are [A].
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from doisoat.model import DossierRecord, QuarantinedRow
from doisoat.sources.files.date_cells import DateCells, Unread
from doisoat.sources.files.words import fold
from doisoat.sources.files.workbooks import NoValue
from doisoat.sources.in_part import read_in_part
from doisoat.sources.values import BadRowError, text
from doisoat.sources.written_codes import agency_code_and_name, dossier_code, procedure_code, reads_as_dossier_code

KEYS = ("record_id", "dossier_code")
_DATES = ("submitted_at", "received_at", "due_at", "finished_at", "returned_at", "updated_at")
TEXTS = (
    *KEYS,
    "procedure_code",
    "field_code",
    "agency_code",
    "agency_name",
    "parent_agency_code",
    "agency_level",
    "channel_code",
    "status_code",
    "online_payment_code",
)
#: The fields that an export may fill; `linked_codes` takes one additional code per row (MaHoSoDonVi).
FIELDS = frozenset({*TEXTS, *_DATES, "linked_codes", "has_digitised_parts"})
_HEADER_ROWS = 2  # above and below the one that names the key
_T = TypeVar("_T")
_FOOT_CELLS = 3  # below a closing row: a place and date, or the offices of those who sign
_UNREADABLE = (NoValue, Unread)
_REMEMBERED = 20_000
_MOST_EXACT = 2**53  # beyond it a workbook's number has lost digits
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d\d?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """The positions of the wanted columns.

    Attributes:
        columns: field -> position.
        below: the first row after the header.
        width: how many columns the header has.
        others: the labels of the columns that are not wanted.
    """

    columns: dict[str, int]
    below: int
    width: int
    others: tuple[str, ...] = ()


class Columns:
    """Finds the wanted columns in a header by their labels."""

    def __init__(self, columns: Mapping[str, Sequence[str]]) -> None:
        self._field_of = {fold(label): field for field, labels in columns.items() for label in labels}
        #: The fields that are looked for.
        self.fields = frozenset(columns)
        #: Folded labels of the key columns: a header repeated on every page is not a row.
        self.key_labels = frozenset(label for label, field in self._field_of.items() if field in KEYS)

    def locate(self, rows: Sequence[Sequence[object]]) -> Header | None:
        """The header among the first rows, or None: it names a key and something else we know.

        A header may be two or three rows deep, with merged cells: a row above or below belongs to it if it names
        additional columns and adds nothing where columns are already named.
        """
        named = [self._named(row) for row in rows]
        for at, found in enumerate(named):
            if not any(key in found for key in KEYS):
                continue
            columns, last = dict(found), at
            for above in range(at - 1, max(at - _HEADER_ROWS, 0) - 1, -1):
                if not named[above]:
                    break
                columns = {**named[above], **columns}
            for below in range(at + 1, min(at + _HEADER_ROWS, len(rows) - 1) + 1):
                if not named[below] or not _is_free(rows[below], rows[at], columns.values()):
                    break
                columns, last = {**named[below], **columns}, below
            if len(columns) > 1:
                width = max(map(len, rows[at : last + 1]))
                return Header(columns, last + 1, width, _others(rows[at : last + 1], columns))
        return None

    def _named(self, row: Sequence[object]) -> dict[str, int]:
        found: dict[str, int] = {}
        for position, label in enumerate(row):
            named = self._field_of.get(fold(label)) if isinstance(label, str) else None
            if named:
                found.setdefault(named, position)
        return found


def _others(rows: Sequence[Sequence[object]], columns: Mapping[str, int]) -> tuple[str, ...]:
    """The labels over the columns that are not wanted, the lowest of each: those above it head several."""
    lowest = {at: label for row in rows for at, label in enumerate(row) if isinstance(label, str) and label.strip()}
    return tuple(label.strip() for at, label in sorted(lowest.items()) if at not in columns.values())


def _is_free(row: Sequence[object], header: Sequence[object], positions: Any) -> bool:
    cells = [(row[at], header[at]) for at in positions if at < min(len(row), len(header))]
    return all(cell in ("", None, above) for cell, above in cells)


@dataclass(slots=True)
class RowBlock:
    """A block of consecutive rows.

    Attributes:
        columns: one list per field that the file has; None for an empty cell, NoValue for one that cannot be read.
        first_row: number of the first row, counted below the header from 1.
        faults: rows of which nothing can be read, by their position in the block: a reason and a field.
        skipped: positions of rows that are not records (closing rows, headings of groups, notes).
        sheet: the number of the sheet, None if only one is read.
        foot: the position from which rows are below a closing row, None if none is.
    """

    columns: dict[str, list[Any]]
    first_row: int
    faults: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    skipped: frozenset[int] = frozenset()
    sheet: int | None = None
    foot: int | None = None


class BlockReader:
    """Turns blocks into records.

    Args:
        dates: reads the columns of dates.
        digitised_yes: what counts as yes.
        constants: values of fields without a column in the file.
        key_labels: folded labels of the key columns.
    """

    def __init__(
        self,
        dates: DateCells,
        digitised_yes: Sequence[str],
        *,
        constants: Mapping[str, str],
        key_labels: frozenset[str],
    ) -> None:
        self._dates = dates
        self._yes = frozenset(map(fold, digitised_yes))
        self._constants, self._key_labels = constants, key_labels
        self._texts: dict[object, str | NoValue | Unread | None] = {}
        self._words: dict[str, bool] = {}
        self._procedures: dict[str, str] = {}
        self._agencies: dict[str, tuple[str | None, str | None]] = {}

    def read(self, block: RowBlock, position: str) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
        """The records of a block and its unreadable rows; blank rows, closing rows and what is below these are neither."""
        numbers = range(block.first_row, block.first_row + max(map(len, block.columns.values()), default=0))
        columns = {
            name: self._dates.read(name, cells, numbers, block.sheet) if name in _DATES else self._column(name, cells)
            for name, cells in block.columns.items()
        }
        sheet = f" sheet {block.sheet}" if block.sheet else ""
        records: list[DossierRecord] = []
        quarantined: list[QuarantinedRow] = []
        for at, values in enumerate(zip(*columns.values(), strict=True)):
            if at in block.skipped:
                continue
            row = {name: value for name, value in zip(columns, values, strict=True) if value is not None}
            if block.foot is not None and at >= block.foot and self._is_foot(row, len(columns)):
                continue
            if at in block.faults:
                where = f"{position}{sheet} row {block.first_row + at}"
                reason, field = block.faults[at]
                quarantined.append(QuarantinedRow(position=where, reason=reason, field=field))
                continue
            try:
                record = self._record(row)
            except BadRowError:
                quarantined.append(self._in_part(row, f"{position}{sheet} row {block.first_row + at}"))
            else:
                if record:
                    records.append(record)
        return records, quarantined

    def _column(self, name: str, cells: Sequence[Any]) -> list[Any]:
        """The texts of a column; NoValue and Unread for what has none. Repeated texts are computed once, keys hardly repeat."""
        if name in KEYS:
            return [None if cell is None else self._text(cell, name) for cell in cells]
        known = self._texts
        for cell in {*cells} - known.keys():
            known[cell] = None if cell is None else self._text(cell, name)
        read = [known[cell] for cell in cells]
        if len(known) > _REMEMBERED:
            known.clear()
        return read

    def _is_foot(self, row: dict[str, Any], width: int) -> bool:
        """Whether a row below a closing row is a place and date or a signature: it has few cells and no code among them."""
        if len(row) > _FOOT_CELLS:
            return False
        keys = [str(row[name]) for name in KEYS if name in row]
        is_key = any(reads_as_dossier_code(key) or (" " not in key and any(map(str.isdigit, key))) for key in keys)
        return not is_key or len(row) < min(_FOOT_CELLS, width)

    def _in_part(self, row: dict[str, Any], position: str) -> QuarantinedRow:
        """A row that cannot be read as a whole."""
        shown, left_out = self._key(row), set[str]()

        def read() -> DossierRecord:
            return self._record(row, needs_key=not left_out & set(KEYS)) or DossierRecord(record_id=None)

        def blank(name: str) -> None:
            left_out.add(name)
            row.pop(name, None)

        return read_in_part(read, blank, {name: (name,) for name in FIELDS}, position=position, record_id=shown)

    def _record(self, row: dict[str, Any], *, needs_key: bool = True) -> DossierRecord | None:
        if any(self._is_label(row.get(key)) for key in KEYS):
            return None  # the header again, as at the top of a printed page
        if not row:
            return None
        filled = dict(row)
        for name, value in row.items():
            if type(value) in _UNREADABLE:
                raise BadRowError(value.value if isinstance(value, NoValue) else value.reason, name)
        code, key = filled.get("dossier_code"), filled.pop("record_id", None)
        linked = filled.pop("linked_codes", None)
        for name, value in (("dossier_code", code), ("record_id", key), ("linked_codes", linked)):
            if value and not (value[0].isalnum() and value[-1].isdigit()):
                _check_code(value, name)
        if code is None and key is None and needs_key:
            raise BadRowError("no_dossier_code", "dossier_code")
        if linked:
            filled["linked_codes"] = (linked,) if linked != code else ()
        if digitised := filled.pop("has_digitised_parts", None):
            filled["has_digitised_parts"] = self._is_yes(digitised)
        self._separate(filled)
        return DossierRecord(record_id=key, **{**self._constants, **filled})

    def _separate(self, filled: dict[str, Any]) -> None:
        """Take the codes from cells that hold a code and its name; each distinct cell is looked at once."""
        if procedure := filled.get("procedure_code"):
            filled["procedure_code"] = _remembered(self._procedures, procedure, procedure_code)
        for field_name in ("agency_code", "agency_name"):
            if stated := filled.get(field_name):
                code, name = _remembered(self._agencies, stated, agency_code_and_name)
                if code and (field_name == "agency_code" or "agency_code" not in {*filled, *self._constants}):
                    filled["agency_code"] = code
                if name and (field_name == "agency_name" or "agency_name" not in filled):
                    filled["agency_name"] = name

    def _key(self, row: dict[str, Any]) -> str | None:
        """The key of an unreadable row, if at least that can be read: its record still exists."""
        for name in KEYS:
            key = row.get(name)
            if type(key) in _UNREADABLE:
                return None
            if key:
                key = dossier_code(key) if name == "dossier_code" else key
                return key if key[0].isalnum() and key[-1].isdigit() and len(key) <= 64 and " " not in key else None
        return None

    def _is_label(self, cell: object) -> bool:
        return isinstance(cell, str) and not cell[-1:].isdigit() and fold(cell) in self._key_labels

    def _is_yes(self, word: str) -> bool:
        if word not in self._words:
            if len(self._words) > 1_000:
                self._words.clear()
            self._words[word] = fold(word) in self._yes
        return self._words[word]

    def _text(self, value: object, name: str) -> str | NoValue | Unread | None:
        """The text as stored; a whole number that a workbook holds as 10.0 is "10"."""
        if isinstance(value, NoValue):
            return value
        is_rounded = isinstance(value, float) and value >= _MOST_EXACT
        if is_rounded or (name in KEYS and "+" in str(value) and _SHORTENED.fullmatch(str(value).strip())):
            return Unread("number_lost_digits")
        try:
            return text(str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))
        except BadRowError as error:
            return Unread(error.reason)


def _remembered(known: dict[str, _T], stated: str, separate: Callable[[str], _T]) -> _T:
    if stated not in known:
        if len(known) > _REMEMBERED:
            known.clear()
        known[stated] = separate(stated)
    return known[stated]


def _check_code(code: str, name: str) -> None:
    """A code may have any form (CONTRACTS section 5), but a dash is not a code, and a formula must not get into a work list."""
    if code[0] in "=+@":
        raise BadRowError("formula_in_code", name)
    if not any(char.isalnum() for char in code):
        raise BadRowError("no_dossier_code", name)
