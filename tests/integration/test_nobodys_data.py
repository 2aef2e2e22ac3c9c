"""Nobody's data and nobody's password: three nights through Airflow, one of them with failing sources, and every fault of
the sandbox in process; then everything that was written is searched (docs/privacy.md)."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import logging
import os
import pickle
import re
import shutil
import subprocess
import tempfile
import traceback
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
import zstandard
from doisoat import night as steps
from doisoat.errors import SourceError
from psycopg.conninfo import conninfo_to_dict
from sandbox import canaries
from sandbox.faults import KINDS, Fault
from standalone import postgres
from standalone.laptop import DOISOAT, Laptop
from standalone.sandbox import Sandbox
from support.leaks import leaks_in_database, leaks_in_files, one_of
from support.province import NIGHTS, PROJECT, Province
from support.sandboxes import SECRET, serve

pytestmark = pytest.mark.timeout(900)
NAME = canaries.full_name(7).rstrip(" 7")  # as people are called, without a number
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


def test_a_value_is_found_wherever_it_is_planted(tmp_path: Path, warehouse_dsn: str) -> None:
    planted = f"x {NAME} x".encode()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "plain.log").write_bytes(planted)
    (tmp_path / "landing.csv.zst").write_bytes(zstandard.ZstdCompressor().compress(planted))
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", planted)
    (tmp_path / f"{NAME}.csv").write_bytes(b"")
    (tmp_path / "innocent.txt").write_bytes("Nguyễn".encode())
    found, searched = leaks_in_files(tmp_path, canaries.PATTERN)
    assert (found, searched) == ([f"{NAME}.csv", "book.xlsx", "deep/plain.log", "landing.csv.zst"], 5)
    with psycopg.connect(warehouse_dsn, autocommit=True) as connection:
        connection.execute("create table mart.planted (a text, b jsonb, c text[], d bytea, e text)")
        connection.execute(
            "insert into mart.planted values (%s, %s, %s, %s, 'x')",
            [NAME, json.dumps([NAME]), [NAME], pickle.dumps(NAME)],
        )
    assert sorted(leaks_in_database(warehouse_dsn, canaries.PATTERN)[0]) == [f"mart.planted.{name}" for name in "abcd"]


OF_FIELDS = ("changed_shape", "missing_field", "changed_type", "changed_value")
FIELDS: dict[str, tuple[str, ...]] = {
    "igate": ("code", "id", "dossierStatus", "agency", "name", "acceptedDate"),
    "business_registration": ("RECEIPT_DATE", "PROCESS_STATUS", "SITE_ID", "DOCUMENT_TYPE"),
    "driving_licence": ("maHoSo", "maDonVi", "loaiHoSo", "ngayNhanHoSo"),
    "national_statistics": ("HS_TOTAL", "MA_DONVI"),
    "national_adapter": ("MATTHC", "MADONVI", "TENDONVI", "CAPDONVI"),  # names of procedures are published text
}
#: Files: a label of each that may be another one day.
LABELS = {"national_export": "Mã hồ sơ", "judicial_record": "Trạng thái", "report_workbook": "Tổng số"}
OF_FILES = ("cut_off", "html_200", "empty_body", "changed_shape", "huge", "repeated", "missing")
#: Where its rows come from: a fault of every answer spoils the login already.
LISTINGS = {
    "igate": "search",
    "business_registration": "danhSachHoSo",
    "driving_licence": "/g",
    "national_statistics": "jsp",
    "national_adapter": "/g",
}


def faults_of(system: str) -> Iterator[dict[str, Any]]:
    """Every fault that the sandbox can switch on, each with a person in it where there is room for one."""
    for kind in KINDS:
        for name in FIELDS[system] if kind in OF_FIELDS else ("",):
            yield {"kind": kind, "field": name, "to": NAME, "size": 9 << 20, "nth": int(kind == "changed_value")}


def pull(province: Province, system: str, number: int) -> None:
    """Ask a system for all it tells; the adapter's catalogues are read once a day, so each pull has a day of its own."""
    if system == "national_adapter":
        at = dt.datetime.combine(NIGHTS[0], dt.time(1), dt.UTC) + dt.timedelta(days=number)
        steps.sync_catalogue(province.site, system, at=at)
    else:
        province.collect(NIGHTS[0], system)


@pytest.mark.parametrize("system", FIELDS)
def test_no_fault_makes_a_person_appear(
    system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told, sealed = [], 0
    with serve(dossiers=40, last_night=NIGHTS[-1]) as served:
        served.move_to(served.world.cut_offs[0])
        province = Province(served, tmp_path, warehouse_dsn, patience_seconds=0, max_answer_megabytes=8)
        province.open(NIGHTS[0])
        for number, fault in enumerate(faults_of(system)):
            for path in {"", LISTINGS[system]} - ({""} if fault["kind"] in OF_FIELDS else set()):
                served.spoil(system, **{**fault, "count": None, "path": path, "seconds": 0})
                try:
                    pull(province, system, number)
                    sealed += 1
                except SourceError:
                    told.append(traceback.format_exc())
                requests.delete(f"{served.url}/control/faults", timeout=30)
                province.put_away(NIGHTS[0])
    assert len(told) > 10
    assert sealed > 10
    check_nobody(tmp_path, warehouse_dsn, "\n".join(told) + caplog.text)


@pytest.mark.parametrize("system", LABELS)
def test_no_fault_of_a_file_makes_a_person_appear(
    system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told, sealed = [], 0
    source_id = {"report_workbook": "provincial_report"}.get(system, system)
    with serve(dossiers=40, last_night=NIGHTS[-1]) as served:
        province = Province(served, tmp_path / "home", warehouse_dsn, max_answer_megabytes=8)
        province.open(NIGHTS[0])
        for kind in OF_FILES:
            province.drop(system, NIGHTS[0], Fault(system, kind, field=LABELS[system], to=NAME, size=9 << 20))
            try:
                sealed += steps.collect_source(province.site, NIGHTS[0], source_id)["mode"] != "nothing new"
            except SourceError:
                told.append(traceback.format_exc())
            province.put_away(NIGHTS[0])
    shutil.rmtree(tmp_path / "home" / "inbox")  # what was refused is its owner's, and full of people
    assert (len(told) >= 5, sealed) == (True, 1)
    check_nobody(tmp_path, warehouse_dsn, "\n".join(told) + caplog.text)


def check_nobody(home: Path, dsn: str, printed: str) -> None:
    assert leaks_in_files(home, canaries.PATTERN)[0] == []
    assert leaks_in_database(dsn, canaries.PATTERN)[0] == []
    for pattern in (canaries.PATTERN, one_of(SECRET)):
        assert not pattern.search(printed)
