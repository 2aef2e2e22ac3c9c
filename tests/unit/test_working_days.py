"""Working days of Vietnam as they really were, and what a province decides beside them."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.province.working_days import WorkingDays, days_of
from pydantic import ValidationError


def day(text: str, rules: WorkingDays | None = None, *agencies: str) -> tuple[bool, bool]:
    """(is it a working day, are dossiers taken)."""
    chosen = dt.date.fromisoformat(text)
    return next((works, takes) for on, works, takes, _ in days_of(rules or WorkingDays(), agencies) if on == chosen)


def worked(first: str, last: str, rules: WorkingDays | None = None) -> int:
    """How many working days there are after `first` up to `last`."""
    number = {on: count for on, _, _, count in days_of(rules or WorkingDays())}
    return number[dt.date.fromisoformat(last)] - number[dt.date.fromisoformat(first)]


@pytest.mark.parametrize(
    ("told", "is_working"),
    [
        ("2024-04-12", True),  # an ordinary Friday
        ("2024-04-13", False),  # the Saturday after it
        ("2024-04-18", False),  # 10th of the third lunar month: Giỗ Tổ Hùng Vương
        ("2024-04-29", False),  # a Monday off, exchanged (dispatch 2450/VPCP-KGVX) ...
        ("2024-05-04", True),  # ... for this Saturday
        ("2025-01-27", False),  # Tết Ất Tỵ: 25 January to 2 February
        ("2025-02-03", True),
        ("2025-05-02", False),  # exchanged for Saturday 26 April
        ("2025-04-26", True),
        ("2026-02-20", False),  # Tết Bính Ngọ: to 22 February
        ("2026-02-23", True),
        ("2026-08-31", False),  # exchanged for Saturday 22 August
        ("2026-08-22", True),
        ("2026-11-24", False),  # Ngày Văn hóa Việt Nam, for the first time
        ("2025-11-24", True),
    ],
)
def test_holidays_substitute_days_and_saturdays_worked_in_exchange(told: str, is_working: bool) -> None:
    assert day(told) == (is_working, is_working)


def test_a_term_is_counted_in_working_days() -> None:
    """From Friday 26 April to Monday 6 May 2024: Saturday 4 May (exchanged), Thursday 2, Friday 3 and Monday 6."""
    assert worked("2024-04-26", "2024-05-06") == 4


def test_what_the_province_decided_counts_from_its_own_day() -> None:
    rules = WorkingDays.model_validate(
        {"changed": [{"day": "2024-04-12", "is_working": False, "reason": "flood"},
                     {"day": "2024-04-13", "is_working": True, "agencies": ["H37.21"], "reason": "in exchange"}]}
    )  # fmt: skip
    assert day("2024-04-12", rules) == (False, False)
    assert day("2024-04-13", rules) == (False, False)
    assert day("2024-04-13", rules, "H37.21") == (True, True)
    assert worked("2024-04-11", "2024-04-15", rules) == 1


def test_saturday_reception_takes_dossiers_and_counts_towards_no_term() -> None:
    rules = WorkingDays.model_validate(
        {"also_open": [{"weekday": "saturday", "agencies": ["H37.21"], "valid_from": "2024-04-01", "valid_to": "2024-05-01",
                        "reason": "nhận hồ sơ sáng thứ Bảy"}]}
    )  # fmt: skip
    assert rules.agencies == ["H37.21"]
    assert day("2024-04-13", rules, "H37.21") == (False, True)
    assert day("2024-04-13", rules) == (False, False)
    assert day("2024-03-30", rules, "H37.21") == (False, False), "not yet"
    assert day("2024-06-01", rules, "H37.21") == (False, False), "no longer"


@pytest.mark.parametrize(
    "told",
    [
        {"also_open": [{"weekday": "saturdays", "reason": "so"}]},
        {"also_open": [{"weekday": "saturday", "valid_from": "2024-05-01", "valid_to": "2024-05-01", "reason": "so"}]},
        {"changed": [{"day": "2024-04-12", "is_working": False, "reason": ""}]},
        {"changed": [{"day": "1999-04-12", "is_working": False, "reason": "before the calendar begins"}]},
    ],
)
def test_what_does_not_make_sense_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WorkingDays.model_validate(told)
