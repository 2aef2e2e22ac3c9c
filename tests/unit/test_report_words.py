"""How report workbooks write numbers and name columns (CONTRACTS section 2b)."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.sources.report_workbook.words import count, form_of, measure_of


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (1234.0, 1234), (7, 7), ("1.234", 1234), ("1,234", 1234), ("1 234", 1234), ("1\xa0234", 1234), (" 12 ", 12),
        ("1.234.567", 1234567), ("-", 0), ("–", 0), ("", None), (None, None), ("  ", None),
        (1.5, "NOT_A_COUNT"), ("12,5", "NOT_A_COUNT"), ("1.234,5", "NOT_A_COUNT"), ("1.23", "NOT_A_COUNT"), (-3, "NOT_A_COUNT"),
        ("0912345678", "NOT_A_COUNT"), ("0205 381 234", "NOT_A_COUNT"), (912345678.0, "NOT_A_COUNT"), ("0", 0),
        ("n/a", "NOT_A_COUNT"), (True, "NOT_A_COUNT"), (dt.datetime(2024, 3, 1), "NOT_A_COUNT"), ("1.234,567", "NOT_A_COUNT"),
        ("9" * 40, "NOT_A_COUNT"), ("²", 2), ("１２", 12),
    ],
)  # fmt: skip
def test_how_numbers_are_written(cell: object, expected: object) -> None:
    assert count(cell) == expected


@pytest.mark.parametrize(
    ("labels", "measure"),
    [
        (["Số hồ sơ tiếp nhận trong kỳ", "Tổng số"], "received_in_period"),
        (["Tiếp nhận", "Trong kỳ", "Trực tuyến"], "received_online"),
        (["Kết quả giải quyết", "Đã giải quyết", "Trước hạn"], "resolved_early"),
        (["Đã giải quyết", "Tổng số (7=8+9+10)"], "resolved"),
        (["Đang giải quyết", "Trong hạn"], "pending_in_time"),
        (["Chưa giải quyết", "Quá hạn"], "pending_overdue"),
        (["Chờ tiếp nhận", "Quá hạn"], "waiting_for_acceptance_overdue"),
        (["Đã giải quyết quá hạn", "Đã có thư xin lỗi"], None),
        (["Tỷ lệ giải quyết đúng hạn"], None),
        (["Tiếp nhận", "Qua ứng dụng"], None),
        (["Thanh toán", "Trực tiếp"], "paid_direct"),
        (["Công dân rút hồ sơ"], "withdrawn"),
        (["Ghi chú"], None),
        ([], None),
    ],
)
def test_what_a_label_counts(labels: list[str], measure: str | None) -> None:
    assert measure_of(labels) == measure


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("Biểu số II.06a/VPCP/KSTT", "II.06/VPCP/KSTT"), ("Biểu số 06 /VPCP/KSTT\nBan hành theo Thông tư", "II.06/VPCP/KSTT"),
        ("Biểu số II.06b/VPCP/KSTT", "II.06/VPCP/KSTT"), ("Biểu số: II.06đ/VPCP/KSTT", "II.06/VPCP/KSTT"),
        ("Biểu mẫu 06c/VPCP/KSTT", "II.06/VPCP/KSTT"), ("BIEU SO II.6A BTP", "II.06/VPCP/KSTT"),
        ("Biểu số II.07a/VPCP/KSTT", "II.07/VPCP/KSTT"), ("Biểu số II.07b", "II.07/VPCP/KSTT"),
        ("Biểu mẫu 07a/BTP", "07a/BTP"), ("TỔNG HỢP KẾT QUẢ GIẢI QUYẾT TTHC THEO ĐƠN VỊ", "by unit"),
        ("Công văn số 106/VPCP-KSTT", None), ("Biểu số II.05a/VPCP/KSTT", None), ("", None),
    ],
)  # fmt: skip
def test_which_form_a_title_names(title: str, form: str | None) -> None:
    assert form_of(title) == form
