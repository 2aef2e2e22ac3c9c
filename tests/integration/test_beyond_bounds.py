"""Numbers, dates and texts that no warehouse can hold: every source refuses them, or what it seals can be loaded."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from doisoat.collect.landing import Landing
from doisoat.errors import DoisoatError, SourceChangedError, SourceLateError
from doisoat.load import in_part, records
from doisoat.model import MOST
from doisoat.sources.contract import Limits
from doisoat.warehouse import connect
from doisoat.warehouse.database import run_file
from support.exports import export_row, export_table, write_csv
from support.servers import Reply, Request
from support.source_cases import CASES, NETWORK, Case
from support.world import World, total

_OFFSET = re.compile(r"(T[\d:.]+)([+-]\d\d:?\d\d|Z)$")


def number(value: object) -> Any:
    return 10**20 if isinstance(value, int) and not isinstance(value, bool) and value > 1 else value


def just_beyond(value: object) -> Any:
    return MOST + 1 if isinstance(value, int) and not isinstance(value, bool) and value > 1 else value


def digits(value: object) -> Any:
    return "9" * 5000 if isinstance(value, (int, str)) and str(value).isdecimal() and int(value) > 1 else value


def text(value: object) -> Any:
    return value + "x" * 3000 if isinstance(value, str) and value and not value[0].isdecimal() else value


def offset(value: object) -> Any:
    return _OFFSET.sub(r"\1+23:59", value) if isinstance(value, str) else value


ATTACKS: dict[str, Callable[[object], Any]] = {
    attack.__name__: attack for attack in (number, just_beyond, digits, text, offset)
}


def changed(content: Any, attack: Callable[[object], Any]) -> Any:
    """An answer with every value as the attack has it."""
    if isinstance(content, dict):
        return {key: changed(value, attack) for key, value in content.items()}
    return [changed(value, attack) for value in content] if isinstance(content, list) else attack(content)


def one_in(number: int, attack: Callable[[object], Any]) -> Callable[[object], Any]:
    """The attack on every so many values that it would change."""
    seen = itertools.count(1)

    def now_and_then(value: object) -> Any:
        attacked = attack(value)
        return value if attacked == value or next(seen) % number else attacked

    return now_and_then


def under(case: Case, attack: Callable[[object], Any]) -> None:
    """Let the case's system answer so from now on, but at the login."""
    good = case.system.answer

    def answer(request: Request) -> Reply:
        reply = good(request)
        is_login = "token" in request.path or request.path.endswith("/login") or request.method == "HEAD"
        if is_login or reply.status >= 300:
            return reply
        return Reply(changed(json.loads(reply.content()), attack), reply.status)

    case.system.answer = answer  # type: ignore[method-assign]


def stage(connection: psycopg.Connection, landing: Landing) -> None:
    """Store a landing's rows and totals as the loader first does; what cannot be stored raises psycopg's error."""
    run_file(connection, records.SQL / "stage.sql")
    records._copy(connection, landing)
    in_part.stage_in_part(connection, landing)
    in_part.stage_quarantined(connection, landing)
    values = [told.value for told in landing.totals()]
    connection.execute("select unnest(%s::bigint[])", [values])


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    with ExitStack() as stack:
        yield CASES[request.param](stack, tmp_path / "inbox")


@pytest.mark.parametrize("case", NETWORK, indirect=True)
def test_what_is_sealed_can_be_stored_whatever_was_answered(case: Case, tmp_path: Path, warehouse_dsn: str) -> None:
    good, refused, sealed = case.system.answer, list[str](), 0
    with connect(warehouse_dsn) as connection:
        for (name, attack), share in itertools.product(ATTACKS.items(), (1, 50)):
            case.system.answer = good  # type: ignore[method-assign]
            under(case, one_in(share, attack))
            try:
                landing = case.pull(tmp_path / f"{name} {share}")
            except DoisoatError as error:
                refused.append(str(error))
                continue
            sealed += 1
            stage(connection, landing)
            connection.rollback()
    assert [said for said in refused if "\n" in said or len(said) > 1000] == []
    assert sealed, refused  # what is wrong with some values of a row costs those values


@pytest.mark.parametrize("name", ["igate", "opencps", "driving_licence.get", "business_registration"])
@pytest.mark.parametrize("attack", [number, just_beyond, digits])
def test_a_total_beyond_any_count_is_a_changed_contract(
    name: str, attack: Callable[[object], Any], tmp_path: Path
) -> None:
    with ExitStack() as stack:
        case = CASES[name](stack, tmp_path / "inbox")
        good = case.system.answer

        def answer(request: Request) -> Reply:
            reply = good(request)
            if "token" in request.path or reply.status >= 300 or request.method == "HEAD":
                return reply
            content = re.sub(
                r'"(total|totalElements|DataCount)": ?"?(\d+)"?',
                lambda found: f'"{found[1]}": {json.dumps(attack(int(found[2])))}',
                json.dumps(json.loads(reply.content())),
            )
            return Reply(json.loads(content), reply.status)

        case.system.answer = answer  # type: ignore[method-assign]
        with pytest.raises(SourceChangedError):
            case.pull(tmp_path / "landing")


def test_a_file_that_counts_beyond_any_number_is_refused(tmp_path: Path) -> None:
    with ExitStack() as stack:
        (tmp_path / "inbox").mkdir()
        case = CASES["national_export.csv"](stack, tmp_path / "inbox")
        (tmp_path / "inbox" / "a.csv").unlink()
        write_csv(tmp_path / "inbox" / "a.csv", export_table([export_row(1)], total=10**20))
        with pytest.raises(SourceChangedError, match="a number of 21 digits"):
            case.pull(tmp_path / "landing")


@pytest.mark.parametrize("value", [MOST + 1, -MOST - 1, 10**20, 10**5000], ids=["1", "2", "3", "4"])
def test_no_connector_of_tomorrow_can_seal_a_count_beyond_bounds(
    value: int, tmp_path: Path, warehouse_dsn: str
) -> None:
    world = World(tmp_path, warehouse_dsn)
    for totals in ([total(value)], [total(value, period_kind="month", month="2024-04")]):
        with pytest.raises(SourceChangedError, match="digits; do: ask its owner"):
            world.land("2024-04-18", "igate", "code\nH37.21.01-240401-0001", totals=totals)
    world.land("2024-04-18", "igate", "code\nH37.21.01-240401-0001", totals=[total(MOST)])


@pytest.mark.parametrize("case", NETWORK, indirect=True)
def test_a_source_is_late_when_the_night_has_waited_long_enough(case: Case, tmp_path: Path) -> None:
    """However fast each single answer comes."""
    case.limits = Limits(page_size=100, patience_seconds=0, wait_hours=1e-12)
    with pytest.raises(SourceLateError, match=r"limits.wait_hours.*run the night again"):
        case.pull(tmp_path / "landing")
