"""The analyst's page of rates: every query on it is answered, by a role that may read nothing but mart."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import psycopg
import pytest
from support.world import World

PAGE = Path(__file__).parents[2] / "docs" / "rates.md"
QUERIES = [
    textwrap.dedent(found) for found in re.findall(r"^ +select [^;]*;$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
]


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    world = World(tmp_path, warehouse_dsn)
    world.run(
        "2024-03-31",
        igate="code | channel | submitted | finished\n"
        "H37.21.01-240304-0001 | 2 | 2024-03-04 07:00 | 2024-03-06\nH37.21.01-240304-0002 | 1 | - | -",
        national_export="code | channel | submitted | finished\nH37.21.01-240304-0001 | 2 | 2024-03-04 07:00 | 2024-03-06",
        licences="code\nH37.03-240304-0071",
    )
    return world


def test_the_page_has_queries() -> None:
    assert len(QUERIES) >= 6


@pytest.mark.parametrize("place", range(len(QUERIES)))
def test_a_query_of_the_page_is_answered(world: World, postgres_server: Any, place: int) -> None:
    database = psycopg.conninfo.conninfo_to_dict(world.dsn)["dbname"]
    with psycopg.connect(postgres_server.dsn(database)) as connection:
        connection.execute("set role analyst")
        answered = connection.execute(QUERIES[place]).fetchall()
    # this world has no portal that publishes scores; what they show is for test_portal_scores.py and test_provinces.py
    assert answered or re.search(r"from mart\.(portal_|province_|forecast)", QUERIES[place])
