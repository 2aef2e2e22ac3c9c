"""The contract of every source: what it can be asked for, and what an answer looks like.

A connector is a class with `source_kind`, `side`, `capabilities` and an `Options` model; it implements the methods of
the capabilities it names and nothing else. It yields decoded pages lazily, keeps no record it has yielded, reads no
clock for data, and raises only the errors of doisoat.errors. Retrying whole pulls is Airflow's job; a connector
retries only single requests, a few times and briefly, and an expired token or session, once.

Every connector passes tests/integration/test_source_contract.py.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from doisoat.codes import SHAPE
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError
from doisoat.model import (
    AskedProcedure,
    Capability,
    CatalogueEntry,
    Cell,
    ControlTotal,
    LookUp,
    Page,
    ProcedureCount,
    PublishedScore,
    Side,
)
from doisoat.months import Period

#: If this many records all lack a field, that is no coincidence.
MANY = 10
#: The fields whose emptiness is compared: what a source has no place for must not be taken for empty (reconcile/).
COMPARED = frozenset({"status_code", "received_at", "due_at", "finished_at"})


class SourceOptions(BaseModel):
    """Base of a connector's own settings in the province file; unknown keys are rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(BaseModel):
    """The load that a source may be put under; the defaults are meant to be gentle on a government server.

    Attributes:
        requests_per_second: None sends one request after the other without a pause, never two at once.
        page_size: rows requested per page; a source may return fewer.
        relist_cells_per_night: how many months an incremental pull may list again, whole or in part.
        quiet_cell_share: the share of the quiet months that is listed again each night anyway, within the next limit.
        review_requests_per_night: how many requests that may take; if the share would take more, the months are listed again
            less often (`doisoat sources` says how often). A month is always listed completely, even beyond this limit.
        overlap_minutes: how far before the watermark changes are read again, for commits that became visible late.
        recent_months: how many of the newest receipt months are listed each night if a source has no CHANGES.
        look_ups_per_night: how many dossiers may be looked up by code in one night.
        procedure_requests_per_night: how many requests for counts of single procedures one night may take (counts_by_procedure);
            0 asks for none.
        look_up_age_days: for how many days an answer to a look-up stays valid before it is requested again.
        patience_seconds: how long one request may be retried (429, 5xx, lost connection, HTML) before the pull fails.
        wait_hours: how long a night waits for this source in all, from when it was opened; what comes later is late, and the
            night goes on with its last good snapshot. Raise it for a first pull that takes longer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    requests_per_second: float | None = None
    timeout_seconds: float = 60
    max_answer_megabytes: int = 256
    page_size: int = 200
    relist_cells_per_night: int = 60
    quiet_cell_share: float = 0.1
    review_requests_per_night: int = Field(default=500, ge=1)
    overlap_minutes: int = 60
    recent_months: int = 2
    look_ups_per_night: int = 500
    procedure_requests_per_night: int = Field(default=300, ge=0)
    look_up_age_days: int = 7
    patience_seconds: float = 30
    wait_hours: float = Field(default=4, gt=0, le=18)


@dataclass(frozen=True, slots=True)
class KnownCatalogue:
    """What was read of a catalogue before.

    Attributes:
        former: the entries of the last whole reading, in the order in which they came.
        begun: page -> its entries, of a reading that was stopped since.
    """

    former: Sequence[CatalogueEntry] = ()
    begun: Mapping[int, Sequence[CatalogueEntry]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """Some entries of a catalogue, in its order.

    Attributes:
        number: its page at the source, None if it is none: then a reading that stops after it does not go on there.
        is_kept: the entries are those that were read before, not read now.
    """

    entries: Sequence[CatalogueEntry]
    number: int | None = None
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Original:
    """A file that a source was read from, identified by the content that was read."""

    path: Path
    size: int
    sha256: str


class Source(ABC):
    """One system we read.

    Args:
        source_id: its name in the province file, which is also its connection id.
        options: an instance of this class's Options.
        limits: the load it may be put under.
        connection: where it is.
        timezone: the province's, for dates without one.
        code_shape: the form of a dossier's code (doisoat.codes).
    """

    source_kind: ClassVar[str]
    side: ClassVar[Side]
    capabilities: ClassVar[frozenset[Capability]]
    Options: ClassVar[type[SourceOptions]] = SourceOptions
    #: Incremented whenever the same answer would be decoded differently; a landing records which version read it.
    decoder_version: ClassVar[str] = "2"
    #: True if the source shows all its records each time (a file): then every pull is a full one.
    always_full: ClassVar[bool] = False
    #: True if the source delivers only now and then (a report, an office's export): its clock is the file's own time and may
    #: be before the night's end, and totals of periods not delivered tonight stay valid.
    is_occasional: ClassVar[bool] = False
    #: Fields that its records always state: if all records of a pull lack one, the answer breaks the contract.
    always_states: frozenset[str] = frozenset()
    #: True if a cell may be some days of a month (Cell.within).
    lists_days: bool = False
    #: True if a source that lists records also declares counts on its own terms (`control_totals`).
    has_statistics: bool = False
    #: True if it publishes scores (`published_scores`).
    has_scores: bool = False
    #: The measure that it can also be asked for by procedure and month (`counts_by_procedure`); None if it cannot.
    counted_by_procedure: str | None = None
    #: The options that say whose dossiers are asked for: where it refuses or shows none, one of them may be wrong.
    asked_by: tuple[str, ...] = ()

    def __init__(
        self, source_id: str, *, options: SourceOptions, limits: Limits, connection: Connection, timezone: dt.tzinfo,
        code_shape: str = SHAPE,
    ) -> None:  # fmt: skip
        self.source_id, self.options, self.limits = source_id, options, limits
        self.connection, self.timezone, self.code_shape = connection, timezone, code_shape
        #: What of its counts and scores could not be taken, though the rest was: it makes a pull incomplete.
        self.left_out: list[str] = []
        #: What of a listing is known to be there and was not shown, and what to do: it makes a pull incomplete.
        self.cut_short: list[str] = []

    @abstractmethod
    def probe(self) -> str:
        """One cheap call that verifies address, credentials and format; returns one line for `doisoat check`."""

    def clock(self) -> dt.datetime:
        """Its clock now; files have none, and take this machine's."""
        return dt.datetime.now(dt.UTC)

    @property
    def requests_made(self) -> int:
        """How many requests this instance has made (or files it has read) so far, for the certificate."""
        return 0

    def close(self) -> None:  # noqa: B027 - most sources hold nothing
        """Release network and file handles."""

    # COUNTS -----------------------------------------------------------------------------------------------------
    def count(self, cell: Cell, *, removed: bool = True) -> ControlTotal:
        """The source's own count of a cell, by default with removed rows (one cheap call)."""
        raise _not_offered(self, Capability.COUNTS)

    def months(self) -> list[dt.date]:
        """The receipt months (first days) in which a countable and listable source holds anything, oldest first."""
        raise _not_offered(self, Capability.COUNTS)

    def control_totals(self, night: dt.date) -> Iterator[ControlTotal]:
        """The counts this source declares on its own terms for periods that had ended on `night` (statistics)."""
        raise _not_offered(self, Capability.COUNTS)

    def published_scores(self, night: dt.date) -> Iterator[PublishedScore]:
        """The scores that it publishes (`has_scores`), of every period that it can be asked for on `night`."""
        raise _not_offered(self, Capability.COUNTS)

    def counts_by_procedure(self, asked: Sequence[AskedProcedure], night: dt.date) -> Iterator[ProcedureCount]:
        """What it counts of single procedures (`counted_by_procedure`), the first ones first; where it stops answering, what it
        has answered, and `left_out` says so."""
        raise _not_offered(self, Capability.COUNTS)

    def publishes_provinces(self, night: dt.date) -> bool:
        """Whether on that night it can be asked for the scores of any province."""
        return False

    def province_scores(self, root: str, asked: Sequence[Period], night: dt.date) -> Iterator[PublishedScore]:
        """What it publishes of a whole province and none of its units, by the id under which it knows the province."""
        raise _not_offered(self, Capability.COUNTS)

    # LISTING ----------------------------------------------------------------------------------------------------
    def list_cell(self, cell: Cell) -> Iterator[Page]:
        """Every record of a cell, removed ones marked, page by page. For the whole: WHOLE.

        An agency's cell may also return records of agencies below it, if the source's filter means the subtree.
        """
        raise _not_offered(self, Capability.LISTING)

    # CHANGES ----------------------------------------------------------------------------------------------------
    def changes(self, since: dt.datetime) -> Iterator[Page]:
        """Every record updated at or after `since` (the caller has already subtracted the overlap)."""
        raise _not_offered(self, Capability.CHANGES)

    # LOOKUP -----------------------------------------------------------------------------------------------------
    def look_up(self, code: str) -> LookUp:
        """What the source says about one dossier; "not held" is an answer, not an error."""
        raise _not_offered(self, Capability.LOOKUP)

    # CATALOGUE --------------------------------------------------------------------------------------------------
    def catalogue(self) -> Iterator[CatalogueEntry]:
        """Every procedure, agency and field that the source's catalogues hold."""
        raise _not_offered(self, Capability.CATALOGUE)

    def keeps_catalogue(self, day: dt.date) -> bool:
        """Whether it can be asked for its catalogues on that day."""
        return Capability.CATALOGUE in self.capabilities

    def catalogue_pages(self, day: dt.date, known: KnownCatalogue) -> Iterator[CataloguePage]:
        """Its catalogues as `catalogue` gives them, as far as possible without asking again for what is known.

        Args:
            day: of the reading.
        """
        yield CataloguePage(list(self.catalogue()))

    # files ------------------------------------------------------------------------------------------------------
    def has_news(self) -> bool:
        """Whether there is anything to pull: False for an inbox without waiting files."""
        return True

    def originals(self) -> list[Original]:
        """The files this pull read, to be deleted once its landing is sealed; none for a network source.

        Before anything was read: the waiting files, so that a pull that crashed after its seal can be tidied up.
        """
        return []


class Stated:
    """Checks that a pull's records state what the source's records always do: a vanished field looks like an empty one.

    Args:
        source: whose records they are.
    """

    def __init__(self, source: Source) -> None:
        self._source, self._missing, self._records = source, set(source.always_states), 0
        self._unseen: set[str] = set(COMPARED)
        self._without_place: set[str] | None = None

    def take(self, page: Page) -> None:
        """Examine some more records."""
        records = page.records
        self._records += len(records)
        for unseen in (self._missing, self._unseen):
            unseen -= {name for name in unseen if any(getattr(record, name) for record in records)}
        if page.unstated is not None:
            self._without_place = (self._without_place or set()) | page.unstated

    def unstated(self, *, of_changes: bool) -> frozenset[str]:
        """The fields that were not stated at all.

        Of files the columns that one of them lacks: a column that is there may well be empty. Otherwise the compared fields
        that none of the records states: of at least MANY, or of the changes, however few (what was unstated before and is
        not stated by a change either is still unstated).
        """
        if self._without_place is not None:
            return frozenset(self._without_place)
        return frozenset(self._unseen) if of_changes or self._records >= MANY else frozenset()

    def check(self) -> None:
        """Judge all of them.

        Raises:
            SourceChangedError: none of at least MANY records states a field that this source always states.
        """
        if self._missing and self._records >= MANY:
            raise SourceChangedError(
                self._source.source_id,
                asked=f"records that state {', '.join(sorted(self._missing))}",
                came=f"{self._records} records, none of which does",
                todo="compare an answer with docs/contracts.md: the field may have another name now",
            )


def _not_offered(source: Source, capability: Capability) -> ConfigurationError:
    return ConfigurationError(f"{source.source_kind} does not offer {capability}; check its `capabilities` first")
