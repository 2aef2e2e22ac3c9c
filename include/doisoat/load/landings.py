"""Loads a night from its sealed landings, once; and protects a night that later nights build on."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from dataclasses import asdict

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from doisoat.collect.landing import Landing, open_landing, versions
from doisoat.errors import LandingNotLoadableError, NightNotCollectedError, NightOrderError
from doisoat.load.flood_guard import Guarded, is_held, load_guarded, why_held
from doisoat.load.not_loadable import as_a_whole
from doisoat.load.pulls import let_stand, not_loadable, record_fresh, record_pulls
from doisoat.load.records import identify, seal_of
from doisoat.load.reference import load_reference
from doisoat.province.site import Site
from doisoat.warehouse import order, revisions
from doisoat.warehouse.planner_statistics import refresh_statistics
from doisoat.warehouse.touched import is_identified

log = logging.getLogger(__name__)


def load_landings(
    connection: psycopg.Connection, site: Site, night: dt.date, landings: dict[str, Landing]
) -> dict[str, dict[str, int]]:
    """Load these landings as the night's, and record what it is based on. The caller holds the write lock, and nothing of
    the night is loaded yet. Returns what became of the rows, by source (all are `held` or `not_loadable`, or none is).
    """
    load_reference(connection, site.settings)
    counts, left_out = _load(connection, site, landings)
    refresh_statistics(connection)
    if landings or is_identified(connection, night):
        identify(connection, night)
    fresh = {source_id: landing for source_id, landing in landings.items() if source_id not in left_out}
    record_pulls(connection, night, site.expected_every, fresh, left_out=left_out, planned=_planned(site, night))
    order.set_state(connection, night, "loaded")
    seals = {source_id: seal_of(landing) for source_id, landing in sorted(landings.items())}
    rests_on = {**msgspec.to_builtins(versions(site)), "landings": seals, "look_ups": {}, "checked": []}
    connection.execute(
        "update ops.night set inputs = %s, rests_on = %s where night = %s",
        [inputs_hash(site, landings), Jsonb(rests_on), night],
    )
    return counts


def _load(
    connection: psycopg.Connection, site: Site, landings: dict[str, Landing]
) -> tuple[dict[str, dict[str, int]], dict[str, tuple[str, str]]]:
    """Load what can be loaded and the flood guard lets through; returns the counts, and of the others the reason and more."""
    counts, left_out = {}, {}
    for source_id, landing in sorted(landings.items()):
        refresh_statistics(connection)  # of the reference, and of what the sources before this one wrote
        received = landing.certificate.received
        try:
            with as_a_whole(connection, landing):
                loaded = load_guarded(connection, landing, _guarded(site))
        except LandingNotLoadableError as error:
            log.error("%s", error)
            counts[source_id] = {"received": received, "not_loadable": received}
            left_out[source_id] = "not_loadable", error.came
            continue
        if loaded:
            counts[source_id] = asdict(loaded)
        else:
            counts[source_id] = {"received": received, "held": received}
            left_out[source_id] = "held", why_held(connection, landing)
    return counts, left_out


def load_answers(
    connection: psycopg.Connection, site: Site, night: dt.date, source_id: str, landing: Landing | None
) -> dict[str, int]:
    """Load a source's look-ups of the latest night; None if nothing was wanted. The caller holds the write lock.

    Returns how many codes were wanted, asked for and held.

    Raises:
        LandingNotLoadableError: the answers cannot be stored.
    """
    from doisoat.load.look_ups import load_look_ups, rewind_look_ups

    revisions.set_aside(connection, night)
    connection.execute(  # a source without a seal was not asked: nothing was wanted from it
        "update ops.night set rests_on = jsonb_set(rests_on, array['look_ups', %s], %s) where night = %s",
        [source_id, Jsonb(None if landing is None else seal_of(landing)), night],
    )
    if landing is None:
        rewind_look_ups(connection, source_id, night)
        if source_id in site.look_up_only:
            let_stand(connection, night, source_id)
        return {"wanted": 0, "asked": 0, "held": 0}
    with as_a_whole(connection, landing):
        counts = load_look_ups(connection, landing, site.settings.province.timezone)
    if source_id in site.look_up_only:
        record_fresh(connection, night, landing)
        refresh_statistics(connection)
        identify(connection, night)
    return counts


def inputs_hash(site: Site, landings: dict[str, Landing]) -> str:
    """A fingerprint of what a night is loaded from: the landings by their seals, and the versions that read them."""
    parts = [
        repr(versions(site)),
        *(f"{source_id} {seal_of(landing)}" for source_id, landing in sorted(landings.items())),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _planned(site: Site, night: dt.date) -> dict[str, str]:
    planned = {source_id: site.settings.outage_of(source_id, night) for source_id in site.source_ids}
    return {source_id: outage.reason for source_id, outage in planned.items() if outage}


def _guarded(site: Site) -> Guarded:
    settings, root = site.settings, site.landing_root
    return Guarded(
        timezone=settings.province.timezone,
        guard_of=settings.guard_of,
        is_planned=lambda source_id, night: settings.outage_of(source_id, night) is not None,
        landing_of=lambda source_id, night: open_landing(root, settings.province.id, night, source_id),
    )


def keep_as_loaded(connection: psycopg.Connection, night: dt.date, landings: dict[str, Landing]) -> None:
    """Leave a night that later nights build on as it is.

    Raises:
        NightOrderError: its landings are not the ones that were loaded.
    """
    held: dict[str, str] = dict(
        connection.execute(
            """select l.source_id, l.seal from ops.load l
            left join ops.look_up_pull u on (u.night, u.source_id, u.seal) = (l.night, l.source_id, l.seal)
            where l.night = %s and u.seal is null""",
            [night],
        ).fetchall()
    )
    unloadable = not_loadable(connection, night)
    loadable = {
        source_id: landing
        for source_id, landing in landings.items()
        if source_id not in unloadable and not is_held(connection, landing)
    }
    if held != {source_id: seal_of(landing) for source_id, landing in loadable.items()}:
        raise NightOrderError(
            f"night {night}: its landing is not the one that was loaded, and later nights build on it; "
            "history cannot be rewritten in the middle"
        )
    log.info("night %s: later nights build on it, and its landings are unchanged", night)


def refuse_unsealed(connection: psycopg.Connection, site: Site, night: dt.date, landings: dict[str, Landing]) -> None:
    """Refuse to continue if a landing that was loaded for this night is gone: it must not stay half in force.

    Raises:
        NightNotCollectedError: there is one; the message says where it has to be restored.
    """
    for (source_id,) in connection.execute("select source_id from ops.load where night = %s", [night]).fetchall():
        if source_id not in landings and source_id in site.source_ids and source_id not in site.look_up_only:
            raise NightNotCollectedError(
                f"{source_id}: night {night} was loaded from a landing that is gone; restore it under {site.landing_root}"
            )
