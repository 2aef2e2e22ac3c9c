"""Counts of single procedures in the warehouse: which are wanted tonight, and the answers (CONTRACTS section 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from doisoat.collect.landing import Landing
from doisoat.model import AskedProcedure, Capability, ProcedureCount
from doisoat.province.file import ProvinceSettings
from doisoat.sources.contract import Source
from doisoat.sources.registry import KINDS, facts
from doisoat.warehouse.database import run_file

SQL = Path(__file__).with_name("sql")
TABLES = ("core.procedure_answer", "core.procedure_count")


class ToGo(NamedTuple):
    """How far a source's counts by procedure have come.

    Attributes:
        answered: procedures and months of which an answer is known.
        sure, possible: how many more are to be asked: of what we hold dossiers or what changed; of what we hold none, as long as
            something of a month is left over.
        nights: within how many nights what is sure is asked, and with it all that is possible.
    """

    answered: int
    sure: int
    possible: int
    nights: tuple[int, int]


def wanted_procedures(connection: psycopg.Connection, source: Source, night: dt.date) -> list[AskedProcedure]:
    """The procedures and months worth asking this source for tonight, most wanted first, as many as its limit allows; none if it
    does not count by procedure (wanted_procedures.sql defines the order).

    Before them two that are known already, with different counts: what is asked for tonight may have no dossier, or be one alone,
    and then nothing else would show that the filter still works.
    """
    most = source.limits.procedure_requests_per_night
    if source.counted_by_procedure is None or not most:
        return []
    scope = {"source_id": source.source_id, "measure": source.counted_by_procedure, "night": night}
    due = [AskedProcedure(month, ref, code) for month, ref, code, _, is_due in _wanted(connection, scope) if is_due]
    if not due:
        return []
    known = connection.execute(
        (SQL / "control_procedures.sql").read_text(encoding="utf-8"), scope | {"month": due[0].month}
    )
    controls = [AskedProcedure(*row) for row in known.fetchall()]
    return [*controls, *(one for one in due if one not in controls)][:most]


def to_go(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date) -> dict[str, ToGo]:
    """How far each source that counts by procedure has come after a night; only those that have something to ask or answered."""
    found = {}
    for source_id, source in settings.sources.items():
        most = source.limits.procedure_requests_per_night
        can = facts(source_id, source.kind).asked
        if not source.enabled or not most or not can >= {Capability.COUNTS, Capability.CATALOGUE}:
            continue  # a procedure is asked for by its id in the source's catalogue
        measure = KINDS[source.kind].counted_by_procedure
        if measure is None:
            continue
        wanted = _wanted(
            connection, {"source_id": source_id, "measure": measure, "night": night + dt.timedelta(days=1)}
        )
        sure = sum(is_sure for *_, is_sure, _ in wanted)
        answered = connection.execute(
            """select count(distinct (receipt_month, procedure_ref)) from core.procedure_answer
            where source_id = %s and measure = %s and night <= %s and state = 'known'""",
            [source_id, measure, night],
        ).fetchone()
        if wanted or answered != (0,):
            nights = (-(-sure // most), -(-len(wanted) // most))
            found[source_id] = ToGo(answered[0] if answered else 0, sure, len(wanted) - sure, nights)
    return found


def rewind_procedures(connection: psycopg.Connection, source_id: str, night: dt.date) -> None:
    """Undo what the answers of `night`, the latest one, wrote."""
    for table in TABLES:
        connection.execute(f"delete from {table} where source_id = %s and night = %s", [source_id, night])


def load_procedures(connection: psycopg.Connection, landing: Landing) -> None:
    """Load the counts of single procedures of a night, after its control totals: they say which agency a unit is."""
    counts = list(landing.procedure_counts())
    if not counts:
        return
    connection.execute(
        """create temporary table answer_tonight (measure text, receipt_month date, procedure_ref text, procedure_code text,
            state text, value bigint, answered_at timestamptz) on commit drop;
        create temporary table unit_tonight (measure text, receipt_month date, procedure_ref text, agency_key text,
            value bigint) on commit drop"""
    )
    with connection.cursor() as cursor:
        with cursor.copy("copy answer_tonight from stdin") as copy:
            for one in counts:
                copy.write_row((*_key(one), one.procedure_code, one.state, one.value, one.measured_at))
        with cursor.copy("copy unit_tonight from stdin") as copy:
            for one in counts:
                for unit in one.units:
                    agency_key = unit.agency_code or unit.agency_ref or unit.agency_name or ""
                    copy.write_row((*_key(one), agency_key, unit.value))
    connection.execute("analyze answer_tonight; analyze unit_tonight")
    scope = {"source_id": landing.certificate.source_id, "night": landing.certificate.night}
    run_file(connection, SQL / "procedures_tonight.sql", scope)
    connection.execute("drop table answer_tonight, unit_tonight")


def _key(one: ProcedureCount) -> tuple[str, dt.date, str]:
    return one.measure, one.receipt_month, one.procedure_ref


def _wanted(connection: psycopg.Connection, scope: Mapping[str, Any]) -> list[tuple[dt.date, str, str, bool, bool]]:
    """The rows of wanted_procedures.sql: month, id and code, whether it is sure to be asked, whether it is due tonight."""
    return connection.execute((SQL / "wanted_procedures.sql").read_text(encoding="utf-8"), scope).fetchall()
