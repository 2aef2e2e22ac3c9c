"""Which units a reference knows: what `doisoat check` says of them is what the load would make of them."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.errors import ConfigurationError
from doisoat.nights.units import Units
from doisoat.province.reference import AGENCY_COLUMNS, AGENCY_OPTIONS

ROWS = """
H37.22|H37.22|000.00.22.H37|UBND huyện Văn Quan|district|H37|2020-01-01|2025-07-01|
H37.23|H37.23|000.00.23.H37|UBND huyện Bình Gia|district|H37|2020-01-01|2025-07-01|
H37.22.01|H37.22.01|000.01.22.H37|UBND xã Hòa Bình|commune|H37.22|2020-01-01|2025-07-01|
H37.23.02|H37.23.02|000.02.23.H37|UBND xã Hòa Bình|commune|H37.23|2020-01-01|2025-07-01|
H37.101|H37.101||UBND xã Hòa Bình|commune|H37|2025-07-01||Một cửa xã Hòa Bình
"""
BEFORE, SINCE = dt.date(2024, 4, 19), dt.date(2025, 7, 1)


def units(text: str = ROWS) -> Units:
    columns = (*AGENCY_COLUMNS, *AGENCY_OPTIONS)
    rows = [
        dict(zip(columns, (cell or None for cell in line.split("|")), strict=True))
        for line in text.strip().splitlines()
    ]
    return Units(rows)


@pytest.mark.parametrize(
    ("code", "name", "prefix", "day", "is_found"),
    [
        ("000.00.22.H37", None, None, BEFORE, True),
        ("H37.99", None, None, BEFORE, False),
        ("H37.99", "Ủy ban nhân dân huyện Văn Quan", None, BEFORE, True),
        (None, "UBND xã Hòa Bình", None, BEFORE, False),  # there were two then
        (None, "UBND xã Hòa Bình", "H37.22.01", BEFORE, True),
        (None, "UBND xã Hoà Bình (huyện Bình Gia)", None, BEFORE, True),
        (None, "UBND xã Hòa Bình", None, SINCE, True),
        (None, "một cửa xã Hòa Bình", None, SINCE, True),
        (None, "UBND xã Hòa Lạc", "H37.22.01", SINCE, False),
        (None, None, "H37.22.01", SINCE, False),
    ],
)
def test_a_unit_is_one_agency_on_a_day(
    code: str | None, name: str | None, prefix: str | None, day: dt.date, is_found: bool
) -> None:
    assert units().finds(code, name, prefix, day) is is_found


def test_a_day_that_is_no_day_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"H37\.22: 1\.7\.2025: expected a day such as 2025-07-01"):
        units("H37.22|H37.22||UBND|district|H37|2020-01-01|1.7.2025|")
