"""What an OpenCPS may send that is wrong: named by consequence or set apart, and the rest goes on (issue 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect import collect
from doisoat.collect.expected import NothingHeld
from doisoat.collect.landing import Landing, Versions
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.model import WHOLE, Cell
from doisoat.sources.contract import Limits
from doisoat.sources.opencps.source import Opencps, OpencpsOptions
from support.opencps_server import GROUP, SEARCH, FakeOpencps, opencps_connection, opencps_row
from support.servers import CANARIES, LOCAL, SECRET, Reply, serving

MARCH = dt.date(2024, 3, 1)
NIGHT = dt.date(2024, 4, 17)
VERSIONS = Versions(doisoat="0", config_fingerprint="f", reference_hash="r")


@pytest.fixture
def fake() -> Iterator[FakeOpencps]:
    system = FakeOpencps([opencps_row(number) for number in range(25)])
    with serving(system):
        yield system


def _source(fake: FakeOpencps, *, group_id: str = GROUP, **connection: Any) -> Opencps:
    return Opencps(
        "opencps",
        options=OpencpsOptions(group_id=group_id),
        limits=Limits(page_size=10, patience_seconds=0),
        connection=opencps_connection(fake.port, **connection),
        timezone=LOCAL,
    )


def _pull(fake: FakeOpencps, root: Path) -> Landing:
    return collect(
        _source(fake), province_id="p", night=NIGHT, held=NothingHeld(), landing_root=root, versions=VERSIONS
    )


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"dossierId": None}, "no_record_id", "dossierId"),
        ({"dossierId": 0}, "no_record_id", "dossierId"),
        ({"dossierId": CANARIES[0]}, "no_record_id", "dossierId"),
        ({"dossierId": {"id": CANARIES[0]}}, "wrong_shape", "dossierId"),
        ({"dossierNo": "H37.17\u0000"}, "unprintable_text", "dossierNo"),
        ({"dossierStatus": [CANARIES[0]]}, "wrong_shape", "dossierStatus"),
        ({"govAgencyName": 7}, "wrong_shape", "govAgencyName"),
        ({"receiveDate": "31/02/2024 08:00:00"}, "impossible_date", "receiveDate"),
        ({"receiveDate": ""}, "no_receipt_date", "receiveDate"),
        ({"receiveDate": "05/03/2014 08:00:00"}, "outside_window", "receiveDate"),
        ({"dueDate": "12-03-2024"}, "impossible_date", "dueDate"),
        ({"modifiedDate": "01/01/0024 00:00:00"}, "impossible_date", "modifiedDate"),
    ],
)
def test_a_bad_row_is_set_apart_and_the_rest_goes_on(
    fake: FakeOpencps, changes: dict, reason: str, field: str, tmp_path: Path
) -> None:
    fake.rows.append(opencps_row(99, at="05/03/2024 08:00:00") | changes)
    landing = _pull(fake, tmp_path)
    certificate = landing.certificate
    assert certificate.is_complete, certificate.incomplete_reason
    assert (certificate.decoded, certificate.quarantined) == (25, 1)
    (row,) = landing.quarantined()
    assert (row.reason, row.field) == (reason, field)
    assert not any(canary in str(row) for canary in CANARIES)


def test_a_date_that_cannot_be_read_and_is_in_no_window_is_found_among_the_undated(
    fake: FakeOpencps, tmp_path: Path
) -> None:
    fake.rows += [opencps_row(99, receiveDate="99/99/2024 00:00:00"), opencps_row(98, day=None)]
    landing = _pull(fake, tmp_path)
    assert landing.certificate.is_complete, landing.certificate.incomplete_reason
    assert (landing.certificate.decoded, landing.certificate.quarantined) == (26, 1)


@pytest.mark.parametrize("missing", sorted(set(opencps_row(1)) - {"dossierId", "receiveDate"}))
def test_a_missing_field_is_unknown(fake: FakeOpencps, missing: str) -> None:
    row = opencps_row(1)
    del row[missing]
    fake.rows = [row]
    assert [page.received for page in _source(fake).list_cell(Cell(MARCH))] == [1]


@pytest.mark.parametrize("empty", [None, ""])
def test_empty_fields_are_unknown(fake: FakeOpencps, empty: str | None) -> None:
    kept = {"dossierId", "receiveDate", "originality", "govAgencyCode", "systemId", "dossierStatus"}
    fake.rows = [{key: value if key in kept else empty for key, value in opencps_row(1).items()}]
    (page,) = _source(fake).list_cell(Cell(MARCH))
    assert page.quarantined == []
    assert page.records[0].dossier_code is None
    assert page.records[0].updated_at is None


def test_an_unknown_status_is_kept_as_stated(fake: FakeOpencps) -> None:
    fake.rows = [opencps_row(1, dossierStatus="Chờ liên thông")]
    (page,) = _source(fake).list_cell(Cell(MARCH))
    assert page.records[0].status_code == "Chờ liên thông"


def test_a_page_of_which_no_row_can_be_read_is_a_changed_contract(fake: FakeOpencps) -> None:
    fake.rows = [opencps_row(number, dueDate={"v": CANARIES[1]}) for number in range(6)]
    with pytest.raises(SourceChangedError, match="dueDate: wrong_shape") as caught:
        list(_source(fake).list_cell(Cell(MARCH)))
    assert CANARIES[1] not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [
        ({"message": CANARIES[0], "code": 203, "description": CANARIES[1]}, 203, SourceRejectedError),
        ({"message": CANARIES[0], "code": 403}, 403, SourceRejectedError),
        ({"data": []}, 200, SourceChangedError),
        ({"total": None, "data": []}, 200, SourceChangedError),
        ({"total": -1, "data": []}, 200, SourceChangedError),
        ({"total": "25", "data": []}, 200, SourceChangedError),
        ({"total": 1, "data": {"applicantName": CANARIES[0]}}, 200, SourceChangedError),
        ({"total": 1, "data": [CANARIES[0]]}, 200, SourceChangedError),
        ([{"total": 1}], 200, SourceChangedError),
        (b'{"total": 1, "data": [{"applicantName": "' + CANARIES[0].encode(), 200, SourceUnavailableError),
        ({}, 500, SourceUnavailableError),
    ],
)
def test_an_answer_that_is_not_the_contract_is_named_by_consequence(
    fake: FakeOpencps, answer: object, status: int, expected: type[Exception]
) -> None:
    fake.always(Reply(answer, status), on=SEARCH)
    with pytest.raises(expected) as caught:
        _source(fake).count(WHOLE)
    assert type(caught.value) is expected
    assert not any(canary in str(caught.value) for canary in (*CANARIES, SECRET))


def test_an_account_that_is_not_known_is_refused_although_the_status_says_success(fake: FakeOpencps) -> None:
    with pytest.raises(SourceRejectedError, match="login and password") as caught:
        _source(fake, password="not the one").probe()
    assert "not the one" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="login and password"):
        _source(fake, password=None)


def test_another_site_holds_nothing_of_ours(fake: FakeOpencps) -> None:
    assert _source(fake, group_id="1").count(WHOLE).value == 0
    with pytest.raises(ValueError, match="group_id"):
        OpencpsOptions(group_id="lang-son")


def test_paging_that_takes_no_notice_of_start_is_noticed(fake: FakeOpencps) -> None:
    fake.always(Reply({"total": 9, "data": [opencps_row(number) for number in range(3)]}), on=SEARCH)
    with pytest.raises(SourceChangedError, match="the same page as before"):
        list(_source(fake)._search.walk({}))


def test_a_total_that_no_listing_reaches_leaves_the_month_incomplete(fake: FakeOpencps, tmp_path: Path) -> None:
    """The index counts a row that it does not show."""
    honest = fake.answer

    def answer(request: Any) -> Reply:
        reply = honest(request)
        if request.path == SEARCH and "originality" not in request.query and isinstance(reply.body, bytes):
            reply.body = reply.body.replace(b'"total": 25', b'"total": 26')
        return reply

    fake.answer = answer  # type: ignore[method-assign]
    certificate = _pull(fake, tmp_path).certificate
    assert not certificate.is_complete
    assert certificate.decoded >= 25


def test_a_record_that_moves_while_we_walk_is_not_lost(fake: FakeOpencps, tmp_path: Path) -> None:
    """After the first page its rows leave it, so that the next one skips as many."""
    moved: list[int] = []

    def move(query: dict[str, str]) -> None:
        if not moved and query["start"] == "0" and "originality" not in query:
            for row in fake.rows[:5]:
                row["createDate"] = "31/03/2024 00:00:00"
                moved.append(row["dossierId"])

    fake.after_page = move
    landing = _pull(fake, tmp_path)
    assert landing.certificate.is_complete
    found = b"".join(landing.records_csv())
    assert all(str(row["dossierId"]).encode() in found for row in fake.rows)
    assert moved


def test_the_same_record_twice_is_counted_once_and_said(fake: FakeOpencps, tmp_path: Path) -> None:
    fake.rows.append(opencps_row(3))
    landing = _pull(fake, tmp_path)
    assert landing.certificate.is_complete, landing.certificate.incomplete_reason
    totals = {total.measure: total.value for total in landing.totals() if total.period_kind == "all"}
    assert (totals["dossiers"], totals["repeated_rows"]) == (26, 1), "the source counts 26 rows and shows 25 dossiers"
