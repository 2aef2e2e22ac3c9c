"""Collect and load N iGate dossiers beside a bare loop that downloads as many pages of the same size.

Ours are the two tasks of a night, each in a process of its own that has imported Airflow as a task's process has:
`collect` (counts, every month listed, landing sealed) and `load` (into core, a record's identity included). The yardstick
asks the same server for the same dossiers on one connection with `requests`, parses each page with `json`, and keeps
nothing; it runs before and after ours, and its better time counts. A turn is all of that, from an empty warehouse.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import floor
from bench.floor import PAGE_SIZE, TOKEN_PATH

NIGHT = dt.date(2024, 4, 19)
ROOT = Path(__file__).parents[1]
CLIENT, SECRET = "bench", "known-to-this-run-only"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn took: seconds, and the peak memory of a task's process in MB."""

    bare: float
    collect: float
    load: float
    collect_mb: float
    load_mb: float

    @property
    def ratio(self) -> float:
        """How many times longer than the bare loop ours took."""
        return (self.collect + self.load) / self.bare


def take_turn(dossiers: int, kept: Path) -> Turn:
    """Serve N dossiers, download them bare, collect and load them.

    Args:
        kept: the directory in which the simulated province stays from one run to the next.
    """
    with (
        tempfile.TemporaryDirectory(prefix="doisoat-bench-") as directory,
        _sandbox(dossiers, kept) as port,
        _warehouse(Path(directory)) as dsn,
    ):
        environment = _environment(Path(directory), port, dsn)
        _child("open", environment)
        before = _bare_loop(port, dossiers)
        collect, load = _child("collect", environment), _child("load", environment)
        bare = min(before, _bare_loop(port, dossiers))
    if collect["told"] != [dossiers, True] or load["told"] != [dossiers]:
        raise SystemExit(f"not all of {dossiers} dossiers came in: {collect['told']}, {load['told']}")
    return Turn(bare, collect["seconds"], load["seconds"], collect["peak_mb"], load["peak_mb"])


def _bare_loop(port: int, dossiers: int) -> float:
    """Seconds to download every page once, on one connection, and parse it."""
    seconds, rows = floor.listing(f"http://127.0.0.1:{port}", CLIENT, SECRET)
    if rows != dossiers:
        raise SystemExit(f"the bare loop got {rows} of {dossiers} dossiers")
    return seconds


@contextmanager
def _sandbox(dossiers: int, kept: Path) -> Iterator[int]:
    """A server of N static dossiers; gives its port."""
    command = [sys.executable, "-m", "sandbox", "serve", "--bench", str(dossiers), "--client-id", CLIENT]
    command += ["--bench-file", str(kept / f"igate-{dossiers}"), "--client-secret", SECRET, "--token-life", "86400"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "include")}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    try:
        assert server.stdout
        yield json.loads(server.stdout.readline())["port"]
    finally:
        server.terminate()
        server.communicate()


@contextmanager
def _warehouse(home: Path) -> Iterator[str]:
    """An empty warehouse on a server of its own, set up as `make up` sets one up; gives its DSN."""
    from doisoat.warehouse import migrate
    from standalone import postgres

    server = postgres.start(home)
    try:
        dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
        migrate(dsn)
        yield dsn
    finally:
        postgres.stop(home)


def _environment(home: Path, port: int, dsn: str) -> dict[str, str]:
    """What a task finds in its environment."""
    province = home / "province.yaml"
    province.write_text(_only_igate(ROOT / "config" / "lang_son.yaml"), encoding="utf-8")
    connection = {
        "conn_type": "http", "host": "127.0.0.1", "port": port, "login": CLIENT, "password": SECRET,
        "extra": {"scheme": "http", "token_path": TOKEN_PATH},
    }  # fmt: skip
    return {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'include'}",
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW_CONN_IGATE": json.dumps(connection),
        "AIRFLOW_CONN_WAREHOUSE": dsn,
        "DOISOAT_PROVINCE": str(province),
        "DOISOAT_HOME": str(home),
    }


def _only_igate(path: Path) -> str:
    """The province file with its case system alone."""
    import yaml

    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["sources"] = {"igate": content["sources"]["igate"]}
    content["sources"]["igate"].setdefault("limits", {}).update(page_size=PAGE_SIZE, requests_per_second=None)
    for key in ("agencies", "procedures"):
        content["province"][key] = str((path.parent / content["province"][key]).resolve())
    return yaml.safe_dump(content, allow_unicode=True)


def _child(step: str, environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.collect_and_load", step]
    output = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(output.splitlines()[-1]))


def _run_step(step: str) -> None:
    """One task in this process; prints its seconds, its peak memory and what it told."""
    import airflow.sdk  # noqa: F401 - a task's process has it in memory
    from doisoat.nights import steps
    from doisoat.province.site import Site

    site = Site.from_environment()
    started, told = time.perf_counter(), []
    if step == "open":
        steps.open_night(site, NIGHT, run_id="bench", collect_late=True)
    elif step == "collect":
        certificate = steps.collect_source(site, NIGHT, "igate")
        told = [certificate["received"], certificate["is_complete"]]
    else:
        told = [steps.load_night(site, NIGHT)["igate"]["inserted"]]
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "told": told}))


if __name__ == "__main__":
    _run_step(sys.argv[1])
