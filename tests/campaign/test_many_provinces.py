"""Three provinces in one Airflow: one's database is killed amid all nights, and the others' nights know nothing of it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from doisoat.warehouse import connect, migrate
from standalone import postgres
from support.states import STATE

from bench.provinces import NIGHTS, Provinces

pytestmark = pytest.mark.timeout(1800)
NAMES = ("an_giang", "bac_ninh", "ca_mau")
KILLED, OTHERS = NAMES[1], (NAMES[0], NAMES[2])
DOSSIERS = 300


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """The PostgreSQL of one province alone."""
    home = Path(tempfile.mkdtemp(prefix="doisoat-killed-"))
    try:
        yield postgres.start(home)
    finally:
        postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def provinces(server: postgres.Server) -> Iterator[Provinces]:
    """All at work; the first night is published."""
    home = Path(tempfile.mkdtemp(prefix="doisoat-many-"))
    before = dict(os.environ)
    dsn = postgres.ensure_database(server, f"warehouse_{KILLED}", may_create_roles=True)
    migrate(dsn)
    made = Provinces(home, NAMES, DOSSIERS)
    try:
        made.start({KILLED: dsn})
        assert set(made.wait(made.begin(NIGHTS[0])).values()) == {"success"}
        yield made
    finally:
        made.stop()
        shutil.rmtree(home, ignore_errors=True)
        os.environ.clear()
        os.environ.update(before)


def kill(server: postgres.Server) -> None:
    pid = int((server.home / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    process = psutil.Process(pid)
    for one in (process, *process.children(recursive=True)):
        one.send_signal(signal.SIGKILL)
    psutil.wait_procs([process])


def states(provinces: Provinces, name: str) -> list[tuple]:
    with connect(provinces.dsn(name)) as connection:
        return connection.execute("select night::text, state from ops.night order by 1").fetchall()


def test_the_others_nights_are_published_while_one_has_no_database(
    provinces: Provinces, server: postgres.Server
) -> None:
    runs = provinces.begin(NIGHTS[1])

    def begun() -> bool:
        """Whether every province's night is under way, and none has ended."""
        with_load = [
            any(
                task["task_id"].endswith(".collect") and task["state"] == "success"
                for task in provinces.tasks(name, run_id)
            )
            for name, run_id in runs.items()
        ]
        return all(with_load)

    while not begun():
        provinces.laptop.processes.check()
        time.sleep(0.2)
    kill(server)
    ended = provinces.wait(runs)
    assert ended == {KILLED: "failed", **dict.fromkeys(OTHERS, "success")}
    for name in OTHERS:
        assert states(provinces, name) == [(str(night), "published") for night in NIGHTS[:2]]
        assert {task["try_number"] for task in provinces.tasks(name, runs[name])} == {1}  # not one task was tried twice


def test_once_it_is_back_its_night_is_run_again_and_all_go_on(provinces: Provinces, server: postgres.Server) -> None:
    postgres.start(server.home)
    again = {KILLED: provinces.clients[KILLED].trigger(NIGHTS[1], collect_late=True)}
    assert provinces.wait(again) == {KILLED: "success"}
    assert set(provinces.wait(provinces.begin(NIGHTS[2])).values()) == {"success"}
    for name in NAMES:
        assert states(provinces, name) == [(str(night), "published") for night in NIGHTS]
        with connect(provinces.dsn(name)) as connection:
            assert connection.execute(STATE).fetchall()
