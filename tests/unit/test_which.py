"""Which warehouse a command means that names none, that it says which, and what a hint says to type."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import typer
from doisoat import hints
from doisoat.cli import which
from doisoat.cli.app import commands
from doisoat.errors import ConfigurationError
from standalone import homes

REAL = "postgresql://owner:secret@db.example:5433/warehouse"
MEANT = ("AIRFLOW_CONN_WAREHOUSE", "DOISOAT_CONNECTIONS", "DOISOAT_HOME", "DOISOAT_PROVINCE", "DOISOAT_COMMAND")
#: Commands that hints in messages name.
HINT = re.compile(r"(?<!from )(?<![\w./-])doisoat ([a-z][a-z-]+)")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout without any home, seen from another folder."""
    for name in MEANT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(which, "PROJECT", tmp_path)
    (tmp_path / "Makefile").touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr(which, "in_checkout", lambda: True)
    which.forget()
    yield tmp_path
    which.forget()


class Stdin(io.StringIO):
    """A terminal or a pipe."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def used(project: Path, name: str, *, by: str, at: int, has_warehouse: bool = True) -> Path:
    """A home with a server that somebody used at a time."""
    home = project / ".doisoat" / name
    (home / "postgres").mkdir(parents=True)
    homes.remember(home, used_by=by, province=project / "Makefile", has_warehouse=has_warehouse)
    os.utime(home / "home.json", (at, at))
    return home


def test_it_is_that_of_the_make_that_came_last(project: Path) -> None:
    used(project, "up", by="make night", at=1_000)
    used(project, "run", by="make run", at=2_000)
    meant = which.meant()
    assert meant.called == "warehouse of make run (.doisoat/run)"
    assert meant.others == {"--home up": "warehouse of make night (.doisoat/up)"}
    assert not meant.is_named
    os.utime(project / ".doisoat" / "up" / "home.json", (3_000, 3_000))
    assert which.meant().called == "warehouse of make night (.doisoat/up)"


def test_it_is_that_of_what_is_at_work(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used(project, "up", by="make up", at=1_000)
    used(project, "run", by="make run", at=2_000)
    known = {"AIRFLOW_CONN_IGATE": "{}", "DOISOAT_LANDING": "there"}
    monkeypatch.setattr(homes, "_known", lambda path: known if path.name == "up" else {})
    meant = which.meant()
    assert meant.called == "warehouse of make up (.doisoat/up)"
    assert meant.home is not None
    assert meant.home.known == known


def test_what_a_scheduler_was_started_with_is_known_while_it_runs(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    ours = [os.getpid(), psutil.Process().create_time()]
    (tmp_path / "processes.json").write_text(json.dumps({"scheduler": ours}))
    found = homes.at(tmp_path)
    assert found is not None
    expected = {
        name: value
        for name, value in psutil.Process().environ().items()
        if name.startswith(("AIRFLOW_CONN_", "DOISOAT_"))
    }
    assert found.known == expected
    (tmp_path / "processes.json").write_text(
        json.dumps({"scheduler": [ours[0], ours[1] - 100]})
    )  # its pid was given anew
    found = homes.at(tmp_path)
    assert found is not None
    assert found.known == {}


def test_a_home_whose_warehouse_is_elsewhere_is_none(project: Path) -> None:
    used(project, "up", by="make up", at=1_000, has_warehouse=False)
    with pytest.raises(ConfigurationError, match=r"no warehouse: .*`make run`"):
        which.meant()


def test_what_is_named_goes_first_and_no_secret_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    used(project, "run", by="make run", at=1_000)
    up = used(project, "up", by="make up", at=2_000)
    monkeypatch.setenv("DOISOAT_HOME", str(project / ".doisoat" / "run"))
    assert which.meant().called == "warehouse of make run (.doisoat/run)"
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", REAL)
    meant = which.meant()
    assert (meant.called, meant.home, meant.others) == ("warehouse db.example:5433/warehouse", None, {})
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE")
    (project / "connections.json").write_text(json.dumps({"warehouse": REAL}))
    monkeypatch.setenv("DOISOAT_CONNECTIONS", str(project / "connections.json"))  # as in production
    assert which.meant().called == "warehouse db.example:5433/warehouse"
    which.name_home("up")
    meant = which.meant()
    assert meant.home is not None
    assert (meant.home.path, meant.others, which.options()) == (up, {}, "--home up")
    with pytest.raises(typer.BadParameter, match="there is: up, run"):
        which.name_home("nowhere")


def test_writing_asks_where_two_could_be_meant(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(typer, "confirm", lambda said, **_: asked.append(said))
    used(project, "run", by="make run", at=1_000)
    which.confirm_writing(which.meant(), "Lạng Sơn")
    used(project, "up", by="make up", at=2_000)
    monkeypatch.setattr(sys, "stdin", Stdin(True))
    which.confirm_writing(which.meant(), "Lạng Sơn")
    assert asked == ["Write into Lạng Sơn, warehouse of make up (.doisoat/up)?"]
    monkeypatch.setattr(sys, "stdin", Stdin(False))
    with pytest.raises(ConfigurationError, match=r"`doisoat --home up \.\.\.`"):
        which.confirm_writing(which.meant(), "Lạng Sơn")


def test_a_warehouse_of_the_env_file_beside_a_home_is_asked_for_on_a_terminal_only(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who has just tried `make run` may not mean production; a job of cron is not held up by what they tried."""
    used(project, "run", by="make run", at=1_000)
    (project / ".env").write_text(f"AIRFLOW_CONN_WAREHOUSE={REAL}\n")
    monkeypatch.delenv("DOISOAT_ENV_FILE", raising=False)
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "")
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE")
    which.read_env_file()  # from another folder
    meant = which.meant()
    os.environ.pop("AIRFLOW_CONN_WAREHOUSE")
    assert meant.called == "warehouse db.example:5433/warehouse"
    assert meant.others == {"--home run": "warehouse of make run (.doisoat/run)"}
    assert meant.is_named


def test_hints_name_the_command_that_works_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "see `doisoat nights`, then make night NIGHT=2024-04-19 or `make up`; not config/doisoat or doisoat's"
    monkeypatch.delenv("DOISOAT_COMMAND", raising=False)
    monkeypatch.setenv("PATH", "")
    ours = Path(sys.executable).with_name("doisoat")
    monkeypatch.chdir(tmp_path)
    there = f"make -C {hints.PROJECT}"
    assert hints.as_typed(said) == (
        f"see `{ours} nights`, then {there} night NIGHT=2024-04-19 or `{there} up`; not config/doisoat or doisoat's"
    )
    monkeypatch.chdir(hints.PROJECT)
    assert "then make night NIGHT=2024-04-19 or `make up`" in hints.as_typed(said)
    monkeypatch.setenv("PATH", str(ours.parent))
    assert hints.as_typed("`doisoat gaps`", "--home up") == "`doisoat --home up gaps`"
    monkeypatch.setenv("DOISOAT_COMMAND", "docker compose exec -T scheduler doisoat")
    assert hints.as_typed("`doisoat gaps`") == "`docker compose exec -T scheduler doisoat gaps`"
    monkeypatch.setattr(hints, "in_checkout", lambda: False)  # in a container
    assert hints.as_typed("make night NIGHT=2024-04-19") == (
        "docker compose exec -T scheduler airflow dags trigger nightly_reconciliation "
        '--conf \'{"night": "2024-04-19", "collect_late": true}\''
    )
    assert "dags trigger nightly_reconciliation.hue --conf" in hints.as_typed("make night NIGHT=2024-04-19", "", "hue")


def test_every_hint_names_a_command_that_exists() -> None:
    known = {
        command.name or command.callback.__name__.replace("_", "-") for group in _groups(commands) for command in group
    }
    known |= {group.name for group in commands.registered_groups if group.name}
    wrong = {
        f"{path.name}: {name}"
        for path in (hints.PROJECT / "include" / "doisoat").rglob("*.py")
        for name in HINT.findall(path.read_text(encoding="utf-8"))
        if name not in known
    }
    assert wrong == set()


def _groups(typed: typer.Typer) -> Iterator[list]:
    yield typed.registered_commands
    for group in typed.registered_groups:
        if not group.name and group.typer_instance:
            yield from _groups(group.typer_instance)
