"""What the warehouse holds of a source, as a pull queries it, and what the source should therefore declare.

The warehouse answers the protocol `Held`; `Expected` applies tonight's changes to it, so that a source's counts can be
compared with ours before anything is loaded.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from doisoat.model import Cell, DossierRecord
from doisoat.months import first_of

if TYPE_CHECKING:
    from doisoat.sources.contract import Limits

_K = TypeVar("_K")


class HeldCount(NamedTuple):
    """How many current records are held; `total` includes the removed ones."""

    total: int
    not_removed: int


class Place(NamedTuple):
    """Where a record is counted: receipt month (local, None = undated), its own agency, removed or not, and its day.

    A record whose date could not be read has the month in which it was listed, and no day.
    """

    receipt_month: dt.date | None
    agency_ref: str | None
    is_removed: bool
    receipt_date: dt.date | None = None


class Held(Protocol):
    """What the warehouse holds of one source as of the night before; each method is one query."""

    def watermark(self) -> dt.datetime | None:
        """The watermark of the last loaded certificate; None means a full pull is needed."""

    def counts_by_month(self) -> Mapping[dt.date | None, HeldCount]:
        """Current records by local receipt month; the key None stands for undated ones."""

    def counts_by_agency(self, month: dt.date) -> Mapping[str | None, HeldCount]:
        """Current records of a receipt month by their own agency_ref."""

    def counts_by_day(self, month: dt.date) -> Mapping[dt.date | None, HeldCount]:
        """Current records of a receipt month by day of receipt; the key None stands for those whose date is unread."""

    def places(self, record_ids: Sequence[str]) -> Mapping[str, Place]:
        """Where the given records, as far as they are held, are counted now."""


class NothingHeld:
    """Nothing is held: the first night."""

    def watermark(self) -> dt.datetime | None:
        return None

    def counts_by_month(self) -> Mapping[dt.date | None, HeldCount]:
        return {}

    def counts_by_agency(self, month: dt.date) -> Mapping[str | None, HeldCount]:
        return {}

    def counts_by_day(self, month: dt.date) -> Mapping[dt.date | None, HeldCount]:
        return {}

    def places(self, record_ids: Sequence[str]) -> Mapping[str, Place]:
        return {}


class Expected:
    """The counts that the source should declare if we miss nothing: what is held, with tonight's changes applied."""

    def __init__(self, held: Held, timezone: dt.tzinfo) -> None:
        self._held, self._timezone = held, timezone
        self._tonight: dict[str, Place] = {}
        self._moved: dict[Place, int] = defaultdict(int)
        self.by_month: dict[dt.date | None, list[int]] = defaultdict(
            lambda: [0, 0], {month: list(count) for month, count in held.counts_by_month().items()}
        )

    @property
    def total(self) -> int:
        return sum(count[0] for count in self.by_month.values())

    def of(self, cell: Cell) -> HeldCount:
        """The expected count of a month or of the undated records."""
        count = self.by_month.get(cell.receipt_month, [0, 0])
        return HeldCount(*count)

    def by_agency(self, month: dt.date) -> dict[str | None, HeldCount]:
        """The expected counts of a month's agencies."""
        return self._with_moved(month, self._held.counts_by_agency(month), lambda place: place.agency_ref)

    def by_day(self, month: dt.date) -> dict[dt.date | None, HeldCount]:
        """The expected counts of a month's days; None: of the records whose date is unread."""
        return self._with_moved(month, self._held.counts_by_day(month), lambda place: place.receipt_date)

    def _with_moved(
        self, month: dt.date, held: Mapping[_K, HeldCount], part_of: Callable[[Place], _K]
    ) -> dict[_K, HeldCount]:
        counts = dict(held)
        for place, moved in self._moved.items():
            if moved and place.receipt_month == month:
                part = part_of(place)
                total, not_removed = counts.get(part, HeldCount(0, 0))
                counts[part] = HeldCount(total + moved, not_removed + (0 if place.is_removed else moved))
        return counts

    def apply(self, records: Iterable[DossierRecord]) -> None:
        """Move each changed record from where it is counted to where it now belongs."""
        now = {record.record_id: self._place(record) for record in records if record.record_id}
        unseen = [record_id for record_id in now if record_id not in self._tonight]
        held = self._held.places(unseen) if unseen else {}
        for record_id, place in now.items():
            if old := self._tonight.get(record_id) or held.get(record_id):
                self._add(old, -1)
            self._add(place, 1)
        self._tonight.update(now)

    def _add(self, place: Place, sign: int) -> None:
        count = self.by_month[place.receipt_month]
        count[0], count[1] = count[0] + sign, count[1] + (0 if place.is_removed else sign)
        self._moved[place] += sign

    def _place(self, record: DossierRecord) -> Place:
        day = record.received_at.astimezone(self._timezone).date() if record.received_at else None
        return Place(first_of(day) if day else None, record.agency_ref, record.is_removed, day)


def rows_listed(count: HeldCount) -> int:
    """The rows that listing a month may take: with removed ones among them it is listed with and without them, as iGate needs."""
    return count.total + (count.not_removed if count.not_removed < count.total else 0)


def due_for_review(counts: Mapping[dt.date, int], night: dt.date, limits: Limits) -> list[Cell]:
    """The quiet months whose turn it is: each one every `review_nights`, determined only by the night's date.

    Args:
        counts: the rows that listing each quiet month takes (rows_listed).
    """
    turns = _turns(counts, limits)
    nights = review_nights(counts, limits)
    return [Cell(month) for month, turn in turns.items() if turn % nights == night.toordinal() % nights]


def review_nights(counts: Mapping[dt.date, int], limits: Limits) -> int:
    """The number of nights in which every quiet month is listed again: by the share, or longer if the requests need it."""
    if limits.quiet_cell_share <= 0 or not counts:
        return 0
    share = max(1, round(1 / limits.quiet_cell_share))
    return share if _fits(counts, limits) else max(share - 1, *_turns(counts, limits).values()) + 1


def _turns(counts: Mapping[dt.date, int], limits: Limits) -> dict[dt.date, int]:
    """Month -> its turn. If the share needs more requests per night than allowed, the oldest months fill the first night and so
    on: their counts hardly change any more, so a month added at the end does not shift the others."""
    if limits.quiet_cell_share <= 0:
        return {}
    if _fits(counts, limits):
        return {month: month.year * 12 + month.month for month in counts}
    turns, asked = {}, 0
    for month in sorted(counts):
        turns[month] = asked // limits.review_requests_per_night
        asked += _requests(counts[month], limits)
    return turns


def _fits(counts: Mapping[dt.date, int], limits: Limits) -> bool:
    nights = max(1, round(1 / limits.quiet_cell_share))
    return sum(_requests(count, limits) for count in counts.values()) <= nights * limits.review_requests_per_night


def _requests(count: int, limits: Limits) -> int:
    """The requests for listing a month: a count before and after, and its pages."""
    return 2 + -(-count // limits.page_size)
