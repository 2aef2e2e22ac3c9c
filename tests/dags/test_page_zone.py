"""The page that Airflow sends shows times in the province's zone; everything else passes as it is."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.testclient import TestClient
from orchestration.page_zone import ProvincesZone, provinces_zone

PAGE = "<!doctype html><html><head><title>Airflow</title></head><body>" + "x" * 2000 + "</body></html>"
LINE = """<head><script>localStorage.timezone ??= "\\"Asia/Ho_Chi_Minh\\""</script><title>"""
BROWSER = {"accept": "text/html,application/xhtml+xml", "accept-encoding": "gzip"}


def served(zone: str | None) -> TestClient:
    """A page, a text and an answer of an API behind the middleware, as Airflow's own app compresses them."""
    from fastapi.middleware.gzip import GZipMiddleware

    app = FastAPI()
    app.get("/page", response_class=HTMLResponse)(lambda: PAGE)
    app.get("/text", response_class=PlainTextResponse)(lambda: "<head>")
    app.get("/api")(lambda: {"head": "<head>"})
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(ProvincesZone, zone=lambda: zone)
    return TestClient(app)


def test_a_page_gets_the_zone_and_nothing_else_is_touched() -> None:
    client = served("Asia/Ho_Chi_Minh")
    for _ in range(2):
        page = client.get("/page", headers=BROWSER)
        assert page.text == PAGE.replace("<head><title>", LINE)
    assert client.get("/page", headers={"accept": "application/json"}).text == PAGE
    assert client.get("/text", headers=BROWSER).text == "<head>"
    assert client.get("/api", headers=BROWSER).json() == {"head": "<head>"}
    assert client.get("/nowhere", headers=BROWSER).status_code == 404


def test_a_province_file_that_cannot_be_read_leaves_the_page_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOISOAT_PROVINCE", "/nowhere.yaml")
    assert provinces_zone() is None
    assert served(None).get("/page", headers=BROWSER).text == PAGE
