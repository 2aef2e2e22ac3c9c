"""Three small provinces, each with a warehouse of its own, and what a nation of them comes to by hand.

Their dossiers are alike but for the code of the province; what each side shows of them differs, so that each cause is shared by
some of the provinces, and one procedure never reaches the portal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from doisoat.open_table.store import Store
from doisoat.open_table.write import synchronise
from doisoat.province.file import load_province
from standalone import postgres

from support.copies import copied
from support.world import World

NIGHT = "2024-04-18"
QUERIES = Path(__file__).parents[2] / "docs" / "queries" / "national"
#: What stands in World's files of its own province -> in another's.
NAMES = {"H37": "Lạng Sơn", "H26": "Lào Cai", "H01": "Hà Nội"}
A, B, C, D, E, N = (f"H37.21.01-24030{n}-000{n}" for n in (1, 2, 3, 4, 5, 6))
#: Procedure 1.001193 (D, E) is never on the portal; A is everywhere; B and C are missing there in some; N only the portal has.
PROVINCIAL = f"""code | procedure | status
    {A} | = | 4
    {B} | = | 4
    {C} | = | 9
    {D} | 1.001193 | 4
    {E} | 1.001193 | 4"""
NATIONAL: dict[str, Sequence[str]] = {
    "H37": [f"{A} | 4", f"{B} | 9", f"{C} | 9", f"{N} | 4"],
    "H26": [f"{A} | 4", f"{B} | 4"],
    "H01": [f"{A} | 9", f"{N} | 4", f"{N} | 4"],
}
#: By hand: of each province what the portal shows more of, by cause. In H01 the extra row of N is one entry more.
SIGNS = {"H37": -2 + 1, "H26": -3, "H01": -4 + 2}


def province(directory: Path, dsn: str, code: str) -> World:
    """A World that is another province: its file and its reference say the other code."""
    world = World(directory, dsn)
    for file in directory.glob("*.*"):
        told = file.read_text("utf-8").replace("H37", code).replace(NAMES["H37"], NAMES[code])
        file.write_text(told, "utf-8")
    world.site = replace(world.site, settings=load_province(directory / "province.yaml"))
    return world


@contextmanager
def provinces(directory: Path, server: postgres.Server, template: str) -> Iterator[dict[str, World]]:
    """Code -> a province whose night is published and written into the open table at `directory / "table"`."""
    with (
        copied(server, template, "nation_1") as first,
        copied(server, template, "nation_2") as second,
        copied(server, template, "nation_3") as third,
    ):
        made = {}
        for code, dsn in zip(NAMES, (first, second, third), strict=True):
            world = made[code] = province(directory / code, dsn, code)
            shown = "code | status\n" + "\n".join(NATIONAL[code])
            world.run(NIGHT, igate=PROVINCIAL.replace("H37", code), national_export=shown.replace("H37", code))
            synchronise(world.site, Store(str(directory / "table")), [night_of(world)])
        yield made


def night_of(world: World) -> Any:
    """The night that is published."""
    return world.rows("select max(night) from mart.night")[0][0]


def asked(name: str) -> str:
    """The text of a national query."""
    return (QUERIES / f"{name}.sql").read_text("utf-8")


def by_warehouses(worlds: Mapping[str, World]) -> dict[str, list[tuple[Any, ...]]]:
    """What the national queries must come to: each warehouse asked in its own words, and the answers put together here."""
    return {
        "bridge_of_all_provinces": [_bridge(worlds)],
        "bridge_by_province": _by_province(worlds),
        "bridge_by_cause": _by_cause(worlds),
        "league_of_rates": _league(worlds),
        "common_causes": _common(worlds),
        "procedures_that_fail_everywhere": _failing(worlds),
    }


def _bridge(worlds: Mapping[str, World]) -> tuple[Any, ...]:
    rows = [
        world.rows("""select night, national_declared, provincial_declared, difference_declared, difference_listed_rows,
        difference_dossiers, entries from mart.bridge where is_latest""")[0]
        for world in worlds.values()
    ]
    columns = list(zip(*rows, strict=True))

    def total(values: Sequence[Any]) -> int | None:
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    return (
        len(rows), min(columns[0]), *(total(column) for column in columns[1:4]),
        sum(value is None for value in columns[3]), *(total(column) for column in columns[4:]),
    )  # fmt: skip


def _by_province(worlds: Mapping[str, World]) -> list[tuple[Any, ...]]:
    rows = [
        (code, *world.rows("""select night, national_declared, provincial_declared, difference_declared,
        difference_listed_rows, difference_dossiers, entries from mart.bridge where is_latest""")[0])
        for code, world in worlds.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row[4] is None, -(row[4] or 0), row[0]))


def _by_cause(worlds: Mapping[str, World]) -> list[tuple[Any, ...]]:
    found: dict[str, dict[str, Any]] = {}
    for code, world in worlds.items():
        for cause, label, sign in world.rows(
            """select coalesce(e.cause, e.entry_kind), c.label, e.sign::int from mart.ledger_entry e
            left join mart.dim_cause c using (cause) where e.is_latest and e.pair = 'national_provincial'"""
        ):
            told = found.setdefault(cause, {"label": label, "provinces": set(), "signs": []})
            told["provinces"].add(code)
            told["signs"].append(sign)
    rows = [
        (
            cause,
            told["label"],
            len(told["provinces"]),
            sum(told["signs"]),
            told["signs"].count(1),
            told["signs"].count(-1),
        )
        for cause, told in found.items()
    ]
    return sorted(rows, key=lambda row: (-abs(row[3]), row[0]))


def _league(worlds: Mapping[str, World]) -> list[tuple[Any, ...]]:
    rows = [
        (row[0], code, *row[1:])
        for code, world in worlds.items()
        for row in world.rows(
            """select indicator, night, numerator_least, denominator_most, ratio_least::float, ratio_most::float, is_incomplete
            from mart.rate_all_months where is_latest and agency_id is null and is_in_force"""
        )
    ]
    placed = []
    for indicator, code, night, numerator, denominator, least, most, incomplete in rows:
        better = sum(
            other[0] == indicator and other[5] is not None and (least is None or other[5] > least) for other in rows
        )
        rounded = (None if value is None else round(value, 4) for value in (least, most))
        placed.append((indicator, better + 1, code, night, numerator, denominator, *rounded, incomplete))
    return sorted(placed, key=lambda row: (row[0], row[1], row[2]))


def _common(worlds: Mapping[str, World]) -> list[tuple[Any, ...]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for code, world in worlds.items():
        for row in world.rows(
            "select cause, cause_label, blames, days_since_receipt from mart.gap where is_latest and cause is not null"
        ):
            found.setdefault(row[0], []).append((code, *row[1:]))
    rows = [
        (cause, gaps[0][1], gaps[0][2], len({gap[0] for gap in gaps}), len(gaps), max(gap[3] for gap in gaps))
        for cause, gaps in found.items()
    ]
    return sorted((row for row in rows if 2 * row[3] >= len(worlds)), key=lambda row: (-row[3], -row[4], row[0]))


def _failing(worlds: Mapping[str, World]) -> list[tuple[Any, ...]]:
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for world in worlds.values():
        for family, name, dossiers, on_portal in world.rows(
            """select procedure_family, p.name, sum(provincial)::int, sum(synced + synced_undecided + synced_through)::int
            from mart.fact_indicator f left join mart.dim_procedure p using (procedure_family)
            where f.is_latest and f.source_id = '' and procedure_family <> 'unknown'
            group by 1, 2 having sum(provincial) > 0"""
        ):
            found.setdefault((family, name), []).append((dossiers, on_portal))
    rows = [
        (*which, len(held), sum(dossiers for dossiers, _ in held), sum(on_portal for _, on_portal in held))
        for which, held in found.items()
        if len(held) > 1 and all(2 * on_portal < dossiers for dossiers, on_portal in held)
    ]
    return sorted(rows, key=lambda row: (-row[3], row[0]))
