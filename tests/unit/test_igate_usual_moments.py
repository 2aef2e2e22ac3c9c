"""The quick way to read an iGate row's dates gives what `moment` gives, or leaves the row to it."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.sources.igate.rows import _usual_moments
from doisoat.sources.values import moment

_SEVEN, _OTHER, _NOWHERE = "2024-03-05T10:11:12.000+0700", "2024-03-06T10:11:12+08:00", "2024-03-06T10:11:12+23:00"
_SECONDS, _LOCAL, _NULL_DAY = "2024-03-06T10:11:12+07:00:30", "2024-03-06T10:11:12", "1970-01-01T00:00:00Z"


def test_dates_of_several_offsets_are_what_moment_reads() -> None:
    values = (_SEVEN, None, _OTHER, "", _SEVEN, "2024-03-06T10:11:12Z")

    assert _usual_moments(values) == [moment(value, dt.UTC, "acceptedDate") for value in values]


@pytest.mark.parametrize("other", [_NOWHERE, _SECONDS, _LOCAL, _NULL_DAY])
@pytest.mark.parametrize("at", [0, 1, 5])
def test_one_date_that_needs_to_be_looked_at_leaves_the_row_to_moment(other: str, at: int) -> None:
    values = [_SEVEN] * 6
    values[at] = other

    assert _usual_moments(tuple(values)) == []
