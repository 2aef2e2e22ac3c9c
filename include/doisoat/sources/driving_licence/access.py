"""The two ways to ask the driving-licence system for its dossiers (CONTRACTS sections 4 and 8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

import msgspec

from doisoat.connections import Connection
from doisoat.errors import SourceChangedError, SourceRejectedError
from doisoat.sources.declared import whole
from doisoat.sources.http.session import Answer, HttpSession, shape
from doisoat.sources.mapi.rows import is_empty, scalar
from doisoat.sources.mapi.session import (
    Fields,
    MapiOptions,
    MapiSession,
    SentBeside,
    has_key,
    has_token,
    needed,
    read_fields,
)
from doisoat.sources.values import BadRowError

_ROW_KEY = "maHoSo"  # in any case
#: What the errors of `danhsachhoso` mean [V].
_ERRORS = {
    "-300": "the unit is empty: fill extra unit_code of the connection",
    "-301": "the key is empty: fill extra api_key of the connection",
    "-302": "the key is wrong: ask the system's owner for extra api_key of the connection",
    "-303": "the unit is wrong: ask the system's owner for extra unit_code of the connection",
    "-304": "the key is in error: ask the system's owner",
}


@dataclass(frozen=True, slots=True)
class Window:
    """The dossiers received in a range of days; `total` is the count that the answer declares, None if none."""

    answer: Answer
    rows: list[msgspec.Raw]
    total: int | None = None


class GetOptions(Protocol):
    """What `GET danhsachhoso` needs of the source's options."""

    @property
    def list_path(self) -> str: ...
    @property
    def key_in_query(self) -> bool: ...


class ByMapi:
    """`DanhSachHoSo` and `TraCuuHoSo` by the session protocol; days `yyyy-MM-dd`."""

    def __init__(self, http: HttpSession, connection: Connection, options: MapiOptions) -> None:
        self._mapi = MapiSession(http, connection, options, unit_field="donViXuLy")

    def clock(self) -> dt.datetime:
        """The source's clock."""
        return self._mapi.clock()

    def window(self, first: dt.date, last: dt.date) -> Window:
        """The dossiers received from `first` to `last`, both included."""
        days = {"ngayNhan1": first.isoformat(), "ngayNhan2": last.isoformat()}
        return Window(*self._mapi.call("DanhSachHoSo", _ROW_KEY, **days))

    def find(self, code: str) -> tuple[Answer, list[msgspec.Raw]]:
        """The rows of a look-up, none if there is no such dossier."""
        return self._mapi.find("TraCuuHoSo", mahoso=code)


class ByGet:
    """`GET danhsachhoso` with Bearer and the unit's key; days `dd/MM/yyyy`, Start and End -1 ask for all rows.

    The Bearer is the platform's token if the connection names a token endpoint [A], else extra `bearer`, else the
    key itself [V].
    """

    def __init__(self, http: HttpSession, connection: Connection, options: GetOptions) -> None:
        self._http, self._path = http, options.list_path
        unit, key = needed(connection, "unit_code"), needed(connection, "api_key")
        headers = {"MaDonVi": unit, "ApiKey": key}
        if not has_token(connection):
            headers["Authorization"] = f"Bearer {needed(connection, 'bearer') if 'bearer' in connection.extra else key}"
        query = {"GovAgencyCode": unit}
        self._beside = SentBeside(headers, query | {"APIKey": key} if options.key_in_query else query)

    def clock(self) -> dt.datetime:
        """The source's clock."""
        return self._http.clock()

    def window(self, first: dt.date, last: dt.date) -> Window:
        """The dossiers received from `first` to `last`, both included.

        Raises:
            SourceRejectedError: an error code, whatever the HTTP status.
            SourceChangedError: neither rows nor an error.
        """
        days = {"ReceiveFromDate": f"{first:%d/%m/%Y}", "ReceiveToDate": f"{last:%d/%m/%Y}"}
        try:
            answer = self._http.request("GET", self._path, params={"Start": -1, "End": -1, **days}, auth=self._beside)
        except SourceRejectedError as error:
            raise error from None  # a refused certificate's own error repeats the address, which may contain the key
        self._refuse_code(answer, answer.body[:16].decode("utf-8", "replace").strip(' "\r\n'))  # bare [A]
        fields = read_fields(self._http, answer)
        for name, raw in fields.items():
            if name != "data":
                self._refuse_code(answer, _plain(raw))
        self._refuse_other_code(answer, fields)
        return self._window(answer, fields)

    def _window(self, answer: Answer, fields: Fields) -> Window:
        total = self._total(answer, fields)
        data = fields.get("data")
        if data is None or is_empty(data):
            if total or (total is None and data is None):
                raise self._changed(answer, f"no rows, but {shape(answer.body)}")
            return Window(answer, [], total)
        if has_key(data, _ROW_KEY):  # one row without its list [A]
            return Window(answer, [data], total)
        if bytes(memoryview(data)[:1]) != b"[":
            raise self._changed(answer, "data that is no list")
        return Window(answer, msgspec.json.decode(data, type=list[msgspec.Raw]), total)

    def _total(self, answer: Answer, fields: Fields) -> int | None:
        raw = fields.get("total")
        if raw is None or is_empty(raw):
            return None
        said = _plain(raw)
        if said is None or not said.isdecimal():
            raise self._changed(answer, "a total that is no count")
        try:
            return whole(said)
        except ValueError as error:
            raise self._changed(answer, f"a total that is {error}") from None

    def _refuse_code(self, answer: Answer, said: str | None) -> None:
        if said in _ERRORS:
            raise self._rejected(answer, f"error {said}", _ERRORS[said])

    def _refuse_other_code(self, answer: Answer, fields: Fields) -> None:
        """An unknown error number must not be taken for a window without rows."""
        raw = fields.get("errorcode")
        if raw is not None and not is_empty(raw) and _plain(raw) not in ("0", "00"):
            raise self._rejected(answer, "an error_code other than 0", "ask the system's owner")

    def _rejected(self, answer: Answer, came: str, todo: str) -> SourceRejectedError:
        return SourceRejectedError(self._http.source_id, asked=answer.asked, came=came, todo=todo)

    def _changed(self, answer: Answer, came: str) -> SourceChangedError:
        todo = "compare with docs/contracts.md section 4 and fix the connector"
        return SourceChangedError(self._http.source_id, asked=answer.asked, came=came, todo=todo)


def _plain(raw: msgspec.Raw) -> str | None:
    try:
        value = scalar(raw, "")
    except BadRowError:
        return None
    return None if value is None or isinstance(value, bool) else str(value).strip()
