"""The truth about a dossier, and the rows in which each system holds it.

Statuses are the national table's (CONTRACTS section 1) plus one of the province's own. All times are in seconds
(sandbox.world.moments). A row knows its whole life in advance; what a system shows of it depends on the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, TypeVar, cast

from sandbox.world.procedures import Procedure
from sandbox.world.reference import Agency

SUBMITTED, ACCEPTED, REFUSED, IN_PROCESS, SUPPLEMENT, FEE, WITHDRAWN, STOPPED, FINISHED, RETURNED = range(1, 11)
#: The province waits for another office; the national table has no such status (CONTRACTS section 7, "unmapped").
INTEROPERATING = 41
CORRECTING = 42  # a status of a tenant's own, which the national table lacks

DIRECT, ONLINE, POST = 1, 2, 3

T = TypeVar("T")
Life = list[tuple[int, int]]  # (moment, status), in order of time
_STEP = Struct("<IB")
#: A status as it was sent, by the number that is kept for it.
_SENT = ("", *map(str, range(1, 256)))


class Steps(bytes):
    """A life that no longer changes, read as a list of (moment, status): five bytes a step instead of a hundred."""

    __slots__ = ()

    def __iter__(self) -> Iterator[tuple[int, int]]:  # type: ignore[override]
        return _STEP.iter_unpack(self)

    def __len__(self) -> int:
        return bytes.__len__(self) // _STEP.size

    def __getitem__(self, place: Any) -> Any:
        return list(self)[place]


class SentSteps(Steps):
    """The same of a life as the portal knows it, whose statuses are texts."""

    __slots__ = ()

    def __iter__(self) -> Iterator[tuple[int, str]]:  # type: ignore[override]
        return ((at, _SENT[status]) for at, status in _STEP.iter_unpack(self))


@dataclass(slots=True)
class LocalRow:
    """A dossier as the provincial system holds it.

    Attributes:
        record_id: its 24 hexadecimal digits, which never change.
        code, former_code, recoded_at: from `recoded_at` on the row has `code`, before that `former_code`.
        national_code: the value of `nationCode`, "" for none.
        appears_at: when the row is committed; removed_at: hidden from `remove-status=0`; gone_at: no longer there.
        touched_at: when a migration set its updatedDate, the same for many rows.
        submitted_at: what the row says instead of the truth, None for the truth.
    """

    record_id: str
    code: str
    national_code: str
    life: Life
    appears_at: int
    received_at: int | None
    removed_at: int | None = None
    gone_at: int | None = None
    former_code: str = ""
    recoded_at: int | None = None
    touched_at: int | None = None
    submitted_at: int | None = None

    @property
    def finished_at(self) -> int | None:
        """When handling ended, as far as this row will ever know."""
        return _first(self.life, (FINISHED, RETURNED))

    @property
    def returned_at(self) -> int | None:
        return _first(self.life, (RETURNED,))

    def is_held(self, now: int) -> bool:
        """Whether the system holds the row at all, removed or not."""
        return self.appears_at <= now and (self.gone_at is None or now < self.gone_at)

    def is_removed(self, now: int) -> bool:
        return self.removed_at is not None and self.removed_at <= now

    def code_at(self, now: int) -> str:
        return self.former_code if self.recoded_at is not None and now < self.recoded_at else self.code

    def moments(self) -> Iterator[int]:
        """Every time at which the row changes."""
        yield self.appears_at
        for at, _ in self.life:
            yield at
        yield from (at for at in (self.removed_at, self.gone_at, self.recoded_at) if at is not None)


@dataclass(slots=True)
class PortalRow:
    """A dossier as the national portal holds it.

    Attributes:
        life: (moment at which the portal knows it, status as sent: "" when unmapped).
        received_at: the receipt moment as the portal shows it, from `received_known_at` on.
        counted_agency: the unit for which the portal counts it.
        agency_code, agency_name: how the portal writes the unit.
        appears_at: when the portal first holds it.
        shows_finish: whether finish and return moments came with statuses 9 and 10.
        submitted_at: what the row says instead of the truth, None for the truth.
    """

    code: str
    life: list[tuple[int, str]]
    received_at: int | None
    received_known_at: int
    counted_agency: Agency
    agency_code: str
    agency_name: str
    procedure_code: str
    payment: int
    gone_at: int | None = None
    shows_finish: bool = True
    submitted_at: int | None = None

    @property
    def appears_at(self) -> int:
        return self.life[0][0]

    def is_held(self, now: int) -> bool:
        return self.life[0][0] <= now and (self.gone_at is None or now < self.gone_at)

    def received(self, now: int) -> int | None:
        return self.received_at if self.received_known_at <= now else None

    def moments(self) -> Iterator[int]:
        """Every time at which the row changes."""
        for at, _ in self.life:
            yield at
        yield self.received_known_at
        if self.gone_at is not None:
            yield self.gone_at


@dataclass(slots=True)
class MinistryRow:
    """A dossier as a ministry's system holds it (CONTRACTS section 4).

    Attributes:
        source: kind of the ministry's system.
        record_key: the key by which it is found there: the code, or for registrations the journal number.
        code: its dossier code; "" for registrations, which have none.
        portal_code: the portal's code of it that the ministry knows (`maDangKyDvc`), "" if it did not come through there.
        received_at: when it was received; the row is there from then on.
        life: as the ministry knows it, in national statuses.
    """

    source: str
    record_key: str
    code: str
    portal_code: str
    received_at: int
    life: Life

    def is_held(self, now: int) -> bool:
        return self.received_at <= now

    def status_at(self, now: int) -> int:
        """Its status at a time when the ministry holds it."""
        return latest(self.life, now) or self.life[0][1]


@dataclass(slots=True)
class Dossier:
    """The truth about one case.

    Attributes:
        kind: name of what happens to its visibility (sandbox.world.causes): "plain", a cause or a look-alike.
        local_code: its code at the province; national_code: its G22 code, "" if it did not come through the portal.
        due_at: None where the procedure has no due date.
        life: what truly happened, whoever knows it.
        local, portal: the rows in which the two sides hold it.
        ministry: the row of a dossier that is handled in a ministry's system.
        other: number of another dossier that it resembles, if any.
    """

    number: int
    kind: str
    agency: Agency
    procedure: Procedure
    channel: int
    submitted_at: int
    received_at: int | None
    due_at: int | None
    life: Life
    local_code: str
    national_code: str
    is_digitised: bool
    payment: int
    local: list[LocalRow] = field(default_factory=list)
    portal: list[PortalRow] = field(default_factory=list)
    ministry: MinistryRow | None = None
    other: int | None = None

    @property
    def finished_at(self) -> int | None:
        return _first(self.life, (FINISHED, RETURNED))

    @property
    def returned_at(self) -> int | None:
        return _first(self.life, (RETURNED,))

    def status_at(self, now: int) -> int | None:
        """The true status at a given time, None before it was submitted."""
        return latest(self.life, now)


def latest(life: list[tuple[int, T]], now: int) -> T | None:
    """The last state of a life at a given time, None before its first."""
    found = None
    for at, state in life:
        if at <= now:
            found = state
    return found


def settle(made: Dossier) -> None:
    """Keep a dossier in little room once all has happened to it: a million of them are held at once.

    A row of the province that lives as the dossier does shares its life.
    """
    lives: dict[int, Life] = {}

    def kept(life: Life) -> Life:
        if id(life) not in lives:
            lives[id(life)] = cast("Life", Steps(b"".join(_STEP.pack(*step) for step in life)))
        return lives[id(life)]

    rows: list[LocalRow | MinistryRow] = [*made.local, *([made.ministry] if made.ministry else [])]
    for row, life in [(row, kept(row.life)) for row in rows]:
        row.life = life
    made.life = kept(made.life)
    for sent in made.portal:
        packed = SentSteps(b"".join(_STEP.pack(at, int(status or 0)) for at, status in sent.life))
        sent.life = cast("list[tuple[int, str]]", packed)
    made.local, made.portal = made.local[:], made.portal[:]  # without the room for more that they grew by


def _first(life: Life, statuses: tuple[int, ...]) -> int | None:
    """When a life first reaches one of these statuses."""
    return next((at for at, status in life if status in statuses), None)
