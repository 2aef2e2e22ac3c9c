"""The OpenCPS decoders under arbitrary input: only the declared errors come out, and no row is lost."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from doisoat.collect.record_csv import RECORD_COLUMNS, csv_lines, row_of
from doisoat.errors import SourceError
from doisoat.model import WHOLE, Cell
from doisoat.sources.contract import Limits
from doisoat.sources.http.session import Answer
from doisoat.sources.opencps.rows import is_removed
from doisoat.sources.opencps.source import Opencps, OpencpsOptions
from hypothesis import given
from hypothesis import strategies as st
from support.opencps_server import opencps_connection, opencps_row, statistics_rows
from support.servers import LOCAL

AT = dt.datetime(2024, 4, 18, 1, tzinfo=LOCAL)
MARCH = Cell(dt.date(2024, 3, 1))
FIELDS = sorted(opencps_row(1))
COUNTED = sorted(statistics_rows(2024, 3)[0])
KEYS = ["total", "data", "code", "dossierStatisticData", "message"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS + FIELDS) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
answers = st.dictionaries(st.sampled_from(KEYS), json_values, max_size=5)
#: Rows that are nearly right: a good one with some fields replaced by anything.
near_rows = st.builds(
    lambda number, changes: {**opencps_row(number), **changes},
    st.integers(0, 9999),
    st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3),
)


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _source(body: bytes, **options: Any) -> Opencps:
    """The source with its network replaced by one answer, and nothing beyond it."""
    source = Opencps(
        "opencps",
        options=OpencpsOptions(group_id="1", **options),
        limits=Limits(),
        connection=opencps_connection(1),
        timezone=LOCAL,
    )

    def request(method: str, path: str, *, params: dict[str, Any], headers: dict[str, str]) -> Answer:
        return Answer(b'{"total": 0, "data": []}' if params.get("start") else body, AT, f"{method} {path}")

    source._http.request = request  # type: ignore[assignment, method-assign]
    return source


def _drained(ask: Callable[[], object]) -> list[Any]:
    """What comes, or nothing where one of the declared errors does."""
    try:
        found = ask()
        return list(found) if hasattr(found, "__iter__") else [found]
    except SourceError:
        return []


@pytest.mark.parametrize("zone", [None, "UTC"])
@given(body=st.binary(max_size=200) | json_values.map(_encoded) | answers.map(_encoded))
def test_answers_of_any_kind(zone: str | None, body: bytes) -> None:
    for cell in (WHOLE, MARCH):
        for total in _drained(lambda cell=cell: _source(body, window_timezone=zone).count(cell)):  # type: ignore[misc]
            assert total.value >= 0
    _drained(lambda: _source(body, window_timezone=zone).list_cell(MARCH))
    _drained(lambda: _source(body).changes(AT))
    _drained(lambda: [_source(body).probe()])


@given(st.lists(near_rows, max_size=8))
def test_rows_that_are_nearly_right_are_read_or_set_aside(rows: list[dict]) -> None:
    source = _source(_encoded({"total": len(rows), "data": rows}))
    pages = _drained(lambda: (page for page, _ in source._pages({}, "")))
    for page in pages:
        assert page.received == len(rows)
        for record in page.records:
            assert record.record_id
            assert "" not in (record.dossier_code, record.agency_name, record.status_code, record.channel_code)
            assert "" not in record.linked_codes
            for name in RECORD_COLUMNS:
                value = getattr(record, name)
                if isinstance(value, dt.datetime):
                    assert value.utcoffset() is not None
                    assert 1900 <= value.year < 2200
        assert all(" row " in row.position and row.reason and row.field for row in page.quarantined)
        csv_lines([row_of(record) for record in page.records]).decode()


@given(st.lists(near_rows, max_size=8))
def test_a_month_holds_each_row_once_readable_or_not(rows: list[dict]) -> None:
    source = _source(_encoded({"total": len(rows), "data": rows}), removed_originalities=())
    for page in _drained(lambda: source.list_cell(MARCH)):
        assert page.received == len(rows)
        assert all(record.received_at.astimezone(LOCAL).month == 3 for record in page.records if record.received_at)
        assert all(record.received_at for record in page.records)


counts = st.dictionaries(st.sampled_from(COUNTED), json_values, max_size=4)
near_counts = st.builds(
    lambda index, changes: {**statistics_rows(2024, 3)[index], **changes}, st.integers(0, 9), counts
)


@given(st.lists(near_counts, max_size=6).map(lambda rows: _encoded({"total": len(rows), "dossierStatisticData": rows})))
def test_statistics_of_any_kind(body: bytes) -> None:
    for total in _drained(lambda: _source(body, statistics_months=1).control_totals(dt.date(2024, 3, 31))):
        assert isinstance(total.value, int)
        assert "" not in (total.agency_ref, total.agency_name)


@given(st.integers() | st.text(max_size=6) | st.none())
def test_only_what_was_made_negative_is_removed(originality: object) -> None:
    assert is_removed(originality) in (True, False)
    assert not any(map(is_removed, [0, 1, 2, 3, 4, 9, None, "", "3"]))
    assert all(map(is_removed, [-1, -3, "96", 98]))
