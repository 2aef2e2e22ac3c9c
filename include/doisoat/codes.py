"""The form of a dossier's code (CONTRACTS section 5): the one definition that rules, checks, connectors and notes use.

`<agency id>-<day>-<number>`: the agency by its old or new id, a day of six digits (yyMMdd) or, in the form of 2026, eight
(yyyyMMdd), a number of four to seven. A province whose codes look otherwise names its own form (`province.dossier_code`).
Written so that Python and PostgreSQL read it alike.
"""

from __future__ import annotations

import re

_OLD_ID = r"(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.)?"
_ID = r"[A-Z][0-9]{2}(?:\.[0-9]{2,3}){0,3}"
#: A whole code.
SHAPE = rf"{_OLD_ID}{_ID}-(?:[0-9]{{6}}|[0-9]{{8}})-[0-9]{{4,7}}"


def is_dossier_code(text: str | None, shape: str = SHAPE) -> bool:
    """Whether a text has the form of a dossier's code; `shape`: the province's own, if it has one."""
    return text is not None and re.fullmatch(shape, text) is not None


def issued_in(province_code: str) -> str:
    """A pattern of the beginning of a code that an agency of the province issued, under its old or its new id."""
    return rf"^(?:[0-9]{{3}}\.[0-9]+\.[0-9]+\.)?{re.escape(province_code)}(?:\.[0-9]+)*-"


def ends_in(digits: int) -> str:
    """A pattern of the end of a code whose number has exactly so many digits."""
    return rf"-[0-9]{{{digits}}}$"
