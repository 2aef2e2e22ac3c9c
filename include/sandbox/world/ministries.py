"""Dossiers that are handled in ministries' systems, and what the province and the portal hold of them.

They are made after the ordinary dossiers, from their own random numbers, so that the ordinary ones do not change. Most are
missing at the province (the complaint of notice 204/TB-UBND); others were imported: under the same code, with a link,
or insert-only under a new code, where at best agency, procedure and moment of receipt tell (CONTRACTS section 7,
"ministry-system dossiers").
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.world import moments
from sandbox.world.maker import Maker, Wish, national_status
from sandbox.world.moments import DAY, HOUR, MINUTE, local_day
from sandbox.world.procedures import Procedure
from sandbox.world.reference import Agency
from sandbox.world.truth import SUBMITTED, Dossier, Life, LocalRow, MinistryRow, latest

DRIVING, REGISTRATION, JUDICIAL = "driving_licence", "business_registration", "judicial_record"
#: The share of a ministry's imported dossiers that the province then sends to the portal.
_SENT_ON = 0.6
_IMPORT_HOUR = 6
#: Kinds for which the portal has its own code if they were submitted online.
_THROUGH_PORTAL = ("on_portal_only", "pushed_and_imported")


@dataclass(frozen=True, slots=True)
class Source:
    """A ministry's system.

    Attributes:
        weight: its share of all ministries' dossiers.
        fields: fields of procedures (CONTRACTS section 4), limited to procedures whose names contain `words`.
        departments: who receives them at province level: the first that exists on the day.
        unit: the ministry's unit in the codes that its system issues [A]; "" for a system without dossier codes.
        online: share submitted online: through the national portal if it is pushed there, else the ministry's own.
    """

    name: str
    weight: float
    fields: tuple[str, ...]
    words: str
    departments: tuple[str, ...]
    unit: str
    online: float


SOURCES = {
    DRIVING: Source(
        DRIVING, 0.5, ("Đường bộ",), "giấy phép lái xe", ("Sở Giao thông vận tải", "Sở Xây dựng"), "G17.20", 0.5
    ),
    REGISTRATION: Source(
        REGISTRATION,
        0.38,
        (
            "Thành lập và hoạt động của doanh nghiệp",
            "Hộ kinh doanh",
            "Thành lập và hoạt động của hợp tác xã",
        ),
        "",
        ("Sở Kế hoạch và Đầu tư", "Sở Tài chính"),
        "",
        0.0,
    ),
    JUDICIAL: Source(
        JUDICIAL,
        0.12,
        ("Luật sư, công chứng, lý lịch tư pháp",),
        "phiếu lý lịch tư pháp",
        ("Sở Tư pháp",),
        "G15.20",
        0.4,
    ),
}
WITH_CODES, ALL = (DRIVING, JUDICIAL), (DRIVING, REGISTRATION, JUDICIAL)

Change = Callable[["Ministries", list[Dossier]], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can happen to a ministry's dossier.

    Attributes:
        name: in the answer key.
        cause: the cause whose look-alike this is; for a cause its own name.
        weight: how many of 100 dossiers of each system it happens to.
        sources: the systems to whose dossiers it can happen.
        makes: how many dossiers of one office, procedure and day one application makes.
    """

    name: str
    cause: str
    weight: float
    apply: Change
    sources: tuple[str, ...] = ALL
    when: str = "settled"
    makes: int = 1

    @property
    def is_cause(self) -> bool:
        return self.name == self.cause


KINDS: dict[str, Kind] = {}


def _kind(name: str, of: str, weight: float, **more: object) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        KINDS[name] = Kind(name, of, weight, change, **more)  # type: ignore[arg-type]
        return change

    return register


class Ministries:
    """Makes the ministries' dossiers of one world.

    Args:
        maker: what made the ordinary dossiers.
        seed: of the world.
        plain: ordinary dossiers to which nothing happened; some of these are placed next to them.
    """

    def __init__(self, maker: Maker, seed: int, plain: list[Dossier]) -> None:
        self.maker = maker
        self.rng = maker.rng = random.Random(f"ministries {seed}")
        self._procedures = {name: procedures_of(name, maker.catalogue) for name in SOURCES}
        families = {one.code: name for name, found in self._procedures.items() for one in found}
        self._own = {
            name: [one for one in plain if families.get(one.procedure.code) == name and self._receives(source, one)]
            for name, source in SOURCES.items()
        }

    def make(self, count: int) -> list[Dossier]:
        """About `count` dossiers, each kind at least once for each of its systems (unless there are none)."""
        made: list[Dossier] = []
        for source in SOURCES.values() if count else ():
            kinds = [kind for kind in KINDS.values() if source.name in kind.sources]
            whole = sum(kind.weight for kind in kinds)
            for kind in kinds:
                share = count * source.weight * kind.weight / whole / kind.makes
                for _ in range(max(1, round(share))):
                    made += self._make(source, kind)
        return made

    def _make(self, source: Source, kind: Kind) -> list[Dossier]:
        at, like = self._moment(kind.when), None
        if kind.name == "left_out_beside_own" and self._own[source.name]:
            like = self.rng.choice(self._own[source.name])
            at = (like.received_at or like.submitted_at) + self.rng.randrange(MINUTE, 20 * MINUTE)
        place = (like.agency, like.procedure) if like else self._place(source, local_day(at))
        made = [self._dossier(source, kind.name, place, at)]
        for number in range(1, kind.makes):
            later = at if kind.name == "imported_in_one_second" else self._same_day(at, number)
            made.append(self._dossier(source, kind.name, place, later))
        kind.apply(self, made)
        return made

    # when and where -----------------------------------------------------------------------------------------------
    def _moment(self, when: str) -> int:
        return self.maker.office_time(self.maker.when(Wish(when=when)))

    def _same_day(self, at: int, number: int) -> int:
        """Another time on the office's same day."""
        start = at - moments.seconds_of_day(at) + 8 * HOUR
        return start + self.rng.randrange(8 * HOUR) + number

    def _place(self, source: Source, day: int) -> tuple[Agency, Procedure]:
        """A procedure of the system, and the unit that receives it on a day."""
        procedure, valid = self.rng.choice(self._procedures[source.name]), self._valid(day)
        if "department" in procedure.levels:
            return self._department(source, valid), procedure
        districts = [agency for agency in valid if agency.level == "district"]
        return self.rng.choice(districts or [agency for agency in valid if agency.level == "commune"]), procedure

    def _receives(self, source: Source, made: Dossier) -> bool:
        """Whether the system could say that a dossier's own agency received it: a department's procedure is its department's."""
        day = local_day(made.received_at or made.submitted_at)
        return "department" not in made.procedure.levels or made.agency == self._department(source, self._valid(day))

    def _valid(self, day: int) -> list[Agency]:
        date = moments.date_of_day(day).isoformat()
        return [agency for agency in self.maker.agencies if agency.is_valid_on(date)]

    def _department(self, source: Source, valid: list[Agency]) -> Agency:
        names = {agency.name: agency for agency in valid}
        return names[next(name for name in source.departments if name in names)]

    # what ---------------------------------------------------------------------------------------------------------
    def _dossier(self, source: Source, kind: str, place: tuple[Agency, Procedure], at: int) -> Dossier:
        """A dossier of a ministry's system, not yet held by anybody else."""
        is_online = self.rng.random() < source.online
        route = ("national" if kind in _THROUGH_PORTAL else "provincial") if is_online else "direct"
        sent = at - self.rng.randrange(10 * MINUTE, 3 * HOUR) if is_online else at
        made = self.maker.case(kind, *place, route, sent, at, Wish())
        if source.unit:
            unit = source.unit if self.maker.variant.new_ministry_codes else _old_form(source.unit)
            key = code = self.maker.local_code(unit, at)
        else:
            key, code = f"{moments.local_date(at):%y%m%d}{self.maker.tail('journal', at):04d}", ""
        life = [step for step in made.life if step[1] != SUBMITTED]
        made.ministry = MinistryRow(source.name, key, code, made.national_code, at, life)
        return made

    def import_at(self, made: Dossier, days: tuple[int, ...] = (1, 1, 1, 2, 3)) -> int:
        """When the province's import of the last three days takes in a dossier: a morning some days after its receipt."""
        assert made.ministry is not None  # noqa: S101 - it is a ministry's dossier
        day = local_day(made.ministry.received_at) + self.rng.choice(days)
        return day * DAY - moments.OFFSET + _IMPORT_HOUR * HOUR + self.rng.randrange(20 * MINUTE)

    def import_row(self, made: Dossier, at: int, *, keeps_code: bool = False, only_day: bool = False) -> LocalRow:
        """Let the province import a dossier at a given time; the row is added to it.

        Args:
            keeps_code: under the ministry's code and kept up to date, else insert-only under a new local code.
            only_day: only the day of receipt is kept.
        """
        row = made.ministry
        assert row is not None  # noqa: S101 - it is a ministry's dossier
        received = row.received_at
        if only_day:
            received -= moments.seconds_of_day(received)
        code = row.code if keeps_code else self.maker.local_code(made.agency.code, at)
        imported = LocalRow(
            record_id=self.maker.record_id(at),
            code=code,
            national_code=code if self.maker.variant.own_national_code else "",
            life=_life_from(row.life, at) if keeps_code else [(at, _status(row.life, at))],
            appears_at=at,
            received_at=received,
            submitted_at=received,
        )
        made.local_code = made.local_code or code
        made.local.append(imported)
        return imported

    def send_on(self, made: Dossier, row: LocalRow, code: str = "") -> None:
        """The province sends an imported row to the portal, which then holds what the province holds."""
        life, last = [], 0
        for at, status in row.life:
            last = max(last, at + self.maker.lag())
            life.append((last, national_status(status)))
        sent = self.maker.portal_row(made, code or row.code)
        sent = replace(sent, life=life, received_at=row.received_at, received_known_at=life[0][0])
        sent.submitted_at = row.submitted_at
        made.portal.append(sent)

    def maybe_send_on(self, made: Dossier, code: str = "") -> None:
        """Send all imported rows of a dossier on, or none."""
        if self.rng.random() < _SENT_ON:
            for row in made.local:
                self.send_on(made, row, code)

    def push(self, made: Dossier) -> None:
        """The ministry's own system sends a dossier to the portal, under the code by which the portal knows it."""
        row = made.ministry
        assert row is not None  # noqa: S101 - it is a ministry's dossier
        made.portal.append(self.maker.portal_row(made, row.portal_code or row.record_key))


def procedures_of(name: str, catalogue: list[Procedure]) -> list[Procedure]:
    """The procedures that a ministry's system handles."""
    source = SOURCES[name]
    return [one for one in catalogue if one.field_name in source.fields and source.words in one.name.lower()]


def _old_form(unit: str) -> str:
    """A unit's id in its old form (CONTRACTS section 5): G17.20 -> 000.00.20.G17."""
    head, _, tail = unit.partition(".")
    return f"000.00.{tail}.{head}"


def _status(life: Life, at: int) -> int:
    return latest(life, at) or life[0][1]


def _life_from(life: Life, at: int) -> Life:
    """A life as seen by somebody who only looks from a given time on."""
    return [(at, _status(life, at)), *(step for step in life if step[0] > at)]


# not at the province ------------------------------------------------------------------------------------------------
@_kind("left_out", "left_out", 34)
def _left_out(ministries: Ministries, made: list[Dossier]) -> None:
    """Neither the province nor the portal holds it."""


@_kind("left_out_beside_own", "left_out", 4)
def _left_out_beside_own(ministries: Ministries, made: list[Dossier]) -> None:
    """Left out, while the province holds its own dossier of the same office, procedure and hour: not this one."""


@_kind("imported_soon", "left_out", 3, when="fresh")
def _imported_soon(ministries: Ministries, made: list[Dossier]) -> None:
    """Received in the afternoon before a night is read; imported under its code the next morning."""
    for one in made:
        keeps_code = one.ministry is not None and one.ministry.code != ""
        row = ministries.import_row(one, ministries.import_at(one, days=(1,)), keeps_code=keeps_code)
        ministries.send_on(one, row)


@_kind("on_portal_only", "on_portal_only", 10)
def _on_portal_only(ministries: Ministries, made: list[Dossier]) -> None:
    """The ministry's system sent it to the portal; the province never imported it."""
    ministries.push(made[0])


# at the province too ------------------------------------------------------------------------------------------------
@_kind("pushed_and_imported", "on_portal_only", 8, sources=WITH_CODES)
def _pushed_and_imported(ministries: Ministries, made: list[Dossier]) -> None:
    """On the portal by the ministry's push, at the province by its import, under codes that refer to each other."""
    ministries.push(made[0])
    row = ministries.import_row(made[0], ministries.import_at(made[0]), keeps_code=True)
    row.national_code = made[0].portal[0].code if made[0].portal[0].code != row.code else row.national_code


@_kind("imported_same_code", "left_out", 9, sources=WITH_CODES)
def _imported_same_code(ministries: Ministries, made: list[Dossier]) -> None:
    ministries.import_row(made[0], ministries.import_at(made[0]), keeps_code=True)
    ministries.maybe_send_on(made[0])


@_kind("imported_with_link", "left_out", 8, sources=WITH_CODES)
def _imported_with_link(ministries: Ministries, made: list[Dossier]) -> None:
    """Under a new local code, with a reference to the ministry's code."""
    row = ministries.import_row(made[0], ministries.import_at(made[0]))
    assert made[0].ministry is not None  # noqa: S101 - it is a ministry's dossier
    row.national_code = made[0].ministry.code
    ministries.maybe_send_on(made[0], ministries.rng.choice((row.code, row.national_code)))


@_kind("imported_new_code", "left_out", 12)
def _imported_new_code(ministries: Ministries, made: list[Dossier]) -> None:
    """Under a new code, the moment of receipt the same to the second; of some registrations only the day is kept."""
    row = made[0].ministry
    only_day = row is not None and row.source == REGISTRATION and ministries.rng.random() < 0.4
    ministries.import_row(made[0], ministries.import_at(made[0]), only_day=only_day)
    ministries.maybe_send_on(made[0])


@_kind("imported_in_one_second", "left_out", 2, makes=2)
def _imported_in_one_second(ministries: Ministries, made: list[Dossier]) -> None:
    """Two of one office, procedure and second: submitted together, imported under new codes."""
    for one in made:
        ministries.import_row(one, ministries.import_at(one))
        ministries.maybe_send_on(one)


@_kind("imported_as_group", "left_out", 6, sources=(REGISTRATION,), makes=3)
def _imported_as_group(ministries: Ministries, made: list[Dossier]) -> None:
    """Several of one office, type and day, of which only the day is kept."""
    for one in made:
        ministries.import_row(one, ministries.import_at(one), only_day=True)
        ministries.maybe_send_on(one)


@_kind("group_partly_imported", "group_partly_imported", 4, sources=(REGISTRATION,), makes=3)
def _group_partly_imported(ministries: Ministries, made: list[Dossier]) -> None:
    """As a group, but one was left out: which one cannot be known."""
    for one in made[1:]:
        ministries.import_row(one, ministries.import_at(one), only_day=True)
        ministries.maybe_send_on(one)


@_kind("imported_twice", "imported_twice", 4)
def _imported_twice(ministries: Ministries, made: list[Dossier]) -> None:
    """The windows of two imports overlapped, and the second imported it again under another new code."""
    at = ministries.import_at(made[0])
    ministries.import_row(made[0], at)
    ministries.import_row(made[0], at + DAY)
    ministries.maybe_send_on(made[0])
