"""The example province file with OpenCPS: it loads, its connector takes it, and its other sources are Lạng Sơn's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from doisoat.connections import connection_from_environment
from doisoat.province.file import ProvinceSettings, load_province
from doisoat.sources.opencps.search import STATUSES
from doisoat.sources.registry import make_source

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def example() -> ProvinceSettings:
    return load_province(PROJECT / "config" / "opencps_example.yaml")


@pytest.fixture(scope="module")
def lang_son() -> ProvinceSettings:
    return load_province(PROJECT / "config" / "lang_son.yaml")


def test_all_but_the_case_system_is_as_in_lang_son(example: ProvinceSettings, lang_son: ProvinceSettings) -> None:
    others = set(example.sources) - {"opencps"}
    assert others == {"national_export", "national_statistics"}
    for source_id in others:
        assert example.sources[source_id] == lang_son.sources[source_id]
    assert example.resolve(example.province.agencies) == lang_son.resolve(lang_son.province.agencies)
    assert example.reconciliation.declared_by == [
        name.replace("igate", "opencps") for name in lang_son.reconciliation.declared_by
    ]


def test_only_pairs_that_the_system_itself_sends_are_mapped(example: ProvinceSettings) -> None:
    """posting and interoperating are sent as 0: whatever that means, it is no status of the national table."""
    (mapped,) = example.sources["opencps"].code_maps.status
    assert sorted(map(int, mapped.map.values())) == list(range(1, 11))
    assert set(mapped.map) < set(STATUSES)
    assert not {"posting", "interoperating", "correcting", "pausing", "cancelling"} & set(mapped.map)


def test_registration_is_owned_by_one_ministry_after_the_other(lang_son: ProvinceSettings) -> None:
    first, second = lang_son.sources["business_registration"].owners
    assert first.valid_to == second.valid_from


@pytest.mark.parametrize(
    ("file", "source_id"),
    [("lang_son", "business_registration"), ("opencps_example", "opencps"), ("lang_son", "igate")],
)
def test_its_connection_is_in_env_example_and_in_its_guide(file: str, source_id: str) -> None:
    """What a newcomer copies makes the source, from both places alike."""
    settings = load_province(PROJECT / "config" / f"{file}.yaml")
    name = f"AIRFLOW_CONN_{source_id.upper()}"
    guide = (PROJECT / "docs" / "systems" / f"{source_id}.md").read_text(encoding="utf-8")
    for text in ((PROJECT / ".env.example").read_text(encoding="utf-8"), guide):
        found = re.search(rf"{name}='({{.*?}})'$", text, re.MULTILINE | re.DOTALL)
        assert found, name
        assert json.loads(found[1])["host"].endswith(".example")
        connection = connection_from_environment(source_id, {name: found[1]})
        source = make_source(source_id, settings.sources[source_id], connection, settings.timezone)
        source.close()


@pytest.mark.parametrize("system", ["business_registration", "igate", "opencps"])
def test_a_guide_has_the_headings_of_all_guides(system: str) -> None:
    guide = (PROJECT / "docs" / "systems" / f"{system}.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ .*$", guide, re.MULTILINE)
    assert headings[0].startswith("# ")
    assert headings[1:] == ["## Ask", "## Connection", "## Check", "## Still assumed"]
