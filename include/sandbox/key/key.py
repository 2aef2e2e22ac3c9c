"""The answer key: for each dossier the truth, the cause, and what each side holds at a point in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.key.ministry_key import MinistryKey
from sandbox.systems.opencps_words import RecordKey, record_keys
from sandbox.world.causes import KINDS
from sandbox.world.ministries import KINDS as MINISTRY_KINDS
from sandbox.world.moments import DAY, local_date
from sandbox.world.truth import (
    ACCEPTED,
    DIRECT,
    FEE,
    ONLINE,
    POST,
    REFUSED,
    SUBMITTED,
    SUPPLEMENT,
    WITHDRAWN,
    Dossier,
    LocalRow,
    PortalRow,
    latest,
)
from sandbox.world.world import World

_ALLOWED_LAG = DAY
CHANNELS = {DIRECT: "direct", ONLINE: "online", POST: "post"}
PAID_ONLINE = (1, 2)  # through the national portal or the province's gateway (CONTRACTS section 1)


def key_lines(world: World, now: int) -> Iterator[dict[str, Any]]:
    """One entry per dossier that any system has held by `now`.

    Keys of an entry: `dossier` (its number in the world), `kind` ("plain", a cause or a look-alike), `cause` (the
    cause, or null if it is innocent), `resembles` (of a look-alike: the cause), `decided` (whether the evidence seen
    since the first night decides the cause), `showing` (whether the difference is there at this moment), `agency`,
    `procedure`, `received_at`, `received_date`, `status` (truth), `local` and `national` (rows: codes and whether
    present, removed, gone, or not yet; of the province's when it ended, as far as the row knows; `record_id` is iGate's,
    `opencps` by what OpenCPS shows the row), `presence` (both,
    provincial_only, national_only, neither), `is_pending` (alone on one side, but for no longer than 24 hours),
    `channel`, `is_digitised`, `is_paid_online`, `submitted_at`, `due_at`, `finished_at` (truth; the last null while it is not),
    `other` (a dossier that it resembles), `ministry` (the row of the ministry's system that it is handled on, and what
    can be known of it: sandbox.key.ministry_key). Moments in epoch seconds. `presence` is about the province and the portal
    alone: neither for what only a ministry holds.
    """
    ministries, keys = MinistryKey(world, now), record_keys(world)
    for made in world.dossiers:
        appearing = [row.appears_at for row in made.local] + [row.appears_at for row in made.portal]
        if made.ministry:
            appearing.append(made.ministry.received_at)
        if any(at <= now for at in appearing):
            yield key_line(world, made, now, ministries, keys)


def key_line(
    world: World, made: Dossier, now: int, ministries: MinistryKey, keys: dict[str, RecordKey]
) -> dict[str, Any]:
    """The entry of one dossier."""
    kind = KINDS.get(made.kind) or MINISTRY_KINDS.get(made.kind)
    local = [_local(row, now, keys[row.record_id]) for row in made.local]
    national = [_national(row, now) for row in made.portal]
    presence = _presence(made, now)
    return {
        "dossier": made.number,
        "kind": made.kind,
        "cause": made.kind if kind and kind.is_cause else None,
        "resembles": kind.cause if kind and not kind.is_cause else None,
        "decided": _is_decided(world, made, now),
        "showing": _is_showing(made, presence, now),
        "agency": made.agency.agency_id,
        "procedure": made.procedure.code,
        "received_at": made.received_at if (made.received_at or now + 1) <= now else None,
        "received_date": _date(made.received_at if (made.received_at or now + 1) <= now else None),
        "status": made.status_at(now),
        "channel": CHANNELS[made.channel],
        "is_digitised": made.is_digitised,
        "is_paid_online": made.payment in PAID_ONLINE,
        "submitted_at": made.submitted_at,
        "due_at": made.due_at,
        "finished_at": made.finished_at if (made.finished_at or now + 1) <= now else None,
        "local": local,
        "national": national,
        "presence": presence,
        "is_pending": _is_pending(made, presence, now),
        "other": made.other,
        "ministry": ministries.lines(made),
    }


def _date(at: int | None) -> str | None:
    return None if at is None else local_date(at).isoformat()


def _local(row: LocalRow, now: int, key: RecordKey) -> dict[str, Any]:
    gone = row.gone_at is not None and row.gone_at <= now
    state = "gone" if gone else "not_yet" if row.appears_at > now else "removed" if row.is_removed(now) else "present"
    return {
        "record_id": row.record_id,
        "opencps": {"dossier_id": key.dossier_id, "reference_uid": key.reference_uid},
        "code": row.code_at(now),
        "national_code": row.national_code,
        "former_code": row.former_code or None,
        "state": state,
        "since": row.appears_at,
        "finished_date": _date(row.finished_at if (row.finished_at or now + 1) <= now else None),
    }


def _national(row: PortalRow, now: int) -> dict[str, Any]:
    return {
        "code": row.code,
        "state": "present" if row.is_held(now) else "not_yet",
        "since": row.appears_at,
        "agency": row.counted_agency.agency_id,
        "procedure": row.procedure_code,
        "status": latest(row.life, now),
        "received_date": _date(row.received(now)),
    }


def _presence(made: Dossier, now: int) -> str:
    """Which sides hold it, not counting removed rows (CONTRACTS section 8)."""
    local = any(row.is_held(now) and not row.is_removed(now) for row in made.local)
    national = any(row.is_held(now) for row in made.portal)
    return {(True, True): "both", (True, False): "provincial_only", (False, True): "national_only"}.get(
        (local, national), "neither"
    )


def _is_pending(made: Dossier, presence: str, now: int) -> bool:
    if presence not in ("provincial_only", "national_only"):
        return False
    rows: list[LocalRow] | list[PortalRow] = made.local if presence == "provincial_only" else made.portal
    since = min((row.appears_at for row in rows if row.is_held(now)), default=now)
    accepted = next((at for at, status in made.life if status == ACCEPTED and at <= now), since)
    return now - max(since, accepted if presence == "provincial_only" else since) <= _ALLOWED_LAG


def _is_decided(world: World, made: Dossier, now: int) -> bool:
    kind = KINDS.get(made.kind)
    if made.kind == "not_pushed_undated" and not _is_seen_accepted(world, made, now):
        return False  # what was perhaps never received rightly has no receipt date, which proves nothing
    if kind is None or kind.decides == "always":
        return True
    if kind.decides == "never":
        return False
    changes = [at for row in made.local for at in (row.gone_at, row.recoded_at) if at is not None]
    return any(at > world.cut_offs[0] for at in changes)


def _is_seen_accepted(world: World, made: Dossier, now: int) -> bool:
    """Whether a status of any night so far shows that it was received, i.e. one it cannot have before that."""
    seen = {made.status_at(cut_off) for cut_off in (*world.cut_offs, now) if cut_off <= now}
    return not seen <= {None, SUBMITTED, REFUSED, SUPPLEMENT, FEE, WITHDRAWN}


def _is_showing(made: Dossier, presence: str, now: int) -> bool:
    """Whether a cause shows its difference at this time; never for innocent ones."""
    kind = KINDS.get(made.kind) or MINISTRY_KINDS.get(made.kind)
    if kind is None or not kind.is_cause:
        return False
    if kind.name in MINISTRY_KINDS:
        return _is_ministry_showing(kind.name, made, presence, now)
    if kind.name in ("resent_new_tail", "resent_and_named", "resent_old_id", "two_codes", "code_overwritten",
                     "repeated_nationally"):  # fmt: skip
        return sum(row.is_held(now) for row in made.portal) > 1
    if kind.name in ("repeated_locally", "recorded_twice"):
        return sum(row.is_held(now) for row in made.local) > 1
    if kind.name in {"status_distorted", "status_unmapped", "status_unnamed"}:
        last = made.portal[0].life[-1]
        return last[0] <= now
    if kind.name == "progress_lost":
        known = latest(made.portal[0].life, now)
        return presence == "both" and known is not None and int(known) < (made.status_at(now) or 0)
    if kind.name in ("wrong_agency", "procedure_replaced", "receipt_moved", "code_claimed_twice"):
        return presence == "both"
    return presence in ("provincial_only", "national_only")


def _is_ministry_showing(kind: str, made: Dossier, presence: str, now: int) -> bool:
    assert made.ministry is not None  # noqa: S101 - it is a ministry's dossier
    if kind == "imported_twice":
        return sum(row.is_held(now) for row in made.local) > 1
    wanted = "national_only" if kind == "on_portal_only" else "neither"
    return made.ministry.is_held(now) and presence == wanted
