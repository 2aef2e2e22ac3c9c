"""`python -m bench.provinces`: the nights of several provinces at once, in one Airflow, with one Celery worker and with two.

Each province has simulated systems, landings and a warehouse of its own; all share one Airflow, one Redis and one PostgreSQL.
Every province's night begins at the same moment, as at 01:00. What is measured: how long all nights took, how long the tasks
themselves ran, and how busy processors and workers were meanwhile, which says what bounds it. Writes bench/PROVINCES.md, and
bench/provinces.json, against which bench.scale holds its simulation.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml
from doisoat.province import tenants
from standalone import postgres
from standalone.airflow import Airflow
from standalone.laptop import READ_AT, Laptop
from standalone.nights import DAG_ID, ENDED, Nights
from standalone.processes import Processes
from standalone.sandbox import Sandbox

from bench.celery import Queue

ROOT = Path(__file__).parents[1]
LAST = dt.date(2024, 4, 19)
NIGHTS = [LAST - dt.timedelta(days=back) for back in (2, 1, 0)]
#: The nights that are measured, as bench.nights calls a first night and the one after it.
CALLED = {NIGHTS[0]: "first", NIGHTS[1]: "changed"}
HERE = Path(__file__).parent
NAMES = ("an_giang", "bac_ninh", "ca_mau", "da_nang")
#: What a laptop's Airflow runs beside the scheduler for a night by hand.
SERVICES = ("api-server", "dag-processor", "scheduler")


class Provinces:
    """Several provinces at work in one home.

    Args:
        home: the state directory.
        names: of the provinces.
        dossiers: about how many each one's systems hold.
        workers: how many Celery workers run the tasks, 0 for processes of the scheduler.
        tasks: how many tasks each worker runs at once.
    """

    def __init__(self, home: Path, names: Sequence[str], dossiers: int, *, workers: int = 0, tasks: int = 1) -> None:
        self.home, self.names, self.workers, self.tasks_at_once = home, names, workers, tasks
        self.folder = home / "provinces"
        for name in names:
            write(self.folder / f"{name}.yaml", name)
            (home / name).mkdir(parents=True, exist_ok=True)
        self.sandboxes = {
            name: Sandbox(home / name, LAST, len(NIGHTS), dossiers, seed=place + 1) for place, name in enumerate(names)
        }
        self._systems = {name: Processes(home / name) for name in names}
        os.environ["DOISOAT_PROVINCES"] = str(self.folder)
        os.environ["DOISOAT_PROVINCE"] = str(self.folder / f"{names[0]}.yaml")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
        connections = {
            key: value
            for name, sandbox in self.sandboxes.items()
            for key, value in tenants.named(name).environment(sandbox.connections()).items()
        }
        settings = {
            **inherited,
            "DOISOAT_ENV_FILE": os.devnull,
            "DOISOAT_RETRY_SECONDS": "1",
            **connections,
        }
        self._queue = Queue(Processes(home / "queue"))
        executor = {**self._queue.settings(), "CORE__PARALLELISM": "64"} if workers else {}
        self.laptop = Laptop(
            home, self.folder / f"{names[0]}.yaml", settings, used_by="bench.provinces", executor=executor
        )

    def start(self, warehouses: dict[str, str] | None = None) -> Airflow:
        """Start everything.

        Args:
            warehouses: the DSN of those that are not in the home's own server.
        """
        server = postgres.start(self.home)
        for name, sandbox in self.sandboxes.items():
            sandbox.start(self._systems[name], self.laptop.environment)
            tenant = tenants.named(name)
            if dsn := (warehouses or {}).get(name):
                self.laptop.environment[tenant.variable("warehouse")] = dsn
            else:
                postgres.ensure_database(server, tenant.called("warehouse"), may_create_roles=True)
        if self.workers:
            self._queue.start(self.laptop.environment)
        self.airflow = self.laptop.start(port=postgres.free_port(), is_scheduling=False, services=SERVICES)
        inside = self.airflow.environment(self.laptop.environment, is_scheduling=False)
        for number in range(1, self.workers + 1):
            self._queue.start_worker(f"worker-{number}", inside, tasks=self.tasks_at_once)
        for name, sandbox in self.sandboxes.items():
            sandbox.wait(self._systems[name])
        self.clients = {
            name: Nights(self.airflow, self.laptop.processes.check, None, tenants.named(name).dag_id(DAG_ID))
            for name in self.names
        }
        for client in self.clients.values():
            client.wait_for_dag()
        return self.airflow

    def dsn(self, name: str) -> str:
        """Of a province's warehouse."""
        return self.laptop.environment[tenants.named(name).variable("warehouse")]

    def set_clock(self, night: dt.date) -> None:
        """Let the systems be as they are when this night is read."""
        for sandbox in self.sandboxes.values():
            sandbox.set_clock(
                dt.datetime.combine(night + dt.timedelta(days=1), READ_AT, tzinfo=self.laptop.settings.timezone)
            )

    def begin(self, night: dt.date) -> dict[str, str]:
        """Trigger the night of every province; returns the runs."""
        self.set_clock(night)
        return {name: client.trigger(night, collect_late=True) for name, client in self.clients.items()}

    def tasks(self, name: str, run_id: str) -> list[dict[str, Any]]:
        """The tasks of a province's run, as Airflow knows them."""
        path = f"/dags/{self.clients[name].dag_id}/dagRuns/{run_id}/taskInstances"
        found: list[dict[str, Any]] = self.clients[name]._call("GET", path)["task_instances"]
        return found

    def state(self, name: str, run_id: str) -> str:
        return str(self.clients[name]._call("GET", f"/dags/{self.clients[name].dag_id}/dagRuns/{run_id}")["state"])

    def wait(self, runs: dict[str, str], *, meanwhile: Callable[[], None] = lambda: None) -> dict[str, str]:
        """Wait until all runs have ended; returns their states."""
        while True:
            self.laptop.processes.check()
            states = {name: self.state(name, run_id) for name, run_id in runs.items()}
            if all(state in ("success", "failed") for state in states.values()):
                return states
            meanwhile()
            time.sleep(0.5)

    def systems(self) -> Sequence[Processes]:
        """The processes of each province's simulated systems."""
        return list(self._systems.values())

    def stop(self) -> None:
        """Stop everything."""
        self._queue.stop()
        self.laptop.stop()
        for systems in self._systems.values():
            systems.stop()


def write(file: Path, name: str) -> None:
    """Lạng Sơn's province file as that of another province, asked without waiting for limits or growing files."""
    content = yaml.safe_load((ROOT / "config" / "lang_son.yaml").read_text(encoding="utf-8"))
    content["province"].update(id=name, name=name.replace("_", " ").title())
    for reference in ("agencies", "procedures"):
        content["province"][reference] = str(ROOT / "config" / content["province"][reference])
    for source in content["sources"].values():
        source.setdefault("limits", {})["requests_per_second"] = None
        if source["kind"] in ("national_export", "file_drop", "report_workbook"):
            source.setdefault("options", {})["settle_seconds"] = 0
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


@dataclass(frozen=True)
class Turn:
    """The nights of all provinces once.

    Attributes:
        workers: how many Celery workers there were, each with so many tasks at once at most.
        wall: seconds until the last run had ended, papers and news included.
        tasks: seconds that tasks ran, all together, and how many there were.
        processors: how busy they were, 0 to 1.
        server: seconds of processor time of PostgreSQL; of the simulated systems.
    """

    workers: int
    tasks_at_once: int
    night: dt.date
    wall: float
    tasks: float
    count: int
    processors: float
    server: float
    systems: float


def measured(provinces: Provinces, night: dt.date) -> Turn:
    """One night of all provinces."""
    provinces.set_clock(night)  # the worlds' changes are not part of it
    before, started = _spent(provinces), time.monotonic()
    psutil.cpu_percent()
    runs = provinces.begin(night)
    states = provinces.wait(runs)
    wall, busy, after = time.monotonic() - started, psutil.cpu_percent() / 100, _spent(provinces)
    if set(states.values()) != {"success"}:
        raise SystemExit(f"night {night}: {states}; see {provinces.home}/logs")
    tasks = [task for name, run_id in runs.items() for task in provinces.tasks(name, run_id) if task["state"] in ENDED]
    ran = sum(task["duration"] or 0 for task in tasks)
    server, systems = (now - then for now, then in zip(after, before, strict=True))
    return Turn(provinces.workers, provinces.tasks_at_once, night, wall, ran, len(tasks), busy, server, systems)


def _spent(provinces: Provinces) -> tuple[float, float]:
    """Processor time until now of PostgreSQL, also of sessions that have ended, and of the simulated systems."""
    pid = (provinces.home / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0]
    server = psutil.Process(int(pid))
    systems = [one for known in provinces.systems() for one in known.running().values()]
    return sum(map(_time, [server, *server.children()])), sum(map(_time, systems))


def _time(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


@contextmanager
def at_work(names: Sequence[str], dossiers: int, *, workers: int, tasks: int) -> Iterator[Provinces]:
    """A home of so many provinces with so many workers, for as long as it is measured."""
    home = Path(tempfile.mkdtemp(prefix="doisoat-provinces-"))
    provinces = Provinces(home, names, dossiers, workers=workers, tasks=tasks)
    try:
        provinces.start()
        yield provinces
    finally:
        provinces.stop()
        shutil.rmtree(home, ignore_errors=True)


def render(turns: Sequence[Turn], provinces: int, dossiers: int) -> str:
    """The page."""
    rows = [
        f"| {turn.workers} | {turn.tasks_at_once} | {CALLED[turn.night]} | {turn.wall:,.0f} | {turn.tasks:,.0f} ({turn.count}) | "
        f"{_share(turn):.0%} | {turn.processors:.0%} | {turn.server:,.0f} | {turn.systems:,.0f} |"
        for turn in turns
    ]
    head = [
        "# Several provinces at once",
        "",
        f"Written by `python -m bench.provinces`; do not edit. {provinces} provinces of about {dossiers:,} dossiers each, whose "
        f"nights begin at the same moment, on {os.cpu_count()} processors, with PostgreSQL, Redis, Airflow, the workers and the "
        f"simulated systems on the same machine; measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        "",
        "| workers | tasks of each | night | all ended after, s | tasks ran, s (number) | workers busy | processors busy | "
        "PostgreSQL's processor time, s | simulated systems', s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, "", *_said(turns), ""])


def _share(turn: Turn) -> float:
    """How much of their time the workers ran tasks."""
    return turn.tasks / turn.wall / (turn.workers * turn.tasks_at_once)


def _said(turns: Sequence[Turn]) -> Iterator[str]:
    """What bounds it, from the numbers."""
    for night, called in CALLED.items():
        found = [turn for turn in turns if turn.night == night]
        if len(found) > 1:
            one, more = found[0], found[-1]
            bound = "the processors" if more.processors > 0.85 else "the workers" if _share(more) > 0.85 else "neither"
            yield (
                f"* The {called} night: {more.workers} workers take {more.wall / one.wall:.2f} of the time of "
                f"{one.workers}; with {more.workers}, used up: {bound}."
            )


def as_runs(turns: Sequence[Turn], provinces: int, dossiers: int) -> list[dict[str, Any]]:
    """What `bench.scale --runs` reads."""
    return [
        {
            "provinces": provinces,
            "dossiers": dossiers,
            "workers": turn.workers,
            "tasks": turn.tasks_at_once,
            "servers": 1,
            "night": CALLED[turn.night],
            "seconds": round(turn.wall, 1),
            "ran": round(turn.tasks, 1),
            "count": turn.count,
        }
        for turn in turns
    ]


def main() -> None:
    """Measure with each number of workers, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.provinces", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=50_000, metavar="N", help="of each province (50000)")
    parser.add_argument(
        "--provinces", type=int, default=len(NAMES), choices=range(1, len(NAMES) + 1), help="how many (4)"
    )
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="Celery workers, one turn each (1 2)")
    parser.add_argument("--tasks", type=int, default=1, help="how many tasks a worker runs at once (1)")
    parser.add_argument("--out", type=Path, default=HERE, help="the folder of what is written")
    asked = parser.parse_args()
    turns = []
    for workers in asked.workers:
        names = NAMES[: asked.provinces]
        with at_work(names, asked.dossiers, workers=workers, tasks=asked.tasks) as provinces:
            for night in CALLED:
                turns.append(measured(provinces, night))
                print(turns[-1], file=sys.stderr)
    page = render(turns, asked.provinces, asked.dossiers)
    (asked.out / "PROVINCES.md").write_text(page, encoding="utf-8")
    runs = json.dumps(as_runs(turns, asked.provinces, asked.dossiers), indent=1)
    (asked.out / "provinces.json").write_text(runs + "\n", encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
