"""Codes as people write them: what is another way to write the same code, and what is another code."""

from __future__ import annotations

import pytest
from doisoat.sources.values import text
from doisoat.sources.written_codes import agency_code_and_name, dossier_code, procedure_code

CODE = "H37.22-240305-0001"


@pytest.mark.parametrize(
    "written",
    [
        CODE, "H37.22\u2013240305\u20130001", "H37.22\u2011240305\u20110001", "H37.22\u2212240305\u22120001",
        "h37.22-240305-0001", "H37.22 - 240305 - 0001", "H37. 22-240305 -0001", "\ufeffH37.22-240305-0001",
        "H37.22-240305-0001\u200b", "\u041d37.22-240305-0001", "\u039737.22-240305-0001", "H37.22-240305-0001\u00a0",
        "'H37.22-240305-0001", '"H37.22-240305-0001"', "\uff28\uff13\uff17.22-240305-0001", "H37.22-240305-0001 (bổ sung)",
        "H37.22-240305-0001 - bổ sung lần 2", "H37.22-240305-0001, đã rút",
    ],
)  # fmt: skip
def test_the_same_code(written: str) -> None:
    """In the form of before 2026, and in that of 2026."""
    assert dossier_code(written) == CODE
    assert dossier_code(written.replace("240305", "20260305").replace("0001", "0000001")) == "H37.22-20260305-0000001"


@pytest.mark.parametrize(
    "written",
    [
        "TNHS/2024/000123", "Hồ sơ 12", "1234567", "g22-1", "H37.22-240305-0001 (2)", "H37.22-240305-0001-1", "....", "=1+1",
        "H37.22-240305-0001; H37.22-240305-0002", "H37.22-240305-000", "0012345",
    ],
)  # fmt: skip
def test_a_code_of_another_form_stays_as_it_is(written: str) -> None:
    assert dossier_code(written) == written


def test_of_any_code_what_nobody_can_tell_apart_is_unified() -> None:
    assert dossier_code("'TNHS\u20132024\u200b") == "TNHS-2024"
    assert dossier_code("000.00.22.h37-240305-0001") == "000.00.22.H37-240305-0001"


def test_signs_that_nobody_sees_are_no_part_of_any_text() -> None:
    assert text("UBND xã\u200b Yên\u00ad Trạch\ufeff ") == "UBND xã Yên Trạch"
    assert text("\u200b") is None


def test_a_name_that_only_resembles_a_code_stays_a_name() -> None:
    assert agency_code_and_name("UBND xã Yên Trạch") == (None, None)
    assert agency_code_and_name("Phòng A12") == (None, None)
    assert procedure_code("Đăng ký khai sinh") == "Đăng ký khai sinh"
