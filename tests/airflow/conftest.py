"""One home for all tests of this folder: a `make run` makes it, then its Airflow is started again and left at work.

Its nights follow one another over the files, each taking the one after the last (`AtWork.next_night`), and every file can be
run alone.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from standalone import postgres
from standalone.airflow import SERVICES
from standalone.laptop import Laptop
from standalone.sandbox import Sandbox
from support.airflow_home import DOSSIERS, AtWork
from support.make import MadeRun, inherited, make_run
from support.provinces import CONFIG
from support.quick_folder import quick_folder
from support.receivers import Receiver, receiving

#: What suits all tests: a person has twelve hours, nobody else is waited for longer than a few seconds.
SETTINGS = {
    "DOISOAT_APPROVAL_HOURS": "12",
    "DOISOAT_RETRY_SECONDS": "1",
    "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "1",
    # how soon a dead worker is missed: the default is five minutes
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "15",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
}
#: Nothing new is expected of reports after the nights of `make run`: three tasks a night that would say so.
OFF = ("provincial_report", "national_report", "reporting_system_report")
#: How long a request of a source that fails is retried, in seconds: here it is waited for, in tests of the session it is tested.
PATIENCE = 3

#: The home at work, while there is one.
_at_work: list[AtWork] = []


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Airflow's processes end with the last test of this folder, not with the session: they take half a core."""
    here = Path(__file__).parent
    if _at_work and (nextitem is None or here not in nextitem.path.parents):
        made = _at_work.pop()
        if made.home.exists():  # else the session has ended, and its fixtures have stopped it
            made.stop()


@pytest.fixture(scope="session")
def made_run() -> Iterator[MadeRun]:
    """`make run` of a small world, and what it left."""
    home = Path(tempfile.mkdtemp(prefix="doisoat-airflow-home-", dir=quick_folder()))
    try:
        yield make_run(home, DOSSIERS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """Where news of the home go."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def running(made_run: MadeRun, receiver: Receiver) -> Iterator[AtWork]:
    """The home at work after its three nights, with news on, as `make up` leaves one running."""
    home = made_run.home
    province = home / "province.yaml"
    text = (CONFIG / "lang_son.yaml").read_text(encoding="utf-8").replace("lang_son/", f"{CONFIG}/lang_son/")
    content = yaml.safe_load(text)
    for name, source in content["sources"].items():
        source.setdefault("limits", {})["patience_seconds"] = PATIENCE
        if name in OFF:
            source["enabled"] = False
    readers = {"everything": ["admin", "viewer"], "agencies": {"H37.03": ["unit"]}}
    settings = {**content, "news": {"enabled": True}, "page": readers}
    province.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    sandbox = Sandbox(home, dt.date(2024, 4, 19), nights=3, dossiers=DOSSIERS)
    laptop = Laptop(home, province, {**inherited(), **SETTINGS}, sandbox)
    made = None
    try:
        port = postgres.free_port()
        airflow = laptop.start(port=port, is_scheduling=False, services=SERVICES)
        (home / "up.json").write_text(json.dumps({"port": port, "province": str(province)}), encoding="utf-8")
        inside = airflow.environment(laptop.environment, is_scheduling=False)
        made = AtWork(laptop, airflow, laptop.start_warehouse(), inside)
        # the addresses of news are keyed in on the page, as an operator may
        secret = {"connection_id": "news", "conn_type": "generic", "password": f"json://{receiver.address}/"}
        made.api("POST", "/connections", json=secret)
        _at_work.append(made)
        yield made
    finally:
        (made or laptop).stop()
