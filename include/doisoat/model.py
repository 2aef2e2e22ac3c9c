"""The domain's vocabulary as types: what passes between sources, landing, warehouse and reconciliation.

Nothing here does I/O. The field lists are also the privacy boundary: a decoder can only fill what is listed here, and
no personal field is.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from doisoat.months import last_of

#: No count is larger: more dossiers than there will ever be, and sums of thousands of them are still PostgreSQL's bigint.
MOST = 10**15
#: No text is longer, in characters: the longest names of procedures have about a thousand.
LONGEST = 2000


class Side(enum.StrEnum):
    """Whose records a source shows."""

    PROVINCIAL = "provincial"
    NATIONAL = "national"
    MINISTRY = "ministry"


class Capability(enum.StrEnum):
    """What a source can be asked for; the pipeline uses whatever there is and records what a verdict is based on."""

    COUNTS = "counts"  # control totals of cells
    CHANGES = "changes"  # records changed since a point in time
    LISTING = "listing"  # all records of a cell
    LOOKUP = "lookup"  # one record by its code
    CATALOGUE = "catalogue"  # procedures, agencies, fields


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a source's records: receipt month and agency, None meaning "all".

    Attributes:
        receipt_month: first day of the month of receipt (Asia/Ho_Chi_Minh), or None for every month and the undated.
        agency_ref: the agency as the *source* names it in its own filter (e.g. iGate's agency id), or None for all.
        undated: True for the named cell "no receipt date"; then receipt_month is None.
        within: the first and last day of a part of the month, of all its agencies; None for all of it. Only for sources with
            `lists_days`.
    """

    receipt_month: dt.date | None = None
    agency_ref: str | None = None
    undated: bool = False
    within: tuple[dt.date, dt.date] | None = None

    @property
    def is_whole(self) -> bool:
        return self.receipt_month is None and self.agency_ref is None and not self.undated

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The first and last day of a cell that has a month."""
        if self.receipt_month is None:
            raise ValueError("a cell without a month has no days")
        return self.within or (self.receipt_month, last_of(self.receipt_month))


WHOLE = Cell()


class DossierRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One source's row about one dossier, decoded but not yet mapped: codes are still the source's own values.

    Times are aware datetimes. Every field but `record_id` may be unknown (None); an empty string never occurs.

    Attributes:
        record_id: the source's immutable key; None if the source has none (a file): the loader then makes one from the
            code and the rank among equal codes.
        dossier_code: the code under which this source holds the dossier (the local code on the provincial side).
        linked_codes: other codes the row itself names for the same dossier (iGate `nationCode`, a unit's own code).
        procedure_code, field_code: as stated, with or without suffix.
        agency_code, agency_name, agency_ref: as stated; ref is the source's internal id.
        parent_agency_code, agency_level: as stated.
        channel_code, status_code, online_payment_code: the source's own values, mapped at load by dated code maps.
        submitted_at, received_at, due_at, finished_at, returned_at, updated_at: timestamps as stated.
        has_digitised_parts: whether components were digitised, None when the source does not say.
        is_removed: deleted at the source but still shown as evidence.
    """

    record_id: str | None
    dossier_code: str | None = None
    linked_codes: tuple[str, ...] = ()
    procedure_code: str | None = None
    field_code: str | None = None
    agency_code: str | None = None
    agency_name: str | None = None
    agency_ref: str | None = None
    parent_agency_code: str | None = None
    agency_level: str | None = None
    channel_code: str | None = None
    status_code: str | None = None
    online_payment_code: str | None = None
    submitted_at: dt.datetime | None = None
    received_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    returned_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    has_digitised_parts: bool | None = None
    is_removed: bool = False


#: What tells which record a row is, and whether it counts: a row in which one of these could not be read proves no presence.
IDENTIFYING = frozenset({"record_id", "dossier_code", "is_removed"})


class QuarantinedRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row that could not be read as a whole: where it was and why, never what could not be read (docs/adr/0027).

    Attributes:
        position: such as "page 3 row 17" or "file 2 row 812".
        reason: a short stable name, such as "impossible_date".
        field: the source's own name of the first field that could not be read.
        record_id: its key, only if the key itself was readable and looks like a key.
        read: what else of it was read; None if nothing was.
        unread: the fields of `read` that could not be read: they are unknown, not empty.
        receipt_month: the month of receipt by the source's own filter, None if it was not asked by month.
    """

    position: str
    reason: str
    field: str | None = None
    record_id: str | None = None
    read: DossierRecord | None = None
    unread: tuple[str, ...] = ()
    receipt_month: dt.date | None = None

    @property
    def is_identified(self) -> bool:
        """Whether everything was read that tells which record it is."""
        key = self.read and (self.read.record_id or self.read.dossier_code)
        return bool(key) and not IDENTIFYING & set(self.unread)


class ControlTotal(msgspec.Struct, frozen=True, kw_only=True):
    """A count that a source declares, at the grain it declares it.

    Attributes:
        measure: what is counted, one of the names in docs/glossary ("dossiers", "dossiers_not_removed", "received",
            "on_time", "synced", ...), or the source's own name if its meaning is not settled ("HS_TOTAL").
        value: the count; None if the source answers that it has none.
        receipt_month: as in Cell; period_kind says when the period is not a month.
        agency_ref, agency_code, agency_name: as stated, all None for the whole province.
        includes_children: for a tree of agencies, whether a parent's number includes its children's, None if unknown.
        flags: the source's own data-quality flags, e.g. ("TEMP_NATIONAL_REPORT_DENOMINATOR",).
        measured_at: the source's clock.
    """

    measure: str
    value: int | None
    measured_at: dt.datetime
    receipt_month: dt.date | None = None
    period_kind: str = "all"  # all | month | quarter | year | undated
    agency_ref: str | None = None
    agency_code: str | None = None
    agency_name: str | None = None
    includes_children: bool | None = None
    flags: tuple[str, ...] = ()


class PublishedScore(msgspec.Struct, frozen=True, kw_only=True):
    """What the portal publishes of one metric of decision 766 for a unit and period, as it publishes it.

    Attributes:
        score_group: the report's own name ("transparency").
        metric: the metric's own code; empty for the group as a whole.
        period_kind, period_start: month, quarter or year, and its first day.
        agency_ref, agency_code, agency_name: as stated.
        numerator, denominator, ratio, score, max_score, score_delta: as stated; None where it states null or nothing, which
            is not 0.
        numbers: what the group states besides, under its own names ({"totalReceived": 700}).
        flags, message: the portal's own data-quality flags, and what it says about them.
        measured_at: the source's clock.
    """

    score_group: str
    metric: str
    period_kind: str
    period_start: dt.date
    measured_at: dt.datetime
    agency_ref: str | None = None
    agency_code: str | None = None
    agency_name: str | None = None
    numerator: float | None = None
    denominator: float | None = None
    ratio: float | None = None
    score: float | None = None
    max_score: float | None = None
    score_delta: float | None = None
    numbers: dict[str, float | None] = {}
    flags: tuple[str, ...] = ()
    message: str | None = None


@dataclass(slots=True)
class Page:
    """One page of a listing: the rows decoded, the rows rejected, and the total that the source declares.

    Attributes:
        declared_total: the total the source states for the cell being listed, None if it states none.
        source_time: the source's clock when it answered (HTTP Date header; a file's own time).
        unstated: the fields for which it has no place at all, as a file without that column; None if that does not show,
            as with an optional field that no row has.
    """

    records: list[DossierRecord]
    quarantined: list[QuarantinedRow] = field(default_factory=list)
    declared_total: int | None = None
    source_time: dt.datetime | None = None
    unstated: frozenset[str] | None = None

    @property
    def received(self) -> int:
        """Rows received, readable or not."""
        return len(self.records) + len(self.quarantined)


class LookUp(msgspec.Struct, frozen=True, kw_only=True):
    """A source's answer when asked for one dossier by its code.

    Attributes:
        code: the code that was asked for.
        is_held: whether the source has a dossier under it.
        looked_up_at: the source's clock.
        record: what it says about the dossier, None if it has none; every field may be unknown.
    """

    code: str
    is_held: bool
    looked_up_at: dt.datetime
    record: DossierRecord | None = None


class CatalogueEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a catalogue that a source keeps.

    Attributes:
        catalogue: procedure, agency or field.
        code: its code there, as stated.
        name: its Vietnamese name (NFC), None if none is stated.
        parent_code: a procedure's field, a field's sector, an agency's parent agency; None if not stated.
        level: an agency's level, as stated.
        ref: the source's own id, by which it can be asked about the entry; None if it has none.
    """

    catalogue: str
    code: str
    name: str | None = None
    parent_code: str | None = None
    level: str | None = None
    ref: str | None = None


class AskedProcedure(NamedTuple):
    """A procedure of a source's catalogue and a receipt month, of which the source is asked for its counts.

    Attributes:
        ref, code: as its catalogue states them.
    """

    month: dt.date
    ref: str
    code: str


class UnitCount(msgspec.Struct, frozen=True, kw_only=True):
    """A count of one unit, which is named as in ControlTotal; None where the source states null."""

    value: int | None
    agency_ref: str | None = None
    agency_code: str | None = None
    agency_name: str | None = None


class ProcedureCount(msgspec.Struct, frozen=True, kw_only=True):
    """What a source answered when it was asked for one measure of one procedure and month.

    Attributes:
        measure, receipt_month, measured_at: as in ControlTotal.
        procedure_ref, procedure_code: the procedure that was asked for.
        state: whether the source honoured the filter by procedure: "known" if that is proven, "not_honoured" if it is refuted,
            "unproven" if the answers decide neither. Only what is known is a count of the procedure.
        value: of the whole province; None unless it is known, or where the source states null.
        units: of each unit that the source states, but for those with 0; empty unless it is known.
    """

    measure: str
    receipt_month: dt.date
    procedure_ref: str
    procedure_code: str
    state: str
    measured_at: dt.datetime
    value: int | None = None
    units: tuple[UnitCount, ...] = ()


class CellCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for in one listed cell, and whether the listing reached its end with totals that agree.

    Attributes:
        first_day, last_day: the part of the month that was listed (Cell.within); None for all of it.
    """

    receipt_month: dt.date | None
    agency_ref: str | None
    undated: bool
    declared_before: int | None
    declared_after: int | None
    received: int
    is_complete: bool
    first_day: dt.date | None = None
    last_day: dt.date | None = None


class PullCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """The certificate of one pull: enough to say later what the night is based on.

    Attributes:
        cut_off: the source's clock when the pull began; what happened later may be missing.
        is_complete: every cell that had to be covered was covered and its totals agree.
        mode: "full" (every record listed), "incremental" (changes, plus the cells listed in `cells`), "counts" (control
            totals only), "reports" (totals of the periods received; others stay valid), "look_ups" (single dossiers asked for
            by code) or "catalogue".
        unstated: the fields that it did not state at all: the columns that a file lacks, and what none of an API's many
            records states (of changes: what none of them states). None of these is empty: it is unknown.
    """

    source_id: str
    night: dt.date
    mode: str
    started_at: dt.datetime
    ended_at: dt.datetime
    cut_off: dt.datetime
    requests: int
    pages: int
    received: int
    decoded: int
    quarantined: int
    declared_before: int | None
    declared_after: int | None
    is_complete: bool
    incomplete_reason: str | None = None
    watermark: dt.datetime | None = None
    cells: tuple[CellCertificate, ...] = ()
    unstated: tuple[str, ...] = ()
