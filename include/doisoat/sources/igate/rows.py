"""The rows of an iGate listing: which fields are read, and how a row becomes a DossierRecord.

The Structs list the fields that are read; msgspec skips everything else (above all the applicant) without creating
values. The nested objects that repeat (agency, procedure, status, channel) are taken as raw JSON and decoded once per
distinct text: a province has a few hundred of them and a million rows. CONTRACTS sections 3 and 8.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from doisoat.model import DossierRecord, QuarantinedRow
from doisoat.sources.declared import Count
from doisoat.sources.in_part import read_in_part
from doisoat.sources.values import BadRowError, has_possible_offset, moment, text, without_invisible

#: The fields of a row that may be left out if they cannot be read, and what of a record each of them fills.
_FILLS = {
    "id": ("record_id",),
    "code": ("dossier_code",),
    "nationCode": ("linked_codes",),
    "dossierStatus": ("status_code",),
    "procedure": ("procedure_code", "field_code"),
    "agency": ("agency_ref", "agency_code", "agency_name", "parent_agency_code"),
    "agencyLevel": ("agency_level",),
    "applyMethod": ("channel_code",),
    "paymentMethod": ("online_payment_code",),
    "appliedDate": ("submitted_at",),
    "acceptedDate": ("received_at",),
    "appointmentDate": ("due_at",),
    "dueDate": ("due_at",),
    "completedDate": ("finished_at",),
    "returnedDate": ("returned_at",),
    "updatedDate": ("updated_at",),
    "undefindedCompleteTime": ("due_at",),
}
_DUE = ("appointmentDate", "dueDate", "undefindedCompleteTime")  # together they say when it is due
_DATES = ("appliedDate", "acceptedDate", "appointmentDate", "completedDate", "returnedDate", "updatedDate")
_NULL = msgspec.Raw(b"null")
_CACHED = 50_000  # distinct agencies, procedures, ...; far more than a province has
_T = TypeVar("_T")
_from_text = dt.datetime.fromisoformat
Scalar = str | int | None


class Row(msgspec.Struct, gc=False):
    """One dossier as `GET /pa/dossier/search` shows it."""

    id: str | None
    code: str | None = None
    nationCode: str | None = None
    dossierStatus: msgspec.Raw = _NULL
    procedure: msgspec.Raw = _NULL
    agency: msgspec.Raw = _NULL
    agencyLevel: msgspec.Raw = _NULL
    applyMethod: msgspec.Raw = _NULL
    paymentMethod: msgspec.Raw = _NULL
    appliedDate: Scalar = None
    acceptedDate: Scalar = None
    appointmentDate: Scalar = None
    dueDate: Scalar = None
    completedDate: Scalar = None
    returnedDate: Scalar = None  # [A]
    updatedDate: Scalar = None
    undefindedCompleteTime: bool | int | str | None = None  # sic: this dossier has no due date


class Slice(msgspec.Struct):
    """One page of a listing. `last` is Spring's [A]; without it the number of rows shows the end."""

    content: list[Row]
    last: bool | None = None


class RawSlice(msgspec.Struct):
    """The same page, row by row, in case one of them cannot be read."""

    content: list[msgspec.Raw]
    last: bool | None = None


class KeyRow(msgspec.Struct):
    """The minimum needed to know that a row exists; unreadable rows are found when it is fully decoded."""

    id: Any = None
    updatedDate: Any = None


class KeySlice(msgspec.Struct):
    content: list[KeyRow]
    last: bool | None = None


class _PageFacts(msgspec.Struct):
    totalElements: Count | None = None


class Totals(msgspec.Struct):
    """The answer to `spec=page`: Spring's names [A], at the top or below `page` as its newer versions write them."""

    totalElements: Count | None = None
    page: _PageFacts | None = None


class _Named(msgspec.Struct):
    """An object identified by id, code or both."""

    id: Scalar = None
    code: Scalar = None


class _Procedure(msgspec.Struct):
    code: Scalar = None
    sector: _Named | None = None


class _Translation(msgspec.Struct):
    name: str | None = None


class _Agency(msgspec.Struct):
    id: Scalar = None
    code: Scalar = None
    name: str | list[_Translation] | None = None  # [A] a text, or one text a language
    parent: _Named | Scalar = None


Wanted = Callable[[Row], bool]


def all_rows(_: Row) -> bool:
    """Every row is wanted."""
    return True


class RowReader:
    """Turns rows into records. One reader serves one pull: it remembers the nested objects it has seen."""

    def __init__(self, timezone: dt.tzinfo) -> None:
        self._timezone = timezone
        self._status = _remembering(_code_of, "dossierStatus")
        self._channel = _remembering(_code_of, "applyMethod")
        self._payment = _remembering(_code_of, "paymentMethod")
        self._level = _remembering(_level_of, "agencyLevel")
        self._procedure = _remembering(_procedure_of, "procedure")
        self._agency = _remembering(_agency_of, "agency")
        self._row = msgspec.json.Decoder(Row)

    def read(
        self, rows: Iterable[Row], position: str, wanted: Wanted = all_rows
    ) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
        """The records of a page and its unreadable rows, of those that are wanted; `position` names the page."""
        records, quarantined = [], []
        for number, row in enumerate(rows, 1):
            try:
                if wanted(row):
                    records.append(self.record(row))
            except BadRowError:
                quarantined.append(self._in_part(msgspec.Raw(msgspec.json.encode(row)), f"{position} row {number}"))
        return records, quarantined

    def read_raw(
        self, rows: Iterable[msgspec.Raw], position: str, wanted: Wanted = all_rows
    ) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
        """The same, if at least one row is malformed; one that cannot be read as a whole is always wanted."""
        records, quarantined = [], []
        for number, raw in enumerate(rows, 1):
            try:
                if wanted(row := self._row.decode(raw)):
                    records.append(self.record(row))
            except (BadRowError, msgspec.DecodeError, UnicodeDecodeError):
                quarantined.append(self._in_part(raw, f"{position} row {number}"))
        return records, quarantined

    def may_be_undated(self, row: Row) -> bool:
        """Whether a row has no receipt date, or one that cannot be read."""
        try:
            return moment(row.acceptedDate, self._timezone, "acceptedDate") is None
        except BadRowError:
            return True

    def _in_part(self, raw: msgspec.Raw, position: str) -> QuarantinedRow:
        """A row that cannot be read as a whole."""
        try:
            parts = _PARTS.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return QuarantinedRow(position=position, reason="wrong_shape", field="row")

        left_out: set[str] = set()

        def read() -> DossierRecord:
            try:
                row = self._row.decode(msgspec.json.encode(parts))
            except msgspec.ValidationError as error:
                raise BadRowError("wrong_shape", _field_of(error) or "id") from None
            except (msgspec.DecodeError, UnicodeDecodeError):
                raise BadRowError("wrong_shape", "row") from None
            return self.record(row, needs_key="id" not in left_out)

        def blank(field: str) -> None:
            left_out.add(field)
            parts.update(dict.fromkeys(_DUE if field in _DUE else (field,), _NULL))

        found = read_in_part(read, blank, _FILLS, position=position, record_id=None)
        key = found.read and found.read.record_id
        return msgspec.structs.replace(found, record_id=key if key and key.isalnum() and len(key) <= 64 else None)

    def record(self, row: Row, *, needs_key: bool = True) -> DossierRecord:
        """One record.

        Args:
            needs_key: False for a row that is read in part.

        Raises:
            BadRowError: it has no key, an unprintable code, an impossible date, or a malformed nested object.
        """
        record_id, code, nation_code = row.id, row.code or None, row.nationCode or None
        if needs_key and not (record_id and record_id.isprintable()):
            raise BadRowError("no_record_id", "id")
        code, nation_code = _visible(code, "code"), _visible(nation_code, "nationCode")
        procedure_code, field_code = self._procedure(row.procedure)
        agency_ref, agency_code, agency_name, parent_code = self._agency(row.agency)
        submitted, received, due, finished, returned, updated = self._moments(row)
        return DossierRecord(
            record_id=record_id,
            dossier_code=code,
            linked_codes=(nation_code,) if nation_code and nation_code != code else (),
            procedure_code=procedure_code,
            field_code=field_code,
            agency_code=agency_code,
            agency_name=agency_name,
            agency_ref=agency_ref,
            parent_agency_code=parent_code,
            agency_level=self._level(row.agencyLevel),
            channel_code=self._channel(row.applyMethod),
            status_code=self._status(row.dossierStatus),
            online_payment_code=self._payment(row.paymentMethod),
            submitted_at=submitted,
            received_at=received,
            due_at=due,
            finished_at=finished,
            returned_at=returned,
            updated_at=updated,
        )

    def _moments(self, row: Row) -> list[dt.datetime | None]:
        """The six dates of a row, in the order of _DATES."""
        due = None if row.undefindedCompleteTime in (True, 1, "1", "true") else (row.appointmentDate or row.dueDate)
        values = (row.appliedDate, row.acceptedDate, due, row.completedDate, row.returnedDate, row.updatedDate)
        usual = _usual_moments(values)
        return usual or [moment(value, self._timezone, name) for value, name in zip(values, _DATES, strict=True)]


def _visible(code: str | None, field: str) -> str | None:
    if code is None or code.isprintable():
        return code
    shown = without_invisible(code)
    if not shown.isprintable():
        raise BadRowError("unprintable_code", field)
    return shown or None


def _usual_moments(values: tuple[Scalar, ...]) -> list[dt.datetime | None]:
    """What `moment` returns for texts with an offset, in half the time; empty if any of them is something else."""
    try:
        found = [None if value in (None, "") else _from_text(value) for value in values]  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return []
    offset = None  # the same for all dates of a row, as a rule
    for one in found:
        # years before 1971: what systems write for none
        if one is not None and not (one.tzinfo and 1970 < one.year < 2200):
            return []
        if one is not None and one.utcoffset() != offset:
            if not has_possible_offset(one):
                return []
            offset = one.utcoffset()
    return found


def _remembering(decode: Callable[[msgspec.Raw], _T], field: str) -> Callable[[msgspec.Raw], _T]:
    """A decoder of nested objects that decodes each distinct text once; its errors name `field`."""
    known: dict[bytes, _T] = {}

    def remembered(raw: msgspec.Raw) -> _T:
        key = bytes(raw)
        if key in known:
            return known[key]
        try:
            value = decode(raw)
        except msgspec.ValidationError:
            raise BadRowError("wrong_shape", field) from None
        except BadRowError as error:
            raise BadRowError(error.reason, field) from None
        if len(known) >= _CACHED:
            known.clear()
        known[key] = value
        return value

    return remembered


_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NAMED_OR_SCALAR = msgspec.json.Decoder(_Named | Scalar)
_PROCEDURE = msgspec.json.Decoder(_Procedure | None)
_AGENCY = msgspec.json.Decoder(_Agency | None)


def _code_of(raw: msgspec.Raw) -> str | None:
    """For a status, channel or payment method: its id (iGate's tables are keyed by id), else its code, else itself."""
    value = _NAMED_OR_SCALAR.decode(raw)
    if isinstance(value, _Named):
        return text(value.id if value.id not in (None, "") else value.code)
    return text(value)


def _level_of(raw: msgspec.Raw) -> str | None:
    value = _NAMED_OR_SCALAR.decode(raw)
    return text(value.code if isinstance(value, _Named) else value)


def _procedure_of(raw: msgspec.Raw) -> tuple[str | None, str | None]:
    value = _PROCEDURE.decode(raw) or _Procedure()
    return text(value.code), text(value.sector.code) if value.sector else None


def _agency_of(raw: msgspec.Raw) -> tuple[str | None, str | None, str | None, str | None]:
    value = _AGENCY.decode(raw) or _Agency()
    name = value.name
    if isinstance(name, list):
        name = next((translation.name for translation in name if translation.name), None)
    parent = value.parent.code if isinstance(value.parent, _Named) else None  # a bare id gives no code
    return text(value.id), text(value.code), text(name), text(parent)


def _field_of(error: msgspec.ValidationError) -> str | None:
    """The field that msgspec complains about: "... - at `$.acceptedDate`"."""
    _, _, path = str(error).partition("`$.")
    return path.rstrip("`").split("[")[0] or None
