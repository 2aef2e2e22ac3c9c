"""The simulated OpenCPS keeps CONTRACTS section 3, in both of its worlds: its monthly statistics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from contract import check, contract
from support.opencps_client import Client, moment
from support.sandboxes import Served, serve

CONTRACT = contract("opencps")
TOTALS = {"agency": "total", "domain": "total", "system": "total"}


@pytest.fixture(scope="module", params=["a", "b"])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def _served(variant: str) -> Iterator[Served]:
    with serve(variant, 600) as served:
        yield served


@pytest.fixture
def client(variant: str, _served: Served) -> Iterator[Client]:
    """A client; the clock is put back afterwards."""
    start = _served.world.cut_offs[-1]
    yield Client(_served, variant)
    _served.move_to(start)


def test_a_row_of_the_statistics_has_every_field_of_the_contract(client: Client, variant: str) -> None:
    rows = client.statistics(year=2024, month=3)
    assert rows
    names: set[str] = set()
    for row in rows:
        kinds = CONTRACT["statistics"]
        check(row, kinds if variant == "a" else {name: kind for name, kind in kinds.items() if name in row})
        names |= set(row)
    assert set(CONTRACT["statistics"]) <= names


def test_a_month_counts_what_was_received_in_it(client: Client) -> None:
    [total] = client.statistics(year=2024, month=3, **TOTALS)
    start = int(dt.datetime(2024, 3, 1, tzinfo=client.zone).timestamp())
    rows = [row for row in client.search(year=2024, month=3)[1] if moment(row["receiveDate"]) != start]
    assert total["receivedCount"] + total["deniedCount"] == len(rows)
    assert total["onlineCount"] == sum(row["online"] == "true" for row in rows)
    assert total["onlineCount"] + total["onegateCount"] == total["receivedCount"]
    assert total["receivedCount"] + total["remainingCount"] == total["processCount"]
    assert total["processCount"] + total["deniedCount"] == total["totalCount"]
    ended = total["releaseCount"] + total["cancelledCount"]
    assert ended + total["processingCount"] + total["waitingCount"] == total["processCount"]
    assert total["betimesCount"] + total["ontimeCount"] + total["overtimeCount"] == total["releaseCount"]
    assert total["undueCount"] + total["overdueCount"] == total["processingCount"]


def test_totals_stand_beside_their_parts(client: Client) -> None:
    [total] = client.statistics(year=2024, month=3, **TOTALS)
    for name, field in (("agency", "govAgencyCode"), ("domain", "domainCode")):
        rows = client.statistics(year=2024, month=3, **{**TOTALS, name: ""})
        parts = [row for row in rows if row.get(field)]
        assert len(rows) == len(parts) + 1
        assert len(parts) > 5
        assert sum(row["receivedCount"] for row in parts) == total["receivedCount"]
    [one] = client.statistics(year=2024, month=3, **{**TOTALS, "agency": busiest_agency(client)})
    assert 0 < one["receivedCount"] <= total["receivedCount"]
    assert one["govAgencyName"]


def busiest_agency(client: Client) -> str:
    rows = client.statistics(year=2024, month=3, domain="total", system="total")
    return str(
        max((row for row in rows if row.get("govAgencyCode")), key=lambda row: row["receivedCount"])["govAgencyCode"]
    )


def test_without_a_system_only_what_is_its_own_is_counted(client: Client) -> None:
    totals = {"year": 2024, "month": 3, "agency": "total", "domain": "total"}
    [own] = client.statistics(**totals)
    [national] = client.statistics(**totals, system="5")
    [everything] = client.statistics(**totals, system="total")
    assert own["system"] == "0"
    assert own["receivedCount"] > 0
    assert national["receivedCount"] > 0
    assert own["receivedCount"] + national["receivedCount"] <= everything["receivedCount"]


def test_month_0_is_the_year(client: Client) -> None:
    [year] = client.statistics(year=2023, month=0, **TOTALS)
    months = [row for row in client.statistics(year=2023, **TOTALS) if row["month"]]
    assert [row["month"] for row in months] == list(range(1, 13))
    assert year["receivedCount"] == sum(row["receivedCount"] for row in months)
    assert year["processingCount"] == months[-1]["processingCount"]


def test_without_a_year_there_is_nothing_and_with_minus_one_everything(client: Client) -> None:
    assert client.statistics(month=3) == []
    years = {row["year"] for row in client.statistics(year=-1, **TOTALS)}
    assert years == {2022, 2023, 2024}
    assert client.statistics(year=2025, **TOTALS) == []


def test_wrong_periods_are_not_acceptable(client: Client) -> None:
    for wrong in ({"month": 13}, {"start": 5}):
        answer = client.ask("/statistics", year=2024, **wrong)
        assert answer.status_code == 406
        assert answer.json()["faultCode"] == "500"
    assert client.ask("/statistics", year="this").status_code == 404


def test_the_running_month_grows_with_the_clock(client: Client) -> None:
    counts = []
    for night in client.served.world.cut_offs[::2]:
        client.served.move_to(night)
        [total] = client.statistics(year=2024, month=4, **TOTALS)
        counts.append(total["receivedCount"])
    assert 0 < counts[0] < counts[1]
