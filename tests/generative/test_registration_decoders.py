"""The registration decoders under arbitrary input: only the declared errors come out, and no row is lost."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from doisoat.collect.record_csv import csv_lines, row_of
from doisoat.errors import SourceError
from doisoat.model import Cell
from doisoat.sources.business_registration.source import BusinessRegistration, RegistrationOptions
from doisoat.sources.contract import Limits
from doisoat.sources.http.session import Answer
from hypothesis import given
from hypothesis import strategies as st
from support.registration_server import registration_connection, registration_row
from support.servers import LOCAL

AT = dt.datetime(2024, 4, 18, 1, tzinfo=LOCAL)
WINDOW = (dt.date(2024, 4, 1), dt.date(2024, 4, 5))
APRIL = Cell(dt.date(2024, 4, 1))
FIELDS = sorted(registration_row(1))
KEYS = ["Data", "data", "MainInformation", "Result", "Status", "DataCount", "IN_JOURNAL_NO", "Message"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS + FIELDS) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
answers = st.dictionaries(st.sampled_from(KEYS), json_values, max_size=6).map(lambda answer: {"Status": "1", **answer})


def _near_row(number: int, changes: dict[str, Any], is_nested: bool) -> dict[str, Any]:
    row = {**registration_row(number, day="02/04/2024"), **changes}
    return {"MainInformation": row} if is_nested else row


#: Rows that are nearly right: a good one with some fields replaced by anything.
near_rows = st.builds(
    _near_row, st.integers(0, 99), st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3), st.booleans()
)


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _source(body: bytes, **options: Any) -> BusinessRegistration:
    """The source with its network replaced by one answer, and nothing beyond it."""
    source = BusinessRegistration(
        "business_registration",
        options=RegistrationOptions(dated_from=dt.date(2024, 4, 1), **options),
        limits=Limits(),
        connection=registration_connection(1),
        timezone=LOCAL,
    )

    def get(_: str, params: dict[str, Any]) -> Answer:
        asked = f"GET /x?offset={params['offset']}"
        return Answer(body if not params["offset"] else b'{"Status": "1", "Data": []}', AT, asked)

    source._http.get, source._http.clock = get, lambda: AT  # type: ignore[assignment, method-assign]
    return source


def _drained(ask: Callable[[], object]) -> list[Any]:
    """What comes, or nothing where one of the declared errors does."""
    try:
        found = ask()
        return list(found) if hasattr(found, "__iter__") else [found]
    except SourceError:
        return []


@given(st.binary(max_size=200) | json_values.map(_encoded) | answers.map(_encoded), st.booleans())
def test_answers_of_any_kind(body: bytes, selects: bool) -> None:
    options = {"site_ids": ("20",)} if selects else {}
    for total in _drained(lambda: _source(body, **options).count(APRIL)):
        assert total.value >= 0
    _drained(lambda: _source(body, **options).list_cell(APRIL))


@given(st.lists(near_rows, max_size=8), st.booleans())
def test_rows_that_are_nearly_right_are_read_set_aside_or_quarantined(rows: list[dict], selects: bool) -> None:
    body = _encoded({"Status": "1", "DataCount": len(rows), "Data": rows})
    source = _source(body, **({"site_ids": ("20",)} if selects else {}))
    pages = _drained(lambda: source._list_window("x", source._feeds(None)["danhSachHoSo"], WINDOW))
    if pages:
        assert sum(page.received for page in pages) + source._reader.set_aside == len(rows)
    for page in pages:
        for record in page.records:
            assert record.record_id
            assert record.received_at is not None
            assert record.received_at.utcoffset() is not None
            assert "" not in (record.procedure_code, record.agency_code, record.status_code)
        assert all(" row " in row.position and row.reason and row.field for row in page.quarantined)
        csv_lines([row_of(record) for record in page.records]).decode()


@given(st.lists(near_rows, max_size=8), st.booleans())
def test_a_count_by_keys_is_what_a_listing_brings(rows: list[dict], selects: bool) -> None:
    """Also where rows are bad, another office's, or the same twice."""
    body = _encoded({"Status": "1", "DataCount": len(rows), "Data": rows})
    source = _source(body, **({"site_ids": ("20",)} if selects else {}))
    selection = source._feeds(None)["danhSachHoSo"]
    pages = _drained(lambda: source._list_window("x", selection, WINDOW))
    counted, _ = source._count_keys("x", selection, WINDOW)
    if pages:
        listed = {record.record_id for page in pages for record in page.records}
        listed |= {row.record_id or row.position for page in pages for row in page.quarantined}
        assert counted == len(listed)
