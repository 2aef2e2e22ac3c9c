"""Many gaps are a few reasons: what they share is found, what they do not share is not made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from doisoat.gaps.groups import Group, group_gaps
from doisoat.gaps.report import grouped
from doisoat.warehouse import connect
from support.world import World

NIGHT = "2024-04-19"
AGENCIES = ("H37.21.01", "H37.21.02")
PROCEDURES = ("1.000482", "1.001193", "2.000635")


def dossiers(days: range, per_day: int) -> list[tuple[str, str]]:
    """(code, procedure): every agency and procedure alike on every day."""
    return [
        (f"{AGENCIES[number % 2]}-2404{day:02}-{number:04}", PROCEDURES[number % 3])
        for day in days
        for number in range(1, per_day + 1)
    ]


def listing(rows: list[tuple[str, str]]) -> str:
    return "\n".join(["code | procedure", *(f"{code} | {procedure}" for code, procedure in rows)])


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    return World(tmp_path, warehouse_dsn)


def groups(world: World) -> list[Group]:
    with connect(world.dsn) as connection:
        import datetime as dt

        return group_gaps(connection, dt.date.fromisoformat(NIGHT), 0)


def test_a_broken_push_of_three_days_and_one_agency_is_one_line(world: World) -> None:
    everything = dossiers(range(1, 16), 24)
    lost = {code for code, _ in everything if code.startswith("H37.21.01-24040") and code[14:16] in ("03", "04", "05")}
    scattered = {code for code, _ in everything[::60]}
    world.run(
        NIGHT,
        igate=listing(everything),
        national_export=listing([r for r in everything if r[0] not in lost | scattered]),
    )
    first, *others = groups(world)
    assert first.shared == {"agency_id": "H37.21.01", "days": "2024-04-03/2024-04-05"}
    assert first.gaps == len(lost) == 36
    assert [(group.shared, group.gaps) for group in others] == [({}, len(scattered - lost))]
    with connect(world.dsn) as connection:
        report = grouped(connection, first.received_from.replace(day=19), 0)
    assert report.dicts()[0]["told"] == (
        "36 sai lệch tại UBND xã Quốc Khánh, tiếp nhận từ ngày 03/04/2024 đến ngày 05/04/2024: Quá hạn mà chưa đồng bộ"
    )


def test_what_is_spread_evenly_shares_nothing(world: World) -> None:
    everything = dossiers(range(1, 16), 24)
    lost = {code for place, (code, _) in enumerate(everything) if place % 7 == 0}
    world.run(NIGHT, igate=listing(everything), national_export=listing([r for r in everything if r[0] not in lost]))
    assert [(group.shared, group.gaps) for group in groups(world)] == [({}, len(lost))]
