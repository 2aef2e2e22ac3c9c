"""The page's texts in two languages (words.yaml), and how numbers, days and moments are written in each."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from doisoat.gaps.repair_words import words as repair_words

LANGUAGES = ("vi", "en")
#: Stands for what nobody knows; never an empty cell, which could be taken for nothing.
_NARROW = " "


@cache
def texts() -> dict[str, list[str]]:
    """Key, with its section, -> the text in each of LANGUAGES."""
    found = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return {f"{section}.{key}": texts for section, keys in found.items() for key, texts in keys.items()}


class Words:
    """The texts in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._place = LANGUAGES.index(language)

    def __call__(self, key: str, **values: Any) -> str:
        """The text with this key; numbers and days among the values are written as the reader does."""
        text = texts()[key][self._place]
        return text.format(**{name: self.plain(value) for name, value in values.items()}) if values else text

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in texts()

    def known(self, section: str, value: Any) -> str:
        """The text of a value that a column may have; the value itself if it is a new one."""
        if value is None:
            return self("page.unknown")
        key = f"{section}.{value}"
        return self(key) if self.has(key) else str(value).replace("_", " ")

    def kind(self, kind: str, pair: str) -> str:
        """What differs, as the list of repairs says it."""
        if self.language == "vi":
            said = repair_words()["kinds"].get(kind, kind)
            return str(said.get(pair, kind) if isinstance(said, dict) else said)
        key = f"kinds.{kind}" if self.has(f"kinds.{kind}") else f"kinds.{kind}_{pair}"
        return self.known("kinds", key.removeprefix("kinds."))

    def status(self, status: str | None) -> str:
        """A national status in words."""
        if status is None:
            return self("page.unknown")
        known = repair_words()["statuses"]
        return f"{known[status]} ({status})" if status in known else status

    def plain(self, value: Any) -> str:
        """A value as the reader writes it; what nobody knows in words."""
        if value is None:
            return self("page.unknown")
        if isinstance(value, bool):
            return self("page.yes" if value else "page.no")
        if isinstance(value, int):
            return self.number(value)
        if isinstance(value, dt.datetime):
            return f"{self.day(value.date())} {value:%H:%M}"
        return self.day(value) if isinstance(value, dt.date) else str(value)

    def number(self, value: float, places: int = 0) -> str:
        """20.164 in Vietnamese, 20,164 in English."""
        text = f"{value:,.{places}f}".replace("-", "−")
        return text.translate(str.maketrans(",.", ".,")) if self.language == "vi" else text

    def signed(self, value: int) -> str:
        """With its sign: +150, −248."""
        return f"+{self.number(value)}" if value > 0 else f"−{self.number(-value)}" if value < 0 else "0"

    def points(self, value: Any) -> str:
        """Points that are gained or lost, with their sign: +0,125; to the fourth place where three show nothing."""
        if value is None:
            return self("page.unknown")
        size = abs(float(value))
        written = self.number(size, 3 if size >= 0.0005 else 4)
        return f"+{written}" if value > 0 else f"−{written}" if value < 0 else "0"

    def share(self, value: Any, places: int = 1) -> str:
        """A fraction in per cent; unknown in words."""
        return self("page.unknown") if value is None else f"{self.number(float(value) * 100, places)}{_NARROW}%"

    def bounds(self, least: Any, most: Any, places: int = 1) -> str:
        """A share of which only bounds are known: both of them; one number where they are the same."""
        low, high = self.share(least, places), self.share(most, places)
        return low if low == high else f"{low} – {high}"

    def day(self, value: dt.date) -> str:
        """dd/mm/yyyy in Vietnamese, ISO in English."""
        return f"{value:%d/%m/%Y}" if self.language == "vi" else value.isoformat()

    def month(self, value: dt.date) -> str:
        """mm/yyyy in Vietnamese, yyyy-mm in English."""
        return f"{value:%m/%Y}" if self.language == "vi" else f"{value:%Y-%m}"
