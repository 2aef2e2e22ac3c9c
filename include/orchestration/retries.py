"""What Airflow does after an error, read off the library's error tree (doisoat.errors) by dotted path.

What may pass by itself is tried again; what a person must mend fails at once, so that the alert comes tonight and not
after three useless hours. An error outside the tree (the database restarted, the machine is out of memory) gets the
task's ordinary retries.
"""

from __future__ import annotations

import os
from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryRule

#: Between two tries of a source that is down; short on a laptop, where a person waits.
RETRY_DELAY = timedelta(seconds=float(os.environ.get("DOISOAT_RETRY_SECONDS", "300")))
#: Between two tries while another night or run holds the warehouse.
BUSY_DELAY = timedelta(seconds=30)
#: No source may hold a night longer than this, whatever it asks for in Retry-After.
LONGEST_DELAY = timedelta(hours=1)
#: Of every task.
RETRIES = 3
#: Of the task that waits for its turn: two and a half hours of BUSY_DELAY, longer than a dead run holds a night.
RETRIES_WHEN_BUSY = 300


class RetryByConsequence(ExceptionRetryPolicy):
    """The first rule that matches, with the delay that the source itself asked for where that is longer."""

    def evaluate(self, exception: BaseException, *args, **kwargs) -> RetryDecision:  # type: ignore[no-untyped-def]
        """What to do about this exception; `retry_after_seconds` is read off it (SourceUnavailableError)."""
        decision = super().evaluate(exception, *args, **kwargs)
        asked = getattr(exception, "retry_after_seconds", None)
        if decision.action is not RetryAction.RETRY or asked is None or decision.retry_delay is None:
            return decision
        delay = min(max(decision.retry_delay, timedelta(seconds=asked)), LONGEST_DELAY)
        return RetryDecision.retry(delay, f"{decision.reason}; it asked us to wait {asked:.0f} s")


def retry_policy() -> RetryByConsequence:
    """The policy of every task: one rule for each consequence that the error tree knows."""
    errors = "doisoat.errors."
    return RetryByConsequence(
        rules=[
            RetryRule(errors + "SourceUnavailableError", RetryAction.RETRY, RETRY_DELAY, "the source may answer later"),
            RetryRule(errors + "NightBusyError", RetryAction.RETRY, BUSY_DELAY, "another night or run is writing"),
            RetryRule(errors + "DoisoatError", RetryAction.FAIL, reason="trying again would not help"),
        ]
    )
