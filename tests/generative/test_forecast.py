"""Where a period ends, foreseen in drawn worlds whose truth the method does not know: how often the range holds, and what must
hold of every range. The worlds, with trends, jumps, missing nights and repairs, are in support/courses.py; the record that is
measured here stands in docs/adr/0034-where-a-period-ends.md.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from doisoat.months import period_of
from doisoat.rates.forecast import FEWEST, Known, _widened, foresee, in_hindsight
from hypothesis import given, settings
from hypothesis import strategies as st
from support.courses import DAY, FIRST, SHAPES, Course
from support.examples import examples

#: The least share of ranges that has to hold in each kind of world: below what is measured (ADR 34), so that few seeds tell, and
#: a method that is much worse fails. A share that rises all the time is above what was seen before.
HOLDS = {**dict.fromkeys(SHAPES, 0.75), "trend": 0.55}


def tried(seed: int, name: str, kind: str) -> tuple[Counter[bool], Counter[bool]]:
    """How often ranges held in a world's last months: by the truth, and by the method's own record."""
    course = Course(seed, SHAPES[name], 540)
    known = {night: value for night, value in course.nights(kind).items() if night in course.seen}
    truth: Counter[bool] = Counter()
    record: Counter[bool] = Counter()
    for night in sorted(known)[seed % 17 + 120 :: 23]:
        before = {one: value for one, value in known.items() if one < night}
        foreseen = foresee(kind, before, night, known[night])
        last = period_of(kind, night).last_day
        if foreseen is None or last > course.days[-1]:
            continue
        end = course.end_if_nothing(kind, night)
        truth[foreseen.least - 1e-9 <= end <= foreseen.most + 1e-9] += 1
        record.update(in_hindsight(kind, before, night))
    return truth, record


@pytest.mark.parametrize("kind", ["month", "quarter"])
@pytest.mark.parametrize("name", SHAPES)
def test_ranges_hold_as_often_as_is_said(name: str, kind: str) -> None:
    truth: Counter[bool] = Counter()
    record: Counter[bool] = Counter()
    for seed in range(examples(suite=4, campaign=60)):
        held, said = tried(seed, name, kind)
        truth, record = truth + held, record + said
    assert truth.total() > 30
    share = truth[True] / truth.total()
    print(f"{name}, {kind}: held {share:.2f} of {truth.total()}, by its own record {record[True]} of {record.total()}")
    assert share >= HOLDS[name]
    if record.total() > 30:
        assert abs(record[True] / record.total() - share) < 0.2, "its own record tells how good it is"


COUNTS = st.builds(
    lambda whole, share, repaired: Known(whole, whole * share, whole * min(1, share + 0.1), repaired),
    whole=st.integers(0, 1000), share=st.floats(0, 1), repaired=st.integers(0, 50),
)  # fmt: skip


@settings(max_examples=examples(suite=150, campaign=3000), deadline=None)
@given(
    course=st.dictionaries(st.integers(0, 500).map(lambda n: FIRST + n * DAY), COUNTS, max_size=300),
    now=COUNTS, gain=st.integers(0, 100), after=st.integers(0, 400), kind=st.sampled_from(["month", "quarter", "year"]),
)  # fmt: skip
def test_a_range_is_of_shares_and_a_repair_makes_none_worse(
    course: dict[dt.date, Known], now: Known, gain: int, after: int, kind: str
) -> None:
    night = FIRST + after * DAY
    before = {one: value for one, value in course.items() if one < night}
    foreseen = foresee(kind, before, night, now)
    list(in_hindsight(kind, before, night))
    if foreseen is None:
        return
    assert 0 <= foreseen.least <= foreseen.most <= 1
    repaired = foresee(kind, before, night, Known(now.whole, now.least + gain, now.most + gain, now.repaired))
    assert repaired is not None
    assert repaired.least >= foreseen.least - 1e-9
    assert repaired.most >= foreseen.most - 1e-9


def test_of_months_that_differ_by_chance_alone_nine_of_ten_hold() -> None:
    draw = random.Random(1)
    for months in (3, 5, 12):
        held = 0
        for _ in range(3000):
            *known, next_one = (draw.gauss(0.5, 0.05) for _ in range(months + 1))
            foreseen = _widened(min(known), max(known), months)
            held += foreseen.least <= next_one <= foreseen.most
        assert 0.85 < held / 3000 < 0.96, months


def steady(months: int, share: float = 0.9, kind: str = "month") -> dict[dt.date, Known]:
    """Ten dossiers a day, of which that share counts from the first moment."""
    known = {}
    for n in range(months * 31):
        night = FIRST + n * DAY
        days = (night - period_of(kind, night).start).days + 1
        known[night] = Known(10 * days, 10 * days * share, 10 * days * share)
    return known


def test_too_few_months_are_no_forecast_and_the_last_night_needs_none() -> None:
    night = dt.date(2023, 4, 10)
    course = steady(4)
    assert FEWEST == 3
    assert foresee("month", {one: value for one, value in course.items() if one < night}, night, course[night])
    two = {one: value for one, value in course.items() if dt.date(2023, 2, 1) <= one < night}
    assert foresee("month", two, night, course[night]) is None
    last = foresee("month", {}, dt.date(2023, 4, 30), Known(300, 270, 273))
    assert last is not None
    assert (last.least, last.most) == pytest.approx((0.9, 0.91))
    assert foresee("month", {}, dt.date(2023, 4, 30), Known(0, 0, 0)) is None


def test_the_rest_of_the_quarter_is_made_of_days_and_whole_months() -> None:
    """On 10 May 80 of 400 count; of what comes 90 % does: 21 days, ten dossiers a day, and a month of 28 to 31 days."""
    night = dt.date(2023, 5, 10)
    course = {one: value for one, value in steady(5, kind="quarter").items() if one < night}
    foreseen = foresee("quarter", course, night, Known(400, 80, 80))
    assert foreseen is not None
    ends = [(80 + 0.9 * (210 + days)) / (400 + 210 + days) for days in (310, 280, 310, 300)]
    middle, half = (min(ends) + max(ends)) / 2, (max(ends) - min(ends)) / 2 * 7 / 3
    assert (foreseen.least, foreseen.most) == pytest.approx((middle - half, middle + half))
    assert foreseen.months == 4


def test_what_repairs_brought_is_not_expected_to_come_again() -> None:
    """In each earlier month half came by itself, and all the rest was repaired on its last day."""
    course = {}
    for night, value in steady(4, 0.5).items():
        is_last = (night + DAY).day == 1
        repaired = value.whole / 2 if is_last else 0
        course[night] = Known(value.whole, value.least + repaired, value.most + repaired, repaired)
    night = dt.date(2023, 4, 10)
    foreseen = foresee("month", {one: value for one, value in course.items() if one < night}, night, Known(100, 50, 50))
    assert foreseen is not None
    assert (foreseen.least, foreseen.most) == pytest.approx((0.5, 0.5))


def test_a_missing_night_is_stood_in_for_by_the_one_before_for_two_days_only() -> None:
    night = dt.date(2023, 5, 10)
    course = {one: value for one, value in steady(5).items() if one < night}
    for gone in (2, 3):
        holed = {one: value for one, value in course.items() if not 31 - gone < one.day or one.month != 3}
        foreseen = foresee("month", holed, night, Known(100, 90, 90))
        assert foreseen is not None
        assert foreseen.months == (3 if gone == 3 else 4), gone


def test_hindsight_counts_what_came_true_on_the_same_day() -> None:
    """Five months alike, then one in which nothing more came to the portal after the tenth."""
    course = steady(7)
    for day in range(11, 31):
        night = dt.date(2023, 6, day)
        course[night] = Known(course[night].whole, 90, 90)
    before = {one: value for one, value in course.items() if one < dt.date(2023, 7, 10)}
    assert list(in_hindsight("month", before, dt.date(2023, 7, 10))) == [True, True, False]
