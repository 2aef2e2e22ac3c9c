"""A world: the truth about every dossier, and what happens to its visibility, determined by a seed.

Nothing here has a clock: a world holds everything that happens from 16 months before the last night to three days after
it. The rows know what a system shows at a given time (sandbox.world.truth).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sandbox.world import doubles as _doubles  # noqa: F401 - its kinds register themselves
from sandbox.world.causes import COMPANION_AFTER, KINDS, Kind
from sandbox.world.maker import Maker, Wish
from sandbox.world.ministries import Ministries
from sandbox.world.procedures import Procedure
from sandbox.world.reference import Agency
from sandbox.world.truth import Dossier, LocalRow, MinistryRow, PortalRow, settle
from sandbox.world.variant import Variant

_SAID_EVERY = 10_000  # dossiers


@dataclass(frozen=True)
class Rates:
    """Share of all dossiers affected by each cause (CONTRACTS section 7); names are those of sandbox.world.causes.

    `lookalikes` says how many innocent look-alikes there are for each distorted dossier; `ministries` how many dossiers
    of ministries' systems (sandbox.world.ministries) there are in addition, for each ordinary one.
    """

    never_pulled: float = 0.005
    two_codes: float = 0.004
    resent_new_tail: float = 0.002
    code_overwritten: float = 0.002
    rolled_back: float = 0.001
    deleted_locally: float = 0.003
    deleted_without_trace: float = 0.002
    not_pushed_undated: float = 0.001
    not_pushed_converted: float = 0.002
    not_pushed_odd_answer: float = 0.003
    overdue_sync: float = 0.003
    status_distorted: float = 0.003
    status_unmapped: float = 0.002
    progress_lost: float = 0.003
    wrong_agency: float = 0.002
    procedure_replaced: float = 0.001
    receipt_moved: float = 0.002
    test_dossier: float = 0.001
    repeated_locally: float = 0.001
    repeated_nationally: float = 0.001
    recorded_twice: float = 0.0
    code_claimed_twice: float = 0.0
    resent_and_named: float = 0.0
    resent_old_id: float = 0.0
    status_unnamed: float = 0.0
    lookalikes: float = 1.0
    ministries: float = 0.06

    @property
    def by_cause(self) -> dict[str, float]:
        """Cause -> share, without the look-alikes and the ministries."""
        others = ("lookalikes", "ministries")
        return {name: rate for name, rate in dataclasses.asdict(self).items() if name not in others}


def parse_rates(text: str) -> dict[str, float]:
    """Changes of the default rates: "two_codes=0.01,lookalikes=2" -> {"two_codes": 0.01, "lookalikes": 2.0}.

    Raises:
        ValueError: there is no such rate, or a value is not a number.
    """
    given = dict(part.split("=", 1) for part in text.split(",") if part)
    if unknown := sorted(set(given) - set(dataclasses.asdict(Rates()))):
        raise ValueError(f"no such rate: {', '.join(unknown)}")
    return {name: float(value) for name, value in given.items()}


@dataclass
class World:
    """Everything that exists and will happen, made from one seed."""

    seed: int
    last_night: dt.date
    nights: int
    variant: Variant
    rates: Rates
    cut_offs: list[int]
    agencies: list[Agency]
    procedures: list[Procedure]
    dossiers: list[Dossier] = field(default_factory=list)

    def local_rows(self) -> Iterator[tuple[Dossier, LocalRow]]:
        """Every row of the provincial system, with its truth."""
        return ((dossier, row) for dossier in self.dossiers for row in dossier.local)

    def portal_rows(self) -> Iterator[tuple[Dossier, PortalRow]]:
        """Every row of the national portal, with its truth."""
        return ((dossier, row) for dossier in self.dossiers for row in dossier.portal)

    def ministry_rows(self, source: str = "") -> Iterator[tuple[Dossier, MinistryRow]]:
        """Every row of the ministries' systems, or of one of them, with its truth."""
        for dossier in self.dossiers:
            if dossier.ministry is not None and source in ("", dossier.ministry.source):
                yield dossier, dossier.ministry


def make_world(
    seed: int = 1,
    dossiers: int = 20_000,
    last_night: dt.date = dt.date(2024, 4, 19),
    *,
    rates: Rates | None = None,
    variant: Variant | None = None,
    nights: int = 3,
    made: Callable[[int], None] = lambda count: None,
) -> World:
    """Make the world of a seed; the same arguments make the same world.

    Args:
        dossiers: how many ordinary dossiers there are; those of ministries' systems come on top.
        last_night: the last of `nights` consecutive nights in which the causes make their changes.
        made: called now and then with the number of dossiers made so far.
    """
    rates, variant = rates or Rates(), variant or Variant()
    maker = Maker(seed, last_night, nights, variant)
    world = World(seed, last_night, nights, variant, rates, maker.cut_offs, maker.agencies, maker.catalogue)
    plan = _plan(dossiers, rates)
    maker.rng.shuffle(plan)
    for at, kind in enumerate(plan):
        made_now = _make(maker, kind)
        for one in made_now:
            settle(one)
        world.dossiers += made_now
        if at % _SAID_EVERY == 0:
            made(len(world.dossiers))
    plain = [one for one in world.dossiers if one.kind == "plain"]
    handled = Ministries(maker, seed, plain).make(round(dossiers * rates.ministries))
    for one in handled:
        settle(one)
    world.dossiers += handled
    return world


def _plan(dossiers: int, rates: Rates) -> list[Kind | None]:
    """One entry per thing to make, None for a plain dossier; together they make `dossiers`."""
    plan: list[Kind | None] = []
    made = 0
    for kind in KINDS.values():
        rate = rates.by_cause[kind.cause]
        count = max(1, round(dossiers * rate)) if rate > 0 else 0
        count = count if kind.is_cause else round(count * rates.lookalikes)
        count = -(-count // kind.makes)
        plan += [kind] * count
        made += count * kind.makes
    return plan + [None] * (dossiers - made)


def _make(maker: Maker, kind: Kind | None) -> list[Dossier]:
    if kind is None:
        return [maker.dossier("plain", Wish())]
    made = [maker.dossier(kind.name, kind.wish)]
    if kind.makes == 2:
        companion = maker.dossier(kind.name, kind.wish, like=made[0], after=COMPANION_AFTER[kind.name])
        made[0].other, companion.other = companion.number, made[0].number
        made.append(companion)
    for one in made:
        kind.apply(maker, one)
    return made
