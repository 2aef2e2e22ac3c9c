"""docs/queries: every question is answered by the reader's role, and by what a hand counts in a small world.

Two nights. The expected answers are worked out from the tables below by hand, not from what the warehouse says.

| dossier | province | portal, first night | portal, second night |
|---|---|---|---|
| A1 commune 1, 4 March, online, taken in after 2 hours  | yes | yes | yes |
| A2 commune 1, 5 March, online, taken in after 10 hours | yes | no  | no: overdue |
| N1 commune 1, 6 March                                  | no  | yes | yes: never seen locally |
| B1 commune 2, 2 April, online, taken in after 1 hour   | status 4 | status 9 | status 4: corrected |
| B2 commune 2, 3 April                                  | yes | no  | yes, twice: repeated |
| C1, C2 department, 4 and 5 April, another procedure    | yes | no  | no: overdue |
| L1 department, a ministry's                            | no  | no  | no: left out |
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from doisoat.explain import load_causes
from doisoat.reports.bridge import shown
from doisoat.warehouse.queries import Report
from standalone import postgres
from support.outlooks import keep
from support.world import World, total

QUERIES = Path(__file__).parents[2] / "docs" / "queries"
A1, A2, N1 = "H37.21.01-240304-0001", "H37.21.01-240305-0002", "H37.21.01-240306-0009"
B1, B2 = "H37.21.02-240402-0003", "H37.21.02-240403-0004"
C1, C2, L1 = "H37.03-240404-0005", "H37.03-240405-0006", "H37.03-240407-0071"
PROVINCE = f"""code | channel | procedure | submitted
    {A1} | 2 | = | 2024-03-04 06:00
    {A2} | 2 | = | 2024-03-04 22:00
    {B1} | 2 | = | 2024-04-02 07:00
    {B2} | 1 | = | -
    {C1} | 1 | 1.001193 | -
    {C2} | 1 | 1.001193 | -"""
PORTAL = f"""code | channel | status
    {A1} | 2 | =
    {N1} | 1 | ="""
MINISTRY = f"code | procedure\n{L1} | 2.000635"
MARCH, APRIL = dt.date(2024, 3, 1), dt.date(2024, 4, 1)
COMMUNE_1, COMMUNE_2, DEPARTMENT = "UBND xã Quốc Khánh", "UBND xã Tân Tiến", "Sở Tư pháp"
LABEL = {cause.id: cause.label for cause in load_causes()}
ACTION = {cause.id: cause.action for cause in load_causes()}
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    # March: A1, N1 against A1, A2. April: B1, B2, B2 against B1, B2, C1, C2. The portal declares no month.
    "portal_minus_province_by_month": [
        (MARCH, None, 2, 2, 0, 2, 2, 0), (APRIL, None, 3, 4, -1, 2, 4, -2), (None, None, 0, 0, 0, 0, 0, 0)
    ],
    # the department: nothing against C1, C2; commune 1: A1, N1 against A1, A2; commune 2: B1, B2, B2 against B1, B2
    "portal_minus_province_by_unit": [(DEPARTMENT, 0, 2, 0, 2), (COMMUNE_1, 2, 2, 2, 2), (COMMUNE_2, 3, 2, 2, 2)],
    "bridge_by_month_and_cause": [
        (MARCH, LABEL["sync_overdue"], -1), (MARCH, LABEL["never_seen_locally"], 1),
        (APRIL, LABEL["sync_overdue"], -2), (APRIL, LABEL["repeated_nationally"], 1),
    ],
    # on 18 April: since 4 April 14 days, since 5 March 44, since 3 April 15; B2's repetition was opened on the second night
    "units_with_most_and_oldest_gaps": [
        (DEPARTMENT, 4, 3, 4, 14, 1), (COMMUNE_1, 2, 2, 2, 44, 1), (COMMUNE_2, 1, 1, 1, 15, 0)
    ],
    # own: 1 of 2 and 2 of 4; corrected counts L1 too: 2 of 5; the portal says 3 of 4
    "rate_published_own_corrected": [
        (MARCH, None, *[Decimal("0.5")] * 4), (APRIL, Decimal("0.75"), *[Decimal("0.5")] * 2, *[Decimal("0.4")] * 2)
    ],
    # 5 rows of the portal for 6, with L1 7 dossiers, which nobody reported: 5/7 of 6 points. A2, C1, C2 there: 8 of 8;
    # L1 there: 6/7; L1 at the province: 5/7 still; without N1, or without B2's repetition: 4/7. All of it: 7 of 7
    "which_repair_gains_most": [
        (LABEL[cause], count, Decimal("0.714286"), Decimal(then), Decimal(points), Decimal("1.7143"))
        for cause, count, then, points in (
            ("sync_overdue", 3, "1", "1.7143"), ("ministry_dossier_not_on_portal", 1, "0.857143", "0.8571"),
            ("left_out", 1, "0.714286", "0"), ("never_seen_locally", 1, "0.571429", "-0.8571"),
            ("repeated_nationally", 1, "0.571429", "-0.8571"),
        )
    ],
    # April: 3 rows of 4 and a ministry's; the year: 5 of 6 and it. Nobody says what was digitised or paid
    "where_the_periods_end": [
        (kind, measure, now, None, None, None, None, "0 of 0", "too_few_months")
        for kind, sync in (("month", "0.6"), ("quarter", "0.6"), ("year", "0.714286"))
        for measure, now in (("digitised_received", 0), ("paid_online_due", 0), ("sync_received", Decimal(sync)))
    ],
    # of the department the portal counts 1 of C1 and C2; of commune 2 it was not asked
    "portal_by_procedure": [
        (APRIL, "H37.03", "1.001193", 1, 2, -1, 1), (APRIL, "H37.21.02", "1.000482", None, 2, None, 1),
    ],
    "procedures_that_never_sync": [("1.001193", "Đăng ký khai sinh", 2, APRIL, APRIL)],
    # B1 was corrected, B2 was synced, and is repeated now
    "changes_since_last_night": [
        ("opened", None, "extra_national_row", 1), ("resolved", "corrected", "status", 1),
        ("resolved", "synced", "provincial_only", 1),
    ],
    "changes_between_two_nights": [
        ("gone", "provincial_only", COMMUNE_2, 1), ("gone", "status", COMMUNE_2, 1),
        ("new", "extra_national_row", COMMUNE_2, 1),
    ],
    "ministry_dossiers_left_out": [("licences", None, 1, 1, 0, 0)],
    "communes_whose_online_dossiers_wait_longest": [(COMMUNE_1, 2, Decimal("6.0"), 0), (COMMUNE_2, 1, Decimal("1.0"), 0)],
    "list_of_one_commune": [
        (A2, None, "provincial_only", LABEL["sync_overdue"], ACTION["sync_overdue"], dt.date(2024, 3, 5), 44, "open"),
        (None, N1, "national_only", LABEL["never_seen_locally"], ACTION["never_seen_locally"], dt.date(2024, 3, 6), 43, "open"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> World:
    world = World(tmp_path_factory.mktemp("queries"), shared_warehouse_dsn)
    for night, portal in (
        ("2024-04-17", f"{B1} | 2 | 9"),
        ("2024-04-18", f"{B1} | 2 | =\n{B2} | 1 | =\n{B2} | 1 | ="),
    ):
        published = (
            total(3, "DOSSIER_SYNC_NUMERATOR", month="2024-04"),
            total(4, "DOSSIER_SYNC_DENOMINATOR", month="2024-04"),
            total(4, "totalReceived", month="2024-04"),
        )
        world.land(night, "national_statistics", totals=published)
        world.run(
            night, igate=PROVINCE, national_export=f"{PORTAL}\n{portal}", licences=MINISTRY, national_statistics=""
        )
        keep(world, night)
    answer = ("national_statistics", "totalReceived", APRIL, "id", dt.date(2024, 4, 18))
    world.rows(
        """insert into core.procedure_answer (source_id, measure, receipt_month, procedure_ref, night, procedure_code,
            procedure_family, state, value, answered_at)
        values (%s, %s, %s, %s, %s, '1.001193', '1.001193', 'known', 1, now())""",
        answer,
    )
    world.rows("insert into core.procedure_count values (%s, %s, %s, %s, %s, 'H37.03', 'H37.03', 1)", answer)
    return world


@pytest.fixture
def reader(world: World, postgres_server: postgres.Server) -> Iterator[psycopg.Connection]:
    database = psycopg.conninfo.conninfo_to_dict(world.dsn)["dbname"]
    with psycopg.connect(postgres_server.dsn(str(database))) as connection:
        connection.execute("set role analyst")
        yield connection


def test_every_query_has_an_answer_worked_out_and_is_short() -> None:
    files = {file.stem: file.read_text("utf-8") for file in QUERIES.glob("*.sql")}
    assert set(files) == set(ANSWERS)
    for name, text in files.items():
        assert len(text.splitlines()) <= 15, name
        assert text.startswith("-- "), name


@pytest.mark.parametrize("name", ANSWERS)
def test_a_question_is_answered(reader: psycopg.Connection, name: str) -> None:
    assert reader.execute((QUERIES / f"{name}.sql").read_text("utf-8")).fetchall() == ANSWERS[name]  # type: ignore[arg-type]


# what the star is made of ---------------------------------------------------------------------------------------------
def test_rows_and_dossiers_sum_to_the_bridge_by_every_dimension(world: World) -> None:
    """Six rows of the province and five of the portal, two of which are one dossier."""
    sums = """sum(national_listed_rows)::int, sum(provincial_listed_rows)::int, sum(national_dossiers)::int,
        sum(provincial_dossiers)::int"""
    for view in ("fact_holding", "bridge_month", "bridge"):
        assert world.rows(f"select {sums} from mart.{view} where is_latest") == [(5, 6, 4, 6)], view
    by_channel = f"select channel, {sums} from mart.fact_holding where is_latest group by 1 order by 1"
    assert world.rows(by_channel) == [("direct", 3, 3, 2, 3), ("online", 2, 3, 2, 3)]


def test_the_bridge_by_month_shows_listed_rows_where_a_side_declares_none() -> None:
    """Of March the portal declares nothing, of April it does: listed rows are shown for both, or for neither."""
    columns = (
        "receipt_month",
        "grain",
        "national_declared",
        "provincial_declared",
        "national_listed",
        "provincial_listed",
    )
    some = Report(columns, [("2024-03-01", "month", None, 2, 2, 2), ("2024-04-01", "month", 3, 4, 3, 4)])
    assert set(shown(some).columns) >= {"national_listed", "provincial_listed"}
    assert "national_listed" not in shown(Report(columns, some.rows[1:])).columns


def test_an_agency_is_what_it_was_then_and_unknown_has_a_row(world: World) -> None:
    line = "agency_id, level, district_id, district_name, province_id"
    assert world.rows(
        f"select {line} from mart.dim_agency where agency_id in ('H37.21.01', 'H37.101', 'unknown') order by 1"
    ) == [
        ("H37.101", "commune", None, None, "H37"),
        ("H37.21.01", "commune", "H37.21", "UBND huyện Tràng Định", "H37"),
        ("unknown", "unknown", None, None, None),
    ]
    assert world.rows(
        "select count(*) from (select agency_id from mart.dim_agency group by 1 having count(*) > 1) twice"
    ) == [(0,)]
    assert world.rows("select valid_to::text, is_current from mart.dim_agency where agency_id = 'H37.21.01'") == [
        ("2025-07-01", False)
    ]


def test_a_commune_that_moved_belonged_to_its_district_until_then_and_its_rows_count_by_channel(
    tmp_path: Path, warehouse_dsn: str
) -> None:
    world = World(tmp_path, warehouse_dsn)
    world.move("H37.21.02", "H37", "2024-03-01")
    twice = f"id | code | channel\nx1 | {B1} | 1\nx2 | {B1} | 2"
    world.run("2024-04-17", igate=twice, national_export=f"code | channel\n{B1} | 1")
    forms = """select district_id, province_id, valid_from::text from mart.dim_agency_dated
        where agency_id = 'H37.21.02' order by 3"""
    assert world.rows(forms) == [("H37.21", "H37", "2020-01-01"), (None, "H37", "2024-03-01")]
    assert world.rows("select district_id from mart.dim_agency where agency_id = 'H37.21.02'") == [(None,)]
    # a row of the province that repeats a dossier is a row more in its own channel, and no dossier
    assert world.rows(
        """select sum(provincial_listed_rows) filter (where channel = 'direct')::int,
            sum(provincial_listed_rows) filter (where channel = 'online')::int, sum(provincial_dossiers)::int
        from mart.fact_holding"""
    ) == [(1, 1, 1)]


def test_who_acts_is_what_the_nights_say_on_every_day_on_which_it_may_change(world: World) -> None:
    assert world.rows(
        """select o.agency_id, o.from_night, o.owner_id, core.owner_of(o.agency_id, o.from_night) from mart.agency_owner o
        where isfinite(o.from_night) and o.owner_id <> core.owner_of(o.agency_id, o.from_night)"""
    ) == []  # fmt: skip
    assert world.rows(
        "select owner_id from mart.agency_owner where agency_id = 'H37.21.01' and from_night = '2025-07-01'"
    ) == [("H37",)]


def test_days_have_their_names_and_holidays(world: World) -> None:
    """30 April and 1 May are holidays; 29 April 2024 was given for a Saturday worked on 4 May."""
    days = """select to_char(date, 'MM-DD'), is_working, is_holiday, weekday_label, day_label from mart.dim_date
        where date between '2024-04-28' and '2024-05-02' order by date"""
    assert world.rows(days) == [
        ("04-28", False, False, "Chủ nhật", "Ngày nghỉ hằng tuần"), ("04-29", False, True, "Thứ Hai", "Ngày nghỉ lễ"),
        ("04-30", False, True, "Thứ Ba", "Ngày nghỉ lễ"), ("05-01", False, True, "Thứ Tư", "Ngày nghỉ lễ"),
        ("05-02", True, False, "Thứ Năm", "Ngày làm việc"),
    ]  # fmt: skip
    labels = "select month_label, quarter_label, year_label from mart.dim_date where date = '2024-04-30'"
    assert world.rows(labels) == [("Tháng 4/2024", "Quý II/2024", "Năm 2024")]
