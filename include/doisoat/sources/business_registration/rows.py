"""Answers and rows of the registration system: how they may be nested, what is read, and how a row becomes a record.

The exact nesting is [A] (CONTRACTS section 4): it looks like XML that a platform writes as JSON. Tolerated: rows are under
Data, MainInformation, Row, Rows, Result, Results, Item, Items or danhSachHoSo (any case), directly or up to four such keys
deeper, each an object or a list of objects; one row alone may be bare; Status and DataCount are next to the first such key
or below it. Only the keys below become values. NAME, ENTERPRISE_CODE and ENTERPRISE_GDT_CODE are not among them (a
household business has its owner's name), nor is the Message of an answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any

import msgspec

from doisoat.errors import SourceChangedError, SourceRejectedError
from doisoat.model import DossierRecord, QuarantinedRow
from doisoat.sources.http.session import Answer, HttpSession, shape
from doisoat.sources.in_part import read_in_part
from doisoat.sources.values import BadRowError, text, written_moment

_LIST_KEYS = ("data", "maininformation", "result", "results", "row", "rows", "item", "items", "danhsachhoso")
#: The fields of a row that may be left out if they cannot be read, and what of a record each of them fills.
_FILLS = {
    "IN_JOURNAL_NO": ("record_id", "linked_codes"),
    "DOCUMENT_TYPE": ("procedure_code",),
    "SITE_ID": ("agency_code",),
    "RECEIPT_DATE": ("received_at",),
    "PLAN_DATE": ("due_at",),
    "PROCESS_STATUS": ("status_code",),
}
_KEY = "in_journal_no"
_DEEPEST = 5
_MOST = 10**18  # beyond any receipt number
Scalar = str | int | None
Number = int | float | str | None


class Head(msgspec.Struct):
    """The fields that identify whose row it is."""

    IN_JOURNAL_NO: Number = None
    DOCUMENT_TYPE: Scalar = None
    SITE_ID: Scalar = None


class Fields(Head):
    """The fields that are read of a dossier."""

    RECEIPT_DATE: Scalar = None
    PLAN_DATE: Scalar = None
    PROCESS_STATUS: Scalar = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer: its rows as raw JSON, and its DataCount, which may count all pages or only this one."""

    rows: list[msgspec.Raw]
    declared: int | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows are ours.

    Attributes:
        prefix: put before key and type if several paths are read: each numbers and names its dossiers independently.
        site_ids: issuing offices; empty takes all.
        document_types: kinds of dossier; empty takes all.
    """

    prefix: str = ""
    site_ids: frozenset[str] = frozenset()
    document_types: frozenset[str] = frozenset()

    @property
    def takes_all(self) -> bool:
        return not self.site_ids and not self.document_types

    def takes(self, head: Head) -> bool:
        """Whether a row is ours; a row that does not say whose it is may be ours, and is kept."""
        try:
            site, kind = text(head.SITE_ID), text(head.DOCUMENT_TYPE)
        except BadRowError:
            return True
        return (not self.site_ids or site is None or site in self.site_ids) and (
            not self.document_types or kind is None or kind in self.document_types
        )


_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_SCALAR = msgspec.json.Decoder(str | int | float | bool | None)
_HEAD = msgspec.json.Decoder(Head)
_ROW = msgspec.json.Decoder(Fields)


def read_listing(http: HttpSession, answer: Answer) -> Listing:
    """The rows of an answer, however it is nested.

    Raises:
        SourceRejectedError: Status is not "1"; its Message is never repeated, it may contain a person's name.
        SourceChangedError: no Status, neither rows nor a place for them, or another structure.
    """
    content, facts, inner = http.decode(answer, _OBJECT), dict[str, msgspec.Raw](), None
    for _ in range(_DEEPEST):
        named = {key.casefold(): value for key, value in content.items()}
        facts |= {key: named[key] for key in ("status", "datacount") if not _is_empty(named.get(key))}
        inner = _inner(named)
        if inner is None or _first(inner) != b"{":
            break
        content = _open(http, answer, inner)
        if _is_row(content):
            break
    status, declared = _facts(http, answer, facts)
    if status != "1":
        raise SourceRejectedError(
            http.source_id,
            asked=answer.asked,
            came=f"Status {status} instead of 1",
            todo="ask the platform's owner what it means; its Message may contain a person's name and is not repeated",
        )
    if inner is None and not declared:
        _check_place(http, answer, content, declared)
    return Listing([] if inner is None else _rows(http, answer, inner), declared)


def _facts(http: HttpSession, answer: Answer, facts: dict[str, msgspec.Raw]) -> tuple[str, int | None]:
    """Status and DataCount of an answer."""
    status, declared = _plain(facts.get("status")), _plain(facts.get("datacount"))
    if status is None or not (status.isascii() and status.removeprefix("-").isdecimal() and len(status) <= 6):
        raise _changed(http, answer, "an answer without a Status that is a number")
    if status == "1" and declared is not None and not (declared.isdecimal() and len(declared) <= 12):
        raise _changed(http, answer, "a DataCount that is no count")
    return status, None if declared is None or status != "1" else int(declared)


def _check_place(http: HttpSession, answer: Answer, content: dict[str, msgspec.Raw], declared: int | None) -> None:
    """An answer whose rows moved to another key must not be taken for a window without rows."""
    has_place = any(key.casefold() in _LIST_KEYS for key in content) or not content
    moved = any(_first(raw) in (b"[", b"{") and not _is_empty(raw) for raw in content.values())
    if moved or (declared is None and not has_place):
        raise _changed(http, answer, f"neither rows nor a count of none, but {shape(answer.body)}")


def _inner(named: dict[str, msgspec.Raw]) -> msgspec.Raw | None:
    return next((named[key] for key in _LIST_KEYS if not _is_empty(named.get(key))), None)


def _is_row(content: dict[str, msgspec.Raw]) -> bool:
    return any(key.casefold() == _KEY for key in content)


def _rows(http: HttpSession, answer: Answer, inner: msgspec.Raw, depth: int = 0) -> list[msgspec.Raw]:
    """The rows of a list, of an object below which there are some, or the one row that an object is."""
    if _first(inner) == b"[":
        try:
            parts = _ROWS.decode(inner)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _changed(http, answer, "no list where the rows should stand") from None
        return [row for part in parts for row in _unwrapped(part, depth)]
    if _first(inner) == b"{":
        return _unwrapped(inner, depth)
    raise _changed(http, answer, "no list where the rows should stand")


def _unwrapped(part: msgspec.Raw, depth: int) -> list[msgspec.Raw]:
    """One item of a list: a row, or an object around one or more; whatever else it is, it is a row that cannot be read."""
    try:
        content = _OBJECT.decode(part)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [part]
    inner = None if _is_row(content) else _inner({key.casefold(): value for key, value in content.items()})
    if inner is None or depth >= _DEEPEST or _first(inner) not in (b"[", b"{"):
        return [part]
    if _first(inner) == b"{":
        return _unwrapped(inner, depth + 1)
    try:
        return [row for one in _ROWS.decode(inner) for row in _unwrapped(one, depth + 1)]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [part]


def _open(http: HttpSession, answer: Answer, raw: msgspec.Raw) -> dict[str, msgspec.Raw]:
    try:
        return _OBJECT.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _changed(http, answer, "keys that are no text") from None


def _first(raw: msgspec.Raw) -> bytes:
    return bytes(memoryview(raw)[:1])


def _is_empty(raw: msgspec.Raw | None) -> bool:
    return raw is None or bytes(raw).strip() in (b"null", b'""', b"{}")


def _plain(raw: msgspec.Raw | None) -> str | None:
    """A Status or DataCount as text, whether it is a number or a text; None if it is empty."""
    if raw is None:
        return None
    try:
        value = _SCALAR.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "?"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else "?"
    return None if value is None or value == "" else str(value).strip()


def _changed(http: HttpSession, answer: Answer, came: str) -> SourceChangedError:
    todo = "compare with docs/contracts.md section 4 and fix the connector"
    return SourceChangedError(http.source_id, asked=answer.asked, came=came, todo=todo)


def head_of(raw: msgspec.Raw) -> Head | None:
    """The fields that identify whose row it is; None if even those cannot be read."""
    try:
        return _HEAD.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def key_of(head: Head, prefix: str) -> str:
    """The record's key: the receipt number as text.

    Raises:
        BadRowError: there is none, or it is not a receipt number.
    """
    number = head.IN_JOURNAL_NO
    if isinstance(number, float):
        if not number.is_integer():
            raise BadRowError("no_record_id", "IN_JOURNAL_NO")
        number = int(number)
    if isinstance(number, int) and not 0 < number < _MOST:
        raise BadRowError("no_record_id", "IN_JOURNAL_NO")
    key = _text(number, "IN_JOURNAL_NO")
    if key is None or not (key.isascii() and key.isdecimal() and len(key) <= 40):
        raise BadRowError("no_record_id", "IN_JOURNAL_NO")
    return f"{prefix}{key}"


class RowReader:
    """Turns rows into records, and sets those of other offices aside.

    Args:
        timezone: of dates without an offset.
        number_is_code: other systems refer to a registration by its receipt number, so the record refers to it too.
    """

    def __init__(self, timezone: dt.tzinfo, number_is_code: bool = True) -> None:
        self._timezone, self._number_is_code = timezone, number_is_code
        self.set_aside = 0

    def read(
        self, rows: Iterable[msgspec.Raw], selection: Selection, window: tuple[dt.date, dt.date], position: str
    ) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
        """The records of a page and its unreadable rows; rows of other offices are neither and add to `set_aside`."""
        records, quarantined = [], []
        for number, raw in enumerate(rows, 1):
            head = head_of(raw)
            if head is not None and not selection.takes(head):
                self.set_aside += 1
                continue
            try:
                records.append(self._record(raw, selection.prefix, window))
            except BadRowError:
                shown = _shown(head, selection)
                quarantined.append(self._in_part(raw, selection, window, f"{position} row {number}", shown))
        return records, quarantined

    def _in_part(
        self, raw: msgspec.Raw, selection: Selection, window: tuple[dt.date, dt.date], position: str, shown: str | None
    ) -> QuarantinedRow:
        """A row that cannot be read as a whole; one that does not say whose it is may be another office's."""
        left_out: set[str] = set()

        def blank(field: str) -> None:
            left_out.add(field)

        found = read_in_part(
            lambda: self._record(raw, selection.prefix, window, left_out),
            blank,
            _FILLS,
            position=position,
            record_id=shown,
        )
        if found.read and left_out & {"SITE_ID", "DOCUMENT_TYPE"} and not selection.takes_all:
            found = msgspec.structs.replace(found, unread=(*found.unread, "is_removed"))
        return found

    def _record(
        self, raw: msgspec.Raw, prefix: str, window: tuple[dt.date, dt.date], left_out: Set[str] = frozenset()
    ) -> DossierRecord:
        fields = _fields(raw, left_out)
        key = None if "IN_JOURNAL_NO" in left_out else key_of(fields, prefix)
        received = written_moment(fields.RECEIPT_DATE, self._timezone, "RECEIPT_DATE")
        if received is None and "RECEIPT_DATE" not in left_out:
            raise BadRowError("no_receipt_date", "RECEIPT_DATE")
        if received and not window[0] <= received.astimezone(self._timezone).date() <= window[1]:
            raise BadRowError("outside_window", "RECEIPT_DATE")
        kind = _text(fields.DOCUMENT_TYPE, "DOCUMENT_TYPE")
        return DossierRecord(
            record_id=key,
            linked_codes=(key_of(fields, ""),) if self._number_is_code and key else (),
            procedure_code=None if kind is None else f"{prefix}{kind}",
            agency_code=_text(fields.SITE_ID, "SITE_ID"),
            status_code=_text(fields.PROCESS_STATUS, "PROCESS_STATUS"),
            received_at=received,
            due_at=written_moment(fields.PLAN_DATE, self._timezone, "PLAN_DATE"),
        )


def _fields(raw: msgspec.Raw, left_out: Set[str]) -> Fields:
    """The fields of a row, without those that are left out because they cannot be read."""
    try:
        if left_out:
            raw = msgspec.Raw(msgspec.json.encode(_without(_OBJECT.decode(raw), left_out)))
        return _ROW.decode(raw)
    except msgspec.ValidationError as error:
        raise BadRowError("wrong_shape", _field_of(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadRowError("wrong_shape", "row") from None


def _without(parts: dict[str, msgspec.Raw], left_out: Set[str]) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if name not in left_out}


def _text(value: Scalar, field: str) -> str | None:
    try:
        return text(value)
    except BadRowError as error:
        raise BadRowError(error.reason, field) from None


def _shown(head: Head | None, selection: Selection) -> str | None:
    """The key of a row that could not be read, if there is one."""
    try:
        return key_of(head, selection.prefix) if head else None
    except BadRowError:
        return None


def _field_of(error: msgspec.ValidationError) -> str:
    """The field that msgspec complains about: "... - at `$.RECEIPT_DATE`"."""
    _, _, path = str(error).partition("`$.")
    return path.rstrip("`").split(".")[-1].split("[")[0] or "row"
