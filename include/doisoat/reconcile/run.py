"""Runs the SQL of a night's comparisons, in order, and merges what they find into the ranges of nights."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from doisoat.errors import NightNotCollectedError
from doisoat.reconcile.ministries import reconcile_ministries
from doisoat.settings import ProvinceSettings
from doisoat.warehouse.database import run_file
from doisoat.warehouse.ranges import CELL_STATUS, DIFFERENCE, LEDGER_ENTRY, VERDICT, merge, rewind

HERE = Path(__file__).parent
PAIR = "national_provincial"
TABLES = (VERDICT, DIFFERENCE, LEDGER_ENTRY, CELL_STATUS)


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of a side on a night.

    Attributes:
        listings: sources that list records and were pulled at least once.
        look_ups: sources that only answer for single codes.
        cut_off: the oldest cut-off of the listings; of the look-ups where nothing is listed.
        is_complete: whether the listings cover everything; never where nothing is listed.
    """

    listings: list[str]
    look_ups: list[str]
    cut_off: dt.datetime | None
    is_complete: bool

    @property
    def sources(self) -> list[str]:
        return [*self.listings, *self.look_ups]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison of two sides rests on (stored in recon.comparison).

    Attributes:
        as_of: the moment at which both sides are compared: the older cut-off, never later than the night's end.
    """

    night: dt.date
    as_of: dt.datetime
    provincial: Side
    national: Side


def reconcile(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date) -> Comparison:
    """Compare the sides as core now holds them, and store what follows for `night`.

    The caller holds the write lock; `night` is the latest night. What an earlier run of the night stored is undone.

    Raises:
        NightNotCollectedError: the province or the portal was never listed nor asked.
    """
    comparison = _comparison(connection, settings, night)
    parameters = _parameters(connection, settings, comparison)
    for table in TABLES:
        rewind(connection, table, PAIR, night)
    for name in ("candidate", "outcome", "listed"):
        run_file(connection, HERE / f"{name}.sql", parameters)
    for table in (DIFFERENCE, VERDICT, LEDGER_ENTRY, CELL_STATUS):
        name = table.name.removeprefix("recon.")
        run_file(connection, HERE / f"{name}.sql", parameters)
        connection.execute(f"analyze {name}_tonight")
    for table in TABLES:
        merge(connection, table, f"{table.name.removeprefix('recon.')}_tonight", PAIR, night)
    run_file(connection, HERE / "ledger_cell.sql", parameters)
    _store(connection, comparison)
    connection.execute("drop table raw.candidate, raw.outcome, raw.listed")
    reconcile_ministries(connection, parameters)
    return comparison


def night_end(settings: ProvinceSettings, night: dt.date) -> dt.datetime:
    """Midnight at the end of the night, in the province."""
    return dt.datetime.combine(night + dt.timedelta(days=1), dt.time(), settings.timezone)


def _parameters(connection: psycopg.Connection, settings: ProvinceSettings, comparison: Comparison) -> dict[str, Any]:
    asked = connection.execute(
        "select array_agg(source_id) from core.source where side = 'national' and has_look_ups and is_enabled"
    ).fetchone()
    asked_sources = list((asked and asked[0]) or [])
    ages = [settings.sources[name].limits.look_up_age_days for name in asked_sources if name in settings.sources]
    lag = settings.reconciliation.allowed_lag.interval
    return {
        "pair": PAIR,
        "night": comparison.night,
        "night_end": night_end(settings, comparison.night),
        "timezone": settings.province.timezone,
        "as_of": comparison.as_of,
        "allowed_lag": lag,
        "settled_before": comparison.as_of - lag,
        "provincial_sources": comparison.provincial.sources,
        "national_sources": comparison.national.sources,
        "look_up_sources": comparison.national.look_ups,
        "asked_sources": asked_sources,
        "look_up_age_days": max(ages, default=0),
        "provincial_cut_off": comparison.provincial.cut_off,
        "national_cut_off": comparison.national.cut_off,
        "provincial_is_complete": comparison.provincial.is_complete,
        "national_is_complete": comparison.national.is_complete,
        "compared_attributes": settings.reconciliation.compared_attributes,
        "declared_by": settings.reconciliation.declared_by,
    }


def _comparison(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date) -> Comparison:
    provincial, national = (_side(connection, side, night) for side in ("provincial", "national"))
    missing = [name for name, side in (("provincial", provincial), ("national", national)) if side.cut_off is None]
    if provincial.cut_off is None or national.cut_off is None:
        raise NightNotCollectedError(
            f"night {night}: nothing was ever listed on the {' and the '.join(missing)} side, so there is nothing to compare; "
            "see `doisoat sources` for the reason, mend the source and run the night again"
        )
    as_of = min(provincial.cut_off, national.cut_off, night_end(settings, night))
    return Comparison(night, as_of, provincial, national)


def _side(connection: psycopg.Connection, side: str, night: dt.date) -> Side:
    rows = connection.execute(
        """select s.source_id, s.has_listing, p.cut_off, p.is_complete
        from core.source s join ops.pull p using (source_id)
        where s.side = %s and (s.has_listing or s.has_look_ups) and p.night = %s and p.cut_off is not null
        order by s.source_id""",
        [side, night],
    ).fetchall()
    listings = [row for row in rows if row[1]]
    return Side(
        listings=[row[0] for row in listings],
        look_ups=[row[0] for row in rows if not row[1]],
        cut_off=min((row[2] for row in listings or rows), default=None),
        is_complete=bool(listings) and all(row[3] for row in listings),
    )


def _store(connection: psycopg.Connection, comparison: Comparison) -> None:
    connection.execute("delete from recon.comparison where night = %s and pair = %s", [comparison.night, PAIR])
    connection.execute(
        """insert into recon.comparison
        select %s, %s, %s, %s, %s, %s, %s, coalesce(sum(matched), 0) from cell_status_tonight""",
        [comparison.night, PAIR, comparison.as_of, comparison.provincial.cut_off, comparison.national.cut_off,
         comparison.provincial.is_complete, comparison.national.is_complete],
    )  # fmt: skip
    connection.execute("drop table verdict_tonight, difference_tonight, ledger_entry_tonight, cell_status_tonight")
