"""The ministries' systems as sides of the reconciliation: which of their dossiers the province and the portal hold.

A dossier that a ministry's system handles counts in the union once, whoever else holds it (CONTRACTS 8, "Meaning").
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from doisoat.warehouse.database import run_file
from doisoat.warehouse.ranges import DIFFERENCE, MINISTRY_CELL, VERDICT, merge, rewind

HERE = Path(__file__).parent
PAIRS = ("ministry_provincial", "ministry_national")
FILES = ("ministry_match", "ministry_difference", "ministry_hidden", "ministry_verdict", "ministry_cell")


def reconcile_ministries(connection: psycopg.Connection, parameters: Mapping[str, Any]) -> list[str]:
    """Compare every ministry's listing with the province and with the portal, and store the results.

    Args:
        parameters: as doisoat.reconcile.run binds them, with the cut-offs of the other two sides.

    Returns the systems compared: those that were listed at least once. Leaves behind the temporary table ministry_match, which
    rules read (ministry_match.sql).
    """
    night = parameters["night"]
    for pair in PAIRS:
        for table in (VERDICT, DIFFERENCE, MINISTRY_CELL):
            rewind(connection, table, pair, night)
    run_file(connection, HERE / "ministry_side.sql", parameters)
    sources = [source_id for (source_id,) in connection.execute("select source_id from ministry_side order by 1")]
    bound = {**parameters, "ministry_sources": sources}
    for name in FILES:
        run_file(connection, HERE / f"{name}.sql", bound)
    for pair in PAIRS:
        for table in (VERDICT, DIFFERENCE, MINISTRY_CELL):
            name = table.name.removeprefix("recon.")
            merge(connection, table, f"(select * from {name}_tonight where pair = '{pair}')", pair, night)
    connection.execute(
        "drop table ministry_side, ministry_row, other_row, unjoined, second_group, through_province, ministry_hidden, "
        "difference_tonight, verdict_tonight, ministry_cell_tonight"
    )
    return sources
