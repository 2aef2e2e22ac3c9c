"""The page in Airflow's navigation: behind its login, with numbers of the nights that this Airflow ran."""

from __future__ import annotations

import re

import requests
from orchestration.page import IN_NAVIGATION
from standalone.airflow import LOGIN
from support.airflow_home import AtWork


def test_the_page_stands_in_airflows_navigation_behind_its_login(running: AtWork) -> None:
    address = f"{running.airflow.url}/doisoat"
    for path in ("/", "/gaps", "/export/gaps/gaps.csv"):
        anonymous = requests.get(address + path, timeout=60)
        assert anonymous.status_code == 401
        assert "Hãy đăng nhập Airflow" in anonymous.text
    (ours,) = [one for one in running.api("GET", "/plugins")["plugins"] if one["name"] == "doisoat"]
    assert [view["href"] for view in ours["external_views"]] == [IN_NAVIGATION["href"]]
    session = requests.Session()
    given = {"username": LOGIN, "password": running.airflow.password}
    token = session.post(f"{running.airflow.url}/auth/token", json=given, timeout=30).json()["access_token"]
    session.cookies.set("_token", token)  # as Airflow's own page keeps it
    page = session.get(f"{address}/", timeout=60)
    assert page.status_code == 200
    (night, gaps) = running.rows("select night, count(*) from mart.gap where is_latest group by 1")[0]
    assert f"Đêm {night:%d/%m/%Y}" in page.text
    assert re.search(rf"href=\"/doisoat/gaps\?night={night}\">{gaps:,}<".replace(",", "."), page.text)
    styles = re.findall(r'href="([^"]*page\.css)"', page.text)
    assert requests.get(running.airflow.url + styles[0], timeout=30).status_code == 200
