"""News from a real Airflow: a run that failed is told by its last task, a night that nobody works on by the triggerer.

The tests follow one another: what one of them has told, the morning of a later one reminds of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import psycopg
import pytest
from doisoat.news.texts import told_once
from standalone.nights import DAG_ID
from support.airflow_home import AtWork
from support.receivers import Receiver

pytestmark = pytest.mark.timeout(900)
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
PASSED_OVER = dt.date(2024, 4, 15)


@pytest.fixture(scope="module")
def paused(running: AtWork) -> Iterator[AtWork]:
    """The home while its Dag of the nights is paused: runs are made, and nobody works on them."""
    running.api("PATCH", f"/dags/{DAG_ID}", json={"is_paused": True})
    yield running
    for run in running.runs():
        if run["state"] not in ("success", "failed"):
            running.fail(run["dag_run_id"])
    running.api("PATCH", f"/dags/{DAG_ID}", json={"is_paused": False})
    for run in running.runs():
        running.wait_for_end(run["dag_run_id"])


def test_a_failed_run_stays_failed_and_its_last_task_tells_which_task_it_was(
    running: AtWork, receiver: Receiver
) -> None:
    """History has passed this night: its first task fails at once, and the others with it."""
    receiver.bodies()
    run_id = running.trigger({"collect_late": False}, night=PASSED_OVER)
    assert running.nights.follow(run_id) == "failed"
    states = running.tasks(run_id)
    assert (states["open_night"], states["publish"], states["tell"]) == ("failed", "upstream_failed", "success")
    (body,) = receiver.bodies()
    assert (
        f"Tác vụ open_night của Dag nightly_reconciliation đã thất bại (đêm {PASSED_OVER:%d/%m/%Y})" in body["message"]
    )
    link = body["message"].split("Xem: ")[1].splitlines()[0]
    assert link.startswith(f"{running.airflow.url}/dags/{DAG_ID}/runs/manual__")


def test_a_night_that_no_worker_takes_is_told_by_the_triggerer_at_its_deadline(
    paused: AtWork, receiver: Receiver
) -> None:
    tonight = dt.datetime.now(LOCAL).date()  # its morning is to come
    paused.trigger({"collect_late": False}, night=tonight)
    of_the_run = f"from deadline d join dag_run r on r.id = d.dagrun_id where r.partition_key = '{tonight}'"
    ((deadline,),) = paused.rows(f"select d.deadline_time {of_the_run}", database="airflow")
    assert deadline == dt.datetime.combine(tonight + dt.timedelta(days=1), dt.time(6), LOCAL)
    assert receiver.requests == []
    passes = f"update deadline set deadline_time = now() where id in (select d.id {of_the_run})"
    paused.rows(passes, database="airflow")
    paused.wait_for(lambda: receiver.requests)
    (body,) = receiver.bodies()
    assert f"Đến hạn 06:00 mà đêm {tonight:%d/%m/%Y} chưa được công bố (tình trạng: chưa bắt đầu)" in body["message"]
    assert f"đêm {paused.last_published():%d/%m/%Y}" in body["message"]
    told = "select 1 from callback where state = 'success'"
    paused.wait_for(lambda: paused.rows(told, database="airflow"))
    assert paused.rows(f"select d.missed {of_the_run}", database="airflow") == [(True,)]


def test_a_run_that_is_made_after_its_deadline_has_none_and_can_be_cleared(paused: AtWork) -> None:
    late = PASSED_OVER + dt.timedelta(days=1)
    run_id = paused.trigger({"collect_late": False}, night=late)
    of_the_run = f"select 1 from deadline d join dag_run r on r.id = d.dagrun_id where r.run_id = '{run_id}'"
    assert paused.rows(of_the_run, database="airflow") == []
    for night in (late, dt.datetime.now(LOCAL).date()):  # without a deadline, and with one
        (run,) = paused.runs(partition_key=str(night))
        what = {"dry_run": False, "only_failed": False, "dag_run_id": run["dag_run_id"], "task_ids": ["open_night"]}
        assert paused.api("POST", f"/dags/{DAG_ID}/clearTaskInstances", json=what)["total_entries"] == 1


def test_the_morning_reminds_of_what_has_stood_for_long_and_tells_nothing_twice(
    paused: AtWork, receiver: Receiver
) -> None:
    """After the tests before: both troubles were told today, and whatever earlier nights of this home left standing."""
    standing = "select kind from ops.news where over_night is null and kind <> all (%s)"
    kinds = [kind for (kind,) in paused.rows(standing, [list(told_once())])]
    assert {"task_failed", "deadline_missed"} <= set(kinds)
    with psycopg.connect(paused.dsn, autocommit=True) as warehouse:
        for days, expected in ((0, []), (30, [f"Đối soát Lạng Sơn: {len(kinds)} việc nhắc lại"]), (0, [])):
            warehouse.execute("update ops.news_telling set told_night = told_night - %s", [days])  # time goes by
            run = paused.api("POST", "/dags/morning_news/dagRuns", json={"logical_date": None})["dag_run_id"]
            ended = f"select 1 from dag_run where run_id = '{run}' and state = 'success'"
            paused.wait_for(lambda ended=ended: paused.rows(ended, database="airflow"))
            assert [body["title"] for body in receiver.bodies()] == expected
