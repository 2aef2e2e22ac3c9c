"""The national portal's counts for the province at a point in time, by unit and month of receipt.

Both statistics interfaces (CONTRACTS section 2) use these, so they count what the simulated portal holds.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, fields

from sandbox.world import truth
from sandbox.world.moments import local_date, month_start
from sandbox.world.reference import PROVINCE_CODE, Agency
from sandbox.world.truth import Dossier, PortalRow
from sandbox.world.world import World


@dataclass(slots=True)
class Count:
    """Numbers of one unit and month.

    Attributes:
        held: rows that the portal assigns to the month, by receipt, or by submission while there is no receipt.
        synced: rows with a receipt date.
        by_channel: of those the rows that were not refused, withdrawn or stopped: what the portal's sums by channel count.
            With `held` and `synced` the third of its counts of what was received, which disagree (CONTRACTS section 2).
        reported: what the province reported to the national reporting system: its own, and of the ministries' systems
            what it does not hold (notice 204/TB-UBND).
        provincial: what the province holds and has not removed.
        unfiltered: of a count of one procedure, that of all.
    """

    held: int = 0
    synced: int = 0
    direct: int = 0
    online: int = 0
    post: int = 0
    by_channel: int = 0
    done_on_time: int = 0
    done_late: int = 0
    open_in_time: int = 0
    open_late: int = 0
    digitised: int = 0
    paid_online: int = 0
    days: int = 0
    provincial: int = 0
    reported: int = 0
    unfiltered: Count | None = None

    def add(self, other: Count) -> None:
        """Add another's numbers to these."""
        for one in fields(self):
            if one.name == "unfiltered":
                continue
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def done(self) -> int:
        return self.done_on_time + self.done_late

    # What the truth knows nothing of is made from what it knows, so that it differs between units and months.
    @property
    def asked(self) -> int:
        """Applicants who were asked whether they are satisfied."""
        return self.done // 5

    @property
    def satisfied(self) -> int:
        return min(self.asked, self.done_on_time // 5)

    @property
    def results_digitised(self) -> int:
        return min(self.digitised, self.done)

    @property
    def reused(self) -> int:
        return self.digitised // 2

    @property
    def online_on_time(self) -> int:
        return min(self.online, self.done_on_time)

    @property
    def online_late(self) -> int:
        return min(self.online - self.online_on_time, self.done_late)

    @property
    def fee_procedures(self) -> int:
        """Procedures with a fee for which a dossier came."""
        return min(60, self.synced)

    @property
    def procedures_paid(self) -> int:
        """Those of them with a fee paid online."""
        return min(40, self.paid_online)

    @property
    def denominator(self) -> int:
        """The larger of what was reported and what the portal holds (CONTRACTS section 6, indicator 1.4)."""
        return max(self.reported, self.synced)


class PortalCounts:
    """Every unit's counts as of a point in time.

    Args:
        rows: only these rows of the portal; then what the province holds and reported is not counted: that is stated of all
            procedures together.
    """

    def __init__(self, world: World, now: int, rows: list[tuple[Dossier, PortalRow]] | None = None) -> None:
        self._counts: dict[tuple[str, dt.date], Count] = defaultdict(Count)
        self._children: dict[str, list[Agency]] = defaultdict(list)
        self.agencies = {agency.agency_id: agency for agency in world.agencies}
        for agency in world.agencies:
            self._children[agency.parent_id].append(agency)
        for made, row in world.portal_rows() if rows is None else rows:
            if row.is_held(now):
                self._count(made, row, now)
        if rows is None:
            self._count_reported(world, now)

    def _count_reported(self, world: World, now: int) -> None:
        """What the province holds, and what it reported."""
        for made, local in world.local_rows():
            if local.is_held(now) and not local.is_removed(now) and (local.received_at or now + 1) <= now:
                assert local.received_at is not None  # noqa: S101 - for the type checker
                self._counts[made.agency.agency_id, month_start(local_date(local.received_at))].provincial += 1
        for count in self._counts.values():
            count.reported = count.provincial
        for made, handled in world.ministry_rows():
            if handled.is_held(now) and not any(local.is_held(now) for local in made.local):
                month = month_start(local_date(handled.received_at))
                self._counts[made.agency.agency_id, month].reported += 1

    def _count(self, made: Dossier, row: PortalRow, now: int) -> None:
        received = row.received(now)
        month = month_start(local_date(made.submitted_at if received is None else received))
        count = self._counts[row.counted_agency.agency_id, month]
        count.held += 1
        if received is None:
            return
        count.synced += 1
        is_by_channel = (truth.latest(row.life, now) or "") not in ("3", "7", "8")
        count.by_channel += is_by_channel
        count.direct += made.channel == truth.DIRECT
        count.online += made.channel == truth.ONLINE
        count.post += made.channel == truth.POST
        count.digitised += made.is_digitised
        count.paid_online += row.payment in (1, 2)
        finished = finish_known(made, row, now)
        late = made.due_at is not None and (now if finished is None else finished) > made.due_at
        if finished is None:
            count.open_late += late
            count.open_in_time += not late
        else:
            count.done_late += late
            count.done_on_time += not late
            count.days += max(0, (finished - received) // 86_400)

    def own(self, agency_id: str, month: dt.date) -> Count:
        """A unit's own count."""
        return self._counts.get((agency_id, month), Count())

    def total(self, agency_id: str, months: list[dt.date]) -> Count:
        """A unit's count with all below it, over months."""
        total = Count()
        for month in months:
            total.add(self.own(agency_id, month))
        for child in self._children[agency_id]:
            total.add(self.total(child.agency_id, months))
        return total

    def stated(self, agency_id: str, months: list[dt.date], with_children: bool) -> Count:
        """A unit's count as a world states it: with its children's or without; the province's is always the whole."""
        if with_children or agency_id == PROVINCE_CODE:
            return self.total(agency_id, months)
        total = Count()
        for month in months:
            total.add(self.own(agency_id, month))
        return total

    def children(self, agency_id: str, day: dt.date) -> list[Agency]:
        """Units right below another that exist on a day."""
        return [agency for agency in self._children[agency_id] if agency.is_valid_on(day.isoformat())]


def finish_known(made: Dossier, row: PortalRow, now: int) -> int | None:
    """When handling ended, as far as the portal knows."""
    status = truth.latest(row.life, now)
    return made.finished_at if status in ("9", "10") and row.shows_finish else None
