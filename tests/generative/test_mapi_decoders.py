"""The decoders of the session protocol, the adapter and the driving-licence system under arbitrary input.

Whatever comes, only the declared errors come out; a row is a record or is set aside; a look-up answers yes or no.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from doisoat.collect.record_csv import csv_lines, row_of
from doisoat.errors import SourceError
from doisoat.model import Cell
from doisoat.sources.contract import Limits, Source
from doisoat.sources.driving_licence.source import DrivingLicence, DrivingLicenceOptions
from doisoat.sources.http.session import Answer
from doisoat.sources.mapi.session import MapiOptions
from doisoat.sources.national_adapter import NationalAdapter
from hypothesis import given
from hypothesis import strategies as st
from support.mapi_servers import (
    HELD,
    adapter_connection,
    licence_connection,
    licence_row,
    list_connection,
    listed_row,
    portal_dossier,
)
from support.servers import CANARIES, LOCAL

AT = dt.datetime(2024, 4, 18, 1, tzinfo=LOCAL)
MARCH = Cell(dt.date(2024, 3, 1))
ENVELOPE = ["error_code", "result", "data", "message", "total", "session"]
FIELDS = sorted({*portal_dossier(), *licence_row(1), *listed_row(1), "MATTHC", "MADONVI", "MALINHVUC"})
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["0", "00", "-302", "", HELD, "20240305081500", "31/02/2024", "phiên", "không tìm thấy"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS + ENVELOPE) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
envelopes = st.builds(
    lambda code, answer: {"error_code": code, **answer},
    st.sampled_from([0, "0", "00", "-1", 3]) | json_values,
    st.dictionaries(st.sampled_from(ENVELOPE[1:]), json_values, max_size=5),
)
changes = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4)


def _near(make: Callable[[int], dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Rows that are nearly right: a good one with some fields replaced by anything."""
    return st.builds(lambda number, changed: {**make(number), **changed}, st.integers(0, 99), changes)


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _damaged(good: bytes) -> st.SearchStrategy[bytes]:
    """The bytes of a good answer with a few of them replaced, so that texts are no UTF-8 and JSON breaks anywhere."""

    def damage(places: list[tuple[int, int]]) -> bytes:
        body = bytearray(good)
        for place, byte in places:
            body[place % len(body)] = byte
        return bytes(body)

    return st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4).map(damage)


GOOD = [
    _encoded({"error_code": 0, "result": [portal_dossier(), portal_dossier("G22.99-240305-0001", MaHoSoDonVi=HELD)]}),
    _encoded({"error_code": "00", "data": [licence_row(number) for number in range(2)]}),
    _encoded({"total": 2, "data": [listed_row(number) for number in range(2)]}),
    _encoded({"error_code": 0, "data": portal_dossier()}),
    _encoded({"error_code": 0, "result": [{"MATTHC": "1", "MADONVI": "2", "MALINHVUC": "3"}]}),
]
bodies = (
    st.binary(max_size=200)
    | json_values.map(_encoded)
    | envelopes.map(_encoded)
    | st.sampled_from(GOOD).flatmap(_damaged)
)


def _answering(source: Source, body: bytes) -> Source:
    """The source with its network replaced by one answer, after a login that is always good."""

    def answer(method: str, path: str, **_: Any) -> Answer:
        is_login = path.endswith("login")
        return Answer(b'{"session": "s", "error_code": 0}' if is_login else body, AT, f"{method} /{path}")

    source._http.request = answer  # type: ignore[attr-defined]
    source._http.clock = lambda: AT  # type: ignore[attr-defined]
    return source


def _adapter(body: bytes) -> Source:
    given_ = {"options": MapiOptions(), "limits": Limits(), "connection": adapter_connection(1), "timezone": LOCAL}
    return _answering(NationalAdapter("national_adapter", **given_), body)


def _licence(access: str, body: bytes) -> Source:
    options = DrivingLicenceOptions.model_validate({"access": access})
    connection = (licence_connection if access == "mapi" else list_connection)(1)
    source = DrivingLicence("driving_licence", options=options, limits=Limits(), connection=connection, timezone=LOCAL)
    return _answering(source, body)


def _drained(ask: Callable[[], Any]) -> list[Any]:
    """What comes, or nothing where one of the declared errors does, which then repeats no value."""
    try:
        found = ask()
        return list(found) if hasattr(found, "__iter__") else [found]
    except SourceError as error:
        said = str(error)
    if any(canary in said for canary in CANARIES):
        pytest.fail("an error repeats a personal value")
    return []


def _check_record(record: Any) -> None:
    assert record.record_id
    assert "" not in (record.dossier_code, record.agency_name, record.status_code, *record.linked_codes)
    assert record.dossier_code not in record.linked_codes
    for moment in (record.submitted_at, record.received_at, record.due_at, record.finished_at, record.returned_at):
        assert moment is None or (moment.utcoffset() is not None and 1900 <= moment.year < 2200)
    assert record.has_digitised_parts in (None, True, False)
    written = csv_lines([row_of(record)]).decode()
    assert not any(canary in written for canary in CANARIES)


@given(bodies)
def test_look_ups_of_any_kind(body: bytes) -> None:
    for source in (_adapter(body), _licence("mapi", body)):
        for found in _drained(lambda source=source: source.look_up(HELD)):
            assert found.code == HELD
            assert found.is_held is (found.record is not None)
            if found.record:
                _check_record(found.record)


@given(st.lists(_near(lambda _: portal_dossier()), min_size=1, max_size=4))
def test_look_ups_that_are_nearly_right_are_held_or_refused(rows: list[dict]) -> None:
    for found in _drained(lambda: _adapter(_encoded({"error_code": 0, "result": rows})).look_up(HELD)):
        assert found.is_held
        _check_record(found.record)


@given(bodies)
def test_catalogues_of_any_kind(body: bytes) -> None:
    for entry in _drained(lambda: _adapter(body).catalogue()):
        assert entry.code
        assert "" not in (entry.name, entry.parent_code, entry.level)


@given(bodies)
def test_logins_of_any_kind(body: bytes) -> None:
    source = _adapter(b"")
    source._http.request = lambda *_, **__: Answer(body, AT, "POST /x")  # type: ignore[attr-defined]
    _drained(lambda: source.look_up(HELD))


@pytest.mark.parametrize("access", ["mapi", "get"])
@given(body=bodies)
def test_listings_of_any_kind(access: str, body: bytes) -> None:
    for page in _drained(lambda: _licence(access, body).list_cell(MARCH)):
        for record in page.records:
            _check_record(record)


@pytest.mark.parametrize(("access", "make"), [("mapi", licence_row), ("get", listed_row)])
@given(data=st.data())
def test_rows_that_are_nearly_right_are_read_or_set_aside(access: str, make: Any, data: st.DataObject) -> None:
    rows = data.draw(st.lists(_near(make), max_size=8))
    body = _encoded({"error_code": "0", "total": len(rows), "data": rows})
    for page in _drained(lambda: _licence(access, body).list_cell(MARCH)):
        assert page.received == len(rows)
        for record in page.records:
            _check_record(record)
        assert all(" row " in row.position and row.reason and row.field for row in page.quarantined)
