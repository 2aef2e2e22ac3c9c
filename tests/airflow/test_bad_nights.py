"""Three nights in a row through Airflow: every source fails, a worker is killed, a source is down. Then everything that was
written is searched for nobody's data and nobody's password (docs/privacy.md)."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import requests
from psycopg.conninfo import conninfo_to_dict
from sandbox.world import canaries
from standalone.laptop import DOISOAT
from standalone.sandbox import Sandbox
from support import crashes
from support import nights_against_key as against
from support.airflow_home import DOSSIERS, AtWork
from support.leaks import leaks_in_database, leaks_in_files, one_of
from support.make import PROJECT, make, states
from support.nobody import NAME

pytestmark = pytest.mark.timeout(900)
#: What the sources do in the first night: one of each class of error, and of each kind of source.
FAULTS: list[dict[str, Any]] = [
    {"system": "igate", "kind": "server_error", "path": "search"},
    {"system": "business_registration", "kind": "html_200", "path": "danhSachHoSo"},
    {"system": "driving_licence", "kind": "application_error"},
    {"system": "national_statistics", "kind": "redirect", "to": f"http://elsewhere.invalid/?name={canaries.phone(7)}"},
    {"system": "national_adapter", "kind": "cut_off"},
    {"system": "national_export", "kind": "changed_shape", "field": "Mã hồ sơ", "to": NAME},
    {"system": "judicial_record", "kind": "cut_off"},
]
IGATE_IS_DOWN = {"system": "igate", "kind": "server_error"}
COMMANDS = (["summary"], ["bridge"], ["gaps", "--format", "csv"], ["ministries"], ["sources"])


@dataclass
class Bad:
    """The home, its last good night before, and what was printed of the nights."""

    running: AtWork
    good: dt.date
    printed: list[str] = field(default_factory=list)

    @property
    def sandbox(self) -> Sandbox:
        assert self.running.laptop.sandbox
        return self.running.laptop.sandbox

    def spoil(self, *faults: dict[str, Any]) -> None:
        """From now on the sources fail like this; without a fault, as they should be."""
        control = f"{self.sandbox.url}/control/faults"
        requests.delete(control, timeout=30).raise_for_status()
        for fault in faults:
            requests.post(control, json={"count": None, **fault}, timeout=30).raise_for_status()

    def night(self, number: int) -> dt.date:
        """The night so many days after the good one."""
        return self.good + dt.timedelta(days=number)

    def leaks(self, pattern: re.Pattern[str]) -> list[str]:
        """Every place that holds what the pattern finds."""
        found, _ = leaks_in_files(self.running.home, pattern)
        for name in ("warehouse", "airflow"):
            found += leaks_in_database(self.running.server.dsn(name), pattern)[0]
        return found + (["printed"] if pattern.search("\n".join(self.printed)) else [])


@pytest.fixture(scope="module")
def bad(running: AtWork) -> Iterator[Bad]:
    made = Bad(running, running.next_night() - dt.timedelta(days=1))
    yield made
    made.spoil()


def test_a_night_in_which_every_source_fails_is_missed(bad: Bad, capsys: pytest.CaptureFixture[str]) -> None:
    bad.spoil(*FAULTS)
    assert bad.running.laptop.run_nights(bad.running.airflow, [bad.night(1)]) == "failed"
    bad.spoil()
    for refused in bad.sandbox.inbox.rglob("*.*"):  # what was refused is its owner's, and full of people
        refused.unlink()
    bad.printed.append(capsys.readouterr().out)
    assert bad.running.rows("select state from ops.night where night = %s", [bad.night(1)]) == [("missed",)]
    for error in ("SourceUnavailableError", "SourceChangedError", "SourceRejectedError"):
        assert error in bad.printed[0]


def test_a_night_whose_worker_is_killed_is_the_undisturbed_night(bad: Bad, tmp_path: Path) -> None:
    """And the night after one that was missed. tests/campaign kills workers and schedulers at every stage."""
    running, night = bad.running, bad.running.next_night()
    assert night == bad.night(2)
    # from another database: whoever asks from this one would end itself
    running.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'warehouse'", database="airflow"
    )
    with psycopg.connect(running.server.dsn(), autocommit=True) as connection:
        connection.execute("create database undisturbed template warehouse owner warehouse")
    with crashes.locked(running.dsn, "recon.verdict"):
        run_id = running.trigger({"collect_late": False}, night=night)
        found: list[psutil.Process] = []
        running.wait_for(lambda: (one := running.waiting("recon.verdict")) and (found.append(one) or True))
        running.kill_worker(found[0])
    assert running.nights.follow(run_id) == "success"
    assert running.task(run_id, "reconcile")["try_number"] > 1

    shutil.copytree(running.home / "landing", tmp_path / "landing")  # what is sealed is not asked for again
    site = against.site_of(
        running.laptop.settings.path,
        tmp_path,
        running.server.dsn("undisturbed", "warehouse"),
        bad.sandbox.connections(),
    )
    against.run_night(site, bad.sandbox, night)
    one, other = (crashes.everything(dsn) for dsn in (running.dsn, site.dsn))
    for news in ("ops.news", "ops.news_telling"):  # Airflow's last task tells
        del one[news], other[news]
    assert crashes.differing(one, other) == {}


def test_a_night_with_a_source_that_is_down_is_published_as_stale(bad: Bad) -> None:
    """`make night` of a home that is up."""
    running, night = bad.running, bad.running.next_night()
    bad.spoil(IGATE_IS_DOWN)
    result = make("night", running.home, DOSSIERS, NIGHT=str(night), PROVINCE=str(running.laptop.settings.path))
    bad.spoil()
    bad.printed += [result.stdout, result.stderr]
    assert result.returncode == 2
    ended = states(result.stdout)
    assert ended["igate.collect"] == "failed"  # after its retries
    assert len(re.findall(r"^  igate\.collect +up_for_retry ", result.stdout, re.MULTILINE)) == 3
    assert "SourceUnavailableError" in result.stdout
    assert {state for task, state in ended.items() if task.endswith(".collect") and task != "igate.collect"} == {
        "success"
    }
    assert ended["publish"] == ended["tell"] == "success"


# what they left ----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def searched(bad: Bad) -> Bad:
    """After the three nights; what our commands say of the second belongs to what they left."""
    if not bad.printed:
        pytest.fail("the nights of this file come first: run it as a whole")
    for command in COMMANDS:
        dated = [DOISOAT, *command, "--night", str(bad.night(2))]
        told = subprocess.run(
            dated, env=bad.running.laptop.environment, cwd=PROJECT, capture_output=True, text=True, check=False
        )
        assert told.stdout, told.stderr
        bad.printed.append(told.stdout + told.stderr)
    return bad


def test_the_nights_went_as_this_search_needs_them(searched: Bad) -> None:
    nights = [searched.night(number) for number in range(4)]
    told = "select night, state from ops.night where night between %s and %s order by night"
    ended = [state for _, state in searched.running.rows(told, [nights[0], nights[-1]])]
    assert ended == ["published", "missed", "published", "published"]  # nothing of the second could be read
    fresh = """select night from ops.pull where state = 'fresh' and source_id in ('igate', 'national_export')
        and night between %s and %s order by 1"""
    read = [night for (night,) in searched.running.rows(fresh, [nights[1], nights[-1]])]
    assert read == [nights[2], nights[2], nights[3]]


#: Something harmless, and a place where each kind of thing that was written must hold it: the search looks there.
SEARCHED = {
    r"H37\.\d\d": ("landing/.*/igate/records.csv.zst", "core.dossier_record_igate.dossier_code", "printed"),
    r"not_a_code|impossible_date|igate": ("ops.pull.source_id", "public.xcom.value", "public.task_instance.task_id"),
    r"2024-04-18": ("public.rendered_task_instance_fields.rendered_fields", "public.dag_run.partition_key"),
    r"SourceUnavailableError": (r"logs/airflow/.*task_id=igate.collect/attempt=1.log",),
}


@pytest.mark.parametrize("pattern", SEARCHED)
def test_the_search_looks_into_every_kind_of_place(searched: Bad, pattern: str) -> None:
    found = searched.leaks(re.compile(pattern))
    assert [place for place in SEARCHED[pattern] if not any(re.fullmatch(place, one) for one in found)] == []


def test_the_nights_leave_nobodys_data(searched: Bad) -> None:
    assert searched.leaks(canaries.PATTERN) == []


def test_the_nights_leave_no_credential(searched: Bad) -> None:
    running, sandbox = searched.running, searched.sandbox
    passwords = {conninfo_to_dict(running.dsn)["password"], running.airflow.password}
    assert searched.leaks(one_of(sandbox.client_secret, sandbox.api_key, *map(str, passwords))) == []
    assert searched.leaks(re.compile(r"Bearer [\w.-]{8}|access_token\"?[=:]")) == []
