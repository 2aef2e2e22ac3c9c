"""What an SQL file fills it analyzes, whole, before it reads it: a plan must not depend on what the planner guesses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[2] / "include" / "doisoat"
FILES = [path for path in sorted(LIBRARY.rglob("*.sql")) if "migrations" not in path.parts]
MADE = re.compile(r"create (?:temporary|unlogged) table (?:if not exists )?([a-z_.]+)")
ANALYZED = re.compile(r"\banalyze\s+([a-z_.]+)\s*(\([^)]*\))?\s*(?:;|\"|$)", re.MULTILINE)


def statements(text: str) -> list[str]:
    """The statements of a file, without comments; a body between $$ is one with what is around it."""
    text = re.sub(r"--[^\n]*", "", text)
    parts = re.split(r"(\$\$.*?\$\$|'[^']*')", text, flags=re.DOTALL)
    marked = "".join(part if place % 2 == 0 else part.replace(";", "\0") for place, part in enumerate(parts))
    return [one.replace("\0", ";").strip() for one in marked.split(";") if one.strip()]


def unanalyzed(text: str) -> list[str]:
    """What is read after it was filled and before it was analyzed: "table: the statement that reads it"."""
    stale: set[str] = set()
    made: set[str] = set()
    found = []
    for statement in statements(text):
        if analyzed := re.match(r"analyze ([a-z_.]+)$", statement):
            stale.discard(analyzed[1])
            continue
        if re.match(r"create (unique )?index|alter table|drop |comment |delete from \S+ where", statement):
            continue
        filled = re.match(r"(?:insert into|create (?:temporary|unlogged) table) ([a-z_.]+)", statement)
        read = statement[filled.end() :] if filled else statement
        # what a view names is read where the view is
        if not statement.startswith("create temporary view") and not statement.startswith("create view"):
            found += [f"{name}: {statement[:60]}" for name in stale if re.search(rf"\b{re.escape(name)}\b", read)]
        if filled and (MADE.match(statement) or filled[1] in made):
            made.add(filled[1])
            stale.add(filled[1])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_what_a_file_makes_is_analyzed_before_it_is_read(path: Path) -> None:
    assert unanalyzed(path.read_text("utf-8")) == []


def test_what_a_file_makes_for_others_is_analyzed_too() -> None:
    """By the file, or by the module that runs it."""
    texts = [path.read_text("utf-8") for path in sorted(LIBRARY.rglob("*")) if path.suffix in {".sql", ".py"}]
    made = {name for text in texts for name in MADE.findall(text)}
    analyzed = {name for text in texts for name, _ in ANALYZED.findall(text)}
    by_a_variable = {"rate_tonight"}  # doisoat.rates.run
    assert made - analyzed == by_a_variable


def test_a_table_is_analyzed_whole() -> None:
    """Statistics of some columns leave the planner with one row for the others."""
    texts = {path: path.read_text("utf-8") for path in FILES}
    assert [str(path) for path, text in texts.items() for _, columns in ANALYZED.findall(text) if columns] == []


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("create temporary table t as select 1; select * from t;", True),
        ("create temporary table t as select 1; analyze t; select * from t;", False),
        ("create temporary table t as select ';'; -- analyze t;\nselect * from t;", True),
        ("create temporary table t as select 1; create index on t (a); analyze t; select from t;", False),
        ("create temporary table t as select 1; create temporary table u as select * from t;", True),
        ("create temporary table t as select 1; analyze t; insert into t select 2; select from t;", True),
    ],
)
def test_the_reading_of_files_tells_the_two_apart(text: str, is_told: bool) -> None:
    assert bool(unanalyzed(text)) is is_told
