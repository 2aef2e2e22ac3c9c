"""Each system has a guide of the same shape, and an example of its connection that can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from doisoat.connections import connection_from_environment
from doisoat.province.file import load_province
from doisoat.sources import registry

PROJECT = Path(__file__).parents[2]
GUIDES = PROJECT / "docs" / "systems"
EXAMPLES = re.compile(r"^#?(AIRFLOW_CONN_[A-Z_]+)='(.*)'$", re.MULTILINE)


def _examples(path: Path) -> dict[str, str]:
    return dict(EXAMPLES.findall(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", sorted(registry.KINDS))
def test_a_guide_says_whom_to_ask_how_to_connect_and_what_is_assumed(kind: str) -> None:
    text = (GUIDES / f"{kind}.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert [heading for heading in headings if heading in ("Ask", "Connection", "Check", "Still assumed")] == [
        "Ask", "Connection", "Check", "Still assumed",
    ]  # fmt: skip
    assert "[A]" in text.partition("## Still assumed")[2]
    assert "doisoat check" in text
    examples = _examples(GUIDES / f"{kind}.md")
    assert examples
    for name in examples:
        assert connection_from_environment(name.removeprefix("AIRFLOW_CONN_").lower(), examples).connection_id


def test_every_source_of_the_province_file_has_an_example_that_makes_it() -> None:
    province = load_province(PROJECT / "config" / "lang_son.yaml")
    examples = _examples(PROJECT / ".env.example")
    for source_id, settings in province.sources.items():
        connection = connection_from_environment(source_id, examples)
        source = registry.make_source(source_id, settings, connection, province.timezone)
        source.close()
        assert source.source_kind == settings.kind
