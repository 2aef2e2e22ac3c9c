"""The weekly comparison of all provinces by what the portal publishes of each: what the Dag `compare_provinces` calls, and a
replay, which loads again what is sealed."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from itertools import product

import psycopg

from doisoat.collect import store
from doisoat.collect.known import key_of, screen_of
from doisoat.collect.landing import night_named, versions
from doisoat.collect.provinces import SHELF, collect_province, landing_of, week_of
from doisoat.errors import LandingNotLoadableError, SourceChangedError
from doisoat.load.provinces import load_province_scores
from doisoat.province.file import SourceSettings
from doisoat.province.provinces import PortalProvince, portal_provinces
from doisoat.province.site import Site
from doisoat.sources.contract import Source
from doisoat.sources.registry import make_source
from doisoat.warehouse import connect, writing

log = logging.getLogger(__name__)
#: Requests a second, unless the source's own limit is lower: the comparison is in no hurry.
PACE = 0.5


def compare_provinces(site: Site, source_id: str, *, at: dt.datetime) -> dict[str, int]:
    """Ask for every province's scores, one province after the other, each sealed and loaded before the next.

    What was asked for in the same week is not asked for again: after a refusal (403, 429), or whatever else stopped it, the next
    call goes on with the rest.

    Args:
        at: when the run was due; its local date tells the week.

    Returns how many provinces were asked, had been before in this week, and gave nothing; nothing at all where the API of that
    day publishes no scores.

    Raises:
        SourceError: the source refused or failed altogether.
        SourceChangedError: no province gave anything.
    """
    week = week_of(at.astimezone(site.settings.timezone).date())
    source = make_source(source_id, _slow(site, source_id), site.connections(source_id), *site.settings.reads_with)
    try:
        if not source.publishes_provinces(week):
            log.warning("%s: the API in use in the week of %s publishes no scores of provinces", source_id, week)
            return {}
        counts = Counter(_take(site, source, week, province) for province in portal_provinces())
    finally:
        source.close()
    if not counts["asked"] + counts["before"]:
        raise SourceChangedError(source_id, asked="the scores of every province", came="nothing of any",
                                 todo="compare an answer with docs/contracts.md section 2")  # fmt: skip
    found = {name: counts[name] for name in ("asked", "before", "without")}
    log.info("%s: provinces of the week of %s: %s", source_id, week, found)
    return found


def load_sealed(connection: psycopg.Connection, site: Site, since: dt.date) -> int:
    """Load again what is sealed of the weeks since that day; returns of how many provinces and weeks.

    A week belongs to no night. What is loaded and no longer sealed stays as it is. The caller holds the write lock.
    """
    root, province_id, loaded = site.landing_root / SHELF, site.settings.province.id, 0
    for name in sorted(store.nights(root / province_id)):
        week = night_named(name)
        if week is None or week < since:
            continue
        for source_id, province in product(site.settings.with_scores, portal_provinces()):
            landing = landing_of(site.landing_root, province_id, week, source_id, province.code)
            try:
                loaded += landing is not None and load_province_scores(connection, landing, province) >= 0
            except LandingNotLoadableError as error:  # as in its own week
                log.warning("%s", error)
    return loaded


def _slow(site: Site, source_id: str) -> SourceSettings:
    settings = site.settings.sources[source_id]
    pace = min(settings.limits.requests_per_second or PACE, PACE)
    return settings.model_copy(update={"limits": settings.limits.model_copy(update={"requests_per_second": pace})})


def _take(site: Site, source: Source, week: dt.date, province: PortalProvince) -> str:
    """Seal and load what is published of one province; returns what became of it, as compare_provinces counts it."""
    root, province_id = site.landing_root, site.settings.province.id
    known = landing_of(root, province_id, week, source.source_id, province.code)
    with connect(site.dsn) as connection:
        screen = screen_of(site.settings, source.source_id, key_of(connection))
    landing = known or collect_province(source, province, province_id=province_id, week=week, landing_root=root,
                                        versions=versions(site), screen=screen)  # fmt: skip
    if landing is None:
        left_out = "; ".join(source.left_out)
        log.warning("%s: %s: no report gave anything: %s", source.source_id, province.code, left_out)
        return "without"
    with writing(site.dsn) as connection:
        load_province_scores(connection, landing, province)
    return "before" if known else "asked"
