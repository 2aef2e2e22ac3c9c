"""Holds what a server said against the fields that docs/contracts.md lists (fixtures/*.json).

A fixture names the passage of the contract, and for each message its fields with their kinds: "text", "number",
"whole", "count" and "rate" (a number or its text), "date" (in any of the forms that the contract knows), "code" (a dossier
code of its section 5), "flag"; with "?" at the end it may be empty. An object stands for an object, a list of one kind
for a list of such.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

from sandbox.world.canaries import PATTERN

LOCAL = dt.timezone(dt.timedelta(hours=7))
FIXTURES = Path(__file__).parent / "fixtures"
_CODE = r"(?:\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(?:\.\d{2,3}){0,3}-\d{6}-\d{4,5}"
_CLOCK = r"\d\d:\d\d:\d\d"
_DATE = rf"\d\d/\d\d/\d{{4}}(?: {_CLOCK})?|\d{{4}}-\d\d-\d\dT{_CLOCK}(?:\.\d{{3}})?(?:[+-]\d\d:?\d\d)?|\d{{14}}"
_TEXTS = {"text": r"(?s).+", "date": _DATE, "code": _CODE, "procedure": r"\d\.\d{6}(?:\.000\.00\.00\.H37|\.H37)?"}

#: Numbers that may be texts: a point is decimal in both.
_WRITTEN = {"count": r"\d+(?:\.0)?", "rate": r"\d+(?:\.\d+)?"}


def contract(name: str) -> dict[str, Any]:
    """A fixture."""
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


def check(value: Any, kind: Any, where: str = "") -> None:
    """Assert that a value is what the contract says; personal values are never shown."""
    if isinstance(kind, dict):
        assert isinstance(value, dict), f"{where} is no object"
        for name, inner in kind.items():
            assert name in value, f"{where}.{name} is missing"
            check(value[name], inner, f"{where}.{name}")
    elif isinstance(kind, list):
        assert isinstance(value, list), f"{where} is no list"
        for number, one in enumerate(value):
            check(one, kind[0], f"{where}[{number}]")
    elif not (kind.endswith("?") and value in (None, "")):
        assert _is(value, kind.removesuffix("?")), f"{where} is no {kind}"


def _is(value: Any, kind: str) -> bool:
    if "|" in kind:
        return any(_is(value, one) for one in kind.split("|"))
    if kind in _TEXTS:
        return isinstance(value, str) and re.fullmatch(_TEXTS[kind], value) is not None
    if kind in _WRITTEN and isinstance(value, str):
        return re.fullmatch(_WRITTEN[kind], value) is not None
    if kind == "flag":
        return isinstance(value, bool)
    numbers = (int,) if kind in ("whole", "count") else (int, float)
    return isinstance(value, numbers) and not isinstance(value, bool)


def check_personal(row: dict[str, Any], fields: dict[str, Any], least: int) -> None:
    """Assert that what a row holds beside the contract's fields is canaries, and that there are at least so many."""
    others = {name: value for name, value in row.items() if name not in fields and value is not None}
    bare = [name for name, value in others.items() if not PATTERN.search(json.dumps(value, ensure_ascii=False))]
    assert not bare, f"personal fields without canaries: {bare}"
    assert len(others) >= least
    told = {name: value for name, value in row.items() if name in fields}
    assert not PATTERN.search(json.dumps(told, ensure_ascii=False)), "a canary in a field that is read"


def moment(text: str) -> dt.datetime:
    """A moment in any of the forms; without an offset it is local, a day is its midnight."""
    if "/" in text:
        kind = "%d/%m/%Y %H:%M:%S" if " " in text else "%d/%m/%Y"
        return dt.datetime.strptime(text, kind).replace(tzinfo=LOCAL)
    if re.search(r"[+-]\d{4}$", text):
        text = f"{text[:-2]}:{text[-2:]}"
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=LOCAL)
