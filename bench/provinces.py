"""`python -m bench.provinces`: the nights of several provinces at once, in one Airflow, with one worker slot and with two.

Each province has simulated systems, landings and a warehouse of its own; all share one Airflow (LocalExecutor) and one PostgreSQL
server. Every province's night begins at the same moment, as at 01:00. What is measured: how long all nights took, how long the
tasks themselves ran, and how busy processors and slots were meanwhile, which says what bounds it. Writes bench/PROVINCES.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
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

ROOT = Path(__file__).parents[1]
LAST = dt.date(2024, 4, 19)
NIGHTS = [LAST - dt.timedelta(days=back) for back in (2, 1, 0)]
NAMES = ("an_giang", "bac_ninh", "ca_mau", "da_nang")
#: What a laptop's Airflow runs beside the scheduler for a night by hand.
SERVICES = ("api-server", "dag-processor", "scheduler")


class Provinces:
    """Several provinces at work in one home.

    Args:
        home: the state directory.
        names: of the provinces.
        dossiers: about how many each one's systems hold.
        environment: settings of Airflow and of ours, on top of the environment's.
    """

    def __init__(self, home: Path, names: Sequence[str], dossiers: int, **environment: str) -> None:
        self.home, self.names = home, names
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
            **environment,
        }
        self.laptop = Laptop(home, self.folder / f"{names[0]}.yaml", settings, used_by="bench.provinces")

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
        self.airflow = self.laptop.start(port=postgres.free_port(), is_scheduling=False, services=SERVICES)
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

    def stop(self) -> None:
        """Stop everything."""
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
        slots: how many tasks ran at once at most.
        wall: seconds until the last night was published.
        tasks: seconds that tasks ran, all together, and how many there were.
        processors: how busy they were, 0 to 1.
        server: seconds of processor time of PostgreSQL; of the simulated systems.
    """

    slots: int
    night: dt.date
    wall: float
    tasks: float
    count: int
    processors: float
    server: float
    systems: float


def measured(provinces: Provinces, slots: int, night: dt.date) -> Turn:
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
    return Turn(slots, night, wall, ran, len(tasks), busy, server, systems)


def _spent(provinces: Provinces) -> tuple[float, float]:
    """Processor time until now of the processes of PostgreSQL, as far as they live, and of the simulated systems."""
    found = {"postgres": 0.0, "sandbox": 0.0}
    for process in psutil.process_iter(["name", "cmdline", "cpu_times"]):
        words = process.info["cmdline"] or []
        kind = "postgres" if process.info["name"] == "postgres" else "sandbox" if "sandbox" in words else None
        if kind and process.info["cpu_times"]:
            times = process.info["cpu_times"]
            found[kind] += times.user + times.system + times.children_user + times.children_system
    return found["postgres"], found["sandbox"]


@contextmanager
def at_work(names: Sequence[str], dossiers: int, slots: int) -> Iterator[Provinces]:
    """A home of so many provinces with so many slots, for as long as it is measured."""
    home = Path(tempfile.mkdtemp(prefix="doisoat-provinces-"))
    provinces = Provinces(home, names, dossiers, AIRFLOW__CORE__PARALLELISM=str(slots))
    try:
        provinces.start()
        yield provinces
    finally:
        provinces.stop()
        shutil.rmtree(home, ignore_errors=True)


def render(turns: Sequence[Turn], provinces: int, dossiers: int) -> str:
    """The page."""
    rows = [
        f"| {turn.slots} | {turn.night} | {turn.wall:,.0f} | {turn.tasks:,.0f} ({turn.count}) | "
        f"{turn.tasks / turn.wall / turn.slots:.0%} | {turn.processors:.0%} | {turn.server:,.0f} | {turn.systems:,.0f} |"
        for turn in turns
    ]
    head = [
        "# Several provinces at once",
        "",
        f"Written by `python -m bench.provinces`; do not edit. {provinces} provinces of about {dossiers:,} dossiers each, whose "
        f"nights begin at the same moment, on {os.cpu_count()} processors, with PostgreSQL, Airflow and the simulated systems on "
        f"the same machine; measured on {dt.datetime.now(dt.UTC):%Y-%m-%d}. The first night lists all, the others what changed.",
        "",
        "| slots | night | all published after, s | tasks ran, s (number) | slots busy | processors busy | of it PostgreSQL, s | "
        "simulated systems, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, "", *_said(turns), ""])


def _said(turns: Sequence[Turn]) -> Iterator[str]:
    """What bounds it, from the numbers."""
    by_night: dict[dt.date, list[Turn]] = {}
    for turn in turns:
        by_night.setdefault(turn.night, []).append(turn)
    for night, found in by_night.items():
        if len(found) > 1:
            one, two = found[0], found[-1]
            is_full = two.tasks / two.wall / two.slots > 0.85
            bound = "the processors" if two.processors > 0.85 else "the slots" if is_full else "neither"
            yield (
                f"* Night {night}: {two.slots} slots take {two.wall / one.wall:.2f} of the time of {one.slots}; "
                f"with {two.slots}, used up: {bound}."
            )


def main() -> None:
    """Measure with each number of slots, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.provinces", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=50_000, metavar="N", help="of each province (50000)")
    parser.add_argument(
        "--provinces", type=int, default=len(NAMES), choices=range(1, len(NAMES) + 1), help="how many (4)"
    )
    parser.add_argument(
        "--slots", type=int, nargs="*", default=[1, 2], help="how many tasks at once, one turn each (1 2)"
    )
    asked = parser.parse_args()
    turns = []
    for slots in asked.slots:
        with at_work(NAMES[: asked.provinces], asked.dossiers, slots) as provinces:
            for night in NIGHTS:
                turns.append(measured(provinces, slots, night))
                print(turns[-1], file=sys.stderr)
    page = render(turns, asked.provinces, asked.dossiers)
    Path(__file__).with_name("PROVINCES.md").write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
