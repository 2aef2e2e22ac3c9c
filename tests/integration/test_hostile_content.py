"""Whatever a source answers, a task raises our own errors only: each has its consequence (tests/dags/test_retries.py)."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from doisoat.errors import DoisoatError
from doisoat.model import WHOLE, Cell
from doisoat.sources.contract import Limits, Source
from support.hostile_values import BODIES, VALUES
from support.servers import CANARIES, Reply, Request
from support.source_cases import CASES, NETWORK, Case


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    with ExitStack() as stack:
        found = CASES[request.param](stack, tmp_path / "inbox")
        found.limits = Limits(page_size=100, patience_seconds=0)
        yield found


def asks(source: Source, case: Case) -> list[Callable[[], object]]:
    """Everything that a step can ask of a source."""
    since = dt.datetime(2024, 4, 10, tzinfo=dt.UTC)
    return [
        source.probe,
        lambda: source.count(WHOLE),
        lambda: source.count(Cell(undated=True), removed=False),
        source.months,
        lambda: list(source.control_totals(case.night)),
        lambda: list(source.list_cell(Cell(dt.date(2024, 3, 1)))),
        lambda: list(source.list_cell(Cell(undated=True))),
        lambda: list(source.changes(since)),
        lambda: source.look_up("H37.17-240305-0001"),
        lambda: list(source.catalogue()),
    ]


def ours(asked: list[Callable[[], object]]) -> list[str]:
    """The texts of the errors that come out; any but ours ends the test."""
    said = []
    for ask in asked:
        try:
            ask()
        except DoisoatError as error:
            said.append(str(error))
    return said


def check(case: Case, root: Path | None = None) -> None:
    """Nothing but errors of ours comes out, and no personal value with them."""
    source = case.source()
    said = ours(asks(source, case) + ([lambda: case.pull(root)] if root else []))
    source.close()
    assert [text for text in said if any(canary in text for canary in CANARIES)] == []


def is_login(request: Request) -> bool:
    return "token" in request.path or request.path.endswith("/login") or request.method == "HEAD"


@pytest.mark.parametrize("case", NETWORK, indirect=True)
def test_a_body_of_any_kind_is_an_error_of_ours_or_an_answer(case: Case, tmp_path: Path) -> None:
    for name, body in BODIES.items():
        for also_login in (False, True):
            case.system.instead = lambda request, body=body, login=also_login: (
                Reply(body) if request.method != "HEAD" and (login or not is_login(request)) else None
            )
            check(case, tmp_path / f"{name} {also_login}")


def shrink(system: Any) -> None:
    """Leave only a few rows: what one of them says, many would."""
    for holding in (getattr(system, name, None) for name in ("rows", "held", "values")):
        for rows in holding.values() if isinstance(holding, dict) else [holding]:
            if isinstance(rows, list):
                del rows[6:]
        if isinstance(holding, dict) and "d6" in holding:
            for key in list(holding)[6:]:
                del holding[key]


def replaced(content: Any, field: str, value: Any) -> Any:
    """A good answer with another value wherever a field of that name stands."""
    if isinstance(content, dict):
        return {key: value if key == field else replaced(inner, field, value) for key, inner in content.items()}
    return [replaced(inner, field, value) for inner in content] if isinstance(content, list) else content


def fields_of(content: Any) -> set[str]:
    if isinstance(content, dict):
        return set(content) | {name for inner in content.values() for name in fields_of(inner)}
    return {name for inner in content for name in fields_of(inner)} if isinstance(content, list) else set()


@pytest.mark.parametrize("case", NETWORK, indirect=True)
def test_a_good_answer_with_a_bad_value_is_an_error_of_ours_or_an_answer(case: Case, tmp_path: Path) -> None:
    """Each field in turn, of the answers as they are, with the next of the bad values."""
    names = set[str]()
    answer = case.system.answer
    shrink(case.system)

    def noting(request: Request) -> Reply:
        reply = answer(request)
        if not is_login(request):
            names.update(fields_of(json.loads(reply.content())))
        return reply

    case.system.answer = noting  # type: ignore[method-assign]
    check(case, tmp_path / "good")
    values = itertools.cycle(VALUES.values())
    for field, value in zip(sorted(names), values, strict=False):

        def spoilt(request: Request, field: str = field, value: Any = value) -> Reply:
            reply = answer(request)
            if is_login(request) or reply.status >= 300:
                return reply
            return Reply(replaced(json.loads(reply.content()), field, value), reply.status)

        case.system.answer = spoilt  # type: ignore[method-assign]
        check(case)
