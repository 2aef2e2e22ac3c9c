"""The form in which names of units are compared, held to the tables of docs/names.md."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest
from doisoat.names import unit_key
from support.unit_names import different, same, tones


def test_the_page_has_its_tables() -> None:
    assert (len(same()) > 15, len(different()) > 5, len(tones())) == (True, True, 15)


@pytest.mark.parametrize(("one", "other"), same())
def test_one_unit_has_one_key_however_it_is_written(one: str, other: str) -> None:
    assert unit_key(one) == unit_key(other) == unit_key(unicodedata.normalize("NFD", other)) != ""


@pytest.mark.parametrize(("one", "other"), different())
def test_two_units_have_two_keys(one: str, other: str) -> None:
    assert unit_key(one) != unit_key(other)


@pytest.mark.parametrize(("old", "new"), tones())
@pytest.mark.parametrize("around", ["UBND xã {}", "UBND xã B{} C", "xã Ph{}n", "PHƯỜNG {}", "Quỹ {}i"])
def test_a_tone_may_stand_on_either_vowel(old: str, new: str, around: str) -> None:
    spelt = [around.format(old), around.format(new), around.format(old).upper(), around.format(new).title()]
    assert len({unit_key(name) for name in spelt}) == 1
    assert unit_key(around.format(old)) != unit_key(around.format(unicodedata.normalize("NFD", old)[0] + old[-1]))


def test_no_two_units_of_lang_son_become_one() -> None:
    path = Path(__file__).parents[2] / "config" / "lang_son" / "agencies.csv"
    with path.open(encoding="utf-8", newline="") as opened:
        units = list(csv.DictReader(opened))
    assert "Công an tỉnh Lạng Sơn" in {unit["name"] for unit in units}
    assert len({(unit_key(unit["name"]), unit["parent_id"], unit["valid_from"]) for unit in units}) == len(units)
