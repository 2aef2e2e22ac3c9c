"""What is peculiar to `GET danhsachhoso`: totals, errors with status 200, the unit's key (CONTRACTS sections 4 and 8)."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect import collect
from doisoat.collect.expected import NothingHeld
from doisoat.collect.landing import Landing, Versions
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.model import WHOLE, Cell, DossierRecord
from doisoat.sources.contract import Limits
from doisoat.sources.driving_licence.source import DrivingLicence, DrivingLicenceOptions
from support.mapi_servers import API_KEY, TOKEN_PATH, UNIT, FakeLicenceList, licence_code, list_connection, listed_row
from support.servers import CANARIES, LOCAL, SECRET, Reply, serving

MARCH = dt.date(2024, 3, 1)
PRIVATE = (*CANARIES, SECRET, API_KEY)


@pytest.fixture
def listed() -> Iterator[FakeLicenceList]:
    system = FakeLicenceList([listed_row(number) for number in range(12)])
    with serving(system):
        yield system


def _source(listed: FakeLicenceList, connection: Connection | None = None, **options: Any) -> DrivingLicence:
    given = {"access": "get", "dated_from": "2024-02-01", **options}
    return DrivingLicence(
        "driving_licence",
        options=DrivingLicenceOptions.model_validate(given),
        limits=Limits(patience_seconds=0),
        connection=connection or list_connection(listed.port),
        timezone=LOCAL,
    )


def _records(listed: FakeLicenceList, **options: Any) -> list[DossierRecord]:
    return [record for page in _source(listed, **options).list_cell(WHOLE) for record in page.records]


def _pull(source: DrivingLicence, root: Path) -> Landing:
    versions = Versions(doisoat="0", config_fingerprint="f", reference_hash="r")
    night = dt.date(2024, 4, 17)
    return collect(source, province_id="p", night=night, held=NothingHeld(), landing_root=root, versions=versions)


# totals -----------------------------------------------------------------------------------------------------------
def test_declared_totals_are_summed_where_every_window_states_one(listed: FakeLicenceList, tmp_path: Path) -> None:
    listed.held += [listed_row(90, day="01/04/2024"), listed_row(91, MaHoSo="")]
    assert [page.declared_total for page in _source(listed).list_cell(WHOLE)] == [None, None, 14]
    certificate = _pull(_source(listed), tmp_path / "one").certificate
    assert (certificate.declared_after, certificate.decoded, certificate.quarantined) == (14, 13, 1)
    assert certificate.is_complete
    listed.says_total = False
    assert _pull(_source(listed), tmp_path / "two").certificate.declared_after is None


def test_a_total_that_does_not_match_leaves_the_pull_incomplete(listed: FakeLicenceList, tmp_path: Path) -> None:
    listed.fail(None, None, Reply({"total": "13", "data": listed.held}))  # clock, February, March
    certificate = _pull(_source(listed), tmp_path).certificate
    assert not certificate.is_complete
    assert certificate.incomplete_reason == "declared 13, received 12"


def test_one_dossier_may_come_without_a_list_around_it(listed: FakeLicenceList) -> None:
    listed.always(Reply({"total": 1, "data": listed_row(3, day="01/04/2024")}), on="danhsachhoso")
    (page,) = _source(listed).list_cell(Cell(dt.date(2024, 4, 1)))
    assert [record.record_id for record in page.records] == [licence_code(3)]


@pytest.mark.parametrize(
    "body",
    [
        {"total": "nhiều", "data": []}, {"total": -1, "data": []}, {"total": {"n": 1}, "data": []},
        {"total": 3, "data": []}, {"total": 3}, {"total": 3, "data": None}, {"message": "xong"}, {"rows": []},
        {"total": 1, "data": {"hoTen": CANARIES[0]}}, {"total": 1, "data": CANARIES[0]},
    ],
)  # fmt: skip
def test_an_answer_without_rows_or_with_an_odd_total_is_a_changed_contract(listed: FakeLicenceList, body: dict) -> None:
    listed.always(Reply(body), on="danhsachhoso")
    with pytest.raises(SourceChangedError) as caught:
        _records(listed)
    assert not any(private in str(caught.value) for private in PRIVATE)


@pytest.mark.parametrize("body", [{"total": 0}, {"total": 0, "data": None}, {"total": "0", "data": ""}, {"data": []}])
def test_a_window_may_be_empty(listed: FakeLicenceList, body: dict) -> None:
    listed.always(Reply(body), on="danhsachhoso")
    assert _records(listed) == []


# errors with status 200, and the key ------------------------------------------------------------------------------
@pytest.mark.parametrize("code", [-300, -301, -302, -303, -304])
@pytest.mark.parametrize("wrap", [
    lambda code: {"error_code": code, "message": CANARIES[0]}, lambda code: {"code": str(code), "data": []},
    lambda code: {"Status": code, "total": 0, "data": None}, lambda code: code, str,
])  # fmt: skip
def test_an_error_with_status_200_is_a_refusal(listed: FakeLicenceList, code: int, wrap: Any) -> None:
    listed.always(Reply(wrap(code)), on="danhsachhoso")
    with pytest.raises(SourceRejectedError, match=f"error {code}") as caught:
        _records(listed)
    assert not any(private in str(caught.value) for private in PRIVATE)
    assert caught.value.asked.startswith("GET /apiGTVT/danhsachhoso?Start=-1&End=-1&ReceiveFromDate=01/02/2024")


@pytest.mark.parametrize("value", [5, "-1", {"a": 1}, "ERR"])
def test_an_error_of_another_number_does_not_pass_for_an_empty_window(listed: FakeLicenceList, value: Any) -> None:
    listed.always(Reply({"error_code": value, "total": 0, "data": []}), on="danhsachhoso")
    with pytest.raises(SourceRejectedError, match="error_code other than 0"):
        _records(listed)


@pytest.mark.parametrize("place", ["headers", "query"])
def test_unit_and_key_go_where_the_server_looks_for_them(listed: FakeLicenceList, place: str) -> None:
    listed.key_counts_in = place
    assert len(_records(listed)) == 12
    for extra, error in (({"api_key": "another-key", "bearer": API_KEY}, -302), ({"unit_code": "H99"}, -303)):
        with pytest.raises(SourceRejectedError, match=f"error {error}") as caught:
            list(_source(listed, list_connection(listed.port, **extra)).list_cell(WHOLE))
        assert "another-key" not in str(caught.value)


def test_the_key_can_be_kept_out_of_the_address(listed: FakeLicenceList) -> None:
    assert len(_records(listed, key_in_query=False)) == 12
    queries = [request.query for request in listed.requests if request.query]
    assert queries
    assert all(query["GovAgencyCode"] == UNIT and "APIKey" not in query for query in queries)
    assert not any(API_KEY in request.path for request in listed.requests)


def test_the_bearer_is_the_platforms_token_or_a_fixed_one_or_the_key(listed: FakeLicenceList) -> None:
    def bearers(**extra: str) -> set[str | None]:
        listed.requests.clear()
        assert len(list(_source(listed, list_connection(listed.port, **extra)).list_cell(Cell(MARCH)))) == 1
        asked = [request for request in listed.requests if request.path.endswith("danhsachhoso")]
        return {request.headers.get("Authorization") for request in asked}

    assert bearers() == {f"Bearer {API_KEY}"}
    listed.bearers = {"fixed"}
    assert bearers(bearer="fixed") == {"Bearer fixed"}
    token_url = f"http://127.0.0.1:{listed.port}{TOKEN_PATH}"
    assert all(bearer.startswith("Bearer token-") for bearer in bearers(token_url=token_url))
    token_request = next(request for request in listed.requests if request.path == TOKEN_PATH)
    assert API_KEY not in f"{dict(token_request.headers)} {token_request.query} {token_request.body!r}"


def test_a_token_that_expires_in_the_middle_is_renewed(listed: FakeLicenceList) -> None:
    listed.bearers = set()
    source = _source(listed, list_connection(listed.port, token_url=f"http://127.0.0.1:{listed.port}{TOKEN_PATH}"))
    pages = source.list_cell(WHOLE)
    next(pages)
    listed.bearers.clear()
    assert sum(page.received for page in pages) == 12


def test_no_trace_of_a_refused_certificate_repeats_the_key(listed: FakeLicenceList) -> None:
    wrong = replace(list_connection(listed.port), scheme="https")
    source = _source(listed, wrong)
    with pytest.raises((SourceRejectedError, SourceUnavailableError)) as caught:
        source._access.window(MARCH, MARCH)
    said = "".join(traceback.format_exception(caught.value))
    assert "danhsachhoso" in said
    assert not any(private in said for private in PRIVATE)


@pytest.mark.parametrize("missing", ["unit_code", "api_key"])
def test_what_the_connection_lacks_is_named(listed: FakeLicenceList, missing: str) -> None:
    with pytest.raises(ConfigurationError, match=missing) as caught:
        _source(listed, list_connection(listed.port, **{missing: ""}))
    assert not any(private in str(caught.value) for private in PRIVATE)
