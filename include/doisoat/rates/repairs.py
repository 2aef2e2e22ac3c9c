"""Keeps with a night what repairs would change, the sums they change, and what they would gain by cause.

For every period and agency, as the rates are kept, so that readers of the warehouse and the page need not count dossiers.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
import yaml

from doisoat.province.file import ProvinceSettings
from doisoat.rates.gains import gains
from doisoat.warehouse.database import joining_by_hash, run_file
from doisoat.warehouse.ranges import RATE_SUM, REPAIR, REPAIR_GAIN, RangeTable

HERE = Path(__file__).parent
#: The range tables and the temporary tables that they are made equal to.
KEPT: tuple[tuple[RangeTable, str], ...] = (
    (REPAIR, "repair_tonight"), (RATE_SUM, "rate_sum_tonight"), (REPAIR_GAIN, "repair_gain_tonight"),
)  # fmt: skip
#: The temporary tables that are left behind.
LEFT = ("effect", "effect_tonight", *(tonight for _, tonight in KEPT))


def count_repairs(connection: psycopg.Connection, settings: ProvinceSettings) -> None:
    """Make tonight's tables, in the transaction that has just rated the night (`rolled`, `reported`, `period`)."""
    _keep_effects(connection)
    run_file(connection, HERE / "repair_tonight.sql")
    run_file(connection, HERE / "rate_sum_tonight.sql")
    run_file(connection, HERE / "effect_tonight.sql")
    in_force = settings.indicators.readings["sync"]
    gained = gains("select * from rate_sum_tonight", "select * from effect_tonight", in_force, in_force)
    # groups of all periods and agencies are joined with each other, and the planner expects one row of each
    with joining_by_hash(connection):
        connection.execute(
            f"""create temporary table repair_gain_tonight on commit drop as
            select period_kind, period_start, agency_id, label as cause, '{in_force}' as indicator, place, to_repair, ratio_now,
                ratio_if_repaired, ratio_with_all_before, points_now, points, points_with_all_before, share_of_3_3,
                denominator_basis
            from ({gained.replace("%%", "%")}) gained; analyze repair_gain_tonight"""
        )


def _keep_effects(connection: psycopg.Connection) -> None:
    """Make `effect`: what the repair of each kind of gap changes (repairs.yaml)."""
    connection.execute(
        "create temporary table effect (place integer, pair text, kind text, cause text, effect text) on commit drop"
    )
    told = yaml.safe_load((HERE / "repairs.yaml").read_text("utf-8"))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into effect values (%s, %s, %s, %s, %s)",
            [
                (place, one.get("pair"), one.get("kind"), one.get("cause"), one["effect"])
                for place, one in enumerate(told)
            ],
        )
    connection.execute("analyze effect")
