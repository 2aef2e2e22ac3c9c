"""Dates in the usual format are read by day and by time of day, each once: what comes out is what the formats read."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from doisoat.collect import screen as screens
from doisoat.collect.screen import Screen
from doisoat.model import DossierRecord
from doisoat.sources.dates import NO_DATES
from doisoat.sources.files import date_cells
from doisoat.sources.files.date_cells import DateCells
from hypothesis import example, given
from hypothesis import strategies as st

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FORMATS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S")
_PARTS = st.tuples(*(st.integers(0, most) for most in (33, 14, 2300, 25, 61, 61)))
_WRITTEN = st.one_of(
    _PARTS.map(lambda parts: "{:02}/{:02}/{:04} {:02}:{:02}:{:02}".format(*parts)),
    st.datetimes(dt.datetime(1899, 1, 1), dt.datetime(2201, 1, 1)).map(lambda at: at.strftime("%d/%m/%Y %H:%M:%S")),
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2026, 1, 1)).map(str),
    st.sampled_from(
        ["Chưa trả", "", "00/00/0000 00:00:00", "01/01/1900 00:00:00", "03/13/2024 10:00:00", "05/03/2024"]
    ),
    st.text("0123456789/: ٣", min_size=17, max_size=20),
)


def read(cells: list[str | None], *, by_parts: bool) -> tuple[list[object], str | None, dict[str, int]]:
    """What is read of a column in blocks of two rows, and what is known of its order of day and month then."""
    dates = DateCells(ZONE, FORMATS, NO_DATES)
    dates._has_usual = by_parts
    found: list[object] = []
    for at in range(0, len(cells), 2):
        block = cells[at : at + 2]
        found += dates.read("due_at", block, range(at, at + len(block)), None)
    shown = [(one.isoformat(), one.tzinfo) if isinstance(one, dt.datetime) else one for one in found]
    return shown, dates.month_first(), dict(dates._day_first)


@given(st.lists(st.one_of(st.none(), _WRITTEN), max_size=12))
@example(
    ["31/12/1900 23:59:59", "30/02/2024 10:00:00", "29/02/2024 24:00:00", "29/02/2024 10:00:60", "05/03/2024 10:00:00"]
)
def test_what_is_read_by_parts_is_what_the_formats_read(cells: list[str | None]) -> None:
    assert read(cells, by_parts=True) == read(cells, by_parts=False)


def test_a_column_of_usual_dates_needs_no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(date_cells.pd, "to_datetime", None)
    dates = DateCells(ZONE, FORMATS, NO_DATES)

    found = dates.read("received_at", ["05/03/2024 10:11:12", None, "06/03/2024 10:11:12"], range(3), None)

    assert found == [
        dt.datetime(2024, 3, 5, 10, 11, 12, tzinfo=ZONE),
        None,
        dt.datetime(2024, 3, 6, 10, 11, 12, tzinfo=ZONE),
    ]


def test_a_fingerprint_is_computed_once_a_value_and_counted_once_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    fingerprint = screens.fingerprint
    monkeypatch.setattr(screens, "fingerprint", lambda key, text: computed.append(text) or fingerprint(key, text))
    screen = Screen(key=b"key")
    rows = [
        DossierRecord(record_id=str(n), status_code="Đang chờ ai đó", procedure_code=f"1.00000{n}") for n in range(3)
    ]

    kept = {screen.record(row).status_code for row in rows}

    assert kept == {fingerprint(b"key", "Đang chờ ai đó")}
    assert computed == ["Đang chờ ai đó"]
    assert screen.withheld == {"status_code": 3}
