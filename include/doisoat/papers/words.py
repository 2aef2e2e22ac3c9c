"""The texts of the papers (papers.yaml), and how numbers and days are written in them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def texts() -> dict[str, Any]:
    """The texts of the papers."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("papers.yaml").read_text(encoding="utf-8"))
    return found


def number(value: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """A number as Vietnamese offices write it: 1.234,5; what is unknown is said to be."""
    if value is None:
        return str(texts()["unknown"])
    said = f"{value:{'+' if signed and value else ''},.{decimals}f}"
    return said.replace(",", " ").replace(".", ",").replace(" ", ".")


def share(least: float | None, most: float | None, decimals: int = 2) -> str:
    """A share in [0, 1] as per cent, or the range of it."""
    if least is None or most is None:
        return str(texts()["unknown"])
    low, high = number(least * 100, decimals), number(most * 100, decimals)
    return f"{low}%" if low == high else f"{low}–{high}%"


def count(least: int, most: int) -> str:
    """A count, or the range of it."""
    return number(least) if least == most else f"{number(least)}–{number(most)}"


def day(value: dt.date) -> str:
    """31/12/2026."""
    return f"{value:%d/%m/%Y}"


def slug(name: str) -> str:
    """A name as part of a file's name that every system can take: ubnd-xa-quoc-khanh."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", "".join(sign for sign in plain if sign.isascii())).strip("-")[:60]


def file_name(agency_id: str, name: str) -> str:
    """A unit's part of a file's name: its id, which a source may have given it (igate:H37/21), and its name."""
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", agency_id).strip(".-")
    return "-".join(filter(None, (plain, slug(name)))) or "don-vi"
