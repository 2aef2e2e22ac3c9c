"""Nobody's data and nobody's password: three nights through Airflow, one of them with failing sources, and every fault of
the sandbox in process; then everything that was written is searched (docs/privacy.md)."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from psycopg.conninfo import conninfo_to_dict
from sandbox import canaries
from standalone import postgres
from standalone.laptop import DOISOAT, Laptop
from standalone.sandbox import Sandbox
from support.leaks import leaks_in_database, leaks_in_files, one_of
from support.nobody import FIELDS, LABELS, NAME, check_faults, check_faults_of_a_file
from support.province import NIGHTS, PROJECT

pytestmark = pytest.mark.timeout(900)
#: What the sources do in the second night: one of each class of error, and of each kind of source.
SECOND_NIGHT: list[dict[str, Any]] = [
    {"system": "igate", "kind": "server_error", "path": "search"},
    {"system": "business_registration", "kind": "html_200", "path": "danhSachHoSo"},
    {"system": "driving_licence", "kind": "application_error"},
    {"system": "national_statistics", "kind": "redirect", "to": f"http://elsewhere.invalid/?name={canaries.phone(7)}"},
    {"system": "national_adapter", "kind": "cut_off"},
    {"system": "national_export", "kind": "changed_shape", "field": "Mã hồ sơ", "to": NAME},
    {"system": "judicial_record", "kind": "cut_off"},
]
COMMANDS = (["summary"], ["bridge"], ["gaps", "--format", "csv"], ["ministries"], ["sources"])


@dataclass
class Run:
    """What three nights left behind: a home, two databases, what was printed, and the secrets they knew."""

    home: Path
    databases: list[str]
    printed: str
    secrets: re.Pattern[str]

    def leaks(self, pattern: re.Pattern[str]) -> list[str]:
        """Every place that holds what the pattern finds."""
        found, _ = leaks_in_files(self.home, pattern)
        for dsn in self.databases:
            found += leaks_in_database(dsn, pattern)[0]
        return found + (["printed"] if pattern.search(self.printed) else [])


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Three nights through Airflow's scheduler: as they should be, with every source failing, and as they should be."""
    home, elsewhere = (Path(tempfile.mkdtemp(prefix="doisoat-nobody-")) for _ in range(2))  # the inbox is its owner's
    sandbox = Sandbox(elsewhere, last_night=NIGHTS[-1], nights=3, dossiers=600)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DOISOAT"))}
    laptop = Laptop(home, PROJECT / "config/lang_son.yaml", {**inherited, "DOISOAT_RETRY_SECONDS": "1"}, sandbox)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            services = ("api-server", "dag-processor", "scheduler")
            airflow = laptop.start(port=postgres.free_port(), is_scheduling=False, services=services)
            for night in NIGHTS:
                for fault in SECOND_NIGHT if night == NIGHTS[1] else ():
                    requests.post(f"{sandbox.url}/control/faults", json={"count": None, **fault}, timeout=30)
                laptop.run_nights(airflow, [night])
                requests.delete(f"{sandbox.url}/control/faults", timeout=30)
                for refused in sandbox.inbox.rglob("*.*"):
                    refused.unlink()
        laptop.processes.stop()
        for command in COMMANDS:
            dated = [DOISOAT, *command, "--night", str(NIGHTS[-1])]
            told = subprocess.run(
                dated, env=laptop.environment, cwd=PROJECT, capture_output=True, text=True, check=False
            )
            assert told.stdout, told.stderr
            printed.write(told.stdout + told.stderr)
        server = postgres.start(home)
        databases = [server.dsn(name) for name in ("warehouse", "airflow")]
        passwords = {conninfo_to_dict(laptop.environment["AIRFLOW_CONN_WAREHOUSE"])["password"], airflow.password}
        secrets = one_of(sandbox.client_secret, sandbox.api_key, *map(str, passwords))
        yield Run(home, databases, printed.getvalue(), secrets)
    finally:
        laptop.stop()
        for path in (home, elsewhere):
            shutil.rmtree(path, ignore_errors=True)


def test_the_nights_went_as_this_test_needs_them(run: Run) -> None:
    with psycopg.connect(run.databases[0]) as connection:
        states = connection.execute("select state from ops.night order by night").fetchall()
        fresh = connection.execute(
            "select night from ops.pull where state = 'fresh' and source_id in ('igate', 'national_export') order by 1"
        ).fetchall()
    assert [state for (state,) in states] == ["published", "missed", "published"]  # nothing of it could be read
    assert [night for (night,) in fresh] == [NIGHTS[0], NIGHTS[0], NIGHTS[2], NIGHTS[2]]
    for error in ("SourceUnavailableError", "SourceChangedError", "SourceRejectedError"):
        assert error in run.printed


#: Something harmless, and a place where each kind of thing that was written must hold it: the search looks there.
SEARCHED = {
    r"H37\.\d\d": ("landing/.*/igate/records.csv.zst", "core.dossier_record_igate.dossier_code", "printed"),
    r"not_a_code|impossible_date|igate": ("ops.pull.source_id", "public.xcom.value", "public.task_instance.task_id"),
    r"2024-04-18": ("public.rendered_task_instance_fields.rendered_fields", "public.dag_run.partition_key"),
    r"SourceUnavailableError": (r"logs/airflow/.*task_id=igate.collect/attempt=1.log",),
}


@pytest.mark.parametrize("pattern", SEARCHED)
def test_the_search_looks_into_every_kind_of_place(run: Run, pattern: str) -> None:
    found = run.leaks(re.compile(pattern))
    assert [place for place in SEARCHED[pattern] if not any(re.fullmatch(place, one) for one in found)] == []


def test_three_nights_leave_nobodys_data(run: Run) -> None:
    assert run.leaks(canaries.PATTERN) == []


def test_three_nights_leave_no_credential(run: Run) -> None:
    assert run.leaks(run.secrets) == []
    assert run.leaks(re.compile(r"Bearer [\w.-]{8}|access_token\"?[=:]")) == []


@pytest.mark.parametrize("system", FIELDS)
def test_no_fault_makes_a_person_appear(
    system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    check_faults(system, tmp_path, warehouse_dsn, caplog)


@pytest.mark.parametrize("system", LABELS)
def test_no_fault_of_a_file_makes_a_person_appear(
    system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    check_faults_of_a_file(system, tmp_path, warehouse_dsn, caplog)
