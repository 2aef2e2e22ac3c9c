"""Whose move a gap is: the agency of its dossier or its only successor, else whoever stands above it; nobody is picked."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from doisoat.errors import ConfigurationError
from doisoat.gaps.groups import group_gaps
from doisoat.load.reference import load_reference
from doisoat.reports.query import query
from doisoat.warehouse import connect
from standalone import postgres
from support.world import World

#: On 1 July 2025 the district H37.21 ends and nobody takes its place: communes stand under the province.
AGENCIES = """H37.21.03,H37.21.03,,UBND xã Ba,commune,H37.21,2020-01-01,2025-07-01
H37.21.04,H37.21.04,,UBND xã Bốn,commune,H37.21,2020-01-01,2025-07-01
H37.21.05,H37.21.05,,UBND xã Năm,commune,H37.21,2020-01-01,2025-07-01
H37.04,H37.04,,Sở Một,department,H37,2020-01-01,2025-03-01
H37.04.01,H37.04.01,,Chi cục của Sở Một,department,H37.04,2020-01-01,2025-03-01
H37.05,H37.05,,Sở Hai,department,H37,2025-03-01,2025-09-01
H37.06,H37.06,,Sở Ba,department,H37,2025-09-01,
H37.102,H37.102,,UBND xã Mới,commune,H37,2025-07-01,
"""
SUCCESSIONS = """H37.21.01,H37.101,2025-07-01
H37.21.02,H37.101,2025-07-01
H37.21.02,H37.102,2025-07-01
H37.21.03,H37.101,2025-07-01
H37.21.03,H37.21.04,2025-07-01
H37.04,H37.05,2025-03-01
H37.05,H37.06,2025-09-01
"""
OWNERS = [
    ("H37.21.01", "2025-06-30", "H37.21.01", "itself, while it exists"),
    ("H37.21.01", "2025-07-01", "H37.101", "its only successor"),
    ("H37.21.02", "2025-07-01", "H37", "it went to two communes: neither is picked; of the district nobody took over"),
    ("H37.21.03", "2025-07-01", "H37", "one of two successors is gone, and nobody says what became of its part"),
    ("H37.21.05", "2025-07-01", "H37", "nobody says who took over"),
    ("H37.04", "2025-08-31", "H37.05", "its successor"),
    ("H37.04", "2025-09-01", "H37.06", "the successor of its successor"),
    ("H37.04.01", "2025-09-01", "H37.06", "nobody says who took over, but who took over from the agency above it"),
    ("H37.05", "2025-02-01", "H37", "before its first day it is not there"),
    ("nowhere", "2025-07-01", "unknown", "no agency that is known"),
]  # fmt: skip
NIGHT = "2025-07-02"
A, B = "H37.21.01-250601-0001", "H37.21.02-250602-0002"


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    world = World(tmp_path, warehouse_dsn)
    for name, lines in (("agencies", AGENCIES), ("successions", SUCCESSIONS)):
        with (tmp_path / f"{name}.csv").open("a", encoding="utf-8") as reference:
            reference.write(lines)
    return world


def test_each_agency_has_one_owner_or_whoever_stands_above(world: World) -> None:
    with connect(world.dsn) as connection:
        load_reference(connection, world.site.settings)
        for agency, night, owner, why in OWNERS:
            assert connection.execute("select core.owner_of(%s, %s)", [agency, night]).fetchone() == (owner,), why


def test_a_gap_names_its_owner_wherever_it_is_shown(world: World, postgres_server: postgres.Server) -> None:
    world.run(NIGHT, igate=f"code\n{A}\n{B}", national_export="code\nH37.101-250701-0003")
    owners = {A: ("H37.21.01", "H37.101"), B: ("H37.21.02", "H37"), "H37.101-250701-0003": ("H37.101", "H37.101")}
    with psycopg.connect(postgres_server.dsn(psycopg.conninfo.conninfo_to_dict(world.dsn)["dbname"])) as connection:
        connection.execute("set role analyst")
        rows = connection.execute("select dossier_id, agency_id, owner_id from mart.gap where is_latest").fetchall()
        assert {row[0]: row[1:] for row in rows} == owners
    with connect(world.dsn) as connection:
        night = connection.execute("select %s::date", [NIGHT]).fetchone()[0]
        asked = {"night": night, "archive_id": 0, "with_pending": False, "pair": None, "owner": None}
        told = query(connection, "gaps", asked).dicts()
        assert {row["dossier_id"]: (row["agency_id"], row["owner_id"]) for row in told} == owners
        assert {group.cause: group.owner_id for group in group_gaps(connection, night, 0)} == {
            "sync_overdue": None, "never_seen_locally": "H37.101"
        }  # fmt: skip


@pytest.mark.parametrize(
    "line", ["H37.21.01,H37.999,2025-07-01", "H37.101,H37.101,2025-07-01", "H37.21.01,H37.101,2025-07-01",
             "H37.21.01,H37.102,1/7/2025", "H37.21.01,H37.102,"]
)  # fmt: skip
def test_a_succession_of_no_agency_or_on_no_day_is_refused(line: str, world: World) -> None:
    with (world.site.settings.path.parent / "successions.csv").open("a", encoding="utf-8") as reference:
        reference.write(f"{line}\n")
    with (
        connect(world.dsn) as connection,
        pytest.raises(ConfigurationError, match=r"successions.csv: H37.*(names two agencies|expected a day)"),
    ):
        load_reference(connection, world.site.settings)
