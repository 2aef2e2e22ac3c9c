"""Decoders under arbitrary input: whatever a source answers, only the declared errors come out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect.record_csv import RECORD_COLUMNS, csv_lines, row_of
from doisoat.connections import Connection
from doisoat.errors import SourceError
from doisoat.model import WHOLE, Cell, DossierRecord
from doisoat.sources.contract import Limits, Source
from doisoat.sources.http.session import Answer
from doisoat.sources.igate.source import Igate, IgateOptions
from doisoat.sources.national_export import ExportOptions, NationalExport
from doisoat.sources.national_statistics.source import NationalStatistics, StatisticsOptions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.exports import COLUMNS
from support.servers import LOCAL, igate_connection, igate_row

AT = dt.datetime(2024, 4, 18, 1, tzinfo=LOCAL)
FIELDS = sorted(igate_row(1))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
#: Rows that are nearly right: a good one with some fields replaced by anything.
near_rows = st.builds(
    lambda number, changes: {**igate_row(number), **changes},
    st.integers(0, 9999),
    st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=3),
)


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _answering(source: Source, body: Callable[[], bytes] | bytes) -> Source:
    """The source with its network replaced by one answer."""

    def answer(*_: Any, **__: Any) -> Answer:
        return Answer(body if isinstance(body, bytes) else body(), AT, "GET /x")

    http = source._http  # type: ignore[attr-defined]
    http.get = http.request = answer
    return source


def _igate(body: bytes) -> Source:
    source = Igate("igate", options=IgateOptions(), limits=Limits(), connection=igate_connection(1), timezone=LOCAL)
    return _answering(source, body)


def _statistics(kind: str, body: bytes) -> Source:
    options = StatisticsOptions.model_validate({"apis": [{"kind": kind}], "root_department_id": "r", "months_back": 1})
    connection = Connection("national_statistics", scheme="http", host="127.0.0.1")
    source = NationalStatistics(
        "national_statistics", options=options, limits=Limits(), connection=connection, timezone=LOCAL
    )
    return _answering(source, body)


def _drained(ask: Callable[[], object]) -> list[Any]:
    """What comes, or nothing where one of the declared errors does."""
    try:
        found = ask()
        return list(found) if hasattr(found, "__iter__") else [found]
    except SourceError:
        return []


@given(
    st.binary(max_size=200)
    | json_values.map(_encoded)
    | st.dictionaries(st.sampled_from(["content", "totalElements", "last", "page"]), json_values).map(_encoded)
)
def test_igate_answers_of_any_kind(body: bytes) -> None:
    _drained(lambda: _igate(body).changes(AT))
    _drained(lambda: _igate(body).count(WHOLE))


@given(st.lists(near_rows, max_size=8), st.booleans())
def test_igate_rows_that_are_nearly_right_are_read_or_set_aside(rows: list[dict], removed: bool) -> None:
    body = _encoded({"content": rows, "last": True, "totalElements": 7 if removed else 0})
    for page in _drained(lambda: _igate(body)._list_marked({}, len(rows), int(removed))):  # type: ignore[attr-defined]
        assert page.received == len(rows)
        for record in page.records:
            assert record.record_id
            assert "" not in (record.dossier_code, record.agency_name, record.status_code, *record.linked_codes)
            for name in RECORD_COLUMNS:
                value = getattr(record, name)
                if isinstance(value, dt.datetime):
                    assert value.utcoffset() is not None
                    assert 1900 <= value.year < 2200
        assert all(" row " in row.position and row.reason for row in page.quarantined)


@pytest.mark.parametrize("kind", ["reporting_2026", "rest_jsp"])
@given(
    body=st.binary(max_size=200)
    | json_values.map(_encoded)
    | json_values.map(lambda value: _encoded({"code": "OK", "data": value}))
    | json_values.map(
        lambda value: _encoded({"code": "OK", "data": {"evaluation": [{"departmentId": "d", "metrics": value}]}})
    )
    | json_values.map(lambda value: _encoded([{"MADONVI": "H37", "HS_TOTAL": value}]))
)
def test_statistics_of_any_kind(kind: str, body: bytes) -> None:
    for total in _drained(lambda: _statistics(kind, body).control_totals(dt.date(2024, 4, 17))):
        assert total.value is None or isinstance(total.value, int)


_LABELS = ["Mã hồ sơ", "Ngày tiếp nhận", "05/03/2024", "Tổng số: 1", '"', ""]
_tables = st.lists(st.lists(st.text(max_size=12) | st.sampled_from(_LABELS), max_size=6), max_size=8)


def _as_file(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in [_LABELS[:2], *rows]).encode("utf-8", "ignore")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | _tables.map(_as_file), suffix=st.sampled_from([".csv", ".xlsx"]))
def test_files_of_any_kind(tmp_path: Path, content: bytes, suffix: str) -> None:
    for old in tmp_path.iterdir():
        old.unlink()
    (tmp_path / f"a{suffix}").write_bytes(content)
    source = NationalExport(
        "national_export",
        options=ExportOptions(columns=COLUMNS, settle_seconds=0, needs_total=False, required=("dossier_code",)),
        limits=Limits(),
        connection=Connection("national_export", extra={"path": str(tmp_path)}),
        timezone=LOCAL,
    )
    for page in _drained(lambda: source.list_cell(WHOLE)):
        assert all(record.dossier_code for record in page.records)
        csv_lines([row_of(record) for record in page.records]).decode()


printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


@given(st.lists(st.tuples(printable, printable, st.lists(printable, max_size=3)), max_size=5))
def test_a_landed_row_holds_what_was_decoded(rows: list[tuple[str, str, list[str]]]) -> None:
    records = [DossierRecord(record_id=a, agency_name=b, linked_codes=tuple(codes)) for a, b, codes in rows]
    text = csv_lines([row_of(record) for record in records]).decode()
    read = list(csv.reader(io.StringIO(text, newline=""), doublequote=False, escapechar="\\"))
    assert len(read) == len(rows)
    for (record_id, name, _), row in zip(rows, read, strict=True):
        assert len(row) == len(RECORD_COLUMNS)
        assert (row[0], row[6], row[1]) == (record_id, name, "null")


def test_the_cells_are_what_the_connector_lists() -> None:
    body = _encoded({"content": [], "totalElements": 0})
    assert list(_igate(body).list_cell(Cell(dt.date(2024, 3, 1)))) == []
