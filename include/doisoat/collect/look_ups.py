"""Asking a source for single dossiers by their codes: the only evidence if a source lists nothing (CONTRACTS 1).

Which codes are worth a request is decided in the warehouse (load/sql/wanted_look_ups.sql), after the night's
listings are loaded. The answers are sealed next to the night's other landings, in `<source_id>.look_ups`, so a night
is replayed without asking again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec

from doisoat.collect.landing import Landing, LandingWriter, Versions, find_landing
from doisoat.collect.screen import Screen
from doisoat.errors import SourceChangedError, SourceError, SourceLateError, SourceUnavailableError
from doisoat.model import PullCertificate
from doisoat.sources.contract import Source

#: After so many look-ups in a row without an answer, the others wait for the next night.
IN_A_ROW = 3


def landing_name(source_id: str) -> str:
    """The name under which a source's look-ups are sealed: it may have a listing of the same night too."""
    return f"{source_id}.look_ups"


def collect_look_ups(
    source: Source,
    wanted: Sequence[str],
    *,
    spare: Sequence[str] = (),
    controls: Sequence[str] = (),
    province_id: str,
    night: dt.date,
    landing_root: Path,
    versions: Versions,
    screen: Screen | None = None,
) -> Landing | None:
    """Ask for the wanted codes, most informative first, as far as the budget allows, and seal the answers.

    A look-up that fails costs that look-up; if several in a row fail, or the source asks us to wait, its answers so far
    are kept. What was not answered waits for the next night, and the certificate says so. None if nothing is wanted: there is
    no answer and no cut-off then.

    Args:
        spare: codes whose answers are still valid: asked for again with what the wanted ones leave of the budget.
        controls: codes that the listing of the same side shows; asked for first.
        screen: the known values of the source's own vocabulary.

    Raises:
        SourceChangedError: it denies every control: a wrong unit code looks just like "nothing is held", and must not
            be taken for proof that all of tonight's gaps are real.
        SourceError: nothing was answered, or one look-up failed in a way that waiting does not fix.
    """
    where = (landing_root, province_id, night, landing_name(source.source_id))
    if landing := find_landing(*where):
        return landing
    if not (wanted or spare) or not source.limits.look_ups_per_night:
        return None
    started_at = dt.datetime.now(dt.UTC)  # for operators; never compared with data
    budget = source.limits.look_ups_per_night
    reasons = [f"beyond tonight's budget: {len(wanted) - budget}"] if len(wanted) > budget else []
    with LandingWriter(*where, screen or Screen()) as writer:
        answers = _Answers(source, writer)
        answers.ask_controls(list(dict.fromkeys(controls)))
        answers.ask([code for code in dict.fromkeys(wanted[:budget]) if code not in controls])
        reasons += answers.reasons()
        # what is still valid is nothing that the night lacks if it is not answered again
        answers.ask([code for code in dict.fromkeys(spare[: max(budget - len(wanted), 0)]) if code not in controls])
        certificate = PullCertificate(
            source_id=source.source_id,
            night=night,
            mode="look_ups",
            started_at=started_at,
            ended_at=dt.datetime.now(dt.UTC),
            cut_off=answers.cut_off_or_error(),
            requests=source.requests_made,
            pages=answers.asked,
            received=writer.received,
            decoded=writer.decoded,
            quarantined=writer.quarantined,
            declared_before=len(wanted),
            declared_after=answers.asked,
            is_complete=not reasons,
            incomplete_reason="; ".join(reasons) or None,
        )
        decoder = f"{source.source_kind}/{source.decoder_version}"
        return writer.seal(certificate, msgspec.structs.replace(versions, decoder=decoder))


class _Answers:
    """The look-ups of a night as they are answered.

    Attributes:
        asked, held: how many were answered, and how many of these dossiers the source holds.
        cut_off: the earliest time that an answer stated.
    """

    def __init__(self, source: Source, writer: LandingWriter) -> None:
        self._source, self._writer = source, writer
        self.asked = self.held = self._failed = self._in_a_row = 0
        self.cut_off: dt.datetime | None = None
        self._last: SourceError | None = None
        self._has_stopped = False

    def ask_controls(self, codes: Sequence[str]) -> None:
        """Ask for dossiers that must be held.

        Raises:
            SourceChangedError: none of them is.
            SourceError: none of them was answered.
        """
        self.ask(codes)
        if codes and self._last and not self.asked:
            raise self._last
        if codes and not self.held:
            raise _denies_what_is_listed(self._source.source_id, self.asked)

    def ask(self, codes: Sequence[str]) -> None:
        """Ask for each of the codes, unless the source has stopped answering."""
        for code in codes:
            if self._has_stopped:
                return
            try:
                found = self._source.look_up(code)
            except (SourceUnavailableError, SourceChangedError) as error:
                self._fail(error)
                continue
            except SourceLateError as error:
                self._failed, self._last, self._has_stopped = self._failed + 1, error, True
                return
            self._in_a_row = 0
            self.asked, self.held = self.asked + 1, self.held + found.is_held
            self.cut_off = min(self.cut_off or found.looked_up_at, found.looked_up_at)
            self._writer.write_look_up(found)

    def _fail(self, error: SourceUnavailableError | SourceChangedError) -> None:
        """Leave this look-up out; stop if that is not enough.

        Raises:
            SourceChangedError: waiting would not help.
        """
        if isinstance(error, SourceChangedError) and not error.may_pass:
            raise error
        self._failed, self._in_a_row, self._last = self._failed + 1, self._in_a_row + 1, error
        must_wait = isinstance(error, SourceUnavailableError) and error.retry_after_seconds is not None
        self._has_stopped = must_wait or self._in_a_row == IN_A_ROW

    def reasons(self) -> list[str]:
        """Why not all of them were answered."""
        if self._last is None:
            return []
        if self._has_stopped:
            return [f"after {self.asked} look-ups came {self._last.came}"]
        return [f"look-ups without an answer: {self._failed} (the last: {self._last.came})"]

    def cut_off_or_error(self) -> dt.datetime:
        """The cut-off.

        Raises:
            SourceError: nothing was answered.
        """
        if self.cut_off is not None:
            return self.cut_off
        assert self._last is not None  # noqa: S101 - at least one look-up was asked, and none was answered
        raise self._last


def _denies_what_is_listed(source_id: str, controls: int) -> SourceChangedError:
    return SourceChangedError(
        source_id,
        asked=f"{controls} dossiers that the listing of the same side shows",
        came="that it holds none of them",
        todo="check unit_code and dstcode of the connection and the format of the codes; tonight's look-ups do not count",
    )
