"""Nobody's data and nobody's password: every fault of every system of the sandbox, and then everything that was written is
searched (docs/privacy.md). Nights through Airflow are searched by tests/airflow/test_bad_nights.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.nobody import FIELDS, LABELS, check_faults, check_faults_of_a_file

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("system", FIELDS)
def test_no_fault_makes_a_person_appear(
    system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    check_faults(system, tmp_path, warehouse_dsn, caplog)


@pytest.mark.parametrize("system", LABELS)
def test_no_fault_of_a_file_makes_a_person_appear(
    system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    check_faults_of_a_file(system, tmp_path, warehouse_dsn, caplog)
