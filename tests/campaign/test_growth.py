"""tests/integration/test_growth.py over worlds of 10,000 and 40,000 dossiers."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.growth import LARGE, complaints, two_nights


@pytest.mark.timeout(3000)
def test_no_statement_of_a_night_grows_faster_than_the_data(tmp_path: Path) -> None:
    assert complaints(two_nights(tmp_path, LARGE)) == []
