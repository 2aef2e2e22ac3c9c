"""Where the month, quarter and year of a night end: what is stored with the night, by hand, and what the command says of it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.model import PublishedScore
from doisoat.sources.contract import Limits
from doisoat.sources.national_statistics.source import NationalStatistics, StatisticsOptions
from msgspec.structs import replace
from support.commands import doisoat
from support.outlooks import keep, remember
from support.servers import LOCAL, ROOT, FakeReporting, Reply, captured, serving
from support.world import World, total

A, B, C, D, E = (f"H37.21.01-24040{number}-000{number}" for number in (1, 2, 3, 4, 5))
NIGHT, NEXT, LAST = "2024-04-20", "2024-04-21", "2024-04-30"


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    return World(tmp_path, warehouse_dsn)


def run(world: World, night: str, **tables: str) -> None:
    """A night, and its outlook with it, as steps.publish_night does once its checks have passed."""
    world.run(night, **tables)
    keep(world, night)


def foreseen(world: World, columns: str, where: str) -> list[tuple[Any, ...]]:
    rows = world.rows(
        f"select {columns} from mart.forecast where is_latest and {where} "
        "order by array_position('{month,quarter,year}', period_kind), group_code, measure"
    )
    return [tuple(float(value) if hasattr(value, "as_tuple") else value for value in row) for row in rows]


ALL, THREE = "\n".join(("code", A, B, C, D)), "\n".join(("code", A, B, C))


def test_a_first_night_says_where_it_stands_and_that_too_little_is_known(world: World) -> None:
    """Three of four are on the portal, the fourth is overdue; nothing has ended, so nothing ended on time."""
    run(world, NIGHT, igate=ALL, national_export=THREE)
    columns = "period_kind, ratio_least, ratio_if_repaired_least, end_least, tested, why_not"
    assert foreseen(world, columns, "measure = 'sync_own'") == [
        (kind, 0.75, 1, None, 0, "too_few_months") for kind in ("month", "quarter", "year")
    ]
    reading = foreseen(
        world, "period_kind, ratio_least, ratio_if_repaired_least, max_score", "measure = 'sync_received'"
    )
    assert reading[0] == ("month", 0.75, 1, 6), "nothing was reported: of what the province would report"
    assert {row[-1] for row in foreseen(world, columns, "measure = 'on_time'")} == {"nothing_counted"}
    assert foreseen(world, "measure", "measure in ('online_share_multiplied', 'sync_status')") == []
    assert foreseen(world, "period_end::text", "measure = 'sync_own'") == [
        ("2024-04-30",),
        ("2024-06-30",),
        ("2024-12-31",),
    ]


def test_the_range_is_what_the_same_days_brought_in_earlier_months(world: World) -> None:
    """Ten days are left. They brought 10 of 10 in January, 5 of 10 in February, and 8 of 10 in March, 2 of which were repairs:
    so 13, 8 or 9 of 14, and 14, 9 or 10 if the fourth is repaired; three months: the range about its middle thrice as wide."""
    earlier = [
        ("2024-01-21", 20, 10, 0),
        ("2024-01-31", 30, 20, 0),
        ("2024-02-19", 10, 8, 1),
        ("2024-02-29", 20, 13, 1),
    ]
    remember(world, "sync_own", "month", [*earlier, ("2024-03-21", 10, 9, 0), ("2024-03-31", 20, 17, 2)])
    run(world, NIGHT, igate=ALL, national_export=THREE)
    [row] = foreseen(world, "end_least, end_most, end_if_repaired_least, end_if_repaired_most, earlier_months, why_not",
                     "measure = 'sync_own' and period_kind = 'month'")  # fmt: skip
    assert row == pytest.approx(((10.5 - 7.5) / 14, 1, (11.5 - 7.5) / 14, 1, 3, None), abs=1e-6)


def test_what_is_repaired_is_remembered_and_the_last_night_is_the_end(world: World) -> None:
    run(world, NIGHT, igate=ALL, national_export=THREE)
    run(world, NEXT, igate=f"{ALL}\n{E}", national_export=ALL)
    stored = (
        "select repaired_so_far from recon.outlook where night = %s and measure = 'sync_own' and period_kind = 'month'"
    )
    assert [world.rows(stored, [night]) for night in (NIGHT, NEXT)] == [[(0,)], [(1,)]]
    keep(world, NEXT)
    assert world.rows(stored, [NEXT]) == [(1,)], "stored again is stored once"
    run(world, LAST, igate=f"{ALL}\n{E}", national_export=ALL)
    columns = "period_kind, end_least, end_most, end_if_repaired_most, earlier_months, why_not"
    own = foreseen(world, columns, "measure = 'sync_own'")
    assert own[0] == ("month", 0.8, 0.8, 1, 0, None)
    assert own[1] == ("quarter", None, None, None, None, "too_few_months")


def test_a_night_that_is_published_keeps_its_outlook(world: World) -> None:
    world.run(NIGHT, checks=True, igate=ALL, national_export=THREE, licences="code")
    assert foreseen(world, "ratio_least", "measure = 'sync_own' and period_kind = 'year'") == [(0.75,)]


def test_the_command_says_where_it_ends_and_how_late_a_repair_may_come(world: World) -> None:
    world.run("2024-04-19", igate=ALL, national_export=THREE)
    said = doisoat(world, "forecast")
    assert "doisoat replay" in said.stdout, "published before outlooks were kept"
    for night, synced in ((NIGHT, 90), (NEXT, 95)):
        march = [
            total(synced, "DOSSIER_SYNC_NUMERATOR", month="2024-03"),
            total(50, "DOSSIER_SYNC_NUMERATOR", month="2024-02"),
        ]
        world.land(night, "national_statistics", totals=march)
        run(world, night, igate=ALL, national_export=THREE, national_statistics="")
    rows = json.loads(doisoat(world, "forecast", "--format", "json").stdout)
    sync = next(row for row in rows if (row["measure"], row["period"]) == ("sync_received", "quarter"))
    assert (sync["ratio_least"], sync["why_not"], sync["period_end"]) == (0.75, "too_few_months", "2024-06-30")
    table = doisoat(world, "forecast").stdout
    assert "How late a repair may come" in table
    assert "sync_own" not in table, "no indicator of the decision"
    late = "select period_kind, periods, changed, latest_day from mart.late_change where is_latest"
    assert world.rows(late) == [("month", 2, 1, 21)], (
        "of two ended months one was seen to change, 21 days after its end"
    )


@pytest.fixture(scope="module")
def published() -> list[PublishedScore]:
    """The captures as the connector reads them on the last night of March 2026."""
    system = FakeReporting()
    system.instead = lambda request: (
        Reply(captured(request.path.rpartition("/")[2]), 201) if request.method == "POST" else None
    )
    with serving(system) as port:
        source = NationalStatistics(
            "national_statistics",
            options=StatisticsOptions.model_validate(
                {"apis": [{"kind": "reporting_2026"}], "root_department_id": ROOT, "months_back": 1}
            ),
            limits=Limits(),
            connection=Connection("national_statistics", scheme="http", host="127.0.0.1", port=port),
            timezone=LOCAL,
        )
        return list(source.published_scores(dt.date(2026, 3, 31)))


def test_what_the_portal_publishes_is_foreseen_where_its_formula_is_known(
    world: World, published: list[PublishedScore]
) -> None:
    """On the last night of the quarter it is the end; of the year's progress 560 of 700 so far, and each last month of a quarter
    is one of three earlier ones."""
    world.land("2026-03-31", "national_statistics", totals=[], scores=published)
    run(world, "2026-03-31", igate="code", national_export="code", national_statistics="")
    columns = "group_code, measure, max_score, points_least, points_most, why_not"
    quarter = {
        row[:2]: row[2:] for row in foreseen(world, columns, "period_kind = 'quarter' and source_id is not null")
    }
    assert quarter["TDGQ", ""] == (20, 16, 16, None)
    assert quarter["MDHL", "DOSSIER_RECEIVING_SATISFACTION"] == (6, 4.5, 4.5, None), "54 of 80, all points from 90 % on"
    assert quarter["MDHL", ""][1:] == (None, None, "part_unknown"), "one of its metrics has nothing to divide by"
    assert quarter["CKMB", "DOSSIER_SYNC"] == (
        6,
        pytest.approx(6 * 650 / 700, abs=1e-3),
        pytest.approx(6 * 650 / 700, abs=1e-3),
        None,
    )
    assert quarter["CKMB", ""][1:] == (None, None, "part_unknown"), "a metric of it is published as null"
    assert quarter["CLGQ", ""][1:] == (None, None, "no_formula")
    assert quarter["TTTT", ""][1:] == (None, None, "not_additive")
    assert quarter["total", ""][1:] == (None, None, "part_unknown")
    year = {row[:2]: row[5] for row in foreseen(world, columns, "period_kind = 'year' and source_id is not null")}
    assert (year["TDGQ", ""], year["CLGQ", ""], year["total", ""]) == ("too_few_months", "no_formula", "part_unknown")


def test_a_month_that_runs_is_not_published(world: World, published: list[PublishedScore]) -> None:
    scores = [replace(one, period_start=dt.date(2026, 4, 1)) for one in published if one.period_kind == "quarter"]
    world.land("2026-04-10", "national_statistics", totals=[], scores=scores)
    run(world, "2026-04-10", igate="code", national_export="code", national_statistics="")
    assert foreseen(world, "group_code, why_not", "period_kind in ('month', 'year') and source_id is not null") == [
        ("total", "not_published"), ("total", "not_published"),
    ]  # fmt: skip
    [ratio] = foreseen(world, "ratio_least, why_not", "group_code = 'TDGQ' and period_kind = 'quarter'")
    assert ratio == (0.8, "too_few_months")
