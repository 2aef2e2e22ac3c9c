"""Calendars in the warehouse: the common one, those of agencies with days of their own, and the terms of procedures."""

from __future__ import annotations

import psycopg
import pytest
from doisoat.errors import ConfigurationError
from doisoat.load.calendar import load_calendar
from doisoat.load.reference import load_reference
from doisoat.province.working_days import WorkingDays
from support.world import World

RULES = WorkingDays.model_validate(
    {
        "changed": [{"day": "2024-04-12", "is_working": False, "reason": "flood"}],
        "also_open": [{"weekday": "saturday", "agencies": ["H37.21"], "reason": "nhận hồ sơ sáng thứ Bảy"}],
    }
)
DAYS = "select calendar, is_working, is_open from core.working_day where day = %s order by calendar"


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    world = World(tmp_path, warehouse_dsn)
    with psycopg.connect(warehouse_dsn) as connection:
        load_reference(connection, world.site.settings)
    return world


def test_an_agency_with_days_of_its_own_has_a_calendar_that_those_below_it_follow(world):
    with psycopg.connect(world.dsn) as connection:
        load_calendar(connection, RULES)
    assert world.rows(DAYS, ["2024-04-12"]) == [("", False, False), ("H37.21", False, False)]
    assert world.rows(DAYS, ["2024-04-13"]) == [("", False, False), ("H37.21", False, True)]
    followed = dict(world.rows("select agency_id, calendar from core.agency_calendar"))
    assert followed["H37.21"] == followed["H37.21.01"] == "H37.21"
    assert "H37" not in followed
    assert "H37.03" not in followed


def test_a_calendar_that_is_told_again_is_written_only_where_it_changed(world):
    counted = "select count(*), count(distinct calendar) from core.working_day"
    with psycopg.connect(world.dsn) as connection:
        load_calendar(connection, RULES)
    days = world.rows(counted)[0][0]
    written = world.rows("select calendar, day, xmin::text from core.working_day order by 1, 2")
    with psycopg.connect(world.dsn) as connection:
        load_calendar(connection, RULES)
    assert world.rows("select calendar, day, xmin::text from core.working_day order by 1, 2") == written
    with psycopg.connect(world.dsn) as connection:
        load_calendar(connection, WorkingDays())
    assert world.rows(counted) == [(days // 2, 1)]
    assert world.rows(DAYS, ["2024-04-12"]) == [("", True, True)]
    assert world.rows("select count(*) from core.agency_calendar") == [(0,)]


def test_an_agency_that_nobody_knows_is_refused(world):
    rules = WorkingDays.model_validate(
        {"also_open": [{"weekday": "saturday", "agencies": ["H37.999"], "reason": "so"}]}
    )
    with psycopg.connect(world.dsn) as connection, pytest.raises(ConfigurationError, match=r"no agency H37\.999"):
        load_calendar(connection, rules)


def procedures(world: World, *rows: str) -> None:
    file = world.site.settings.path.parent / "procedures.csv"
    file.write_text("\n".join(("procedure_code,name,field_code,field_name,legal_days", *rows)), encoding="utf-8")


def test_the_term_that_the_law_gives_may_stand_in_the_reference(world):
    assert world.rows("select distinct legal_days from core.procedure") == [(None,)]
    procedures(world, "1.000482,Khai tử,LV01,Hộ tịch,3", "1.001193,Khai sinh,LV01,Hộ tịch,")
    with psycopg.connect(world.dsn) as connection:
        load_reference(connection, world.site.settings)
    known = dict(world.rows("select procedure_family, legal_days from core.procedure"))
    assert known == {"1.000482": 3, "1.001193": None}


@pytest.mark.parametrize("told", ["0", "-1", "3.5", "ba", "1000"])
def test_a_term_that_is_no_number_of_days_is_refused(world, told):
    procedures(world, f"1.000482,Khai tử,LV01,Hộ tịch,{told}")
    with psycopg.connect(world.dsn) as connection, pytest.raises(ConfigurationError, match=r"1\.000482: legal_days"):
        load_reference(connection, world.site.settings)
