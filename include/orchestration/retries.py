"""What Airflow does after an error, read off the library's error tree (doisoat.errors) by dotted path.

What may pass by itself is tried again; what a person must mend fails at once, so that the alert comes tonight and not
after three useless hours. An error outside the tree (a bug, the machine is out of memory) is tried again RETRIES times
and no more, whatever a task that waits for its turn is allowed; a task whose process was killed gets the task's own retries.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryRule
from doisoat.errors import NightBusyError

#: Between two tries of a source that is down; short on a laptop, where a person waits.
RETRY_DELAY = timedelta(seconds=float(os.environ.get("DOISOAT_RETRY_SECONDS", "300")))
#: The first wait while another night or run holds the warehouse; each further one is as much longer.
BUSY_DELAY = min(timedelta(seconds=30), RETRY_DELAY)
#: Whoever waits for long (the tenth night of a backfill) looks no more often than this.
LONGEST_BUSY_DELAY = 10 * BUSY_DELAY
#: No source may hold a night longer than this, whatever it asks for in Retry-After.
LONGEST_DELAY = timedelta(hours=1)
#: Of every task.
RETRIES = 3
#: Of the task that waits for its turn: a whole day, in which ten nights and more may be worked through before it, or a
#: run that died lets go of its night (doisoat.warehouse.order.ABANDONED_AFTER).
RETRIES_WHEN_BUSY = 300


class RetryByConsequence(ExceptionRetryPolicy):
    """The first rule that matches; a delay grows with each wait for another night, or to what the source asked for."""

    def evaluate(  # type: ignore[no-untyped-def]
        self, exception: BaseException, try_number: int, *args, **kwargs
    ) -> RetryDecision:
        """What to do about this exception; `retry_after_seconds` is read off it (SourceUnavailableError)."""
        decision = super().evaluate(exception, try_number, *args, **kwargs)
        if isinstance(exception, NightBusyError):
            return RetryDecision.retry(min(try_number * BUSY_DELAY, LONGEST_BUSY_DELAY), decision.reason)
        if decision.action is RetryAction.DEFAULT and try_number > RETRIES:
            return RetryDecision.fail("not an error of ours: what it was tried for so often does not pass by itself")
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
            RetryRule(
                errors + "WarehouseUnavailableError", RetryAction.RETRY, RETRY_DELAY, "the server may be back soon"
            ),
            RetryRule(errors + "StorageFullError", RetryAction.RETRY, RETRY_DELAY, "what fills the disk may go"),
            RetryRule(errors + "NewsNotSentError", RetryAction.RETRY, RETRY_DELAY, "the sender may take it later"),
            RetryRule(errors + "DoisoatError", RetryAction.FAIL, reason="trying again would not help"),
        ]
    )


def task_defaults(execution_timeout: timedelta) -> dict[str, Any]:
    """What every task of a Dag is given (its `default_args`): the retries of this module, and a time in which it must end."""
    return {
        "owner": "doisoat",
        "retries": RETRIES,
        "retry_delay": RETRY_DELAY,
        "retry_policy": retry_policy(),
        "execution_timeout": execution_timeout,
    }
