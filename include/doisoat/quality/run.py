"""Runs the checks of a stage through Great Expectations and stores the results in ops.check_result."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence

import psycopg

from doisoat.province.site import Site
from doisoat.quality.checks import Check, CheckResult, broken, load_checks
from doisoat.warehouse.database import connect, writing
from doisoat.warehouse.order import hold


def run_checks(site: Site, night: dt.date, *, stage: str, run_id: str | None = None) -> list[CheckResult]:
    """Run every check of the stage; the results replace earlier ones of that night and stage.

    Raises:
        psycopg.OperationalError: the warehouse went away meanwhile; nothing is stored, since no check is at fault.
    """
    checks = [check for check in load_checks() if check.stage == stage]
    with connect(site.dsn) as connection:
        queries, unreadable = _bound(connection, checks, night, site.settings.province.dossier_code)
        connection.commit()
        asked = ask(site.dsn, [check for check in checks if check.id in queries], queries)
        connection.execute("select")  # a server that went away meanwhile says nothing about the data or the checks
    results = [*asked, *unreadable]
    with writing(site.dsn) as connection:
        hold(connection, night, run_id)
        connection.execute("delete from ops.check_result where night = %s and stage = %s", [night, stage])
        for r in results:
            connection.execute(
                """insert into ops.check_result
                    (night, stage, check_id, severity, outcome, unexpected_count, observed, run_id)
                values (%s, %s, %s, %s, %s, %s, %s, %s)""",
                [night, stage, r.check.id, r.check.severity, r.outcome, r.unexpected, json.dumps(r.observed), run_id],
            )
    return results


def ask(dsn: str, checks: Sequence[Check], queries: Mapping[str, str]) -> list[CheckResult]:
    """Run each check through Great Expectations, which is imported only here (doisoat.quality.expectations)."""
    from doisoat.quality import expectations

    return expectations.ask(dsn, checks, queries)


def _bound(
    connection: psycopg.Connection, checks: Sequence[Check], night: dt.date, dossier_code: str
) -> tuple[dict[str, str], list[CheckResult]]:
    """The queries with their parameters bound, by check id; and the checks that cannot even be read or bound."""
    parameters = {
        "night": night,
        "dossier_code": dossier_code,
        **{check.id: check.allowed_share for check in load_checks()},
    }
    queries, unreadable = {}, []
    for check in checks:
        try:
            queries[check.id] = psycopg.ClientCursor(connection).mogrify(check.query, parameters)
        except (OSError, UnicodeError, psycopg.Error) as error:
            unreadable.append(broken(check, type(error).__name__))
    return queries, unreadable
