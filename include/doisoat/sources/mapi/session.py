"""The session protocol of the portal's exchange, which ministries' systems speak too: log in, then ask `mapi/g`.

`POST mapi/login {username, password}` -> `{session, error_code}`; every call is `POST mapi/g {session, <unit>, service,
...}` -> `{error_code, message | error_message, result: [...] | data: [...]}` (CONTRACTS sections 1, 4, 8). Read services
only: nothing here may change what a source holds.

    error_code 0, "0", "00"                                -> success
    401, or another error_code and a text naming the session -> log in again, once; then SourceRejectedError
    another error_code and a text saying "not found"       -> no row, in a look-up
    any other error_code                                   -> SourceRejectedError, with the code but never the text

The words in those texts are [A] and options. The password is sent only in the login body; neither it nor the session id
ever appears in a message.

Connection: login and password of the account; extra `unit_code`; `base_path` before `mapi/...` (e.g.
`XrdAdapter/RestService/forward`). Behind a platform: `bearer` (a fixed token), or `token_url` or
`token_path` with `client_id` and `client_secret`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
import requests
from pydantic import Field
from requests.auth import AuthBase

from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError
from doisoat.sources.contract import Limits, SourceOptions
from doisoat.sources.http.session import Answer, HttpSession, shape
from doisoat.sources.mapi.rows import DATE_FORMATS, NO_DATES, fold_key, is_empty, scalar
from doisoat.sources.values import BadRowError

_SUCCESS = ("0", "00")
_PLACES = frozenset({"result", "data"})
_CODE = re.compile(r"^(?:[A-Z]{0,8}[-_]?\d{1,5}|[A-Z]{2,20}(?:_[A-Z]{2,20})+)$")
_HEADER = re.compile(r"^[\x21-\x7e]+$")
_REMEDY = "compare with docs/contracts.md section 1 and fix the connector"
Fields = dict[str, msgspec.Raw]
_FIELDS = msgspec.json.Decoder(Fields)


class MapiOptions(SourceOptions):
    """What may differ from one provider to the next.

    Attributes:
        dstcode: the provider behind an exchange adapter; None if there is no adapter.
        dstcode_in: whether the adapter takes it as a header or as a query parameter; both are in use [V].
        session_texts: a refusal whose text contains one of these means that the session is no longer valid [A].
        not_found_texts: a refusal whose text contains one of these means that there is no such dossier [A] ...
        other_things: ... unless the text names one of these and no dossier: then something else was not found [A].
        date_formats: tried in this order, then `dd/MM/yyyy` with or without a time, ISO 8601 and milliseconds.
        no_dates: texts that mean "no date", besides the empty one [A].
    """

    dstcode: str | None = None
    dstcode_in: Literal["header", "query"] = "header"
    login_path: str = "mapi/login"
    call_path: str = "mapi/g"
    session_texts: tuple[str, ...] = Field(default=("phiên", "session"), min_length=1)
    not_found_texts: tuple[str, ...] = (
        "không tìm thấy",
        "không tồn tại",
        "không có dữ liệu",
        "không có hồ sơ",
        "not found",
    )
    other_things: tuple[str, ...] = (
        "đơn vị", "dịch vụ", "tài khoản", "người dùng", "quyền", "service", "user", "account",
    )  # fmt: skip
    date_formats: tuple[str, ...] = Field(default=DATE_FORMATS, min_length=1)
    no_dates: tuple[str, ...] = NO_DATES


class SentBeside(AuthBase):
    """Headers and query parameters that are sent with every request to a source and appear in no message about it."""

    def __init__(self, headers: Mapping[str, str], query: Mapping[str, str]) -> None:
        self._headers, self._query = dict(headers), dict(query)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        if self._query and request.url:
            request.prepare_url(request.url, self._query)
        return request


def platform_session(source_id: str, connection: Connection, limits: Limits) -> HttpSession:
    """The HTTP session, with a token if the connection names a token endpoint.

    The token's client is `client_id` and `client_secret` from the extra, else login and password.
    """
    extra = connection.extra
    client = dataclasses.replace(
        connection,
        login=extra.get("client_id") or connection.login,
        password=extra.get("client_secret") or connection.password,
    )
    return HttpSession(source_id, client, limits, use_token=has_token(connection))


def has_token(connection: Connection) -> bool:
    """Whether the connection names a token endpoint."""
    return bool({"token_url", "token_path"} & set(connection.extra))


def needed(connection: Connection, name: str) -> str:
    """A required field of the connection's extra that can be sent as a header.

    Raises:
        ConfigurationError: it is missing or has other characters; the message never repeats it.
    """
    value = str(connection.extra.get(name) or "")
    if not _HEADER.match(value):
        raise ConfigurationError(
            f"connection {connection.connection_id!r}: extra needs {name}, plain letters, digits and marks; ask the "
            "owner of the system for it"
        )
    return value


def read_fields(http: HttpSession, answer: Answer) -> Fields:
    """The parts of an answer by their keys, which are matched without case and punctuation.

    Raises:
        SourceUnavailableError, SourceChangedError: as for HttpSession.decode; also if a key is not UTF-8.
    """
    try:
        parts = http.decode(answer, _FIELDS)
    except UnicodeDecodeError:
        came = f"{len(answer.body)} bytes with a key that is no UTF-8"
        raise SourceChangedError(http.source_id, asked=answer.asked, came=came, todo=_REMEDY) from None
    return {fold_key(key): raw for key, raw in parts.items()}


class MapiSession:
    """One account's session with one provider.

    Args:
        http: where to ask.
        connection: the account and its unit.
        options: the connector's options.
        unit_field: the name under which the unit is sent (`madonvi`, `donViXuLy`).
    """

    def __init__(self, http: HttpSession, connection: Connection, options: MapiOptions, unit_field: str) -> None:
        if not (connection.login and connection.password):
            raise ConfigurationError(f"connection {connection.connection_id!r}: login and password are needed")
        self._http, self._options = http, options
        self._account = {"username": connection.login, "password": connection.password}
        self._unit = {unit_field: needed(connection, "unit_code")}
        self._beside = _beside(connection, options)
        self._session: str | None = None
        self._last_answer_at: dt.datetime | None = None

    def clock(self) -> dt.datetime:
        """The source's clock when it last answered; logs in if it has not answered yet."""
        if self._last_answer_at is None:
            self._log_in()
        assert self._last_answer_at is not None  # noqa: S101 - a login that was answered sets it
        return self._last_answer_at

    def call(self, service: str, row_key: str, **asked: str) -> tuple[Answer, list[msgspec.Raw]]:
        """The rows that a read service returns.

        Args:
            row_key: a key that each row has: an object with it is one row without its list [A].

        Raises:
            SourceRejectedError: an error_code other than 0, or a session that is refused twice.
            SourceChangedError: the answer breaks the contract, or has no place for rows.
        """
        answer, fields, code = self._ask(service, asked)
        if code not in _SUCCESS:
            raise self._refused(answer, code)
        if not _PLACES & fields.keys():
            raise self._changed(answer, f"neither result nor data, but {shape(answer.body)}")
        return answer, self._rows(answer, fields, [row_key])

    def find(self, service: str, **asked: str) -> tuple[Answer, list[msgspec.Raw]]:
        """The same for a look-up: "no such dossier" is an answer without rows (CONTRACTS section 8).

        Raises:
            SourceRejectedError, SourceChangedError: as for `call`.
        """
        answer, fields, code = self._ask(service, asked)
        if code in _SUCCESS:
            return answer, self._rows(answer, fields, asked)
        if self._says_not_found(_text(fields)):
            return answer, []
        raise self._refused(answer, code)

    # session ----------------------------------------------------------------------------------------------------
    def _log_in(self) -> str:
        answer, fields = self._post(self._options.login_path, "", self._account)
        code = self._error_code(answer, fields)
        if code not in _SUCCESS:
            raise self._refused(
                answer, code, "check login and password of the connection, then ask the account's owner"
            )
        session = _plain(fields.get("session"))
        if not session:
            raise self._changed(answer, f"a login without a session ({shape(answer.body)})")
        self._session = session
        return session

    def _ask(self, service: str, asked: Mapping[str, str]) -> tuple[Answer, Fields, str]:
        """Send the request; if the session turns out to be no longer valid, log in and send it again, once."""
        for is_last in (False, True):
            body = {"session": self._session or self._log_in(), **self._unit, "service": service, **asked}
            try:
                answer, fields = self._post(self._options.call_path, service, body)
            except SourceRejectedError as error:
                if error.status != 401 or is_last:
                    raise
            else:
                code = self._error_code(answer, fields)
                if code in _SUCCESS or not _has(_text(fields), self._options.session_texts):
                    return answer, fields, code
                if is_last:
                    raise self._refused(answer, code, "two sessions in a row were refused: ask the account's owner")
            self._session = None
        raise AssertionError("unreachable")  # pragma: no cover - the second round returns or raises

    def _post(self, path: str, service: str, body: Mapping[str, str]) -> tuple[Answer, Fields]:
        answer = self._http.request("POST", path, json=body, auth=self._beside)
        self._last_answer_at = answer.time
        answer = dataclasses.replace(answer, asked=f"{answer.asked} {service}".rstrip())
        return answer, read_fields(self._http, answer)

    # answers ----------------------------------------------------------------------------------------------------
    def _error_code(self, answer: Answer, fields: Fields) -> str:
        code = _plain(fields.get("errorcode"))
        if code is None:
            raise self._changed(answer, f"an answer without a plain error_code ({shape(answer.body)})")
        return code

    def _rows(self, answer: Answer, fields: Fields, row_keys: Iterable[str]) -> list[msgspec.Raw]:
        """The value under `result` or `data`: a list, or one object with a key that tells that it is a row [A]."""
        for name in sorted(_PLACES, reverse=True):
            raw = fields.get(name)
            if raw is None or is_empty(raw):
                continue
            if _first(raw) == b"[":
                return msgspec.json.decode(raw, type=list[msgspec.Raw])
            if any(has_key(raw, key) for key in row_keys):
                return [raw]
            raise self._changed(answer, f"{name} that is no list")
        if not _PLACES & fields.keys() and any(
            _first(raw) in (b"[", b"{") and not is_empty(raw) for raw in fields.values()
        ):  # an answer that moved to another key must not be taken for an empty one
            raise self._changed(answer, f"neither result nor data, but {shape(answer.body)}")
        return []

    def _says_not_found(self, said: str) -> bool:
        if not _has(said, self._options.not_found_texts):
            return False
        return _has(said, ("hồ sơ", "dossier")) or not _has(said, self._options.other_things)

    def _refused(self, answer: Answer, code: str, todo: str | None = None) -> SourceRejectedError:
        shown = f"error_code {code}" if _CODE.match(code) else "an error_code other than 0"
        todo = (
            todo
            or "look the code up with the provider; check unit_code and dstcode, and whether the service is granted"
        )
        return SourceRejectedError(self._http.source_id, asked=answer.asked, came=shown, todo=todo)

    def _changed(self, answer: Answer, came: str) -> SourceChangedError:
        return SourceChangedError(self._http.source_id, asked=answer.asked, came=came, todo=_REMEDY)


def _beside(connection: Connection, options: MapiOptions) -> SentBeside:
    """The provider's code and a fixed token, if there are any."""
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    if options.dstcode:
        if not _HEADER.match(options.dstcode):
            raise ConfigurationError(f"connection {connection.connection_id!r}: options.dstcode is not a valid code")
        (headers if options.dstcode_in == "header" else query)["dstcode"] = options.dstcode
    if "bearer" in connection.extra:
        headers["Authorization"] = f"Bearer {needed(connection, 'bearer')}"
    return SentBeside(headers, query)


def has_key(raw: msgspec.Raw, key: str) -> bool:
    """Whether a piece of JSON is an object with this key, in any case."""
    try:
        return _first(raw) == b"{" and fold_key(key) in {fold_key(one) for one in _FIELDS.decode(raw)}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False


def _first(raw: msgspec.Raw) -> bytes:
    return bytes(memoryview(raw)[:1])


def _plain(raw: msgspec.Raw | None) -> str | None:
    """A code or session id as text, None if there is none or it is not a plain value."""
    try:
        value = None if raw is None else scalar(raw, "")
    except BadRowError:
        return None
    return None if value is None or isinstance(value, bool) else str(value).strip() or None


def _text(fields: Fields) -> str:
    """The text of a refusal, used only for comparison and never shown."""
    return " ".join(_plain(fields.get(name)) or "" for name in ("message", "errormessage"))


def _has(said: str, texts: Sequence[str]) -> bool:
    folded = _fold(said)
    return any(_fold(text) in folded for text in texts)


def _fold(said: str) -> str:
    """Without case and diacritics, with single spaces: providers write these texts with and without diacritics."""
    plain = unicodedata.normalize("NFD", said.replace("đ", "d").replace("Đ", "D"))
    return " ".join("".join(char for char in plain.casefold() if not unicodedata.combining(char)).split())
