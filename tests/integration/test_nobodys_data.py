"""Nobody's data and nobody's password, whatever fault a source has: everything that was written is searched (docs/privacy.md).

One system of each kind of access; the campaign does it for all of them, tests/airflow/test_bad_nights.py for nights through
Airflow.
"""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path

import psycopg
import pyarrow
import pytest
import zstandard
from pyarrow import parquet
from sandbox.world import canaries
from support.leaks import leaks_in_database, leaks_in_files
from support.nobody import NAME, check_faults, check_faults_of_a_file


def test_a_value_is_found_wherever_it_is_planted(tmp_path: Path, warehouse_dsn: str) -> None:
    planted = f"x {NAME} x".encode()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "plain.log").write_bytes(planted)
    (tmp_path / "landing.csv.zst").write_bytes(zstandard.ZstdCompressor().compress(planted))
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", planted)
    parquet.write_table(
        pyarrow.table({"a": [None, f"x {NAME} x"], "b": [1, 2]}), tmp_path / "part.parquet", compression="zstd"
    )
    (tmp_path / f"{NAME}.csv").write_bytes(b"")
    (tmp_path / "innocent.txt").write_bytes("Nguyễn".encode())
    found, searched = leaks_in_files(tmp_path, canaries.PATTERN)
    assert (found, searched) == ([f"{NAME}.csv", "book.xlsx", "deep/plain.log", "landing.csv.zst", "part.parquet"], 6)
    with psycopg.connect(warehouse_dsn, autocommit=True) as connection:
        connection.execute("create table mart.planted (a text, b jsonb, c text[], d bytea, e text)")
        connection.execute(
            "insert into mart.planted values (%s, %s, %s, %s, 'x')",
            [NAME, json.dumps([NAME]), [NAME], pickle.dumps(NAME)],
        )
    assert sorted(leaks_in_database(warehouse_dsn, canaries.PATTERN)[0]) == [f"mart.planted.{name}" for name in "abcd"]


@pytest.mark.parametrize("system", ["driving_licence"])
def test_no_fault_makes_a_person_appear(
    system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    check_faults(system, tmp_path, warehouse_dsn, caplog)


@pytest.mark.parametrize("system", ["national_export"])
def test_no_fault_of_a_file_makes_a_person_appear(
    system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    check_faults_of_a_file(system, tmp_path, warehouse_dsn, caplog)
