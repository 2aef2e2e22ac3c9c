"""The checks of a stage: read from checks.yaml, asked through Great Expectations, kept in ops.check_result."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

from doisoat.entries import Entry, load_entries
from doisoat.site import Site
from doisoat.warehouse.database import connect, writing
from doisoat.warehouse.nights import hold

HERE = Path(__file__).parent


class Check(Entry):
    """One thing that must hold.

    Its query, an aggregate, gives one row with `unexpected` and `total`; it asks for %(night)s and other checks' shares.

    Attributes:
        id: its name, and the name of its query in sql/.
        stage: inputs or results.
        severity: critical blocks the publication; warning and info are shown.
        protects: what would be wrong if it failed.
        label: the same in Vietnamese, short, for pages.
        allowed_share: the share of `total` that may break it.
        accepting: what somebody takes upon himself who publishes a night against it; None: nobody may.
    """

    stage: str
    severity: str
    protects: str
    label: str
    allowed_share: float = 0.0
    accepting: str | None = None

    @classmethod
    def folder(cls) -> Path:
        return HERE / "sql"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How a check came out.

    Attributes:
        outcome: passed, failed (the data are wrong) or broken (the check itself could not be asked).
        observed: counts that show why; never a value of a record.
    """

    check: Check
    outcome: str
    unexpected: int | None
    observed: dict[str, int | float | str]


@cache
def load_checks() -> tuple[Check, ...]:
    """Every check, in the order of checks.yaml."""
    return load_entries(HERE / "checks.yaml", Check)


def broken(check: Check, error: str) -> CheckResult:
    """The result of a check that could not be asked: of the data it says nothing.

    Args:
        error: the class of the error, never its message, which may quote values.
    """
    return CheckResult(check, "broken", None, {"error": error})


def ask(dsn: str, checks: Sequence[Check], queries: Mapping[str, str]) -> list[CheckResult]:
    """Ask each check by Great Expectations, which is imported here for that (doisoat.quality.expectations)."""
    from doisoat.quality import expectations

    return expectations.ask(dsn, checks, queries)


def run_checks(site: Site, night: dt.date, *, stage: str, run_id: str | None = None) -> list[CheckResult]:
    """Ask every check of the stage and keep the results in place of earlier ones of that night and stage.

    Raises:
        psycopg.OperationalError: the warehouse went away meanwhile; nothing is kept, since no check is at fault.
    """
    checks = [check for check in load_checks() if check.stage == stage]
    with connect(site.dsn) as connection:
        queries, unreadable = _bound(connection, checks, night)
        connection.commit()
        asked = ask(site.dsn, [check for check in checks if check.id in queries], queries)
        connection.execute("select")  # a server that went away meanwhile is no verdict on the data, nor on the checks
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


def _bound(
    connection: psycopg.Connection, checks: Sequence[Check], night: dt.date
) -> tuple[dict[str, str], list[CheckResult]]:
    """The queries with their parameters in them, by check id; and what cannot even be read or bound."""
    parameters = {"night": night, **{check.id: check.allowed_share for check in load_checks()}}
    queries, unreadable = {}, []
    for check in checks:
        try:
            queries[check.id] = psycopg.ClientCursor(connection).mogrify(check.query, parameters)
        except (OSError, UnicodeError, psycopg.Error) as error:
            unreadable.append(broken(check, type(error).__name__))
    return queries, unreadable
