"""An agency that moves under another parent within a quarter: every number of both parents counts its dossiers once.

The second ward leaves the district for the department on 15 May, so from May's receipts on it is the department's: a month
belongs to the parent of its last day. All numbers are counted by hand.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from doisoat.gaps.decisions import Selection, select
from doisoat.rates.cost import Question, Repair, ranked
from doisoat.rates.rates import Part, rates
from doisoat.reports.bridge import Part as BridgePart
from doisoat.reports.bridge import bridge
from doisoat.reports.form import Asked, form
from doisoat.reports.query import query
from doisoat.warehouse import connect
from doisoat.warehouse.queries import Report
from support.world import World, total

NIGHT = dt.date(2024, 6, 30)
PROVINCE, DISTRICT, WARD, MOVED, DEPARTMENT = "H37", "H37.21", "H37.21.01", "H37.21.02", "H37.03"
APRIL, MAY, JUNE = (dt.date(2024, month, 1) for month in (4, 5, 6))
LAST_DAY = {APRIL: dt.date(2024, 4, 30), MAY: dt.date(2024, 5, 31), JUNE: NIGHT}
SOURCES = {"provincial_report": {"kind": "report_workbook"}}
#: (agency, day) -> how many the province holds, and how many of them the portal.
HELD = {
    (WARD, "240402"): (1, 1),
    (MOVED, "240403"): (3, 1),
    (MOVED, "240502"): (4, 3),  # before the day of the move, in its month
    (MOVED, "240603"): (1, 0),
    (DEPARTMENT, "240504"): (2, 2),
    (DISTRICT, "240505"): (2, 1),
}
#: (unit, month) -> (how many the portal holds, of how many of the province).
COUNTS = {
    (DISTRICT, APRIL): (2, 4), (DISTRICT, MAY): (1, 2), (DISTRICT, JUNE): (0, 0),
    (DEPARTMENT, APRIL): (0, 0), (DEPARTMENT, MAY): (5, 6), (DEPARTMENT, JUNE): (0, 1),
}  # fmt: skip
QUARTER = {DISTRICT: (3, 6), DEPARTMENT: (5, 7), MOVED: (4, 8), PROVINCE: (8, 13)}
UNITS = [DISTRICT, DEPARTMENT]
#: Only at the province, and nobody says when it was received: it stands where the ward stands in the month of the night.
UNDATED = f"{MOVED}-240404-0099"


@pytest.fixture(scope="module")
def world(tmp_path_factory, shared_warehouse_dsn) -> World:
    world = World(tmp_path_factory.mktemp("moved"), shared_warehouse_dsn, sources=SOURCES)
    world.move(MOVED, DEPARTMENT, "2024-05-15")
    reports = [total(9, "received", month=f"{month:%Y-%m}", agency_code=unit) for unit in UNITS for month in LAST_DAY]
    world.land(NIGHT, "provincial_report", "code", mode="reports", totals=reports)
    world.run(NIGHT, igate=_table(0) + f"\n{UNDATED} | - | = | 4 | -", national_export=_table(1))
    return world


def _table(side: int) -> str:
    """Submitted online the day before; all but the moved ward's first one of April, which ends in June, are pending."""
    lines = ["code | received | channel | status | finished"]
    for (agency, day), counts in HELD.items():
        for number in range(1, counts[side] + 1):
            ended = "9 | 2024-06-10" if (agency, day, number) == (MOVED, "240403", 1) else "4 | -"
            lines.append(f"{agency}-{day}-{number:04d} | = | 2 | {ended}")
    return "\n".join(lines)


def asked_rates(world: World, **part: Any) -> list[dict[str, Any]]:
    with connect(world.dsn) as connection:
        return rates(connection, world.site.settings, Part(**part), NIGHT, 0).dicts()


def counts(row: dict[str, Any]) -> tuple[int, int]:
    return row["numerator_least"], row["denominator_least"]


def asked_bridge(world: World, by: str = "whole", **part: Any) -> Report:
    with connect(world.dsn) as connection:
        return bridge(connection, NIGHT, 0, by=by, part=BridgePart(**part), with_ministries=False, declared_by=[])


def asked_form(world: World, agency: str, first: dt.date, last: dt.date) -> dict[str, Any]:
    with connect(world.dsn) as connection:
        whole: dict[str, Any] = form(connection, world.site.settings, Asked(agency, first, last, NIGHT)).dicts()[-1]
        return whole


def test_each_months_rate_of_both_parents(world):
    stored = {
        (agency, month): (least, denominator)
        for agency, month, least, denominator in world.rows(
            """select agency_id, period_start, numerator_least, denominator_least from mart.rate_month
            where indicator = 'sync_own' and agency_id = any (%s)""",
            [UNITS],
        )
    }
    assert stored == {key: value for key, value in COUNTS.items() if value[1]}
    by_agency = {
        (row["part"], row["period_start"]): counts(row)
        for row in asked_rates(world, by="agency", period="month")
        if row["indicator"] == "sync_own" and row["part"] in UNITS
    }
    one_by_one = {
        (unit, row["period_start"]): counts(row)
        for unit in UNITS
        for row in asked_rates(world, agency=unit, period="month")
        if row["indicator"] == "sync_own"
    }
    assert by_agency == one_by_one == {(unit, f"{month}"): value for (unit, month), value in stored.items()}


def test_the_quarters_rate_is_its_months_and_the_whole_is_its_parts(world):
    found = world.rows(
        """select agency_id, numerator_least, denominator_least from mart.rate_quarter
        where (indicator, period_start) = ('sync_own', '2024-04-01') and agency_id = any (%s)""",
        [list(QUARTER)],
    )
    assert {agency: (least, denominator) for agency, least, denominator in found} == QUARTER
    parts = {
        row["part"]: counts(row)
        for row in asked_rates(world, by="agency", period="quarter", agency=DISTRICT)
        if row["indicator"] == "sync_own"
    }
    assert parts == {DISTRICT: (3, 6), WARD: (1, 1), MOVED: (1, 3)}  # of the moved one what was the district's


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("month", LAST_DAY)
def test_bridge_form_walk_report_and_time_to_acceptance_agree_with_the_rate(world, unit, month):
    synced, held = COUNTS[unit, month]
    (row,) = asked_bridge(world, agency=unit, first_month=month, last_month=month).dicts()
    assert (row["national_listed"], row["provincial_listed"], row["entries"]) == (synced, held, synced - held)
    made_of = asked_bridge(world, "agency", agency=unit, first_month=month, last_month=month).dicts()
    assert sum(one["entries"] for one in made_of) == synced - held
    made = asked_form(world, unit, month, LAST_DAY[month])
    assert made["received_online"] == held
    assert made["received_and_carried_over"] - made["carried_over"] == held
    assert walked(world, unit, month)["of the province, on the portal"] == (synced, held)
    assert reported(world, unit, month)["ours_least"] == held
    assert world.rows(
        """select coalesce(sum(online), 0) from mart.acceptance_time t
        join mart.agency_subtree s
            on s.agency_id = t.agency_id and s.from_month <= t.receipt_month and t.receipt_month < s.to_month
        where (s.ancestor_id, t.receipt_month) = (%s, %s)""",
        [unit, month],
    ) == [(held,)]


def walked(world: World, unit: str, month: dt.date) -> dict[str, tuple[int, int]]:
    choices = world.site.settings.indicators
    parameters = {
        "night": NIGHT, "archive_id": 0, "month": month, "agency": unit, "reported_by": choices.reported_by,
        "numerators": choices.published_numerators, "denominators": choices.published_denominators,
    }  # fmt: skip
    with connect(world.dsn) as connection:
        rows = query(connection, "walk", parameters).dicts()
    return {row["step"]: (row["numerator"], row["denominator"]) for row in rows}


def reported(world: World, unit: str, month: dt.date) -> dict[str, Any]:
    with connect(world.dsn) as connection:
        rows = query(
            connection, "reported", {"night": NIGHT, "by_date": True, "measure": "received", "differing": False}
        )
    (row,) = [row for row in rows.dicts() if (row["agency_id"], row["period_start"]) == (unit, f"{month}")]
    return row


@pytest.mark.parametrize("unit", UNITS)
def test_of_the_quarter_too_and_what_the_gaps_cost(world, unit):
    synced, held = QUARTER[unit]
    (row,) = asked_bridge(world, agency=unit, first_month=APRIL, last_month=JUNE).dicts()
    assert (row["national_listed"], row["provincial_listed"]) == (synced, held)
    made = asked_form(world, unit, APRIL, NIGHT)
    assert (made["received_and_carried_over"], made["carried_over"]) == (held, 0)
    part = Part(agency=unit, period="quarter", first_month=APRIL, last_month=JUNE)
    with connect(world.dsn) as connection:
        question = Question(NIGHT, 0, "sync_own", part)
        (gain,) = ranked(connection, world.site.settings, question, Repair(), "all").dicts()
        (of_ward,) = ranked(connection, world.site.settings, question, Repair(agency=MOVED), "all").dicts()
    assert gain["to_repair"] == held - synced
    assert gain["ratio_now"] == pytest.approx(synced / held, abs=1e-6)
    assert gain["ratio_if_repaired"] == 1
    assert of_ward["to_repair"] == 2  # two of April at the district; one of May and one of June at the department


def test_what_has_no_receipt_date_is_in_no_period_and_stands_where_its_agency_does_on_the_night(world):
    listed = {unit: row["provincial_listed"] for unit in UNITS for row in asked_bridge(world, agency=unit).dicts()}
    assert listed == {DISTRICT: QUARTER[DISTRICT][1], DEPARTMENT: QUARTER[DEPARTMENT][1] + 1}
    assert [reported(world, unit, JUNE)["undated"] for unit in UNITS] == [0, 1]
    with connect(world.dsn) as connection:
        of = {unit: {one for _, one, *_ in select(connection, NIGHT, Selection(agency=unit))} for unit in UNITS}
        assert of[DISTRICT] | of[DEPARTMENT] == {one for _, one, *_ in select(connection, NIGHT, Selection())}
    assert not of[DISTRICT] & of[DEPARTMENT]
    assert UNDATED in of[DEPARTMENT]
    assert f"{MOVED}-240403-0003" in of[DISTRICT]


def test_what_ended_after_the_move_ended_at_the_new_parent_and_stays_on_the_form_of_the_old_one(world):
    """A rate in time goes by the month of the end. The form's row has to add up, so it keeps a dossier where it was received."""
    ended = world.rows(
        """select agency_id, period_start, denominator_least from mart.rate_month
        where indicator = 'on_time_by_date' and agency_id = any (%s) and denominator_least > 0""",
        [UNITS],
    )
    assert ended == [(DEPARTMENT, JUNE, 1)]
    assert [asked_form(world, unit, APRIL, NIGHT)["resolved"] for unit in UNITS] == [1, 0]
