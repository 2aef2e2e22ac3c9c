"""A warehouse in which the portal's scores were read and provinces compared, from the sandbox of 2026 over real HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from doisoat.connections import Connection, connection_from_environment
from doisoat.nights import provinces, steps
from doisoat.nights.provinces import compare_provinces
from doisoat.province.file import load_province
from doisoat.province.provinces import PortalProvince, portal_provinces
from doisoat.province.site import Site
from doisoat.warehouse import order, writing

from support.provinces import CONFIG
from support.sandboxes import StandingClock, serve
from support.world import World

NIGHT = dt.date(2026, 3, 10)
SOURCE = "national_statistics"
LISTED = {
    "igate": "code | status\nH37.03-260203-0001 | 4\nH37.03-260204-0002 | 9",
    "national_export": "code | status\nH37.03-260203-0001 | 4\nH37.03-260205-0003 | 4",
}
#: When provinces are compared: about January, and about February.
SUNDAYS = tuple(
    dt.datetime(2026, month, day, 4, tzinfo=dt.timezone(dt.timedelta(hours=7))) for month, day in ((2, 8), (3, 8))
)


def site_of(url: str, home: Path, dsn: str) -> Site:
    """Lạng Sơn, whose portal's statistics are at that address."""
    own = {SOURCE: Connection(SOURCE, scheme="http", host="127.0.0.1", port=int(url.rpartition(":")[2]))}
    settings = load_province(CONFIG / "lang_son.yaml")
    source = settings.sources[SOURCE]
    quick = source.model_copy(
        update={
            "limits": source.limits.model_copy(update={"requests_per_second": None}),
            "options": {**source.options, "months_back": 1},
        }
    )
    return Site(
        settings=settings.model_copy(update={"sources": {**settings.sources, SOURCE: quick}}),
        connections=lambda name: own.get(name) or connection_from_environment(name, {"AIRFLOW_CONN_WAREHOUSE": dsn}),
        landing_root=home / "landing",
    )


def read_scores(site: Site, home: Path) -> None:
    """One published night in which the statistics were read, and a handful of dossiers on both sides."""
    steps.open_night(site, NIGHT, run_id="test", collect_late=True)
    hand = World(home / "hand", site.dsn)
    hand.site = site
    for source_id, table in LISTED.items():
        hand.land(NIGHT, source_id, table)
    steps.collect_source(site, NIGHT, SOURCE)
    steps.load_night(site, NIGHT, run_id="test")
    steps.reconcile_night(site, NIGHT, run_id="test")
    with writing(site.dsn) as connection:
        order.publish(connection, NIGHT, "test")


def compare_all(site: Site, chosen: Sequence[PortalProvince] | None = None) -> None:
    """Provinces compared on both Sundays, without waiting between requests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provinces, "PACE", 1000.0)
        patch.setattr(provinces, "portal_provinces", lambda: tuple(chosen or portal_provinces()))
        for at in SUNDAYS:
            compare_provinces(site, SOURCE, at=at)


def make(home: Path, dsn: str, *, scores: bool = True, chosen: Sequence[PortalProvince] | None = None) -> None:
    """All of it."""
    with serve("a", 300, NIGHT, clock=StandingClock) as sandbox:
        site = site_of(sandbox.url, home, dsn)
        if scores:
            read_scores(site, home)
        compare_all(site, chosen)
