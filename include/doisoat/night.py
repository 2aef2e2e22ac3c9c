"""One night, step by step: what each task of the Dag calls, and what a script without Airflow may call in this order.

    open_night -> collect_source (each source on its own) -> load_night -> check_night("inputs")
        -> look_up_source (each that can be asked) -> reconcile_night -> check_night("results") -> publish_night

Every step may be repeated; a step of a night that later nights stand on changes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import psycopg

from doisoat.errors import NightNotCollectedError, NightOrderError, QualityGateError
from doisoat.landing import Landing, Versions, is_sealed, landing_directory, open_landing
from doisoat.screen import Screen, name_key
from doisoat.settings import CodeMaps
from doisoat.site import Site
from doisoat.warehouse import connect, nights, writing
from doisoat.warehouse.load import identify, load_landing, seal_of
from doisoat.warehouse.reference import AGENCY_COLUMNS, load_reference, read_table, reference_hash

log = logging.getLogger(__name__)


def open_night(site: Site, night: dt.date, *, run_id: str, collect_late: bool = False) -> None:
    """Take the night for this run, once the night before is finished.

    Args:
        night: the local calendar date to report on.
        run_id: who we are; a later run of the same night takes it over from us.
        collect_late: allow collecting a night whose own time is past (the landing is marked).
    """
    with writing(site.dsn) as connection:
        nights.open_night(connection, night, run_id=run_id, collect_late=collect_late)
    log.info("night %s is open for %s", night, run_id)


def collect_source(site: Site, night: dt.date, source_id: str, *, run_id: str | None = None) -> dict[str, Any]:
    """Pull one source and seal its landing, or find it sealed already; returns its certificate in short.

    Nothing is pulled for a night that later nights stand on: it could not be loaded, and a file would be read in vain.
    """
    from doisoat.collect import collect
    from doisoat.sources.registry import make_source
    from doisoat.warehouse.held import WarehouseHolding

    settings = site.settings.sources[source_id]
    source = make_source(source_id, settings, site.connections(source_id), site.settings.timezone)
    if settings.expected_every_days > 1 and not source.has_news() and source_id not in _sealed_landings(site, night):
        source.close()
        log.info("%s: nothing new; every %s days is often enough", source_id, settings.expected_every_days)
        return {"received": 0, "requests": 0, "mode": "nothing new", "is_complete": True}
    with connect(site.dsn) as connection:
        nights.hold(connection, night, run_id)
        if not nights.is_latest(connection, night) and source_id not in _sealed_landings(site, night):
            source.close()
            log.info("%s: later nights stand on %s: what comes now is theirs", source_id, night)
            return {"received": 0, "requests": 0, "mode": "too late", "is_complete": False}
        collect_late = connection.execute("select collects_late from ops.night where night = %s", [night]).fetchone()
        connection.commit()
        connection.autocommit = True
        try:
            landing = collect(
                source,
                province_id=site.settings.province.id,
                night=night,
                held=WarehouseHolding(connection, source_id, night),
                landing_root=site.landing_root,
                versions=_versions(site),
                screen=_screen(site, source_id),
                collect_late=bool(collect_late and collect_late[0]),
            )
        finally:
            source.close()
    certificate = landing.certificate
    if landing.manifest.withheld:
        log.warning("%s: values that may name a person were withheld: %s", source_id, landing.manifest.withheld)
    log.info("%s: %s rows in %s requests, cut-off %s", source_id, certificate.received, certificate.requests,
             certificate.cut_off)  # fmt: skip
    return {"received": certificate.received, "requests": certificate.requests, "mode": certificate.mode,
            "is_complete": certificate.is_complete}  # fmt: skip


def load_night(site: Site, night: dt.date, *, run_id: str | None = None) -> dict[str, dict[str, int]]:
    """Load every sealed landing of the night; a source without one is stale and its last good snapshot stands.

    Returns what became of the rows, by source; empty where exactly this was loaded before.

    Raises:
        NightOrderError: later nights stand on this one, and it is not what they stand on.
    """
    landings = _sealed_landings(site, night)
    inputs = _inputs_hash(site, landings)
    with writing(site.dsn) as connection:
        nights.hold(connection, night, run_id)
        loaded = connection.execute("select inputs from ops.night where night = %s", [night]).fetchone()
        if loaded == (inputs,):
            log.info("night %s: exactly this is loaded already", night)
            return {}
        if not nights.is_latest(connection, night):
            return _refuse_or_keep(connection, night, landings)
        nights.withdraw(connection, night)
        load_reference(connection, site.settings)
        counts = {}
        for source_id, landing in sorted(landings.items()):
            counts[source_id] = asdict(load_landing(connection, landing, site.settings.province.timezone))
        _forget_unsealed(connection, site, night, landings)
        identify(connection, night)
        nights.record_pulls(connection, night, site.expected_every, landings)
        nights.set_state(connection, night, "loaded")
        connection.execute("update ops.night set inputs = %s where night = %s", [inputs, night])
    for source_id, count in counts.items():
        log.info("%s: %s", source_id, count)
    return counts


def look_up_source(site: Site, night: dt.date, source_id: str, *, run_id: str | None = None) -> dict[str, int]:
    """Ask a source for the dossiers that tonight's listings leave open, seal the answers and load them.

    Returns how many codes were wanted, asked for and held; nothing where later nights stand on this one.
    """
    from doisoat.look_ups import collect_look_ups
    from doisoat.reconcile.run import night_end
    from doisoat.sources.registry import make_source
    from doisoat.warehouse.look_ups import control_codes, load_look_ups, rewind_look_ups, wanted_codes

    settings = site.settings.sources[source_id]
    with connect(site.dsn) as connection:
        nights.hold(connection, night, run_id)
        if not nights.is_latest(connection, night):
            return {}
        settled_before = night_end(site.settings, night) - site.settings.reconciliation.allowed_lag.interval
        wanted = wanted_codes(connection, source_id, night, settled_before=settled_before,
                              age_days=settings.limits.look_up_age_days)  # fmt: skip
        controls = control_codes(connection, source_id, night)
    source = make_source(source_id, settings, site.connections(source_id), site.settings.timezone)
    try:
        landing = collect_look_ups(source, wanted, controls=controls, province_id=site.settings.province.id, night=night,
                                   landing_root=site.landing_root, versions=_versions(site),
                                   screen=_screen(site, source_id))  # fmt: skip
    finally:
        source.close()
    with writing(site.dsn) as connection:
        nights.hold(connection, night, run_id)
        if landing is None:
            rewind_look_ups(connection, source_id, night)
            if source_id in site.look_up_only:
                nights.let_stand(connection, night, source_id)
            return {"wanted": 0, "asked": 0, "held": 0}
        counts = load_look_ups(connection, landing, site.settings.province.timezone)
        if source_id in site.look_up_only:
            nights.record_fresh(connection, night, landing)
            identify(connection, night)
    log.info("%s: %s", source_id, counts)
    return counts


def sync_catalogue(site: Site, source_id: str, *, at: dt.datetime) -> dict[str, int]:
    """Read a source's catalogues, seal and load them; returns how many entries and differences now stand.

    Args:
        at: when the run was due; its local calendar date is the day on which the catalogue was read.
    """
    from doisoat.catalogues import collect_catalogue, load_catalogue
    from doisoat.sources.registry import make_source

    settings = site.settings.sources[source_id]
    source = make_source(source_id, settings, site.connections(source_id), site.settings.timezone)
    day = at.astimezone(site.settings.timezone).date()
    try:
        landing = collect_catalogue(source, province_id=site.settings.province.id, day=day, clock=at,
                                    landing_root=site.landing_root, versions=_versions(site),
                                    screen=_screen(site, source_id))  # fmt: skip
    finally:
        source.close()
    with writing(site.dsn) as connection:
        load_reference(connection, site.settings)
        counts = load_catalogue(connection, landing)
    log.info("%s: %s", source_id, counts)
    return counts


def check_night(site: Site, night: dt.date, *, stage: str, run_id: str | None = None) -> None:
    """Check what came in ("inputs") or what goes out ("results") and keep the results in ops.check_result.

    Raises:
        QualityGateError: a critical check failed or could not run; the night is blocked.
    """
    from doisoat.quality import failures, run_checks

    with connect(site.dsn) as connection:
        nights.hold(connection, night, run_id)
        latest = nights.is_latest(connection, night)
    if latest:
        run_checks(site, night, stage=stage, run_id=run_id)
    with writing(site.dsn) as connection:
        critical = failures(connection, night, stage=stage)
        if critical and latest:
            nights.withdraw(connection, night)
            nights.set_state(connection, night, "blocked")
    if critical:
        raise QualityGateError(
            f"night {night}, {stage}: critical checks failed: {', '.join(critical)}; nothing is published and the last good "
            "night stands. See ops.check_result or `doisoat summary`, mend the cause and run the night again"
        )


def reconcile_night(site: Site, night: dt.date, *, run_id: str | None = None) -> None:
    """Compare the sides and store verdicts, differences, the ledger and the counts of each cell."""
    from doisoat.reconcile import reconcile

    with writing(site.dsn) as connection:
        nights.hold(connection, night, run_id)
        if not nights.is_latest(connection, night):
            log.info("night %s: later nights stand on it; nothing to do", night)
            return
        comparison = reconcile(connection, site.settings, night)
        if nights.state_of(connection, night) == "loaded":
            nights.set_state(connection, night, "reconciled")
    log.info("night %s: compared as of %s", night, comparison.as_of)


def publish_night(site: Site, night: dt.date, *, run_id: str | None = None) -> int:
    """Let analysts see the night, if both stages of checks passed; returns the revision.

    Raises:
        QualityGateError: a stage was not checked, or a critical check of it failed.
    """
    from doisoat.quality import failures

    with writing(site.dsn) as connection:
        nights.hold(connection, night, run_id)
        for stage in ("inputs", "results"):
            critical = failures(connection, night, stage=stage)
            if critical:
                raise QualityGateError(f"night {night}: not published; {stage}: {', '.join(critical)}")
        return nights.publish(connection, night, run_id)


def _versions(site: Site) -> Versions:
    return Versions(
        doisoat=version("doisoat"),
        config_fingerprint=site.settings.fingerprint,
        reference_hash=reference_hash(site.settings),
    )


def _screen(site: Site, source_id: str) -> Screen:
    """What the province's files know of a source's own words: its code maps, and the units of the reference."""
    maps, agencies = site.settings.sources[source_id].code_maps, site.settings.province.agencies
    words = {
        f"{kind}_code": {said for dated in getattr(maps, kind) for said in dated.map} for kind in CodeMaps.model_fields
    }
    rows = read_table(site.settings.resolve(agencies), AGENCY_COLUMNS) if agencies else []
    return Screen(words, {name_key(row["name"]) for row in rows if row["name"]})


def _sealed_landings(site: Site, night: dt.date) -> dict[str, Landing]:
    province_id = site.settings.province.id
    return {
        source_id: open_landing(site.landing_root, province_id, night, source_id)
        for source_id in site.source_ids
        if is_sealed(landing_directory(site.landing_root, province_id, night, source_id))
    }


def _inputs_hash(site: Site, landings: dict[str, Landing]) -> str:
    parts = [
        repr(_versions(site)),
        *(f"{source_id} {seal_of(landing)}" for source_id, landing in sorted(landings.items())),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _refuse_or_keep(connection: psycopg.Connection, night: dt.date, landings: dict[str, Landing]) -> dict[str, Any]:
    held: dict[str, str] = dict(
        connection.execute(
            """select l.source_id, l.seal from ops.load l
            left join ops.look_up_pull u on (u.night, u.source_id, u.seal) = (l.night, l.source_id, l.seal)
            where l.night = %s and u.seal is null""",
            [night],
        ).fetchall()
    )
    if held != {source_id: seal_of(landing) for source_id, landing in landings.items()}:
        raise NightOrderError(
            f"night {night}: its landing is not the one that was loaded, and later nights stand on it; "
            "history cannot be rewritten in the middle"
        )
    log.info("night %s: later nights stand on it, and this is what they stand on", night)
    return {}


def _forget_unsealed(connection: psycopg.Connection, site: Site, night: dt.date, landings: dict[str, Landing]) -> None:
    """A landing that was loaded for this night and is gone must not stay half in force: say so."""
    for (source_id,) in connection.execute("select source_id from ops.load where night = %s", [night]).fetchall():
        if source_id not in landings and source_id in site.source_ids and source_id not in site.look_up_only:
            raise NightNotCollectedError(
                f"{source_id}: night {night} was loaded from a landing that is gone; restore it under {site.landing_root}"
            )
