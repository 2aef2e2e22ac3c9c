"""What Airflow does after an error, by the class's dotted path in the library's error tree (doisoat.errors).

What may resolve itself is retried; what a person must fix fails at once, so that the alert is sent tonight and not after
three useless hours. An error outside the tree (a bug, the machine is out of memory) is retried only RETRIES times, however
many a task that waits for its turn is allowed; a task whose process was killed gets the task's own retries.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryRule
from doisoat.errors import NightBusyError

if TYPE_CHECKING:
    from doisoat.province.file import ProvinceSettings

#: The pause between two tries of a source that is down; short on a laptop, where a person is waiting.
RETRY_DELAY = timedelta(seconds=float(os.environ.get("DOISOAT_RETRY_SECONDS", "300")))
#: The first wait while another night or run holds the warehouse; each further one is longer by the same amount.
BUSY_DELAY = min(timedelta(seconds=30), RETRY_DELAY)
#: The longest such wait (e.g. for the tenth night of a backfill).
LONGEST_BUSY_DELAY = 10 * BUSY_DELAY
#: No source may hold a night longer than this, whatever it asks for in Retry-After.
LONGEST_DELAY = timedelta(hours=1)
#: The retries of every task.
RETRIES = 3
#: The retries of the task that waits for its turn: a whole day, in which ten or more nights may be processed before it, or
#: the night of a run that died is released (doisoat.warehouse.order.ABANDONED_AFTER).
RETRIES_WHEN_BUSY = 300


class RetryByConsequence(ExceptionRetryPolicy):
    """Applies the first matching rule; the delay grows with each wait for another night, or is what the source asked for."""

    def evaluate(  # type: ignore[no-untyped-def]
        self, exception: BaseException, try_number: int, *args, **kwargs
    ) -> RetryDecision:
        """What to do about this exception, considering its `retry_after_seconds` (SourceUnavailableError)."""
        decision = super().evaluate(exception, try_number, *args, **kwargs)
        if isinstance(exception, NightBusyError):
            return RetryDecision.retry(min(try_number * BUSY_DELAY, LONGEST_BUSY_DELAY), decision.reason)
        if decision.action is RetryAction.DEFAULT and try_number > RETRIES:
            return RetryDecision.fail("not one of our errors: after this many tries it will not resolve itself")
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
            RetryRule(errors + "LandingStoreError", RetryAction.RETRY, RETRY_DELAY, "the store may be back soon"),
            RetryRule(errors + "StorageFullError", RetryAction.RETRY, RETRY_DELAY, "space may be freed"),
            RetryRule(errors + "NewsNotSentError", RetryAction.RETRY, RETRY_DELAY, "the sender may accept it later"),
            RetryRule(errors + "TableNotWrittenError", RetryAction.RETRY, RETRY_DELAY, "the store may be back soon"),
            RetryRule(errors + "DoisoatError", RetryAction.FAIL, reason="retrying would not help"),
        ]
    )


def longest_wait(province: ProvinceSettings, source_id: str) -> timedelta:
    """The time limit of a task that asks a source: an hour beyond limits.wait_hours, at which the library itself gives up."""
    return timedelta(hours=province.sources[source_id].limits.wait_hours + 1)


def task_defaults(execution_timeout: timedelta, queue: str | None = None) -> dict[str, Any]:
    """The `default_args` of a Dag's tasks: the retries of this module, a time limit, and their queue if not the common one."""
    return {
        **({"queue": queue} if queue else {}),
        "owner": "doisoat",
        "retries": RETRIES,
        "retry_delay": RETRY_DELAY,
        "retry_policy": retry_policy(),
        "execution_timeout": execution_timeout,
    }
