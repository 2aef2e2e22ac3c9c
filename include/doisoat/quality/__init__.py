"""What must hold before a night is published: checks as data (checks.yaml and sql/), run by Great Expectations."""

from doisoat.quality.checks import Check, CheckResult, load_checks
from doisoat.quality.gate import Blocked, Decision, accept, blocking, can_be_accepted, carry_over, told
from doisoat.quality.run import run_checks

__all__ = [
    "Blocked",
    "Check",
    "CheckResult",
    "Decision",
    "accept",
    "blocking",
    "can_be_accepted",
    "carry_over",
    "load_checks",
    "run_checks",
    "told",
]
