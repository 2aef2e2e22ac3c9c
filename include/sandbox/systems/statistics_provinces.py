"""The other provinces in the portal's statistics: plain numbers that differ from month to month, and no dossier behind them."""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sandbox.systems.portal import Count
from sandbox.systems.statistics_period import Period
from sandbox.world.reference import Agency


@dataclass(frozen=True)
class PlainProvince:
    """A province of which nothing is known but its numbers.

    Attributes:
        root: its `rootDepartmentId`.
    """

    code: str
    name: str
    root: str

    @property
    def province(self) -> Agency:
        return Agency(self.code, self.code, "", self.name, "province", "", "2020-01-01", "")

    def units(self, period: Period) -> list[Agency]:
        return [
            Agency(f"{self.code}.{number:02}", f"{self.code}.{number:02}", "", f"Sở thứ {number} - {self.name}",
                   "department", self.code, "2020-01-01", "")
            for number in (1, 2)
        ]  # fmt: skip

    def count(self, agency: Agency, period: Period) -> Count:
        """Of a unit its own numbers; the province has those of both and some more."""
        total = Count()
        for month in period.months:
            total.add(_numbers(agency.code, month, 9000 if agency.code == self.code else 2000))
        return total


def provinces() -> list[PlainProvince]:
    """The 34 provinces since 1 July 2025 [V]."""
    text = Path(__file__).with_name("provinces.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [PlainProvince(row["code"], row["name"], row["root_department_id"]) for row in rows]


@cache
def _numbers(code: str, month: dt.date, size: int) -> Count:
    chance = random.Random(f"{code} {month}")
    share = random.Random(code).uniform(0.7, 0.97)  # some provinces are better than others, month after month

    def part(of: int) -> int:
        return round(of * min(1.0, chance.gauss(share, 0.02)))

    held = chance.randint(size, 3 * size)
    synced, done = part(held), part(held)
    online = part(synced)
    return Count(
        held=held, synced=synced, by_channel=part(synced), online=online, direct=synced - online, done_on_time=part(done),
        done_late=0, digitised=part(synced), paid_online=part(online), days=3 * done, provincial=held, reported=held,
    )  # fmt: skip
