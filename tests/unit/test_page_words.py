"""The page's texts: each in both languages, each used key there, each value that a column may have said in words."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import Any

import page
import pytest
import yaml
from doisoat.explain.causes import load_causes
from doisoat.gaps.repair_words import words as repair_words
from page.views.tonight import _sentence
from page.words import LANGUAGES, Words

HERE = Path(page.__file__).parent
TEXTS = yaml.safe_load((HERE / "words.yaml").read_text(encoding="utf-8"))
#: In English the rule's own words are shown.
VIETNAMESE_ONLY = "evidence"


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("section", TEXTS)
def test_every_text_is_there_in_both_languages_with_the_same_names(section: str) -> None:
    for key, texts in TEXTS[section].items():
        assert len(texts) == len(LANGUAGES), key
        assert all(texts) or section == VIETNAMESE_ONLY, key
        if section != VIETNAMESE_ONLY:
            assert names(texts[0]) == names(texts[1]), key


def test_every_key_that_a_view_or_a_template_names_has_a_text() -> None:
    known = {f"{section}.{key}" for section, keys in TEXTS.items() for key in keys}
    for file in (*HERE.rglob("*.py"), *HERE.rglob("*.html")):
        used = set(
            re.findall(r"""\b(?:t|words|self)\(\s*f?["']([a-z_]+\.[a-z_0-9]+)["']""", file.read_text(encoding="utf-8"))
        )
        assert used <= known, (file.name, used - known)


def test_every_cause_has_its_evidence_in_vietnamese() -> None:
    assert set(TEXTS["evidence"]) == {cause.id for cause in load_causes()}


def test_every_kind_of_the_list_of_repairs_is_known_in_english() -> None:
    words = Words("en")
    for kind, said in repair_words()["kinds"].items():
        for pair in said if isinstance(said, dict) else ["national_provincial"]:
            assert words.kind(kind, pair) in {texts[1] for texts in TEXTS["kinds"].values()}, (kind, pair)


def test_numbers_and_days_are_written_as_the_reader_does() -> None:
    import datetime as dt

    vietnamese, english = Words("vi"), Words("en")
    assert (vietnamese.number(20164), english.number(20164)) == ("20.164", "20,164")
    assert (vietnamese.number(5.829, 2), english.number(5.829, 2)) == ("5,83", "5.83")
    assert vietnamese.signed(-1248) == "−1.248"
    gains = [vietnamese.points(points) for points in (1.7143, -0.85714, 0.0001, 0, None)]
    assert gains == ["+1,714", "−0,857", "+0,0001", "0", "chưa rõ"]
    assert vietnamese.bounds(0.951, 0.955) == "95,1 % – 95,5 %"
    assert vietnamese.bounds(0.951, 0.951) == "95,1 %"
    assert vietnamese.bounds(None, None) == "chưa rõ"
    assert (vietnamese.day(dt.date(2024, 4, 9)), english.day(dt.date(2024, 4, 9))) == ("09/04/2024", "2024-04-09")


def test_the_page_asks_nothing_but_mart() -> None:
    for file in (HERE / "sql").glob("*.sql"):
        text = re.sub(r"--.*", "", file.read_text(encoding="utf-8"))
        assert set(re.findall(r"\b(?:from|join)\s+([a-z]+)\.", text)) <= {"mart"}, file.name


@pytest.mark.parametrize(
    ("nets", "told"),
    [
        ({"sent_late": 14, "left_out": -5}, "nhiều hơn tỉnh 17 hồ sơ; nhiều nhất là do sent_late (14 hồ sơ)."),
        (
            {"left_out": -25, "sent_late": 14},
            "nhiều hơn tỉnh 17 hồ sơ; nhiều nhất là do sent_late (14 hồ sơ); ngược chiều và lớn hơn là left_out (25 hồ sơ).",
        ),
    ],
)
def test_the_sentence_of_the_night_hides_no_larger_cause_the_other_way(nets: dict[str, int], told: str) -> None:
    """ "Largest: 14" above a bar of 25 the other way was read as a wrong number."""
    ask: Any = SimpleNamespace(words=Words("vi"))
    causes = [{"cause": cause, "label": cause, "net": net, "dossiers": abs(net)} for cause, net in nets.items()]
    sides = {"national": 2037, "provincial": 2020, "difference": 17}
    assert _sentence(ask, sides, causes) == f"Cổng DVCQG {told}"
