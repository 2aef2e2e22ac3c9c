"""The national queries by PySpark on two worker processes: the numbers of the provinces' own warehouses, and of DuckDB."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from doisoat.open_table.commits import latest, read_commits
from doisoat.open_table.read import answer
from doisoat.open_table.store import Store
from standalone import postgres
from support.national import QUERIES, asked, by_warehouses, provinces

PROJECT = Path(__file__).parents[2]
PYTHON = PROJECT / ".venv-spark" / "bin" / "python"
SCRIPT = Path(__file__).parent / "spark" / "national.py"


@pytest.mark.timeout(900)
def test_a_cluster_comes_to_the_numbers_of_the_warehouses_and_of_duckdb(
    postgres_server: postgres.Server,
    _migrated_warehouse: str,  # noqa: PT019 - its name is what is copied
    tmp_path: Path,
) -> None:
    subprocess.run(["make", "--silent", ".venv-spark/.ready"], cwd=PROJECT, check=True)
    queries = sorted(QUERIES.glob("*.sql"))
    with provinces(tmp_path, postgres_server, _migrated_warehouse) as worlds:
        expected = {name: json.loads(json.dumps(rows, default=str)) for name, rows in by_warehouses(worlds).items()}
    table = tmp_path / "table"
    done = subprocess.run(
        [PYTHON, SCRIPT, table, *queries], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["executors"] == 2
    assert told["answers"] == expected
    store = Store(str(table))
    for query in queries:
        rows = answer(store, latest(read_commits(store)), asked(query.stem)).rows
        assert told["answers"][query.stem] == json.loads(json.dumps(rows, default=str))
