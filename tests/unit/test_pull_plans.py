"""Which plan a source gets, by what it can do and what is held of it (doisoat.collect.pull)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from doisoat.collect.expected import HeldCount, NothingHeld
from doisoat.collect.pull import choose_plan
from doisoat.errors import ConfigurationError
from doisoat.model import Capability

L, C, D = Capability.LISTING, Capability.COUNTS, Capability.CHANGES
WATERMARK = dt.datetime(2024, 4, 17, 18, tzinfo=dt.UTC)
EVERYTHING = {L, C, D, Capability.LOOKUP, Capability.CATALOGUE}


class Holding(NothingHeld):
    """So many records of one month, and where the last pull ended."""

    def __init__(self, records: int, watermark: dt.datetime | None = None) -> None:
        self._records, self._watermark = records, watermark

    def watermark(self) -> dt.datetime | None:
        return self._watermark

    def counts_by_month(self) -> Mapping[dt.date | None, HeldCount]:
        return {dt.date(2024, 4, 1): HeldCount(self._records, self._records)}


NOTHING, SOME, KNOWN = NothingHeld(), Holding(7), Holding(7, WATERMARK)


def source(can: set[Capability], **traits: bool) -> Any:
    return SimpleNamespace(
        source_id="s", capabilities=frozenset(can), **{"always_full": False, "is_occasional": False, **traits}
    )


def chosen(*asked: Any, **more: Any) -> tuple[str, str]:
    """The plan's mode, and the module that carries it out."""
    plan = choose_plan(*asked, **more)
    return plan.mode, getattr(plan.carry_out, "func", plan.carry_out).__module__.removeprefix("doisoat.collect.")


@pytest.mark.parametrize(
    ("can", "traits", "held", "full", "expected"),
    [
        ({C}, {}, NOTHING, False, ("counts", "counts")),
        ({C}, {"is_occasional": True}, NOTHING, False, ("reports", "counts")),
        ({C, D}, {}, KNOWN, True, ("counts", "counts")),
        ({L}, {}, KNOWN, False, ("full", "whole_listing")),
        ({L, D}, {}, KNOWN, False, ("full", "whole_listing")),
        (EVERYTHING, {"always_full": True}, KNOWN, False, ("full", "whole_listing")),
        ({L, C}, {"always_full": True}, SOME, True, ("full", "whole_listing")),
        (EVERYTHING, {}, NOTHING, False, ("full", "full")),
        (EVERYTHING, {}, SOME, False, ("full", "full")),  # changes since when? nobody knows
        (EVERYTHING, {}, KNOWN, True, ("full", "full")),
        (EVERYTHING, {}, KNOWN, False, ("incremental", "changes")),
        (EVERYTHING, {}, Holding(0, WATERMARK), False, ("incremental", "changes")),
        ({L, C}, {}, NOTHING, False, ("full", "full")),
        ({L, C}, {}, Holding(0), False, ("full", "full")),
        ({L, C}, {}, SOME, True, ("full", "full")),
        ({L, C}, {}, SOME, False, ("incremental", "by_month")),
    ],
)
def test_the_plan_follows_from_what_a_source_can_do_and_what_is_held(
    can: set[Capability], traits: dict[str, bool], held: Any, full: bool, expected: tuple[str, str]
) -> None:
    assert chosen(source(can, **traits), held, full=full) == expected


def test_the_changes_begin_at_the_watermark_that_is_held() -> None:
    plan: Any = choose_plan(source(EVERYTHING), KNOWN)
    assert plan.carry_out.keywords == {"watermark": WATERMARK}


@pytest.mark.parametrize("can", [set(), {D}, {Capability.LOOKUP, Capability.CATALOGUE}])
def test_what_neither_lists_nor_counts_cannot_be_pulled(can: set[Capability]) -> None:
    with pytest.raises(ConfigurationError, match="neither LISTING nor COUNTS"):
        choose_plan(source(can), NOTHING)
