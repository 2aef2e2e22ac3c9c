"""The scores of a province from a sealed landing into core: those of its week, which they replace."""

from __future__ import annotations

import psycopg
from psycopg.types.json import Jsonb

from doisoat.collect.landing import Landing
from doisoat.load.not_loadable import as_a_whole
from doisoat.load.records import seal_of
from doisoat.province.provinces import PortalProvince


def load_province_scores(connection: psycopg.Connection, landing: Landing, province: PortalProvince) -> int:
    """Load what was published of a province; returns how many scores. The caller holds the write lock.

    Raises:
        LandingNotLoadableError: the warehouse cannot store it.
    """
    certificate, code = landing.certificate, province.code
    where = [certificate.night, certificate.source_id, code]
    rows = [
        (certificate.source_id, code, one.score_group, one.metric, one.period_kind, one.period_start, certificate.night,
         one.numerator, one.denominator, one.ratio, one.score, one.max_score, one.score_delta, Jsonb(one.numbers),
         list(one.flags), one.message)
        for one in landing.scores()
    ]  # fmt: skip
    with as_a_whole(connection, landing):
        for table in ("core.province_score", "ops.province_pull"):
            connection.execute(f"delete from {table} where (week, source_id, province_code) = (%s, %s, %s)", where)
        with connection.cursor() as cursor:
            cursor.executemany(
                """insert into core.province_score (source_id, province_code, score_group, metric, period_kind, period_start,
                    week, numerator, denominator, ratio, score, max_score, score_delta, numbers, flags, message)
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
                on conflict do nothing""",
                rows,
            )
        connection.execute(
            "insert into ops.province_pull values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [*where, province.name, seal_of(landing), certificate.cut_off, len(rows), certificate.incomplete_reason],
        )
    return len(rows)
