"""Rates as worked examples ask for them: what an indicator comes to for one period and part, and a ratio as computed by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import yaml
from doisoat.province.file import load_province

from support.world import World

#: The rates of all kinds of periods.
RATES = """(select 'month' as period_kind, * from mart.rate_month
    union all select 'quarter', * from mart.rate_quarter
    union all select 'year', * from mart.rate_year
    union all select 'all', night, is_latest, indicator, null, agency_id, numerator_least, numerator_most, denominator_least,
        denominator_most, ratio_least, ratio_most, denominator_basis, is_in_force, points_least, points_most, stale_sources,
        is_incomplete, false from mart.rate_all_months) rates"""
#: The counts behind them, cell by cell: what was received and what ended in a month.
CELLS = """(select n.night, n.is_latest, nullif(c.cell_month, 'infinity') as receipt_month, c.*
    from mart.night_revision n
    join archive.any_indicator_cell c on c.archive_id = n.archive_id and c.from_night <= n.night and n.night < c.to_night
    where n.is_standing) cells"""
APRIL = {"month": "2024-04-01", "quarter": "2024-04-01", "year": "2024-01-01", "all": None}


def rate(world: World, indicator: str, period: str = "month", agency: str | None = None) -> tuple[Any, ...]:
    """((numerator least, most), (denominator least, most), (ratio least, most), basis) of April 2024 or its quarter, year."""
    rows = world.rows(
        f"""select numerator_least, numerator_most, denominator_least, denominator_most, ratio_least, ratio_most,
            denominator_basis
        from {RATES} where (indicator, period_kind) = (%s, %s) and is_latest
          and period_start is not distinct from %s and agency_id is not distinct from %s""",
        [indicator, period, APRIL[period], agency],
    )
    assert len(rows) == 1
    a, b, c, d, low, high, basis = rows[0]
    return (a, b), (c, d), (low, high), basis


def near(part: int, whole: int) -> Decimal:
    """A ratio to the six digits that are kept."""
    return round(Decimal(part) / Decimal(whole), 6)


def take(world: World, **readings: str) -> None:
    """Put readings in force in the province file: `take(world, sync="sync_status")`."""
    file = world.site.settings.path
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    file.write_text(
        yaml.safe_dump({**content, "indicators": {"in_force": readings}}, allow_unicode=True), encoding="utf-8"
    )
    world.site = replace(world.site, settings=load_province(file))
