"""Gives every finding of a night its cause: the first rule whose evidence is present, else undetermined."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql

from doisoat.explain.causes import UNDETERMINED, load_causes
from doisoat.warehouse.database import run_file
from doisoat.warehouse.ranges import CAUSE, FINDING, GAP, merge, rewind

HERE = Path(__file__).parent
#: From so many findings on, rules join by hash: one wrong estimate would pair every finding with every witness (30 s for one
#: rule at 200,000 dossiers). Fewer findings are looked up by index. They are never merge-joined: with an
#: index that begins with the source, the planner pairs all findings of a source with all of its records.
MANY = 1000


def explain(connection: psycopg.Connection, parameters: Mapping[str, Any], pairs: tuple[str, ...]) -> None:
    """Explain the findings in recon for the pairs: store the causes, the open gaps, what happened to
    gaps tonight, and all of it flat, as it is read (recon.finding).

    The caller holds the write lock; the night is the latest one, and its verdicts, differences and entries are stored.

    Args:
        parameters: the parameters available to rules, as doisoat.reconcile.run binds them.
    """
    night = parameters["night"]
    run_file(connection, HERE / "finding.sql")
    kinds = {kind for (kind,) in connection.execute("select distinct kind from finding")}
    connection.execute(
        """select set_config('enable_mergejoin', 'off', true),
            set_config('enable_nestloop', case when count(*) < %s then 'on' else 'off' end, true) from finding""",
        [MANY],
    )
    for cause in load_causes():
        if cause.id != UNDETERMINED and cause.concerns(kinds):
            # If a rule finds several pieces of evidence, which one is stored must not depend on the query plan.
            told = connection.execute(
                f"""insert into cause_tonight
                select distinct on (pair, dossier_id, kind, detail) pair, dossier_id, kind, detail, {_literal(cause.id)}, basis
                from ({cause.query}) rule order by pair, dossier_id, kind, detail, basis::text""",
                parameters,
            )
            if told.rowcount:
                connection.execute("analyze cause_tonight")
    undetermined = "insert into cause_tonight select pair, dossier_id, kind, detail, %s, '{}' from unexplained"
    connection.execute(undetermined + " where kind <> 'moved'; analyze cause_tonight", [UNDETERMINED])
    run_file(connection, HERE / "moved.sql")
    connection.execute(undetermined, [UNDETERMINED])
    connection.execute("analyze cause_tonight; set local enable_nestloop = on; set local enable_mergejoin = on")
    _keep_policy(connection)
    for pair in pairs:
        for table in (CAUSE, GAP, FINDING):
            rewind(connection, table, pair, night)
        merge(connection, CAUSE, f"(select * from cause_tonight where pair = {_literal(pair)})", pair, night)
    for name in ("gap", "gap_event", "finding_tonight"):
        run_file(connection, HERE / f"{name}.sql", {"night": night})
    for pair in pairs:
        for table, tonight in ((GAP, "gap_tonight"), (FINDING, "finding_tonight")):
            merge(connection, table, f"(select * from {tonight} where pair = {_literal(pair)})", pair, night)
    connection.execute(
        """drop view unexplained, link_either_way;
        drop table finding, witness, cause_tonight, became, gap_before, gap_tonight, beside, finding_tonight"""
    )


def _keep_policy(connection: psycopg.Connection) -> None:
    """Store what each cause means, for readers of the warehouse."""
    rows = [
        (cause.id, place, cause.label, cause.blames, cause.decides, cause.needs, cause.action)
        for place, cause in enumerate(load_causes(), 1)
    ]
    connection.execute("delete from core.cause_rule")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into core.cause_rule values (%s, %s, normalize(%s, nfc), %s, %s, %s, normalize(%s, nfc))", rows
        )


def _literal(text: str) -> str:
    return cast(str, sql.Literal(text).as_string())
