"""Months: the year's turn, February, and what lies on an edge."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.months import between, ended, first_of, last_of, later, spanned


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("of", "first", "last"),
    [
        ("2024-02-29", "2024-02-01", "2024-02-29"),
        ("2023-02-01", "2023-02-01", "2023-02-28"),
        ("2000-02-10", "2000-02-01", "2000-02-29"),
        ("2100-02-10", "2100-02-01", "2100-02-28"),
        ("2024-04-30", "2024-04-01", "2024-04-30"),
        ("2024-12-31", "2024-12-01", "2024-12-31"),
        ("9999-12-05", "9999-12-01", "9999-12-31"),
    ],
)
def test_a_month_begins_on_its_first_day_and_ends_on_its_last(of: str, first: str, last: str) -> None:
    assert (first_of(day(of)), last_of(day(of))) == (day(first), day(last))


@pytest.mark.parametrize(
    ("of", "months", "found"),
    [
        ("2024-01-31", 1, "2024-02-01"),
        ("2024-12-01", 1, "2025-01-01"),
        ("2024-11-30", 1, "2024-12-01"),
        ("2024-01-01", -1, "2023-12-01"),
        ("2024-03-15", 0, "2024-03-01"),
        ("2024-03-15", 10, "2025-01-01"),
        ("2024-03-15", -3, "2023-12-01"),
        ("2024-03-15", 1200, "2124-03-01"),
    ],
)
def test_a_later_month_is_named_by_its_first_day_whatever_day_was_given(of: str, months: int, found: str) -> None:
    assert later(day(of), months) == day(found)


def test_every_month_of_four_centuries_is_one_after_the_one_before() -> None:
    month, seen = dt.date(1900, 1, 1), 0
    while month.year < 2300:
        following = last_of(month) + dt.timedelta(days=1)
        assert later(month) == later(last_of(month)) == following
        assert later(following, -1) == month
        seen, month = seen + 1, following
        assert spanned(dt.date(1900, 1, 31), month) == seen + 1
    assert seen == 4800


def test_months_between_two_days_are_counted_with_both_ends() -> None:
    assert between(day("2023-11-30"), day("2024-02-01")) == [
        day("2023-11-01"), day("2023-12-01"), day("2024-01-01"), day("2024-02-01"),
    ]  # fmt: skip
    assert between(day("2024-05-31"), day("2024-05-01")) == [day("2024-05-01")]
    assert between(day("2024-05-01"), day("2024-04-30")) == []
    assert between(day("2024-05-01"), day("2023-04-30")) == []


@pytest.mark.parametrize(
    ("night", "found"),
    [
        ("2024-03-30", ["2024-01-01", "2024-02-01"]),
        ("2024-03-31", ["2024-02-01", "2024-03-01"]),  # it ends on the night of its last day
        ("2024-04-01", ["2024-02-01", "2024-03-01"]),
        ("2024-01-01", ["2023-11-01", "2023-12-01"]),
        ("2023-12-31", ["2023-11-01", "2023-12-01"]),
    ],
)
def test_a_month_has_ended_on_the_night_of_its_last_day(night: str, found: list[str]) -> None:
    assert ended(day(night), 2) == [day(month) for month in found]


def test_no_month_is_asked_for_where_none_is_wanted() -> None:
    assert ended(day("2024-03-31"), 0) == []
