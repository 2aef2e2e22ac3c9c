"""The session protocol of the portal's exchange over real HTTP (sources/mapi/session.py; CONTRACTS sections 1, 4, 8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.sources.contract import Limits
from doisoat.sources.mapi.session import MapiOptions
from doisoat.sources.national_adapter import NationalAdapter
from support.mapi_servers import DSTCODE, HELD, UNIT, UNKNOWN, FakeAdapter, adapter_connection, portal_dossier
from support.servers import CANARIES, LOCAL, SECRET, Reply, Request, serving

PRIVATE = (*CANARIES, SECRET, "session-")


@pytest.fixture
def portal() -> Iterator[FakeAdapter]:
    system = FakeAdapter()
    with serving(system):
        yield system


def _source(portal: FakeAdapter, connection: Connection | None = None, **options: Any) -> NationalAdapter:
    return NationalAdapter(
        "national_adapter",
        options=MapiOptions.model_validate({"dstcode": DSTCODE, **options}),
        limits=Limits(patience_seconds=0),
        connection=connection or adapter_connection(portal.port),
        timezone=LOCAL,
    )


def _clean(error: BaseException) -> str:
    said = str(error)
    assert not any(private in said for private in PRIVATE), said
    return said


# session ----------------------------------------------------------------------------------------------------------
def test_one_login_serves_many_calls(portal: FakeAdapter) -> None:
    source = _source(portal)
    assert [source.look_up(code).is_held for code in (HELD, UNKNOWN, HELD)] == [True, False, True]
    assert portal.logins == 1
    assert source.requests_made == len(portal.requests) == 4


INVALID = [
    {"error_code": "-1", "message": "Phiên làm việc không tồn tại hoặc đã hết hạn"},
    {"error_code": -5, "error_message": "Phien lam viec da het han"},
    {"error_code": "401", "message": "Không tìm thấy SESSION"},
    {"error_code": "7", "message": "Phie\u0302n kho\u0302ng ho\u031b\u0323p le\u0323\u0302"},  # decomposed
    Reply({}, 401),
]


@pytest.mark.parametrize("said", INVALID)
def test_a_session_that_expires_in_the_middle_is_renewed(portal: FakeAdapter, said: Any) -> None:
    portal.session_life, portal.expires_with = 2, said
    source = _source(portal)
    assert [source.look_up(code).is_held for code in (HELD, UNKNOWN, HELD, UNKNOWN, HELD)] == [
        True, False, True, False, True,
    ]  # fmt: skip
    assert portal.logins == 3


@pytest.mark.parametrize("said", INVALID)
def test_a_session_that_is_refused_twice_is_a_refusal_and_never_not_found(portal: FakeAdapter, said: Any) -> None:
    portal.session_life, portal.expires_with = 0, said
    with pytest.raises(SourceRejectedError) as caught:
        _source(portal).look_up(UNKNOWN)
    _clean(caught.value)
    assert portal.logins == 2
    assert len(portal.calls) == 2


def test_what_a_session_is_called_may_be_said_otherwise(portal: FakeAdapter) -> None:
    portal.session_life, portal.expires_with = 1, {"error_code": "8", "message": "Vé không còn hiệu lực"}
    source = _source(portal, session_texts=["vé"])
    assert [source.look_up(HELD).is_held for _ in range(3)] == [True] * 3
    assert portal.logins == 3


def test_a_session_may_be_a_number(portal: FakeAdapter) -> None:
    portal.sessions["4711"] = 0
    portal.fail(Reply({"session": 4711, "error_code": "00"}), on="login")
    portal.answer = _as_text(portal)  # type: ignore[method-assign]
    assert _source(portal).look_up(HELD).is_held


def _as_text(portal: FakeAdapter) -> Any:
    def answer(request: Request) -> Reply:
        assert json.loads(request.body)["session"] == "4711"
        return FakeAdapter.answer(portal, request)

    return answer


def test_a_login_that_is_refused_says_what_to_check(portal: FakeAdapter) -> None:
    wrong = replace(adapter_connection(portal.port), password="another-secret")
    with pytest.raises(SourceRejectedError, match="login and password") as caught:
        _source(portal, wrong).look_up(HELD)
    assert "another-secret" not in _clean(caught.value)
    assert "account" not in caught.value.came


@pytest.mark.parametrize(
    "answer", [{}, {"session": ""}, {"session": None}, {"session": {"id": "x"}}, {"session": True}]
)
def test_a_login_without_a_session_is_a_changed_contract(portal: FakeAdapter, answer: dict) -> None:
    portal.always(Reply({"error_code": 0, **answer}), on="login")
    with pytest.raises(SourceChangedError, match="without a session"):
        _source(portal).look_up(HELD)


def test_the_password_stands_in_the_login_body_only_and_the_session_in_call_bodies_only(portal: FakeAdapter) -> None:
    source = _source(portal)
    source.look_up(HELD)
    list(source.catalogue())
    for request in portal.requests:
        is_login = request.path.endswith("/login")
        assert (SECRET.encode() in request.body) is is_login
        assert (b"session-1" in request.body) is not is_login
        outside = f"{request.path} {request.query} {dict(request.headers)}"
        assert SECRET not in outside
        assert "session-1" not in outside


def test_only_services_that_read_are_asked(portal: FakeAdapter) -> None:
    source = _source(portal)
    source.probe()
    source.look_up(HELD)
    list(source.catalogue())
    services = {call["service"] for call in portal.calls}
    assert services == {"TraCuuHoSo", "LayDanhSachTTHC", "LayDanhMucCoQuan", "LayDanhMucLinhVuc"}
    assert {call["madonvi"] for call in portal.calls} == {UNIT}


# error codes ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("success", [0, "0", "00", 0.0, " 0 "])
def test_success_is_written_in_several_ways(portal: FakeAdapter, success: Any) -> None:
    portal.success = success
    assert _source(portal).look_up(HELD).is_held


@pytest.mark.parametrize("code", [3, "3", "-3", -3, "99", "E-0012", "ERR_5", "NOT_ALLOWED"])
def test_any_other_code_is_a_refusal_that_shows_the_code(portal: FakeAdapter, code: Any) -> None:
    portal.refuses["TraCuuHoSo"] = {"error_code": code, "message": f"Hồ sơ của {CANARIES[0]} đã tồn tại"}
    with pytest.raises(SourceRejectedError) as caught:
        _source(portal).look_up(HELD)
    assert caught.value.came == f"error_code {code}"
    assert caught.value.asked == "POST /XrdAdapter/RestService/forward/mapi/g TraCuuHoSo"
    _clean(caught.value)


@pytest.mark.parametrize("code", [*CANARIES, f"-3 {CANARIES[0]}", "lỗi", "NGUYEN"])
def test_what_has_not_the_shape_of_a_code_is_not_shown(portal: FakeAdapter, code: str) -> None:
    portal.refuses["TraCuuHoSo"] = {"error_code": code, "message": "x", "result": [portal_dossier()]}
    with pytest.raises(SourceRejectedError) as caught:
        _source(portal).look_up(HELD)
    assert caught.value.came == "an error_code other than 0"
    _clean(caught.value)


@pytest.mark.parametrize(
    "answer", [{}, *({"error_code": value} for value in (None, "", True, [], {}, [0], {"a": 0}, 0.5))]
)
def test_an_answer_without_a_plain_error_code_is_a_changed_contract(portal: FakeAdapter, answer: dict) -> None:
    portal.refuses["TraCuuHoSo"] = {"result": [], "message": CANARIES[0], **answer}
    with pytest.raises(SourceChangedError, match="error_code") as caught:
        _source(portal).look_up(HELD)
    _clean(caught.value)


# where rows come --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["result", "data", "RESULT", "Data"])
def test_rows_come_as_result_or_data(portal: FakeAdapter, key: str) -> None:
    portal.rows_key = key
    source = _source(portal)
    assert source.look_up(HELD).record.procedure_code == "1.001193"
    assert not source.look_up(UNKNOWN).is_held
    assert len(list(source.catalogue())) == 20


@pytest.mark.parametrize("other", [{"data": []}, {"data": None}, {"data": ""}])
def test_of_both_the_one_with_rows_counts(portal: FakeAdapter, other: dict) -> None:
    portal.refuses["TraCuuHoSo"] = {"error_code": 0, **other, "result": [portal_dossier()]}
    assert _source(portal).look_up(HELD).is_held
    portal.refuses["TraCuuHoSo"] = {"error_code": 0, "result": other["data"], "data": [portal_dossier()]}
    assert _source(portal).look_up(HELD).is_held


@pytest.mark.parametrize("moved", [{"items": [{"MaHoSo": HELD}]}, {"response": {"MaHoSo": HELD}}])
def test_an_answer_that_moved_to_another_key_does_not_pass_for_an_empty_one(portal: FakeAdapter, moved: dict) -> None:
    portal.refuses["TraCuuHoSo"] = {"error_code": 0, "message": CANARIES[0], **moved}
    with pytest.raises(SourceChangedError, match="neither result nor data") as caught:
        _source(portal).look_up(HELD)
    assert HELD not in _clean(caught.value)


@pytest.mark.parametrize("rows", ["canary@example.vn", 7, True, {"content": [{"MATTHC": "1.000001"}]}])
def test_rows_that_are_no_list_are_a_changed_contract(portal: FakeAdapter, rows: Any) -> None:
    portal.refuses["LayDanhSachTTHC"] = {"error_code": 0, "result": rows}
    with pytest.raises(SourceChangedError, match="result that is no list") as caught:
        list(_source(portal).catalogue())
    _clean(caught.value)


# address and account ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", ["header", "query"])
def test_the_provider_is_named_in_a_header_or_in_the_query(portal: FakeAdapter, place: str) -> None:
    portal.dstcode_in = place
    assert _source(portal, dstcode_in=place).look_up(HELD).is_held
    other = {"header": "query", "query": "header"}[place]
    with pytest.raises(SourceRejectedError, match="404"):
        _source(portal, dstcode_in=other).look_up(HELD)


def test_without_an_adapter_no_provider_is_named(portal: FakeAdapter) -> None:
    portal.dstcode_in = None
    assert _source(portal, dstcode=None).look_up(HELD).is_held
    assert not any("dstcode" in {**request.headers, **request.query} for request in portal.requests)


@pytest.mark.parametrize(("extra", "bearer"), [({}, None), ({"bearer": "fixed-token"}, "Bearer fixed-token")])
def test_a_platform_in_front_may_want_a_fixed_token(portal: FakeAdapter, extra: dict, bearer: str | None) -> None:
    assert _source(portal, adapter_connection(portal.port, **extra)).look_up(HELD).is_held
    assert {request.headers.get("Authorization") for request in portal.requests} == {bearer}


def test_a_platform_in_front_may_give_tokens_to_a_client_of_its_own(portal: FakeAdapter) -> None:
    extra = {"token_path": "token", "client_id": "a-client", "client_secret": "a-client-secret"}
    portal.instead = lambda request: Reply({"access_token": "t1"}) if request.path.endswith("/token") else None
    assert _source(portal, adapter_connection(portal.port, **extra)).look_up(HELD).is_held
    first, *others = portal.requests
    assert b"client_secret=a-client-secret" in first.body
    assert SECRET.encode() not in first.body
    assert {request.headers["Authorization"] for request in others} == {"Bearer t1"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"login": None}, "login"),
        ({"password": ""}, "password"),
        ({"extra": {}}, "unit_code"),
        ({"extra": {"unit_code": "mã đơn vị"}}, "unit_code"),
        ({"extra": {"unit_code": UNIT, "bearer": "a\nb"}}, "bearer"),
        ({"host": None}, "host"),
    ],
)
def test_what_the_connection_lacks_is_named(portal: FakeAdapter, changes: dict, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as caught:
        _source(portal, replace(adapter_connection(portal.port), **changes))
    assert SECRET not in str(caught.value)


def test_a_wrong_unit_is_a_refusal_and_never_not_found(portal: FakeAdapter) -> None:
    with pytest.raises(SourceRejectedError, match=r"error_code 2.*unit_code"):
        _source(portal, adapter_connection(portal.port, unit_code="H99")).look_up(HELD)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply({}, 500), SourceUnavailableError),
        (Reply({}, 429, {"Retry-After": "60"}), SourceUnavailableError),
        (Reply({}, 403), SourceRejectedError),
        (Reply(b"<html><body>NGUYEN THI CANARY</body></html>"), SourceChangedError),
        (Reply({"error_code": 0, "result": [portal_dossier()] * 9}, cut_at=200), SourceUnavailableError),
    ],
)
def test_what_breaks_off_in_the_middle_is_named_by_consequence(
    portal: FakeAdapter, reply: Reply, expected: type[Exception]
) -> None:
    portal.fail(None, reply, on="mapi/g")
    source = _source(portal)
    assert source.look_up(HELD).is_held
    with pytest.raises(expected) as caught:
        source.look_up(HELD)
    _clean(caught.value)
    assert source.look_up(HELD).is_held, "the session goes on"
    assert portal.logins == 1
