"""Indicator 2.1 in both readings, by worked examples: dossiers as eight nights show them, and what each comes to by hand.

Decision 766/QĐ-TTg as read in CONTRACTS section 6 and ADR 21: finish <= due after subtracting the time in which a supplement
was awaited; asked more than once is overdue; no due date: the legal maximum in working days; one system compares dates.
"""

from __future__ import annotations

import datetime as dt

import pytest
from support.progress import code, progress, table
from support.rates import near, rate
from support.world import World

FIRST, LAST = dt.date(2024, 4, 1), dt.date(2024, 4, 8)
DUE = "2024-04-05 17:00"


def ended(moment: str) -> dict[str, str]:
    return {"status": "9", "finished": moment}


#: number -> (what is special about it, {night: what the province shows from then on}, outcome, by moments, by date). All are
#: received on Monday 1 April at 8:00, in process, and due on Friday at 17:00.
CASES = {
    1: ("finished the day before", {4: ended("2024-04-04 10:00")}, "resolved", "early", "early"),
    2: ("finished an hour before", {5: ended("2024-04-05 16:00")}, "resolved", "on_time", "on_time"),
    3: ("finished half an hour late", {5: ended("2024-04-05 17:30")}, "resolved", "overdue", "on_time"),
    4: ("finished the day after", {6: ended("2024-04-06 09:00")}, "resolved", "overdue", "overdue"),
    # shown to wait on the nights of the 2nd and the 3rd: 24 hours at least, 72 at most
    5: ("waited a day and more", {2: {"status": "5"}, 4: {"status": "4"}, 6: ended("2024-04-06 09:00")},
        "resolved", "on_time", "overdue"),
    # shown to wait on one night: any time up to 48 hours
    6: ("waited somewhat", {3: {"status": "5"}, 4: {"status": "4"}, 6: ended("2024-04-06 09:00")},
        "resolved", "undecided", "overdue"),
    7: ("waited somewhat, but not that long", {3: {"status": "5"}, 4: {"status": "4"}, 8: ended("2024-04-08 09:00")},
        "resolved", "overdue", "overdue"),
    8: ("asked twice", {2: {"status": "5"}, 3: {"status": "4"}, 4: {"status": "5"}, 5: ended("2024-04-05 10:00")},
        "resolved", "overdue", "on_time"),
    # the source moved the due date itself when it had waited: nothing more is subtracted
    9: ("waited, due date moved", {2: {"status": "5"}, 4: {"status": "4", "due": "2024-04-07 17:00"},
        8: ended("2024-04-08 09:00")}, "resolved", "overdue", "overdue"),
    10: ("in process", {1: {"due": "2024-04-12 17:00"}}, "pending", "in_time", "in_time"),
    11: ("in process and late", {}, "pending", "overdue", "overdue"),
    12: ("due this evening, and it is midnight", {1: {"due": "2024-04-08 17:00"}}, "pending", "overdue", "in_time"),
    13: ("awaits since the 4th", {4: {"status": "5"}}, "pending", "in_time", "overdue"),
    14: ("due on a day without an hour", {1: {"due": "2024-04-05 00:00"}, 5: ended("2024-04-05 17:30")},
        "resolved", "on_time", "on_time"),
    15: ("finished on a day without an hour", {5: ended("2024-04-05 00:00")}, "resolved", "undecided", "on_time"),
    16: ("refused", {3: {"status": "3", "finished": "2024-04-03 10:00"}}, "without_result", None, None),
    17: ("finished, nobody says when", {3: {"status": "9"}}, "resolved", None, None),
    18: ("returned in time; when it was finished is not told", {4: {"status": "10", "returned": "2024-04-04 10:00"}},
        "resolved", "early", "early"),
    19: ("returned late; it may have been finished in time", {8: {"status": "10", "returned": "2024-04-08 10:00"}},
        "resolved", "undecided", "undecided"),
    20: ("no due date, no legal maximum", {1: {"due": "-"}, 4: ended("2024-04-04 10:00")},
        "resolved", "undecided", "undecided"),
    # three working days after Monday 1 April end on Thursday
    21: ("no due date, in the legal maximum", {1: {"due": "-", "procedure": "2.000635"}, 4: ended("2024-04-04 23:00")},
        "resolved", "on_time", "on_time"),
    22: ("no due date, beyond the legal maximum", {1: {"due": "-", "procedure": "2.000635"}, 5: ended("2024-04-05 08:00")},
        "resolved", "overdue", "overdue"),
    23: ("came to be known when it was over", {8: ended("2024-04-05 10:00")}, "resolved", "undecided", "on_time"),
    24: ("the same, over within a day: no two requests fit in", {8: ended("2024-04-02 10:00")},
        "resolved", "early", "early"),
    25: ("an end that is yet to come is none", {1: {"due": "2024-04-12 17:00"}, 8: {"finished": "2034-04-05 10:00"}},
        "pending", "in_time", "in_time"),
}  # fmt: skip
UNSEEN_BEFORE = {23: 8, 24: 8}


def shown(night: int) -> str:
    """What the province shows on a night of April."""
    rows = []
    for number, (_, changes, *_) in CASES.items():
        if night < UNSEEN_BEFORE.get(number, 0):
            continue
        row = {"code": code(number), "due": DUE, "status": "4"}
        for since, change in changes.items():
            row |= change if since <= night else {}
        rows.append(row)
    return table(rows)


def live(world: World, nights: int = LAST.day) -> None:
    file = world.site.settings.path.parent / "procedures.csv"
    file.write_text("procedure_code,name,field_code,field_name,legal_days\n1.000482,Đăng ký khai tử,H37.LV01,Hộ tịch,\n"
                    "2.000635,Cấp bản sao trích lục hộ tịch,H37.LV01,Hộ tịch,3\n", encoding="utf-8")  # fmt: skip
    for night in range(1, nights + 1):
        world.run(f"2024-04-{night:02d}", igate=shown(night), national_export="code\nH37.21.01-240401-0001")


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    return World(tmp_path, warehouse_dsn)


def test_each_dossier_by_hand(world):
    live(world)
    found = progress(world, "2024-04-08")
    for number, (what, _, *expected) in CASES.items():
        assert list(found[code(number)]) == expected, f"{number}: {what}"
    exact = [one[3] for one in CASES.values() if one[2] == "resolved" and one[3]]
    by_date = [one[4] for one in CASES.values() if one[2] == "resolved" and one[4]]
    assert (len(exact), exact.count("early") + exact.count("on_time"), exact.count("undecided")) == (18, 7, 5)
    assert rate(world, "on_time") == ((7, 12), (18, 18), (near(7, 18), near(12, 18)), "counted")
    assert (by_date.count("early") + by_date.count("on_time"), by_date.count("undecided")) == (10, 2)
    assert rate(world, "on_time_by_date") == ((10, 12), (18, 18), (near(10, 18), near(12, 18)), "counted")


def test_the_parts_add_up_to_the_whole_in_every_cell(world):
    live(world)
    assert world.rows(
        """select sum(provincial), sum(pending_in_time + pending_overdue + pending_undecided), sum(ended_undated),
            sum(pending_awaiting)
        from mart.fact_indicator where is_latest"""
    ) == [(25, 5, 1, 1)]
    assert world.rows(
        """select sum(resolved_early + resolved_on_time + resolved_overdue + resolved_undecided), sum(ended_without_result)
        from mart.fact_ended where is_latest"""
    ) == [(18, 1)]
    assert world.rows(
        """select count(*) from mart.fact_ended where
            resolved_early + resolved_on_time + resolved_overdue + resolved_undecided <> resolved_early_by_date
                + resolved_on_time_by_date + resolved_overdue_by_date + resolved_undecided_by_date"""
    ) == [(0,)]
    assert world.rows(
        """select count(*) from mart.fact_indicator where
            pending_in_time + pending_overdue + pending_undecided
                <> pending_in_time_by_date + pending_overdue_by_date + pending_undecided_by_date"""
    ) == [(0,)]


def test_a_past_day_is_judged_by_what_is_known_of_it_now(world):
    live(world)
    then = progress(world, "2024-04-08", "2024-04-04")
    assert then[code(1)] == ("resolved", "early", "early")
    assert then[code(4)] == ("pending", "in_time", "in_time")
    assert then[code(11)] == ("pending", "in_time", "in_time")


def test_what_was_resolved_belongs_to_the_month_of_its_end(world):
    rows = [
        {"code": code(1, "240328"), "due": "2024-04-05 17:00", "status": "9", "finished": "2024-04-02 10:00"},
        {"code": code(2, "240328"), "due": "2024-04-05 17:00", "status": "4"},
        {"code": code(3, "240328"), "due": "2024-04-05 17:00", "status": "9", "finished": "2024-03-27 10:00"},
    ]
    world.run("2024-04-08", igate=table(rows), national_export="code\nH37.21.01-240401-0001")
    assert world.rows(
        """select receipt_month, sum(provincial), sum(pending_overdue_by_date)
        from mart.fact_indicator where is_latest and source_id = '' and provincial > 0 group by 1 order by 1"""
    ) == [(dt.date(2024, 3, 1), 3, 1)]
    assert world.rows(
        "select end_month, sum(resolved_early_by_date) from mart.fact_ended where is_latest group by 1 order by 1"
    ) == [(dt.date(2024, 3, 1), 1), (dt.date(2024, 4, 1), 1)], "an end before the receipt counts on its day"


def test_a_night_without_news_of_the_province_leaves_room_for_a_request(world):
    """The province could not be read on the night of the 3rd: one request may have stood then, of two days at most."""
    late = {"code": code(1), "due": DUE, "status": "9", "finished": "2024-04-06 09:00"}
    open_ = {"code": code(1), "due": DUE, "status": "4"}
    for night in (1, 2, 3, 4, 5, 6):
        told = {} if night == 3 else {"igate": table([late if night == 6 else open_])}
        world.run(f"2024-04-{night:02d}", **told, national_export="code\nH37.21.01-240401-0001")
    assert progress(world, "2024-04-06")[code(1)] == ("resolved", "undecided", "overdue")


def test_a_dossier_without_a_receipt_date_is_in_no_period(world):
    rows = [{"code": code(1), "received": "-", "due": DUE, "status": "9", "finished": "2024-04-02 10:00"}]
    world.run("2024-04-08", igate=table(rows), national_export="code\nH37.21.01-240401-0001")
    assert world.rows("select resolved_early_by_date from mart.fact_ended where is_latest and end_month is null") == [
        (1,)
    ]
    assert world.rows("select count(*) from mart.rate_month where indicator = 'on_time' and denominator_least > 0") == [
        (0,)
    ]


def test_the_reading_in_force_is_the_province_files_choice(world):
    world.run("2024-04-01", igate=table([{"code": code(1)}]), national_export="code\nH37.21.01-240401-0001")
    in_force = "select indicator from mart.dim_indicator where code = '2.1' and is_in_force"
    assert world.rows(in_force) == [("on_time",)]
