"""Digitisation, online payment, online share and the time to acceptance, by worked examples: a small table of dossiers, the
result computed by hand.

The notice 204/TB-UBND (2024) names the four; the readings are those of indicators/definitions.yaml. Ratios are written
numerator/denominator, as they were computed.
"""

from __future__ import annotations

import datetime as dt
import json

import pytest
from doisoat.cli.app import commands
from doisoat.rates.cost import Question, Repair, ranked
from doisoat.rates.rates import Part
from doisoat.warehouse import connect
from support.rates import near, rate, take
from support.world import World, total
from typer.testing import CliRunner

NIGHT = "2024-04-30"


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    return World(tmp_path, warehouse_dsn, sources={"reporting_system_report": {"kind": "report_workbook"}})


def table(columns: str, *rows: str, day: str = "240402") -> str:
    """Dossiers 1, 2, ... of one commune; each row is what its columns say."""
    codes = [f"H37.21.01-{day}-{number:04d} | {row}" for number, row in enumerate(rows, 1)]
    return "\n".join([f"code | {columns}", *codes])


# digitisation ---------------------------------------------------------------------------------------------------------
def test_what_no_side_says_is_digitised_at_most(world):
    """Five received: the portal calls 1 digitised and 2 not, says nothing of 3, does not hold 4; the province says 5 is: 2/5 to
    4/5."""
    world.run(
        NIGHT, igate=table("digitised", "-", "-", "-", "-", "yes"), national_export=table("digitised", "yes", "no", "-")
    )
    assert rate(world, "digitised_received") == ((2, 4), (5, 5), (near(2, 5), near(4, 5)), "counted")


def test_where_the_sides_disagree_it_is_digitised_at_most(world):
    """Both say 1 is, both say 2 is not, of 3 and 4 they disagree either way: 1/4 to 3/4."""
    world.run(
        NIGHT,
        igate=table("digitised", "yes", "no", "yes", "no"),
        national_export=table("digitised", "yes", "no", "no", "yes"),
    )
    assert rate(world, "digitised_received") == ((1, 3), (4, 4), (near(1, 4), near(3, 4)), "counted")
    assert world.rows("select digitised, digitised_unsaid, digitised_disputed from mart.fact_indicator") == [(1, 0, 2)]


def test_of_those_with_a_result_the_unfinished_do_not_count(world):
    """1 and 2 have a result (9, 10), 3 is in process, of 4 the status is not known: of 1 and 2 the first is digitised. At worst 4
    is one more that is not: 1/3; at best one more that is: 2/3."""
    igate = table("status | digitised", "9 | yes", "10 | no", "4 | yes", "99 | -")
    world.run(NIGHT, igate=igate, national_export="code")
    assert rate(world, "digitised_with_result") == ((1, 2), (2, 3), (near(1, 3), near(2, 3)), "counted")
    assert rate(world, "digitised_received")[:2] == ((2, 3), (4, 4))


def test_an_unknown_rate_gives_no_known_points(world):
    """Nothing was reported to us: 1.4 is unknown, and so are its points."""
    world.run(NIGHT, igate=table("channel", "2"), national_export="code")
    points = "select distinct points_least, points_most from mart.rate_month where indicator = 'sync_received'"
    assert world.rows(points) == [(None, None)]


def test_all_points_of_digitisation_are_given_from_80_percent_on(world):
    """4 of 5 are all 2 points; of the commune with 2 of 5 the half."""
    other = (
        table("digitised", "yes", "yes", "no", "no", "no").replace("21.01", "21.02").removeprefix("code | digitised")
    )
    world.run(NIGHT, igate=table("digitised", "yes", "yes", "yes", "yes", "no") + other, national_export="code")
    points = world.rows(
        """select agency_id, points_least, points_most from mart.rate_month where indicator = 'digitised_received'
          and agency_id like 'H37.21.%%' order by 1"""
    )
    assert points == [("H37.21.01", 2, 2), ("H37.21.02", 1, 1)]


# online payment -------------------------------------------------------------------------------------------------------
def test_either_gateway_is_online_and_nothing_said_is_not_none(world):
    """Six received: through the portal (1), the province (2), not online (0, 0), nothing said, and one of a code without meaning.
    Of all: 2/6 to 4/6; of the four that are told: 2/4."""
    world.run(NIGHT, igate=table("payment", "1", "2", "0", "0", "-", "7"), national_export="code")
    assert rate(world, "paid_online_received") == ((2, 4), (6, 6), (near(2, 6), near(4, 6)), "counted")
    assert rate(world, "paid_online_said") == ((2, 2), (4, 4), (near(2, 4), near(2, 4)), "counted")


def test_who_has_something_to_pay_is_at_least_who_paid_or_was_asked_to(world):
    """Paid, asked (status 6) and unpaid, unpaid in process, nothing said. With something to pay are at least 2, at most 4. At
    worst all four, one paid: 1/4; at best 1 and 4 paid and only 2 had not: 2/3."""
    world.run(NIGHT, igate=table("status | payment", "4 | 1", "6 | 0", "4 | 0", "4 | -"), national_export="code")
    assert rate(world, "paid_online_due") == ((1, 2), (2, 4), (near(1, 4), near(2, 3)), "counted")


def test_where_surely_nobody_paid_the_rate_is_none(world):
    world.run(NIGHT, igate=table("payment", "0", "0"), national_export="code")
    assert rate(world, "paid_online_due") == ((0, 0), (0, 2), (0, 0), "counted")


def test_one_sides_word_of_the_payment_stands_and_two_that_disagree_are_open(world):
    """The portal alone says 1 was paid and 2 was not; of 3 the sides disagree; of 4 they name two gateways, both online."""
    world.run(NIGHT, igate=table("payment", "-", "-", "0", "1"), national_export=table("payment", "1", "0", "2", "2"))
    assert rate(world, "paid_online_said") == ((2, 3), (4, 4), (near(2, 4), near(3, 4)), "counted")
    assert world.rows("select paid_online, payment_unsaid, payment_disputed from mart.fact_indicator") == [(2, 0, 1)]


def test_which_reading_is_in_force_is_the_provinces_choice(world):
    take(world, online_payment="paid_online_said", digitisation="digitised_with_result")
    world.run(NIGHT, igate=table("payment", "1"), national_export="code")
    in_force = world.rows("select indicator, is_in_force from mart.dim_indicator where indicator ~ '^(paid|digitised)'")
    assert dict(in_force) == {
        "digitised_received": False, "digitised_with_result": True, "paid_online_due": False,
        "paid_online_received": False, "paid_online_said": True,
    }  # fmt: skip
    assert rate(world, "paid_online_received")[0] == (1, 1), "the others are computed all the same"


# online share ---------------------------------------------------------------------------------------------------------
def test_an_unknown_channel_may_be_online(world):
    """Online, online, direct, post, and a code without meaning: 2/5 to 3/5."""
    world.run(NIGHT, igate=table("channel", "2", "2", "1", "3", "9"), national_export="code")
    assert rate(world, "online_share") == ((2, 3), (5, 5), (near(2, 5), near(3, 5)), "counted")


def test_the_sync_rate_in_force_multiplies_the_online_share(world):
    """5 reported, 4 on the portal: a sync rate of 4/5; 2 to 3 of 5 are online: 2/5 x 4/5 = 8/25 to 3/5 x 4/5 = 12/25."""
    world.land(NIGHT, "reporting_system_report", "code", mode="reports", totals=[total(5, "received", month="2024-04")])
    world.run(
        NIGHT,
        igate=table("channel", "2", "2", "1", "3", "9"),
        national_export=table("channel | status", "2 | 4", "2 | 4", "1 | 9", "3 | 9"),
    )
    assert rate(world, "online_share_multiplied") == ((2, 3), (5, 5), (near(8, 25), near(12, 25)), "reported")


def test_by_the_rival_reading_in_force_the_multiplier_is_another(world):
    """By status 2 of the 5 reported are in step: 2/5; all are online: 5/5 x 2/5."""
    take(world, sync="sync_status")
    world.land(NIGHT, "reporting_system_report", "code", mode="reports", totals=[total(5, "received", month="2024-04")])
    world.run(NIGHT, igate=table("channel", *"22222"), national_export=table("status", "4", "4", "9", "9"))
    assert rate(world, "online_share_multiplied")[2] == (near(2, 5), near(2, 5))


def test_a_repair_of_the_sync_rate_gains_in_what_it_multiplies_too(world):
    """2 of 4 reported are synced, 3 of 4 are online: 3/4 x 2/4; were the two pushed, 3/4 x 4/4: what is lost is lost twice."""
    world.land(NIGHT, "reporting_system_report", "code", mode="reports", totals=[total(4, "received", month="2024-04")])
    world.run(NIGHT, igate=table("channel", "2", "2", "2", "1"), national_export=table("channel", "2", "2"))
    april = Part(period="month", first_month=dt.date(2024, 4, 1), last_month=dt.date(2024, 4, 1))
    with connect(world.dsn) as connection:
        question = Question(dt.date.fromisoformat(NIGHT), 0, "online_share_multiplied", april)
        [row] = ranked(connection, world.site.settings, question, Repair(), "all").dicts()
    assert (row["to_repair"], row["ratio_now"], row["ratio_if_repaired"]) == (2, 0.375, 0.75)


def test_where_the_sync_rate_is_unknown_so_is_the_product(world):
    world.run(NIGHT, igate=table("channel", "2", "1"), national_export="code")
    assert rate(world, "online_share")[2] == (near(1, 2), near(1, 2))
    assert rate(world, "online_share_multiplied") == ((1, 1), (2, 2), (None, None), "unknown")


# time to acceptance ---------------------------------------------------------------------------------------------------
ONLINE = "channel | submitted | received"


def acceptance(world: World, level: str = "commune", agency: str | None = None) -> tuple:
    """(online, timed, seconds, mean hours, in 8 hours, share of the timed, unknown, implausible) of April 2024."""
    [row] = world.rows(
        """select sum(online), sum(accepted_timed), sum(acceptance_seconds),
            sum(acceptance_seconds) / nullif(sum(accepted_timed), 0) / 3600, sum(accepted_in_8_hours),
            round(sum(accepted_in_8_hours) / nullif(sum(accepted_timed), 0), 6), sum(acceptance_unknown),
            sum(acceptance_implausible)
        from mart.acceptance_time t join mart.dim_agency a using (agency_id)
        where is_latest and level = %s and receipt_month = '2024-04-01' and (%s::text is null or agency_id in
            (select agency_id from mart.agency_subtree where ancestor_id = %s))""",
        [level, agency, agency],
    )
    return row


def test_eight_hours_by_the_clock_are_in_time_and_a_second_more_is_not(world):
    """Two hours, eight to the second, and 26 hours over a night: mean (2 + 8 + 26) / 3 = 12 hours, 2/3 in time. What came in
    person, in no time at all, is no part of it."""
    world.run(
        NIGHT,
        igate=table(
            ONLINE,
            "2 | 2024-04-02 09:00 | 2024-04-02 11:00",
            "2 | 2024-04-02 09:00 | 2024-04-02 17:00",
            "2 | 2024-04-02 09:00 | 2024-04-03 11:00",
            "1 | 2024-04-02 09:00 | 2024-04-02 09:00",
        ),
        national_export="code",
    )
    assert acceptance(world) == (3, 3, 36 * 3600, 12, 2, near(2, 3), 0, 0)
    assert rate(world, "accepted_in_8_hours") == ((2, 2), (3, 3), (near(2, 3), near(2, 3)), "counted")


def test_a_second_over_eight_hours_is_late(world):
    late = table(ONLINE, "2 | 2024-04-02 09:00:00 | 2024-04-02 17:00:01")
    world.run(NIGHT, igate=late, national_export="code")
    assert rate(world, "accepted_in_8_hours")[0] == (0, 0)


def test_what_cannot_be_told_is_counted_and_never_averaged_in(world):
    """One of an hour; no submission; a submission and a receipt that are days only; received an hour, and a day, before it was
    submitted (the latter by days alone). Mean 1 hour; in time 1/6 to 6/6."""
    world.run(
        NIGHT,
        igate=table(
            ONLINE,
            "2 | 2024-04-02 09:00 | 2024-04-02 10:00",
            "2 | - | 2024-04-02 10:00",
            "2 | 2024-04-02 00:00 | 2024-04-02 10:00",
            "2 | 2024-04-02 09:00 | 2024-04-02 00:00",
            "2 | 2024-04-02 11:00 | 2024-04-02 10:00",
            "2 | 2024-04-03 00:00 | 2024-04-02 00:00",
        ),
        national_export="code",
    )
    assert acceptance(world) == (6, 1, 3600, 1, 1, 1, 3, 2)
    assert rate(world, "accepted_in_8_hours") == ((1, 6), (6, 6), (near(1, 6), 1), "counted")


def test_one_of_an_unknown_channel_may_be_a_late_online_one_or_none_at_all(world):
    """One online in an hour, one of a code without meaning: at worst that is online and late, 1/2; at best in time, 2/2."""
    rows = ["2 | 2024-04-02 09:00 | 2024-04-02 10:00", "9 | 2024-04-02 09:00 | 2024-04-03 10:00"]
    world.run(NIGHT, igate=table(ONLINE, *rows), national_export="code")
    assert rate(world, "accepted_in_8_hours") == ((1, 2), (1, 2), (near(1, 2), 1), "counted")


def test_what_is_not_received_yet_has_no_time(world):
    world.run(
        NIGHT, igate=table(ONLINE, "2 | 2024-04-02 09:00 | -", "2 | 2024-04-02 09:00 | ="), national_export="code"
    )
    assert world.rows(
        "select receipt_month, provincial, accepted_timed + acceptance_unknown + acceptance_implausible from mart.fact_indicator "
        "order by receipt_month"
    ) == [(dt.date(2024, 4, 1), 1, 1), (None, 1, 0)]


def test_the_mean_of_an_agency_is_of_all_dossiers_below_it_and_levels_stay_apart(world):
    """Communes: 1 and 5 hours, the district's own office: 12. Of the district's subtree (1 + 5 + 12) / 3 by level (1 + 5) / 2 and
    12 / 1; no mean of means."""
    rows = [("H37.21.01", "10:00"), ("H37.21.02", "14:00"), ("H37.21", "21:00")]
    codes = [f"{agency}-240402-000{n} | 2 | 2024-04-02 09:00 | 2024-04-02 {at}" for n, (agency, at) in enumerate(rows)]
    world.run(NIGHT, igate="\n".join([f"code | {ONLINE}", *codes]), national_export="code")
    assert acceptance(world, agency="H37.21")[:4] == (2, 2, 6 * 3600, 3)
    assert acceptance(world, "district", "H37.21")[:4] == (1, 1, 12 * 3600, 12)
    assert acceptance(world, "commune", "H37.21.02")[3] == 5
    means = "select agency_id, mean_hours, share_in_8_hours from mart.acceptance_time where is_latest order by 1"
    assert world.rows(means) == [("H37.21", 12, 0), ("H37.21.01", 1, 1), ("H37.21.02", 5, 1)]
    assert rate(world, "accepted_in_8_hours", agency="H37.21")[:2] == ((2, 2), (3, 3))


# whose dossiers, and what is shown ------------------------------------------------------------------------------------
def test_a_ministrys_dossiers_are_not_the_provinces(world):
    """The ministry's two, online and digitised, are in none of the rates: only the province's one is."""
    ministry = table("channel | digitised | payment", "2 | yes | 1", "2 | yes | 1").replace("21.01", "03")
    world.run(NIGHT, igate=table("channel", "1"), national_export="code", licences=ministry)
    for indicator in ("digitised_received", "paid_online_received", "online_share"):
        assert rate(world, indicator)[1] == (1, 1)


def test_the_four_numbers_side_by_side_by_level(world, monkeypatch):
    """A commune's three and a department's one, received in April; one of March is in another table. By the readings in force."""
    take(world, online_payment="paid_online_received")
    columns = "channel | digitised | payment | submitted | received"
    rows = [
        "H37.21.01-240402-0001 | 2 | yes | 1 | 2024-04-02 09:00 | 2024-04-02 10:00",
        "H37.21.01-240402-0002 | 2 | no | 0 | 2024-04-02 09:00 | 2024-04-02 11:00",
        "H37.21.01-240402-0003 | 2 | - | - | 2024-04-02 09:00 | 2024-04-03 09:00",
        "H37.03-240402-0004 | 1 | yes | 2 | - | 2024-04-02 09:00",
        "H37.03-240302-0005 | 2 | yes | 2 | 2024-03-02 09:00 | 2024-03-02 10:00",
    ]
    world.run(NIGHT, igate="\n".join([f"code | {columns}", *rows]), national_export="code")
    monkeypatch.setenv("DOISOAT_PROVINCE", str(world.site.settings.path))
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", world.dsn)
    told = CliRunner().invoke(commands, ["services", "--month", "2024-04", "--format", "json"])
    assert told.exit_code == 0, told.output
    by_level = {row["level"]: row for row in json.loads(told.stdout)}
    assert list(by_level) == ["department", "commune", "all"]
    names = ("received", "online_least", "digitised_least", "digitised_most", "paid_online_least", "paid_online_most",
             "mean_hours", "median_hours", "in_8_hours_least", "in_8_hours_most")  # fmt: skip
    third, two_thirds = 0.333333, 0.666667
    assert [by_level["commune"][name] for name in names] == [
        3, 1, third, two_thirds, third, two_thirds, 9, 2, two_thirds, two_thirds
    ]  # fmt: skip
    assert [by_level["department"][name] for name in names] == [1, 0, 1, 1, 1, 1, None, None, None, None]
    assert [by_level["all"][name] for name in names[:4]] == [4, 0.75, 0.5, 0.75]
    assert by_level["all"]["mean_hours"] == 9
    empty = CliRunner().invoke(commands, ["services", "--month", "2024-02", "--format", "json"])
    assert json.loads(empty.stdout) == []


def test_rows_of_the_portal_that_contradict_each_other_dispute_a_payment(world):
    """The province says nothing; the portal lists the dossier twice, once as paid online. Nobody knows: 0/1 to 1/1."""
    second = "G22.99-240402-0001"
    portal = f"code | links | payment\nH37.21.01-240402-0001 | {second} | 0\n{second} | - | 1"
    world.run(NIGHT, igate=f"code | links | payment\nH37.21.01-240402-0001 | {second} | -", national_export=portal)
    assert rate(world, "paid_online_received")[2] == (0, 1)
