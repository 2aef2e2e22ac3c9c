"""Published scores from a sealed landing into core: as published, with the unit that each is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from doisoat.collect.landing import Landing
from doisoat.model import PublishedScore
from doisoat.warehouse.database import run_file
from doisoat.warehouse.ranges import PUBLISHED_SCORE, merge

SQL = Path(__file__).with_name("sql")
#: The columns as scores_tonight.sql makes them, but agency_id.
_COPIED = """copy score_tonight (source_id, score_group, metric, period_kind, period_start, agency_key, numerator, denominator,
    ratio, score, max_score, score_delta, numbers, flags, message, agency_code, agency_name) from stdin"""


def merge_scores(connection: psycopg.Connection, landing: Landing) -> None:
    """Make core.published_score say what the landing does. The caller is inside the transaction of the load.

    What was published for a period stays until something else is: a report that is left out, or a period that is no longer
    asked for, ends nothing. A unit that a report no longer names does end.
    """
    rows = [_row(landing.certificate.source_id, score) for score in landing.scores()]
    if not rows:
        return
    connection.execute(
        "create temporary table score_tonight (like core.published_score) on commit drop; "
        "alter table score_tonight drop column from_night, drop column to_night, add agency_code text, add agency_name text"
    )
    with connection.cursor() as cursor, cursor.copy(_COPIED) as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute("analyze score_tonight")
    run_file(connection, SQL / "scored_units.sql")
    run_file(connection, SQL / "resolve_totals.sql", {"source_id": landing.certificate.source_id})
    run_file(connection, SQL / "scores_tonight.sql", {"source_id": landing.certificate.source_id})
    merge(connection, PUBLISHED_SCORE, "score_tonight", landing.certificate.source_id, landing.certificate.night)
    connection.execute("drop table score_tonight, total_tonight")


def _row(source_id: str, score: PublishedScore) -> tuple[Any, ...]:
    agency_key = score.agency_code or score.agency_ref or score.agency_name or ""
    return (
        source_id, score.score_group, score.metric, score.period_kind, score.period_start, agency_key, score.numerator,
        score.denominator, score.ratio, score.score, score.max_score, score.score_delta, Jsonb(score.numbers),
        list(score.flags), score.message, score.agency_code, score.agency_name,
    )  # fmt: skip
