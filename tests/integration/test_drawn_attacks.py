"""Attacks as a seed draws them, a few of those that whole nights meet in `make campaign PARTS=hostile`."""

from __future__ import annotations

import dataclasses
import random
from contextlib import ExitStack
from pathlib import Path

import pytest
from doisoat.errors import DoisoatError
from doisoat.sources.contract import Limits
from sandbox.world import canaries
from support.file_fuzzer import fuzz
from support.hostile_proxy import ATTACKS, between
from support.leaks import leaks_in_files
from support.source_cases import CASES, Case

#: Each waits out the time that an answer may take.
SLOW = {"slowly", "huge", "bomb"}


def pull(case: Case, root: Path) -> str:
    """What the pull says: nothing, or one line of ours."""
    try:
        case.pull(root)
    except DoisoatError as error:
        said = str(error)
        assert "\n" not in said
        assert not canaries.PATTERN.search(said)
        return said
    return ""


@pytest.mark.parametrize("name", ["igate", "driving_licence.get"])
def test_a_drawn_attack_ends_in_an_answer_or_in_one_line_of_ours_and_nobody_is_kept(name: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        case = CASES[name](stack, tmp_path)
        hostile = stack.enter_context(between(f"http://127.0.0.1:{case.connection.port}"))
        case.connection = dataclasses.replace(case.connection, port=int(hostile.url.rpartition(":")[2]))
        case.limits = Limits(page_size=100, patience_seconds=0, timeout_seconds=2, max_answer_megabytes=4)
        said = []
        for number, attack in enumerate(sorted(set(ATTACKS) - SLOW)):
            hostile.draw, hostile.attacks, hostile.share = random.Random(number), [attack], 0.7
            said.append(pull(case, tmp_path / attack))
        hostile.disarm()
        assert pull(case, tmp_path / "good") == ""
    assert sum(map(bool, said)) > 5
    assert hostile.done > 20
    assert leaks_in_files(tmp_path, canaries.PATTERN)[0] == []


def test_a_fuzzed_file_is_read_or_refused_in_one_line_of_ours_and_nobody_is_kept(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with ExitStack() as stack:
        case = CASES["national_export.csv"](stack, tmp_path / "inbox")
        for seed in range(15):
            case.refill()
            (file,) = (tmp_path / "inbox").iterdir()
            fuzz(file, random.Random(seed))
            pull(case, tmp_path / f"landing {seed}")
            file.unlink(missing_ok=True)
    assert leaks_in_files(tmp_path, canaries.PATTERN)[0] == []
