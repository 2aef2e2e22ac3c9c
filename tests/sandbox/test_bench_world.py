"""The static province of `make bench`, as `python -m sandbox serve --bench` serves it over HTTP (CONTRACTS section 3)."""

from __future__ import annotations

import datetime as dt
import email.utils
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

DOSSIERS, PAGE_SIZE = 1_500, 200
PROJECT = Path(__file__).parents[2]
SECRET = "a-secret-of-this-test"
WITHOUT_RECEIPT = ["0", "8"]  # submitted; refused


class Served:
    """A server of the bench world and a client that is logged in."""

    def __init__(self, file: Path) -> None:
        command = [sys.executable, "-m", "sandbox", "serve", "--bench", str(DOSSIERS), "--bench-file", str(file)]
        command += ["--client-id", "tester", "--client-secret", SECRET]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT / "include")}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        told = json.loads(self.process.stdout.readline())
        self._base = f"http://127.0.0.1:{told['port']}"
        self._session = requests.Session()
        form = {"grant_type": "client_credentials", "client_id": "tester", "client_secret": SECRET}
        path = "/auth/realms/digo/protocol/openid-connect/token"
        token = self._session.post(self._base + path, data=form, timeout=30).json()["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def search(self, **query: Any) -> requests.Response:
        answer = self._session.get(self._base + "/pa/dossier/search", params=query, timeout=30)
        answer.raise_for_status()
        return answer

    def count(self, **query: Any) -> int:
        return int(self.search(page=0, size=1, spec="page", **query).json()["totalElements"])

    def walk(self, **query: Any) -> list[dict[str, Any]]:
        """Every row of a listing, page after page until one says that it is the last."""
        rows: list[dict[str, Any]] = []
        for page in itertools.count():
            answer = self.search(page=page, size=PAGE_SIZE, spec="slice", sort="updatedDate,desc", **query).json()
            rows += answer["content"]
            if answer["last"]:
                return rows
            assert len(answer["content"]) == PAGE_SIZE
        raise AssertionError  # pragma: no cover - itertools.count has no end

    def stop(self) -> None:
        self._session.close()
        self.process.terminate()
        self.process.communicate()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench") / "rows"


@pytest.fixture(scope="module")
def served(file: Path) -> Iterator[Served]:
    server = Served(file)
    yield server
    server.stop()


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def month_windows() -> Iterator[dict[str, str]]:
    months = [dt.date(year, month, 1) for year in (2022, 2023, 2024) for month in range(1, 13)]
    for first, following in itertools.pairwise(months):
        yield {"accepted-from": str(first), "accepted-to": str(following - dt.timedelta(days=1))}


def test_pages_join_up_to_every_dossier_once_newest_update_first(served: Served) -> None:
    rows = served.walk()
    assert len(rows) == served.count() == DOSSIERS
    assert len({row["id"] for row in rows}) == DOSSIERS
    assert len({row["code"] for row in rows}) == DOSSIERS
    updates = [moment(row["updatedDate"]) for row in rows]
    assert updates == sorted(updates, reverse=True)


def test_months_and_the_undated_add_up_to_the_whole(served: Served) -> None:
    counts = [served.count(**window) for window in month_windows()]
    assert sum(count > 0 for count in counts) in (16, 17)
    undated = [row for row in served.walk() if row["acceptedDate"] is None]
    assert 0 < len(undated) < DOSSIERS / 50
    assert sum(counts) + len(undated) == DOSSIERS
    assert {str(row["dossierStatus"]["id"]) for row in undated} <= set(WITHOUT_RECEIPT)


def test_a_window_lists_what_it_counts_and_nothing_from_outside(served: Served) -> None:
    window = {"accepted-from": "2023-10-01", "accepted-to": "2023-12-31"}
    rows = served.walk(**window)
    assert len(rows) == served.count(**window) > PAGE_SIZE
    local = dt.timezone(dt.timedelta(hours=7))
    days = {moment(row["acceptedDate"]).astimezone(local).date() for row in rows}
    assert dt.date(2023, 10, 1) <= min(days) <= max(days) <= dt.date(2023, 12, 31)
    assert {row["id"] for row in rows} < {row["id"] for row in served.walk()}


def test_a_few_are_removed_and_only_hidden_when_asked_for(served: Served) -> None:
    shown = {row["id"] for row in served.walk(**{"remove-status": "0"})}
    removed = {row["id"] for row in served.walk()} - shown
    assert 0 < len(removed) < DOSSIERS / 50
    assert served.count(**{"remove-status": "0"}) == len(shown) == DOSSIERS - len(removed)


def test_a_unit_lists_its_own_and_what_stands_below_it(served: Served) -> None:
    unit = served.walk()[0]["agency"]
    rows = served.walk(**{"ancestor-agency-id": unit["id"]})
    above = [[row["agency"]["id"], *(one["id"] for one in row["agency"]["ancestors"])] for row in rows]
    assert all(unit["id"] in ids for ids in above)
    assert len(rows) == sum(
        unit["id"] in (row["agency"]["id"], *(one["id"] for one in row["agency"]["ancestors"])) for row in served.walk()
    )


def test_every_row_holds_personal_canaries(served: Served) -> None:
    for row in served.walk():
        assert "Canary" in row["applicant"]["data"]["fullname"]
        assert re.fullmatch(r"091999\d{6}", row["applicant"]["data"]["identityNumber"])
        assert row["applicant"]["data"]["email"].endswith("@canary.invalid")


def test_nothing_lies_after_the_moment_that_the_clock_shows(served: Served) -> None:
    now = dt.datetime(2024, 4, 19, 18, tzinfo=dt.UTC)
    told = email.utils.parsedate_to_datetime(served.search(page=0, size=1).headers["Date"])
    assert now <= told < now + dt.timedelta(hours=1)  # it starts there and runs on
    for row in served.walk():
        assert moment(row["updatedDate"]) <= now
        assert row["completedDate"] is None or moment(row["completedDate"]) <= now


def test_the_file_is_kept_while_it_fits_and_made_anew_when_it_does_not(served: Served, file: Path) -> None:
    first_page = served.search(page=0, size=PAGE_SIZE).content
    made, index = file.stat().st_mtime_ns, file.with_name("rows.npz")
    again = Served(file)
    assert again.search(page=0, size=PAGE_SIZE).content == first_page
    again.stop()
    assert file.stat().st_mtime_ns == made
    copy = file.with_name("cut off")
    copy.write_bytes(file.read_bytes()[:-1])
    copy.with_name("cut off.npz").write_bytes(index.read_bytes())
    anew = Served(copy)
    assert anew.search(page=0, size=PAGE_SIZE).content == first_page
    anew.stop()
    assert copy.read_bytes() == file.read_bytes()
