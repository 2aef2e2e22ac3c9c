"""A night that has not ended, or that is before all others, is refused before anything is written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from doisoat.errors import NightOrderError
from doisoat.nights import steps
from support.world import World

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def today() -> dt.date:
    return dt.datetime.now(LOCAL).date()


@pytest.mark.parametrize("night", [dt.date(2099, 1, 1), dt.date.max, dt.date.min, dt.date(2014, 12, 31)], ids=str)
def test_an_impossible_night_leaves_nothing_written(tmp_path: Path, warehouse_dsn: str, night: dt.date) -> None:
    world = World(tmp_path, warehouse_dsn)
    with pytest.raises(NightOrderError, match="nothing was written") as refused:
        steps.open_night(world.site, night, run_id="test")
    assert "\n" not in str(refused.value)
    assert world.rows("select night from ops.night") == []
    world.run("2024-04-18", igate="code\nH37.21.01-240401-0001", national_export="code\nH37.21.01-240401-0001")
    assert world.rows("select state from ops.night") == [("published",)]


def test_today_has_not_ended_and_yesterday_has(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    with pytest.raises(NightOrderError, match=f"last night that has ended is {today() - dt.timedelta(days=1)}"):
        steps.open_night(world.site, today(), run_id="test")
    steps.open_night(world.site, today() - dt.timedelta(days=1), run_id="test")
    assert world.rows("select state from ops.night") == [("open",)]


@pytest.mark.parametrize(
    ("moment", "is_refused"), [("2024-04-19 16:59:59+00", True), ("2024-04-19 17:00:00+00", False)]
)
def test_a_night_ends_at_midnight_in_the_province(
    tmp_path: Path, warehouse_dsn: str, moment: str, is_refused: bool
) -> None:
    settings, now = World(tmp_path, warehouse_dsn).site.settings, dt.datetime.fromisoformat(moment)
    if is_refused:
        with pytest.raises(NightOrderError, match="it is 2024-04-19"):
            steps.refuse_impossible(settings, dt.date(2024, 4, 19), now=now)
    else:
        steps.refuse_impossible(settings, dt.date(2024, 4, 19), now=now)
