"""Reading what the portal publishes of one province, for the weekly comparison of all of them.

A landing belongs to a week, named after the Sunday that begins it, and to a province:
`<landing>/provinces/<province>/<Sunday>/<source>.<code>/`. One that is sealed is not asked for again in its week, so a
comparison that was stopped goes on where it stopped.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from doisoat.collect.landing import Landing, LandingWriter, Versions, find_landing
from doisoat.collect.screen import Screen
from doisoat.model import PullCertificate
from doisoat.months import Period, ended, period_of
from doisoat.province.provinces import PortalProvince
from doisoat.sources.contract import Source

SHELF = "provinces"


def week_of(day: dt.date) -> dt.date:
    """The Sunday that begins the week of a day."""
    return day - dt.timedelta(days=day.isoweekday() % 7)


def compared_periods(week: dt.date) -> list[Period]:
    """What the provinces are compared by: the last month that had ended, and the quarter and year that run.

    All follow from the week, so that each province is asked for the same ones, also where the comparison goes on later.
    """
    eve = week - dt.timedelta(days=1)  # a month that ends on the Sunday itself has not ended in its morning
    return [Period("month", ended(eve, 1)[0]), period_of("quarter", week), period_of("year", week)]


def landing_of(landing_root: Path, province_id: str, week: dt.date, source_id: str, code: str) -> Landing | None:
    """The sealed landing of a province's scores; None if it was not asked for in that week."""
    return find_landing(landing_root / SHELF, province_id, week, f"{source_id}.{code}")


def collect_province(
    source: Source,
    province: PortalProvince,
    *,
    province_id: str,
    week: dt.date,
    landing_root: Path,
    versions: Versions,
    screen: Screen | None = None,
) -> Landing | None:
    """Ask for a province's scores and seal them; a sealed landing of the week is returned and the source left alone.

    Args:
        screen: what may be kept of the source's own words.

    Returns None if no report gave anything: nothing is sealed, and it may be asked for again.

    Raises:
        SourceError: the source refused or failed altogether (403, 429, no answer): the comparison stops here.
    """
    if landing := landing_of(landing_root, province_id, week, source.source_id, province.code):
        return landing
    started_at, asked_before, cut_off, scores = dt.datetime.now(dt.UTC), source.requests_made, None, 0
    where = (landing_root / SHELF, province_id, week, f"{source.source_id}.{province.code}")
    with LandingWriter(*where, screen) as writer:
        for score in source.province_scores(province.root, compared_periods(week), week):
            cut_off, scores = cut_off or score.measured_at, scores + 1
            # the list of provinces names it
            writer.write_score(msgspec.structs.replace(score, agency_code=None, agency_name=None))
        if cut_off is None:
            return None
        certificate = PullCertificate(
            source_id=source.source_id, night=week, mode="province", started_at=started_at, ended_at=dt.datetime.now(dt.UTC),
            cut_off=cut_off, requests=source.requests_made - asked_before, pages=scores, received=0, decoded=0,
            quarantined=0, declared_before=None, declared_after=scores, is_complete=not source.left_out,
            incomplete_reason="; ".join(source.left_out) or None,
        )  # fmt: skip
        decoder = f"{source.source_kind}/{source.decoder_version}"
        return writer.seal(certificate, msgspec.structs.replace(versions, decoder=decoder))
