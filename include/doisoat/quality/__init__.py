"""What must hold before a night is published: checks as data (checks.yaml and sql/), run by Great Expectations."""

from doisoat.quality.checks import Check, CheckResult, failures, load_checks, run_checks

__all__ = ["Check", "CheckResult", "failures", "load_checks", "run_checks"]
