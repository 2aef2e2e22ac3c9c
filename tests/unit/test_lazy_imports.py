"""A module that is imported when it is used: the same module, for whoever held its stand-in and for all others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from doisoat.quality.lazy_imports import imported_when_used


@pytest.fixture
def slow_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "slow_to_import.py").write_text("WORTH = 7\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "slow_to_import", raising=False)
    return "slow_to_import"


def imported(name: str) -> ModuleType:
    """What `import name` binds."""
    scope: dict[str, ModuleType] = {}
    exec(f"import {name}", scope)
    return scope[name]


def test_it_is_imported_at_its_first_use_and_is_then_the_module_itself(slow_module: str) -> None:
    with imported_when_used(slow_module):
        held = imported(slow_module)
    assert slow_module not in sys.modules
    assert held.WORTH == 7
    assert imported(slow_module) is sys.modules[slow_module] is not held
    vars(imported(slow_module))["WORTH"] = 8
    assert held.WORTH == 8
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = held.no_such_name


def test_what_is_used_within_the_block_stays_imported(slow_module: str) -> None:
    with imported_when_used(slow_module):
        assert imported(slow_module).WORTH == 7
        kept = sys.modules[slow_module]
        assert type(kept) is ModuleType
    assert sys.modules[slow_module] is kept


def test_what_was_imported_before_is_left_alone(slow_module: str) -> None:
    before = imported(slow_module)
    with imported_when_used(slow_module):
        assert imported(slow_module) is before
    assert sys.modules[slow_module] is before


def test_great_expectations_is_imported_without_what_no_check_asks_for_and_finds_it_all_the_same() -> None:
    script = """
import sys
import doisoat.quality.expectations
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as drawing
assert not {"altair", "scipy.stats"} & set(sys.modules), "imported for nothing"
assert drawing.stats.norm.cdf(0) == 0.5
import scipy.stats
assert scipy.stats.norm is drawing.stats.norm
"""
    subprocess.run([sys.executable, "-c", script], check=True)
