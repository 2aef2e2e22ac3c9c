"""A night that is killed at one of three stages and run again is the undisturbed night; all stages: tests/campaign."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.crash_walk import STAGES, Stage, Walk, kill_postgresql, kill_the_process, walking

pytestmark = pytest.mark.timeout(900)
BY_NAME = {stage.name: stage for stage in STAGES}


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    with walking() as made:
        yield made


@pytest.mark.parametrize("stage", [BY_NAME["collect"], BY_NAME["load"]], ids=lambda stage: stage.name)
def test_the_process_is_killed(walk: Walk, stage: Stage) -> None:
    kill_the_process(walk, stage)


def test_postgresql_is_killed(walk: Walk) -> None:
    kill_postgresql(walk, BY_NAME["reconcile"])
