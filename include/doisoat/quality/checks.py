"""The checks as data: checks.yaml, one query each in sql/, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from doisoat.entries import Entry, load_entries

HERE = Path(__file__).parent


class Check(Entry):
    """One condition that must hold.

    Its query, an aggregate, returns one row with `unexpected` and `total`; it may use %(night)s, %(dossier_code)s and
    other checks' shares.

    Attributes:
        id: its name, which is also the name of its query in sql/.
        stage: inputs or results.
        severity: critical blocks the publication; warning and info are shown.
        protects: what would be wrong if it failed.
        label: the same in Vietnamese, short, for pages.
        allowed_share: the share of `total` that may violate it.
        accepting: what one takes responsibility for by publishing a night that fails it; None: nobody may.
    """

    stage: str
    severity: str
    protects: str
    label: str
    allowed_share: float = 0.0
    accepting: str | None = None

    @classmethod
    def folder(cls) -> Path:
        return HERE / "sql"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check.

    Attributes:
        outcome: passed, failed (the data are wrong) or broken (the check itself could not run).
        observed: counts that show why; never a value of a record.
    """

    check: Check
    outcome: str
    unexpected: int | None
    observed: dict[str, int | float | str]


@cache
def load_checks() -> tuple[Check, ...]:
    """Every check, in the order of checks.yaml."""
    return load_entries(HERE / "checks.yaml", Check)


def broken(check: Check, error: str) -> CheckResult:
    """The result of a check that could not run: it says nothing about the data.

    Args:
        error: the class of the error, never its message, which may quote values.
    """
    return CheckResult(check, "broken", None, {"error": error})
