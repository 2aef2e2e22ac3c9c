"""No statement of a night does more work than what it reads and writes asks for, and none grows faster than the data.

Two worlds, one four times the other, all sources, a realistic share of every cause: a first night that has no statistics but
its own, and the night after. tests/campaign holds the same at larger sizes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from standalone import postgres
from support.growth import SMALL, Nights, complaints, two_nights
from support.quick_folder import quick_folder
from support.statement_work import explaining, work_since

#: Kinds of statements that nights once had: each unit looks through all records; a join that no index or hash serves.
PLANTED = {
    "every unit looks through all records": """select unit, (select count(*) from record r where r.unit = u.unit and r.n + 0 > 1)
        from generate_series(1, 40) u (unit)""",
    "pairs by either of two": "select count(*) as pairs from record a join record b on a.n in (b.other, b.n + 1)",
    "a join by equality": "select count(*) as equal from record a join record b on a.n = b.other",
    "sums": "select unit, count(*) from record group by unit",
}


@pytest.fixture
def home() -> Iterator[Path]:
    """Of servers that the tests start."""
    with TemporaryDirectory(prefix="doisoat-growth-", dir=quick_folder()) as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.mark.timeout(600)
def test_no_statement_of_a_night_grows_faster_than_the_data(home: Path) -> None:
    assert complaints(two_nights(home, SMALL)) == []


def test_the_gauge_sees_what_it_is_for(home: Path) -> None:
    server = explaining(home)
    worlds: dict[int, Nights] = {}
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            for size in SMALL:
                connection.execute("drop table if exists record")
                connection.execute(
                    f"create table record as select n, n % 40 as unit, n + 3 as other from generate_series(1, {size}) n"
                )
                _, place = work_since(home)
                for statement in PLANTED.values():
                    connection.execute(statement)  # type: ignore[call-overload]
                worlds[size] = {"planted": work_since(home, place)[0]}
    finally:
        postgres.stop(home)
    noticed = complaints(worlds)
    assert [
        name for name, statement in PLANTED.items() if any(" ".join(statement.split())[:25] in line for line in noticed)
    ] == ["every unit looks through all records", "pairs by either of two"]
