"""The weekly comparison of all provinces by what the portal publishes of each: what the Dag `compare_provinces` calls."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial

from doisoat.collect.known import key_of, screen_of
from doisoat.collect.landing import versions
from doisoat.collect.provinces import collect_province, landing_of, week_of
from doisoat.errors import SourceChangedError
from doisoat.load.provinces import load_province_scores
from doisoat.province.provinces import portal_provinces
from doisoat.province.site import Site
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
    settings = site.settings.sources[source_id]
    pace = min(settings.limits.requests_per_second or PACE, PACE)
    slow = settings.model_copy(update={"limits": settings.limits.model_copy(update={"requests_per_second": pace})})
    with connect(site.dsn) as connection:
        screen = partial(screen_of, site.settings, source_id, key_of(connection))
    counts = {"asked": 0, "before": 0, "without": 0}
    source = make_source(source_id, slow, site.connections(source_id), *site.settings.reads_with)
    try:
        if not source.publishes_provinces(week):
            log.warning("%s: the API in use in the week of %s publishes no scores of provinces", source_id, week)
            return {}
        for province in portal_provinces():
            where = (site.landing_root, site.settings.province.id, week, source_id, province.code)
            known = landing_of(*where)
            landing = known or collect_province(source, province, province_id=where[1], week=week, screen=screen(),
                                                landing_root=site.landing_root, versions=versions(site))  # fmt: skip
            if landing is None:
                log.warning("%s: %s: no report gave anything: %s", source_id, province.code, "; ".join(source.left_out))
                counts["without"] += 1
                continue
            with writing(site.dsn) as connection:
                load_province_scores(connection, landing, province)
            counts["before" if known else "asked"] += 1
    finally:
        source.close()
    if counts["without"] == len(portal_provinces()):
        raise SourceChangedError(source_id, asked="the scores of every province", came="nothing of any",
                                 todo="compare an answer with docs/contracts.md section 2")  # fmt: skip
    log.info("%s: provinces of the week of %s: %s", source_id, week, counts)
    return counts
