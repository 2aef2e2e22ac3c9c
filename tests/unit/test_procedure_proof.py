"""Whether a filter by procedure was honoured is proven by the answers themselves (by_procedure_2026.py)."""

from __future__ import annotations

import pytest
from doisoat.sources.national_statistics.by_procedure_2026 import Counts, Proof

ALL: Counts = {"p": 10, "a": 6, "b": 4}
ONE: Counts = {"p": 5, "a": 3, "b": 2}
TWO: Counts = {"p": 3, "a": 3, "b": 0}


def verdict(of_all: Counts, *parts: Counts) -> bool | None:
    proof = Proof("p", of_all)
    for part in parts:
        proof.take(part)
    return proof.verdict


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([ONE, TWO], True),
        ([ONE, TWO, {"p": 2, "a": 0, "b": 2}], True),  # all that there is
        ([ONE], None),  # one alone may be what every procedure gets
        ([ONE, {"p": 0, "a": 0, "b": 0}], None),
        ([ONE, ONE], None),  # two procedures may have equal counts, or one answer serves all
        ([], None),
        ([ALL], None),  # the only procedure there is, or no filter
        ([ALL, ALL], False),
        ([ALL, TWO], False),  # more than all of it together
        ([ONE, {"p": 3, "a": 4, "b": 2}], False),  # a unit has more than it has
        ([ONE, {"p": 3, "a": 1, "b": 1}], False),  # the units do not add up to the province, as all together do
        ([ONE, {"p": 4, "a": 3, "b": 0, "c": 1}], False),  # a unit that has none in all
        ([{"p": 5, "a": 3, "b": 2}, {"p": 2, "a": 2}], True),  # a unit that is not named has none: the others add up
        ([{"p": 5}, {"p": 3}], None),  # whose they are is not said
        ([ONE, TWO, {"p": 0}], True),  # no unit has any of it
    ],
)
def test_answers_prove_refute_or_leave_open(parts: list[Counts], expected: bool | None) -> None:
    assert verdict(ALL, *parts) is expected


def test_where_the_province_does_not_include_its_units_an_unnamed_one_is_unknown() -> None:
    own: Counts = {"p": 1, "a": 6, "b": 4}
    assert verdict(own, {"p": 1, "a": 3, "b": 2}, {"p": 0, "a": 3, "b": 0}) is None
    assert verdict(own | {"p": 5}, {"p": 2, "a": 3, "b": 2}, {"p": 1, "a": 3, "b": 0}) is True
    assert verdict(own | {"p": 5}, {"p": 2, "a": 3}, {"p": 1, "a": 3, "b": 0}) is None


def test_what_is_stated_of_the_province_alone_is_proven_of_it_alone() -> None:
    assert verdict({"p": 10}, {"p": 5}, {"p": 3}) is True
    assert verdict({"p": 10}, {"p": 10}, {"p": 10}) is False


def test_a_count_that_is_null_proves_nothing_and_refutes_nothing() -> None:
    assert verdict({"p": 10, "a": None, "b": 4}, {"p": 5, "a": None, "b": 2}, {"p": 3, "a": 2, "b": 1}) is True


def test_what_arrived_while_it_was_asked_refutes_nothing() -> None:
    proof = Proof("p", ALL)
    for part in (ONE, {"p": 6, "a": 4, "b": 2}):
        proof.take(part)
    assert proof.is_refuted
    proof.allow({"p": 11, "a": 7, "b": 4})
    assert proof.verdict is True
    proof.take(ONE)
    assert proof.verdict is False
