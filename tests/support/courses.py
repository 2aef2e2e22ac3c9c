"""Drawn courses of a province's sync rate, day by day: the truth of which the method of doisoat.rates.forecast knows nothing.

A world receives so many dossiers a day, of which a share comes to the portal by itself after a day or two; the others are gaps,
of which now and then a batch is repaired. Volume and share go up or down over months, jump, and are of each month's own luck;
nights are missing. Everything is drawn from a seed. `Course.end_if_nothing` is lived anew, without the repairs after a night.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass

from doisoat.months import Period, first_of, period_of
from doisoat.rates.forecast import Known

FIRST = dt.date(2023, 1, 1)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Shape:
    """What a world is like.

    Attributes:
        trend: by how much the share moves in a year.
        jump: by how much it jumps in some month; for good.
        luck: by how much a month's own share differs, a standard deviation.
        growth: by which factor the volume grows in a year.
        missing: which share of nights is missing.
    """

    trend: float = 0
    jump: float = 0
    luck: float = 0.03
    growth: float = 1
    missing: float = 0


SHAPES = {
    "steady": Shape(),
    "trend": Shape(trend=0.15, growth=1.4),
    "jump": Shape(jump=-0.15),
    "unsteady": Shape(luck=0.08, growth=0.7),
    "missing nights": Shape(missing=0.15),
    "everything": Shape(trend=0.1, jump=-0.1, luck=0.05, growth=1.5, missing=0.15),
}


class Course:
    """One drawn world, so many days long."""

    def __init__(self, seed: int, shape: Shape, days: int) -> None:
        draw = random.Random(seed)
        self.days = [FIRST + n * DAY for n in range(days)]
        base, volume = draw.uniform(0.6, 0.93), draw.uniform(40, 600)
        months = sorted({first_of(day) for day in self.days})
        luck = {month: draw.gauss(0, shape.luck) for month in months}
        jumps_in = draw.choice(months)
        self.received: dict[dt.date, int] = {}
        self.clean: dict[dt.date, int] = {}
        for n, day in enumerate(self.days):
            share = base + shape.trend * n / 365 + luck[first_of(day)] + (shape.jump if day >= jumps_in else 0)
            week = 0.15 if day.isoweekday() > 5 else 1.0
            count = round(volume * shape.growth ** (n / 365) * week * draw.uniform(0.7, 1.3))
            self.received[day] = count
            self.clean[day] = sum(draw.random() < share for _ in range(count))
        #: on which days a batch is repaired, and which share of what is open then
        self.repairs = {day: draw.uniform(0.1, 0.6) for day in self.days if draw.random() < 0.04}
        self.seen = {day for day in self.days if draw.random() >= shape.missing}

    def nights(
        self, kind: str, *, only: dt.date | None = None, repairs_until: dt.date = dt.date.max
    ) -> dict[dt.date, Known]:
        """What each night, or one only, knows of the period that runs on it; of repairs after a day none is made."""
        open_by_day: dict[dt.date, int] = defaultdict(int)
        repaired_by_day: dict[dt.date, int] = defaultdict(int)
        known: dict[dt.date, Known] = {}
        for night in self.days:
            start = period_of(kind, night).start
            if night - 2 * DAY in self.received:
                late = night - 2 * DAY
                open_by_day[late] = self.received[late] - self.clean[late]
            if night in self.repairs and night <= repairs_until:
                for day, count in open_by_day.items():
                    done = round(count * self.repairs[night])
                    open_by_day[day] -= done
                    repaired_by_day[day] += done
            if only and night != only:
                continue
            mine = [day for day in self.received if start <= day <= night]
            repaired = sum(repaired_by_day[day] for day in mine)
            # what came today is on the portal tomorrow
            synced = sum(self.clean[day] for day in mine if day < night) + repaired
            known[night] = Known(sum(self.received[day] for day in mine), synced, synced, repaired)
        return known

    def end_if_nothing(self, kind: str, night: dt.date) -> float:
        """The ratio on the last night of the period, were nothing repaired after this night."""
        last = Period(kind, period_of(kind, night).start).last_day
        end = self.nights(kind, only=last, repairs_until=night)[last]
        return end.least / end.whole
