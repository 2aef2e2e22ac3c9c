"""The words of news: one for each query, with the facts that it gives and commands that exist; in Vietnamese with its marks."""

from __future__ import annotations

import datetime as dt
import re
import shlex
import string
from pathlib import Path

import pytest
import typer
import yaml
from doisoat.cli.app import commands
from doisoat.connections import connection_from_environment
from doisoat.news.senders import senders
from doisoat.news.texts import HERE, Item, compose, load_texts
from doisoat.province.file import News
from typer.testing import CliRunner

PROJECT = Path(__file__).parents[2]
QUERIES = {path.stem: path.read_text(encoding="utf-8") for path in (HERE / "troubles").glob("*.sql")}
GUIDE = (PROJECT / "docs" / "news.md").read_text(encoding="utf-8")
NIGHT = dt.date(2024, 4, 18)


def test_every_query_has_its_words_and_every_word_its_query() -> None:
    assert set(load_texts()) == set(QUERIES) != set()


@pytest.mark.parametrize("kind", sorted(QUERIES))
def test_words_use_the_facts_that_the_query_gives(kind: str) -> None:
    text = load_texts()[kind]
    used = {
        name
        for part in (text.what, text.todo, text.over or "")
        for _, name, _, _ in string.Formatter().parse(part)
        if name
    }
    given = set(re.findall(r"'(\w+)', ", QUERIES[kind])) | {"subject", "deadline"}
    assert used <= given
    assert text.what.isascii() is text.todo.isascii() is False


@pytest.mark.parametrize("kind", sorted(QUERIES))
def test_commands_that_are_advised_exist(kind: str) -> None:
    item = Item(kind, "igate", NIGHT, NIGHT, facts={"night": "2024-04-18"})
    body = compose([item], province="Lạng Sơn", deadline=dt.time(6), page=None).body
    for command in re.findall(r"`doisoat ([^`]+)`", body):
        check_command(command)


def test_documents_that_are_named_exist_or_are_the_runbook() -> None:
    named = {name for text in load_texts().values() for name in re.findall(r"docs/[\w/.]+\.md", text.todo)}
    assert named
    assert {name for name in named if not (PROJECT / name).exists()} <= {"docs/runbook.md"}


def check_command(line: str) -> None:
    """The command exists and takes these options."""
    name, *arguments = shlex.split(line)
    command = typer.main.get_command(commands).commands[name]  # type: ignore[attr-defined]
    command.make_context(name, arguments)


# docs/news.md, word for word -------------------------------------------------------------------------------------------
def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_guides_settings_are_read() -> None:
    (section,) = blocks("yaml")
    news = News.model_validate(yaml.safe_load(section)["news"])
    assert news.enabled
    assert news == News(enabled=True, deadline=dt.time(6), stale_after_nights=2, remind_after_days=7)


def test_the_guides_connection_is_read() -> None:
    (line,) = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("AIRFLOW_CONN_NEWS=")]
    (value,) = shlex.split(line.removeprefix("AIRFLOW_CONN_NEWS="))
    connection = connection_from_environment("news", {"AIRFLOW_CONN_NEWS": value})
    assert [sender.name for sender in senders(connection)] == ["mailtos 1", "tgram 1", "jsons 1"]


def test_the_guides_commands_exist() -> None:
    lines = "\n".join(blocks("sh"))
    found = re.findall(r'(?:bin/doisoat |make doisoat ARGS=")([^"#\n]+)', lines)
    assert len(found) >= 3
    for command in found:
        check_command(command)


def test_news_without_a_warehouse_say_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOISOAT_HOME", str(tmp_path))
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
    result = CliRunner().invoke(commands, ["tell"])
    assert "AIRFLOW_CONN_WAREHOUSE" in str(result.exception)


@pytest.mark.parametrize("value", ["6:00", "00:30", "01:00", "25:00"])
def test_a_deadline_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="deadline"):
        News.model_validate({"deadline": yaml.safe_load(value)})
