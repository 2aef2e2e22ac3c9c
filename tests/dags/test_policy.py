"""What every Dag keeps: it loads, it is owned and documented, its sources have pools, and it stays thin."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pendulum
import pytest
import yaml
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import DataInterval, TimeRestriction
from doisoat.province.file import load_province

PROJECT = Path(__file__).parents[2]
#: One has no Dag, but an import error as long as a province file is broken (test_provinces_dags.py).
FILES = sorted(set((PROJECT / "dags").glob("*.py")) - {PROJECT / "dags" / "broken_province_files.py"})
TAGS = {"doisoat", "nightly", "weekly", "lang_son"}
VERBS = {
    "apply",
    "compare",
    "open",
    "collect",
    "load",
    "check",
    "look",
    "reconcile",
    "publish",
    "sync",
    "sweep",
    "tell",
    "write",
}
HEAVY = [
    "great_expectations",
    "pandas",
    "numpy",
    "polars",
    "requests",
    "openpyxl",
    "xlsxwriter",
    "docx",
    "vl_convert",
    "alembic",
    "doisoat.nights.steps",
]


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(str(PROJECT / "dags"))


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def dag(bag: DagBag, file: Path) -> DAG:
    assert not bag.import_errors
    return bag.dags[file.stem]  # the Dag's id is its file's name


def tasks(dag: DAG) -> list[Any]:
    return sorted(dag.tasks, key=lambda task: task.task_id)


def test_there_is_a_dag_in_every_file(bag: DagBag) -> None:
    assert bag.import_errors == {}
    assert sorted(bag.dags) == [file.stem for file in FILES] != []


def test_it_says_whose_it_is_and_what_it_does(dag: DAG, file: Path) -> None:
    assert {task.owner for task in dag.tasks} == {"doisoat"}
    assert set(dag.tags) <= TAGS
    assert dag.tags
    assert dag.doc_md
    assert len(dag.doc_md) > 400
    assert dag.doc_md.strip() in file.read_text(encoding="utf-8")  # the docs are the module's own docstring


def test_nights_run_one_at_a_time_and_none_is_made_up(dag: DAG) -> None:
    assert dag.max_active_runs == 1
    assert dag.catchup is False


def test_every_task_is_tried_again_by_the_error_it_raised(dag: DAG) -> None:
    for task in tasks(dag):
        assert task.retries >= 3, task.task_id
        assert type(task.retry_policy).__name__ == "RetryByConsequence", task.task_id
        assert task.execution_timeout is not None, task.task_id


def test_a_night_waits_for_each_source_as_long_as_the_province_file_says(bag: DagBag) -> None:
    """An hour more than the library itself allows, which then fails in a line."""
    province = load_province(PROJECT / "config" / "lang_son.yaml")
    asking = [
        task for task in bag.dags["nightly_reconciliation"].tasks if task.task_id.endswith((".collect", ".look_up"))
    ]
    waits = {task.task_id: task.execution_timeout - timedelta(hours=1) for task in asking}
    assert waits == {task: timedelta(hours=province.sources[task.split(".")[0]].limits.wait_hours) for task in waits}
    assert max(waits.values()) < timedelta(hours=5)  # from 01:00 on: the night is published by the deadline without it


def test_every_dag_refuses_what_it_does_not_know(file: Path) -> None:
    assert "refuse_unknown(dag_run.conf" in file.read_text(encoding="utf-8")


def test_redis_gives_no_task_twice_that_may_still_be_at_work(bag: DagBag) -> None:
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    visible_after = services["worker-1"]["environment"]["AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"]
    longest = max(task.execution_timeout for dag in bag.dags.values() for task in dag.tasks)
    assert timedelta(seconds=int(visible_after)) > longest


def test_every_task_says_in_one_sentence_what_it_does(dag: DAG) -> None:
    for task in tasks(dag):
        assert getattr(task, "python_callable", type(task)).__doc__, task.task_id
        assert task.task_id.split(".")[-1].split("_")[0] in VERBS


def test_each_source_has_its_own_group_and_pool(bag: DagBag) -> None:
    dag = bag.dags["nightly_reconciliation"]
    province = load_province(PROJECT / "config" / "lang_son.yaml")
    groups = set(dag.task_group.get_task_group_dict()) - {None}
    assert groups == {*province.pulled, *province.asked}
    for source_id in province.pulled:
        assert dag.get_task(f"{source_id}.collect").pool == source_id
    for source_id in province.asked:
        assert dag.get_task(f"{source_id}.look_up").pool == source_id
    assert {task.pool for task in dag.tasks if "." not in task.task_id} == {"default_pool"}


def test_catalogues_are_read_from_every_source_that_keeps_them(bag: DagBag) -> None:
    province = load_province(PROJECT / "config" / "lang_son.yaml")
    assert province.with_catalogue
    pools = {task.task_id: task.pool for task in bag.dags["sync_catalogues"].tasks}
    assert pools.pop("tell") == "default_pool"
    assert pools == {f"{source_id}.sync": source_id for source_id in province.with_catalogue}


def test_provinces_are_compared_by_every_source_that_publishes_scores(bag: DagBag) -> None:
    pools = {task.task_id: task.pool for task in bag.dags["compare_provinces"].tasks}
    assert pools == {"national_statistics.compare": "national_statistics", "tell": "default_pool"}


def test_the_night_goes_on_without_a_source_but_not_without_having_been_opened(bag: DagBag) -> None:
    load = bag.dags["nightly_reconciliation"].get_task("load")
    collects = {task_id for task_id in load.upstream_task_ids if task_id.endswith(".collect")}
    assert load.upstream_task_ids == {"open_night", *collects}
    assert load.trigger_rule == "all_done_min_one_success"  # open_night's success is the one
    tasks = bag.dags["nightly_reconciliation"].tasks
    assert {task.trigger_rule for task in tasks if task.task_id not in ("load", "reconcile", "tell")} == {"all_success"}


def test_a_look_up_that_fails_stops_nobody_but_a_failed_check_does(bag: DagBag) -> None:
    dag = bag.dags["nightly_reconciliation"]
    reconcile = dag.get_task("reconcile")
    look_ups = {task_id for task_id in reconcile.upstream_task_ids if task_id.endswith(".look_up")}
    assert look_ups
    assert reconcile.upstream_task_ids == {"check_inputs", *look_ups}
    assert reconcile.trigger_rule == "all_done_min_one_success"  # check_inputs' success is the one
    for task_id in look_ups:  # without it none of them runs, so none can succeed in its place
        assert dag.get_task(task_id).upstream_task_ids == {"check_inputs"}
        assert dag.get_task(task_id).trigger_rule == "all_success"


def test_nothing_is_published_before_both_stages_of_checks(bag: DagBag) -> None:
    dag = bag.dags["nightly_reconciliation"]
    order = ["load", "check_inputs", "reconcile", "check_results", "publish"]
    for before, after in itertools.pairwise(order):
        assert before in dag.get_task(after).upstream_task_ids
    assert [asset.name for asset in dag.get_task("publish").outlets] == ["mart"]
    province = load_province(PROJECT / "config" / "lang_son.yaml")
    assert {asset.uri for asset in dag.get_task("publish").inlets} == {
        f"x-doisoat://landing/{name}" for name in province.sources
    }
    assert dag.get_task("publish").downstream_task_ids == {"write_papers"}


def test_the_open_table_is_written_once_published_where_it_is_wanted_and_holds_up_nothing(
    bag: DagBag, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not bag.dags["nightly_reconciliation"].has_task("write_open_table")
    monkeypatch.setenv("DOISOAT_OPEN_TABLE", "s3://nation/table")
    dag = DagBag(str(PROJECT / "dags" / "nightly_reconciliation.py")).dags["nightly_reconciliation"]
    task = dag.get_task("write_open_table")
    assert task.upstream_task_ids == {"open_night", "publish"}
    assert task.downstream_task_ids == {"tell"}
    assert dag.get_task("publish").downstream_task_ids == {"write_papers", "write_open_table"}


@pytest.mark.parametrize(
    "dag_id", ["nightly_reconciliation", "sync_catalogues", "compare_provinces", "apply_retention", "deep_sweep"]
)
def test_telling_comes_last_however_the_run_ended_and_decides_nothing_about_it(bag: DagBag, dag_id: str) -> None:
    dag = bag.dags[dag_id]
    tell = dag.get_task("tell")
    assert dag.leaves == [tell]
    assert tell.is_teardown  # a run's state is that of its other tasks
    assert tell.on_failure_fail_dagrun is False
    assert tell.trigger_rule == "all_done_setup_success"


def test_a_night_has_a_deadline_that_speaks_without_a_worker(bag: DagBag) -> None:
    (alert,) = bag.dags["nightly_reconciliation"].deadline
    night, local = date(2026, 11, 24), ZoneInfo("Asia/Ho_Chi_Minh")
    on_time, late = datetime(2026, 11, 25, 5, 59, tzinfo=local), datetime(2026, 11, 25, 6, 1, tzinfo=local)
    reference: Any = alert.reference
    assert reference.of(night, now=on_time) == datetime(2026, 11, 25, 6, tzinfo=local)
    assert reference.of(night, now=late) is None  # a run made later is a backfill's, or by hand
    assert alert.interval == timedelta()
    assert type(alert.callback).__name__ == "AsyncCallback"
    assert alert.callback.path == "orchestration.deadline.tell_of_missed_deadline"


def test_every_morning_at_the_deadline_somebody_looks_even_after_the_scheduler_was_down_for_days(bag: DagBag) -> None:
    timetable = DagSerialization.from_dict(DagSerialization.to_dict(bag.dags["morning_news"])).timetable
    before = datetime.now(UTC)
    last_run = pendulum.instance(before - timedelta(days=3))
    info = timetable.next_dagrun_info(
        last_automated_data_interval=DataInterval.exact(last_run),
        restriction=TimeRestriction(earliest=None, latest=None, catchup=False),
    )
    local = info.run_after.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert (local.hour, local.minute) == (6, 0)
    assert before - timedelta(days=1) < info.run_after <= datetime.now(UTC)  # this morning's, once, and no older one


def test_only_the_gates_ask_a_person_and_not_for_ever(bag: DagBag) -> None:
    asking = [task for task in bag.dags["nightly_reconciliation"].tasks if hasattr(task, "response_timeout")]
    assert {task.task_id: task.stage for task in asking} == {"check_inputs": "inputs", "check_results": "results"}
    assert all(task.response_timeout for task in asking)


def test_it_is_thin(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 120
    assert not re.search(
        r"\b(select|insert into|update|delete from|create table)\b.*\b(from|set|where|values)\b", text, re.I
    )
    assert "import psycopg" not in text
    assert "sqlalchemy" not in text


#: Parses each file in a fork of its own of one process that has Airflow, and says what heavy that imported.
PARSE = f"""
import json, os, sys
import airflow.sdk
before = set(sys.modules)
for path in sys.argv[1:]:
    if not os.fork():
        folder, name = os.path.split(path)
        sys.path.insert(0, folder)
        __import__(name.removesuffix(".py"))
        print(json.dumps([path, sorted((set(sys.modules) - before) & set({HEAVY!r}))]), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, path
"""


def test_parsing_imports_nothing_heavy() -> None:
    """Airflow parses Dag files again and again, and once more in each task."""
    command = [sys.executable, "-c", PARSE, *map(str, FILES)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    told = dict(json.loads(line) for line in answer.stdout.splitlines() if line.startswith("["))
    assert told == {str(file): [] for file in FILES}
