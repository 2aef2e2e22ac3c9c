"""Single values, as every connector reads them: moments, and what systems write where there is none."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.sources.values import BadRowError, moment, written_moment
from support.servers import LOCAL

NONE = [
    None, "", "null", "chưa có", "Chưa trả", "-", "0000-00-00", "0000-00-00 00:00:00", "0001-01-01T00:00:00",
    "0001-01-01T00:00:00Z", "1753-01-01", "1900-01-01T00:00:00+07:00", "1970-01-01T07:00:00+07:00", "9999-12-31T23:59:59", 0,
]  # fmt: skip


@pytest.mark.parametrize("written", NONE)
@pytest.mark.parametrize("read", [moment, written_moment])
def test_no_date_is_none_however_a_system_writes_it(read, written) -> None:
    assert read(written, LOCAL, "due") is None


@pytest.mark.parametrize("written", ["00/00/0000", "01/01/0001 00:00:00", "01/01/1900", "31/12/9999"])
def test_no_date_with_slashes_is_none(written: str) -> None:
    assert written_moment(written, LOCAL, "due") is None


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("05/03/2024", (0, 0)), ("05/03/2024 08:15", (8, 15)), ("05/03/2024 08:15:30.123", (8, 15)),
        ("05/03/2024 08:15 SA", (8, 15)), ("05/03/2024 02:15:00 CH", (14, 15)), ("05/03/2024 12:15 AM", (0, 15)),
    ],
)  # fmt: skip
def test_a_time_may_be_one_of_twelve_hours(written: str, time: tuple[int, int]) -> None:
    found = written_moment(written, LOCAL, "due")
    assert found is not None
    assert found.replace(second=0, microsecond=0) == dt.datetime(2024, 3, 5, *time, tzinfo=LOCAL)


@pytest.mark.parametrize(
    "written", ["hôm qua", "31/02/2024", "05/03/0024", "5/3/2024", "3/13/2024", "05/03/2024 14:15 SA"]
)
def test_a_system_that_writes_another_form_is_not_guessed_at(written: str) -> None:
    with pytest.raises(BadRowError, match="impossible_date"):
        written_moment(written, LOCAL, "due")
