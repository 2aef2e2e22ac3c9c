"""What reports read of what nights keep, against the same counted or computed anew."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import psycopg
import pytest
from doisoat.months import first_of
from doisoat.province.file import ProvinceSettings
from doisoat.rates import cost
from doisoat.rates import rates as of_rates
from doisoat.rates.cost import Question, Repair, ranked
from doisoat.rates.rates import Part, computed_rates, rates
from doisoat.reports.query import HERE as REPORTS
from doisoat.reports.query import query

_HELD = """
    select s.source_id, case when s.has_listing or s.has_look_ups then count(r.record_id) end
    from core.source s
    left join core.dossier_record r on r.source_id = s.source_id and r.from_night <= %(night)s and %(night)s < r.to_night
    where s.is_enabled group by 1"""


def told_otherwise(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date) -> dict[str, Any]:
    """What is asked for -> what is told and what is counted, where they are not the same."""
    found: dict[str, Any] = {}
    asked = {"night": night, "archive_id": 0, "timezone": settings.province.timezone}
    told = {row["source_id"]: row["held"] for row in query(connection, "sources", asked).dicts()}
    counted: dict[str, int | None] = dict(connection.execute(_HELD, {"night": night}).fetchall())
    if told != counted:
        found["held"] = told, counted
    for part in rated_parts(night):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(of_rates, "computed_rates", _nobody)
            kept = rates(connection, settings, part, night, 0)
        if kept != (computed := computed_rates(connection, settings, part, night, 0)):
            found[f"rates {part}"] = kept, computed
    for question in questions(settings, night):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(cost, "find_cells", _nobody)
            kept = ranked(connection, settings, question, Repair(), "cause")
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(cost, "_reads_kept_sums", lambda question: False)
            computed = ranked(connection, settings, question, Repair(), "cause")
        if kept != computed:
            found[f"gains {question}"] = kept, computed
    return found


def rated_parts(night: dt.date) -> list[Part]:
    """The parts and periods whose rates a night keeps."""
    month = first_of(night)
    periods: list[dict[str, Any]] = [{"period": period} for period in ("all", "month", "quarter", "year")]
    periods.append({"period": "month", "first_month": month, "last_month": month})
    return [Part(by=by, **period) for by in (None, "agency") for period in periods]


def questions(settings: ProvinceSettings, night: dt.date) -> list[Question]:
    """What the province's gaps cost in the month, quarter and year of a night."""
    sync, month = settings.indicators.readings["sync"], first_of(night)
    quarter, year = month.replace(month=(month.month - 1) // 3 * 3 + 1), month.replace(month=1)
    spans = {
        "month": (month, month),
        "quarter": (quarter, quarter.replace(month=quarter.month + 2)),
        "year": (year, year.replace(month=12)),
    }
    return [
        Question(night, 0, sync, Part(period=period, first_month=first, last_month=last))
        for period, (first, last) in spans.items()
    ]


def _nobody(*_: Any, **__: Any) -> Any:
    raise AssertionError("it was counted once more, although the night keeps it")


def read_whole(connection: psycopg.Connection, night: dt.date) -> set[str]:
    """The tables of records that have to be read whole to find what no code map knows; none, as such rows have an index."""
    statement = (REPORTS / "unmapped.sql").read_text("utf-8")
    with connection.transaction(force_rollback=True):
        connection.execute("set local enable_seqscan = off")
        lines = connection.execute(f"explain (costs off) {statement}", {"night": night}).fetchall()
    return {table for (line,) in lines for table in re.findall(r"Seq Scan on (dossier_record_\w+)", line)}
