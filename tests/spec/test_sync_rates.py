"""Indicator 1.4 in its readings, by worked examples: a small table of dossiers, the result computed by hand.

Decision 766/QĐ-TTg as read in CONTRACTS section 6. Ratios are written numerator/denominator, as they were computed.
"""

from __future__ import annotations

import datetime as dt

import pytest
from support.rates import near, rate
from support.world import World, total

NIGHT = "2024-04-30"
REPORTED = {"reporting_system_report": {"kind": "report_workbook"}}


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    return World(tmp_path, warehouse_dsn, sources=REPORTED)


def codes(*numbers: int, extra: str = "", agency: str = "H37.21.01", day: str = "240402") -> str:
    return f"code{extra and ' | ' + extra}\n" + "\n".join(f"{agency}-{day}-{number:04d}" for number in numbers)


def report(world: World, *totals, night: str = NIGHT) -> None:
    world.land(night, "reporting_system_report", "code", mode="reports", totals=list(totals))


def test_a_one_way_sync_counts_and_the_denominator_is_what_was_reported(world):
    """The province reported 5 and the portal holds 3 of April: 3/5. That one is in another status does not matter."""
    report(world, total(5, "received", month="2024-04"))
    world.run(NIGHT, igate=codes(1, 2, 3, 4, 5), national_export="code | status\n"
              "H37.21.01-240402-0001 | 4\nH37.21.01-240402-0002 | 9\nH37.21.01-240402-0003 | 4")  # fmt: skip
    assert rate(world, "sync_received") == ((3, 3), (5, 5), (near(3, 5), near(3, 5)), "reported")
    assert rate(world, "sync_status") == ((2, 2), (5, 5), (near(2, 5), near(2, 5)), "reported")


def test_a_national_surplus_does_not_lift_the_ratio_above_100(world):
    """2 reported, the portal holds 3: the larger is the portal's own, 3/3."""
    report(world, total(2, "received", month="2024-04"))
    world.run(NIGHT, igate=codes(1, 2), national_export=codes(1, 2, 3))
    assert rate(world, "sync_received") == ((3, 3), (3, 3), (1, 1), "portal")
    assert rate(world, "sync_status") == ((2, 2), (3, 3), (near(2, 3), near(2, 3)), "portal")


def test_a_dossier_without_receipt_date_never_counts(world):
    report(world, total(3, "received", month="2024-04"))
    undated = "\nG22.99-240402-0009 | -"
    world.run(NIGHT, igate=codes(1, 2, 3), national_export="code | received\nH37.21.01-240402-0001 | =" + undated)
    assert rate(world, "sync_received")[0] == (1, 1)
    assert world.rows("select portal_rows from mart.fact_indicator where receipt_month is null") == [(1,)]


def test_a_ministrys_dossiers_swell_the_denominator_and_never_the_numerator(world):
    """The notice's complaint: 3 of its own all synced, 2 on a ministry's system are reported too: 3/5. Corrected, of the five
    that there are the portal holds three; were one of the ministry's there, four."""
    report(world, total(5, "received", month="2024-04"))
    ministry = codes(71, 72, agency="H37.03")
    world.run(NIGHT, igate=codes(1, 2, 3), national_export=codes(1, 2, 3), licences=ministry)
    assert rate(world, "sync_received")[2] == (near(3, 5), near(3, 5))
    assert rate(world, "sync_own")[2] == (1, 1)
    assert rate(world, "sync_corrected") == ((3, 3), (5, 5), (near(3, 5), near(3, 5)), "counted")
    assert world.rows(
        "select source_id, sum(added), sum(added_on_portal) from mart.fact_indicator where added > 0 group by 1"
    ) == [("licences", 2, 0)]


def test_what_the_portal_holds_of_a_ministrys_dossiers_is_synced_in_the_corrected_rate(world):
    ministry = codes(71, 72, agency="H37.03")
    portal = codes(1, 2, 3) + "\nH37.03-240402-0071"
    world.run(NIGHT, igate=codes(1, 2, 3), national_export=portal, licences=ministry)
    assert rate(world, "sync_corrected") == ((4, 4), (5, 5), (near(4, 5), near(4, 5)), "counted")
    assert rate(world, "sync_own")[:2] == ((3, 3), (3, 3))


def test_a_ministrys_dossier_that_the_province_holds_counts_once(world):
    world.run(NIGHT, igate=codes(1, 2), national_export=codes(1), licences=codes(2))
    assert rate(world, "sync_corrected") == ((1, 1), (2, 2), (near(1, 2), near(1, 2)), "counted")


def test_what_the_evidence_leaves_open_is_a_range(world):
    """Two of that day on the ministry's system and one at the province, none told apart: the portal's listing holds neither.
    At worst both are further dossiers that are missing: 1/4; at best none is one more: 1/2."""
    days = "id | code | agency | received\n"
    there = days + "71 | - | H37.03 | 2024-04-02 00:00\n72 | - | H37.03 | 2024-04-02 00:00"
    here = "code | agency | received\nH37.21.01-240402-0001 | = | =\nH37.03-240402-9001 | H37.03 | 2024-04-02 00:00"
    world.run(NIGHT, igate=here, national_export=codes(1), licences=there)
    assert rate(world, "sync_corrected") == ((1, 1), (2, 4), (near(1, 4), near(1, 2)), "counted")


def test_where_the_portal_was_listed_in_part_the_rate_is_a_range(world):
    world.land(NIGHT, "national_export", codes(1), is_complete=False)
    world.run(NIGHT, igate=codes(1, 2, 3, 4))
    assert rate(world, "sync_own") == ((1, 4), (4, 4), (near(1, 4), 1), "counted")
    assert world.rows("select distinct is_incomplete from mart.rate_month") == [(True,)]


def test_what_was_not_reported_to_us_leaves_the_denominator_unknown(world):
    world.run(NIGHT, igate=codes(1, 2), national_export=codes(1))
    assert rate(world, "sync_received") == ((1, 1), (None, None), (None, None), "unknown")


def test_where_both_are_empty_last_years_report_is_prorated(world):
    """The portal holds none of April and nothing was reported of it: 0 of a twelfth of last year's 120."""
    report(world, total(120, "received", period_kind="year", receipt_month=dt.date(2023, 1, 1)))
    world.run(NIGHT, igate=codes(1), national_export="code\nH37.21.01-240101-0001")
    assert rate(world, "sync_received") == ((0, 0), (10, 10), (0, 0), "last_year_prorated")
    assert rate(world, "sync_received", "quarter")[1] == (30, 30)


def test_a_quarter_is_the_sum_of_its_months_where_each_was_reported(world):
    months = [total(number, "received", month=f"2024-0{month}") for month, number in ((4, 4), (5, 0), (6, 0))]
    report(world, *months)
    world.run(NIGHT, igate=codes(1, 2, 3, 4), national_export=codes(1, 2))
    assert rate(world, "sync_received", "quarter") == ((2, 2), (4, 4), (near(1, 2), near(1, 2)), "sum_of_months")
    assert rate(world, "sync_received", "year")[1] == (None, None)


def test_an_agency_counts_all_below_it_by_its_own_word(world):
    """The commune's dossier is its district's too; what a unit reported is its own denominator."""
    report(world, total(4, "received", month="2024-04", agency_code="H37.21"))
    other = codes(3, 4, agency="H37.21.02").removeprefix("code")
    world.run(
        NIGHT, igate=codes(1, 2) + other, national_export=codes(1) + codes(3, agency="H37.21.02").removeprefix("code")
    )
    assert rate(world, "sync_own", agency="H37.21.01")[:2] == ((1, 1), (2, 2))
    assert rate(world, "sync_own", agency="H37.21")[:2] == ((2, 2), (4, 4))
    assert rate(world, "sync_own", agency="H37")[:2] == ((2, 2), (4, 4))
    assert rate(world, "sync_received", agency="H37.21")[2] == (near(2, 4), near(2, 4))
    assert rate(world, "sync_received", agency="H37.21.01")[2] == (None, None)


def test_a_night_that_changes_nothing_writes_nothing(world):
    told = {"igate": codes(1, 2), "national_export": codes(1)}
    world.run(NIGHT, **told)
    before = world.rows("select count(*) from recon.rate"), world.rows("select count(*) from recon.indicator_cell")
    world.run("2024-05-01", **told)
    assert (
        world.rows("select count(*) from recon.rate"),
        world.rows("select count(*) from recon.indicator_cell"),
    ) == before
    world.run("2024-05-02", igate=codes(1, 2), national_export=codes(1, 2))
    assert rate(world, "sync_own")[2] == (1, 1)
    assert world.rows("select ratio_least from mart.rate_all_months where indicator = 'sync_own' "
                      "and agency_id is null order by night") == [(near(1, 2),), (near(1, 2),), (1,)]  # fmt: skip


IMPORT = "code | agency | received\nH37.21.01-240402-0001 | = | =\n"
AT = "H37.03 | 2024-04-02 08:15:31"


def test_what_was_taken_in_under_a_new_code_is_on_the_portal_as_the_ministrys(world):
    """Nothing links the import, but second, agency and procedure are the ministry's: 2 of 2 corrected, 1 of 2 as pushed."""
    there = f"id | code | agency | received\n71 | H37.03-240402-0071 | {AT}"
    portal = f"{IMPORT}H37.03-240402-0071 | {AT}"
    world.run(NIGHT, igate=f"{IMPORT}H37.03-240402-9001 | {AT}", national_export=portal, licences=there)
    assert rate(world, "sync_own")[:2] == ((1, 1), (2, 2))
    assert rate(world, "sync_corrected") == ((2, 2), (2, 2), (1, 1), "counted")


def test_what_may_be_taken_in_twice_is_a_range(world):
    """The ministry has one, the province two of that second, none on the portal. Beside one that is synced: 1/2 if they are one
    dossier, 1/3 if they are two, 1/4 if the ministry's is a third."""
    there = f"id | code | agency | received\n71 | - | {AT}"
    twice = f"{IMPORT}H37.03-240402-9001 | {AT}\nH37.03-240402-9002 | {AT}"
    world.run(NIGHT, igate=twice, national_export=codes(1), licences=there)
    assert rate(world, "sync_own") == ((1, 1), (2, 3), (near(1, 3), near(1, 2)), "counted")
    assert rate(world, "sync_corrected")[2] == (near(1, 4), near(1, 2))
