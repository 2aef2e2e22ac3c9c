"""When unreadable rows are a changed contract, and how months are found by halving."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from doisoat.model import DossierRecord, QuarantinedRow
from doisoat.months import between, first_of, last_of
from doisoat.sources.judging import MIN_ROWS_TO_JUDGE, months_that_hold, unreadable
from hypothesis import given
from hypothesis import strategies as st


def bad(count: int, reason: str = "impossible_date") -> list[QuarantinedRow]:
    return [QuarantinedRow(position=f"row {n}", reason=reason, field="receivedDate") for n in range(count)]


def test_many_rows_of_which_none_can_be_read_are_a_changed_contract() -> None:
    rows = [*bad(MIN_ROWS_TO_JUDGE - 1), *bad(1, "wrong_shape")]
    assert unreadable([], rows) == (
        "5 rows of which none can be read (receivedDate: impossible_date, receivedDate: wrong_shape)"
    )


@pytest.mark.parametrize("records", [0, 1])
def test_a_few_bad_rows_or_one_good_one_are_no_changed_contract(records: int) -> None:
    count = 100 if records else MIN_ROWS_TO_JUDGE - 1
    assert unreadable([DossierRecord(record_id="1")] * records, bad(count)) is None


days = st.dates(dt.date(2000, 1, 1), dt.date(2010, 12, 31))


@given(held=st.lists(days, max_size=12), ends=st.tuples(days, days))
def test_just_the_months_that_hold_something_are_found(held: list[dt.date], ends: tuple[dt.date, dt.date]) -> None:
    first, last = min(ends), max(ends)
    asked: Counter[tuple[dt.date, dt.date]] = Counter()

    def count(begin: dt.date, end: dt.date) -> int:
        assert (begin, end) == (first_of(begin), last_of(end))
        asked[begin, end] += 1
        return sum(begin <= day <= end for day in held)

    found = months_that_hold(first, last, count)
    assert found == [month for month in between(first, last) if month in {first_of(day) for day in held}]
    assert set(asked.values()) == {1}


def test_an_empty_range_is_asked_once_and_a_full_month_with_its_halves_alone() -> None:
    asked: list[tuple[str, str]] = []

    def count(begin: dt.date, end: dt.date) -> int:
        asked.append((f"{begin:%Y-%m}", f"{end:%Y-%m}"))
        return 3 if begin <= dt.date(2024, 3, 9) <= end else 0

    assert months_that_hold(dt.date(2030, 1, 1), dt.date(2039, 12, 31), count) == []
    assert asked == [("2030-01", "2039-12")]
    asked.clear()
    assert months_that_hold(dt.date(2024, 1, 5), dt.date(2024, 4, 1), count) == [dt.date(2024, 3, 1)]
    assert asked == [("2024-01", "2024-04"), ("2024-01", "2024-02"), ("2024-03", "2024-03")]
