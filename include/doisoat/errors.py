"""What can go wrong, by consequence: the class says what happens next, the message says what to do.

    DoisoatError
      ConfigurationError         ours: fail, fix the configuration, run again
      WarehouseUnavailableError  PostgreSQL does not answer, or broke off in the middle: retry
      StorageFullError           no room left where the landing or the warehouse is: retry (what fills it may go), then fail
      NightError                 this night cannot be worked on now
        NightBusyError             another night or run holds the warehouse: wait, then retry
        NightTakenOverError        another run of the same night took over: stop, it goes on there
        NightOrderError            later nights stand on this one, or it has not ended yet: fail
        NightNotCollectedError     the night has no sealed landing, and sources show only the present: fail
        LandingDamagedError        a sealed landing is not what was sealed: fail, restore it
        NotHeldError               asked to accept a pull that is not held: nothing to do
      SourceError                something a source did; always names the source
        SourceUnavailableError     5xx, timeout, 429, broken body, no file yet: retry, honouring Retry-After
        SourceRejectedError        401/403/other 4xx, an application error code: fail now
        SourceChangedError         the shape is not the contract, or totals do not add up: fail, alert
      SweepDiffersError          a night derived anew as a whole is not what stands: fail, both are kept
      QualityGateError           a critical check failed: publication blocked, the results are in ops.check_result
      DecisionRefusedError       what an operator decided cannot be done or kept: nothing is changed
      NewsNotSentError           a sender did not take a message: retry, it is kept until it is sent
      MetricsNotSentError        a collector did not take a night's numbers: fail, they stay in the warehouse

A message says what was asked, what came, and what to do. It never holds a credential or a personal value: build it
from field names, types, counts and status codes, never from a payload. include/orchestration/retries.py maps these
classes to retry policies by their dotted path.
"""

from __future__ import annotations


class DoisoatError(Exception):
    """Any error that this library raises on purpose."""


class ConfigurationError(DoisoatError):
    """Raised when the province file, a connection or a reference file is missing, mistyped or incoherent."""


class WarehouseUnavailableError(DoisoatError):
    """Raised when PostgreSQL does not answer or the connection broke off: what was not committed never happened."""


class StorageFullError(DoisoatError):
    """Raised when a disk has no room left; what was being written is gone, what was sealed or committed stands."""


class NightError(DoisoatError):
    """A night cannot be worked on now."""


class NightBusyError(NightError):
    """Raised when another night or another run of this night is writing: the same call succeeds later."""


class NightTakenOverError(NightError):
    """Raised in a run whose night has since been opened by another run."""


class NightOrderError(NightError):
    """Raised when nights would be loaded out of order (see docs/adr on history as ranges of nights)."""


class NightNotCollectedError(NightError):
    """Raised when a night has no sealed landing: sources show the present, so a past one cannot be collected any more.

    What can be done: put its landing back from a backup; collect it now, marked as late (`collect_late`), while no later
    night has been opened; or leave it out: it stays listed as missed, and what changed in it shows as of the next night.
    """


class LandingDamagedError(NightError):
    """Raised when a file of a sealed landing is missing or does not match the hash in its manifest."""


class NotHeldError(NightError):
    """Raised when an operator would accept a pull that the flood guard does not hold."""


class SourceError(DoisoatError):
    """Something that a source did.

    Args:
        source_id: the source, as named in the province file.
        asked: what was asked of it, without credentials (method and path, or file name).
        came: what came back, in shapes, counts and codes, never values.
        todo: what the reader should do.
    """

    def __init__(self, source_id: str, *, asked: str, came: str, todo: str) -> None:
        self.source_id, self.asked, self.came, self.todo = source_id, asked, came, todo
        super().__init__(f"{source_id}: asked {asked}; came {came}; do: {todo}")

    def __reduce__(self):  # type: ignore[no-untyped-def]
        # Keyword-only arguments do not survive the default pickling, and task processes pickle their errors.
        return _rebuild, (type(self), self.source_id, self.asked, self.came, self.todo, self.__dict__.copy())


class SourceUnavailableError(SourceError):
    """Raised when the source may answer later.

    Attributes:
        retry_after_seconds: what the source asked us to wait (Retry-After), None if it did not say.
    """

    retry_after_seconds: float | None = None


class SourceRejectedError(SourceError):
    """Raised when the source understood and said no: trying again will not help.

    Attributes:
        status: the HTTP status, None where the refusal came otherwise.
    """

    status: int | None = None


class SourceChangedError(SourceError):
    """Raised when an answer does not have the shape of the contract, or its own totals do not add up."""


class QualityGateError(DoisoatError):
    """Raised when a critical check failed; publication is blocked and the last good night stands.

    Attributes:
        acceptable: what is wrong, in one line, where somebody may decide to publish all the same; else None.
    """

    acceptable: str | None = None


class SweepDiffersError(DoisoatError):
    """Raised when a night derived anew as a whole is not what stands for it: a defect of ours. Both are kept."""


class DecisionRefusedError(DoisoatError):
    """Raised when an operator's decision is not allowed, comes too late, or holds what must not be kept."""


class NewsNotSentError(DoisoatError):
    """Raised when a message was not taken: it is kept and sent with the next chance. No night fails of it."""


class MetricsNotSentError(DoisoatError):
    """Raised when the collector did not take a night's numbers. No night fails of it."""


def _rebuild(kind: type[SourceError], source_id: str, asked: str, came: str, todo: str, state: dict) -> SourceError:
    error = kind(source_id, asked=asked, came=came, todo=todo)
    error.__dict__.update(state)
    return error
