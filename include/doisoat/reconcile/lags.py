"""How late dossiers usually are, learned from earlier nights and frozen per night (docs/adr/0019-learned-lags.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from doisoat.province.lags import LearnedLag
from doisoat.warehouse.database import run_file

HERE = Path(__file__).parent
#: Which side may be late -> which side holds the dossiers, which side lacks them.
PRESENCES = {"provincial_only": ("provincial", "national"), "national_only": ("national", "provincial")}


def learn_lags(
    connection: psycopg.Connection,
    choice: LearnedLag | None,
    parameters: Mapping[str, Any],
    listings: Sequence[Sequence[str]],
) -> None:
    """Store the lags that the latest night may apply, and count how late the dossiers were that have been watched long enough.

    What an earlier run of the night stored is undone. The lags are based on earlier nights only: what the night itself
    counts is for later nights.

    Args:
        choice: the province file's setting; None: nothing is learned.
        parameters: as doisoat.reconcile.run binds them.
        listings: for each side, the sources that list records.
    """
    night, pair = parameters["night"], parameters["pair"]
    for table in ("arrival", "learned_lag"):
        connection.execute(f"delete from recon.{table} where night = %s and pair = %s", [night, pair])
    run_file(connection, HERE / "agency_line.sql")
    if choice is None:
        return
    bound = {**parameters, **choice.model_dump(exclude={"at_most"}), "at_most": choice.at_most.interval}
    run_file(connection, HERE / "learned_lag.sql", bound)
    received_on = night - dt.timedelta(days=choice.watched_nights)
    if not _is_watched(connection, pair, received_on, night, listings):
        return
    for presence, (holding, lacking) in PRESENCES.items():
        of_side = {"holding": parameters[f"{holding}_sources"], "lacking": parameters[f"{lacking}_sources"]}
        watched = {"presence": presence, "received_on": received_on, "watched_for": choice.at_most.interval}
        run_file(connection, HERE / "arrival.sql", {**parameters, **of_side, **watched})


def _is_watched(
    connection: psycopg.Connection, pair: str, first: dt.date, night: dt.date, listings: Sequence[Sequence[str]]
) -> bool:
    """Whether every listing of both sides was complete and fresh on each of these nights, and each was compared.

    If a night was missed, all dossiers of the day are left out: leaving out only those affected would leave out the
    late ones.
    """
    sources = [source_id for side in listings for source_id in side]
    row = connection.execute(
        """select (select count(*) from ops.pull where source_id = any (%(sources)s) and night between %(first)s and %(night)s
                and state = 'fresh' and is_complete),
            (select count(*) from recon.comparison where pair = %(pair)s and night >= %(first)s and night < %(night)s)""",
        {"sources": sources, "first": first, "night": night, "pair": pair},
    ).fetchone()
    nights = (night - first).days
    return all(listings) and row == ((nights + 1) * len(sources), nights)
