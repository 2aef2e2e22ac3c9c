"""What the texts above a report's table name: its period and its office (CONTRACTS section 2b)."""

from __future__ import annotations

import re

import pytest
from doisoat.sources.report_workbook.office import reporting_office
from doisoat.sources.report_workbook.period import Period, period_of
from support.reports import TITLES
from support.servers import CANARIES


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ("Quý I\n(01/01/2024 - 31/03/2024)", "quarter", (2024, 1)),
        ("Năm 2024\n(Từ ngày 01/03/2024 đến ngày 31/03/2024)", "month", (2024, 3)),
        ("Từ ngày 01 đến ngày 31 tháng 3 năm 2024", "month", (2024, 3)),
        ("Từ 01/01 đến 31/03/2024", "quarter", (2024, 1)),
        ("Từ tháng 01 đến tháng 12 năm 2023", "year", (2023, 1)),
        ("Báo cáo tháng 3\nTháng 3, năm 2024", "month", (2024, 3)),
        ("Kỳ báo cáo: Tháng 3 năm 2024\n(Từ ngày ...... đến ngày ......)", "month", (2024, 3)),
        ("(Từ ngày     tháng     năm      đến ngày    tháng    năm     ) Tháng 3 năm 2024", "month", (2024, 3)),
        ("Kính gửi: Quý cơ quan. Báo cáo năm 2023", "year", (2023, 1)),
    ],
)
def test_one_period_however_it_is_written(text: str, kind: str, first: tuple[int, int]) -> None:
    found = period_of([text])
    assert isinstance(found, Period), found
    assert (found.kind, found.first.year, found.first.month) == (kind, *first)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("từ tháng 01 đến tháng 10 năm 2023", 'no calendar month.*"từ tháng 01 đến tháng 10 năm 2023"'),
        ("Lũy kế đến tháng 10 năm 2023", 'no month, quarter or year.*"lũy kế", "đến tháng 10 năm 2023"'),
        ("Luỹ kế từ đầu năm 2023", "no month, quarter or year"),
        ("Quý I, II năm 2023", 'no month, quarter or year.*"quý i, ii"'),
        ("Quý I và quý II năm 2023", "no month, quarter or year"),
        ("tháng 2, 3 năm 2024", "no month, quarter or year"),
        ("tháng 2 - 3/2024", "no calendar month"),
        ("Năm 2023 (tính đến ngày 31/10/2023)", "no month, quarter or year"),
        ("Số liệu đến 31/10/2023, năm 2023", "no month, quarter or year"),
        ("năm 2022-2023", "no month, quarter or year"),
        ("10 tháng 2023", "no month, quarter or year"),
        ("Tháng .... năm 2023", 'more than one.*"tháng .... năm 2023"'),
        ("Quý .... năm 2023", "more than one"),
        ("Tháng mười năm 2023", "more than one"),
        ("Tháng 10", 'no calendar month.*"tháng 10"'),
        ("Quý I năm 2024, tháng 3 năm 2024", "more than one"),
        ("Tháng 2 năm 2024 (từ ngày 01/03/2024 đến ngày 31/03/2024)", "more than one"),
        ("Quý II (từ ngày 01/01/2024 đến ngày 31/03/2024)", "more than one"),
        ("Lạng Sơn, ngày     tháng 10 năm 2023", 'no reporting period.*"ngày tháng 10 năm 2023"'),
        ("Lạng Sơn, tháng 10 năm 2023", "no reporting period"),
        ("Lạng Sơn, 05 tháng 10 năm 2023", "no reporting period"),
        ("Ban hành theo Thông tư số\n01/2020/TT-VPCP ngày 21/10/2020", "no reporting period"),
        ("(Kèm theo Quyết định số 15/QĐ-UBND năm 2020)", "no reporting period"),
    ],
)
def test_what_is_not_surely_one_period_is_refused_with_its_words(text: str, message: str) -> None:
    found = period_of([text])
    assert isinstance(found, str)
    assert re.match(f".*{message}", found), found


def test_a_refusal_quotes_words_of_periods_alone() -> None:
    said = period_of([f"{CANARIES[0]}, quý I, II năm 2023, điện thoại 0205 381 234 {CANARIES[1]}", CANARIES[2]])
    assert said == 'a period that is no month, quarter or year (read: "quý i, ii")'


@pytest.mark.parametrize(
    "piece", ["ngày .", "từ ngày ", "quyết định ngày . tháng ", "tháng ", "1 ", "a ", " , ", "quý i, ", "-" * 50]
)
def test_a_long_text_takes_no_time_worth_mentioning(piece: str) -> None:
    assert isinstance(period_of([piece * 20_000]), str)


@pytest.mark.parametrize(
    "line",
    [
        "Lạng Sơn, ngày     tháng 04 năm 2024",
        "Lạng Sơn, ngày ..... tháng .... năm 2024",
        "Lạng Sơn, ngày 05/04/2024",
        "Lạng Sơn, tháng 4 năm 2024",
        "Ban hành theo Thông tư số\n01/2020/TT-VPCP ngày 21/10/2020",
        "(Ban hành kèm theo Quyết định số 15/QĐ-UBND ngày    tháng    năm 2020 của UBND tỉnh)",
        "(Kèm theo Công văn số      /VP-KSTT năm 2020)",
    ],
)
@pytest.mark.parametrize(
    ("period", "kind"), [("Tháng 3 năm 2024", "month"), ("Quý I/2024", "quarter"), ("Năm 2023", "year")]
)
def test_dates_of_papers_are_not_the_period(line: str, period: str, kind: str) -> None:
    found = period_of([*TITLES["by unit"], line, period])
    assert isinstance(found, Period)
    assert found.kind == kind


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("- Đơn vị báo cáo:\nSở Tư pháp\n- Đơn vị nhận báo cáo:\nUBND tỉnh Lạng Sơn", "Sở Tư pháp"),
        ("- Đơn vị báo cáo: Sở Tư pháp - Đơn vị nhận báo cáo: UBND tỉnh Lạng Sơn", "Sở Tư pháp"),
        ("- Đơn vị báo cáo: UBND tỉnh Lạng Sơn\n- Đơn vị nhận báo cáo: Văn phòng Chính phủ", None),
        ("- Đơn vị báo cáo:\n...\n- Đơn vị nhận báo cáo:\n...", None),
        ("- Đơn vị nhận báo cáo: Sở Nội vụ\n- Đơn vị báo cáo: Sở Tư pháp", "Sở Tư pháp"),
        ("Kỳ báo cáo: tháng 3; Đơn vị báo cáo: Sở Tư pháp", "Sở Tư pháp"),
        (
            "Đơn vị báo cáo: Trung tâm Phục vụ hành chính công\ntỉnh Lạng Sơn",
            "Trung tâm Phục vụ hành chính công tỉnh Lạng Sơn",
        ),
        (f"Đơn vị báo cáo: Sở Tư pháp\n{CANARIES[0]}", "Sở Tư pháp"),
        ("Đơn vị báo cáo: Phòng Người có công", "Phòng Người có công"),
    ],
)
def test_the_office_in_a_cell_with_its_receiver(said: str, name: str | None) -> None:
    assert reporting_office([["", said]]) == name
