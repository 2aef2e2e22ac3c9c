"""Rows as written by the portal's exchange and the systems modelled on it: keys in any case, loosely typed values.

Shared by the connectors that read such rows. A row is split into raw JSON by key, and only the keys that a connector
names become values: anything else in it (names, identity numbers, portraits) is never decoded. CONTRACTS
sections 1, 4 and 8: dates `yyyyMMddHHmmss`, `dd/MM/yyyy`, `dd/MM/yyyy HH:mm:ss` or ISO, `""` for null; codes as text
or number.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from doisoat.codes import SHAPE, is_dossier_code
from doisoat.errors import SourceChangedError
from doisoat.model import DossierRecord, QuarantinedRow
from doisoat.sources.http.session import Answer
from doisoat.sources.values import BadRowError, text, within_reach, written_moment

#: Tried before the formats that `written_moment` knows; the first is the exchange's [V].
DATE_FORMATS = ("%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d")
#: What some servers write if they have no date: the first day of their calendar [A].
NO_DATES = ("0", "0001-01-01T00:00:00", "01/01/0001 00:00:00", "01/01/0001", "00010101000000")

#: `cancelled_at` is not a field of a record: it says that a dossier was withdrawn.
_DATES = frozenset(
    {"submitted_at", "received_at", "due_at", "finished_at", "returned_at", "updated_at", "cancelled_at"}
)
_FLAGS = frozenset({"has_digitised_parts"})
_YES, _NO = frozenset({"1", "true", "co"}), frozenset({"0", "false", "khong"})
_MIN_TO_JUDGE = 5
_EMPTY = (b"null", b'""', b"{}", b"[]")
_LONGEST_EMPTY = 64  # spaces and line ends included
_MOST = 10**18
_ROW = msgspec.json.Decoder(dict[str, msgspec.Raw])
_SCALAR = msgspec.json.Decoder(str | int | float | bool | None)


def fold_key(key: str) -> str:
    """A key without case and punctuation: MaHoSo, MAHOSO and ma_ho_so are the same [A]."""
    return "".join(char for char in key.casefold() if char.isalnum())


def is_empty(raw: msgspec.Raw) -> bool:
    """Whether a piece of JSON is empty: null, "", {} or []."""
    piece = memoryview(raw)
    return len(piece) <= _LONGEST_EMPTY and b"".join(bytes(piece).split()) in _EMPTY


def scalar(raw: msgspec.Raw, field: str) -> str | int | bool | None:
    """A single value; a float that is a whole number is that number.

    Raises:
        BadRowError: an object, a list, a fraction or a number beyond any code.
    """
    try:
        value = _SCALAR.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadRowError("wrong_shape", field) from None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= _MOST):
        raise BadRowError("wrong_shape", field)
    return value


class FieldReader:
    """Decodes the named fields of a row and nothing else.

    Args:
        names: field -> the keys under which it may be, the first filled one counts. `linked_codes` takes all of them.
        timezone: of dates without an offset.
        date_formats: tried in this order before `dd/MM/yyyy`, ISO 8601 and milliseconds.
        no_dates: texts that mean "no date".
    """

    def __init__(
        self,
        names: Mapping[str, Sequence[str]],
        timezone: dt.tzinfo,
        date_formats: Sequence[str] = DATE_FORMATS,
        no_dates: Sequence[str] = NO_DATES,
    ) -> None:
        self._names = {field: tuple(keys) for field, keys in names.items()}
        self._field_keys = {field: tuple(map(fold_key, keys)) for field, keys in names.items()}
        self._wanted = {key for keys in self._field_keys.values() for key in keys}
        self._timezone, self._formats, self._no_dates = timezone, tuple(date_formats), frozenset(no_dates)

    def decode(self, raw: msgspec.Raw) -> tuple[dict[str, Any], dict[str, BadRowError]]:
        """The filled fields of a row, and those that could not be read; the errors name the source's own keys.

        Raises:
            BadRowError: it is not an object.
        """
        found = self._parts(raw)
        filled: dict[str, Any] = {}
        unread: dict[str, BadRowError] = {}
        for field, keys in self._field_keys.items():
            parts = [found[key] for key in keys if key in found]
            try:
                value = self._value(field, parts)
            except BadRowError as error:
                unread[field] = BadRowError(error.reason, self._names[field][0])
            else:
                if value not in (None, ()):
                    filled[field] = value
        return filled, unread

    def knows(self, raw: msgspec.Raw) -> bool:
        """Whether a row has any of the keys that are read, filled or not."""
        return not self._wanted.isdisjoint(map(fold_key, _ROW.decode(raw)))

    def _parts(self, raw: msgspec.Raw) -> dict[str, msgspec.Raw]:
        try:
            row = _ROW.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise BadRowError("wrong_shape", "row") from None
        found: dict[str, msgspec.Raw] = {}
        for key, part in row.items():
            folded = fold_key(key)
            if folded in self._wanted and folded not in found and not is_empty(part):
                found[folded] = part
        return found

    def _value(self, field: str, parts: list[msgspec.Raw]) -> Any:
        if field == "linked_codes":
            codes = [self._text(part, field) for part in parts]
            return tuple(dict.fromkeys(code for code in codes if code))
        if not parts:
            return None
        if field in _DATES:
            return self._moment(parts[0], field)
        if field in _FLAGS:
            return _flag(scalar(parts[0], field))
        return self._text(parts[0], field)

    def _text(self, part: msgspec.Raw, field: str) -> str | None:
        value = scalar(part, field)
        if isinstance(value, bool):
            raise BadRowError("wrong_shape", field)
        return text(value)

    def _moment(self, part: msgspec.Raw, field: str) -> dt.datetime | None:
        value = scalar(part, field)
        if isinstance(value, bool):
            raise BadRowError("wrong_shape", field)
        written = "" if value is None else str(value).strip()
        if not written or written in self._no_dates:
            return None
        for form in self._formats:
            found = _strictly(written, form)
            if found and 1900 <= found.year < 2200:
                return within_reach(found, self._timezone, field)
        return written_moment(written if isinstance(value, str) else value, self._timezone, field)


class RowReader:
    """Turns the rows of a listing into records. The dossier's code is the record's key: these systems have no other.

    Args:
        fields: the fields to read, including `dossier_code`.
        removed_when_filled: fields that, if filled, say that the dossier was withdrawn.
        code_shape: the form of a dossier's code: only what has it may identify a row that could not be read.
    """

    def __init__(self, fields: FieldReader, removed_when_filled: Sequence[str] = (), code_shape: str = SHAPE) -> None:
        self._fields, self._removed_when_filled = fields, tuple(removed_when_filled)
        self._code_shape = code_shape

    def read(self, rows: Iterable[msgspec.Raw], position: str) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
        """The records of an answer and its unreadable rows; `position` names the answer."""
        records, quarantined = [], []
        for number, raw in enumerate(rows, 1):
            where = f"{position} row {number}"
            try:
                filled, unread = self._fields.decode(raw)
            except BadRowError as error:
                quarantined.append(QuarantinedRow(position=where, reason=error.reason, field=error.field))
                continue
            code = filled.get("dossier_code")
            if code is None:
                unread.setdefault("dossier_code", BadRowError("no_dossier_code", "dossier_code"))
            record = record_of(filled, code, self._removed_when_filled)
            if unread:
                quarantined.append(self._in_part(record, unread, where))
            else:
                records.append(record)
        return records, quarantined

    def _in_part(self, record: DossierRecord, unread: Mapping[str, BadRowError], position: str) -> QuarantinedRow:
        """A row of which some fields cannot be read; whether one that may have been withdrawn counts is then not known."""
        first, code = next(iter(unread.values())), record.dossier_code
        names = ("is_removed" if name in self._removed_when_filled else name for name in unread)
        return QuarantinedRow(
            position=position,
            reason=first.reason,
            field=first.field,
            record_id=code if is_dossier_code(code, self._code_shape) else None,
            read=record,
            unread=tuple(names),
        )


class LookUpReader:
    """Finds the requested dossier in the answer to a look-up.

    A single unreadable value (an impossible date) is left unknown: the dossier is held nevertheless. If a field only ever
    has unreadable values, or a value has another type, the contract has changed.
    """

    def __init__(self, source_id: str, fields: FieldReader) -> None:
        self._source_id, self._fields = source_id, fields
        self._read: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()

    def find(self, code: str, answer: Answer, rows: Iterable[msgspec.Raw]) -> DossierRecord | None:
        """What the rows say about the dossier; None if there is no row with anything in it.

        Raises:
            SourceChangedError: they only name other dossiers or say nothing that is read, or they break the contract.
        """
        decoded = [self._decode(raw, answer) for raw in rows if not is_empty(raw)]
        if not decoded:
            return None
        named = [row for row in decoded if _names(row, code)]
        nameless = [row for row in decoded if not row.get("dossier_code") and not row.get("linked_codes")]
        if named:
            chosen = named[0]
        elif len(nameless) == len(decoded):
            chosen = nameless[0] if len(nameless) == 1 else {}  # several, and none says which: no value is taken
        else:
            raise self._changed(answer, "another dossier than the one that was asked for")
        return record_of(chosen, chosen.get("dossier_code") or code)

    def _decode(self, raw: msgspec.Raw, answer: Answer) -> dict[str, Any]:
        try:
            filled, unread = self._fields.decode(raw)
            if not self._fields.knows(raw):  # it may say anything, also that nothing was found
                raise self._changed(answer, "a row without any known field")
        except BadRowError:
            raise self._changed(answer, "a row that is no object") from None
        self._read.update(filled.keys())
        for field, error in unread.items():
            if error.reason == "wrong_shape":
                raise self._changed(answer, f"{error.field} of another type")
            self._unread[field] += 1
            if self._unread[field] >= _MIN_TO_JUDGE and not self._read[field]:
                raise self._changed(answer, f"{error.field} that could not be read even once ({error.reason})")
        return filled

    def _changed(self, answer: Answer, came: str) -> SourceChangedError:
        todo = "compare with docs/contracts.md, and fix the connector or its options"
        return SourceChangedError(self._source_id, asked=answer.asked, came=came, todo=todo)


def record_of(filled: Mapping[str, Any], code: str | None, removed_when_filled: Sequence[str] = ()) -> DossierRecord:
    """A record from decoded fields, keyed by the code under which it is held; other codes in it are links."""
    given = {field: value for field, value in filled.items() if field in DossierRecord.__struct_fields__}
    linked = tuple(other for other in given.pop("linked_codes", ()) if other != code)
    is_removed = any(field in filled for field in removed_when_filled)
    return DossierRecord(
        **{**given, "record_id": code, "dossier_code": code}, linked_codes=linked, is_removed=is_removed
    )


def _names(row: Mapping[str, Any], code: str) -> bool:
    wanted = "".join(code.split()).casefold()
    named = (row.get("dossier_code"), *row.get("linked_codes", ()))
    return any("".join(other.split()).casefold() == wanted for other in named if other)


def _flag(value: str | int | bool | None) -> bool | None:
    """Yes, no, or not stated; a word that is neither counts as not stated."""
    word = fold_key(str(value)).replace("ó", "o").replace("ô", "o")
    return True if word in _YES else False if word in _NO else None


def _strictly(written: str, form: str) -> dt.datetime | None:
    """Parse with one format. strptime splits digits freely, so a text of digits must format back to itself."""
    try:
        found = dt.datetime.strptime(written, form)
    except ValueError:
        return None
    return found if not written.isdigit() or found.strftime(form) == written else None
