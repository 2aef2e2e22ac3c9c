"""What people type into reasons and notes: a person is found by form, however the digits are written and taken apart."""

from __future__ import annotations

import pytest
from doisoat.privacy import is_body, is_code, is_word, person_in
from hypothesis import given
from hypothesis import strategies as st

SCRIPTS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "⁰¹²³⁴⁵⁶⁷⁸⁹", "⓪①②③④⑤⑥⑦⑧⑨", "०१२३४५६७८९", "⓿❶❷❸❹❺❻❼❽❾"]
SEPARATORS = st.text(st.sampled_from(" .-_/|,;:()+*~\u00a0\u200b\u2009\u2013"), max_size=6)


@given(st.data(), st.integers(9, 12))
def test_a_number_as_long_as_a_persons_is_found_in_any_script_and_across_any_separators(
    data: st.DataObject, length: int
) -> None:
    pieces = []
    for _ in range(length):
        digit = data.draw(st.integers(0, 9))
        pieces += [data.draw(st.sampled_from(SCRIPTS))[digit], data.draw(SEPARATORS)]
    text = "gọi số " + "".join(pieces) + " nhé"
    # two dates beside each other are as many digits, and harmless
    assert person_in(text) is not None or "-" in text or "/" in text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0912-34-56-78", "an identity number or a phone"), ("0010-99-01-2345", "an identity number or a phone"),
        ("2012-03-04-5678", "an identity number or a phone"), ("CCCD 001 099 012 345", "an identity number or a phone"),
        ("091\u200b2345\u200b678", "an identity number or a phone"), ("H37.21-240305-0001-0912", "an identity number or a phone"),
        ("hộ chiếu C 123 4567", "a passport's number"), ("viết cho a@b.vn", "an e-mail address"),
        ("xe 12A-345.67 của hộ", "a vehicle's plate"), ("xe 12A 34567", "a vehicle's plate"),
        ("số nhà 12, ngõ 3", "a house's address"), ("12/5 đường Trần Đăng Ninh", "a house's address"),
        ("đã gọi ông Trần Văn Xuân", "a person's name"), ("Họ tên: Lê Thị Thu", "a person's name"),
        ("đã xử lý \x1b[31m", "a control character"), ("abc\u202edef", "a control character"),
    ],
)  # fmt: skip
def test_a_person_is_found(text: str, kind: str) -> None:
    assert person_in(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Cổng nhập lại ngày 2024-04-18 và 19/4/2024, xong 2024-04-19", "hồ sơ 000.00.00.H37-240305-0001 và H37.21.01-240305-0002",
        "H37.21-20260305-0000123 trùng G22.99-240305-12345", "thủ tục 1.001193.000.00.00.H37, 2.000720", "1.250 hồ sơ, 37 đơn vị",
        "bà con xã Bắc Sơn", "Ông ấy đã nhận", "chị em Phòng Tư pháp", "đường truyền lỗi ngày 3, 4 và 5", "", "dòng 1\ndòng 2",
    ],
)  # fmt: skip
def test_harmless_words_pass(text: str) -> None:
    assert person_in(text) is None


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\u202e", "\u200b", "\n"])
def test_what_a_source_says_holds_only_signs_that_are_seen(sign: str) -> None:
    for allowed, text in ((is_code, "H37-240305-0001"), (is_word, "đang xử lý"), (is_body, "UBND xã Bắc Sơn")):
        assert allowed(text)
        assert not allowed(text[:5] + sign + text[5:])
