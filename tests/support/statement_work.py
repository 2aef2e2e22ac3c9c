"""How much work each statement of a night does, in rows, told by the server itself: a gauge that is not a clock.

The server of `explaining` writes the plan of every statement with what came of it (auto_explain, in its JSON log). Of a plan
is counted what each node handed on or threw away, in all its loops: that grows as the time does where a plan is bad, and is the
same on a slow machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from standalone import postgres

#: Every statement with its plan, counted but not timed, one process to a statement: then a node's loops are its repetitions.
_SETTINGS = {
    **postgres.THROWAWAY_SETTINGS,
    "autovacuum": "off",  # no statistics but those that a night makes itself
    "shared_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "max_parallel_workers": "0",
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "log_rotation_size": "0",
    "log_min_duration_statement": "-1",
}
_REMOVED = ("Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck")
#: What reads rows; those that look rows up by index read only what they find.
_SCANS = re.compile(r"Scan$|^Values|^Function|^Result$")
_LITERALS = re.compile(r"'(?:[^']|'')*'(?:::\w+(?:\[\])?)?|\b\d[\d.]*\b|\bnull\b", re.IGNORECASE)


@dataclass
class Work:
    """What all runs of one statement did.

    Attributes:
        statement: its text without comments and values.
        calls: how often it ran.
        handled: rows that its nodes handed on or threw away.
        read: rows that it read, each scan counted once, and rows that came of it.
        dearest: the largest share of `handled` that one node took.
        plan: of the run that handled the most.
    """

    statement: str
    calls: int = 0
    handled: float = 0
    read: float = 0
    dearest: float = 0
    plan: dict[str, Any] = field(default_factory=dict)
    _most: float = 0

    def add(self, plan: dict[str, Any]) -> None:
        nodes = list(_nodes(plan))
        handled = sum(_handled(node) for node in nodes)
        self.calls += 1
        self.handled += handled
        self.read += sum(_read(node) for node in nodes) + _handled(plan)
        self.dearest += max(_handled(node) for node in nodes)
        if handled >= self._most:
            self._most, self.plan = handled, plan

    @property
    def repetition(self) -> float:
        """How many times as many rows its dearest node handled as the statement read and made."""
        return self.dearest / max(self.read, 1)


def explaining(home: Path) -> postgres.Server:
    """A server that explains all it does; the caller stops it."""
    return postgres.start(home, _SETTINGS)


def work_since(home: Path, place: int = 0) -> tuple[dict[str, Work], int]:
    """What every statement did, by its text, and where the log ends now.

    Args:
        home: of the server.
        place: where the log ended before.
    """
    (log,) = (home / "postgres" / "log").glob("*.json")
    found: dict[str, Work] = {}
    with log.open(encoding="utf-8") as lines:
        lines.seek(place)
        for line in iter(lines.readline, ""):
            message = json.loads(line).get("message", "")
            if message.startswith("duration:") and "plan:" in message:
                told = json.loads(message.split("plan:", 1)[1])
                statement = without_values(told["Query Text"])
                found.setdefault(statement, Work(statement)).add(told["Plan"])
        return found, lines.tell()


def without_values(text: str) -> str:
    """A statement as one line, without comments and values: the same for every night and size."""
    text = re.sub(r"--[^\n]*", "", text)
    text = _LITERALS.sub("?", text)
    return re.sub(r"\?(?:\s*,\s*\?)+", "?", " ".join(text.split()))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _handled(node: dict[str, Any]) -> float:
    """Rows that a node handed on or threw away, in all its loops."""
    return float(node["Actual Loops"] * (node["Actual Rows"] + sum(node.get(name, 0) for name in _REMOVED)))


def _read(node: dict[str, Any]) -> float:
    """Rows that a scan has to read: the whole once where it reads the whole, what it finds where it looks up by index."""
    if not _SCANS.search(node["Node Type"]) or not node["Actual Loops"]:
        return 0
    return _handled(node) if "Index" in node["Node Type"] else _handled(node) / node["Actual Loops"]
