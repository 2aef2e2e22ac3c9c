"""The page in Airflow's navigation: behind its login and rights, with numbers of the nights that this Airflow ran."""

from __future__ import annotations

import re
import subprocess
import sys

import requests
from orchestration.page import IN_NAVIGATION
from standalone.airflow import LOGIN
from support.airflow_home import AtWork

#: Prints a login of Airflow's simple manager, by the secrets of a home: one that its list of users need not have.
TOKEN = """
import sys
from airflow.api_fastapi.app import create_auth_manager
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
print(create_auth_manager().generate_jwt(SimpleAuthManagerUser(username=sys.argv[1], role=sys.argv[2])))
"""


def logged_in(running: AtWork, name: str, role: str) -> requests.Session:
    """A browser of that account."""
    command = [sys.executable, "-c", TOKEN, name, role]
    done = subprocess.run(command, env=running.inside, capture_output=True, text=True, check=True)
    session = requests.Session()
    session.cookies.set("_token", done.stdout.split()[-1])  # as Airflow's own page keeps it
    return session


def test_the_page_stands_in_airflows_navigation_behind_its_login(running: AtWork) -> None:
    address = f"{running.airflow.url}/doisoat"
    for path in ("/", "/gaps", "/export/gaps/gaps.csv"):
        anonymous = requests.get(address + path, timeout=60)
        assert anonymous.status_code == 401
        assert "Hãy đăng nhập Airflow" in anonymous.text
    assert requests.post(f"{address}/decisions", data={"token": "x"}, timeout=60).status_code == 401
    (ours,) = [one for one in running.api("GET", "/plugins")["plugins"] if one["name"] == "doisoat"]
    assert [view["href"] for view in ours["external_views"]] == [IN_NAVIGATION["href"]]
    session = requests.Session()
    given = {"username": LOGIN, "password": running.airflow.password}
    token = session.post(f"{running.airflow.url}/auth/token", json=given, timeout=30).json()["access_token"]
    session.cookies.set("_token", token)
    page = session.get(f"{address}/", timeout=60)
    assert page.status_code == 200
    (night, gaps) = running.rows("select night, count(*) from mart.gap where is_latest group by 1")[0]
    assert f"Đêm {night:%d/%m/%Y}" in page.text
    assert re.search(rf"href=\"/doisoat/gaps\?night={night}\">{gaps:,}<".replace(",", "."), page.text)
    styles = re.findall(r'href="([^"]*page\.css)"', page.text)
    assert requests.get(running.airflow.url + styles[0], timeout=30).status_code == 200


def test_who_may_answer_approvals_decides_and_a_viewer_reads(running: AtWork) -> None:
    address = f"{running.airflow.url}/doisoat"
    (gap, dossier) = running.rows("select gap_id, dossier_id from mart.gap where is_latest order by 1 limit 1")[0]
    said = {"action": "noted", "reason": "Đã gọi điện cho đơn vị", "gap": gap}
    viewer = logged_in(running, "viewer", "viewer")
    page = viewer.get(f"{address}/gaps", timeout=60)
    assert page.status_code == 200
    assert "/decisions" not in page.text
    assert viewer.post(f"{address}/decisions", data={**said, "token": "x"}, timeout=60).status_code == 404
    admin = logged_in(running, LOGIN, "admin")
    token = re.search(r'name="token" value="(\w+)"', admin.get(f"{address}/gaps", timeout=60).text)
    assert token
    assert viewer.post(f"{address}/decisions", data={**said, "token": token[1]}, timeout=60).status_code == 404
    assert admin.post(f"{address}/decisions", data={**said, "token": "guessed"}, timeout=60).status_code == 403
    stored = admin.post(f"{address}/decisions", data={**said, "token": token[1]}, timeout=60)
    assert "Đã lưu cho 1 sai lệch." in stored.text
    decided = running.rows(
        "select dossier_id, decided_by, decided_in from ops.gap_decision order by decision_id desc limit 1"
    )
    assert decided == [(dossier, LOGIN, "page")]
    kept = running.rows("select account, act, what, rows from mart.page_use order by use_id desc limit 1")
    assert kept == [(LOGIN, "decided", "noted", 1)]
    assert admin.get(f"{address}/export/gaps/gaps.csv", timeout=60).status_code == 200
    assert running.rows("select account, act from mart.page_use order by use_id desc limit 1") == [(LOGIN, "exported")]


def test_an_account_sees_its_agency_and_one_that_nobody_named_sees_nothing(running: AtWork) -> None:
    address = f"{running.airflow.url}/doisoat"
    stranger = logged_in(running, "stranger", "admin").get(f"{address}/", timeout=60)
    assert stranger.status_code == 403
    assert "stranger" in stranger.text
    unit = logged_in(running, "unit", "user")
    assert unit.get(f"{address}/", timeout=60).url.startswith(f"{address}/gaps")
    assert unit.get(f"{address}/bridge", timeout=60).status_code == 404
    shown = set(re.findall(r"H37\.\d\d(?:\.\d\d)?(?=-)", unit.get(f"{address}/export/gaps/gaps.csv", timeout=60).text))
    assert shown <= {"H37.03"}


def test_a_night_leads_to_its_run_and_its_logs(running: AtWork) -> None:
    admin = logged_in(running, LOGIN, "admin")
    page = admin.get(f"{running.airflow.url}/doisoat/nights", timeout=60).text
    (run,) = running.rows("select run_id from mart.night_state where night = (select max(night) from mart.night)")[0]
    assert running.run(run)["state"] == "success"
    links = re.findall(r'href="(/dags/nightly_reconciliation/runs/[^"]+)"', page)
    assert any(run.split(":")[0] in link for link in links)
    assert any(link.endswith("/tasks/check_results") for link in links)
    for link in links[:1]:
        assert admin.get(running.airflow.url + link, timeout=60).status_code == 200
