"""Names of units in the warehouse: the same form as in Python, for every source, whichever way they are written."""

from __future__ import annotations

import random
from pathlib import Path

from doisoat.names import unit_key
from doisoat.warehouse import connect
from support.unit_names import different, same, tones
from support.world import World, total

NIGHT = "2024-04-18"
PARTS = (
    "UBND", "Ủy ban nhân dân", "Uỷ ban nhân dân", "hội đồng nhân dân", "xã", "xã hội", "phường", "thị trấn", "huyện", "thị xã",
    "thành phố", "TP.", "tp ", "TX", "quận", "đặc khu", "tỉnh", "Tỉnh", "Sở", "Ban", "Công an", "Lạng Sơn", "Hoà", "Hòa", "Thuỵ",
    "Ðồng", ",", ", ", " - ", "–", "-", "(", ")", "[", "]", ".", ";", " ", "  ", "\u00a0", "\t", "", "H37.21", "'", "\\1", "%s",
)  # fmt: skip


def in_sql(dsn: str, names: list[str]) -> list[str]:
    with connect(dsn) as connection:
        rows = connection.execute(
            "select coalesce(core.agency_name_key(name), '') from unnest(%s::text[]) with ordinality said (name, at) order by at",
            [names],
        ).fetchall()
    return [key for (key,) in rows]


def test_the_warehouse_compares_names_as_the_page_says(warehouse_dsn: str) -> None:
    names = [name for pair in [*same(), *different(), *tones()] for name in pair]
    assert in_sql(warehouse_dsn, names) == [unit_key(name) for name in names]


def test_the_warehouse_and_the_library_agree_on_any_name(warehouse_dsn: str) -> None:
    drawn = random.Random("names of units")
    names = ["".join(drawn.choice(PARTS) + drawn.choice(("", " ", " ")) for _ in range(9)) for _ in range(4_000)]
    keys = in_sql(warehouse_dsn, names)
    assert [pair for pair in zip(names, keys, strict=True) if unit_key(pair[0]) != pair[1]] == []


def test_a_unit_is_found_by_every_way_of_writing_it(tmp_path: Path, warehouse_dsn: str) -> None:
    """In records and in totals; by an alias of the reference too; a name that two units bear without more stays unknown."""
    world = World(tmp_path, warehouse_dsn)
    reference = world.site.settings.path.with_name("agencies.csv")
    header, *rows = reference.read_text("utf-8").splitlines()
    rows += [
        "H37.22,H37.22,,UBND huyện Văn Quan,district,H37,2020-01-01,2025-07-01",
        "H37.22.01,H37.22.01,,UBND xã Hòa Bình,commune,H37.22,2020-01-01,2025-07-01",
        "H37.21.03,H37.21.03,,UBND xã Hoà Bình,commune,H37.21,2020-01-01,2025-07-01",
        "H37.43,H37.43,,Công an tỉnh Lạng Sơn,department,H37,2020-01-01,",
    ]
    alias = {"H37.43": "CA tỉnh; PX01", "H37.21": "Huyện Tràng Định cũ"}
    lines = [f"{row},{alias.get(row.split(',')[0], '')}" for row in rows]
    reference.write_text("\n".join([f"{header},aliases", *lines, ""]), encoding="utf-8")
    names = {
        "Công an tỉnh": "H37.43", "CA Tỉnh Lạng Sơn": "H37.43", "PX01": "H37.43", "Sở Tư pháp tỉnh Lạng Sơn": "H37.03",
        "UBND xã Hòa Bình (huyện Văn Quan)": "H37.22.01", "UBND xã Hoà Bình huyện Văn Quan": "H37.22.01",
        "UBND xã Hoà Bình, huyện Tràng Định": "H37.21.03", "xã Hòa Bình, Huyện Tràng Định cũ": "H37.21.03",
        "UBND xã Hoà Bình": "unknown", "Công an": "unknown",
    }  # fmt: skip
    table = "\n".join(f"G22.99-240401-{at:04} | - | {name.replace('|', ' ')}" for at, name in enumerate(names, 1))
    world.land(NIGHT, "national_export", f"code | agency | agency_name\n{table}")
    world.land(NIGHT, "igate", "code\nH37.21.01-240401-0001")
    world.land(NIGHT, "national_statistics", totals=[total(1, month="2024-04", agency_name=name) for name in names])
    world.open_and_load(NIGHT)
    found = dict(
        world.rows("select agency_name, agency_id from core.dossier_record where source_id = 'national_export'")
    )
    assert found == names
    totals = "select agency_key, agency_id from core.control_total where source_id = 'national_statistics' and agency_key <> ''"
    assert dict(world.rows(totals)) == names
