"""Where months end, foreseen on nights of the sandbox and held against what came: half a year of a small world.

Nights are few (every fifth day, and the last two of each month) so that it takes minutes; those between are missed, which the
method has to bear.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from doisoat.months import last_of
from doisoat.warehouse import connect
from support import many_nights as many
from support.quick_checks import ask_quickly

LAST = dt.date(2024, 4, 30)
NIGHTS = 210
ALL = [LAST - dt.timedelta(days=back) for back in range(NIGHTS)][::-1]
RUN = [night for night in ALL if (last_of(night) - night).days % 5 == 0 or night.day == 15]


@pytest.mark.timeout(1800)
def test_months_of_the_sandbox_end_where_it_was_foreseen(
    tmp_path: Path, warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_quickly(monkeypatch)
    with many.served(tmp_path / "sandbox", LAST, NIGHTS, dossiers=2000) as sandbox:
        site = many.quick_site(
            tmp_path, warehouse_dsn, sandbox.connections(), dated_from=ALL[0] - dt.timedelta(days=60)
        )
        for night in RUN:
            many.run_night(site, sandbox, night)
    with connect(warehouse_dsn) as connection:
        rows = connection.execute(
            """select f.measure, f.night, f.end_least <= e.end_least and e.end_most <= f.end_if_repaired_most as held,
                f.end_most - f.end_least as width, f.tested, f.held
            from mart.forecast f join mart.forecast e on e.night = e.period_end
                and (e.measure, e.period_kind, e.period_start) = (f.measure, f.period_kind, f.period_start)
            where f.period_kind = 'month' and f.source_id is null and f.night < f.period_end and f.end_least is not null
            order by 1, 2"""
        ).fetchall()
    told = {measure: [row for row in rows if row[0] == measure] for measure in sorted({row[0] for row in rows})}
    for measure, of_measure in told.items():
        print(f"{measure}: {sum(row[2] for row in of_measure)} of {len(of_measure)} held, mean width "
              f"{sum(row[3] for row in of_measure) / len(of_measure):.3f}, own record "
              f"{sum(row[5] for row in of_measure)} of {sum(row[4] for row in of_measure)}")  # fmt: skip
    assert len(rows) > 50
    assert sum(row[2] for row in rows) / len(rows) > 0.7
