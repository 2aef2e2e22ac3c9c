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
from doisoat.errors import SourceChangedError, SourceUnavailableError
from doisoat.model import PullCertificate
from doisoat.sources.contract import Source


def landing_name(source_id: str) -> str:
    """The name under which a source's look-ups are sealed: it may have a listing of the same night too."""
    return f"{source_id}.look_ups"


def collect_look_ups(
    source: Source,
    wanted: Sequence[str],
    *,
    controls: Sequence[str] = (),
    province_id: str,
    night: dt.date,
    landing_root: Path,
    versions: Versions,
    screen: Screen | None = None,
) -> Landing | None:
    """Ask for the wanted codes, most informative first, as far as the budget allows, and seal the answers.

    If a source fails in the middle, its answers so far are kept: the rest waits for the next night, and the certificate
    says so. None if nothing is wanted: there is no answer and no cut-off then.

    Args:
        controls: codes that the listing of the same side shows; asked for first.
        screen: the known values of the source's own vocabulary.

    Raises:
        SourceChangedError: it denies every control: a wrong unit code looks just like "nothing is held", and must not
            be taken for proof that all of tonight's gaps are real.
        SourceError: the first look-up failed, or a later one in a way that waiting does not fix.
    """
    where = (landing_root, province_id, night, landing_name(source.source_id))
    if landing := find_landing(*where):
        return landing
    if not wanted or not source.limits.look_ups_per_night:
        return None
    started_at = dt.datetime.now(dt.UTC)  # for operators; never compared with data
    budget = source.limits.look_ups_per_night
    reasons = [f"beyond tonight's budget: {len(wanted) - budget}"] if len(wanted) > budget else []
    cut_off: dt.datetime | None = None
    asked = 0
    held = 0
    with LandingWriter(*where, screen or Screen()) as writer:
        for code in dict.fromkeys([*controls, *wanted[:budget]]):
            if controls and asked == len(controls) and not held:
                raise _denies_what_is_listed(source.source_id, asked)
            try:
                found = source.look_up(code)
            except SourceUnavailableError as error:
                if cut_off is None:
                    raise
                reasons.append(f"after {asked} look-ups came {error.came}")
                break
            asked, held = asked + 1, held + found.is_held
            cut_off = min(cut_off or found.looked_up_at, found.looked_up_at)
            writer.write_look_up(found)
        assert cut_off is not None  # noqa: S101 - at least one look-up was answered, or its error was raised
        certificate = PullCertificate(
            source_id=source.source_id,
            night=night,
            mode="look_ups",
            started_at=started_at,
            ended_at=dt.datetime.now(dt.UTC),
            cut_off=cut_off,
            requests=source.requests_made,
            pages=asked,
            received=writer.received,
            decoded=writer.decoded,
            quarantined=writer.quarantined,
            declared_before=len(wanted),
            declared_after=asked,
            is_complete=not reasons,
            incomplete_reason="; ".join(reasons) or None,
        )
        decoder = f"{source.source_kind}/{source.decoder_version}"
        return writer.seal(certificate, msgspec.structs.replace(versions, decoder=decoder))


def _denies_what_is_listed(source_id: str, controls: int) -> SourceChangedError:
    return SourceChangedError(
        source_id,
        asked=f"{controls} dossiers that the listing of the same side shows",
        came="that it holds none of them",
        todo="check unit_code and dstcode of the connection and the format of the codes; tonight's look-ups do not count",
    )
