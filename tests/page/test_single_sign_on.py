"""Single sign-on against a provider over HTTP: who gets in, and every answer that must let nobody in."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError
from doisoat.province.readers import PageReaders
from joserfc.jwk import OctKey, RSAKey
from page.asking import PATHS
from page.openid import Client, Provider, client_of
from page.sessions import COOKIE, SESSION_SECONDS
from page.single_sign_on import COOKIE as LOGIN_COOKIE
from page.single_sign_on import LOGIN_SECONDS, OpenIdGate, local_address
from standalone import postgres
from support.openid_provider import CLIENT_ID, SECRET, OpenIdProvider, provider_served
from support.page_served import forget_login, served
from support.world import World

READERS = PageReaders(everything=["lan"], agencies={"H37.21": ["trang_dinh"], "H37.99": ["nowhere"]})
TABLE = """
    code                  | status
    H37.21.01-240301-0001 | 4
    H37.03-240304-0004    | 4
"""
OTHER = RSAKey.generate_key(2048, {"kid": "other"})


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Here:
    """The page with its provider."""

    address: str
    provider: OpenIdProvider
    gate: OpenIdGate
    clock: Clock

    def let_in(self, session: requests.Session | None = None, to: str = "/") -> requests.Response:
        """Log in as a browser does: from the page's link to the provider and back."""
        return (session or requests.Session()).get(f"{self.address}/login", params={"to": to}, timeout=30)


@pytest.fixture(scope="module")
def here(
    tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str, postgres_server: postgres.Server
) -> Iterator[Here]:
    world = World(tmp_path_factory.mktemp("single"), shared_warehouse_dsn)
    world.run("2024-04-18", igate=TABLE, national_export="code | status\nH37.21.01-240301-0001 | 9")
    address, clock = f"http://127.0.0.1:{(port := postgres.free_port())}", Clock()
    with provider_served(f"{address}/login/back") as provider:
        client = Client(provider.issuer, CLIENT_ID, address, secret=SECRET)
        gate = OpenIdGate(Provider(client), READERS, clock)
        with served(world.dsn, gate, port=port, hosts=("127.0.0.1",)):
            yield Here(address, provider, gate, clock)
    forget_login(postgres_server.dsn(), world.dsn)


@pytest.fixture(autouse=True)
def _as_it_was(here: Here) -> Iterator[None]:
    before = replace(here.provider)
    yield
    vars(here.provider).update(vars(before))


def test_one_logs_in_and_comes_back_to_what_was_asked_for(here: Here) -> None:
    asked = requests.get(f"{here.address}/gaps?cause=x&sort=dossier", timeout=30)
    assert asked.status_code == 401
    assert "H37." not in asked.text
    assert 'href="/login?to=%2Fgaps%3Fcause%3Dx%26sort%3Ddossier"' in asked.text
    session = requests.Session()
    answer = here.let_in(session, "/gaps?cause=x&sort=dossier")
    assert (answer.status_code, answer.url) == (200, f"{here.address}/gaps?cause=x&sort=dossier")
    assert "lan" in answer.text
    assert {"scope", "state", "nonce", "code_challenge"} <= here.provider.seen.keys()
    assert here.provider.seen["scope"] == "openid"
    assert session.get(f"{here.address}/bridge", timeout=30).status_code == 200


def test_the_cookies_are_closed_to_scripts_and_other_sites_and_new_at_each_login(here: Here) -> None:
    session = requests.Session()
    session.cookies.set(COOKIE, "prepared-by-somebody-else", domain="127.0.0.1", path="/")
    begun = session.get(f"{here.address}/login", allow_redirects=False, timeout=30)
    back = session.get(begun.headers["location"], allow_redirects=False, timeout=30).headers["location"]
    ended = session.get(back, allow_redirects=False, timeout=30)
    for answer, name in ((begun, LOGIN_COOKIE), (ended, COOKIE)):
        cookie = answer.headers["set-cookie"].lower()
        assert f"{name}=" in cookie
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
    assert "prepared-by-somebody-else" not in ended.headers["set-cookie"]
    fixed = requests.get(here.address, cookies={COOKIE: "prepared-by-somebody-else"}, timeout=30)
    assert fixed.status_code == 401
    first = ended.headers["set-cookie"].split(f"{COOKIE}=")[1].split(";")[0]
    assert here.let_in(session).status_code == 200
    assert (
        requests.get(here.address, cookies={COOKIE: first}, timeout=30).status_code == 401
    )  # the one before has ended


def test_over_https_the_cookie_can_come_from_no_other_host() -> None:
    gate = OpenIdGate(Provider(Client("https://sso.example", "x", "https://doisoat.example")), READERS)
    request = requests_of("https://doisoat.example")
    assert gate._sessions.cookie(request) == f"__Host-{COOKIE}"
    assert gate._sessions.secure(request)


def requests_of(address: str) -> Any:
    from fastapi import Request

    host = urlsplit(address).netloc.encode()
    return Request({"type": "http", "scheme": "http", "path": "/", "query_string": b"", "headers": [(b"host", host)]})


WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"sub": "lan", "nonce": "another"}},
    "no nonce": {"claims": {"sub": "lan", "nonce": None}},
    "for another client": {"claims": {"sub": "lan", "aud": "other"}},
    "for another client, handed to us": {"claims": {"sub": "lan", "aud": ["other"], "azp": CLIENT_ID}},
    "for us and another, handed to the other": {"claims": {"sub": "lan", "aud": [CLIENT_ID, "other"], "azp": "other"}},
    "of another issuer": {"claims": {"sub": "lan", "iss": "https://other.example"}},
    "expired": {"claims": {"sub": "lan", "exp": int(time.time()) - 3600}},
    "without an end": {"claims": {"sub": "lan", "exp": None}},
    "not yet": {"claims": {"sub": "lan", "iat": int(time.time()) + 3600}},
    "another access token's": {"claims": {"sub": "lan", "at_hash": "x"}},
    "without a subject": {"claims": {"sub": None}},
    "a subject that is no text": {"claims": {"sub": ["lan"]}},
    "signed by another key": {"sign_with": OTHER},
    "signed with our own secret": {"sign_with": OctKey.import_key(SECRET), "alg": "HS256"},
    "refused": {"refuses": "access_denied"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_answer_of_the_provider_lets_nobody_in(
    here: Here, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in WRONG[wrong].items():
        setattr(here.provider, name, value)
    session = requests.Session()
    with caplog.at_level(logging.WARNING):
        answer = here.let_in(session)
    assert answer.status_code == 401
    assert "Đăng nhập" in answer.text
    assert COOKIE not in session.cookies
    assert session.get(f"{here.address}/gaps", timeout=30).status_code == 401
    said = [record.getMessage() for record in caplog.records if "page_login" in record.getMessage()]
    assert len(said) == (0 if wrong == "refused" else 1)
    assert all("asked the provider for" in line and "\n" not in line and SECRET not in line for line in said)


def test_a_token_that_nobody_signed_is_none(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    import base64
    import json

    def unsigned(*_: Any, **__: Any) -> str:
        now = int(time.time())
        claims = {"iss": here.provider.issuer, "aud": CLIENT_ID, "sub": "lan", "iat": now, "exp": now + 300,
                  "nonce": here.provider.seen["nonce"]}  # fmt: skip
        parts = ({"alg": "none"}, claims)
        return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts) + "."

    monkeypatch.setattr("support.openid_provider.jwt.encode", unsigned)
    assert here.let_in().status_code == 401


def test_a_provider_that_changes_its_keys_is_understood(here: Here) -> None:
    assert here.let_in().status_code == 200
    here.provider.key = RSAKey.generate_key(2048, {"kid": "newer", "use": "sig"})
    assert here.let_in().status_code == 200


def test_a_state_is_good_once_for_the_browser_that_got_it_and_for_ten_minutes(here: Here) -> None:
    session = requests.Session()
    begun = session.get(f"{here.address}/login", allow_redirects=False, timeout=30)
    back = session.get(begun.headers["location"], allow_redirects=False, timeout=30).headers["location"]
    other = requests.get(back, timeout=30)  # somebody sends the address to somebody else
    assert (other.status_code, COOKIE in other.cookies) == (401, False)
    assert session.get(back, timeout=30).status_code == 401  # and then it is spent

    begun = session.get(f"{here.address}/login", allow_redirects=False, timeout=30)
    back = session.get(begun.headers["location"], allow_redirects=False, timeout=30).headers["location"]
    assert session.get(back, timeout=30).status_code == 200
    assert requests.get(back, cookies=dict(session.cookies), timeout=30).status_code == 401  # replayed

    late = requests.Session()
    begun = late.get(f"{here.address}/login", allow_redirects=False, timeout=30)
    back = late.get(begun.headers["location"], allow_redirects=False, timeout=30).headers["location"]
    here.clock.now += LOGIN_SECONDS + 1
    assert late.get(back, timeout=30).status_code == 401
    for query in ("", "?state=guessed&code=x", "?state=&code=", "?error=access_denied"):
        assert requests.get(f"{here.address}/login/back{query}", timeout=30).status_code == 401


def test_an_answer_in_another_issuers_name_is_refused(here: Here) -> None:
    session = requests.Session()
    begun = session.get(f"{here.address}/login", allow_redirects=False, timeout=30)
    back = session.get(begun.headers["location"], allow_redirects=False, timeout=30).headers["location"]
    assert session.get(f"{back}&iss=https%3A%2F%2Fother.example", timeout=30).status_code == 401


def test_an_account_sees_what_the_province_file_says(here: Here) -> None:
    here.provider.claims = {"sub": "stranger<b>"}
    answer = here.let_in()
    assert answer.status_code == 403
    assert "stranger&lt;b&gt;" in answer.text
    assert "H37." not in answer.text
    here.provider.claims = {"sub": "nowhere"}
    answer = here.let_in()
    assert answer.status_code == 403
    assert "H37.99" in answer.text
    assert "H37.0" not in answer.text
    here.provider.claims = {"sub": "trang_dinh"}
    session = requests.Session()
    answer = here.let_in(session)
    assert answer.url.startswith(f"{here.address}/gaps")
    assert session.get(f"{here.address}/bridge", timeout=30).status_code == 404
    here.provider.claims = {"sub": "LAN"}  # another account
    assert here.let_in().status_code == 403


def test_one_leaves_and_the_session_has_ended(here: Here) -> None:
    session = requests.Session()
    page = here.let_in(session).text
    token = page.split('name="token" value="')[1].split('"')[0]
    cookies = dict(session.cookies)
    for form in ({}, {"token": "guessed"}):
        assert session.post(f"{here.address}/logout", data=form, timeout=30).status_code == 403
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert (
        session.post(f"{here.address}/logout", data={"token": token}, headers=elsewhere, timeout=30).status_code == 403
    )
    left = session.post(f"{here.address}/logout", data={"token": token}, timeout=30)
    assert left.status_code == 401
    assert f"{here.provider.issuer}/leave?client_id={CLIENT_ID}" in left.text.replace("&amp;", "&")
    assert requests.get(here.address, cookies=cookies, timeout=30).status_code == 401


def test_a_session_ends_with_the_day(here: Here) -> None:
    session = requests.Session()
    assert here.let_in(session).status_code == 200
    here.clock.now += SESSION_SECONDS + 1
    assert session.get(here.address, timeout=30).status_code == 401


@pytest.mark.parametrize(
    "to",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "javascript:alert(1)",
     "/../evil", "http:evil.example", "/gaps\r\nset-cookie: x=1", "", " //evil.example"],
)  # fmt: skip
def test_a_login_leads_to_no_other_host(here: Here, to: str) -> None:
    answer = here.let_in(to=to)
    assert answer.status_code == 200
    assert urlsplit(answer.url).netloc == urlsplit(here.address).netloc
    assert "evil" not in answer.url
    assert local_address(to, "/doisoat") == "/doisoat/"


def test_the_page_answers_to_its_own_name_alone(here: Here) -> None:
    answer = requests.get(here.address, headers={"host": "evil.example"}, timeout=30)
    assert answer.status_code == 400
    assert "evil" not in answer.text
    begun = requests.get(
        f"{here.address}/login", headers={"x-forwarded-host": "evil.example"}, allow_redirects=False, timeout=30
    )
    assert parse_qs(urlsplit(begun.headers["location"]).query)["redirect_uri"] == [f"{here.address}/login/back"]


def test_without_a_session_nothing_is_said_of_what_there_is(here: Here) -> None:
    for path in (*PATHS.values(), "/export/gaps/gaps.csv", "/export/units/tree.xlsx"):
        answer = requests.get(here.address + path, timeout=30)
        assert answer.status_code == 401
        assert "H37." not in answer.text
        assert "2024-04" not in answer.text
    assert requests.post(f"{here.address}/decisions", data={"token": "x"}, timeout=30).status_code == 401
    assert requests.get(f"{here.address}/health", timeout=30).text == "ok\n"


def test_a_provider_that_is_not_what_it_was_is_not_believed(here: Here) -> None:
    here.provider.wrong_issuer = True
    provider = Provider(here.gate.provider.client)
    gone = Provider(replace(here.gate.provider.client, issuer="http://127.0.0.1:9"))
    for asked in (provider, gone):
        with pytest.raises(Exception, match="login_"):
            asked.begin()
        assert asked.farewell() is None


@pytest.mark.parametrize(
    ("claim", "claims", "name"),
    [("email", {"sub": "1", "email": "a@b.example", "email_verified": True}, "a@b.example"),
     ("email", {"sub": "1", "email": "a@b.example", "email_verified": False}, None),
     ("email", {"sub": "1", "email": "a@b.example"}, None),
     ("preferred_username", {"sub": "1", "preferred_username": "lan"}, "lan"),
     ("preferred_username", {"sub": "1"}, None), ("preferred_username", {"sub": "1", "preferred_username": " "}, None)],
)  # fmt: skip
def test_the_claim_that_names_the_account_is_chosen(
    here: Here, claim: str, claims: dict[str, Any], name: str | None
) -> None:
    here.provider.claims = claims
    provider = Provider(replace(here.gate.provider.client, claim=claim))
    begun = provider.begin()
    back = requests.get(begun.address, allow_redirects=False, timeout=30).headers["location"]
    code = parse_qs(urlsplit(back).query)["code"][0]
    if name:
        assert provider.finish(code, begun) == name
    else:
        with pytest.raises(Exception, match="login_failed"):
            provider.finish(code, begun)


def connection(**extra: Any) -> Connection:
    issuer = {"issuer": "https://sso.example/realms/province"}
    return Connection("page_login", login="doisoat", password="secret", extra={**issuer, **extra})


def test_a_client_is_read_from_a_connection(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-a-file\n", encoding="utf-8")
    client = client_of(connection(claim="email", secret_file=str(tmp_path / "secret")), "https://doisoat.example/")
    assert (client.secret, client.redirect) == ("from-a-file", "https://doisoat.example/login/back")
    assert client.scope == "openid email"
    assert "from-a-file" not in repr(client)


@pytest.mark.parametrize(
    ("given", "page", "said"),
    [(connection(), None, "DOISOAT_PAGE_URL"), (connection(), "http://doisoat.example", "https"),
     (connection(issuer="http://sso.example"), "https://doisoat.example", "https"),
     (connection(issuer=""), "https://d.example", "issuer"),
     (connection(), "https://doisoat.example/below", "without a path"), (connection(scopes="x"), "https://d.example", "scopes"),
     (connection(secret_file="/nowhere"), "https://d.example", "secret_file"),
     (connection(verify=False), "https://d.example", "verify")],
)  # fmt: skip
def test_a_wrong_configuration_is_said_in_one_line(given: Connection, page: str | None, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as refused:
        client_of(given, page)
    assert "secret\n" not in str(refused.value)
    assert "\n" not in str(refused.value)
