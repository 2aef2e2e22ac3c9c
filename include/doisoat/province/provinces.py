"""The provinces that the portal's public statistics know (provinces.yaml): read, never guessed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml


class PortalProvince(NamedTuple):
    """A province as the portal knows it.

    Attributes:
        code: as in its units' codes (H37).
        root: its `rootDepartmentId`.
    """

    code: str
    root: str
    name: str


@cache
def portal_provinces() -> tuple[PortalProvince, ...]:
    """All of them, in the order of the file."""
    text = Path(__file__).with_name("provinces.yaml").read_text(encoding="utf-8")
    return tuple(PortalProvince(**row) for row in yaml.safe_load(text))
