"""The HTTP session against a real server: pace, patience, redirects, tokens (sources/http/session.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.sources.contract import Limits
from doisoat.sources.http.session import HttpSession
from support.servers import SECRET, TOKEN_PATH, FakeSystem, Reply, Request, igate_connection, serving


class Echo(FakeSystem):
    """Answers with what it was asked; gives tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.token_life = 300.0
        self.good_tokens: set[str] | None = None

    def answer(self, request: Request) -> Reply:
        if request.path == TOKEN_PATH:
            given = sum(asked.path == TOKEN_PATH for asked in self.requests)
            return Reply({"access_token": f"t{given}", "expires_in": self.token_life})
        bearer = request.headers.get("Authorization", "")
        if self.good_tokens is not None and bearer not in self.good_tokens:
            return Reply({}, 401)
        return Reply({"bearer": bearer, "path": request.path, **request.query})

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


@pytest.fixture
def echo() -> Iterator[Echo]:
    system = Echo()
    with serving(system):
        yield system


def _session(echo: Echo, *, limits: Limits | None = None, extra: dict | None = None, **arguments: Any) -> HttpSession:
    connection = igate_connection(echo.port, extra={"token_path": TOKEN_PATH, **(extra or {})})
    return HttpSession("echo", connection, limits or Limits(), **arguments)


def test_the_answer_carries_the_sources_clock(echo: Echo) -> None:
    answer = _session(echo).get("/x", {"a": 1})
    assert answer.time == echo.now
    assert answer.body == b'{"bearer": "", "path": "/x", "a": "1"}'
    assert _session(echo).clock() == echo.now


def test_an_answer_without_a_date_is_not_the_contract(echo: Echo) -> None:
    echo.sends_date = False
    with pytest.raises(SourceChangedError, match="Date"):
        _session(echo).get("/x")


def test_a_base_path_stands_before_every_path(echo: Echo) -> None:
    assert b'"/api/x"' in _session(echo, extra={"base_path": "/api/"}).get("/x").body


def test_a_refused_request_is_tried_again_after_what_the_source_asks(echo: Echo) -> None:
    waits: list[float] = []
    echo.fail(Reply({}, 429, {"Retry-After": "7"}), Reply({}, 503), Reply({}, cut_at=1))
    _session(echo, sleep=waits.append).get("/x")
    assert waits[0] == 7
    assert len(waits) == 3
    assert all(wait < 7 for wait in waits[1:])


def test_a_retry_after_may_be_a_date_by_the_sources_clock(echo: Echo) -> None:
    waits: list[float] = []
    until = (echo.now + dt.timedelta(seconds=9)).astimezone(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    echo.fail(Reply({}, 503, {"Retry-After": until}))
    _session(echo, sleep=waits.append).get("/x")
    assert waits == [9]


def test_it_does_not_wait_beyond_its_patience(echo: Echo) -> None:
    waits: list[float] = []
    echo.always(Reply({}, 429, {"Retry-After": "600"}))
    with pytest.raises(SourceUnavailableError) as caught:
        _session(echo, sleep=waits.append, limits=Limits(patience_seconds=30)).get("/x")
    assert caught.value.retry_after_seconds == 600
    assert waits == []
    assert len(echo.requests) == 1


def test_a_source_that_forbids_it_is_never_asked_twice(echo: Echo) -> None:
    echo.always(Reply({}, 429))
    with pytest.raises(SourceUnavailableError):
        _session(echo, patient=False, sleep=pytest.fail).get("/x")
    assert len(echo.requests) == 1


def test_it_gives_up_after_a_few_tries(echo: Echo) -> None:
    echo.always(Reply({}, 500))
    with pytest.raises(SourceUnavailableError, match="HTTP 500"):
        _session(echo, sleep=lambda seconds: None).get("/x")
    assert len(echo.requests) == 4


def test_a_rate_limit_spaces_the_requests(echo: Echo) -> None:
    waits: list[float] = []
    session = _session(echo, limits=Limits(requests_per_second=0.001), sleep=waits.append)
    session.get("/x")
    assert waits == []
    session.get("/x")
    session.get("/x")
    assert 900 < waits[0] <= 1000
    assert 1900 < waits[1] <= 2000


def test_a_redirect_on_the_same_host_is_followed(echo: Echo) -> None:
    echo.fail(Reply(b"", 302, {"Location": "/elsewhere?a=2"}))
    assert b'"path": "/elsewhere", "a": "2"' in _session(echo).get("/x", {"a": 1}).body


@pytest.mark.parametrize("location", ["https://127.0.0.1/x", "http://localhost/x", "//evil.example/x"])
def test_a_redirect_to_another_address_is_refused(echo: Echo, location: str) -> None:
    echo.fail(None, Reply(b"", 302, {"Location": location}))
    with pytest.raises(SourceChangedError, match="redirect"):
        _session(echo, use_token=True).get("/x")
    assert len(echo.requests) == 2


def test_a_redirect_that_never_ends_is_refused(echo: Echo) -> None:
    echo.always(Reply(b"", 302, {"Location": "/x"}))
    with pytest.raises(SourceChangedError, match="redirects"):
        _session(echo).get("/x")


def test_a_post_is_not_redirected(echo: Echo) -> None:
    echo.fail(Reply(b"", 302, {"Location": "/elsewhere"}))
    with pytest.raises(SourceChangedError, match="redirect"):
        _session(echo).request("POST", "/x", json={})


def test_a_token_is_fetched_once_and_kept(echo: Echo) -> None:
    session = _session(echo, use_token=True)
    assert b"Bearer t1" in session.get("/x").body
    assert b"Bearer t1" in session.get("/x").body
    assert echo.paths().count(TOKEN_PATH) == 1


def test_a_token_is_renewed_when_it_expires(echo: Echo) -> None:
    echo.token_life = 0
    session = _session(echo, use_token=True)
    session.get("/x")
    assert b"Bearer t2" in session.get("/x").body


def test_a_401_fetches_a_new_token_once(echo: Echo) -> None:
    session = _session(echo, use_token=True)
    session.get("/x")
    echo.good_tokens = {"Bearer t2"}
    assert b"Bearer t2" in session.get("/x").body
    echo.good_tokens = set()
    with pytest.raises(SourceRejectedError, match="HTTP 401"):
        session.get("/x")
    assert echo.paths().count(TOKEN_PATH) == 3


def test_the_password_grant_sends_user_and_password(echo: Echo) -> None:
    extra = {"grant": "password", "username": "user", "password": SECRET, "scope": "openid"}
    _session(echo, extra=extra, use_token=True).get("/x")
    form = echo.requests[0].body.decode()
    assert form == (
        f"grant_type=password&client_id=client&client_secret={SECRET}&username=user&password={SECRET}&scope=openid"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"host": None}, "host"),
        ({"extra": {}}, "token_url"),
        ({"extra": {"token_path": "/t", "grant": "magic"}}, "grant"),
        ({"extra": {"token_path": "/t", "verify": False}}, "CA"),
    ],
)
def test_a_connection_that_lacks_something_says_what(changes: dict, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        HttpSession("x", igate_connection(1, **changes), Limits(), use_token=True)
    assert SECRET not in str(caught.value)


def test_a_connection_never_shows_its_secrets() -> None:
    assert SECRET not in repr(igate_connection(1, extra={"password": SECRET}))


def test_a_proxy_of_the_connection_is_used(echo: Echo) -> None:
    connection = Connection("x", scheme="http", host="source.invalid", extra={"proxy": f"http://127.0.0.1:{echo.port}"})
    assert HttpSession("x", connection, Limits()).get("/x").time == echo.now
    assert "source.invalid" in echo.requests[0].headers["Host"]


def test_the_environment_names_no_proxy(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert _session(echo).get("/x").time == echo.now
