"""Lists in YAML with an SQL file an entry: what is wrong in one is told by its file and its entry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from doisoat.entries import Entry, load_entries
from doisoat.errors import ConfigurationError
from doisoat.explain import UNDETERMINED, load_causes
from doisoat.indicators.definitions import Indicator, load_indicators
from doisoat.quality import load_checks


@pytest.fixture
def kind(tmp_path: Path) -> type[Entry]:
    class Rule(Entry):
        """An entry with a number."""

        number: int

        @classmethod
        def folder(cls) -> Path:
            return tmp_path / "rules"

    return Rule


def listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_entries_come_in_the_order_of_the_list_each_with_its_query(tmp_path: Path, kind: type[Entry]) -> None:
    (tmp_path / "rules").mkdir()
    for name in ("b", "a"):
        (tmp_path / "rules" / f"{name}.sql").write_text(f"select '{name}'", encoding="utf-8")
    found = load_entries(listed(tmp_path, "- {id: b, number: 2}\n- {id: a, number: 1}"), kind)
    assert [(one.id, one.query) for one in found] == [("b", "select 'b'"), ("a", "select 'a'")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {id: a, number: 1}\n- {id: b, number: two}", "entry 2 (b): number: Input should be a valid integer"),
        ("- {id: a, numbers: 1}", "entry 1 (a): number: Field required; numbers: Extra inputs are not permitted; fix"),
        ("- {number: 1}", "entry 1 (without id): id: Field required"),
        ("- a", "entry 1 (no mapping): as a whole: Input should be"),
        ("id: a", "expected a list of entries"),
        ("", "expected a list of entries"),
        ("- {id: a", "not YAML"),
    ],
)
def test_what_is_wrong_is_told_by_file_and_entry(tmp_path: Path, kind: type[Entry], text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"rules\.yaml: {re.escape(said)}"):
        load_entries(listed(tmp_path, text), kind)


def test_an_indicator_without_a_rule_is_told_by_name(tmp_path: Path) -> None:
    text = "- {id: nothing, label: a, formula: b, legal_source: c, certainty: V, valid_from: 2024-01-01}"
    with pytest.raises(ConfigurationError, match=r"rules\.yaml: entry 1 \(nothing\).*there is no rules/nothing\.sql"):
        load_entries(listed(tmp_path, text), Indicator)


def test_every_entry_has_its_sql_and_every_sql_its_entry() -> None:
    for entries in (load_causes(), load_indicators(), load_checks()):
        names = {one.id for one in entries} - {UNDETERMINED}
        assert names == {path.stem for path in entries[0].folder().glob("*.sql")}
