"""Whoever is told to look into a file finds it: the files that messages and comments name are there."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
NAMED = re.compile(r"(?<![\w./{-])(?:docker|docs|tools)/[\w./-]*\.(?:md|py|sql|sh|yaml|yml|csv)\b")
READ = ("config", "dags", "docker", "include", "plugins", "tools")


def test_every_file_that_is_named_is_there() -> None:
    files = [
        file for folder in READ for file in (PROJECT / folder).rglob("*") if file.suffix in (".py", ".sql", ".yaml")
    ]
    assert len(files) > 300
    missing = {
        f"{file.relative_to(PROJECT)}: {name}"
        for file in files
        for name in NAMED.findall(file.read_text(encoding="utf-8"))
        if not (PROJECT / name).exists()
    }
    assert missing == set()
