"""Rates of a range of days, as reports that run from the 15th to the 14th ask for them, by a worked example."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from doisoat.errors import ConfigurationError
from doisoat.rates.cells import Days
from doisoat.rates.rates import Part, rates
from doisoat.warehouse import connect
from support.world import World, total

FIRST, NIGHT = "2024-04-29", "2024-04-30"
#: Received on 14 and 15 March, 14 and 15 April; the portal lacks the one of 14 April, and shows that of 15 March as a day later.
HERE = ["H37.21.01-240314-0001", "H37.21.01-240315-0002", "H37.21.02-240414-0003", "H37.21.01-240415-0004"]
REPORTED = {"reporting_system_report": {"kind": "report_workbook"}}


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    world = World(tmp_path, warehouse_dsn, sources=REPORTED)
    for night in (FIRST, NIGHT):
        world.land(
            night, "reporting_system_report", "code", mode="reports", totals=[total(9, "received", month="2024-04")]
        )
        there = f"code | received\n{HERE[0]} | =\n{HERE[1]} | 2024-03-16 08:00\n{HERE[3]} | ="
        world.run(night, igate="code | status\n" + "\n".join(f"{code} | 4" for code in HERE), national_export=there)
    return world


def asked(
    world: World, first: str, last: str, night: str = NIGHT, **part: Any
) -> dict[tuple[str, str | None], tuple[Any, ...]]:
    days = Days(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    with connect(world.dsn) as connection:
        report = rates(
            connection, world.site.settings, Part(period="range", days=days, **part), dt.date.fromisoformat(night), 0
        )
    return {
        (row["indicator"], row["part"]): (row["numerator_least"], row["denominator_least"], row["denominator_basis"])
        for row in report.dicts()
    }


def test_a_range_across_two_months_counts_its_days_alone(world: World) -> None:
    """15 March to 14 April: the province received two, of which the portal has one."""
    assert asked(world, "2024-03-15", "2024-04-14")["sync_own", None] == (1, 2, "counted")
    assert asked(world, "2024-03-14", "2024-04-15")["sync_own", None] == (3, 4, "counted")
    assert asked(world, "2024-04-14", "2024-04-14")["sync_own", None] == (0, 1, "counted")


def test_each_side_counts_by_its_own_day_of_receipt(world: World) -> None:
    """On 16 March the province received nothing; the portal shows one, and that is no dossier of the province's that day."""
    assert ("sync_own", None) not in asked(world, "2024-03-17", "2024-03-18")
    assert asked(world, "2024-03-16", "2024-03-16")["sync_own", None][:2] == (0, 0)


def test_days_are_parted_and_narrowed_as_months_are(world: World) -> None:
    by_agency = asked(world, "2024-03-15", "2024-04-14", by="agency")
    assert by_agency["sync_own", "H37.21.01"][:2] == (1, 1)
    assert by_agency["sync_own", "H37.21.02"][:2] == (0, 1)
    assert by_agency["sync_own", "H37.21"][:2] == (1, 2)
    assert asked(world, "2024-03-15", "2024-04-14", agency="H37.21.02")["sync_own", "H37.21.02"][:2] == (0, 1)


def test_no_report_speaks_of_days(world: World) -> None:
    """April was reported, and lies in the range: what was reported of the range is unknown all the same."""
    assert asked(world, "2024-03-15", "2024-04-14")["sync_received", None][1:] == (None, "unknown")


def test_days_of_an_earlier_night_are_refused_and_not_answered_for_another(world: World) -> None:
    with pytest.raises(ConfigurationError, match=f"as known on night {FIRST}.*those of night {NIGHT}"):
        asked(world, "2024-03-15", "2024-04-14", night=FIRST)
    with pytest.raises(ConfigurationError, match="give days in that order"):
        asked(world, "2024-04-14", "2024-03-15")
