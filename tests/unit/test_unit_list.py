"""A unit's list says in an office's words what differs, and every text has room in its cell."""

from __future__ import annotations

import datetime as dt
import tracemalloc
from pathlib import Path

import pytest
from doisoat.gaps.repair_words import words
from doisoat.papers.books import Book
from doisoat.papers.measures import lines, pixels
from doisoat.papers.unit_list import in_words, write_list
from doisoat.papers.words import count, number, share, slug

NAMES = {"H37.21": "UBND huyện Tràng Định", "1.000656": "Đăng ký khai tử"}
UNSAID = "(để trống hoặc chưa rõ)"


def gap(**said: str | None) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(
        f"{side}_{what}" for side in ("national", "provincial", "ministry") for what in ("value", "codes")
    )
    row |= {
        "pair": "national_provincial",
        "dossier_id": "D",
        "kind": "status",
        "is_difference": True,
        "state": "open",
    }
    return {**row, "receipt_date": None, "opened_on": "2024-04-19", **said}


@pytest.mark.parametrize(
    ("pair", "attribute", "national", "provincial", "shown"),
    [
        ("national_provincial", "status", "9", "5",
         "Khác trạng thái: tỉnh: Yêu cầu bổ sung giấy tờ (5); Cổng DVCQG: Đã xử lý xong (9)"),
        ("national_provincial", "status", None, "5",
         f"Khác trạng thái: tỉnh: Yêu cầu bổ sung giấy tờ (5); Cổng DVCQG: {UNSAID}"),
        ("national_provincial", "status", "41", "5",
         "Khác trạng thái: tỉnh: Yêu cầu bổ sung giấy tờ (5); Cổng DVCQG: 41"),
        ("national_provincial", "agency", "H37.21", "H37.99",
         "Khác đơn vị: tỉnh: H37.99; Cổng DVCQG: UBND huyện Tràng Định (H37.21)"),
        ("national_provincial", "procedure", "1.000656", "1.000657",
         "Khác thủ tục: tỉnh: 1.000657; Cổng DVCQG: Đăng ký khai tử (1.000656)"),
        ("national_provincial", "due_date", "2024-04-12", None,
         f"Khác ngày hẹn trả: tỉnh: {UNSAID}; Cổng DVCQG: 12/04/2024"),
        ("ministry_provincial", "finish_date", None, "2024-04-12",
         f"Khác ngày kết thúc xử lý: tỉnh: 12/04/2024; bộ, ngành: {UNSAID}"),
    ],
)  # fmt: skip
def test_values_are_in_words(
    pair: str, attribute: str, national: str | None, provincial: str | None, shown: str
) -> None:
    row = gap(pair=pair, kind=attribute, national_value=national, provincial_value=provincial)
    told = in_words(row, NAMES)
    assert told["difference"] == shown
    assert (told["opened_on"], told["receipt_date"], told["state"]) == (dt.date(2024, 4, 19), None, None)


def test_a_dossier_is_shown_by_one_code_unless_the_sides_know_it_by_several() -> None:
    assert in_words(gap(national_codes="A", provincial_codes="A"), NAMES)["codes"] == "A"
    assert in_words(gap(national_codes="A B", provincial_codes="A"), NAMES)["codes"] == "Tỉnh: A\nCổng DVCQG: A B"
    told = in_words(gap(national_codes="000.00.01.H37-240130-0001 B", provincial_codes="A"), NAMES)["codes"]
    assert told == "Tỉnh: A\nCổng DVCQG:\n000.00.01.H37-240130-0001\nB", "no code is broken"
    assert in_words(gap(), NAMES)["codes"] == "D"


def test_every_state_of_a_gap_has_its_words() -> None:
    told = words()
    assert set(told["states"]) >= {
        *told["answers"],
        "acknowledged",
        "accepted",
        "acceptance_expired",
        "acceptance_outdated",
    }


@pytest.mark.parametrize(
    ("text", "width", "count"),
    [("", 10, 1), ("Sở", 10, 1), ("a\nb", 10, 2), ("UBND huyện Tràng Định", 19, 2), ("H37.22.04-240404-00012", 26, 1),
     ("i" * 30, 20, 1), ("M" * 40, 20, 5), ("từ " * 40, 20, 5)],
)  # fmt: skip
def test_a_text_takes_the_lines_that_its_letters_need(text: str, width: float, count: int) -> None:
    assert lines(text, width) == count


def test_a_letter_is_as_wide_with_its_marks_as_without() -> None:
    assert pixels("Đường ễ") == pixels("Đuong e")
    assert pixels("abc", bold=True) > pixels("abc")


def peak(rows: int, file: Path) -> int:
    """The most memory that writing a list took, in bytes."""
    one = {**gap(), "gap_id": "a | b | status | ", "cause_label": "x" * 40, "action": "a", "agency_name": "UBND xã"}
    tracemalloc.start()
    with Book(file, "t", "o", dt.date(2024, 4, 19)) as book:
        write_list(book, (dict(one) for _ in range(rows)), {}, "")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_a_list_is_written_row_by_row_and_not_held(tmp_path: Path) -> None:
    peak(1, tmp_path / "first.xlsx")  # what is imported is held
    # a row's height is kept; its cells would take thousands
    assert (peak(3000, tmp_path / "a.xlsx") - peak(1000, tmp_path / "b.xlsx")) / 2000 < 500


def test_numbers_are_written_as_offices_write_them() -> None:
    assert [number(1234567), number(-12.5, 1, signed=True), number(None)] == ["1.234.567", "-12,5", "chưa rõ"]
    assert [share(0.97, 0.97), share(0.5, 0.625), share(None, None)] == ["97,00%", "50,00–62,50%", "chưa rõ"]
    assert [count(3, 3), count(3, 5000)] == ["3", "3–5.000"]
    assert slug("UBND xã Đồng Mỏ / (mới)") == "ubnd-xa-dong-mo-moi"
