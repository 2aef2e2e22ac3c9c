"""The agencies of declared totals are worked out together: records are read once, however many units a source names."""

from __future__ import annotations

from pathlib import Path

import pytest
from doisoat.load.records import SQL
from doisoat.warehouse import connect
from doisoat.warehouse.database import run_file
from support.world import World

NIGHT = "2024-04-18"
UNITS = 60
DOSSIERS = 200


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    """iGate with records under units of its own words."""
    world = World(tmp_path, warehouse_dsn)
    rows = [f"H37.21.01-240401-{n:04} | unit {n % UNITS} | 4" for n in range(DOSSIERS)]
    world.land(NIGHT, "igate", "\n".join(["code | agency_ref | status", *rows]))
    world.land(NIGHT, "national_export", "code\nH37.21.01-240401-0001")
    world.open_and_load(NIGHT)
    return world


def resolve(world: World, totals: list[tuple[str, str | None, str | None]]) -> tuple[list[str | None], int]:
    """What each (key, code, name) comes to, and how many records were read for all of them."""
    read = "select coalesce(sum(seq_tup_read + idx_tup_fetch), 0) from pg_stat_xact_user_tables where relname ~ '^dossier_record'"
    with connect(world.dsn) as connection:
        connection.execute(
            "create temporary table total_tonight (like core.control_total) on commit drop; "
            "alter table total_tonight drop column from_night, drop column to_night, add agency_code text, add agency_name text"
        )
        for key, code, name in totals:
            connection.execute(
                """insert into total_tonight (source_id, measure, period_kind, period_start, agency_key, value,
                    includes_children, flags, agency_code, agency_name)
                values ('igate', 'dossiers', 'month', '2024-04-01', %s, 1, false, '{}', %s, %s)""",
                [key, code, name],
            )
        connection.execute("analyze total_tonight")
        before = connection.execute(read).fetchone()
        run_file(connection, SQL / "resolve_totals.sql", {"source_id": "igate"})
        after = connection.execute(read).fetchone()
        found = dict(connection.execute("select agency_key, agency_id from total_tonight").fetchall())
        connection.rollback()
    assert before is not None
    assert after is not None
    return [found.get(key) for key, _, _ in totals], after[0] - before[0]


def test_records_are_read_once_for_all_units(world: World) -> None:
    words: list[tuple[str, str | None, str | None]] = [(f"unit {n}", None, None) for n in range(UNITS)]
    found, read = resolve(world, words)
    assert found == ["H37.21.01"] * UNITS
    assert DOSSIERS <= read <= 2 * DOSSIERS
    _, read_for_one = resolve(world, words[:1])
    assert read <= 2 * read_for_one


def test_records_are_not_read_where_codes_say_all(world: World) -> None:
    found, read = resolve(world, [("H37.21.02", "H37.21.02", None), ("000.00.03.H37", None, None)])
    assert found == ["H37.21.02", "H37.03"]
    assert read <= 1


def test_what_is_known_by_code_goes_before_words_of_records_and_they_before_names(world: World) -> None:
    world.rows("update core.dossier_record set agency_ref = 'H37.21.02' where agency_ref = 'unit 1'")
    world.rows("update core.dossier_record set agency_ref = 'UBND xã Tân Tiến' where agency_ref = 'unit 2'")
    asked: list[tuple[str, str | None, str | None]] = [
        ("H37.21.02", None, None),  # a code, whatever the records under that word say
        ("UBND xã Tân Tiến", None, "UBND xã Tân Tiến"),  # a word that records resolved
        ("xã Quốc Khánh?", None, "UBND xã Quốc Khánh"),  # a name that one agency had then
        ("nobody", None, "UBND xã Không Có"),
        ("two", "H37.03", None),
    ]
    assert resolve(world, asked)[0] == ["H37.21.02", "H37.21.01", "H37.21.01", "unknown", "H37.03"]


def test_the_province_itself_is_the_whole(world: World) -> None:
    with connect(world.dsn) as connection:
        assert connection.execute("select count(*) from core.agency where level = 'province'").fetchone() == (1,)
    found, _ = resolve(world, [("H37", "H37", None)])
    assert found == [None]  # under the key '' of the whole


def test_what_is_declared_of_a_unit_that_had_ended_is_its_only_successors(world: World) -> None:
    world.rows("update core.agency set valid_to = '2024-03-01' where agency_id in ('H37.21.01', 'H37.21.02')")
    world.rows("""insert into core.succession values ('H37.21.02', 'H37.03', '2024-03-01'),
        ('H37.21.01', 'H37.03', '2024-03-01'), ('H37.21.01', 'H37.21', '2024-03-01')""")
    asked: list[tuple[str, str | None, str | None]] = [("H37.21.02", None, None), ("H37.21.01", None, None)]
    assert resolve(world, asked)[0] == ["H37.03", "unknown"]
