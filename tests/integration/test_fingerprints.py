"""What a source says and nothing knows is kept as a fingerprint: counted, joined, and understood later (ADR 28)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from doisoat.collect.known import key_of, screen_of
from doisoat.collect.landing import MANIFEST
from doisoat.collect.screen import Screen
from doisoat.load.look_ups import wanted_codes
from doisoat.names import unit_key
from doisoat.nights import steps
from doisoat.province.file import load_province
from doisoat.reports.query import query
from doisoat.shapes import fingerprint
from doisoat.warehouse import connect
from doisoat.warehouse.migrations.versions import fingerprints
from support.leaks import leaks_in_database, leaks_in_files, one_of
from support.world import LOCAL, World, total

NIGHT = dt.date(2024, 4, 18)
STATUS, UNIT, IDENTITY = "Trần Thị Giả", "UBND xã Giả Lăng", "091999000123"


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    return World(tmp_path, warehouse_dsn)


def screen(world: World, source_id: str) -> Screen:
    with connect(world.dsn) as connection:
        return screen_of(world.site.settings, source_id, key_of(connection))


def kept(world: World, text: str) -> str:
    with connect(world.dsn) as connection:
        (by_warehouse,) = connection.execute("select core.fingerprint_of(%s)", [text]).fetchone()
        assert by_warehouse == fingerprint(key_of(connection), text)
    return str(by_warehouse)


def land(world: World, source_id: str, table: str, **more: Any) -> None:
    world.land(NIGHT, source_id, table, screen=screen(world, source_id), **more)


def allow(world: World, source_id: str, **changes: Any) -> None:
    """Change the settings of a source in the province file."""
    path = world.site.settings.path
    content = yaml.safe_load(path.read_text("utf-8"))
    content["sources"][source_id].update(changes)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    world.site = dataclasses.replace(world.site, settings=load_province(path))


def check_nobody(world: World, *words: str) -> None:
    assert leaks_in_database(world.dsn, one_of(*words))[0] == []
    assert leaks_in_files(world.site.landing_root, one_of(*words))[0] == []


def test_a_word_is_counted_without_its_text_and_understood_once_a_code_map_has_it(world: World) -> None:
    land(world, "igate", f"code | status\nH37.21.01-240401-0001 | {STATUS}\nH37.21.01-240401-0002 | {STATUS}")
    world.open_and_load(NIGHT)
    with connect(world.dsn) as connection:
        unmapped = query(connection, "unmapped", {"night": NIGHT}).rows
    assert unmapped == [("igate", "status", kept(world, STATUS), 2)]
    check_nobody(world, STATUS)
    allow(world, "igate", code_maps={"status": [{"map": {STATUS: 4}}]})
    steps.load_night(world.site, NIGHT)
    assert world.rows("select distinct status from core.dossier_record") == [("4",)]


def test_a_unit_that_the_reference_lacks_is_resolved_once_it_has_it_however_it_was_written(world: World) -> None:
    counted = [total(3, agency_name=UNIT.replace(" ", "  "))]
    land(
        world, "igate", f"code | agency_name | agency\nH37-240401-0001 | Uỷ ban nhân dân {UNIT[5:]} | -", totals=counted
    )
    world.open_and_load(NIGHT)
    of_unit = "select agency_id, agency_key from core.control_total where agency_key <> ''"
    said = kept(world, unit_key(UNIT))
    assert world.rows(of_unit) == [("unknown", said)]
    assert world.rows("select agency_id, agency_name from core.dossier_record") == [("unknown", said)]
    check_nobody(world, "Giả", "giả")
    with world.site.settings.path.with_name("agencies.csv").open("a", encoding="utf-8") as file:
        file.write(f"H37.21.09,H37.21.09,,{UNIT},commune,H37.21,2020-01-01,\n")
    steps.load_night(world.site, NIGHT)
    assert world.rows(of_unit) == [("H37.21.09", said)]
    assert world.rows("select agency_id from core.dossier_record") == [("H37.21.09",)]


def test_a_code_that_is_a_number_of_a_person_still_joins_the_sides_and_is_not_asked_for(world: World) -> None:
    land(world, "igate", f"id | code\n1 | {IDENTITY}\n2 | 0912-345-678")
    land(world, "national_export", f"code\n{IDENTITY}")
    world.open_and_load(NIGHT)
    held = "select source_id, dossier_id from core.dossier_record where dossier_id = %s order by 1"
    said = kept(world, IDENTITY)
    assert world.rows(held, [said]) == [("igate", said), ("national_export", said)]
    check_nobody(world, IDENTITY, "0912-345-678")
    world.rows("update core.source set has_look_ups = true, side = 'national' where source_id = 'national_statistics'")
    with connect(world.dsn) as connection:
        settled = dt.datetime(2030, 1, 1, tzinfo=LOCAL)
        asked = wanted_codes(connection, "national_statistics", NIGHT, settled_before=settled, age_days=7)
    assert asked == ([], [])


def test_what_stands_where_a_code_should_takes_no_units_name_from_the_others(world: World) -> None:
    land(world, "igate", f"code | agency | agency_name\nH37-240401-0001 | {STATUS} | UBND xã Tân Tiến")
    land(world, "national_export", "code | agency_name | agency\nH37-240401-0002 | UBND xã Tân Tiến | -")
    world.open_and_load(NIGHT)
    assert world.rows("select agency_id from core.dossier_record where source_id = 'national_export'") == [
        ("H37.21.02",)
    ]


def test_words_of_a_field_are_kept_where_the_province_file_says_so(world: World) -> None:
    allow(world, "igate", kept_as_stated=["status_code", "agency_name"])
    land(world, "igate", f"code | status | agency_name\nH37.21.01-240401-0001 | Đang họp | {UNIT}")
    world.open_and_load(NIGHT)
    assert world.rows("select status_code, agency_name from core.dossier_record") == [("Đang họp", UNIT)]


def test_a_landing_of_before_there_were_fingerprints_is_loaded_with_them(world: World) -> None:
    """A text with line breaks, quotes and backslashes too."""
    odd = 'Trần "Thị\\n\\ Giả'
    table = (
        "id | code | national | status | agency_name\n"
        f"1 | H37.21.01-240401-0001 | H37.21.01-240401-0009 | {STATUS} | UBND xã Tân Tiến\n2 | {IDENTITY} | - | {odd} | {UNIT}"
    )
    landing = world.land(NIGHT, "igate", table, totals=[total(2), total(1, agency_name=UNIT)])
    manifest = landing.directory / MANIFEST
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 1}))
    world.open_and_load(NIGHT)
    held = "select dossier_code, linked_codes, status_code, agency_name from core.dossier_record order by record_id"
    assert world.rows(held) == [
        ("H37.21.01-240401-0001", ["H37.21.01-240401-0009"], kept(world, STATUS), "UBND xã Tân Tiến"),
        (kept(world, IDENTITY), [], kept(world, odd), kept(world, unit_key(UNIT))),
    ]
    assert leaks_in_database(world.dsn, one_of("Giả", "giả", IDENTITY))[0] == []


def test_what_a_released_warehouse_holds_becomes_fingerprints(world: World) -> None:
    """As the migration does: what is known, and what has the shape of a number, stays as it is."""
    world.land(NIGHT, "igate", f"code | status | agency_name\nH37.21.01-240401-0001 | {STATUS} | {UNIT}\n"
               "H37.21.01-240401-0002 | 99 | UBND xã Tân Tiến\nH37.21.01-240401-0003 | 4 | UBND xã Tân Tiến")  # fmt: skip
    world.open_and_load(NIGHT)
    script = (Path(fingerprints.__file__).with_suffix(".sql")).read_text("utf-8")
    with connect(world.dsn) as connection, connection.transaction():
        connection.execute(script[script.index("-- What is held already.") :])  # type: ignore[arg-type]
    held = "select status_code, agency_name from core.dossier_record order by dossier_code"
    assert world.rows(held) == [
        (kept(world, STATUS), kept(world, unit_key(UNIT))), ("99", "UBND xã Tân Tiến"), ("4", "UBND xã Tân Tiến"),
    ]  # fmt: skip
