"""What is told to be in time or overdue is so: random lives of dossiers against what nights let be known of them (ADR 21).

Each dossier's true life is made first: when it was received, due and finished, and when it waited for supplements, each wait
standing at least at one night's end. Nights show its status then; some nights the province cannot be read. The truth is
worked out by hand here: more than one request, or finished later than due and waited together, is overdue.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import pytest
from support.examples import examples
from support.progress import code, progress, table
from support.rates import CELLS, RATES
from support.servers import LOCAL
from support.world import World

FIRST, NIGHTS, DOSSIERS = dt.date(2024, 3, 27), 9, 240
PORTAL = "code\nH37.21.01-240401-0001"
AGENCIES = ("H37.03", "H37.21", "H37.21.01", "H37.21.02")


@dataclass(frozen=True)
class Life:
    """What truly happened to one dossier."""

    code: str
    received: dt.datetime
    due: dt.datetime | None
    waits: tuple[tuple[dt.datetime, dt.datetime], ...]
    finished: dt.datetime | None
    channel: str

    def status(self, at: dt.datetime) -> str:
        if self.finished and self.finished <= at:
            return "9"
        return "5" if any(begun <= at < ended for begun, ended in self.waits) else "4"

    def is_late(self, at: dt.datetime) -> bool:
        """Whether it is, or was when it was finished, overdue."""
        assert self.due
        until = min(filter(None, (self.finished, at)))
        begun = [(start, min(end, until)) for start, end in self.waits if start < until]
        return len(begun) > 1 or until > self.due + sum((end - start for start, end in begun), dt.timedelta())


def cut_off(night: int) -> dt.datetime:
    return dt.datetime.combine(FIRST + dt.timedelta(days=night + 1), dt.time(0, 30), LOCAL)


def a_life(chance: random.Random, number: int) -> Life:
    def hours(least: float, most: float) -> dt.timedelta:
        return dt.timedelta(minutes=int(chance.uniform(least, most) * 60))

    received = cut_off(0) + hours(-96, 24 * (NIGHTS - 2))
    waits, moment = [], received
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        begun = moment + hours(1, 40)
        shown = next(cut_off(night) for night in range(-9, 99) if cut_off(night) >= begun)
        moment = shown + hours(0.1, 60)
        waits.append((begun, moment))
        moment += dt.timedelta(days=1)  # the answer stands a night too
    finished = moment + hours(1, 90) if chance.random() < 0.7 else None
    due = received + hours(4, 120) if chance.random() < 0.95 else None
    agency = chance.choice(AGENCIES)
    return Life(code(number, f"{received:%y%m%d}", agency), received, due, tuple(waits), finished, chance.choice("123"))


def shown(lives: list[Life], at: dt.datetime) -> str:
    def said(moment: dt.datetime | None) -> str:
        return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"

    return table([
        {"code": one.code, "agency": one.code.split("-")[0], "received": said(one.received), "due": said(one.due),
         "status": one.status(at), "channel": one.channel, "finished": said(one.finished) if one.status(at) == "9" else "-"}
        for one in lives if one.received <= at
    ])  # fmt: skip


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    return World(tmp_path, warehouse_dsn)


@pytest.mark.parametrize("seed", range(1, 1 + examples(suite=1, campaign=6)))
def test_what_is_decided_is_true(world: World, seed: int) -> None:
    chance = random.Random(seed)
    lives = [a_life(chance, number) for number in range(1, DOSSIERS + 1)]
    for night in range(NIGHTS):
        is_read = night in (0, NIGHTS - 1) or chance.random() < 0.8
        told = {"igate": shown(lives, cut_off(night))} if is_read else {}
        world.run(FIRST + dt.timedelta(days=night), **told, national_export=PORTAL)
    last = FIRST + dt.timedelta(days=NIGHTS - 1)
    end = cut_off(NIGHTS - 1) - dt.timedelta(minutes=30)
    found = progress(world, str(last))
    decided = 0
    for life in lives:
        if life.code not in found:
            assert life.received > cut_off(NIGHTS - 1)
            continue
        outcome, standing, by_date = found[life.code]
        is_finished = life.finished is not None and life.finished < end
        assert outcome == ("resolved" if is_finished else "pending"), life
        if standing != "undecided" and life.received < end:
            decided += 1
            assert life.due is None or (standing == "overdue") == life.is_late(end), life
        if life.due:
            day = life.finished.date() if is_finished and life.finished else last
            assert (by_date == "overdue") == (day > life.due.date()), life
    assert decided > len(found) / 4, "if nothing were decided, nothing would be wrong"
    _sums_hold(world)


def _sums_hold(world: World) -> None:
    """Rates lie in [0, 1]; an agency is the sum of its parts, a quarter and a year that of their months."""
    sums = "sum(numerator_least), sum(numerator_most), sum(denominator_least), sum(denominator_most)"
    of = f"from {RATES} where is_latest and indicator = %s"
    for indicator in ("on_time", "on_time_by_date", "sync_own"):
        [(least, most)] = world.rows(f"select min(ratio_least), max(ratio_most) {of}", [indicator])
        assert 0 <= least <= most <= 1
        whole = world.rows(f"select {sums} {of} and period_kind = 'all' and agency_id is null", [indicator])
        for kind in ("month", "quarter", "year"):
            assert (
                world.rows(f"select {sums} {of} and period_kind = '{kind}' and agency_id is null", [indicator]) == whole
            )
        assert (
            world.rows(f"select {sums} {of} and period_kind = 'all' and agency_id in ('H37.03', 'H37.21')", [indicator])
            == whole
        )
        assert world.rows(f"select {sums} {of} and period_kind = 'all' and agency_id = 'H37'", [indicator]) == whole
    assert (
        world.rows(
            f"""select sum(provincial) = sum(resolved_early + resolved_on_time + resolved_overdue + resolved_undecided
            + pending_in_time + pending_overdue + pending_undecided + ended_without_result + ended_undated)
        from {CELLS} group by night having true"""
        )
        == [(True,)] * NIGHTS
    )
