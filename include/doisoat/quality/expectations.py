"""The only module that touches Great Expectations: it sees aggregates, never two sides' rows.

Imported lazily (it takes seconds). A context in memory, no analytics, no files. GX's own row-by-row comparison of
sources reads the first rows only, so it is not used; each check is one aggregate query whose single row must satisfy an
expectation.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import great_expectations.expectations as gxe

from doisoat.quality.checks import Check, CheckResult


def ask(dsn: str, checks: Sequence[Check], queries: Mapping[str, str]) -> list[CheckResult]:
    """Ask each check.

    Args:
        dsn: the warehouse's libpq URI, with a TCP host.
        checks: what to ask.
        queries: by check id, the query with its parameters bound.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    url = dsn.replace("postgresql://", "postgresql+psycopg://", 1)
    source = context.data_sources.add_postgres("warehouse", connection_string=url)
    return [_ask_one(source, check, queries[check.id]) for check in checks]


def _ask_one(source: Any, check: Check, query: str) -> CheckResult:
    # GX puts the query into a subselect: a comment at its end would swallow the bracket.
    text = "\n".join(line for line in query.splitlines() if not line.lstrip().startswith("--"))
    expectation = gxe.ExpectColumnMaxToBeBetween(column="excess", min_value=None, max_value=0)
    try:
        asset = source.add_query_asset(check.id, _with_excess(text, check.allowed_share))
        batch = asset.add_batch_definition_whole_table("night").get_batch()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = batch.validate(expectation)
            counts = batch.validate(gxe.ExpectColumnMaxToBeBetween(column="unexpected", min_value=0))
            totals = batch.validate(gxe.ExpectColumnMaxToBeBetween(column="total", min_value=0))
    except Exception as error:  # noqa: BLE001 - whatever GX or the database raises, the check is broken and says so
        return CheckResult(check, "broken", None, {"error": type(error).__name__})
    broken = _exception_of(result) or _exception_of(counts) or _exception_of(totals)
    if broken:
        return CheckResult(check, "broken", None, {"error": broken})
    unexpected, total = _observed(counts), _observed(totals)
    observed: dict[str, int | float | str] = {"total": total}
    if check.allowed_share:
        observed["allowed_share"] = check.allowed_share
    return CheckResult(check, "passed" if result.success else "failed", unexpected, observed)


def _with_excess(query: str, allowed_share: float) -> str:
    return (
        f"select unexpected::bigint as unexpected, total::bigint as total, "
        f"(unexpected - {allowed_share!r} * total)::double precision as excess from ({query}) counted"
    )


def _exception_of(result: Any) -> str | None:
    """The class of the error that kept GX from answering, or None. GX reports a query that fails as success=False.

    Never its message: a database's message may quote values.
    """
    info = result.exception_info or {}
    for entry in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if entry.get("raised_exception"):
            named = re.search(r"[A-Za-z_]+(?:\.[A-Za-z_]+)+", str(entry.get("exception_message")))
            return named.group() if named else "error"
    return None if result.result.get("observed_value") is not None else "no answer"


def _observed(result: Any) -> int:
    return int(result.result["observed_value"])
