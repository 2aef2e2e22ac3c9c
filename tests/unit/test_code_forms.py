"""The form of a dossier's code: one definition, read alike by Python and, as a check, by PostgreSQL."""

from __future__ import annotations

import re

import pytest
from doisoat import codes
from doisoat.privacy import person_in
from doisoat.province.file import Province
from pydantic import ValidationError


@pytest.mark.parametrize(
    "code",
    ["000.00.53.H48-220921-0099", "H37.17-240412-0001", "H44.100-240412-12345", "G22.99-240401-00001",
     "G09.20-20260609-0092637"],
)  # fmt: skip
def test_codes_of_every_form_that_was_seen(code):
    assert codes.is_dossier_code(code)
    assert person_in(f"hồ sơ {code} đã trả") is None


@pytest.mark.parametrize(
    "text", ["H37/1", "H37.17-2404123-0001", "H37.17-240412-001", "H37.17-240412-0001\n", "1.001193", ""]
)
def test_what_is_no_code(text):
    assert not codes.is_dossier_code(text)


def test_a_phone_behind_a_code_is_no_part_of_it():
    assert person_in("H37-240401-0912345678") == "an identity number or a phone"


def test_who_issued_a_code():
    ours = re.compile(codes.issued_in("H37"))
    assert ours.search("H37.21.01-240401-0001")
    assert ours.search("000.01.21.H37-20240401-0000001")
    assert not ours.search("H370-240401-0001")
    assert not ours.search("G22.99-240401-00001")


def test_a_province_may_have_a_form_of_its_own():
    own = Province(id="x", code="H37", name="X", dossier_code=r"HS\d+").dossier_code
    assert codes.is_dossier_code("HS17", own)
    with pytest.raises(ValidationError, match="not a regular expression"):
        Province(id="x", code="H37", name="X", dossier_code="(")
