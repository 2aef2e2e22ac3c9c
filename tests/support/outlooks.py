"""Outlooks of a small world: kept with a night as publication does it, and those that earlier nights would have kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from doisoat.months import period_of
from doisoat.rates.outlook import keep_outlook
from doisoat.warehouse import writing

from support.world import World


def keep(world: World, night: str) -> None:
    """Store where the periods of the latest night end (World.run publishes without)."""
    with writing(world.dsn) as connection:
        keep_outlook(connection, world.site.settings, dt.date.fromisoformat(night))


def remember(world: World, measure: str, kind: str, nights: Iterable[tuple[str, int, int, int]]) -> None:
    """What earlier nights stored of one of our indicators: of how many, how many count, how many of these by repairs."""
    for night, whole, counted, repaired in nights:
        start = period_of(kind, dt.date.fromisoformat(night)).start
        world.rows(
            """insert into recon.outlook (night, source_id, group_code, measure, period_kind, period_start, whole,
                counted_least, counted_most, repaired_so_far) values (%s, '', '', %s, %s, %s, %s, %s, %s, %s)""",
            [night, measure, kind, start, whole, counted, counted, repaired],
        )
