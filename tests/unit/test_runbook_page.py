"""docs/runbook.md knows every alert and every error, and names none that does not exist."""

from __future__ import annotations

import re

from doisoat import errors
from doisoat.news.texts import load_texts
from support.runbook import TEXT

#: What an except clause may name, but nothing raises.
FAMILIES = {"DoisoatError", "NightError", "SourceError"}


def test_every_error_class_is_in_it() -> None:
    raised = {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and kind.__module__ == errors.__name__
    }
    assert set(re.findall(r"\b\w+Error\b", TEXT)) == raised - FAMILIES


def test_every_kind_of_news_is_in_it() -> None:
    signs = {word for row in re.findall(r"^\| (.+?) \|", TEXT, re.MULTILINE) for word in re.findall(r"`(\w+)`", row)}
    assert set(load_texts()) <= signs
