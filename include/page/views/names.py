"""Names that several views show."""

from __future__ import annotations

from page.asking import Ask
from page.reader import Row


def cause_name(ask: Ask, row: Row) -> str:
    """A cause's name in the reader's language; in English its id in words: the label is Vietnamese."""
    if row["cause"] is None:
        return ask.words("bridge.moved")
    label = str(row["label"] or row["cause"])
    return label if ask.words.language == "vi" else str(row["cause"]).replace("_", " ").capitalize()
