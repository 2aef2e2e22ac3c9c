"""The installed command: what it prints where, its exit codes, and that in tests it may as well run in their own process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from doisoat.cli import ask, shared
from support.commands import of_world, typed, typed_in_a_process
from support.world import World

NIGHT = "2024-04-19"
#: What is typed -> exit code, and what stdout and stderr begin with; "" is nothing at all.
TYPED = {
    "gaps --format csv": (0, '"gap_id",', ""),
    "sources": (0, "Sources, night 2024-04-19", ""),
    "gaps --night 2020-01-01": (1, "", "error: night 2020-01-01: never opened"),
    "rates --channel nonsense": (2, "", "Usage: "),
    "": (2, "", ""),
    "check": (1, "ok    configuration", ""),
}


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate="code | status\nH37.21.01-240401-0001 | 4", national_export="code | status")
    return world


def test_its_first_line_says_whose_warehouse_answers_and_how_far_it_is(world: World) -> None:
    """On stderr: what is asked for may be read by a program."""
    for words in ("gaps --format csv", "sources", "disk", "check"):
        named = typed(of_world(world), *words.split()).named
        assert re.fullmatch(
            r"Lạng Sơn, warehouse 127\.0\.0\.1:\d+/warehouse_\d+: last published night 2024-04-19\n", named
        )
    world.rows("delete from ops.publication")
    assert typed(of_world(world), "nights").named.endswith(": no night published yet\n")


def test_the_summary_fits_on_a_screen_and_begins_with_the_verdict(world: World) -> None:
    """Also of a night in which every source needs somebody, and many checks failed."""
    world.rows(
        "update ops.pull set state = 'stale', reason = 'failed', reason_detail = 'SourceUnavailableError: ' || repeat('x ', 60)"
    )
    world.rows(
        """insert into ops.check_result (night, check_id, stage, severity, outcome, unexpected_count)
        select night, 'planted_' || i, 'results', 'warning', 'failed', 7 from ops.night, generate_series(1, 9) i
        returning 1"""
    )
    page = typed({**of_world(world), "DOISOAT_COMMAND": ".venv/bin/doisoat"}, "summary").stdout.splitlines()
    assert page[0].startswith("Lạng Sơn, night 2024-04-19: Published (revision 1), ")
    assert sum(-(-max(len(line), 1) // 80) for line in page) <= 25
    full = typed(of_world(world), "summary", "--full").stdout
    assert full.startswith(page[0])
    assert full.count("planted_") == 9
    assert "  and 7 more: `.venv/bin/doisoat checks`" in page


def test_who_reads_may_stop_before_the_end(world: World) -> None:
    """As `head` does: neither a traceback nor a complaint."""
    settings = {**os.environ, **of_world(world), "DOISOAT_ENV_FILE": os.devnull}
    command = str(Path(sys.executable).with_name("doisoat"))
    for words in ("gaps --format csv", "gaps", "sources", "summary"):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            done = subprocess.run(
                [command, *words.split()], env=settings, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
            )
        finally:
            os.close(writing)
        assert len(done.stderr.splitlines()) == 1, words


@pytest.mark.parametrize("words", TYPED)
def test_a_process_of_its_own_and_this_one_say_the_same(world: World, words: str) -> None:
    code, out, err = TYPED[words]
    here = typed(of_world(world), *words.split())
    there = typed_in_a_process(of_world(world), *words.split())
    assert (there.returncode, there.stdout, there.stderr) == (here.returncode, here.stdout, here.stderr)
    assert there.returncode == code
    for said, begins in ((there.stdout, out), (there.stderr, err)):
        assert said.lstrip().startswith(begins)
    if words:
        assert (there.stdout == "", there.stderr == "") == (out == "", err == "")


def test_what_a_command_sets_in_this_process_is_undone(world: World) -> None:
    before, console = dict(os.environ), shared.console
    assert typed({}, "--province", str(world.site.settings.path), "gaps").returncode == 1  # no warehouse is named
    assert dict(os.environ) == before
    assert shared.console is console


def test_an_exception_that_is_no_error_of_ours_is_no_exit_code(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ask, "query", fails)
    with pytest.raises(ZeroDivisionError):
        typed(of_world(world), "gaps")


def test_help_imports_neither_the_warehouse_nor_what_writes_workbooks() -> None:
    """A command pays for what it uses."""
    script = """
import sys
sys.argv = ["doisoat", "gap", "accept", "--help"]
from doisoat.cli.app import app
try:
    app()
finally:
    heavy = {"psycopg", "openpyxl", "numpy", "yaml", "msgspec", "doisoat.province.file"}
    print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "the first night" in " ".join(done.stdout.split()).lower()
    assert done.stderr.splitlines()[-1] == "[]"
