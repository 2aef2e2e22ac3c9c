"""Every way in which an answer or a file can be made to go wrong, over HTTP, on systems of each kind."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from contract import moment
from sandbox.http.faults import KINDS
from support.sandbox_served import Served

Ask = Callable[[], requests.Response]
REALM = "/auth/realms/digo/protocol/openid-connect/token"


def igate(world: Served) -> Ask:
    headers = world.bearer(REALM)
    return lambda: world.get("/pa/dossier/search", params={"size": 20}, headers=headers)


def registration(world: Served) -> Ask:
    headers = world.bearer("/platform/token")
    rows = [row for line in world.key() for row in line["ministry"] if row["source"] == "business_registration"]
    day = dt.date.fromisoformat(Counter(row["received_date"] for row in rows).most_common(1)[0][0])
    days = {"from_date": f"{day - dt.timedelta(days=2):%d/%m/%Y}", "to_date": f"{day + dt.timedelta(days=2):%d/%m/%Y}"}
    return lambda: world.get("/csdldkdn/danhSachHoSo", params=days, headers=headers)


def licences(world: Served) -> Ask:
    headers = {**world.bearer("/platform/token"), "MaDonVi": "H37.08", "ApiKey": world.api_key}
    return lambda: world.get("/apiGTVT/danhsachhoso", headers=headers)


SYSTEMS = {"igate": igate, "business_registration": registration, "driving_licence": licences}


@pytest.fixture(params=SYSTEMS)
def asked(request: pytest.FixtureRequest, world: Served) -> tuple[str, Ask]:
    """A system's name and a way to ask it for rows."""
    return request.param, SYSTEMS[request.param](world)


def test_a_fault_spoils_as_many_answers_as_told_and_no_more(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    world.fault(name, "server_error", count=2, after=1)
    assert [ask().status_code for _ in range(4)] == [200, 500, 500, 200]


def test_whole_answers(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    world.fault(name, "rate_limit", seconds=7)
    answer = ask()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    world.fault(name, "html_200")
    answer = ask()
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")
    world.fault(name, "empty_body")
    assert (ask().content, ask().content != b"") == (b"", True)
    world.fault(name, "redirect", to="http://elsewhere.invalid/x")
    answer = ask()
    assert (answer.status_code, answer.headers["location"]) == (302, "http://elsewhere.invalid/x")


def test_a_body_that_breaks_off(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    world.fault(name, "cut_off")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask()


@pytest.mark.parametrize(("field", "to"), [("error_code", "-3"), ("Status", "0"), ("code", -302), ("error_code", 3)])
def test_an_application_error_comes_with_status_200(world: Served, asked: tuple[str, Ask], field: str, to: Any):
    name, ask = asked
    world.fault(name, "application_error", field=field, to=to)
    answer = ask()
    assert answer.status_code == 200
    assert answer.json()[field] == to
    assert not any(isinstance(value, list) for value in answer.json().values())


def test_an_endless_body_is_streamed_and_its_end_is_right(world: Served):
    ask = igate(world)
    plain = ask().json()
    world.fault("igate", "huge", size=3_000_000)
    answer = ask()
    assert "content-length" not in answer.headers
    assert len(answer.content) > 2_900_000
    assert answer.json()["totalElements"] == plain["totalElements"]


def test_a_body_of_2_gigabytes_needs_no_memory_here(world: Served):
    headers = world.bearer(REALM)
    world.fault("igate", "huge", size=2**31)
    with world.get("/pa/dossier/search", headers=headers, stream=True) as answer:
        first = sum(len(piece) for piece in itertools.islice(answer.iter_content(65_536), 100))
    assert first > 5_000_000
    assert world.get("/health").status_code == 200, "who hangs up leaves it in peace"


def test_a_packed_body_grows_a_hundredfold(world: Served):
    ask = igate(world)
    world.fault("igate", "bomb", size=4_000_000)
    answer = ask()
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.content) > 3_900_000


def rows_in(content: Any) -> list[dict[str, Any]]:
    return content.get("content") or content.get("data") or content.get("Data")


def test_totals_that_do_not_match(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    total = {"igate": "totalElements", "business_registration": "DataCount", "driving_licence": "total"}[name]
    right = ask().json()[total]
    world.fault(name, "wrong_total")
    assert ask().json()[total] == right + 7


def fields_of(answer: requests.Response, name: str) -> list[Any]:
    """Every value of a field, wherever it stands; None where a row lacks it."""
    rows = [row.get("MainInformation", row) for row in rows_in(answer.json())]
    return [row.get(name, "is missing") for row in rows]


def test_fields_that_are_missing_or_of_another_type_or_value(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    field = {"igate": "code", "business_registration": "RECEIPT_DATE", "driving_licence": "MaHoSo"}[name]
    if name == "igate":  # "code" stands in procedures and units too
        field = "appliedDate"
    right = fields_of(ask(), field)
    assert "is missing" not in right
    world.fault(name, "missing_field", field=field)
    assert set(fields_of(ask(), field)) == {"is missing"}
    world.fault(name, "missing_field", field=field, nth=1)
    assert fields_of(ask(), field) == ["is missing", *right[1:]]
    world.fault(name, "changed_type", field=field, nth=1)
    assert fields_of(ask(), field) == [12_345, *right[1:]]
    world.fault(name, "changed_value", field=field, to="31/02/2024", nth=1)
    assert fields_of(ask(), field) == ["31/02/2024", *right[1:]]
    world.fault(name, "broken_character", field=field, nth=1)
    assert fields_of(ask(), field) == [f"{right[0]}\ud800", *right[1:]]
    world.fault(name, "changed_shape", field=field, to="other")
    assert fields_of(ask(), "other") == right


def test_two_time_zones_say_the_same_moments(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    field = {"igate": "updatedDate", "business_registration": "RECEIPT_DATE", "driving_licence": "NgayTiepNhan"}[name]
    right = [moment(text) for text in fields_of(ask(), field)]
    world.fault(name, "two_timezones")
    texts = fields_of(ask(), field)
    assert any(text.endswith("Z") for text in texts)
    assert not all(text.endswith("Z") for text in texts)
    told = [moment(text.replace("Z", "+00:00")) for text in texts]
    assert [at.replace(microsecond=0) for at in told] == [at.replace(microsecond=0) for at in right]


def test_vietnamese_in_nfd(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    right = ask().json()
    world.fault(name, "decomposed")
    text = ask().text
    assert not unicodedata.is_normalized("NFC", text)
    assert json.loads(unicodedata.normalize("NFC", text)) == right


def test_the_same_row_twice(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    right = rows_in(ask().json())
    world.fault(name, "repeated")
    assert rows_in(ask().json()) == [*right, right[0]]


def test_half_an_answer_claims_to_be_whole(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    right = ask().content
    world.fault(name, "half_written")
    assert ask().content == right[: len(right) // 2]


def test_a_row_is_skipped(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    right = rows_in(ask().json())
    world.fault(name, "skipped")
    assert rows_in(ask().json()) == right[1:]


def test_a_fault_may_be_meant_for_one_query(world: Served):
    headers = world.bearer(REALM)
    world.fault("igate", "skipped", count=None, path="remove-status=0")
    shown, all_rows = (
        world.get("/pa/dossier/search", params={"size": 20, **more}, headers=headers).json()["content"]
        for more in ({"remove-status": 0}, {})
    )
    assert (len(shown), len(all_rows)) == (19, 20)


def test_a_hollow_answer_keeps_its_fields(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    right = ask().json()
    world.fault(name, "hollow")
    answer = ask().json()
    assert answer.keys() == right.keys()
    assert not rows_in(answer)


def test_one_row_without_its_list(world: Served):
    headers = world.bearer(REALM)
    world.fault("igate", "bare", path="search")
    answer = world.get("/pa/dossier/search", params={"size": 1}, headers=headers).json()
    assert answer["content"]["id"]


def test_pages_without_an_end(world: Served):
    headers = world.bearer(REALM)

    def page(number: int) -> dict[str, Any]:
        return world.get("/pa/dossier/search", params={"page": number, "size": 1000}, headers=headers).json()

    world.fault("igate", "endless", count=None, path="search")
    answers = [page(number) for number in range(20)]
    ids = [row["id"] for answer in answers for row in answer["content"]]
    assert len(ids) == len(set(ids))
    assert answers[-1]["content"], f"{len(ids)} rows of {answers[0]['totalElements']}, and more"
    assert {answer["last"] for answer in answers} == {False}


def test_tokens_end_in_the_middle(world: Served, asked: tuple[str, Ask]):
    name, ask = asked
    world.fault(name, "expired_session")
    assert ask().status_code == 401
    assert SYSTEMS[name](world)().status_code == 200


def test_pages_shift_while_they_are_read(world: Served):
    headers = world.bearer(REALM)

    def page(number: int) -> list[str]:
        answer = world.get("/pa/dossier/search", params={"page": number, "size": 10}, headers=headers)
        return [row["id"] for row in answer.json()["content"]]

    first = page(0)
    world.fault("igate", "drift")
    assert page(0) == first
    assert page(1)[0] == first[-1]


_NO_FAULTS: list[dict[str, Any]] = [
    {"kind": "html_200"},
    {"system": "igate", "kind": "gremlins"},
    {"system": "igate", "kind": "huge", "bytes": 1},
]


@pytest.mark.parametrize("told", _NO_FAULTS)
def test_a_fault_that_is_none_is_refused(world: Served, told: dict[str, Any]):
    assert world.post("/control/faults", json=told).status_code == 400


def test_a_huge_file_takes_no_room(world: Served):
    world.fault("judicial_record", "huge", size=200_000_000)
    world.set_clock(world.now)
    [path] = (world.inbox / "judicial_record").iterdir()
    assert path.stat().st_size == 200_000_000
    assert path.stat().st_blocks * 512 < 1_000_000


def test_faults_of_files_are_meant_for_the_system_that_they_name(world: Served):
    world.fault("judicial_record", "missing")
    names = world.set_clock(world.now + dt.timedelta(days=1))
    assert [name for name in names if name.startswith("DanhSachHoSo")]
    assert not [name for name in names if name.startswith("LyLichTuPhap")]


def test_a_mad_system_agrees_with_itself(world: Served):
    """One hundred rows of a search as they are, and as each madness makes them: its totals are right."""
    headers = world.bearer(REALM)

    def ask() -> dict[str, Any]:
        return world.get("/pa/dossier/search", params={"size": 100}, headers=headers).json()

    sane = ask()
    mad = {}
    for kind in ("a_tenth", "new_status", "other_province"):
        world.fault("igate", kind, count=2, path="search")
        mad[kind] = ask()
        assert ask() == mad[kind]
        assert ask() == sane
    ids = {kind: {row["id"] for row in answer["content"]} for kind, answer in mad.items()}
    assert 0 < mad["a_tenth"]["totalElements"] < sane["totalElements"] / 5
    assert mad["new_status"]["totalElements"] == mad["other_province"]["totalElements"] == sane["totalElements"]
    [stopped] = {row["dossierStatus"]["name"] for row in mad["new_status"]["content"]}
    assert stopped.startswith("Dừng")
    assert len({row["dossierStatus"]["name"] for row in sane["content"]}) > 1
    assert not any("H37" in row["code"] for row in mad["other_province"]["content"])
    assert not ids["other_province"] & {row["id"] for row in sane["content"]}


def test_every_kind_of_fault_is_tried_here_or_with_the_files():
    sources = (Path(__file__), Path(__file__).with_name("test_export_wire.py"))
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert {kind for kind in set(KINDS) - {"latency"} if f'"{kind}"' not in text} == set()
