"""Every rule by which records are loaded, joined, compared and explained is under the hash that makes a night look at all."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

import pytest
from doisoat.warehouse import touched

LIBRARY = Path(__file__).parents[2] / "include" / "doisoat"
#: What only works on the outcome of a comparison, or on nights as such: nothing that the next night builds on.
OUTCOME = {"gaps", "indicators", "news", "nights", "papers", "quality", "rates", "reports"}
#: What the rules may use: each is told by data (a fingerprint, a seal, a schema), not by the hash.
USED = {
    "codes",
    "collect",
    "connections",
    "entries",
    "errors",
    "hints",
    "indicators",
    "model",
    "months",
    "privacy",
    "sources",
}
STATEMENTS = sorted(path.relative_to(LIBRARY) for path in LIBRARY.rglob("*.sql"))


def folders_imported(path: Path) -> set[str]:
    """What of the library a module imports, at its top or within a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module] if node.module != "doisoat" else [f"doisoat.{one.name}" for one in node.names]
        elif isinstance(node, ast.Import):
            modules = [one.name for one in node.names]
        else:
            continue
        found |= {module.split(".")[1] for module in modules if module.startswith("doisoat.")}
    return found


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The library's files, to be changed."""
    copied = tmp_path / "doisoat"
    shutil.copytree(LIBRARY, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(touched, "PACKAGE", copied)
    return copied


def named() -> str:
    return touched.rules.__wrapped__()


def test_each_statement_is_a_rule_or_of_a_folder_that_only_works_on_the_outcome() -> None:
    folders = {path.parts[0] for path in STATEMENTS}
    assert folders <= {*touched.RULES, *OUTCOME}
    assert not OUTCOME & set(touched.RULES)


def test_a_rule_runs_nothing_that_stands_elsewhere() -> None:
    """Were it asked for by a rule, a statement of another folder would be a rule too."""
    rules = {path for folder in touched.RULES for path in (LIBRARY / folder).rglob("*.py")}
    assert rules
    assert {(str(path.relative_to(LIBRARY)), folder) for path in rules for folder in folders_imported(path)
            if folder not in USED and folder not in touched.RULES} == set()  # fmt: skip
    elsewhere = re.compile(r"__file__\)\.(parents\[[1-9]|parent\.parent)|import_module|importlib\.resources")
    assert {path for path in rules if elsewhere.search(path.read_text("utf-8"))} == {
        LIBRARY / "warehouse" / "touched.py"
    }


def test_what_the_rules_use_besides_holds_no_statement_but_of_rates() -> None:
    assert {path.parts[0] for path in STATEMENTS} & USED == {"indicators"}
    assert {path.parts[:2] for path in STATEMENTS if path.parts[0] == "indicators"} == {("indicators", "rules")}


def test_each_rule_changes_the_name_of_the_rules(copy: Path) -> None:
    before, seen = named(), set()
    rules = [path for folder in touched.RULES for path in sorted((copy / folder).rglob("*"))
             if path.suffix in {".py", ".sql", ".yaml"}]  # fmt: skip
    assert len(rules) > 100
    for path in rules[::7]:
        path.write_text(path.read_text("utf-8") + "\n-- changed", "utf-8")
        seen.add(named())
    assert len(seen) == len(rules[::7])
    assert before not in seen


def test_what_works_on_the_outcome_changes_nothing(copy: Path) -> None:
    before = named()
    for folder in OUTCOME:
        for path in (copy / folder).rglob("*.sql"):
            path.unlink()
    assert named() == before
