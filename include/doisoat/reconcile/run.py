"""Runs the SQL of a night's comparisons, in order, and merges what they find into the ranges of nights."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from doisoat import codes
from doisoat.errors import NightNotCollectedError
from doisoat.explain import explain
from doisoat.province.file import ProvinceSettings
from doisoat.province.reference import reference_hash
from doisoat.reconcile.lags import learn_lags
from doisoat.reconcile.ministries import PAIRS, reconcile_ministries
from doisoat.warehouse.database import run_file
from doisoat.warehouse.planner_statistics import refresh_statistics
from doisoat.warehouse.ranges import CELL_STATUS, DIFFERENCE, LEDGER_ENTRY, VERDICT, merge, rewind
from doisoat.warehouse.touched import begin_comparing, rules

HERE = Path(__file__).parent
PAIR = "national_provincial"
TABLES = (VERDICT, DIFFERENCE, LEDGER_ENTRY, CELL_STATUS)


class Known(NamedTuple):
    """Up to when a side is known: the night of a pull, and the source's clock at that time."""

    night: dt.date
    cut_off: dt.datetime


@dataclass(frozen=True, slots=True)
class Side:
    """What is known about a side on a night.

    Attributes:
        listings: sources that list records and were pulled at least once.
        look_ups: sources that only answer for single codes.
        cut_off: the oldest cut-off of the listings; of the look-ups if nothing is listed.
        is_complete: whether the listings cover everything; never if nothing is listed.
        whole, valued: up to which night and time the side is known (known.sql says for what): the oldest of its
            listings, None if one of them never was.
    """

    listings: list[str]
    look_ups: list[str]
    cut_off: dt.datetime | None
    is_complete: bool
    whole: Known | None = None
    valued: Known | None = None

    @property
    def sources(self) -> list[str]:
        return [*self.listings, *self.look_ups]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison of two sides is based on (stored in recon.comparison).

    Attributes:
        as_of: the point in time at which both sides are compared: the older cut-off, never later than the night's end.
    """

    night: dt.date
    as_of: dt.datetime
    provincial: Side
    national: Side


def reconcile(
    connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date, *, as_a_whole: bool = False
) -> Comparison:
    """Compare the sides as they are in core now, and store the results for `night`.

    The caller holds the write lock; `night` is the latest night. What an earlier run of the night stored is undone.

    Args:
        as_a_whole: compare every dossier, as is done whenever the changes may not be enough (doisoat.warehouse.touched).

    Raises:
        NightNotCollectedError: the province or the portal was never listed nor asked.
    """
    comparison = comparison_of(connection, settings, night)
    parameters = _parameters(connection, settings, comparison)
    for table in TABLES:
        rewind(connection, table, PAIR, night)
    basis = _basis(settings, comparison, parameters["unstated"])
    is_whole = begin_comparing(connection, night, basis, as_a_whole=as_a_whole)
    scope = "whole" if is_whole else "touched"
    for name in (f"reviewed_{scope}", "candidate", "outcome", f"listed_{scope}"):
        run_file(connection, HERE / f"{name}.sql", parameters)
    learn_lags(
        connection, settings.reconciliation.learned_lag, parameters,
        [comparison.provincial.listings, comparison.national.listings],
    )  # fmt: skip
    for name in ("working_term", "applied_lag", "proven", "hidden_place", "hidden"):
        run_file(connection, HERE / f"{name}.sql", parameters)
    for table in (DIFFERENCE, VERDICT, LEDGER_ENTRY, CELL_STATUS):
        name = table.name.removeprefix("recon.")
        run_file(connection, HERE / f"{name}.sql", parameters)
    for table in TABLES:
        merge(connection, table, f"{table.name.removeprefix('recon.')}_tonight", PAIR, night)
    _store(connection, comparison)
    reconcile_ministries(connection, parameters)
    run_file(connection, HERE / "ledger_cell.sql", parameters)
    connection.execute("drop table raw.candidate, raw.outcome, raw.listed, proven, hidden")
    refresh_statistics(connection)
    explain(connection, parameters, (PAIR, *PAIRS))
    refresh_statistics(connection)
    connection.execute(
        "drop view reviewed_record; drop table known, hidden_place, place_known, agency_line, working_term, applied_lag, "
        "ministry_match; "
        "drop table if exists raw.reviewed"
    )
    return comparison


def _basis(settings: ProvinceSettings, comparison: Comparison, unstated: list[str]) -> str:
    """A fingerprint of what every comparison depends on besides the records: rules, settings, which sources took part, and
    what they do not state."""
    sides = [(side.listings, side.look_ups) for side in (comparison.provincial, comparison.national)]
    forms = (codes.issued_in(settings.province.code), codes.ends_in(settings.reconciliation.generated_digits))
    parts = (rules(), settings.fingerprint, reference_hash(settings), sides, forms, unstated)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _unstated(connection: psycopg.Connection, night: dt.date) -> list[str]:
    """ "source field" for each field that a source's data of the night do not state at all."""
    rows = connection.execute(
        "select source_id || ' ' || unnest(unstated) from ops.pull where night = %s order by 1", [night]
    ).fetchall()
    return [stated for (stated,) in rows]


def night_end(settings: ProvinceSettings, night: dt.date) -> dt.datetime:
    """Midnight at the end of the night, in the province's time zone."""
    return dt.datetime.combine(night + dt.timedelta(days=1), dt.time(), settings.timezone)


def _parameters(connection: psycopg.Connection, settings: ProvinceSettings, comparison: Comparison) -> dict[str, Any]:
    told = connection.execute(
        "select source_id, side, has_look_ups and is_enabled from core.source order by 1"
    ).fetchall()
    asked_sources = [source_id for source_id, side, is_asked in told if side == "national" and is_asked]
    ministries = [source_id for source_id, side, _ in told if side == "ministry"]
    ages = [settings.sources[name].limits.look_up_age_days for name in asked_sources if name in settings.sources]
    end, provincial, national = night_end(settings, comparison.night), comparison.provincial, comparison.national
    return {
        **_absence("provincial", provincial, national, end),
        **_absence("national", national, provincial, end),
        **_values(settings, comparison, end),
        "pair": PAIR,
        "night": comparison.night,
        "night_end": end,
        "timezone": settings.province.timezone,
        "as_of": comparison.as_of,
        "allowed_lag": comparison.as_of - settings.lag_began(comparison.as_of),
        "allowed_working_days": settings.reconciliation.allowed_lag.working_days,
        "provincial_sources": provincial.sources,
        "national_sources": national.sources,
        "look_up_sources": national.look_ups,
        "asked_sources": asked_sources,
        "ministry_systems": ministries,
        "look_up_age_days": max(ages, default=0),
        "provincial_cut_off": provincial.cut_off,
        "national_cut_off": national.cut_off,
        "provincial_is_complete": provincial.is_complete,
        "national_is_complete": national.is_complete,
        "provincial_whole_night": provincial.whole and provincial.whole.night,
        "provincial_whole_cut_off": provincial.whole and provincial.whole.cut_off,
        "provincial_valued_night": provincial.valued and provincial.valued.night,
        "provincial_valued_cut_off": provincial.valued and provincial.valued.cut_off,
        "national_whole_night": national.whole and national.whole.night,
        "national_whole_cut_off": national.whole and national.whole.cut_off,
        "unstated": _unstated(connection, comparison.night),
        "compared_attributes": settings.reconciliation.compared_attributes,
        "declared_by": settings.reconciliation.declared_by,
        "province_code": settings.province.code,
        "issued_in_province": codes.issued_in(settings.province.code),
        "generated_code": codes.ends_in(settings.reconciliation.generated_digits),
        "portal_code_prefix": settings.reconciliation.portal_code_prefix,
        "test_code_pattern": settings.reconciliation.test_code_pattern,
    }


def know_sides(connection: psycopg.Connection, night: dt.date) -> None:
    """Make the temporary table `known`: up to which night and time each source is known, as of `night`."""
    run_file(connection, HERE / "known.sql", {"night": night})


def comparison_of(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date) -> Comparison:
    """What a comparison of `night` is based on; leaves behind the temporary table `known`.

    Raises:
        NightNotCollectedError: the province or the portal was never listed nor asked.
    """
    know_sides(connection, night)
    provincial, national = (_side(connection, side) for side in ("provincial", "national"))
    missing = [name for name, side in (("provincial", provincial), ("national", national)) if side.cut_off is None]
    if provincial.cut_off is None or national.cut_off is None:
        raise NightNotCollectedError(
            f"night {night}: nothing was ever listed on the {' and the '.join(missing)} side, so there is nothing to compare; "
            "see `doisoat sources` for the reason, fix the source and run the night again"
        )
    as_of = min(provincial.cut_off, national.cut_off, night_end(settings, night))
    return Comparison(night, as_of, provincial, national)


def _absence(name: str, lacking: Side, holding: Side, end: dt.datetime) -> dict[str, dt.date | dt.datetime]:
    """The night and time as of which it is proven that a side lacks what the other shows (proven.sql); if never, the minimum."""
    if lacking.whole is None or holding.valued is None:
        return {f"{name}_absence_night": dt.date.min, f"{name}_absence_as_of": dt.datetime.min.replace(tzinfo=dt.UTC)}
    return {
        f"{name}_absence_night": min(lacking.whole.night, holding.valued.night),
        f"{name}_absence_as_of": min(lacking.whole.cut_off, holding.valued.cut_off, end),
    }


def _values(settings: ProvinceSettings, comparison: Comparison, end: dt.datetime) -> dict[str, dt.date | dt.datetime]:
    """The night and time as of which both sides' values are known."""
    known = [side.valued for side in (comparison.provincial, comparison.national) if side.valued]
    nights, moments = [one.night for one in known], [one.cut_off for one in known]
    return {
        "values_night": min(nights, default=comparison.night),
        "values_settled": settings.lag_began(min(*moments, comparison.as_of, end)),
    }


def _side(connection: psycopg.Connection, side: str) -> Side:
    """What is known about a side tonight, from the table that known.sql made."""
    rows = connection.execute(
        """select source_id, has_listing, cut_off, is_complete, whole_night, whole_cut_off, valued_night, valued_cut_off
        from known where side = %s order by source_id""",
        [side],
    ).fetchall()
    listings = [row for row in rows if row[1]]
    return Side(
        listings=[row[0] for row in listings],
        look_ups=[row[0] for row in rows if not row[1]],
        cut_off=min((row[2] for row in listings or rows), default=None),
        is_complete=bool(listings) and all(row[3] for row in listings),
        whole=_oldest([row[4:6] for row in listings]),
        valued=_oldest([row[6:8] for row in listings or rows]),
    )


def _oldest(known: list[tuple[dt.date | None, dt.datetime | None]]) -> Known | None:
    """The night and time up to which all of them are known, None if one never was."""
    nights, moments = [night for night, _ in known if night], [moment for _, moment in known if moment]
    return Known(min(nights), min(moments)) if known and len(nights) == len(moments) == len(known) else None


def _store(connection: psycopg.Connection, comparison: Comparison) -> None:
    connection.execute("delete from recon.comparison where night = %s and pair = %s", [comparison.night, PAIR])
    connection.execute(
        """insert into recon.comparison
        select %s, %s, %s, %s, %s, %s, %s, coalesce(sum(matched), 0) from cell_status_tonight""",
        [comparison.night, PAIR, comparison.as_of, comparison.provincial.cut_off, comparison.national.cut_off,
         comparison.provincial.is_complete, comparison.national.is_complete],
    )  # fmt: skip
    connection.execute("drop table verdict_tonight, difference_tonight, ledger_entry_tonight, cell_status_tonight")
