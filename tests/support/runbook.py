"""docs/runbook.md, and the commands in it: every code span that begins with `doisoat` or `docker compose`."""

from __future__ import annotations

import re
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text(encoding="utf-8")


def commands(program: str, **names: str) -> list[str]:
    """The command lines of a program, each once, in the order of the page.

    Args:
        names: what stands for N and S.
    """
    found = dict.fromkeys(re.findall(rf"`({re.escape(program)} [^`]+(?<!\.\.\.))`", TEXT))
    return [re.sub(r"(?<=\s)[NS]\b", lambda letter: names[letter[0]], line) for line in found]
