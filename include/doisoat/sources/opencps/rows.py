"""The rows of an OpenCPS dossier search: which fields are read, and how a row becomes a DossierRecord.

The Structs list the fields that are read; msgspec skips everything else (applicant, contact, delegate and postal
fields, notes, `metaData`) without creating values. CONTRACTS section 3, and VietOpenCPS/opencps-v2 as of 2020: what the
province sends to the portal as NgayTiepNhan is receiveDate, NgayHenTra dueDate, NgayKetThucXuLy releaseDate, NgayTra
finishDate [V].
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from doisoat.codes import SHAPE, is_dossier_code
from doisoat.model import DossierRecord, QuarantinedRow
from doisoat.sources.declared import Count
from doisoat.sources.in_part import read_in_part
from doisoat.sources.values import BadRowError, text, written_moment

_DATES = ("submitDate", "receiveDate", "dueDate", "releaseDate", "finishDate", "modifiedDate")
#: The fields of a row that may be left out if they cannot be read, and what of a record each of them fills.
_FILLS = {
    "dossierId": ("record_id",),
    "dossierNo": ("dossier_code",),
    "referenceUid": ("linked_codes",),
    "originDossierNo": ("linked_codes",),
    "systemId": ("linked_codes",),
    "originality": ("is_removed",),
    "serviceCode": ("procedure_code",),
    "domainCode": ("field_code",),
    "govAgencyCode": ("agency_code", "agency_ref"),
    "govAgencyName": ("agency_name",),
    "dossierStatus": ("status_code",),
    "online": ("channel_code",),
    "fromViaPostal": ("channel_code",),
    "submitDate": ("submitted_at",),
    "receiveDate": ("received_at",),
    "dueDate": ("due_at",),
    "releaseDate": ("finished_at",),
    "finishDate": ("returned_at",),
    "modifiedDate": ("updated_at",),
}
_YES, _NO = frozenset({"true", "1"}), frozenset({"false", "0"})
_FROM_PORTAL = "5"  # the systemId of dossiers that the national portal created [V]
_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NULL = msgspec.Raw(b"null")
Scalar = str | int | None
Loose = str | int | bool | None


class Row(msgspec.Struct):
    """One dossier of the search."""

    dossierId: Scalar = None
    dossierNo: Scalar = None
    referenceUid: Scalar = None
    originDossierNo: Scalar = None
    systemId: Scalar = None
    originality: Scalar = None
    serviceCode: Scalar = None
    domainCode: Scalar = None
    govAgencyCode: Scalar = None
    govAgencyName: str | None = None
    dossierStatus: Scalar = None
    online: Loose = None
    fromViaPostal: Scalar = None
    submitDate: Scalar = None
    receiveDate: Scalar = None
    dueDate: Scalar = None
    releaseDate: Scalar = None
    finishDate: Scalar = None
    modifiedDate: Scalar = None


class _Known(msgspec.Struct):
    """What tells that an object is a row."""

    dossierId: Any


class Result(msgspec.Struct):
    """One page of a search; `code` is set if an error is answered with a success status."""

    total: Count | None = None
    data: list[Row] | None = None
    code: Any = None

    def rows(self) -> list[Row]:
        """Its rows."""
        return self.data or []


class RawResult(msgspec.Struct):
    """The same page, row by row, in case one of them cannot be read, or there is one without a list around it [A]."""

    total: Count | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")
    code: Any = None

    def rows(self) -> list[msgspec.Raw]:
        """Its rows as they came.

        Raises:
            msgspec.ValidationError: they are neither a list nor one row.
        """
        if bytes(memoryview(self.data)[:1]) == b"{":
            msgspec.json.decode(self.data, type=_Known)
            return [self.data]
        return msgspec.json.decode(self.data, type=list[msgspec.Raw] | None) or []


class _Mark(msgspec.Struct):
    originality: Any = None


class _BareMark(_Known):
    originality: Any = None


class Totals(msgspec.Struct):
    """A page read for its total, and whether its rows are removed."""

    total: Count | None = None
    data: list[_Mark] | _BareMark | None = None
    code: Any = None

    @property
    def originalities(self) -> list[Any]:
        """That of each row."""
        rows: list[_Mark | _BareMark] = (
            [*self.data] if isinstance(self.data, list) else [self.data] if self.data else []
        )
        return [row.originality for row in rows]


def is_removed(originality: object) -> bool:
    """Whether a dossier was removed: its originality becomes negative, and is indexed as 99 less than that [V]."""
    try:
        number = int(str(originality)[:20])
    except ValueError:
        return False
    return number < 0 or 90 <= number <= 98


class RowReader:
    """Turns rows into records.

    Args:
        timezone: the time zone of dates, which state none.
        reference_is_sent: the portal holds a dossier that it created under its referenceUid, whatever its form.
        code_shape: the form of a dossier's code.
    """

    def __init__(self, timezone: dt.tzinfo, *, reference_is_sent: bool, code_shape: str = SHAPE) -> None:
        self._timezone, self._reference_is_sent, self._code_shape = timezone, reference_is_sent, code_shape
        self._row = msgspec.json.Decoder(Row)

    def read(
        self, rows: Iterable[Row | msgspec.Raw], position: str
    ) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
        """The records of a page and its unreadable rows; `position` names the page."""
        records, quarantined = [], []
        for number, row in enumerate(rows, 1):
            try:
                records.append(self.record(self._decode(row) if isinstance(row, msgspec.Raw) else row))
            except BadRowError:
                raw = row if isinstance(row, msgspec.Raw) else msgspec.Raw(msgspec.json.encode(row))
                quarantined.append(self._in_part(raw, f"{position} row {number}"))
        return records, quarantined

    def _in_part(self, raw: msgspec.Raw, position: str) -> QuarantinedRow:
        """A row that cannot be read as a whole."""
        try:
            parts = _PARTS.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return QuarantinedRow(position=position, reason="wrong_shape", field="row")
        left_out: set[str] = set()

        def read() -> DossierRecord:
            row = self._decode(msgspec.Raw(msgspec.json.encode(parts)))
            return self.record(row, needs_key="dossierId" not in left_out)

        def blank(field: str) -> None:
            left_out.add(field)
            parts[field] = _NULL

        found = read_in_part(read, blank, _FILLS, position=position, record_id=None)
        return msgspec.structs.replace(found, record_id=found.read and found.read.record_id)

    def _decode(self, raw: msgspec.Raw) -> Row:
        try:
            return self._row.decode(raw)
        except msgspec.ValidationError as error:
            _, _, path = str(error).partition("`$.")
            raise BadRowError("wrong_shape", path.rstrip("`").split("[")[0] or "row") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise BadRowError("wrong_shape", "row") from None

    def record(self, row: Row, *, needs_key: bool = True) -> DossierRecord:
        """One record.

        Args:
            needs_key: False for a row that is read in part.

        Raises:
            BadRowError: it has no key, an unprintable text or an impossible date.
        """
        key = _key(row)
        if key is None and needs_key:
            raise BadRowError("no_record_id", "dossierId")
        code = _text(row.dossierNo, "dossierNo")
        submitted, received, due, released, finished, modified = [
            written_moment(value, self._timezone, name) for value, name in zip(_dates(row), _DATES, strict=True)
        ]
        agency_code = _text(row.govAgencyCode, "govAgencyCode")
        return DossierRecord(
            record_id=key,
            dossier_code=code,
            linked_codes=self._links(row, code),
            procedure_code=_text(row.serviceCode, "serviceCode"),
            field_code=_text(row.domainCode, "domainCode"),
            agency_code=agency_code,
            agency_name=_text(row.govAgencyName, "govAgencyName"),
            agency_ref=agency_code,
            channel_code=_channel(row),
            status_code=_text(row.dossierStatus, "dossierStatus"),
            submitted_at=submitted,
            received_at=received,
            due_at=due,
            finished_at=released,
            returned_at=finished,
            updated_at=modified,
            is_removed=is_removed(row.originality),
        )

    def _links(self, row: Row, code: str | None) -> tuple[str, ...]:
        """Other codes of the same dossier. A referenceUid is often a UUID: that is not a code, unless it was sent as one."""
        reference, origin = _text(row.referenceUid, "referenceUid"), _text(row.originDossierNo, "originDossierNo")
        is_sent = self._reference_is_sent and str(row.systemId) == _FROM_PORTAL
        named = [reference if is_sent or is_dossier_code(reference, self._code_shape) else None]
        named.append(origin if is_dossier_code(origin, self._code_shape) else None)
        return tuple(dict.fromkeys(other for other in named if other and other != code))


def _dates(row: Row) -> tuple[Scalar, ...]:
    return row.submitDate, row.receiveDate, row.dueDate, row.releaseDate, row.finishDate, row.modifiedDate


def _channel(row: Row) -> str | None:
    """How it was submitted, in the system's own terms; by post only if it was not online, as in its statistics [V]."""
    online = str(row.online).lower()
    if online in _YES:
        return "online=true"
    if online not in _NO:
        return None if row.online in (None, "") else _text(str(row.online), "online")
    return "online=false" if str(row.fromViaPostal) in ("None", "", "0") else "online=false,fromViaPostal=1"


def _key(row: Row) -> str | None:
    key = str(row.dossierId).strip()
    return key if key.isascii() and key.isdecimal() and len(key) <= 20 and key.strip("0") else None


def _text(value: Scalar, field: str) -> str | None:
    try:
        return text(value)
    except BadRowError as error:
        raise BadRowError(error.reason, field) from None
