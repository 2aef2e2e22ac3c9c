"""Form II.06a of any days, by a small table of dossiers counted by hand (CONTRACTS section 2b; ADR 21)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, NightNotCollectedError
from doisoat.papers.form_book import COUNTS, Sent, period_name, write_form
from doisoat.reports.agencies import agency_named
from doisoat.reports.form import Asked, CountsAs, Reading, default_counts_as, form, with_ranges
from doisoat.sources.contract import Limits
from doisoat.sources.report_workbook.source import ReportOptions, ReportWorkbook
from doisoat.warehouse.database import connect
from openpyxl import load_workbook
from support.progress import table
from support.rates import CELLS
from support.servers import LOCAL
from support.world import World

NIGHT = dt.date(2024, 4, 30)
TEMPLATE = {"provincial_report": {"kind": "report_workbook", "options": {"counts_as": "with_returned"}}}
SENT = Sent("UBND tỉnh Lạng Sơn", "Văn phòng Chính phủ", "Lạng Sơn")
DEPARTMENT, DISTRICT, COMMUNE = "H37.03", "H37.21", "H37.21.01"


def dossier(agency: str, day: str, number: int, status: str, due: str, **more: str) -> dict[str, str]:
    return {"code": f"{agency}-{day}-{number:04d}", "status": status, "due": due, **more}


DOSSIERS = [
    # the department: two of one field received in April, one carried over from March
    dossier(DEPARTMENT, "240402", 1, "9", "2024-04-10", finished="2024-04-09", channel="2"),
    dossier(DEPARTMENT, "240403", 2, "4", "2024-04-29", channel="1"),
    dossier(DEPARTMENT, "240320", 3, "10", "2024-04-05", finished="2024-04-08", returned="2024-04-09"),
    # the district: one refused, one that awaits a supplement and is late
    dossier(DISTRICT, "240404", 4, "3", "2024-04-10", finished="2024-04-05", channel="3"),
    dossier(DISTRICT, "240405", 5, "5", "2024-04-12", channel="2"),
    # the commune: finished in March and not ours any more; finished on its day; finished, nobody says when; of an unknown channel
    dossier(COMMUNE, "240301", 6, "9", "2024-03-20", finished="2024-03-10"),
    dossier(COMMUNE, "240408", 7, "9", "2024-04-12", finished="2024-04-12", procedure="2.000635"),
    dossier(COMMUNE, "240409", 8, "9", "2024-04-12"),
    dossier(COMMUNE, "240410", 9, "4", "2024-05-10", channel="9"),
    dossier(COMMUNE, "240411", 10, "9", "-", finished="2024-04-12", procedure="9.999999"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> World:
    world = World(tmp_path_factory.mktemp("form"), shared_warehouse_dsn, sources=TEMPLATE)
    world.run(NIGHT, igate=table(DOSSIERS), national_export="code\nH37.21.01-240401-0001")
    return world


def april(agency: str | None = None, **choices: Any) -> Asked:
    chosen = {"reading": Reading.ON_TIME_BY_DATE, "last_day": NIGHT, **choices}
    return Asked(agency, dt.date(2024, 4, 1), night=NIGHT, **chosen)


def made(world: World, asked: Asked) -> list[dict[str, Any]]:
    with connect(world.dsn) as connection:
        return form(connection, world.site.settings, asked).dicts()


def counts(row: dict[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(row[name] for name in names)


RECEIVED = (
    "received_and_carried_over",
    "received_online",
    "received_direct_or_post",
    "received_channel_unknown",
    "carried_over",
)
RESOLVED = ("resolved", "resolved_early", "resolved_on_time", "resolved_overdue", "resolved_undecided")
PENDING = ("pending", "pending_in_time", "pending_overdue", "pending_undecided")


def test_the_whole_by_hand(world):
    whole = made(world, april())[-1]
    assert whole["row_kind"] == "total"
    assert counts(whole, *RECEIVED) == (9, 2, 5, 1, 1)
    assert counts(whole, *RESOLVED) == (4, 1, 1, 1, 1)
    assert counts(whole, *PENDING) == (3, 1, 2, 0)
    assert counts(whole, "ended_without_result", "ended_undated") == (1, 1)


def test_rows_are_grouped_by_level_each_with_its_sum_first(world):
    rows = made(world, april())
    assert [(row["row_kind"], row["level"], row["field_name"]) for row in rows] == [
        ("level", "province", None), ("field", "province", "Hộ tịch"), ("level", "district", None),
        ("field", "district", "Hộ tịch"), ("level", "commune", None), ("field", "commune", "Hộ tịch"),
        ("field", "commune", None), ("total", None, None),
    ]  # fmt: skip
    assert counts(rows[0], *RESOLVED) == (2, 1, 0, 1, 0)


def test_a_template_that_counts_returned_dossiers_as_resolved_on_time(world):
    whole = made(world, april(counts_as=CountsAs.WITH_RETURNED))[-1]
    assert counts(whole, *RESOLVED) == (5, 1, 2, 1, 1)
    assert counts(whole, *PENDING) == (3, 2, 1, 0)
    assert whole["ended_without_result"] == 0
    assert default_counts_as(world.site.settings) is CountsAs.WITH_RETURNED


def test_what_the_evidence_leaves_open_is_a_range_for_the_reader_and_never_a_false_zero(world):
    with connect(world.dsn) as connection:
        whole = with_ranges(form(connection, world.site.settings, april())).dicts()[-1]
        department = with_ranges(form(connection, world.site.settings, april(DEPARTMENT))).dicts()[-1]
    # one of an unknown channel, one without a due date, one that ended nobody says when
    assert counts(whole, *RECEIVED) == (9, "2–3", "5–6", 1, 1)
    assert counts(whole, *RESOLVED) == ("4–5", "1–3", "1–3", "1–3", 1)
    assert counts(whole, *PENDING) == ("3–4", "1–2", "2–3", 0)
    assert counts(department, *RECEIVED, *RESOLVED, *PENDING) == (3, 1, 1, 0, 1, 2, 1, 0, 1, 0, 1, 0, 1, 0)


def test_an_agency_is_the_sum_of_what_is_below_it(world):
    district, commune = (made(world, april(agency))[-1] for agency in (DISTRICT, COMMUNE))
    assert counts(district, *RECEIVED) == (6, 1, 4, 1, 0)
    assert counts(commune, *RECEIVED) == (4, 0, 3, 1, 0)
    assert counts(district, *RESOLVED) == counts(commune, *RESOLVED) == (2, 0, 1, 0, 1)


def test_every_row_adds_up_for_any_days(world):
    for last in range(2, 31, 4):
        for choice in CountsAs:
            for reading in Reading:
                for row in made(world, april(last_day=dt.date(2024, 4, last), counts_as=choice, reading=reading)):
                    assert row["received_and_carried_over"] == sum(counts(row, *RECEIVED[1:]))
                    assert row["received_and_carried_over"] == sum(
                        counts(row, "resolved", "pending", "ended_without_result", "ended_undated")
                    )
                    assert row["resolved"] == sum(counts(row, *RESOLVED[1:]))
                    assert row["pending"] == sum(counts(row, *PENDING[1:]))


def test_what_is_pending_at_the_end_of_days_is_carried_over_into_the_next(world):
    for last in range(1, 30, 3):
        first = made(world, april(last_day=dt.date(2024, 4, last)))[-1]
        after = made(world, Asked(None, dt.date(2024, 4, last + 1), NIGHT, NIGHT))[-1]
        assert first["pending"] == after["carried_over"], last


@pytest.mark.parametrize("reading", Reading)
@pytest.mark.parametrize("agency", [None, DEPARTMENT, DISTRICT, COMMUNE])
def test_a_month_is_the_sum_of_the_facts(world, reading, agency):
    whole = made(world, april(agency, reading=reading))[-1]
    suffix = "_by_date" if reading is Reading.ON_TIME_BY_DATE else ""
    in_april = "sum({}) filter (where receipt_month = '2024-04-01')"
    columns = [
        *(in_april.format(name + suffix) for name in RESOLVED[1:]),
        *(f"sum({name}{suffix})" for name in PENDING[1:]),
        in_april.format("ended_without_result"),
        in_april.format("ended_undated"),
        in_april.format("provincial"),
    ]
    (facts,) = world.rows(
        f"""select {", ".join(columns)} from {CELLS}
        where night = %(night)s and (%(agency)s::text is null or agency_id = any (%(below)s))""",
        {"night": NIGHT, "agency": agency, "below": [DISTRICT, COMMUNE] if agency == DISTRICT else [agency]},
    )
    received = sum(counts(whole, *RECEIVED[1:4]))
    assert (*counts(whole, *RESOLVED[1:], *PENDING[1:], "ended_without_result", "ended_undated"), received) == facts


def test_a_period_that_is_none_is_refused(world):
    with pytest.raises(ConfigurationError, match="give days in that order"):
        made(world, april(last_day=dt.date(2024, 5, 1)))
    with pytest.raises(NightNotCollectedError, match="no data of the province"):
        made(world, Asked(None, NIGHT, NIGHT, dt.date(2024, 5, 1)))
    with connect(world.dsn) as connection, pytest.raises(ConfigurationError, match=r"agency 'H37\.99': none has"):
        agency_named(connection, "H37.99")


@pytest.mark.parametrize("choice", CountsAs)
def test_the_workbook_is_read_back_by_the_reader_of_reports(world, tmp_path, choice):
    """What the office would send, and what we would take from it: the same counts, of the same month and office."""
    asked = april(counts_as=choice)
    with connect(world.dsn) as connection:
        made_form = form(connection, world.site.settings, asked)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    write_form(inbox / "II.06a.xlsx", made_form, asked, SENT)
    source = ReportWorkbook(
        "provincial_report", options=ReportOptions(settle_seconds=0), limits=Limits(), timezone=LOCAL,
        connection=Connection("provincial_report", conn_type="fs", extra={"path": str(inbox)}),
    )  # fmt: skip
    totals = list(source.control_totals(NIGHT))
    assert {(total.period_kind, total.receipt_month, total.agency_name) for total in totals} == {
        ("month", dt.date(2024, 4, 1), None)
    }
    told = {total.measure: total.value for total in totals}
    least = made_form.dicts()[-1]
    assert {name: value for name, value in told.items() if name != "received"} == {name: least[name] for name in COUNTS}
    assert told["received"] == least["received_online"] + least["received_direct_or_post"]
    flags = {total.measure for total in totals if "RESOLVED_COUNTS_WITH_RETURNED" in total.flags}
    assert flags == ({"resolved_on_time", "pending_in_time"} if choice is CountsAs.WITH_RETURNED else set())


def test_an_office_is_named_in_its_workbook(world, tmp_path):
    asked = april(COMMUNE)
    with connect(world.dsn) as connection:
        agency_id, office = agency_named(connection, "000.01.21.H37")
        write_form(
            tmp_path / "II.06a.xlsx", form(connection, world.site.settings, asked), asked, replace(SENT, office=office)
        )
    assert (agency_id, office) == (COMMUNE, "UBND xã Quốc Khánh")
    source = ReportWorkbook(
        "provincial_report", options=ReportOptions(settle_seconds=0), limits=Limits(), timezone=LOCAL,
        connection=Connection("provincial_report", conn_type="fs", extra={"path": str(tmp_path)}),
    )  # fmt: skip
    assert {total.agency_name for total in source.control_totals(NIGHT)} == {"UBND xã Quốc Khánh"}


@pytest.mark.parametrize("choice", CountsAs)
def test_what_the_evidence_leaves_open_is_a_number_that_is_shown_as_a_range_with_a_note(world, tmp_path, choice):
    asked = april(counts_as=choice)
    with connect(world.dsn) as connection:
        made_form = form(connection, world.site.settings, asked)
    write_form(tmp_path / "II.06a.xlsx", made_form, asked, SENT)
    sheet = load_workbook(tmp_path / "II.06a.xlsx").worksheets[0]
    [total] = [row for row in sheet.iter_rows() if row[1].value == "TỔNG CỘNG"]
    shown = with_ranges(made_form).dicts()[-1]
    for name, cell in zip(COUNTS, total[2:], strict=True):
        assert cell.value == made_form.dicts()[-1][name]
        if isinstance(shown[name], str):
            least, most = shown[name].split("–")
            assert cell.number_format == f'[={least}]0"–{most}";#,##0'
            assert f"Ít nhất {least}, nhiều nhất {most}" in cell.comment.text
        else:
            assert (cell.number_format, cell.comment) == ("#,##0", None)
    texts = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str))
    for said in ("Đơn vị nhận báo cáo: Văn phòng Chính phủ", "Kỳ báo cáo: Tháng 4 năm 2024", "NGƯỜI LẬP BIỂU",
                 "THỦ TRƯỞNG ĐƠN VỊ", "Lạng Sơn, ngày", "từ số ít nhất đến số nhiều nhất"):  # fmt: skip
        assert said in texts
    fonts = {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert fonts == {"Times New Roman"}
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("2024-03-01", "2024-03-31", "Tháng 3 năm 2024"), ("2024-04-01", "2024-06-30", "Quý II năm 2024"),
     ("2024-01-01", "2024-12-31", "Năm 2024"), ("2023-12-15", "2024-03-14", None), ("2024-02-01", "2024-04-30", None),
     ("2024-03-01", "2024-03-30", None)],
)  # fmt: skip
def test_a_period_is_named_if_it_has_a_name(first, last, name):
    assert period_name(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == name
