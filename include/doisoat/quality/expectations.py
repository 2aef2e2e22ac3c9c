"""The only module that uses Great Expectations: it sees aggregates, never rows of the two sides.

Imported lazily (it takes seconds). An in-memory context, no analytics, no files. GX's own row-by-row comparison of
sources reads only the first rows, so it is not used; each check is one aggregate query whose single row must satisfy an
expectation, and a check is sound only if it returns one row of counts.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from doisoat.quality.checks import Check, CheckResult, broken
from doisoat.quality.lazy_imports import imported_when_used

os.environ["GX_ANALYTICS_ENABLED"] = "false"
with imported_when_used(
    "altair", "scipy.stats"
):  # needed only by expectations that no check uses; a third of everything GX imports
    import great_expectations as gx
    import great_expectations.expectations as gxe

_DATABASE = ("psycopg", "psycopg.errors")
_RAISED = re.compile(r"\((psycopg(?:\.errors)?\.[A-Za-z]+)\)")


def ask(dsn: str, checks: Sequence[Check], queries: Mapping[str, str]) -> list[CheckResult]:
    """Run each check.

    Args:
        dsn: the warehouse's libpq URI, with a TCP host.
        checks: the checks to run.
        queries: by check id, the query with its parameters bound.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    url = dsn.replace("postgresql://", "postgresql+psycopg://", 1)
    # each check's row is kept in a temporary table: what GX asks of it must not run the query again
    source = context.data_sources.add_postgres("warehouse", connection_string=url, create_temp_table=True)
    try:
        return [_ask_one(source, check, queries[check.id]) for check in checks]
    finally:  # GX closes its sessions only when it is garbage-collected
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _ask_one(source: Any, check: Check, query: str) -> CheckResult:
    # GX puts the query into a subselect: a trailing comment would swallow the bracket.
    text = "\n".join(line for line in query.splitlines() if not line.lstrip().startswith("--"))
    is_sound = [  # a query that returns no row, several, or no counts is broken: it has judged nothing
        gxe.ExpectTableRowCountToEqual(value=1),
        gxe.ExpectColumnMinToBeBetween(column="unexpected", min_value=0),
        gxe.ExpectColumnMinToBeBetween(column="total", min_value=0),
    ]
    must_hold = gxe.ExpectColumnMaxToBeBetween(column="excess", min_value=None, max_value=0)
    try:
        asset = source.add_query_asset(check.id, _with_excess(text, check.allowed_share))
        batch = asset.add_batch_definition_whole_table("night").get_batch()
        suite = gx.ExpectationSuite(name=check.id, expectations=[*is_sound, must_hold])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = batch.validate(suite).results
    except Exception as error:  # noqa: BLE001 - whatever GX or the database raises, the check is broken and reports it
        raised = type(getattr(error, "orig", None) or error)  # SQLAlchemy wraps what the database raised
        return broken(
            check, f"{raised.__module__}.{raised.__name__}" if raised.__module__ in _DATABASE else raised.__name__
        )
    found = {(r.expectation_config.type, r.expectation_config.kwargs.get("column")): r for r in results}
    *sound, held = (found[e.expectation_type, getattr(e, "column", None)] for e in (*is_sound, must_hold))
    errors = [said for result in (*sound, held) if (said := _error_of(result))]
    if errors:
        return broken(check, errors[0])
    if not all(result.success for result in sound):
        return broken(check, "not one row of counts")
    observed: dict[str, int | float | str] = {"total": int(sound[2].result["observed_value"])}
    if check.allowed_share:
        observed["allowed_share"] = check.allowed_share
    outcome = "passed" if held.success else "failed"
    return CheckResult(check, outcome, int(sound[1].result["observed_value"]), observed)


def _with_excess(query: str, allowed_share: float) -> str:
    return (
        f"select unexpected::bigint as unexpected, total::bigint as total, "
        f"(unexpected - {allowed_share!r} * total)::double precision as excess from ({query}) counted"
    )


def _error_of(result: Any) -> str | None:
    """The class of the error that kept GX from answering, or None. GX reports a query that fails as success=False.

    Never its message: a database's message may quote values.
    """
    info = result.exception_info or {}
    for entry in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if entry.get("raised_exception"):
            named = _RAISED.match(str(entry.get("exception_message")))
            return named[1] if named else "an error in Great Expectations"
    return None
