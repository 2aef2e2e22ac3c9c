"""The manual of causes: each rule on a short table, and an innocent look-alike beside it (explain/examples.yaml).

Those that can share a warehouse do (support/cause_examples.py); tests/campaign runs each alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from doisoat.explain import Example, load_causes, load_examples
from support.cause_examples import causes, groups
from support.copies import copied

EXAMPLES = load_examples()
GROUPS = groups(EXAMPLES)
#: Said of one example by name: which group it is in, and where.
PLACES = {id(example): (number, place) for number, group in enumerate(GROUPS) for place, example in enumerate(group)}


@pytest.fixture(scope="module")
def said(
    postgres_server: Any,
    _migrated_warehouse: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[int], list[list[str]]]]:
    """What comes of each example of a group, which is made when the first of them is asked for."""
    with ExitStack() as warehouses:

        @cache
        def of_group(number: int) -> list[list[str]]:
            dsn = warehouses.enter_context(copied(postgres_server, _migrated_warehouse, f"causes_{number}"))
            return causes(GROUPS[number], tmp_path_factory.mktemp("causes"), dsn)

        yield of_group


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda example: f"{example.cause}: {example.shows or example.innocent}"
)
def test_cause(example: Example, said: Callable[[int], list[list[str]]]) -> None:
    number, place = PLACES[id(example)]
    assert said(number)[place] == sorted(example.expect)


def test_examples_that_share_a_warehouse_are_no_fewer() -> None:
    assert sorted(map(id, EXAMPLES)) == sorted(PLACES)
    assert sum(len(group) for group in GROUPS) == len(EXAMPLES)


def test_every_cause_has_its_example_and_its_look_alike() -> None:
    shown = {example.cause for example in EXAMPLES if example.shows}
    innocent = {example.cause for example in EXAMPLES if example.innocent}
    assert shown == {cause.id for cause in load_causes()}
    # What is no more than "not yet", "the rest", or one of three ways in which agencies differ needs none of its own.
    assert {cause.id for cause in load_causes()} - innocent == {
        "not_yet_observable", "listing_incomplete", "agency_of_same_name", "agency_succession", "repeated_nationally",
        "group_partly_on_portal", "undetermined",
    }  # fmt: skip


def test_an_example_of_a_cause_ends_with_it_and_a_look_alike_with_another() -> None:
    for example in EXAMPLES:
        causes = {line.split(" | ")[2] for line in example.expect}
        if example.shows:
            assert example.cause in causes
        elif example.cause != "within_allowed_lag":
            assert example.cause not in causes
