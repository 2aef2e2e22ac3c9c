"""The checks of a stage: read from checks.yaml, asked through Great Expectations, kept in ops.check_result."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
import yaml
from pydantic import BaseModel, ConfigDict

from doisoat.site import Site
from doisoat.warehouse.database import connect, writing

HERE = Path(__file__).parent


class Check(BaseModel):
    """One thing that must hold.

    Attributes:
        id: its name, and the name of its query in sql/.
        stage: inputs or results.
        severity: critical blocks the publication; warning and info are shown.
        protects: what would be wrong if it failed.
        label: the same in Vietnamese, short, for pages.
        allowed_share: the share of `total` that may break it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    stage: str
    severity: str
    protects: str
    label: str
    allowed_share: float = 0.0

    @property
    def query(self) -> str:
        """The aggregate query: one row with `unexpected` and `total`; asks for %(night)s."""
        return (HERE / "sql" / f"{self.id}.sql").read_text(encoding="utf-8")


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
    given = yaml.safe_load((HERE / "checks.yaml").read_text(encoding="utf-8"))
    return tuple(Check.model_validate(check) for check in given)


def run_checks(site: Site, night: dt.date, *, stage: str, run_id: str | None = None) -> list[CheckResult]:
    """Ask every check of the stage and keep the results in place of earlier ones of that night and stage."""
    from doisoat.quality.expectations import ask

    checks = [check for check in load_checks() if check.stage == stage]
    with connect(site.dsn) as connection:
        queries = {check.id: _bound(connection, check, night) for check in checks}
    results = ask(site.dsn, checks, queries)
    with writing(site.dsn) as connection:
        connection.execute("delete from ops.check_result where night = %s and stage = %s", [night, stage])
        with connection.cursor() as cursor:
            cursor.executemany(
                """insert into ops.check_result
                    (night, stage, check_id, severity, outcome, unexpected_count, observed, run_id)
                values (%s, %s, %s, %s, %s, %s, %s, %s)""",
                [
                    (
                        night,
                        stage,
                        r.check.id,
                        r.check.severity,
                        r.outcome,
                        r.unexpected,
                        json.dumps(r.observed),
                        run_id,
                    )
                    for r in results
                ],
            )
    return results


def failures(connection: psycopg.Connection, night: dt.date, *, stage: str) -> list[str]:
    """The critical checks of the stage that failed or are broken; ["not checked"] where it was never asked."""
    rows = connection.execute(
        """select check_id, severity = 'critical' and outcome <> 'passed' from ops.check_result
        where night = %s and stage = %s order by check_id""",
        [night, stage],
    ).fetchall()
    return [check_id for check_id, is_failure in rows if is_failure] if rows else ["not checked"]


def _bound(connection: psycopg.Connection, check: Check, night: dt.date) -> str:
    return psycopg.ClientCursor(connection).mogrify(check.query, {"night": night})
