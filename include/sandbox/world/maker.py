"""Makes true dossiers: where, when and how they were submitted, how they were handled, and how both systems would hold them
if all went well. What goes wrong is applied afterwards (sandbox.world.causes).
"""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass
from itertools import accumulate

from sandbox.world import moments
from sandbox.world.moments import DAY, HOUR, MINUTE, after_quiet_hours, local_date, local_day
from sandbox.world.procedures import Procedure, catalogue
from sandbox.world.reference import Agency, agencies, predecessors
from sandbox.world.truth import (
    ACCEPTED,
    DIRECT,
    FEE,
    FINISHED,
    IN_PROCESS,
    INTEROPERATING,
    ONLINE,
    POST,
    REFUSED,
    RETURNED,
    STOPPED,
    SUBMITTED,
    SUPPLEMENT,
    WITHDRAWN,
    Dossier,
    Life,
    LocalRow,
    PortalRow,
)
from sandbox.world.variant import Variant

_SATURDAY_OFFICES = ("UBND huyện Cao Lộc", "UBND phường Kỳ Lừa")
_LEVEL_SHARES = {"department": 0.22, "district": 0.33, "commune": 0.45}
_LATE_SHARES = {"department": 0.002, "district": 0.004, "commune": 0.011}
#: Of units that took over from others the portal still files these codes under one of those (`Variant.predecessor_ids`).
_BY_OLD_ID = tuple("02468")
_OFFICE_OPENS, _OFFICE_CLOSES = 7 * HOUR + 30 * MINUTE, 17 * HOUR


@dataclass(frozen=True, slots=True)
class Wish:
    """The properties a dossier must have for something to happen to it; "" and 0 leave it to chance.

    Attributes:
        route: "direct", "post", "provincial" (online, province's portal) or "national" (online, national portal).
        when: "any"; "settled" (long before the first night); "recent" (3 to 15 days before the first night);
            "fresh" (the afternoon of a night's day); "minutes" (just before a night is read); "early" (settled or
            recent, received between 00:00 and 06:59).
        ends_in: the status in which its life stops.
    """

    route: str = ""
    when: str = "any"
    ends_in: int = 0


@dataclass(frozen=True, slots=True)
class _Office:
    """A unit and the procedures that it receives."""

    agency: Agency
    procedures: list[Procedure]
    weights: list[float]


class Maker:
    """Draws dossiers for one world.

    Args:
        seed, last_night, nights: `nights` consecutive nights end with `last_night`; dossiers come from 16 months
            before it until three days after it.
        variant: the open facts of this world.
    """

    def __init__(self, seed: int, last_night: dt.date, nights: int, variant: Variant) -> None:
        self.rng = random.Random(f"world {seed}")
        self.variant = variant
        self.cut_offs = [moments.night_cut_off(last_night - dt.timedelta(days=back)) for back in range(nights)][::-1]
        first = (last_night.replace(day=1) - dt.timedelta(days=15 * 30 + 20)).replace(day=1)
        self._days = list(range(moments.day_number(first), moments.day_number(last_night) + 4))
        self._day_weights = list(accumulate(self._weight(day, rank) for rank, day in enumerate(self._days)))
        self.agencies = agencies()
        self.catalogue = catalogue()
        self._offices: dict[str, dict[str, tuple[list[_Office], list[float]]]] = {}
        self._breaks = sorted({a.valid_from for a in self.agencies} | {a.valid_to for a in self.agencies if a.valid_to})
        #: A migration set the updatedDate of everything it transferred to this single time.
        self.migrated_at = self.cut_offs[0] - 45 * DAY + 20 * HOUR
        self._tails: dict[tuple[str, int], int] = {}
        self._made = 0
        #: Number of a dossier -> its national code, for what another record says of it.
        self.named: dict[int, str] = {}
        self._predecessors = predecessors(self.agencies) if variant.predecessor_ids else {}

    @staticmethod
    def _weight(day: int, rank: int) -> float:
        weekday = (day + 3) % 7
        return (1.0 if weekday < 5 else 0.12 if weekday == 5 else 0.03) * (1 + rank / 1000)

    # where ------------------------------------------------------------------------------------------------------
    def _offices_on(self, day: int) -> dict[str, tuple[list[_Office], list[float]]]:
        date = dt.date.fromordinal(day + dt.date(1970, 1, 1).toordinal()).isoformat()
        era = max(start for start in self._breaks if start <= date) if date >= self._breaks[0] else self._breaks[0]
        if era not in self._offices:
            self._offices[era] = self._offices_of_era(era)
        return self._offices[era]

    def _offices_of_era(self, era: str) -> dict[str, tuple[list[_Office], list[float]]]:
        valid = [agency for agency in self.agencies if agency.is_valid_on(era)]
        has_districts = any(agency.level == "district" for agency in valid)
        found: dict[str, tuple[list[_Office], list[float]]] = {}
        for level in _LEVEL_SHARES:
            offices = [self._office(agency, has_districts) for agency in valid if agency.level == level]
            offices = [office for office in offices if office.procedures]
            sizes = [random.Random(f"size of {office.agency.code}").lognormvariate(0, 0.6) for office in offices]
            found[level] = offices, list(accumulate(sizes))
        return found

    def _office(self, agency: Agency, has_districts: bool) -> _Office:
        levels = {agency.level} if has_districts or agency.level != "commune" else {"commune", "district"}
        offered = [
            one
            for one in self.catalogue
            if levels & set(one.levels)
            and (agency.level != "department" or any(owner in agency.name for owner in one.owners))
        ]
        weights = [random.Random(f"use of {one.code}").paretovariate(1.1) for one in offered]
        return _Office(agency, offered, list(accumulate(min(weight, 40.0) for weight in weights)))

    def office(self, day: int) -> tuple[Agency, Procedure]:
        """A unit that exists on the day and one of its procedures."""
        offices = self._offices_on(day)
        if (day + 3) % 7 == 5:
            open_ = [o for level in offices.values() for o in level[0] if o.agency.name in _SATURDAY_OFFICES]
            office = self.rng.choice(open_)
        else:
            levels = [level for level in _LEVEL_SHARES if offices[level][0]]
            level = self.rng.choices(levels, [_LEVEL_SHARES[one] for one in levels])[0]
            choices, weights = offices[level]
            office = self.rng.choices(choices, cum_weights=weights)[0]
        return office.agency, self.rng.choices(office.procedures, cum_weights=office.weights)[0]

    # when -------------------------------------------------------------------------------------------------------
    def when(self, wish: Wish) -> int:
        """The time at which a dossier is submitted."""
        rng, first = self.rng, self.cut_offs[0]
        if wish.when == "minutes":
            return rng.choice(self.cut_offs) - rng.randrange(2 * MINUTE, 50 * MINUTE)
        if wish.when == "fresh":
            return rng.choice(self.cut_offs) - 12 * HOUR + rng.randrange(235 * MINUTE)
        if wish.when == "recent":
            return self.office_time(first - rng.randrange(3 * DAY, 15 * DAY))
        day = rng.choices(self._days, cum_weights=self._day_weights)[0]
        if wish.when in ("settled", "early"):
            last = local_day(first) - 4
            day = min(day, last - rng.randrange(20))
        if wish.when == "early":
            early = rng.choice((rng.randrange(55 * MINUTE), rng.randrange(5 * HOUR, 7 * HOUR)))
            return day * DAY - moments.OFFSET + early
        return day * DAY - moments.OFFSET + rng.randrange(_OFFICE_OPENS, _OFFICE_CLOSES)

    def office_time(self, at: int) -> int:
        """The time itself if in office hours, else one when the office is next open."""
        day, second = local_day(at), moments.seconds_of_day(at)
        if moments.is_working_day(day) and _OFFICE_OPENS <= second <= _OFFICE_CLOSES:
            return at
        if not moments.is_working_day(day) or second > _OFFICE_CLOSES:
            day = moments.working_days_later(day + 1, 0)
        return day * DAY - moments.OFFSET + self.rng.randrange(_OFFICE_OPENS, _OFFICE_OPENS + 3 * HOUR)

    def lag(self) -> int:
        """Seconds from a change at the province until the portal knows it; always well under a day."""
        draw = self.rng.random()
        if draw < 0.9:
            return self.rng.randrange(30, 900)
        return self.rng.randrange(900, 6 * HOUR) if draw < 0.985 else self.rng.randrange(6 * HOUR, 20 * HOUR)

    # what -------------------------------------------------------------------------------------------------------
    def tail(self, agency_code: str, at: int) -> int:
        """The next running number of a unit's day."""
        key = agency_code, local_day(at)
        self._tails[key] = self._tails.get(key, 0) + 1
        return self._tails[key]

    def local_code(self, agency_code: str, at: int) -> str:
        """The next code that a unit issues on that day."""
        digits = 7 if self.variant.code_form == "2026" else 4
        return f"{agency_code}-{self.day(at)}-{self.tail(agency_code, at):0{digits}d}"

    def day(self, at: int) -> str:
        """The day as codes of this world write it."""
        return f"{local_date(at):%Y%m%d}" if self.variant.code_form == "2026" else f"{local_date(at):%y%m%d}"

    def generated_code(self, agency_code: str, at: int) -> str:
        """A code with a random five-digit tail that no other code has (CONTRACTS section 7, "sent again")."""
        day = f"{agency_code}-{self.day(at)}-"
        while True:
            tail = self.rng.randrange(10_000, 99_000)
            if self._tails.setdefault((day, tail), 0) == 0:
                self._tails[day, tail] = 1
                return f"{day}{tail}"

    def record_id(self, at: int) -> str:
        return f"{at & 0xFFFFFFFF:08x}{self.rng.getrandbits(64):016x}"

    def dossier(self, kind: str, wish: Wish, like: Dossier | None = None, after: int = 0) -> Dossier:
        """A dossier and the rows that both sides hold when all goes well.

        Args:
            kind: its name in the answer key.
            like: take unit, procedure, channel and times from this one, `after` seconds later.
        """
        at = like.submitted_at + after if like else self.when(wish)
        agency, procedure = (like.agency, like.procedure) if like else self.office(local_day(at))
        route = self._route_of(like) if like else wish.route or self._route(at)
        is_online = route in ("provincial", "national")
        at = after_quiet_hours(at)
        received = self._received(at, wish) if is_online else at
        if like:
            received = None if like.received_at is None else like.received_at + after
        made = self.case(kind, agency, procedure, route, at, received, wish)
        self._hold(made)
        return made

    def case(
        self, kind: str, agency: Agency, procedure: Procedure, route: str, at: int, received: int | None, wish: Wish
    ) -> Dossier:
        """A dossier with its life, not yet held by anybody.

        Args:
            route: as in Wish.
            at, received: when it was submitted and when it was accepted.
        """
        is_online = route in ("provincial", "national")
        self._made += 1
        made = Dossier(
            number=self._made,
            kind=kind,
            agency=agency,
            procedure=procedure,
            channel=ONLINE if is_online else POST if route == "post" else DIRECT,
            submitted_at=at,
            received_at=received,
            due_at=self._due(received, procedure, agency),
            life=[],
            local_code="",
            national_code=self._national_code(at) if route == "national" else "",
            is_digitised=self.rng.random() < _digitised_share(at),
            payment=self._payment(is_online),
        )
        made.life = self._life(made, wish, is_online)
        return made

    @staticmethod
    def _route_of(like: Dossier) -> str:
        if like.channel == ONLINE:
            return "national" if like.national_code else "provincial"
        return "post" if like.channel == POST else "direct"

    def _route(self, at: int) -> str:
        online = 0.42 + 0.18 * (local_day(at) - self._days[0]) / len(self._days)
        draw = self.rng.random()
        if draw < online or (local_day(at) + 3) % 7 == 6:
            return "national" if self.rng.random() < 0.55 else "provincial"
        return "post" if draw > 0.975 else "direct"

    def _received(self, at: int, wish: Wish) -> int | None:
        """When an online dossier is accepted; None if it is refused."""
        if wish.when == "early":
            return at + 20
        if wish.when in ("fresh", "minutes"):
            return at + self.rng.randrange(60, 300)
        if not wish.ends_in and self.rng.random() < 0.015:
            return None
        return self.office_time(at + self.rng.randrange(10 * MINUTE, 10 * HOUR))

    def _due(self, received: int | None, procedure: Procedure, agency: Agency) -> int | None:
        if received is None or self.rng.random() < 0.015:
            return None
        days = procedure.days if agency.level != "commune" else min(procedure.days, 10)
        days = max(days, 1 if moments.seconds_of_day(received) > 15 * HOUR else 0)
        return moments.working_days_later(local_day(received), days) * DAY - moments.OFFSET + 17 * HOUR

    def _payment(self, is_online: bool) -> int:
        draw = self.rng.random()
        if not is_online or draw > 0.1:
            return 0
        return 1 if draw < 0.06 else 2 if draw < 0.095 else 3

    def _national_code(self, at: int) -> str:
        code = self.generated_code("G22.99", at)
        return code if self.variant.code_form != "2026" else f"{code[:-5]}00{code[-5:]}"

    # how it lived -----------------------------------------------------------------------------------------------
    def _life(self, made: Dossier, wish: Wish, is_online: bool) -> Life:
        rng = self.rng
        life: Life = [(made.submitted_at, SUBMITTED)] if is_online else []
        if made.received_at is None:
            return [*life, (self.office_time(made.submitted_at + rng.randrange(HOUR, 20 * HOUR)), REFUSED)]
        life.append((made.received_at, ACCEPTED))
        at = made.received_at + rng.randrange(2 * MINUTE, 40 * MINUTE)
        life.append((after_quiet_hours(at), IN_PROCESS))
        if wish.ends_in:
            return life if wish.ends_in == IN_PROCESS else [*life, (self._soon(life[-1][0]), wish.ends_in)]
        end = self._end(made, life[-1][0])
        draw = rng.random()
        if draw < 0.017:
            return [*life, (end, WITHDRAWN if draw < 0.012 else STOPPED)]
        for status, share in ((SUPPLEMENT, 0.03), (FEE, 0.04), (INTEROPERATING, 0.01)):
            if rng.random() < share and end - life[-1][0] > 8 * HOUR:
                pause = self._between(life[-1][0], end)
                life += [(pause, status), (self._between(pause, end), IN_PROCESS)]
        life.append((end, FINISHED))
        if rng.random() < 0.97:
            life.append((self.office_time(end + rng.randrange(5 * MINUTE, 2 * DAY)), RETURNED))
        return life

    def _soon(self, at: int) -> int:
        return self.office_time(at + self.rng.randrange(HOUR, 2 * DAY))

    def _between(self, start: int, end: int) -> int:
        earliest = min(start + MINUTE, end - 1)  # a pause may begin in the last minute
        return min(after_quiet_hours(self.rng.randrange(earliest, end)), end - 1)

    def _end(self, made: Dossier, started: int) -> int:
        """When its handling ends: over 99 % on time, most late ones in communes."""
        rng = self.rng
        if made.due_at is None:
            return self._soon(started + rng.randrange(10 * DAY))
        if rng.random() < _LATE_SHARES[made.agency.level]:
            return self.office_time(made.due_at + rng.randrange(16 * HOUR, 6 * DAY))
        end = started + int((made.due_at - started) * rng.uniform(0.1, 0.98))
        return min(self.office_time(end), max(made.due_at, started + 2 * MINUTE))

    # how both sides hold it -------------------------------------------------------------------------------------
    def _hold(self, made: Dossier) -> None:
        seen = made.submitted_at if not made.national_code else made.submitted_at + self.rng.randrange(60, 600)
        seen = after_quiet_hours(seen)
        made.local_code = self.local_code(made.agency.code, seen)
        own = made.local_code if self.variant.own_national_code else ""
        made.local.append(
            LocalRow(
                record_id=self.record_id(seen),
                code=made.local_code,
                national_code=made.national_code or own,
                life=made.life,
                appears_at=min(seen, made.received_at or seen),
                received_at=made.received_at,
            )
        )
        made.portal.append(self.portal_row(made, made.national_code or made.local_code))

    def portal_row(self, made: Dossier, code: str) -> PortalRow:
        """How the portal holds a dossier under a code, each change known after its lag."""
        life: list[tuple[int, str]] = []
        known, last = 0, 0
        for at, status in made.life:
            # What a citizen submits on the portal is known there at once; everything else is pushed by the province.
            at_portal = at if status == SUBMITTED and made.national_code else at + self.lag()
            last = max(last, at_portal)
            life.append((last, national_status(status)))
            known = last if status == ACCEPTED else known
        agency = made.agency
        written = self._predecessors.get(agency.agency_id, agency) if code.endswith(_BY_OLD_ID) else agency
        return PortalRow(
            code=code,
            life=life,
            received_at=made.received_at,
            received_known_at=known or last,
            counted_agency=agency,
            agency_code=written.code,
            agency_name=written.name,
            procedure_code=made.procedure.code,
            payment=made.payment,
        )


def national_status(status: int) -> str:
    """A true status as the province sends it if it sends it correctly."""
    return str(IN_PROCESS if status == INTEROPERATING else status)


def _digitised_share(at: int) -> float:
    """Low early in 2023, far higher late in 2023, and high since."""
    months = (local_day(at) - moments.day_number(dt.date(2023, 8, 15))) / 30
    return 0.08 + 0.86 / (1 + math.exp(-months))
