"""The texts of the repair list, and how it identifies a gap; kept apart from writing workbooks, which is slow to import."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

#: What stands for a status that no code map knows (reconcile/difference.sql).
NOT_MAPPED = "not_mapped"
SEPARATOR = " | "


@cache
def words() -> dict[str, Any]:
    """The texts of the list (repair_list.yaml)."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("repair_list.yaml").read_text(encoding="utf-8"))
    return found


def heading(shows: str) -> str:
    """The heading of the column that shows this."""
    return next(str(column["heading"]) for column in words()["columns"] if column["shows"] == shows)


def gap_of(row: dict[str, Any]) -> tuple[str, str, str, str]:
    """The gap that a row of reports/gaps.sql or mart.gap is about: pair, dossier, kind, detail, as in recon.gap."""
    return row["pair"], row["dossier_id"], row["kind"], row["detail"]


def read_gap_id(text: str) -> tuple[str, str, str, str] | None:
    """The gap that the list's last column identifies, None if it identifies none."""
    parts = [part.strip() for part in text.split(SEPARATOR.strip())]
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 4 and all(parts[:3]) else None
