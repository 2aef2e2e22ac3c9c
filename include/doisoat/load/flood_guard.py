"""The flood guard: a pull that would change more records than is usual for the source is held, not loaded.

A held pull stays sealed. It is loaded when a complete pull of a later night shows the same, or when an operator confirms
it (doisoat.cli.operate). The decision about a landing is stored in ops.pull_decision and followed from then on, so that a
night that is run again or replayed does the same as the first time (docs/adr/0011-what-a-failing-source-may-change.md).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from doisoat.collect.landing import Landing
from doisoat.errors import LandingDamagedError, NightNotCollectedError, NightOrderError, NotHeldError
from doisoat.load.records import LoadCounts, load_landing, seal_of, unload
from doisoat.model import PullCertificate
from doisoat.province.file import FloodGuard
from doisoat.warehouse.order import is_latest

log = logging.getLogger(__name__)
SQL = Path(__file__).with_name("sql")
_STILL_HELD = """
    select night from ops.pull_decision where source_id = %(source_id)s and decision = 'held'
      and night > (select max(night) from ops.load where source_id = %(source_id)s) order by night"""


@dataclass(frozen=True, slots=True)
class Change:
    """What loading a pull changes: the records held before, and how many changes of each kind (sql/change.sql)."""

    known: int
    ended: int
    updated: int
    inserted: int

    @property
    def total(self) -> int:
        return self.ended + self.updated + self.inserted

    def __str__(self) -> str:
        return (
            f"{self.total:,} changes to {self.known:,} records held ({self.ended:,} no longer shown, {self.updated:,} said "
            f"otherwise, {self.inserted:,} not new there but new here)"
        )


@dataclass(frozen=True, slots=True)
class Guarded:
    """How the landings of one night are loaded.

    Attributes:
        timezone: the province's.
        guard_of: the flood guard of a source.
        is_planned: whether a source had a planned outage on a night: what it shows then confirms nothing.
        landing_of: the sealed landing of a source and an earlier night.
    """

    timezone: str
    guard_of: Callable[[str], FloodGuard]
    is_planned: Callable[[str, dt.date], bool]
    landing_of: Callable[[str, dt.date], Landing]


def load_guarded(connection: psycopg.Connection, landing: Landing, guarded: Guarded) -> LoadCounts | None:
    """Load one landing, or hold it; None if it is held: nothing of it is in core then.

    The caller holds the warehouse's write lock and has checked the order of nights.
    """
    certificate = landing.certificate
    if certificate.mode in ("counts", "reports"):
        return load_landing(connection, landing, guarded.timezone)
    unload(connection, certificate.source_id, certificate.night)
    if decided := _decided(connection, landing):
        return None if decided == "held" else load_landing(connection, landing, guarded.timezone)
    since = _last_loaded(connection, certificate)
    with connection.transaction() as attempt:
        counts = load_landing(connection, landing, guarded.timezone)
        if since is None:  # no limit yet
            _keep(connection, landing, "loaded", Change(0, counts.ended, counts.updated, counts.inserted), None)
            return counts
        change = _change(connection, certificate, since)
        allowed = guarded.guard_of(certificate.source_id).allowed(change.known)
        if change.total > allowed:
            raise psycopg.Rollback(attempt)
        _keep(connection, landing, "loaded", change, allowed)
        return counts
    earlier = _earlier(connection, landing, guarded)
    if earlier and _would_change(connection, [earlier, landing], guarded.timezone, since).total <= allowed:
        before = earlier.certificate.night
        log.warning("%s: %s; the held pull of night %s shows the same: loaded", certificate.source_id, change, before)
        _keep(connection, landing, "agreed", change, allowed, agrees_with=before)
        return load_landing(connection, landing, guarded.timezone)
    log.warning("%s: %s, but only %s are allowed: held, not loaded", certificate.source_id, change, f"{allowed:,}")
    _keep(connection, landing, "held", change, allowed)
    return None


def is_held(connection: psycopg.Connection, landing: Landing) -> bool:
    """Whether it was decided not to load this landing."""
    return _decided(connection, landing) == "held"


def accept(connection: psycopg.Connection, source_id: str, night: dt.date, *, who: str, reason: str) -> str:
    """Store an operator's decision that a held pull is right; the night loads it when it runs again.

    The caller holds the warehouse's write lock.

    Args:
        who: the operating-system user.
        reason: why, in the operator's words (doisoat.privacy.is_note).

    Returns what the pull would change.

    Raises:
        NotHeldError: no pull of that source and night is held.
        NightOrderError: later nights build on it, so it can no longer be loaded.
    """
    row = connection.execute(
        """select seal, decision, known, ended, updated, inserted, allowed from ops.pull_decision
        where night = %s and source_id = %s order by decided_at desc limit 1""",
        [night, source_id],
    ).fetchone()
    if row is None or row[1] != "held":
        held = [str(n) for (n,) in connection.execute(_STILL_HELD, {"source_id": source_id})]
        raise NotHeldError(
            f"{source_id}: asked to accept its pull of night {night}, which is {row[1] if row else 'not subject to a decision'}; "
            + (f"held pulls: {', '.join(held)}" if held else "none of its pulls is held")
        )
    if not is_latest(connection, night):
        raise NightOrderError(
            f"{source_id}: the pull of night {night} can no longer be loaded, later nights build on it; accept the one of "
            "the latest night if that is held too (`doisoat sources`)"
        )
    connection.execute(
        """update ops.pull_decision set decision = 'accepted', accepted_by = %s, accepted_at = now(), accepted_reason = %s
        where (night, source_id, seal) = (%s, %s, %s)""",
        [who, reason.strip(), night, source_id, row[0]],
    )
    connection.execute("update ops.night set inputs = null where night = %s", [night])  # so that it is loaded again
    return f"{Change(*row[2:6])}; {row[6]:,} are allowed"


def why_held(connection: psycopg.Connection, landing: Landing) -> str:
    """What a held landing would have changed, and how much is allowed."""
    row = connection.execute(
        """select known, ended, updated, inserted, allowed from ops.pull_decision
        where (night, source_id, seal) = (%s, %s, %s)""",
        [landing.certificate.night, landing.certificate.source_id, seal_of(landing)],
    ).fetchone()
    assert row is not None  # noqa: S101 - a landing is held by its decision
    return f"{Change(*row[:4])}; {row[4]:,} are allowed"


def _decided(connection: psycopg.Connection, landing: Landing) -> str | None:
    row = connection.execute(
        "select decision from ops.pull_decision where (night, source_id, seal) = (%s, %s, %s)",
        [landing.certificate.night, landing.certificate.source_id, seal_of(landing)],
    ).fetchone()
    return row[0] if row else None


def _keep(
    connection: psycopg.Connection,
    landing: Landing,
    decision: str,
    change: Change,
    allowed: int | None,
    *,
    agrees_with: dt.date | None = None,
) -> None:
    certificate = landing.certificate
    connection.execute(
        "insert into ops.pull_decision values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [certificate.night, certificate.source_id, seal_of(landing), decision, certificate.is_complete,
         change.known, allowed, change.ended, change.updated, change.inserted, agrees_with],
    )  # fmt: skip


def _last_loaded(connection: psycopg.Connection, certificate: PullCertificate) -> dt.datetime | None:
    """The cut-off of the last loaded pull; None until a complete one was loaded: there is no limit before that."""
    row = connection.execute(
        """select max(p.cut_off) filter (where p.night = last.night)
        from ops.pull p join ops.load l using (night, source_id)
        cross join (select max(night) as night from ops.load where source_id = %(source_id)s and night < %(night)s) last
        where p.source_id = %(source_id)s and p.night < %(night)s
        having bool_or(p.is_complete)""",
        {"source_id": certificate.source_id, "night": certificate.night},
    ).fetchone()
    return row[0] if row else None


def _earlier(connection: psycopg.Connection, landing: Landing, guarded: Guarded) -> Landing | None:
    """The last complete pull that was held since one was loaded, if it is still sealed and may confirm this one."""
    certificate = landing.certificate
    source_id, night = certificate.source_id, certificate.night
    if not certificate.is_complete or guarded.is_planned(source_id, night):
        return None
    held = connection.execute(
        """select night, seal from ops.pull_decision d
        where source_id = %(source_id)s and night < %(night)s and decision = 'held' and is_complete
          and night > (select max(night) from ops.load where source_id = %(source_id)s and night < %(night)s)
        order by night desc, decided_at desc""",
        {"source_id": source_id, "night": night},
    ).fetchall()
    for before, seal in held:
        if not guarded.is_planned(source_id, before):
            try:
                found = guarded.landing_of(source_id, before)
            except (NightNotCollectedError, LandingDamagedError) as error:
                log.warning("%s: the held pull of night %s cannot confirm this one: %s", source_id, before, error)
                return None
            return found if seal_of(found) == seal else None
    return None


def _would_change(connection: psycopg.Connection, landings: list[Landing], timezone: str, since: dt.datetime) -> Change:
    """What the last of the landings would change, loaded in order; it is rolled back."""
    with connection.transaction() as attempt:
        for landing in landings:
            load_landing(connection, landing, timezone)
        change = _change(connection, landings[-1].certificate, since)
        raise psycopg.Rollback(attempt)
    return change


def _change(connection: psycopg.Connection, certificate: PullCertificate, since: dt.datetime) -> Change:
    row = connection.execute(
        (SQL / "change.sql").read_text(encoding="utf-8"),
        {"source_id": certificate.source_id, "night": certificate.night, "since": since},
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has a row
    return Change(*row)
