"""News from a real Airflow: a run that failed is told by its last task, a night that nobody works on by the triggerer."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from doisoat.warehouse import migrate
from standalone import postgres
from standalone.airflow import SERVICES, Airflow
from standalone.nights import DAG_ID, Nights
from standalone.processes import Processes
from support.provinces import CONFIG
from support.receivers import Receiver, receiving

pytestmark = pytest.mark.timeout(900)
PUBLISHED = "2024-04-18"
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="doisoat-news-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def airflow(home: Path) -> Iterator[Airflow]:
    """Airflow's own processes on a warehouse in which one night is published."""
    province = (CONFIG / "lang_son.yaml").read_text(encoding="utf-8").replace("lang_son/", f"{CONFIG}/lang_son/")
    (home / "province.yaml").write_text(province + "\nnews:\n  enabled: true\n", encoding="utf-8")
    server = postgres.start(home, postgres.THROWAWAY_SETTINGS)
    warehouse = postgres.ensure_database(server, "warehouse", may_create_roles=True)
    migrate(warehouse)
    with psycopg.connect(warehouse) as connection:
        connection.execute("insert into ops.night (night, state) values (%s, 'published')", [PUBLISHED])
        connection.execute("insert into ops.publication (night, revision) values (%s, 1)", [PUBLISHED])
    found = Airflow(home, postgres.free_port(), postgres.ensure_database(server, "airflow"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DOISOAT"))}
    base = {
        **kept,
        "DOISOAT_HOME": str(home),
        "DOISOAT_PROVINCE": str(home / "province.yaml"),
        "AIRFLOW_CONN_WAREHOUSE": warehouse,
    }
    environment = found.environment(base, is_scheduling=False)
    processes = Processes(home)
    try:
        found.prepare(processes, environment)
        processes.finish("airflow-prepare")
        found.start(processes, environment, names=SERVICES)
        found.wait(processes)
        yield found
    finally:
        processes.stop()
        postgres.stop(home)


@pytest.fixture(scope="module")
def client(airflow: Airflow, receiver: Receiver) -> Nights:
    """Airflow's API; the addresses of news are keyed in on its page, as an operator may."""
    client = Nights(airflow)
    client.wait_for_dag()
    secret = {"connection_id": "news", "conn_type": "generic", "password": f"json://{receiver.address}/"}
    client._call("POST", "/connections", json=secret)
    return client


def in_airflow(airflow: Airflow, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(airflow.database) as connection:
        cursor = connection.execute(query)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def wait_until(there: Callable[[], object], *, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)


def test_a_failed_run_stays_failed_and_its_last_task_tells_which_task_it_was(
    client: Nights, airflow: Airflow, receiver: Receiver
) -> None:
    """History has passed this night: its first task fails at once, and the others with it."""
    run_id = client.trigger(dt.date(2024, 4, 17), collect_late=False)
    assert client.follow(run_id) == "failed"
    states = dict(in_airflow(airflow, "select task_id, state from task_instance"))
    assert (states["open_night"], states["publish"], states["tell"]) == ("failed", "upstream_failed", "success")
    (body,) = receiver.bodies()
    assert "Tác vụ open_night của Dag nightly_reconciliation đã thất bại (đêm 17/04/2024)" in body["message"]
    link = body["message"].split("Xem: ")[1].splitlines()[0]
    assert link.startswith(f"{airflow.url}/dags/{DAG_ID}/runs/manual__")


def test_a_night_that_no_worker_takes_is_told_by_the_triggerer_at_its_deadline(
    client: Nights, airflow: Airflow, receiver: Receiver
) -> None:
    client._call("PATCH", f"/dags/{DAG_ID}", json={"is_paused": True})  # its run is made, and nobody works on it
    tonight = dt.datetime.now(LOCAL).date()  # its morning is to come
    client.trigger(tonight, collect_late=False)
    of_the_run = f"from deadline d join dag_run r on r.id = d.dagrun_id where r.partition_key = '{tonight}'"
    ((deadline,),) = in_airflow(airflow, f"select d.deadline_time {of_the_run}")
    assert deadline == dt.datetime.combine(tonight + dt.timedelta(days=1), dt.time(6), LOCAL)
    assert receiver.requests == []
    in_airflow(airflow, f"update deadline set deadline_time = now() where id in (select d.id {of_the_run})")
    wait_until(lambda: receiver.requests)
    (body,) = receiver.bodies()
    assert f"Đến hạn 06:00 mà đêm {tonight:%d/%m/%Y} chưa được công bố (tình trạng: chưa bắt đầu)" in body["message"]
    assert "đêm 18/04/2024" in body["message"]
    wait_until(lambda: in_airflow(airflow, "select 1 from callback where state = 'success'"))
    assert in_airflow(airflow, f"select d.missed {of_the_run}") == [(True,)]


def test_a_run_that_is_made_after_its_deadline_has_none_and_can_be_cleared(client: Nights, airflow: Airflow) -> None:
    run_id = client.trigger(dt.date(2024, 4, 19), collect_late=False)
    of_the_run = f"select 1 from deadline d join dag_run r on r.id = d.dagrun_id where r.run_id = '{run_id}'"
    assert in_airflow(airflow, of_the_run) == []
    for night in ("2024-04-19", str(dt.datetime.now(LOCAL).date())):  # without a deadline, and with one
        (run,) = [
            run for run in client._call("GET", f"/dags/{DAG_ID}/dagRuns")["dag_runs"] if run["partition_key"] == night
        ]
        what = {"dry_run": False, "only_failed": False, "dag_run_id": run["dag_run_id"], "task_ids": ["open_night"]}
        assert client._call("POST", f"/dags/{DAG_ID}/clearTaskInstances", json=what)["total_entries"] == 1


def test_the_morning_reminds_of_what_has_stood_for_long_and_tells_nothing_twice(
    client: Nights, airflow: Airflow, receiver: Receiver, home: Path
) -> None:
    """After the tests before: both troubles were told today."""
    with psycopg.connect(postgres.start(home).dsn("warehouse"), autocommit=True) as warehouse:
        for days, expected in ((0, []), (30, ["Đối soát Lạng Sơn: 2 việc nhắc lại"]), (0, [])):
            warehouse.execute("update ops.news_telling set told_night = told_night - %s", [days])  # time goes by
            run = client._call("POST", "/dags/morning_news/dagRuns", json={"logical_date": None})["dag_run_id"]
            ended = f"select 1 from dag_run where run_id = '{run}' and state = 'success'"
            wait_until(lambda ended=ended: in_airflow(airflow, ended))  # type: ignore[misc]
            assert [body["title"] for body in receiver.bodies()] == expected
