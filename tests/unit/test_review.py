"""When a month in which nothing changes is listed again: a budget in requests, not a share of all that was ever held."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from doisoat.collect.expected import HeldCount, due_for_review, review_nights, rows_listed
from doisoat.months import first_of
from doisoat.sources.contract import Limits
from hypothesis import given
from hypothesis import strategies as st

TONIGHT = dt.date(2024, 4, 19)


def months(sizes: list[int]) -> dict[dt.date, int]:
    """So many consecutive months that hold so many records."""
    return {first_of(dt.date(2023 + n // 12, n % 12 + 1, 1)): size for n, size in enumerate(sizes)}


def requests(size: int, limits: Limits) -> int:
    """Counted before and after, and every page."""
    return 2 + -(-size // limits.page_size)


@given(
    st.lists(st.integers(0, 200_000), min_size=1, max_size=40),
    st.sampled_from([0.1, 0.25, 1.0]),
    st.integers(1, 2000),
)
def test_every_month_comes_round_within_the_nights_that_are_stated(sizes: list[int], share: float, budget: int) -> None:
    limits = Limits(quiet_cell_share=share, review_requests_per_night=budget)
    counts = months(sizes)
    nights = review_nights(counts, limits)
    listed: Counter[dt.date] = Counter()
    for night in range(nights):
        due = [cell.receipt_month for cell in due_for_review(counts, TONIGHT + dt.timedelta(night), limits)]
        listed.update(month for month in due if month)
        asked = [requests(counts[month], limits) for month in due if month]
        if sum(requests(size, limits) for size in sizes) > budget / share:
            assert sum(asked) < budget + max(asked, default=0)  # at most one month goes beyond it
    assert listed == dict.fromkeys(counts, 1)


def test_where_the_share_asks_for_few_requests_it_alone_counts() -> None:
    limits = Limits(quiet_cell_share=0.1, review_requests_per_night=500)
    assert review_nights(months([1_250] * 16), limits) == 10


def test_where_a_month_takes_hundreds_of_pages_the_nights_grow_and_not_the_requests() -> None:
    limits = Limits(quiet_cell_share=0.1, review_requests_per_night=500)
    province = months([100_000] * 24)  # 502 requests each
    assert review_nights(province, limits) == 24
    assert all(len(due_for_review(province, TONIGHT + dt.timedelta(n), limits)) <= 1 for n in range(24))


def test_a_new_month_moves_no_other() -> None:
    limits = Limits(quiet_cell_share=0.5, review_requests_per_night=100)
    before, after = months([30_000] * 9), months([30_000] * 10)
    nights = review_nights(after, limits)
    assert nights == review_nights(before, limits) + 1
    first = nights * 1000  # a night whose turn is the first
    due = [due_for_review(after, dt.date.fromordinal(first + turn), limits) for turn in range(nights)]
    turn = {cell.receipt_month: at for at, cells in enumerate(due) for cell in cells}
    assert [turn[month] for month in before] == sorted(turn[month] for month in before)


def test_without_a_share_no_month_is_listed_again() -> None:
    limits = Limits(quiet_cell_share=0)
    assert due_for_review(months([10]), TONIGHT, limits) == []
    assert review_nights(months([10]), limits) == 0


def test_a_month_with_removed_rows_takes_two_listings() -> None:
    assert rows_listed(HeldCount(1000, 1000)) == 1000
    assert rows_listed(HeldCount(1000, 998)) == 1998
