"""What a repair gains, against the repair itself: the rate that is promised is the rate once the sources show it mended."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from doisoat.indicators.definitions import load_indicators
from doisoat.months import later
from doisoat.rates.cost import Question, Repair, ranked
from doisoat.rates.rates import Part, rates
from doisoat.warehouse import connect
from support.world import World, total

NIGHT, NEXT = "2024-04-29", "2024-04-30"
APRIL = Part(period="month", first_month=dt.date(2024, 4, 1), last_month=dt.date(2024, 4, 1))
A, B, C, D = (f"H37.21.01-240402-000{number}" for number in (1, 2, 3, 4))
M, N = "H37.03-240402-0071", "H37.03-240402-9001"
HEAD, LIKE = "code | agency | received", "H37.03 | 2024-04-02 08:15:31"
G, OLD = "G22.99-240402-0009", "2024-03-30"
#: Never alike by chance: three dossiers that all sides hold.
HELD = f"{A}\n{B}\n{C}"
Tables = dict[str, str]


def tables(igate: str = "", portal: str = "", licences: str = "", head: str = "code") -> Tables:
    lines = {"igate": igate, "national_export": portal}
    told = {source: f"{head}\n{HELD if head == 'code' else _padded(head)}\n{more}" for source, more in lines.items()}
    ministrys = licences or M.replace("0071", "0099")
    return {**told, "licences": f"{HEAD if '|' in ministrys else 'code'}\n{ministrys}"}


def _padded(head: str) -> str:
    return "\n".join(line + " | =" * head.count("|") for line in HELD.splitlines())


#: Of a cause: what the sources show, and what they show once it is repaired.
REPAIRS: dict[str, tuple[str, Tables, Tables]] = {
    "push": ("sync_overdue", tables(igate=D), tables(igate=D, portal=D)),
    "link": (
        "imported_from_ministry",
        tables(igate=f"{N} | {LIKE} | -", portal=f"{M} | {LIKE} | -", licences=f"{M} | {LIKE}", head=f"{HEAD} | links"),
        tables(igate=f"{N} | {LIKE} | {M}", portal=f"{M} | {LIKE} | -", licences=f"{M} | {LIKE}", head=f"{HEAD} | links"),
    ),
    "withdraw": ("never_seen_locally", tables(portal=D), tables()),
    "drop_row": (
        "two_codes",
        tables(portal=f"{D} | {G}\n{G} | -", igate=f"{D} | {G}", head="code | links"),
        tables(portal=f"{D} | {G}", igate=f"{D} | {G}", head="code | links"),
    ),
    "move": (
        "submission_for_receipt",
        tables(igate=f"{D} | 2024-04-02 | {OLD}", portal=f"{D} | {OLD} | {OLD}", head="code | received | submitted"),
        tables(igate=f"{D} | 2024-04-02 | {OLD}", portal=f"{D} | 2024-04-02 | {OLD}", head="code | received | submitted"),
    ),
    "step": (
        "status_not_mapped",
        tables(igate=f"{D} | 4", portal=f"{D} | -", head="code | status"),
        tables(igate=f"{D} | 4", portal=f"{D} | 4", head="code | status"),
    ),
    "import": ("left_out", tables(licences=M), tables(igate=M, licences=M)),
    "import of what the portal holds": ("left_out", tables(portal=M, licences=M), tables(igate=M, portal=M, licences=M)),
    "submit": ("ministry_dossier_not_on_portal", tables(licences=M), tables(portal=M, licences=M)),
}  # fmt: skip


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    return World(tmp_path, warehouse_dsn, sources={"reporting_system_report": {"kind": "report_workbook"}})


def run(world: World, night: str, told: Tables) -> None:
    world.land(night, "reporting_system_report", "code", mode="reports", totals=[total(7, "received", month="2024-04")])
    world.run(night, **told)


def promised(world: World, indicator: str, repair: Repair, by: str = "all", night: str = NIGHT) -> list[dict[str, Any]]:
    with connect(world.dsn) as connection:
        question = Question(dt.date.fromisoformat(night), 0, indicator, APRIL)
        return ranked(connection, world.site.settings, question, repair, by).dicts()


def ratio(world: World, indicator: str, night: str) -> float | None:
    with connect(world.dsn) as connection:
        found = rates(connection, world.site.settings, APRIL, dt.date.fromisoformat(night), 0).dicts()
    return next(row["ratio_least"] for row in found if row["indicator"] == indicator)


SYNC = [one.id for one in load_indicators() if one.id.startswith("sync_")]


@pytest.mark.parametrize("name", REPAIRS)
def test_what_is_promised_is_what_comes_of_it(world, name):
    cause, before, after = REPAIRS[name]
    run(world, NIGHT, before)
    now = {indicator: ratio(world, indicator, NIGHT) for indicator in SYNC}
    told = {indicator: promised(world, indicator, Repair(cause=cause)) for indicator in SYNC}
    run(world, NEXT, after)
    for indicator in SYNC:
        (row,) = told[indicator]
        assert row["ratio_now"] == now[indicator]
        came = ratio(world, indicator, NEXT)
        assert came is not None
        if indicator == "sync_status" and cause in (
            "left_out",
            "imported_from_ministry",
        ):  # whether its status is in step is not known before
            assert row["ratio_if_repaired"] <= came
        else:
            assert row["ratio_if_repaired"] == came, indicator


def test_each_group_is_promised_what_comes_of_it_alone_and_after_the_others(world):
    """Three causes at once: each alone, and all in the order of the list, come to what the sources then show."""
    before = tables(igate=D, portal="H37.21.01-240402-0005", licences=M)
    run(world, NIGHT, before)
    told = promised(world, "sync_corrected", Repair(), "cause")
    assert [row["label"] for row in told] == [
        "ministry_dossier_not_on_portal",
        "sync_overdue",
        "left_out",
        "never_seen_locally",
    ]
    assert [row["to_repair"] for row in told] == [1, 1, 1, 1]
    run(world, NEXT, tables(igate=f"{D}\n{M}", portal=f"{D}\n{M}", licences=M))
    assert told[-1]["ratio_with_all_before"] == ratio(world, "sync_corrected", NEXT) == 1


def test_gains_do_not_add_up_past_the_ceiling(world):
    run(world, NIGHT, tables(igate=D + "\n" + D.replace("0004", "0006"), licences=M))
    world_points = promised(world, "sync_received", Repair(), "cause")
    assert world_points[0]["points"] == pytest.approx(6 * 2 / 7, abs=1e-4)
    assert world_points[-1]["points_with_all_before"] == pytest.approx(6 * 3 / 7, abs=1e-4)
    assert max(row["ratio_with_all_before"] for row in world_points) == pytest.approx(6 / 7, abs=1e-6)


def test_what_nobody_knows_how_to_repair_is_promised_nothing(world):
    """Listed in part: whether it is missing is not known, and no gain is promised of it."""
    world.land(NIGHT, "national_export", f"code\n{HELD}", is_complete=False)
    run(world, NIGHT, {"igate": f"code\n{HELD}\n{D}"})
    assert promised(world, "sync_corrected", Repair(), "cause") == []


def test_a_sync_that_is_mended_also_brings_back_what_it_multiplies(world):
    """Seven were reported, the portal holds three of the province's four, of which one is online: 3.3 is 1/4 of 3/7, all of its
    points from a half on. Mended, 1/4 of 4/7."""
    run(world, NIGHT, tables(igate=f"{D} | 2", head="code | channel"))
    (line,) = promised(world, "sync_received", Repair(cause="sync_overdue"))
    assert line["share_of_3_3"] == pytest.approx((4 / 7 - 3 / 7) / 4 / 0.5, abs=1e-4)


def test_what_a_night_keeps_is_what_is_asked_for(world):
    """Every period, agency and cause: as the ranked list counts it from that part's cells alone."""
    march = "H37.21.02-240302-0011 | = | 2024-03-02 08:00"
    portal = tables(portal=f"H37.21.01-240405-0005 | = | =\n{M} | {LIKE}", head=HEAD)["national_export"]
    run(
        world,
        NIGHT,
        {**tables(igate=f"{D} | = | =\n{march}", licences=f"{M} | {LIKE}", head=HEAD), "national_export": portal},
    )
    stored = world.rows(
        """select period_kind, period_start, coalesce(agency_id, ''), cause, place, to_repair, ratio_now, ratio_if_repaired,
            ratio_with_all_before, points, points_with_all_before, share_of_3_3, denominator_basis
        from mart.repair_gain where is_latest and indicator = 'sync_received' order by 1, 2, 3, place"""
    )
    kept = [tuple(float(value) if isinstance(value, Decimal) else value for value in row) for row in stored]
    parts = sorted({row[:3] for row in kept}, key=str)
    assert {agency for _, _, agency in parts} == {"", "H37", "H37.03", "H37.21", "H37.21.01", "H37.21.02"}
    assert {kind for kind, _, _ in parts} == {"month", "quarter", "year", "all"}
    found = []
    with connect(world.dsn) as connection:
        for kind, start, agency in parts:
            begin = start and dt.date.fromisoformat(str(start))
            months = {"month": 1, "quarter": 3, "year": 12}.get(kind, 0)
            part = Part(
                period=kind, agency=agency or None, first_month=begin, last_month=begin and later(begin, months - 1)
            )
            question = Question(dt.date.fromisoformat(NIGHT), 0, "sync_received", part)
            for row in ranked(connection, world.site.settings, question, Repair(), "cause").dicts():
                names = ("label", "place", "to_repair", "ratio_now", "ratio_if_repaired", "ratio_with_all_before", "points",
                         "points_with_all_before", "share_of_3_3", "denominator_basis")  # fmt: skip
                found.append((kind, start, agency, *(row[name] for name in names)))
    assert kept == sorted(found, key=lambda row: (row[0], row[1] is None, str(row[1]), row[2], row[4]))
    assert len(kept) > 20


def test_a_dossier_in_the_wrong_cell_is_one_repair(world):
    """It changes two cells, under the record of either side."""
    head = "id | code | agency"
    portal = f"{_lines(head)}\np9 | {D} | H37.21.02"
    run(world, NIGHT, {"igate": f"{head}\n{_lines(head)}\nx9 | {D} | =", "national_export": f"{head}\n{portal}"})
    assert [(row["label"], row["to_repair"]) for row in promised(world, "sync_received", Repair(), "cause")] == [
        ("wrong_agency", 1)
    ]
    effects = "select agency_id, portal, portal_rows from mart.repair_effect where is_latest order by 1"
    assert world.rows(effects) == [("H37.21.01", 1, 1), ("H37.21.02", -1, -1)]


def _lines(head: str) -> str:
    return "\n".join(f"k{place} | {code} | =" for place, code in enumerate((A, B, C)))


def test_a_quiet_night_keeps_nothing_anew(world):
    """What repairs gain is a range of nights, as everything else of them."""
    told = tables(igate=D)
    run(world, NIGHT, told)
    kept = ("repair", "rate_sum", "repair_gain")
    counts = "select " + ", ".join(f"(select count(*) from recon.{table})" for table in kept)
    before = world.rows(counts)
    assert before[0][0] > 0
    run(world, NEXT, told)
    assert world.rows(counts) == before
