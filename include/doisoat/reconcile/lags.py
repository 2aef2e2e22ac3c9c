"""How late dossiers usually are, learned from earlier nights and frozen with each (docs/adr/0019-learned-lags.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from doisoat.province.lags import LearnedLag
from doisoat.warehouse.database import run_file

HERE = Path(__file__).parent
#: Which side may be late -> who holds the dossiers, who lacks them.
PRESENCES = {"provincial_only": ("provincial", "national"), "national_only": ("national", "provincial")}


def learn_lags(
    connection: psycopg.Connection,
    choice: LearnedLag | None,
    parameters: Mapping[str, Any],
    listings: Sequence[Sequence[str]],
) -> None:
    """Store what the night, the latest one, may apply, and count how late the dossiers were that it watched to the end.

    What an earlier look at the night stored is undone. The lags rest on earlier nights alone: what the night itself counts
    is for those to come.

    Args:
        choice: of the province file; None: nothing is learned.
        parameters: as doisoat.reconcile.run binds them.
        listings: of either side, the sources that list records.
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
    """Whether every listing of both sides was whole and fresh on each of these nights, and each was compared.

    The dossiers of a day are left out all together where a look was missed: to leave out only those that it concerns would
    leave out the late ones.
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
