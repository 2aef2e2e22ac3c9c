"""A polite HTTP session for sources that are reached over the network.

It sends one request at a time, never faster than the limits allow, never follows a redirect to another host, never
reads more than allowed, never waits for an answer forever, and turns what can go wrong into the errors of
doisoat.errors:

    429, 408, 5xx, timeout, lost connection, cut-off body  -> SourceUnavailableError (after a few short retries)
    all answers together took too long                     -> SourceLateError
    401 after a fresh token, 403, other 4xx, TLS refused   -> SourceRejectedError
    HTML or nothing (maintenance?)                         -> SourceChangedError (after as many)
    not JSON, wrong shape, too large, other redirect       -> SourceChangedError

The source's clock is the Date header; our own clock is used only for pacing and timeouts.

Connection: host, port, scheme (default https); extra `base_path`, `proxy` (URL), `verify` (path of a private CA), and
for a token `token_url` or `token_path`, `grant` (client_credentials or password), `username`, `password`, `scope`.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec
import requests
import urllib3

from doisoat.connections import Connection, refuse_credentials_in_the_open
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.sources.contract import Limits
from doisoat.sources.http.deadline import Deadline, DeadlineAdapter
from doisoat.sources.http.headers import header_time, retry_after
from doisoat.sources.http.mending import mended
from doisoat.sources.http.trust import no_answer, no_tls, trusted
from doisoat.sources.http.waiting import Wait

_CHUNK = 1 << 20
_TRIES, _REDIRECTS = 4, 3
_LOOKED_AT = 4096  # bytes at either end of a body, to see what it is
_ENDS = {b"{": b"}", b"[": b"]"}
_WHOLE_ANSWER = 10  # times timeout_seconds, which only bounds the wait for one byte
#: What a message may repeat: no name, phone or identity number.
_SHOWN = re.compile(r"(?!\d{9,}$)-?[\w.:/-]{0,80}", re.ASCII)
# urllib3 logs the whole address (which may contain a key) and any header that it cannot read, whatever is in it.
for _name in ("urllib3.connection", "urllib3.connectionpool", "urllib3.response"):
    logging.getLogger(_name).setLevel(logging.ERROR)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its body, the source's clock, and what was asked (for messages)."""

    body: bytes
    time: dt.datetime
    asked: str


class _Session(requests.Session):
    """Does not follow redirects: requests would read the whole body of one, however large, to see where it leads."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class HttpSession:
    """A session with one source.

    Args:
        source_id: for messages.
        connection: where and how.
        limits: pace, timeout, size.
        use_token: get a token from the connection's token endpoint and send it as Bearer.
        patient: retry a request that was one too many (429); False if the source forbids it.
        sleep: for tests.
    """

    def __init__(
        self,
        source_id: str,
        connection: Connection,
        limits: Limits,
        *,
        use_token: bool = False,
        patient: bool = True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.source_id, self._limits, self._patient, self._sleep = source_id, limits, patient, sleep
        self._base = _base_url(connection)
        self._deadline, self._seconds = Deadline(), _WHOLE_ANSWER * limits.timeout_seconds
        self._wait = Wait(source_id, limits.wait_hours)
        self._session = _Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, DeadlineAdapter(self._deadline))
        self._session.trust_env = False  # no proxy or netrc that the connection does not name
        self._session.headers["Accept"] = "application/json"
        self._session.headers["Accept-Encoding"] = "gzip, deflate"  # these can be decompressed in bounded steps
        self._session.headers["User-Agent"] = "doisoat"
        self._session.verify = trusted(connection)
        if proxy := connection.extra.get("proxy"):
            self._session.proxies = {"http": str(proxy), "https": str(proxy)}
        self._token = _Token(self, connection) if use_token else None
        self._one_at_a_time = threading.Lock()
        self._next_at = 0.0
        self.page_size = limits.page_size
        self.requests_made = 0

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        """GET a path below the base address."""
        return self.request("GET", path, params=params)

    def clock(self) -> dt.datetime:
        """The source's clock, from the Date header of any answer at its base address."""
        asked = _describe("HEAD", self._base, {})
        seconds = self._wait.seconds(self._seconds, asked=asked)
        with self._deadline.within(seconds), self._send("HEAD", self._base, asked, {}) as response:
            return self._clock(response, asked)

    def request(self, method: str, path: str, **content: Any) -> Answer:
        """Send a request, with the token if there is one; a 401 fetches a new token, once.

        Args:
            content: params, json, data as `requests` takes them.

        Raises:
            SourceUnavailableError, SourceRejectedError, SourceChangedError: see the module docstring.
        """
        url = urljoin(self._base, path.lstrip("/"))
        if self._token is None:
            return self._ask(method, url, **content)
        try:
            return self._ask(method, url, headers={"Authorization": self._token.value()}, **content)
        except SourceRejectedError as error:
            if error.status != 401:
                raise
            self._token.forget()
            return self._ask(method, url, headers={"Authorization": self._token.value()}, **content)

    def _ask(self, method: str, url: str, **content: Any) -> Answer:
        asked = _describe(method, url, content)
        give_up_at = time.monotonic() + self._limits.patience_seconds
        for attempt in range(1, _TRIES + 1):
            try:
                seconds = self._wait.seconds(self._seconds, asked=asked)
                with self._one_at_a_time, self._deadline.within(seconds):
                    return self._ask_once(method, url, asked, content)
            except (SourceUnavailableError, SourceChangedError) as error:
                wait = getattr(error, "retry_after_seconds", None) or 0.25 * 2**attempt
                if not self._may_pass(error) or attempt == _TRIES or time.monotonic() + wait > give_up_at:
                    raise
                self._sleep(wait)
        raise AssertionError("unreachable")  # pragma: no cover - the loop returns or raises

    def _may_pass(self, error: SourceUnavailableError | SourceChangedError) -> bool:
        """Whether the same request may be answered in a moment."""
        if isinstance(error, SourceChangedError):
            return error.may_pass
        return self._patient or error.status != 429

    def _ask_once(self, method: str, url: str, asked: str, content: Mapping[str, Any]) -> Answer:
        for _ in range(_REDIRECTS + 1):
            response = self._send(method, url, asked, content)
            with response:
                if not response.is_redirect:
                    return self._read(response, asked)
                target = _target(url, response.headers["Location"])
                if method != "GET" or target is None:
                    raise self._changed(
                        asked,
                        f"a redirect (HTTP {response.status_code}) to another address",
                        "check the connection's host and path; a login page may be in the way",
                    )
                url, content = target, {key: value for key, value in content.items() if key != "params"}
        raise self._changed(asked, f"more than {_REDIRECTS} redirects", "check the connection's host and path")

    def _send(self, method: str, url: str, asked: str, content: Mapping[str, Any]) -> requests.Response:
        self._pace()
        self.requests_made += 1
        try:
            return self._session.request(
                method, url, timeout=self._limits.timeout_seconds, stream=True, allow_redirects=False, **content
            )
        except requests.exceptions.SSLError as error:
            came, todo = no_tls(error)
            raise SourceRejectedError(self.source_id, asked=asked, came=came, todo=todo) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            raise ConfigurationError(
                f"{self.source_id}: the connection is not a valid address; check host and port"
            ) from None
        except requests.exceptions.RequestException as error:
            came, todo = no_answer(error)
            raise self._unavailable(
                asked, self._in_time(came), todo
            ) from None  # the cause's text contains the whole address

    def _in_time(self, came: str) -> str:
        """What came, or that it had not ended when we closed the connection: later failures are then our own doing."""
        return f"an answer that had not ended after {self._seconds:.0f} s" if self._deadline.has_passed else came

    def _read(self, response: requests.Response, asked: str) -> Answer:
        status = response.status_code
        if not 200 <= status < 300:
            raise self._refusal(response, asked)
        body = self._body(response, asked)
        start = body[:_LOOKED_AT].lstrip()
        if start[:1] == b"<" or not body:
            raise self._nothing_of_its_own(asked, status, body)
        if (end := _ENDS.get(start[:1])) and body[-_LOOKED_AT:].rstrip()[-1:] != end:
            raise self._unavailable(asked, f"JSON that breaks off ({len(body)} bytes)")
        return Answer(body, self._clock(response, asked), asked)

    def _nothing_of_its_own(self, asked: str, status: int, body: bytes) -> SourceChangedError:
        """A page of HTML or an empty body: a proxy answers instead, often because the source is being maintained."""
        what = f"a page of HTML or XML (HTTP {status}, {len(body)} bytes)" if body else "0 bytes that are not JSON"
        todo = "open the address by hand: maintenance, a login page or a proxy answers instead"
        error = self._changed(asked, what, todo)
        error.may_pass = True
        return error

    def _body(self, response: requests.Response, asked: str) -> bytes:
        most = self._limits.max_answer_megabytes << 20
        parts, size = [], 0
        try:
            while part := response.raw.read(_CHUNK, decode_content=True):  # iter_content takes twice the time
                parts.append(part)
                size += len(part)
                if size > most:
                    raise self._changed(
                        asked,
                        f"more than {self._limits.max_answer_megabytes} MB",
                        "lower limits.page_size or raise limits.max_answer_megabytes",
                    )
        except urllib3.exceptions.HTTPError as error:
            came = f"a cut-off body ({type(error).__name__}, {size} bytes)"
            raise self._unavailable(asked, self._in_time(came)) from None
        if self._deadline.has_passed:  # a body without a length simply ends when we close the connection
            raise self._unavailable(asked, self._in_time(""))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _refusal(self, response: requests.Response, asked: str) -> Exception:
        status = response.status_code
        if status in (408, 429) or status >= 500:
            later = self._unavailable(asked, f"HTTP {status}", retry_after=retry_after(response))
            later.status = status
            return later
        todo = {
            401: "check login and password of the connection",
            403: "ask the source's owner which rights this account lacks",
            404: "check the connection's host, base_path and the source's options",
        }.get(status, "compare the request with the source's contract")
        error = SourceRejectedError(self.source_id, asked=asked, came=f"HTTP {status}", todo=todo)
        error.status = status
        return error

    def _clock(self, response: requests.Response, asked: str) -> dt.datetime:
        moment = header_time(response, "Date")
        if moment is None:
            raise self._changed(
                asked,
                "no readable Date header",
                "the cut-off of a pull is the source's clock: have the server or its proxy send it",
            )
        return moment

    def _pace(self) -> None:
        if rate := self._limits.requests_per_second:
            now = time.monotonic()
            if now < self._next_at:
                self._sleep(self._next_at - now)
            self._next_at = max(now, self._next_at) + 1 / rate

    def _changed(self, asked: str, came: str, todo: str) -> SourceChangedError:
        return SourceChangedError(self.source_id, asked=asked, came=came, todo=todo)

    def _unavailable(
        self, asked: str, came: str, todo: str = "wait; it is asked again later", *, retry_after: float | None = None
    ) -> SourceUnavailableError:
        error = SourceUnavailableError(self.source_id, asked=asked, came=came, todo=todo)
        error.retry_after_seconds = retry_after
        return error

    def decode(self, answer: Answer, decoder: msgspec.json.Decoder[_T]) -> _T:
        """The answer as the decoder's type; single broken characters fail only the field that holds them (mending.py).

        Raises:
            SourceUnavailableError: the JSON is truncated.
            SourceChangedError: it is not JSON or has another structure; the message names fields and types, no values.
        """
        try:
            return decoder.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            refused = error
        try:
            return decoder.decode(mended(answer.body))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._undecodable(answer, refused) from None

    def _undecodable(self, answer: Answer, error: Exception) -> Exception:
        size = len(answer.body)
        try:
            msgspec.json.decode(answer.body, type=msgspec.Raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
            if size and "truncated" in str(broken):
                return self._unavailable(answer.asked, f"JSON that breaks off ({size} bytes)")
            todo = "open the address by hand and compare with docs/contracts.md"
            return self._changed(answer.asked, f"{size} bytes that are not JSON", todo)
        came = f"{shape(answer.body)} ({error})"  # msgspec names the field and the types, never the value
        return self._changed(answer.asked, came, "compare with docs/contracts.md and fix the connector")


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: float = 300  # Keycloak always states it; this is its own default


class _Token:
    """An OpenID Connect token, fetched when needed, renewed a little before it expires."""

    def __init__(self, http: HttpSession, connection: Connection) -> None:
        extra = connection.extra
        self._http, self._decoder = http, msgspec.json.Decoder(_TokenAnswer)
        path = extra.get("token_path")
        url = extra.get("token_url") or (path and urljoin(http._base, "/" + str(path).lstrip("/")))
        if not url:
            raise ConfigurationError(f"connection {connection.connection_id!r}: extra needs token_url or token_path")
        self._url, grant = str(url), extra.get("grant", "client_credentials")
        self._form = {"grant_type": grant, "client_id": connection.login, "client_secret": connection.password}
        if grant == "password":
            self._form |= {"username": extra.get("username"), "password": extra.get("password")}
        elif grant != "client_credentials":
            raise ConfigurationError(
                f"connection {connection.connection_id!r}: grant is client_credentials or password"
            )
        if scope := extra.get("scope"):
            self._form["scope"] = scope
        self._value, self._until = "", 0.0

    def value(self) -> str:
        if time.monotonic() >= self._until:
            asked_at = time.monotonic()
            answer = self._http._ask("POST", self._url, data=self._form)
            token = self._http.decode(answer, self._decoder)
            self._value = f"Bearer {token.access_token}"
            self._until = asked_at + max(token.expires_in - 30, token.expires_in * 0.8)
        return self._value

    def forget(self) -> None:
        self._until = 0.0


def shape(body: bytes) -> str:
    """The structure of a JSON answer: its kind and the names of its fields, never a value."""
    try:
        fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):  # a key that is not UTF-8
        return f"{len(body)} bytes of JSON that are no object"
    names = [name if name.isascii() and name.isidentifier() else "?" for name in list(fields)[:12]]
    return f"an object with {', '.join(names) or 'no field'}"


def _base_url(connection: Connection) -> str:
    if not connection.host:
        raise ConfigurationError(f"connection {connection.connection_id!r} names no host")
    refuse_credentials_in_the_open(connection)
    port = f":{connection.port}" if connection.port else ""
    path = str(connection.extra.get("base_path", "")).strip("/")
    return f"{connection.scheme or 'https'}://{connection.host}{port}/{path + '/' if path else ''}"


def _target(url: str, location: str) -> str | None:
    """Where a redirect leads, None for another host, scheme or port, or for an invalid address."""
    try:
        target = urljoin(url, location)
        return target if _origin(target) == _origin(url) else None
    except ValueError:  # its text may repeat what the source sent
        return None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _describe(method: str, url: str, content: Mapping[str, Any]) -> str:
    """Method, path and query; a value that is not a plain code is shown as "?": it may have come from the source."""
    given = {key: str(value) for key, value in (content.get("params") or {}).items()}
    params = "&".join(f"{key}={value if _SHOWN.fullmatch(value) else '?'}" for key, value in given.items())
    return f"{method} {urlsplit(url).path}{'?' + params if params else ''}"
