"""One sheet of a report: its header, its rows, and the counts that they declare (CONTRACTS section 2b)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from doisoat.sources.files.words import fold, is_number_row
from doisoat.sources.files.workbooks import Head
from doisoat.sources.report_workbook.rows import Row, added, differ, is_filled_in, rows_of
from doisoat.sources.report_workbook.words import PARTS, includes_returned, measure_of

PARTS_DO_NOT_ADD_UP = "PARTS_DO_NOT_ADD_UP"
SUM_OF_PARTS, SUM_OF_ROWS = "SUM_OF_PARTS", "SUM_OF_ROWS"
NAMED_TWICE = "NAMED_TWICE"
WITH_RETURNED = "RESOLVED_COUNTS_WITH_RETURNED"

_HEADER_WITHIN, _DEEPEST = 40, 6
_NUMBER_LABELS = frozenset({"stt", "tt", "sott", "sothutu"})
_NAME = re.compile(r"^(?:ten)?(?:cac)?(?:donvi|coquan|linhvuc)")
_GROUP = re.compile(r"tiepnhan|giaiquyet|xuly")


class NoTableError(ValueError):
    """Raised if a sheet has a form's title but no readable table; says what is missing."""


class EmptyTableError(NoTableError):
    """Raised if a table is not filled in: no cell below its header states anything."""


@dataclass(frozen=True, slots=True)
class Report:
    """The contents of a sheet: the texts above its table, its rows and, if there is one, its total."""

    above: list[list[Any]]
    rows: list[Row]
    total: Row | None
    is_by_unit: bool


def read_report(head: Head, start: int) -> Report:
    """Read a sheet.

    Args:
        head: all its rows.
        start: the row of its header, from find_header.

    Raises:
        NoTableError: the header or the rows cannot be recognised.
    """
    rows = _filled(head, start)
    name_at, number_at, below = _shape(rows, start)
    measures, with_returned = _columns(rows[start:below], name_at)
    body = rows[below + 1 :] if below < len(rows) and is_number_row(rows[below]) else rows[below:]
    is_by_unit = not any(fold(str(row[name_at])).startswith("linhvuc") for row in rows[start:below])
    found = rows_of(body, measures, name_at, number_at)
    if found is None:
        raise NoTableError("several closing rows, none of which is the sum of the rows above")
    units, total = found
    if not units and (total is None or is_by_unit):
        if not is_filled_in(body, measures, name_at):
            raise EmptyTableError("a header without rows")
        raise NoTableError(
            "a table without a row of a unit" if is_by_unit else "a table without a row that can be read"
        )
    for row in [*units, *([total] if total else [])]:
        _check_parts(row)
        for measure in with_returned:
            row.flag(measure, WITH_RETURNED)
    if total is None and not is_by_unit:
        total = _sum(units)
    elif total is not None and units:
        _check_sum(units, total)
    _mark_repeated(units)
    return Report(rows[:start], units, total, is_by_unit)


def find_header(head: Head) -> int | None:
    """The first row of the header: where the column of running numbers starts, or the row above with names of groups."""
    rows = head.rows[:_HEADER_WITHIN]
    for number, row in enumerate(rows):
        at = next((at for at, cell in enumerate(row) if isinstance(cell, str) and fold(cell) in _NUMBER_LABELS), None)
        if at is None:
            continue
        while number > 0 and _names_groups(rows[number - 1], at):
            number -= 1  # noqa: PLW2901
        return number
    return None


def _names_groups(row: Sequence[Any], number_at: int) -> bool:
    if row[number_at] not in ("", None):
        return False
    return sum(1 for cell in row if isinstance(cell, str) and _GROUP.search(fold(cell))) > 1


def _filled(head: Head, start: int) -> list[list[Any]]:
    """The rows, with the cells of merged ranges filled from their first cell where a header is possible."""
    rows = [list(row) for row in head.rows]
    for top, left, bottom, right in head.merged:
        if not start <= top < start + _DEEPEST:
            continue
        label = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        for row in rows[top : min(bottom, start + _DEEPEST) + 1]:
            for at in range(left, min(right + 1, len(row))):
                if row[at] in ("", None):
                    row[at] = label
    return rows


def _shape(rows: list[list[Any]], start: int) -> tuple[int, int, int]:
    """The columns of names and running numbers, and the first row below the header."""
    name_at = number_at = None
    below = start
    for row in rows[start : start + _DEEPEST]:
        if is_number_row(row) or (name_at is not None and not _goes_on(row, rows[below - 1], name_at)):
            break
        for at, cell in enumerate(row):
            if isinstance(cell, str) and number_at is None and fold(cell) in _NUMBER_LABELS:
                number_at = at
            elif isinstance(cell, str) and name_at is None and _NAME.match(fold(cell)):
                name_at = at
        below += 1
    if name_at is None or number_at is None:
        raise NoTableError("a header without a column of units or fields")
    return name_at, number_at, below


def _goes_on(row: Sequence[Any], above: Sequence[Any], name_at: int) -> bool:
    if row[name_at] not in ("", None, above[name_at]):
        return False
    if any(isinstance(cell, (int, float)) for cell in row):
        return False
    return any(isinstance(cell, str) and cell.strip() for at, cell in enumerate(row) if at != name_at)


def _columns(header: list[list[Any]], name_at: int) -> tuple[dict[str, int], set[str]]:
    """measure -> column, and the measures whose label says that returned dossiers are included."""
    for row in header[:-1]:  # a group's label may be in its first column only
        for at in range(name_at + 2, len(row)):
            if row[at] in ("", None):
                row[at] = row[at - 1]
    found: dict[str, list[tuple[int, list[str]]]] = {}
    for at in range(len(header[0])):
        labels = list(dict.fromkeys(str(row[at]) for row in header if isinstance(row[at], str) and row[at].strip()))
        if at != name_at and (measure := measure_of(labels)):
            found.setdefault(measure, []).append((at, labels))
    columns: dict[str, tuple[int, list[str]]] = {}
    for measure, places in found.items():
        named = [place for place in places if "tongso" in fold("".join(place[1][1:]))] if len(places) > 1 else places
        if len(named) == 1:  # two columns that look the same cannot be told apart
            columns[measure] = named[0]
    columns = _with_or_without_carried(columns)
    if "resolved" not in columns or not {"received", "received_and_carried_over"} & columns.keys():
        raise NoTableError("a header without the columns of what was received and resolved")
    told = {measure for measure, (_, labels) in columns.items() if includes_returned(labels)}
    return {measure: at for measure, (at, _) in columns.items()}, told


def _with_or_without_carried(columns: dict[str, tuple[int, list[str]]]) -> dict[str, tuple[int, list[str]]]:
    """A total in the same group as what was carried over includes it (form II.06a)."""
    columns = dict(columns)
    whole, carried = columns.get("received"), columns.get("carried_over")
    if whole and carried and whole[1][0] == carried[1][0] and len(carried[1]) > 1:
        columns["received_and_carried_over"] = columns.pop("received")
    if in_period := columns.pop("received_in_period", None):
        columns.setdefault("received", in_period)
    return columns


def _check_parts(row: Row) -> None:
    counts = row.counts
    if "received" not in counts and "received_and_carried_over" in counts:
        parts = next((parts for whole, parts in PARTS if whole == "received" and set(parts) <= counts.keys()), ())
        stated = [counts[part] for part in parts if counts[part] is not None]
        if stated and (received := added(stated)) is not None:
            counts["received"] = received
            row.flag("received", SUM_OF_PARTS)
    for whole, parts in PARTS:
        if whole not in counts or not set(parts) <= counts.keys():
            continue
        also = ("received_other",) if whole == "received" and "received_other" in counts else ()
        if differ(counts[whole], added(counts[part] for part in (*parts, *also))):
            row.flag(whole, PARTS_DO_NOT_ADD_UP)


def _check_sum(units: list[Row], total: Row) -> None:
    for measure, stated in total.counts.items():
        if differ(stated, added(row.counts.get(measure) for row in units if row.is_top_level)):
            total.flag(measure, PARTS_DO_NOT_ADD_UP)


def _sum(units: list[Row]) -> Row:
    """The total of a form that has no total row."""
    total = Row(None, {})
    for measure in dict.fromkeys(measure for row in units for measure in row.counts):
        values = [row.counts.get(measure) for row in units if row.is_top_level]
        known = [value for value in values if isinstance(value, int)]
        unread = [value for value in values if isinstance(value, str)]
        total.counts[measure] = unread[0] if unread else sum(known) if known else None
        total.flag(measure, SUM_OF_ROWS)
        for row in units:
            for flag in row.flags.get(measure, ()):
                total.flag(measure, flag)
    return total


def _mark_repeated(units: list[Row]) -> None:
    """Flag names that occur twice: they identify neither unit, as communes share names (CONTRACTS section 5)."""
    names = [fold(row.name or "") for row in units]
    for row, name in zip(units, names, strict=True):
        if names.count(name) > 1:
            row.counts = dict.fromkeys(row.counts, NAMED_TWICE)
            row.flags.clear()
