"""`python -m bench.scale`: all provinces' nights over N workers and M database servers, simulated from measured steps.

What a step takes is read from bench/RESULTS.md (whole nights of several sizes), never typed in here; in between it is
interpolated, beyond the largest extrapolated along the last two sizes. The rest is queueing, and these are its assumptions:

* A worker and a database server are machines like the one that measured (2 cores), of which each took both parts alone. A worker
  runs two tasks at once, a server one step at a time: its statements use both cores. Larger machines are several of these.
* A step holds a place at its worker for as long as it takes, also while it waits for its server. Collecting and looking up need
  no server: what they ask of it is little.
* Sources answer as fast as the simulated ones did, or `--slower` times slower; each of a province's sources is asked by one task.
* A task costs `--overhead` seconds of its worker beside its step: Airflow queues it, a process starts.
* Provinces differ in size as a lognormal distribution of `SPREAD`; all begin at once; a province's server does not change.
* Nothing fails, and no other night runs.

The page (bench/SCALE.md) shows how far both halves can be trusted: steps that are left out and told from the others, and runs
of several provinces that were measured (`--runs`, JSON), simulated.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import json
import random
import re
import statistics
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROVINCES, DOSSIERS = 34, 70_000_000
#: Of the logarithm of a province's size: the largest of 34 has then about ten times what the one in the middle has.
SPREAD = 0.9
#: How much a step's time differs from one night to another, of its own logarithm.
JITTER = 0.1
SEEDS = range(7)
TASKS_A_WORKER, STEPS_A_SERVER = 2, 1
WORKERS, SERVERS = (1, 2, 4, 8, 17, 34), (1, 2, 4, 8, 17, 34)
#: Steps that hold no place at a server, and the words by which steps of the same stage begin.
AT_SOURCES = ("collect", "look up")
STAGES = ("open", "collect", "load", "check inputs", "look up", "reconcile", "check results", "publish", "write")
#: step -> seconds
Steps = dict[str, float]
#: night (first, changed, ...) -> dossiers -> its steps
Measured = dict[str, dict[int, Steps]]


# what was measured -------------------------------------------------------------------------------------------------------
def measured(page: str) -> Measured:
    """What a page of measurements says of whole nights.

    Raises:
        SystemExit: it says nothing of them.
    """
    found: Measured = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE):
        heading = re.match(r"Whole nights of ([\d,]+) dossiers\n", section)
        if not heading:
            continue
        dossiers = int(heading[1].replace(",", ""))
        rows = [
            [cell.strip() for cell in line.strip("| \n").split("|")] for line in re.findall(r"^\|.*\|$", section, re.M)
        ]
        names = rows[0][1:]
        for step, *seconds in rows[2:]:
            if step.startswith("**"):
                break  # what follows are sums, and further tables
            for night, told in zip(names, seconds, strict=True):
                found.setdefault(night, {}).setdefault(dossiers, {})[step] = float(told.replace(",", ""))
    if not found or min(map(len, found.values())) < 2:
        raise SystemExit(
            "bench.scale: asked for whole nights of two sizes or more; got a page without them; do: `make bench`"
        )
    return found


def steps_of(sizes: Mapping[int, Steps], dossiers: float) -> Steps:
    """What each step of a night takes at a size: on the line between the two measured sizes that are nearest."""
    known = sorted(sizes)
    above = next((place for place, size in enumerate(known) if size >= dossiers), len(known) - 1)
    low, high = known[max(above - 1, 0)], known[max(above, 1)]
    share = (dossiers - low) / (high - low)
    shared = sizes[low].keys() & sizes[high].keys()
    return {
        step: max(sizes[low][step] + share * (sizes[high][step] - sizes[low][step]), 0.0)
        for step in sizes[low]
        if step in shared
    }


# one province's night, as tasks -------------------------------------------------------------------------------------------
@dataclass
class Task:
    """A step to be done: the tasks before it, its seconds, and the server that it needs, if it needs one."""

    name: str
    seconds: float
    server: int | None
    waits_for: int
    before: list[Task] = field(default_factory=list)


def tasks_of(
    steps: Mapping[str, float], server: int, overhead: float, slower: float, draw: random.Random
) -> list[Task]:
    """A night's tasks, those of one stage side by side; the first stage waits for nothing."""
    made: list[Task] = []
    former: list[Task] = []
    for stage in STAGES:
        names = [name for name in steps if name.startswith(stage)]
        if not names:
            continue
        tasks = []
        for name in names:
            at_source = stage in AT_SOURCES
            seconds = steps[name] * (slower if at_source else 1.0) * draw.lognormvariate(0, JITTER) + overhead
            tasks.append(Task(name, seconds, None if at_source else server, len(former)))
        for task in former:
            task.before = tasks
        made += tasks
        former = tasks
    return made


# the machines --------------------------------------------------------------------------------------------------------------
@dataclass
class Run:
    """What came of a simulation: when each province was published, when all was done, and how busy workers and servers were."""

    published: list[float]
    ended: float
    workers_busy: float
    servers_busy: float
    busiest_server: float

    @property
    def seconds(self) -> float:
        """Until the last was published."""
        return max(self.published)

    @property
    def bound(self) -> str:
        """What was at work nearly all the time, else what one province takes by itself."""
        if self.workers_busy > 0.85:
            return "workers"
        return "servers" if self.busiest_server > 0.85 else "neither alone"


class Machines:
    """Places at workers and servers, and who waits for them, first come first served."""

    def __init__(self, workers: int, servers: int, tasks: int = TASKS_A_WORKER) -> None:
        self.now = 0.0
        self.free = workers * tasks
        self.places = self.free
        self.free_at = [STEPS_A_SERVER] * servers
        self.ready: deque[Task] = deque()
        self.at_server: list[deque[Task]] = [deque() for _ in range(servers)]
        self.worked = 0.0
        self.served = [0.0] * servers
        self._events: list[tuple[float, int, Task]] = []
        self._number = itertools.count()

    def run(self, nights: Sequence[Sequence[Task]]) -> Run:
        """All nights from now on, to the end."""
        first = [task for night in nights for task in night if not task.waits_for]
        of = {id(task): number for number, night in enumerate(nights) for task in night}
        published = [0.0] * len(nights)
        self.ready.extend(first)
        self._start()
        while self._events:
            self.now, _, task = heapq.heappop(self._events)
            self._end(task)
            if task.name.startswith("publish"):
                published[of[id(task)]] = self.now
            self._start()
        span = max(self.now, 1e-9)
        busy = [served / (span * STEPS_A_SERVER) for served in self.served]
        return Run(published, self.now, self.worked / (span * self.places), statistics.mean(busy), max(busy))

    def _start(self) -> None:
        while self.free and self.ready:
            task = self.ready.popleft()
            self.free -= 1
            if task.server is None:
                self._begin(task)
            else:
                self.at_server[task.server].append(task)
                self._serve(task.server)

    def _serve(self, server: int) -> None:
        while self.free_at[server] and self.at_server[server]:
            self.free_at[server] -= 1
            self._begin(self.at_server[server].popleft())

    def _begin(self, task: Task) -> None:
        self.worked += task.seconds
        if task.server is not None:
            self.served[task.server] += task.seconds
        heapq.heappush(self._events, (self.now + task.seconds, next(self._number), task))

    def _end(self, task: Task) -> None:
        self.free += 1
        if task.server is not None:
            self.free_at[task.server] += 1
            self._serve(task.server)
        for after in task.before:
            after.waits_for -= 1
            if not after.waits_for:
                self.ready.append(after)


# a nation -------------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Asked:
    """What is simulated: the sizes of provinces, the machines, how many tasks a worker runs at once, and what is assumed."""

    sizes: Sequence[float]
    workers: int
    servers: int
    overhead: float
    slower: float = 1.0
    tasks: int = TASKS_A_WORKER


def sizes_of(provinces: int, dossiers: int, draw: random.Random) -> list[float]:
    """So many provinces that have so many dossiers together, the largest first."""
    drawn = sorted((draw.lognormvariate(0, SPREAD) for _ in range(provinces)), reverse=True)
    return [dossiers * share / sum(drawn) for share in drawn]


def simulate(sizes: Mapping[int, Steps], asked: Asked, seed: int) -> Run:
    """A night of all provinces; each is on the server that has the fewest dossiers so far."""
    draw = random.Random(seed)
    load = [0.0] * asked.servers
    nights = []
    for dossiers in asked.sizes:
        server = min(range(asked.servers), key=load.__getitem__)
        load[server] += dossiers
        nights.append(tasks_of(steps_of(sizes, dossiers), server, asked.overhead, asked.slower, draw))
    return Machines(asked.workers, asked.servers, asked.tasks).run(nights)


def nation(sizes: Mapping[int, Steps], workers: int, servers: int, overhead: float, slower: float) -> tuple[float, str]:
    """Hours until all is published, in the middle of the seeds, and what bounds it most often."""
    runs = []
    for seed in SEEDS:
        drawn = sizes_of(PROVINCES, DOSSIERS, random.Random(1000 + seed))
        runs.append(simulate(sizes, Asked(drawn, workers, servers, overhead, slower), seed))
    return statistics.median(run.seconds for run in runs) / 3600, statistics.mode(run.bound for run in runs)


# the page --------------------------------------------------------------------------------------------------------------------
def page(found: Measured, source: str, runs: Sequence[Mapping[str, Any]], overhead: float, slower: float) -> str:
    """bench/SCALE.md."""
    assumptions = (__doc__ or "").split("its assumptions:\n\n")[1].split("\n\nThe page")[0]
    lines = [
        "# Many provinces, simulated", "",
        f"Written by `python -m bench.scale`; do not edit. Steps as measured in {source}. {PROVINCES} provinces, {DOSSIERS:,} "
        f"dossiers; the middle of {len(SEEDS)} draws; {overhead:g} s beside each step. docs/scale.md says what follows.", "",
        assumptions, "",
        *_trusted(found), *_held_against(found, runs, overhead),
    ]  # fmt: skip
    for night, title in (("changed", "A night like any other"), ("first", "The first night of all, everything new")):
        for times in dict.fromkeys((1.0, slower)):
            at = "" if times == 1 else f", sources {times:g} times slower"
            lines += [
                "",
                f"## {title}{at}: hours until the last province is published",
                "",
                *_grid(found[night], overhead, times),
            ]
    return "\n".join(lines) + "\n"


def _grid(sizes: Mapping[int, Steps], overhead: float, slower: float) -> Iterator[str]:
    yield "| workers \\ servers | " + " | ".join(map(str, SERVERS)) + " |"
    yield "|---|" + "---|" * len(SERVERS)
    for workers in WORKERS:
        told = (nation(sizes, workers, servers, overhead, slower) for servers in SERVERS)
        yield f"| {workers} | " + " | ".join(f"{hours:.1f} ({bound})" for hours, bound in told) + " |"


def _trusted(found: Measured) -> Iterator[str]:
    """Of each night the sizes that the others would tell: what interpolation and extrapolation are worth."""
    yield "## Steps told from other sizes"
    yield ""
    yield "A size is left out, and told from the others, as sizes are that nobody measured."
    yield ""
    yield "| night | dossiers | told from | told, s | measured, s | told to measured |"
    yield "|---|---|---|---|---|---|"
    for night, sizes in found.items():
        for dossiers in sorted(sizes)[1:]:
            others = {size: steps for size, steps in sizes.items() if size != dossiers}
            if len(others) < 2:
                continue
            told, was = sum(steps_of(others, dossiers).values()), sum(sizes[dossiers].values())
            known = ", ".join(f"{size:,}" for size in sorted(others))
            yield f"| {night} | {dossiers:,} | {known} | {told:.1f} | {was:.1f} | {told / was:.2f} |"
    yield ""


def overhead_of(runs: Sequence[Mapping[str, Any]]) -> float:
    """What a task costs a worker beside the time that it runs: of one worker with one task at a time, all that is left."""
    told = [(run["seconds"] - run["ran"]) / run["count"] for run in runs if run["workers"] == 1 and run["tasks"] == 1]
    return round(statistics.median(told), 1) if told else 5.0


def _held_against(found: Measured, runs: Sequence[Mapping[str, Any]], overhead: float) -> Iterator[str]:
    yield "## Runs of several provinces, measured and simulated"
    yield ""
    if not runs:
        yield "None was given (`--runs`): how provinces wait for one another is not held against a run."
        return
    yield "| provinces | dossiers each | workers | tasks of each | servers | night | measured, s | simulated, s | of measured |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for run in runs:
        sizes, places = [run["dossiers"]] * run["provinces"], (run["workers"], run["servers"])
        asked = Asked(sizes, *places, overhead, tasks=run["tasks"])
        told = statistics.median(simulate(found[run["night"]], asked, seed).ended for seed in SEEDS)
        yield (
            f"| {run['provinces']} | {run['dossiers']:,} | {run['workers']} | {run['tasks']} | {run['servers']} | {run['night']} "
            f"| {run['seconds']:.0f} | {told:.0f} | {told / run['seconds']:.2f} |"
        )


def main() -> None:
    """Simulate, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--measured", type=Path, default=HERE / "RESULTS.md", help="a page that `make bench` wrote")
    parser.add_argument(
        "--runs", type=Path, default=HERE / "provinces.json", help="measured runs, as bench.provinces writes them"
    )
    parser.add_argument(
        "--overhead", type=float, help="seconds of a task beside its step (as in the runs of one worker)"
    )
    parser.add_argument("--slower", type=float, default=5.0, help="how many times slower sources may be (5)")
    parser.add_argument("--out", type=Path, default=HERE / "SCALE.md")
    asked = parser.parse_args()
    text = asked.measured.read_text(encoding="utf-8")
    on = re.search(r"Measured on ([\d-]+)", text)
    runs = json.loads(asked.runs.read_text(encoding="utf-8")) if asked.runs.exists() else []
    overhead = asked.overhead if asked.overhead is not None else overhead_of(runs)
    source = f"bench/RESULTS.md, {on[1]}" if on else str(asked.measured.name)
    asked.out.write_text(page(measured(text), source, runs, overhead, asked.slower), encoding="utf-8")
    print(f"{asked.out}: written")


if __name__ == "__main__":
    main()
