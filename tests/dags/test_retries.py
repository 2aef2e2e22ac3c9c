"""Each class of the error tree has its consequence in Airflow."""

from __future__ import annotations

import ast
import importlib
import inspect
import pickle
import pkgutil
from datetime import timedelta
from pathlib import Path

import doisoat
import pytest
from airflow.sdk import RetryAction
from doisoat import errors
from doisoat.collect import landing
from orchestration import retries

RETRIED = {
    "SourceUnavailableError": retries.RETRY_DELAY,
    "NightBusyError": retries.BUSY_DELAY,
    "WarehouseUnavailableError": retries.RETRY_DELAY,
    "LandingStoreError": retries.RETRY_DELAY,
    "StorageFullError": retries.RETRY_DELAY,
    "NewsNotSentError": retries.RETRY_DELAY,
    "TableNotWrittenError": retries.RETRY_DELAY,
}


#: What a person must mend, or what ends the run for good: the alert is sent tonight.
FAILED = {
    "DoisoatError", "ConfigurationError", "NightError", "NightTakenOverError", "NightOrderError", "NightNotCollectedError",
    "LandingDamagedError", "NotHeldError", "SourceError", "SourceRejectedError", "SourceChangedError", "SweepDiffersError",
    "QualityGateError", "DecisionRefusedError", "MetricsNotSentError", "SourceLateError", "LandingNotLoadableError",
}  # fmt: skip
#: What is raised below the library's surface and caught there: no step lets it out.
INTERNAL = {
    "BadRowError": "a row that is quarantined (sources)",
    "RefusedError": "a workbook that is refused (sources/files)",
    "NoTableError": "a sheet without a table (sources/report_workbook)",
    "EmptyTableError": "a sheet whose table has no row (sources/report_workbook)",
    "Rollback": "psycopg's own way to leave a transaction",
    "ValueError": "pydantic validators and parsers of single values",
    "AttributeError": "a module's lazy imports",
    "AssertionError": "what cannot be reached",
}


def tree() -> list[type[errors.DoisoatError]]:
    """Every class of the tree, those that other modules add to it included."""
    found = [errors.DoisoatError]
    for kind in found:
        found += [sub for sub in kind.__subclasses__() if sub not in found and sub.__module__.startswith("doisoat")]
    assert landing
    return found


def made(kind: type[errors.DoisoatError]) -> errors.DoisoatError:
    if issubclass(kind, errors.SourceError):
        return kind("igate", asked="GET /pa/dossier/search", came="503", todo="wait")
    return kind("what happened")


@pytest.mark.parametrize("kind", tree(), ids=lambda kind: kind.__name__)
def test_what_may_pass_is_retried_and_what_a_person_must_mend_fails_at_once(kind: type[errors.DoisoatError]) -> None:
    decision = retries.retry_policy().evaluate(made(kind), 1, 3)
    if kind.__name__ in RETRIED:
        assert decision.action is RetryAction.RETRY
        assert decision.retry_delay == RETRIED[kind.__name__]
    else:
        assert decision.action is RetryAction.FAIL
    assert decision.reason


@pytest.fixture(scope="module")
def _everything_imported() -> None:
    """Only then does the tree have all its classes."""
    for module in pkgutil.walk_packages(doisoat.__path__, "doisoat."):
        if not module.name.startswith(("doisoat.warehouse.migrations", "doisoat.cli.__main__")):
            importlib.import_module(module.name)


@pytest.mark.usefixtures("_everything_imported")
def test_the_retries_of_every_class_were_decided() -> None:
    assert {kind.__name__ for kind in tree()} == set(RETRIED) | FAILED
    assert not set(RETRIED) & FAILED


@pytest.mark.usefixtures("_everything_imported")
def test_what_a_task_can_raise_is_of_the_tree() -> None:
    """Every `raise` of the library and of the Dags' side names a class of the tree, or one that is caught before it gets out."""
    known = {kind.__name__ for kind in tree()} | set(INTERNAL)
    include = Path(doisoat.__file__).parents[1]
    files = [
        file
        for name in ("doisoat", "orchestration")
        for file in (include / name).rglob("*.py")
        if "cli" not in file.parts
    ]
    said: dict[str, str] = {}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                name = ast.unparse(node.exc.func).rpartition(".")[2]
                if name[:1].isupper():  # a function returns what is raised: its own `raise` or class is found elsewhere
                    said[name] = f"{file.relative_to(include)}:{node.lineno}"
    assert {name: where for name, where in said.items() if name not in known} == {}


@pytest.mark.parametrize("error", [ValueError("x"), MemoryError(), ConnectionError("reset by peer")])
def test_an_error_outside_the_tree_gets_the_ordinary_retries(error: Exception) -> None:
    assert retries.retry_policy().evaluate(error, 1, 3).action is RetryAction.DEFAULT


def test_an_error_outside_the_tree_is_not_tried_as_often_as_a_night_may_wait_for_its_turn() -> None:
    """A bug in the first task must not hold all later nights up for a day."""
    policy, allowed = retries.retry_policy(), retries.RETRIES_WHEN_BUSY
    assert policy.evaluate(ValueError("x"), retries.RETRIES, allowed).action is RetryAction.DEFAULT
    assert policy.evaluate(ValueError("x"), retries.RETRIES + 1, allowed).action is RetryAction.FAIL
    busy = policy.evaluate(errors.NightBusyError("busy"), allowed - 1, allowed)
    assert busy.action is RetryAction.RETRY


@pytest.mark.parametrize(
    ("asked", "delay"),
    [
        (None, retries.RETRY_DELAY),
        (1, retries.RETRY_DELAY),
        (900, timedelta(seconds=900)),
        (10**7, retries.LONGEST_DELAY),
    ],
)
def test_the_wait_that_a_source_asks_for_is_kept_within_reason(asked: float | None, delay: timedelta) -> None:
    error = made(errors.SourceUnavailableError)
    error.retry_after_seconds = asked  # type: ignore[attr-defined]
    survived = pickle.loads(pickle.dumps(error))
    assert retries.retry_policy().evaluate(survived, 1, 3).retry_delay == delay


def longest_wait() -> timedelta:
    """How long open_night waits for its turn before it gives up."""
    policy, waited = retries.retry_policy(), timedelta()
    for try_number in range(1, retries.RETRIES_WHEN_BUSY + 1):
        delay = policy.evaluate(errors.NightBusyError("busy"), try_number, retries.RETRIES_WHEN_BUSY).retry_delay
        assert delay is not None
        waited += delay
    return waited


def test_a_waiting_night_outlasts_a_dead_run_and_nine_others_that_work() -> None:
    from doisoat.warehouse.order import ABANDONED_AFTER

    assert longest_wait() > timedelta(hours=24) > ABANDONED_AFTER + 9 * timedelta(hours=2)


def test_no_pause_between_two_tries_is_taken_for_death() -> None:
    from doisoat.warehouse.order import ABANDONED_AFTER

    assert max(retries.RETRY_DELAY, retries.LONGEST_DELAY, retries.LONGEST_BUSY_DELAY) < ABANDONED_AFTER


def test_the_policy_can_be_serialised_with_the_dag() -> None:
    rules = retries.retry_policy().serialize()["rules"]
    assert [rule["exception"].rsplit(".", 1)[1] for rule in rules] == [*RETRIED, "DoisoatError"]
    assert inspect.isclass(errors.DoisoatError)
