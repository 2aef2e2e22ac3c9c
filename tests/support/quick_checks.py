"""The checks' own queries without Great Expectations, which takes seconds: how tests ask of which it is not the subject.

tests/integration/test_checks.py holds that both come to the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import psycopg
import pytest
from doisoat.quality import run
from doisoat.quality.checks import Check, CheckResult, broken


def ask_quickly(monkeypatch: pytest.MonkeyPatch, fails: Mapping[str, dt.date] | None = None) -> None:
    """Ask so until the patch is undone.

    Args:
        fails: check id -> a night on which it fails whatever the data are.
    """

    def ask(dsn: str, checks: Sequence[Check], queries: Mapping[str, str]) -> list[CheckResult]:
        with psycopg.connect(dsn, autocommit=True) as connection:
            return [_ask(connection, check, queries[check.id], fails or {}) for check in checks]

    monkeypatch.setattr(run, "ask", ask)


def _ask(connection: psycopg.Connection, check: Check, query: str, fails: Mapping[str, dt.date]) -> CheckResult:
    try:
        found = connection.execute(f"select unexpected::bigint, total::bigint from ({query}\n) counted").fetchall()  # type: ignore[arg-type]
    except psycopg.Error as error:
        return broken(check, f"psycopg.errors.{type(error).__name__}")
    if len(found) != 1 or any(count is None or count < 0 for count in found[0]):
        return broken(check, "not one row of counts")
    unexpected, total = found[0]
    is_sabotaged = check.id in fails and f"'{fails[check.id]}'" in query
    has_failed = is_sabotaged or unexpected > check.allowed_share * total
    observed = {"total": total, **({"allowed_share": check.allowed_share} if check.allowed_share else {})}
    return CheckResult(check, "failed" if has_failed else "passed", unexpected, observed)
