"""The allowed lag counted in working days: when it began, seen from a later moment. Counted by hand on the calendar of 2024."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.province.file import Reconciliation
from doisoat.province.lags import AllowedLag
from doisoat.province.working_days import WorkingDays
from pydantic import ValidationError
from support.world import LOCAL


def began(at: str, days: int = 1, rules: WorkingDays | None = None) -> str:
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=LOCAL)
    lag = AllowedLag(value=days, unit="working_days")
    return f"{lag.since(moment, rules or WorkingDays(), LOCAL):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("at", "days", "first"),
    [
        ("2024-04-11 10:00", 1, "2024-04-10 10:00"),  # Thursday
        ("2024-04-12 10:00", 0, "2024-04-12 10:00"),
        ("2024-04-13 10:00", 1, "2024-04-12 00:00"),  # Saturday: all of Friday has passed, no more
        ("2024-04-15 00:00", 1, "2024-04-12 00:00"),  # Monday, before anything of it has passed
        ("2024-04-15 10:00", 1, "2024-04-12 10:00"),
        ("2024-04-16 10:00", 2, "2024-04-12 10:00"),
        ("2024-04-19 10:00", 1, "2024-04-17 10:00"),  # the 18th was the Hung Kings' day
    ],
)
def test_only_the_time_of_working_days_passes(at, days, first):
    assert began(at, days) == first


def test_the_provinces_own_days_count():
    worked = WorkingDays(changed=({"day": "2024-04-13", "is_working": True, "reason": "làm bù"},))
    assert began("2024-04-15 10:00", rules=worked) == "2024-04-13 10:00"


def test_before_the_calendar_nothing_is_known():
    assert began("2015-01-05 10:00", 30) == "2015-01-01 00:00"


def test_in_hours_and_days_it_is_always_as_long():
    at = dt.datetime(2024, 4, 15, 10, tzinfo=LOCAL)
    assert at - AllowedLag(value=24).since(at, WorkingDays(), LOCAL) == dt.timedelta(hours=24)
    assert at - AllowedLag(value=2, unit="days").since(at, WorkingDays(), LOCAL) == dt.timedelta(days=2)


def test_what_is_learned_is_learned_in_hours():
    with pytest.raises(ValidationError, match="learned in hours"):
        Reconciliation(
            allowed_lag={"value": 1, "unit": "working_days"}, learned_lag={"at_most": {"value": 72, "unit": "hours"}}
        )
