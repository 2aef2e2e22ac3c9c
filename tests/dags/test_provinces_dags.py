"""A Dag a province: the first one's as they were, the others' beside them, and a broken file is seen and stops nobody else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
from orchestration.provinces import provinces

PROJECT = Path(__file__).parents[2]
DAGS = PROJECT / "dags"
NAMES = sorted(set(file.stem for file in DAGS.glob("*.py")) - {"broken_province_files"})


def parsed() -> DagBag:
    return DagBag(str(DAGS))


@pytest.fixture(scope="module")
def alone() -> dict[str, str]:
    """The Dags of an installation without further provinces, as the scheduler gets them."""
    bag = parsed()
    assert bag.import_errors == {}
    return {
        name: json.dumps(DagSerialization.to_dict(dag), sort_keys=True, default=str) for name, dag in bag.dags.items()
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two further provinces."""
    monkeypatch.setenv("DOISOAT_PROVINCES", str(tmp_path))
    for name, more in (("hue", {}), ("da_nang", {"place": {"queue": "da_nang", "tasks_at_once": 2}})):
        write(tmp_path / f"{name}.yaml", name, **more)
    return tmp_path


def write(file: Path, name: str, **more: Any) -> None:
    content = yaml.safe_load((PROJECT / "config" / "lang_son.yaml").read_text(encoding="utf-8"))
    content["province"]["id"] = name
    file.write_text(yaml.safe_dump({**content, **more}, allow_unicode=True), encoding="utf-8")


def test_the_first_province_goes_on_under_its_names(alone: dict[str, str], folder: Path) -> None:
    """No run of an existing home is lost, nor is any pool, connection or asset called otherwise."""
    bag = parsed()
    assert sorted(alone) == NAMES
    for name, before in alone.items():
        assert json.dumps(DagSerialization.to_dict(bag.dags[name]), sort_keys=True, default=str) == before


def test_every_province_has_each_dag_with_pools_assets_and_a_queue_of_its_own(folder: Path) -> None:
    bag = parsed()
    assert bag.import_errors == {}
    assert sorted(bag.dags) == sorted(f"{name}{of}" for name in NAMES for of in ("", ".da_nang", ".hue"))
    of_hue, of_da_nang = (bag.dags[f"nightly_reconciliation.{name}"] for name in ("hue", "da_nang"))
    assert {task.pool for task in of_hue.tasks if "." in task.task_id} >= {"igate_hue", "national_adapter_hue"}
    assert all(task.pool.endswith("_hue") for task in of_hue.tasks if "." in task.task_id)
    assert {task.queue for task in of_da_nang.tasks} == {"da_nang"}
    assert {task.queue for task in of_hue.tasks} == {"default"}
    assert of_da_nang.max_active_tasks == 2
    publish = of_hue.get_task("publish")
    assert [asset.uri for asset in publish.outlets] == ["x-doisoat://warehouse_hue/mart"]
    assert "x-doisoat://landing/igate_hue" in {asset.uri for asset in publish.inlets}
    assert {"hue", "nightly"} <= set(of_hue.tags)


def test_a_broken_file_costs_its_own_dags_and_is_an_import_error(folder: Path) -> None:
    (folder / "da_nang.yaml").write_text("province: [", encoding="utf-8")
    bag = parsed()
    assert sorted(bag.dags) == sorted(f"{name}{of}" for name in NAMES for of in ("", ".hue"))
    ((file, said),) = bag.import_errors.items()
    assert Path(file).name == "broken_province_files.py"
    assert "1 provinces have no Dags: province file " in said
    assert re.search(r"da_nang\.yaml line \d: not YAML", said)


def test_a_task_reads_the_file_of_its_own_province_and_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "da_nang.yaml").write_text("province: [", encoding="utf-8")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "nightly_reconciliation.hue")
    assert [tenant.id for tenant, _ in provinces()] == ["hue"]
    assert list(DagBag(str(DAGS / "nightly_reconciliation.py")).dags) == ["nightly_reconciliation.hue"]
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "nightly_reconciliation.da_nang")
    ((_, said),) = DagBag(str(DAGS / "nightly_reconciliation.py")).import_errors.items()
    assert re.search(r"da_nang\.yaml line \d: not YAML", said)
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "nightly_reconciliation")
    assert list(DagBag(str(DAGS / "nightly_reconciliation.py")).dags) == ["nightly_reconciliation"]
