"""Whatever is typed after `doisoat`, given to a Dag or written into a connection: one line of ours, never a traceback."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import typer
import uvicorn
from doisoat.cli.app import commands
from doisoat.connections import connection_from_environment, refuse_credentials_in_the_open, warehouse_dsn
from doisoat.errors import DoisoatError
from doisoat.province.file import SourceSettings
from doisoat.sources.registry import make_source
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from orchestration.which_night import night_of, night_to_tell_of, refuse_unknown
from support.commands import of_world, typed
from support.servers import LOCAL
from support.world import World

NIGHT = "2024-04-18"
#: What a person, a script or an attacker writes where a word, a number or a day is expected.
WORDS = [
    "", " ", "-", "--", "0", "-1", "1e400", "9" * 30, str(2**31), str(2**63), "nan", "inf", "NaN", "١٢", "%s", "%(night)s",
    "'; --", "0001-01-01", "9999-12-31", "9999-12", "0001-01", "0000-00-00", "2024-02-30", "10000-01-01",
    "infinity", "-infinity", "null",
    "2024-04-18", "2024-04", "2024", "H37.21.01", "1.000482", "cause=undetermined", "a=b=c", "=", "[red]x[/red]", "[/]", "\\",
    "\n",    "\u202e", "x" * 3000, "\udcff", "Đ", "👩‍👩‍👧", "agency=", "..", "no/such/file.csv", ".",
]  # fmt: skip
#: A text as the operating system may hand it over.
TEXT = st.one_of(
    st.sampled_from(WORDS),
    st.text(st.characters(blacklist_characters="\x00/", blacklist_categories=["Cs"]), max_size=20),
    st.dates().map(str),
    st.integers().map(str),
)


@dataclass(frozen=True)
class Words:
    """A command: the words that call it, and what it and the group that it belongs to may be given."""

    names: tuple[str, ...]
    of_group: tuple[Any, ...]
    own: tuple[Any, ...]

    def typed(self, values: Mapping[str, str]) -> list[str]:
        """What is typed, with these values for parameters by their names; a flag that is named is set."""
        own = _typed([each for each in self.own if each.name in values], values)
        group = _typed([each for each in self.of_group if each.name in values], values)
        return [*self.names[:-1], *group, self.names[-1], *own]


def _typed(parameters: list[Any], values: Mapping[str, str]) -> list[str]:
    options = [each for each in parameters if not is_argument(each)]
    words = [each.opts[0] if kind(each) is bool else f"{each.opts[0]}={values[each.name]}" for each in options]
    arguments = [values[each.name] for each in parameters if is_argument(each)]
    return [*words, *(["--", *arguments] if arguments else [])]


def is_argument(parameter: Any) -> bool:
    return not parameter.opts[0].startswith("-")


def kind(parameter: Any) -> Any:
    """The type that its function asks for."""
    return parameter.type_descriptor.annotation


def days(parameter: Any) -> list[str]:
    """The first day and the last one in the form that is asked for; and the last month that is allowed."""
    (form,) = parameter.type_descriptor.parameter_info.formats
    edges = (dt.date.min, dt.date.max, dt.date(2199, 12, 31))[: 2 if "%d" in form else 3]
    return [
        f"{day.year:04}" + form.replace("%Y", "").replace("%m", f"{day.month:02}").replace("%d", f"{day.day:02}")
        for day in edges
    ]


def commands_below(command: Any, *names: str, of_group: tuple[Any, ...] = ()) -> list[Words]:
    below = getattr(command, "commands", None)
    if below is None:
        return [Words(names, of_group, tuple(command.params))]
    options = tuple(command.params) if names else ()
    return [leaf for name, each in below.items() for leaf in commands_below(each, *names, name, of_group=options)]


COMMANDS = commands_below(typer.main.get_command(commands))
#: Allowed values for what a command cannot do without.
DAYS = (
    "0001-01-01",
    "9999-12-31",
    "0001-01",
    "9999-12",
    "1900-01",
    "2199-12",
    "1900-01-01",
    "2199-12-31",
    "0001",
    "9999",
)
NEEDED = {"night": NIGHT, "month": "2024-04", "since": "2024-04-01", "until": "2024-04-30"}


def value(parameter: Any) -> st.SearchStrategy[str]:
    """A value for a parameter: as often one that is allowed as any."""
    asked = kind(parameter)
    if isinstance(asked, type) and issubclass(asked, StrEnum):
        return st.one_of(st.sampled_from([str(each) for each in asked]), TEXT)
    if asked is dt.datetime:
        return st.one_of(
            st.just(NIGHT), st.just(NIGHT[:7]), st.dates().map(str), st.dates().map(lambda day: str(day)[:7]), TEXT
        )
    return TEXT


@st.composite
def typings(draw: st.DrawFn) -> list[str]:
    """The words after `doisoat`: a command, some of its options and arguments."""
    command = draw(st.sampled_from(COMMANDS))
    given_to = [each for each in (*command.of_group, *command.own) if each.required or draw(st.booleans())]
    return command.typed({each.name: draw(value(each)) for each in given_to})


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where a file may be written under any name


@pytest.fixture(autouse=True)
def _where_the_page_ends_as_soon_as_it_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ended(server: uvicorn.Server) -> None:
        """Instead of waiting until it is interrupted."""

    monkeypatch.setattr(uvicorn.Server, "main_loop", ended)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> dict[str, str]:
    world = World(tmp_path_factory.mktemp("world"), shared_warehouse_dsn)
    table = "code | status\nH37.21.01-240401-0001 | 4\nH37.21.01-240402-0002 | 4"
    world.run(NIGHT, igate=table, national_export=table.replace("0002 | 4", "0003 | 4"))
    return of_world(world)


def said(here: dict[str, str], words: list[str]) -> Any:
    """What a command answers; an exception that is none of ours comes out of it."""
    done = typed(here, *words)
    assert done.returncode in (0, 1, 2), words
    assert "Traceback" not in done.stderr, words
    if done.returncode == 1 and done.stderr.startswith("error: "):
        assert done.stderr.count("\n") == 1, (words, done.stderr)
    return done


def test_each_word_of_each_command_may_be_anything(here: dict[str, str]) -> None:
    """Each parameter in turn with the next of the wrong words, and each day with the ends of the calendar."""
    wrong = itertools.cycle(WORDS)
    for command in COMMANDS:
        needed = {each.name: NEEDED.get(each.name, "a word") for each in command.own if each.required}
        for parameter in (*command.of_group, *command.own):
            edges = days(parameter) if kind(parameter) is dt.datetime else (next(wrong),)
            for word in edges:
                said(here, command.typed({**needed, parameter.name: word}))


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(words=typings())
def test_whatever_is_typed_ends_in_an_answer_or_in_one_line(words: list[str], here: dict[str, str]) -> None:
    said(here, words)


SCALAR = st.one_of(TEXT, st.none(), st.integers(), st.booleans(), st.floats())
#: Names of what the extra of some connection may say.
NAMES = TEXT | st.sampled_from(
    [
        "verify",
        "proxy",
        "base_path",
        "token_url",
        "token_path",
        "grant",
        "sslmode",
        "scheme",
        "path",
        "plain_http",
        "username",
    ]
)
#: What stands in a field of a connection, in Airflow's JSON form.
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "conn_type": st.one_of(st.sampled_from(["http", "postgres", "fs", "generic"]), TEXT, st.none(), st.integers()),
        "host": st.one_of(TEXT, st.sampled_from(["http://x", "https://[::1", "//", "a:b", "[", "http://"]), SCALAR),
        "port": st.one_of(st.integers(), TEXT, st.none(), st.floats(), st.lists(st.integers(), max_size=1)),
        "login": SCALAR,
        "password": SCALAR,
        "schema": SCALAR,
        "extra": st.one_of(SCALAR, st.lists(TEXT, max_size=1), st.dictionaries(NAMES, SCALAR | st.lists(TEXT), max_size=3)),
    },
)  # fmt: skip
ADDRESSES = st.one_of(
    FIELDS.map(json.dumps),
    TEXT,
    st.builds("{}://{}:{}@{}/{}?{}".format, *[TEXT] * 6),
    st.builds("http://{}".format, TEXT),
)
KINDS = {
    "igate": {}, "opencps": {"group_id": 1}, "business_registration": {}, "national_adapter": {}, "national_export": {},
}  # fmt: skip


def made(name: str, value: str) -> None:
    """Read a connection, and make everything of it that is made of one, without asking anybody."""
    connection = connection_from_environment(name, {f"AIRFLOW_CONN_{name.upper()}": value})
    for make in (refuse_credentials_in_the_open, warehouse_dsn):
        with contextlib.suppress(DoisoatError):
            make(connection)
    for kind, options in KINDS.items():
        with contextlib.suppress(DoisoatError):
            make_source(kind, SourceSettings(kind=kind, options=options), connection, LOCAL).close()


@settings(max_examples=400)
@given(
    value=st.one_of(
        FIELDS.map(json.dumps),
        TEXT,
        st.builds("{}://{}:{}@{}/{}?{}".format, *[TEXT] * 6),
        st.builds("http://{}".format, TEXT),
    )
)
def test_whatever_stands_in_a_connection_is_used_or_refused(value: str) -> None:
    with contextlib.suppress(DoisoatError):
        made("igate", value)


@given(
    night=TEXT | st.dates().map(str) | st.none(),
    key=TEXT | st.none(),
    conf=st.dictionaries(TEXT, TEXT, max_size=3) | st.none(),
)
def test_whatever_a_run_is_given_is_a_night_or_refused(
    night: str | None, key: str | None, conf: dict[str, str] | None
) -> None:
    due = dt.datetime(2024, 4, 19, 18, tzinfo=dt.UTC)
    with contextlib.suppress(DoisoatError):
        refuse_unknown(conf, known=("night", "collect_late"))
    with contextlib.suppress(DoisoatError):
        night_of({"night": night}, key, due, LOCAL)
    assert night_to_tell_of({"night": night}, key, due, LOCAL) <= dt.date(2024, 4, 19)
