"""OpenLineage knows our assets: what the mart is made from, by names that a receiver can join on; off by default."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.openlineage import conf
from airflow.providers.openlineage.extractors.manager import ExtractorManager
from doisoat.province.file import load_province

PROJECT = Path(__file__).parents[2]


def test_lineage_is_off_by_default_and_on_by_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert conf.is_disabled()
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:1")
    assert not conf.is_disabled()


def test_the_mart_is_made_from_the_landing_of_every_source() -> None:
    publish = DagBag(str(PROJECT / "dags")).dags["nightly_reconciliation"].get_task("publish")
    inputs = [ExtractorManager.convert_to_ol_dataset(asset) for asset in publish.inlets]
    outputs = [ExtractorManager.convert_to_ol_dataset(asset) for asset in publish.outlets]
    assert {(data.namespace, data.name) for data in outputs} == {("doisoat", "warehouse/mart")}
    assert {(data.namespace, data.name) for data in inputs} == {
        ("doisoat", f"landing/{name}") for name in load_province(PROJECT / "config" / "lang_son.yaml").sources
    }
