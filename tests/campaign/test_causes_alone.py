"""Every example of a cause in a warehouse of its own: sharing one (tests/spec/test_causes.py) changes no outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
from doisoat.explain import Example, load_examples
from support.cause_examples import causes


@pytest.mark.parametrize(
    "example", load_examples(), ids=lambda example: f"{example.cause}: {example.shows or example.innocent}"
)
def test_cause_alone(example: Example, tmp_path: Path, warehouse_dsn: str) -> None:
    assert causes([example], tmp_path, warehouse_dsn) == [sorted(example.expect)]
