"""Runs that somebody triggers by hand: as the form of the page is offered, for a night that cannot be, and set to failed.

The last file of this folder: the last night that has ended is the newest that there can be, and no night comes before it any
more.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import requests
from standalone.nights import DAG_ID, AirflowApiError
from support import many_nights
from support.airflow_home import AtWork
from support.receivers import Receiver

pytestmark = pytest.mark.timeout(900)
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
AS_OFFERED = {"night": None, "collect_late": False}


def open_night(running: AtWork, run_id: str) -> str:
    """The state of the run's first task."""
    return str(running.task(run_id, "open_night")["state"])


def end(running: AtWork, run_id: str) -> None:
    """Set the run to failed, and wait until it has ended: its last task tells all the same."""
    running.fail(run_id)
    running.wait_for_end(run_id)
    assert running.tasks(run_id)["tell"] == "success"


def of(running: AtWork, night: dt.date) -> list[tuple]:
    return running.rows("select state from ops.night where night = %s", [night])


def test_a_night_of_the_future_fails_at_once_is_told_and_holds_nobody_up(running: AtWork, receiver: Receiver) -> None:
    night = running.next_night()
    before = running.rows("select count(*), max(night) from ops.night")
    receiver.bodies()
    run_id = running.trigger({**AS_OFFERED, "night": "2099-01-01"})
    behind = running.trigger({"collect_late": False}, night=night)
    assert running.wait_for_end(run_id) == "failed"
    task = running.task(run_id, "open_night")
    assert (task["state"], task["try_number"]) == ("failed", 1)
    assert running.tasks(run_id)["tell"] == "success"
    said = running.errors(run_id)["open_night"]
    assert said.startswith("NightOrderError: night 2099-01-01: it has not ended yet")
    assert "\n" not in said
    bodies = [body["message"] for body in receiver.bodies()]
    assert [body for body in bodies if "Tác vụ open_night của Dag nightly_reconciliation đã thất bại" in body] != []

    assert running.wait_for(lambda: open_night(running, behind) in ("success", "failed"))
    assert open_night(running, behind) == "success"
    assert running.task(behind, "open_night")["try_number"] == 1
    assert running.rows("select count(*) from ops.night where night >= '2099-01-01'") == [(0,)]
    assert running.rows("select count(*), max(night) from ops.night") == [(before[0][0] + 1, night)]
    end(running, behind)
    assert of(running, night) == [("open",)]  # its run died


def test_a_run_that_is_failed_while_it_waits_frees_the_queue(
    running: AtWork, capsys: pytest.CaptureFixture[str]
) -> None:
    """The night after one whose run has died waits for it; the run that would finish that one stands behind it."""
    unfinished = running.rows("select night from ops.night where state = 'open'")[-1][0]
    waiting = running.trigger({"collect_late": False}, night=running.next_night())
    running.wait_for(lambda: open_night(running, waiting) == "up_for_retry")
    behind = running.trigger({"collect_late": False}, night=unfinished)
    assert running.run(behind)["state"] == "queued"
    running.nights._say_what_it_waits_for(behind)  # as `make night` does while it follows it
    assert (
        f"  waiting for run {waiting} of night {running.run(waiting)['partition_key']}, since "
        in capsys.readouterr().out
    )
    end(running, waiting)
    assert running.wait_for(lambda: open_night(running, behind) in ("success", "failed"))
    assert open_night(running, behind) == "success"
    end(running, behind)
    assert running.errors(waiting) == {}  # it failed of nothing: somebody ended it
    many_nights.abandon(running.dsn, unfinished)


@pytest.mark.parametrize("night", ["yesterday", "2024-02-30", "19/04/2024", ""])
def test_the_form_refuses_what_is_no_night(running: AtWork, night: str) -> None:
    """Before there is a run: none has to be looked at and deleted."""
    before = len(running.runs())
    with pytest.raises(AirflowApiError, match="400"):
        running.trigger({**AS_OFFERED, "night": night})
    assert len(running.runs()) == before


def test_the_form_says_in_vietnamese_and_english_which_night_is_the_default(running: AtWork) -> None:
    offered = running.api("GET", f"/dags/{DAG_ID}/details")["params"]["night"]
    assert offered["value"] is None
    assert "đêm gần nhất đã kết thúc" in offered["schema"]["title"] + offered["description"]
    assert "the last night that has ended" in offered["description"]


def test_the_page_shows_times_in_the_provinces_zone(running: AtWork) -> None:
    page = requests.get(f"{running.airflow.url}/dags", headers={"Accept": "text/html"}, timeout=60).text
    assert "<head><script>localStorage.timezone ??= " in page
    assert "Asia/Ho_Chi_Minh" in page


def test_the_form_as_it_is_offered_takes_the_last_night_that_has_ended(running: AtWork) -> None:
    run_id = running.trigger({})
    night = dt.datetime.fromisoformat(running.run(run_id)["run_after"]).astimezone(LOCAL).date() - dt.timedelta(days=1)
    assert running.run(run_id)["partition_key"] is None
    assert running.wait_for(lambda: open_night(running, run_id) in ("success", "failed"))
    assert open_night(running, run_id) == "success"
    running.fail(run_id)  # it would collect for nothing: the simulated systems live in another year
    key = f"/dags/{DAG_ID}/dagRuns/{run_id}/taskInstances/open_night/xcomEntries/return_value"
    assert running.api("GET", key)["value"]["__data__"] == str(night)  # as Airflow keeps a date
    told = [line["event"] for line in running.log(run_id, "open_night")]
    assert f"no night was requested: {night} is the last that had ended when this run was due" in told
    assert running.rows("select night from ops.night where run_id = %s", [run_id]) == [(night,)]
    running.wait_for_end(run_id)
