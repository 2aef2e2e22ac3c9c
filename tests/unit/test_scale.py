"""The simulation of many provinces: what is told of it by hand."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bench import scale
from bench.nights import Night, Step, Whole
from bench.results_nights import lines
from bench.scale import Asked, Machines, measured, simulate, sizes_of, steps_of, tasks_of

STEPS = {
    "open": 1.0,
    "collect a": 10.0,
    "collect b": 4.0,
    "load": 6.0,
    "check inputs": 1.0,
    "reconcile": 5.0,
    "publish": 1.0,
}


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "JITTER", 0)


def whole(dossiers: int, times: float) -> Whole:
    night = [Step(name, seconds * times, 100, 0) for name, seconds in STEPS.items()]
    return Whole(dossiers, floor={"all": 1.0}, nights=[Night("first", night), Night("changed", night)])


def test_it_reads_what_the_bench_writes() -> None:
    page = "# Measurements\n\n" + "\n".join(lines([whole(1000, 1), whole(2000, 3)]))
    found = measured(page)
    assert set(found) == {"first", "changed"}
    assert found["changed"] == {1000: STEPS, 2000: {name: 3 * seconds for name, seconds in STEPS.items()}}
    with pytest.raises(SystemExit, match="make bench"):
        measured("# Measurements\n")


def test_a_size_between_two_is_on_the_line_and_one_beyond_on_its_continuation() -> None:
    sizes = {100: {"load": 1.0}, 200: {"load": 3.0}, 400: {"load": 3.0}}
    told = {dossiers: steps_of(sizes, dossiers)["load"] for dossiers in (100, 150, 200, 300, 400, 800, 50)}
    assert told == {100: 1.0, 150: 2.0, 200: 3.0, 300: 3.0, 400: 3.0, 800: 3.0, 50: 0.0}


def run(provinces: int, workers: int, servers: int, **options: Any) -> scale.Run:
    sizes = {1000: STEPS, 2000: STEPS}
    return simulate(sizes, Asked([1000.0] * provinces, workers, servers, 0.0, **options), seed=1)


def test_one_province_takes_its_longest_way_and_two_wait_for_one_server() -> None:
    alone = run(1, 1, 1)
    assert alone.seconds == 1 + 10 + 6 + 1 + 5 + 1  # both sources at once
    assert (alone.bound, alone.published) == ("neither alone", [24.0])
    assert run(2, 2, 2).seconds == 24  # nothing is shared
    at_one_server = run(2, 2, 1)
    assert at_one_server.seconds > 24
    assert run(40, 40, 1).seconds >= 40 * (1 + 6 + 1 + 5 + 1)  # no faster than the server
    assert run(40, 40, 1).bound == "servers"
    assert run(40, 1, 40).bound == "workers"


def test_nothing_is_lost_and_more_machines_are_never_slower() -> None:
    seconds = [[run(12, workers, servers).seconds for servers in (1, 2, 6, 12)] for workers in (1, 2, 6, 12)]
    assert all(row == sorted(row, reverse=True) for row in seconds)
    one = run(12, 1, 12)
    assert one.workers_busy == pytest.approx(12 * sum(STEPS.values()) / (one.seconds * scale.TASKS_A_WORKER))


def test_slower_sources_cost_only_where_they_are_asked_and_sizes_come_to_all_dossiers() -> None:
    assert run(1, 1, 1, slower=3.0).seconds == 1 + 30 + 6 + 1 + 5 + 1
    sizes = sizes_of(34, 70_000_000, random.Random(1))
    assert sum(sizes) == pytest.approx(70_000_000)
    assert sizes == sorted(sizes, reverse=True)
    tasks = tasks_of(STEPS, 0, 2.0, 1.0, random.Random(1))
    assert sum(task.seconds for task in tasks) == sum(STEPS.values()) + 2 * len(STEPS)
    assert Machines(1, 1).run([tasks]).published == [pytest.approx(24 + 2 * 6)]


def test_what_a_task_costs_beside_its_step_is_what_one_worker_was_not_busy() -> None:
    one = {"workers": 1, "tasks": 1, "seconds": 100.0, "ran": 60.0, "count": 20}
    two = {"workers": 2, "tasks": 1, "seconds": 60.0, "ran": 70.0, "count": 20}
    assert scale.overhead_of([one, two]) == 2.0
    assert scale.overhead_of([one, {**one, "ran": 80.0}, two]) == 1.5
    assert scale.overhead_of([two]) == 5.0  # nobody measured it


def test_a_run_ends_with_its_last_task_and_not_with_the_publication() -> None:
    steps = {20_000: {"open": 1.0, "publish": 2.0, "write papers": 3.0}}
    steps[40_000] = steps[20_000]
    asked = scale.Asked([30_000], workers=1, servers=1, overhead=0.0, tasks=1)
    done = scale.simulate(steps, asked, seed=1)
    assert (done.seconds, done.ended) == (3.0, 6.0)
