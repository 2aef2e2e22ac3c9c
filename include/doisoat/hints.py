"""Hints that work as typed: messages say `doisoat ...` and `make night ...`; whoever prints them says what to type here.

`doisoat` alone is found only where its environment is activated, and `make` only in the project's folder. In a container a
person types neither: DOISOAT_COMMAND says how they call it from outside (docker-compose.yml).
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path

#: The folder of the checkout that this library is read from; site-packages if it was installed otherwise.
PROJECT = Path(__file__).parents[2]
_COMMAND = re.compile(r"(?<![\w./-])doisoat (?=[a-z-]+)")
_NIGHT = re.compile(r"(?<![\w./-])make night NIGHT=(?P<night>[-\w]+)")
_MAKE = re.compile(r"(?<![\w./-])make (?=(?:up|down|run|clean|psql)\b)")


def in_checkout() -> bool:
    """Whether there is a Makefile to call."""
    return (PROJECT / "Makefile").is_file()


def command() -> str:
    """What starts this command line, from the folder we are in."""
    if given := os.environ.get("DOISOAT_COMMAND"):
        return given
    ours = Path(sys.executable).with_name("doisoat")
    found = shutil.which("doisoat")
    if not ours.exists() or (found and Path(found).resolve() == ours.resolve()):
        return "doisoat"
    here = Path.cwd()
    return shlex.quote(str(ours.relative_to(here) if ours.is_relative_to(here) else ours))


def as_typed(text: str, options: str = "", province_id: str = "") -> str:
    """The text with every command in it as it has to be typed here.

    Args:
        options: what has to follow `doisoat`, such as the home that was asked for.
        province_id: of one of several provinces, whose nights are meant; the installation's own has none.
    """
    start = f"{command()} {options} ".replace("  ", " ")
    text = _COMMAND.sub(lambda _: start, text)
    text = _NIGHT.sub(lambda found: _night(found["night"], province_id), text)
    return _MAKE.sub(f"{_make()} ", text)


def of_province(text: str, province_id: str) -> str:
    """The text with every command in it as it concerns one of several provinces; as it is for the installation's own ("")."""
    return _COMMAND.sub(f"doisoat --province {province_id} ", text) if province_id else text


def _make() -> str:
    return "make" if not in_checkout() or Path.cwd() == PROJECT else f"make -C {shlex.quote(str(PROJECT))}"


def _night(night: str, province_id: str) -> str:
    if in_checkout():
        return f"{_make()} night NIGHT={night}" + (f" PROVINCE={province_id}" if province_id else "")
    airflow = f"{os.environ.get('DOISOAT_COMMAND', 'doisoat').removesuffix('doisoat')}airflow"
    dag_id = f"nightly_reconciliation.{province_id}".rstrip(".")
    return f"""{airflow} dags trigger {dag_id} --conf '{{"night": "{night}", "collect_late": true}}'"""
