"""What an operator types."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from unittest import mock

import typer
from doisoat.cli import ask, forms, operate, shared
from doisoat.cli.app import app

from support.world import World

#: All commands are made of their functions' signatures: once a process of ours, as in each of an operator's.
_made_once = cache(typer.main.get_command)


def doisoat(world: World, *arguments: str) -> Answered:
    """The command on a world's warehouse, in an environment that knows of nothing else."""
    return typed(of_world(world), *arguments)


def of_world(world: World) -> dict[str, str]:
    """The settings with which the command finds a world."""
    return {
        "AIRFLOW_CONN_WAREHOUSE": world.dsn,
        "DOISOAT_PROVINCE": str(world.site.settings.path),
        "DOISOAT_LANDING": str(world.site.landing_root),
    }


def typed(settings: Mapping[str, str], *arguments: str, on_terminal: bool = False) -> Answered:
    """The command in this process, from its entry point on: a process of its own takes a second to import what it needs.

    It sees these settings and none of ours, and what it changes in its environment is undone. An exception that the command
    does not turn into an exit code is raised here.
    """
    stdout, stderr, code = _Terminal() if on_terminal else io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.dict(os.environ, _environment(settings), clear=True),
        mock.patch.object(sys, "argv", ["doisoat", *arguments]),
        mock.patch.object(typer.main, "get_command", _made_once),
        ExitStack() as printing,
        redirect_stdout(stdout),
        redirect_stderr(stderr),
    ):
        for module in (ask, forms, operate, shared):  # as where its output is a pipe
            piped = shared.Terminal(width=320, highlight=False, color_system=None)
            printing.enter_context(mock.patch.object(module, "console", piped))
        try:
            app()
        except SystemExit as ended:
            code = int(ended.code or 0)
    said = (text.getvalue().replace("\r\n", "\n") for text in (stdout, stderr))  # as text=True reads a pipe
    return Answered(subprocess.CompletedProcess(["doisoat", *arguments], code, *said))


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def typed_in_a_process(settings: Mapping[str, str], *arguments: str) -> Answered:
    """The same by the installed command, in a process of its own."""
    command = [str(Path(sys.executable).with_name("doisoat")), *arguments]
    return Answered(subprocess.run(command, env=_environment(settings), capture_output=True, text=True, check=False))


#: The first line of every command, on stderr.
NAMED = re.compile(r"\A[^\n]*, (warehouse [^\n]+|/dev/null)\n")


class Answered(subprocess.CompletedProcess[str]):
    """What a command said of what it was asked.

    Attributes:
        named: the line that names the warehouse, before everything else on stderr.
    """

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        super().__init__(done.args, done.returncode, done.stdout, NAMED.sub("", done.stderr))
        self.named = found[0] if (found := NAMED.search(done.stderr)) else ""


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DOISOAT"))}
    ours = {"DOISOAT_ENV_FILE": os.devnull, "DOISOAT_HOME": os.devnull, "DOISOAT_COMMAND": "doisoat"}
    return {**kept, **ours, **settings}
