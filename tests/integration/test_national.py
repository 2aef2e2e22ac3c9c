"""docs/queries/national over the open table: what DuckDB answers is what the provinces' own warehouses come to.

tests/campaign/test_national_in_spark.py asks the same of a PySpark cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.open_table.commits import latest, read_commits
from doisoat.open_table.read import answer
from doisoat.open_table.store import Store
from standalone import postgres
from support.commands import typed
from support.national import NIGHT, QUERIES, SIGNS, asked, by_warehouses, provinces


@pytest.fixture(scope="module")
def nation(
    postgres_server: postgres.Server, _migrated_warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, list[tuple[Any, ...]]]]]:
    """Where the open table of three provinces is, and what their warehouses come to."""
    home = tmp_path_factory.mktemp("nation")
    with provinces(home, postgres_server, _migrated_warehouse) as worlds:
        yield home / "table", by_warehouses(worlds)


def test_the_nation_is_not_empty_and_is_what_a_hand_counts(nation: tuple[Path, Any]) -> None:
    _, expected = nation
    assert set(expected) == {file.stem for file in QUERIES.glob("*.sql")}
    assert all(expected.values())
    bridge = dict(zip(range(9), expected["bridge_of_all_provinces"][0], strict=True))
    assert (bridge[0], bridge[8]) == (3, sum(SIGNS.values()))
    (failing,) = expected["procedures_that_fail_everywhere"]
    assert failing[0:1] + failing[2:] == ("1.001193", 3, 6, 0)


@pytest.mark.parametrize("name", sorted(file.stem for file in QUERIES.glob("*.sql")))
def test_duckdb_comes_to_the_numbers_of_the_warehouses(nation: tuple[Path, Any], name: str) -> None:
    table, expected = nation
    store = Store(str(table))
    found = answer(store, latest(read_commits(store)), asked(name)).rows
    assert found == [tuple(str(value) if hasattr(value, "year") else value for value in row) for row in expected[name]]


def test_the_command_asks_them_too(nation: tuple[Path, Any]) -> None:
    table, expected = nation
    settings = {"DOISOAT_OPEN_TABLE": str(table)}
    listed = typed(settings, "national")
    assert [line.split(":")[0] for line in listed.stdout.splitlines()] == sorted(expected)
    done = typed(settings, "national", "bridge_by_cause", "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1 + len(expected["bridge_by_cause"])
    assert f"3 provinces, each by its last night: H01 {NIGHT}, H26 {NIGHT}, H37 {NIGHT}" in done.stderr
    assert "no such query" in typed(settings, "national", "nothing").stderr
    assert "set DOISOAT_OPEN_TABLE" in typed({}, "national", "bridge_by_cause").stderr
