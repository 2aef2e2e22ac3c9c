"""Reports that came in, held against records: what differs, and which dossiers may make it up (ADR 21)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from doisoat.reports.query import query
from doisoat.warehouse.database import connect
from support.progress import code, table
from support.world import World, total

NIGHT = "2024-04-30"
SOURCES = {
    "provincial_report": {"kind": "report_workbook"},
    "national_report": {"kind": "report_workbook", "side": "national"},
}
PORTAL = "code\nH37.21.01-240401-0001"


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    return World(tmp_path, warehouse_dsn, sources=SOURCES)


def report(world: World, *totals: Any, source: str = "provincial_report", night: str = NIGHT) -> None:
    world.land(night, source, "code", mode="reports", totals=list(totals))


def compared(world: World, measure: str = "received", night: str = NIGHT, **where: Any) -> dict[str, Any]:
    with connect(world.dsn) as connection:
        asked = {"night": dt.date.fromisoformat(night), "by_date": True, "measure": measure, "differing": False}
        found = query(connection, "reported", asked).dicts()
    (row,) = [row for row in found if where.items() <= row.items()]
    return row


def april(*numbers: int) -> list[dict[str, str]]:
    return [{"code": code(number, "240402")} for number in numbers]


def test_a_report_that_agrees_leaves_nothing_to_explain(world):
    report(world, total(3, "received", month="2024-04"))
    world.run(NIGHT, igate=table(april(1, 2, 3)), national_export=PORTAL)
    row = compared(world)
    assert (row["reported"], row["ours_least"], row["ours_most"], row["difference"], row["unexplained"]) == (
        3,
        3,
        3,
        0,
        0,
    )


def test_a_ministrys_dossiers_and_undated_ones_may_make_up_the_difference(world):
    """6 reported, 2 in the province's system with a date in April, one without a date, and 2 on a ministry's: 1 is left."""
    report(world, total(6, "received", month="2024-04"))
    ministry = "code\n" + "\n".join(code(number, "240402", "H37.03") for number in (71, 72))
    undated = {"code": code(9), "received": "-"}
    world.run(NIGHT, igate=table([*april(1, 2), undated]), national_export=PORTAL, licences=ministry)
    row = compared(world)
    assert (row["difference"], row["ministries"], row["undated"], row["unexplained"]) == (4, 2, 1, 1)


def test_what_came_up_or_went_since_the_report_came_is_certain(world):
    """3 reported and 3 there when the report came; one was deleted since: all of the difference."""
    report(world, total(3, "received", month="2024-04"))
    world.run(NIGHT, igate=table(april(1, 2, 3)), national_export=PORTAL)
    world.run("2024-05-01", igate=table(april(1, 2)), national_export=PORTAL)
    row = compared(world, night="2024-05-01")
    assert (row["difference"], row["changed_since"], row["unexplained"]) == (1, 1, 0)


def test_a_dossier_that_the_portal_puts_into_another_month_may_be_counted_there(world):
    """1 reported of April where the province has 2: the portal has one of them in March. 3 reported of March: 2 are left."""
    report(world, total(1, "received", month="2024-04"), total(3, "received", month="2024-03"))
    portal = f"code | received\n{code(1, '240402')} | =\n{code(2, '240402')} | 2024-03-31"
    world.run(NIGHT, igate=table(april(1, 2)), national_export=portal)
    march = compared(world, period_start="2024-03-01")
    assert (march["ours_least"], march["difference"], march["moved_in"], march["unexplained"]) == (0, 3, 1, 2)
    row = compared(world, period_start="2024-04-01")
    assert (row["difference"], row["moved_out"], row["unexplained"]) == (-1, 1, 0)


def test_the_portals_report_is_held_against_the_portal(world):
    report(
        world, total(4, "received", month="2024-04"), total(2, "resolved", month="2024-04"), source="national_report"
    )
    portal = f"code\n{code(1, '240402')}\n{code(2, '240402')}\n{code(2, '240402')}"
    world.run(NIGHT, igate=table(april(1)), national_export=portal)
    row = compared(world)
    assert (row["ours_least"], row["difference"], row["repeated"], row["unexplained"]) == (2, 2, 1, 1)
    assert compared(world, "resolved")["ours_least"] is None, "what it resolved is not ours to tell"


def test_a_unit_is_held_against_all_below_it(world):
    report(world, total(2, "received", month="2024-04", agency_code="H37.21"),
           total(1, "received", month="2024-03", agency_name="UBND xã Tân Tiến"))  # fmt: skip
    other = {"code": code(3, "240402", "H37.03")}
    world.run(NIGHT, igate=table([*april(1, 2), other]), national_export=PORTAL)
    assert compared(world, agency_id="H37.21")["difference"] == 0
    commune = compared(world, agency_id="H37.21.02")
    assert (commune["ours_least"], commune["difference"], commune["unexplained"]) == (0, 1, 1)


def test_a_unit_beside_which_units_below_are_named_states_its_own_only(world):
    report(world, total(1, "received", month="2024-04", agency_code="H37.21"),
           total(2, "received", month="2024-04", agency_code="H37.21.01"))  # fmt: skip
    world.run(NIGHT, igate=table([*april(1, 2), {"code": code(3, "240402", "H37.21")}]), national_export=PORTAL)
    assert compared(world, agency_id="H37.21")["difference"] == 0
    assert compared(world, agency_id="H37.21.01")["difference"] == 0


def test_a_unit_that_nobody_knows_is_not_compared(world):
    report(world, total(2, "received", month="2024-04", agency_name="Phòng không ai biết"))
    world.run(NIGHT, igate=table(april(1)), national_export=PORTAL)
    row = compared(world)
    assert (row["agency_id"], row["ours_least"], row["difference"]) == ("unknown", None, None)


def test_resolved_and_pending_lie_between_what_is_sure_and_what_is_open(world):
    """Of April: one early, one overdue, one refused, one ended nobody says when, one open and late that awaits a supplement."""
    rows = [
        {"code": code(1, "240402"), "status": "9", "due": "2024-04-10", "finished": "2024-04-09"},
        {"code": code(2, "240402"), "status": "9", "due": "2024-04-10", "finished": "2024-04-11"},
        {"code": code(3, "240402"), "status": "7", "due": "2024-04-10", "finished": "2024-04-11"},
        {"code": code(4, "240402"), "status": "9", "due": "2024-04-10"},
        {"code": code(5, "240402"), "status": "5", "due": "2024-04-10"},
    ]
    measures = {
        "resolved": 4, "resolved_early": 1, "resolved_on_time": 3, "resolved_in_time": 2, "resolved_overdue": 1, "pending": 1,
        "pending_in_time": 1, "pending_overdue": 0, "received_direct_or_post": 5, "carried_over": 7, "paid": 3,
    }  # fmt: skip
    report(world, *(total(value, measure, month="2024-04") for measure, value in measures.items()))
    world.run(NIGHT, igate=table(rows), national_export=PORTAL)
    found = {}
    for measure in measures:
        row = compared(world, measure)
        found[measure] = (row["ours_least"], row["ours_most"], row["difference"])
    assert found == {
        "resolved": (2, 4, 0), "resolved_early": (1, 2, 0), "resolved_on_time": (0, 2, 1), "resolved_in_time": (1, 3, 0),
        "resolved_overdue": (1, 2, 0), "pending": (1, 2, 0), "pending_in_time": (0, 1, 0), "pending_overdue": (0, 1, 0),
        "received_direct_or_post": (5, 5, 0), "carried_over": (None, None, None), "paid": (None, None, None),
    }  # fmt: skip


def test_what_was_carried_over_is_what_was_pending_on_the_night_before(world):
    report(
        world,
        total(2, "carried_over", month="2024-05"),
        total(3, "received_and_carried_over", month="2024-05"),
        night="2024-05-31",
    )
    world.run(NIGHT, igate=table(april(1, 2)), national_export=PORTAL)
    world.run("2024-05-31", igate=table([*april(1, 2), {"code": code(3, "240502")}]), national_export=PORTAL)
    for measure in ("carried_over", "received_and_carried_over"):
        assert compared(world, measure, "2024-05-31")["difference"] == 0
