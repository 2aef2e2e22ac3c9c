"""A night that is killed at any stage and run again leaves what an undisturbed night leaves, row for row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import crash_walk
from support.crash_walk import STAGES, Stage, Walk, walking

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    with walking() as made:
        yield made


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_the_process_is_killed(walk: Walk, stage: Stage) -> None:
    crash_walk.kill_the_process(walk, stage)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_postgresql_is_killed(walk: Walk, stage: Stage) -> None:
    crash_walk.kill_postgresql(walk, stage)


@pytest.mark.parametrize("event", ["os.rename", "os.remove"])
def test_the_process_is_killed_between_the_seal_and_the_end_of_the_file(walk: Walk, event: str) -> None:
    crash_walk.kill_between_the_seal_and_the_end_of_the_file(walk, event)


def test_what_was_published_is_published_after_a_crash_of_the_server(walk: Walk) -> None:
    crash_walk.kill_postgresql_after_publishing(walk)
