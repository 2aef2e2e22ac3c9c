"""What can go wrong, by consequence: the class says what happens next, the message says what to do.

    DoisoatError
      ConfigurationError         our mistake: fail, fix the configuration, run again
      WarehouseUnavailableError  PostgreSQL does not answer, or the connection broke: retry
      StorageFullError           the disk of the landing or the warehouse is full: retry (space may be freed), then fail
      LandingStoreError          the object store of landings does not answer, or refuses: retry
      NightError                 this night cannot be processed now
        NightBusyError             another night or run holds the warehouse: wait, then retry
        NightTakenOverError        another run of the same night took over: stop, that run continues
        NightOrderError            later nights build on this one, or it has not ended yet: fail
        NightNotCollectedError     the night has no sealed landing, and sources show only the present: fail
        LandingDamagedError        a sealed landing has changed since it was sealed: fail, restore it
        NotHeldError               the pull to be accepted is not held: nothing to do
      SourceError                a source misbehaved; always names the source
        SourceUnavailableError     5xx, timeout, 429, truncated body, no file yet: retry, honouring Retry-After
        SourceRejectedError        401/403/other 4xx, an application error code: fail now
        SourceChangedError         the answer breaks the contract, or totals do not add up: fail, alert
        SourceLateError            the night waits no longer for it: fail, its last good snapshot stands
        LandingNotLoadableError    what it said is sealed, and the warehouse cannot take it: set aside, alert
      SweepDiffersError          a night recomputed from scratch differs from the stored result: fail, both are kept
      QualityGateError           a critical check failed: publication blocked, the results are in ops.check_result
      DecisionRefusedError       an operator's decision cannot be carried out or stored: nothing is changed
      NewsNotSentError           a sender did not accept a message: retry, it is kept until it is sent
      MetricsNotSentError        a collector did not accept a night's metrics: fail, they stay in the warehouse
      TableNotWrittenError       the open table's store did not take or give a file: retry, its readers see the night before

A message says what was asked for, what came back and what to do. It never holds a credential or a personal value: build it
from field names, types, counts and status codes, never from a payload. include/orchestration/retries.py maps these
classes to retry policies by their dotted path.
"""

from __future__ import annotations


class DoisoatError(Exception):
    """Any error that this library raises deliberately."""


class ConfigurationError(DoisoatError):
    """Raised when the province file, a connection or a reference file is missing, mistyped or incoherent."""


class WarehouseUnavailableError(DoisoatError):
    """Raised when PostgreSQL does not answer or the connection broke: what was not committed is rolled back."""


class StorageFullError(DoisoatError):
    """Raised when a disk is full; what was being written is lost, what was sealed or committed is kept."""


class LandingStoreError(DoisoatError):
    """Raised when the object store of landings does not answer or refuses; what was sealed is kept."""


class NightError(DoisoatError):
    """A night cannot be processed now."""


class NightBusyError(NightError):
    """Raised when another night or another run of this night is writing; the same call succeeds later."""


class NightTakenOverError(NightError):
    """Raised in a run whose night another run has opened since."""


class NightOrderError(NightError):
    """Raised when nights would be loaded out of order (see the ADR on history as ranges of nights)."""


class NightNotCollectedError(NightError):
    """Raised when a night has no sealed landing: sources show only the present, so a past night can no longer be collected.

    Ways out: restore its landing from a backup; collect it now, marked as late (`collect_late`), as long as no later
    night has been opened; or skip it: it stays listed as missed, and its changes show up in the next night.
    """


class LandingDamagedError(NightError):
    """Raised when a file of a sealed landing is missing or does not match the hash in its manifest."""


class NotHeldError(NightError):
    """Raised when an operator tries to accept a pull that the flood guard is not holding."""


class SourceError(DoisoatError):
    """A source misbehaved.

    Args:
        source_id: the source, as named in the province file.
        asked: what we asked for, without credentials (method and path, or file name).
        came: what came back, as shapes, counts and codes, never values.
        todo: what the reader should do.
    """

    def __init__(self, source_id: str, *, asked: str, came: str, todo: str) -> None:
        self.source_id, self.asked, self.came, self.todo = source_id, asked, came, todo
        super().__init__(f"{source_id}: asked {asked}; got {came}; do: {todo}")

    def __reduce__(self):  # type: ignore[no-untyped-def]
        # Keyword-only arguments do not survive default pickling, and task processes pickle their errors.
        return _rebuild, (type(self), self.source_id, self.asked, self.came, self.todo, self.__dict__.copy())


class SourceUnavailableError(SourceError):
    """Raised when the source may answer later.

    Attributes:
        retry_after_seconds: how long the source asked us to wait (Retry-After), None if it did not say.
        status: the HTTP status, None if there was no answer or its body broke off.
    """

    retry_after_seconds: float | None = None
    status: int | None = None


class SourceRejectedError(SourceError):
    """Raised when the source understood the request and refused it: retrying will not help.

    Attributes:
        status: the HTTP status, None if the refusal was not an HTTP status.
    """

    status: int | None = None


class SourceChangedError(SourceError):
    """Raised when an answer breaks the contract, or its own totals do not add up.

    Attributes:
        may_pass: nothing of the source's own came (a page of HTML, an empty body), and it had been asked again for as long as
            one request may be: the next request may be answered all the same.
    """

    may_pass: bool = False


class SourceLateError(SourceError):
    """Raised when the night has waited for a source as long as it may (`wait_hours`): the others do not wait for it."""


class LandingNotLoadableError(SourceError):
    """Raised when a sealed landing holds what the warehouse cannot store: nothing of it is loaded.

    A night goes on without it, as without a source that is down. A later release may load it; or an operator takes the landing
    back, and the source is asked again (doisoat.nights.taking_back).
    """


class QualityGateError(DoisoatError):
    """Raised when a critical check failed; publication is blocked and the last good night stays published.

    Attributes:
        acceptable: what is wrong, in one line, if somebody may decide to publish anyway; else None.
    """

    acceptable: str | None = None


class SweepDiffersError(DoisoatError):
    """Raised when a night recomputed from scratch differs from its stored result: a bug of ours. Both are kept."""


class DecisionRefusedError(DoisoatError):
    """Raised when an operator's decision is not allowed, comes too late, or holds text that must not be stored.

    Attributes:
        why: the reason in one word, if somebody who reads no English may have to be told (gaps/repair_list.yaml, `refusals`).
    """

    def __init__(self, message: str, why: str | None = None) -> None:
        super().__init__(message)
        self.why = why


class NewsNotSentError(DoisoatError):
    """Raised when a sender did not accept a message: it is kept and sent later. No night fails because of it."""


class MetricsNotSentError(DoisoatError):
    """Raised when the collector did not accept a night's metrics. No night fails because of it."""


class TableNotWrittenError(DoisoatError):
    """Raised when the store of the open table did not take or give a file. No night fails because of it."""


def _rebuild(kind: type[SourceError], source_id: str, asked: str, came: str, todo: str, state: dict) -> SourceError:
    error = kind(source_id, asked=asked, came=came, todo=todo)
    error.__dict__.update(state)
    return error
