"""A night of the portal's statistics of 2026 against the sandbox, in both of its worlds: read, loaded, and explained."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from doisoat.connections import Connection, connection_from_environment
from doisoat.model import AskedProcedure
from doisoat.nights import provinces, steps
from doisoat.nights.provinces import compare_provinces
from doisoat.province.file import load_province
from doisoat.province.site import Site
from doisoat.sources.registry import make_source
from doisoat.warehouse import connect
from support.provinces import CONFIG
from support.sandboxes import Served, StandingClock, serve

NIGHT = dt.date(2026, 3, 10)
SOURCE = "national_statistics"


@pytest.fixture(params=["a", "b"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with serve(str(request.param), 300, NIGHT, clock=StandingClock) as served:
        yield served


@pytest.fixture
def site(served: Served, tmp_path: Path, warehouse_dsn: str) -> Site:
    port = int(served.url.rpartition(":")[2])
    own = {SOURCE: Connection(SOURCE, scheme="http", host="127.0.0.1", port=port)}
    settings = load_province(CONFIG / "lang_son.yaml")
    fast = settings.sources[SOURCE].limits.model_copy(update={"requests_per_second": None})
    options = {**settings.sources[SOURCE].options, "months_back": 1}
    quick = settings.sources[SOURCE].model_copy(update={"limits": fast, "options": options})
    return Site(
        settings=settings.model_copy(update={"sources": {**settings.sources, SOURCE: quick}}),
        connections=lambda name: (
            own.get(name) or connection_from_environment(name, {"AIRFLOW_CONN_WAREHOUSE": warehouse_dsn})
        ),
        landing_root=tmp_path / "landing",
    )


@pytest.fixture
def loaded(site: Site) -> Iterator[psycopg.Connection]:
    """The warehouse after a night in which the statistics alone answered."""
    steps.open_night(site, NIGHT, run_id="test", collect_late=True)
    steps.collect_source(site, NIGHT, SOURCE)
    steps.load_night(site, NIGHT, run_id="test")
    with connect(site.dsn) as connection:
        yield connection


def test_all_groups_periods_and_units_are_there_and_explained(loaded: psycopg.Connection) -> None:
    periods = loaded.execute("select distinct period_kind, period_start::text from core.published_score order by 1, 2")
    assert periods.fetchall() == [
        ("month", "2026-02-01"), ("quarter", "2026-01-01"), ("year", "2026-01-01"),
    ]  # fmt: skip
    units = loaded.execute(
        """select score_group, count(distinct agency_id), count(*) filter (where agency_id = 'unknown')
        from core.published_score where metric = '' and period_kind = 'month' and period_start = '2026-02-01' group by 1"""
    ).fetchall()
    assert len(units) == 6
    assert len({number for _, number, _ in units}) == 1
    assert {unknown for _, _, unknown in units} == {0}
    counts = "(select count(*) from core.control_total where measure = 'channelTotalSum')"
    pull = loaded.execute(f"select is_complete, {counts} from ops.pull where source_id = %s", [SOURCE]).fetchall()
    assert pull == [(True, 1)]
    explained, wrong = loaded.execute(
        """select count(recomputed), count(*) filter (where abs(score - recomputed) > 0.006) from core.explained_score"""
    ).fetchone() or (0, 0)
    assert explained > 1500
    assert wrong == 0, "what is known of the formulas gives what the portal publishes, to within rounding"


#: A measure that is read by procedure -> what the sandbox's variant calls the counts that it filters or does not.
FILTERED_AS = {
    "totalReceived": "progress",
    "channelTotalSum": "channels",
    "totalDossierFinancialObligation": "payment",
    "DOSSIER_SYNC_NUMERATOR": "sync",
    "SO_HOA_GIAY_TO_GIAI_QUYET_NUMERATOR": "digitised",
    "totalFeeFormality": "nothing",
}


def test_which_filters_the_world_honours_is_found_in_its_answers(served: Served, site: Site) -> None:
    settings = site.settings.sources[SOURCE]
    boundless = settings.limits.model_copy(update={"procedure_requests_per_night": 5000})
    settings = settings.model_copy(update={"limits": boundless})
    source = make_source(SOURCE, settings, site.connections(SOURCE), *site.settings.reads_with)
    month = dt.date(2026, 2, 1)
    asked = [AskedProcedure(month, entry.ref or "", entry.code) for entry in source.catalogue()]
    values = {one.procedure_ref: one.value or 0 for one in source.counts_by_procedure(asked, NIGHT)
              if one.measure == "totalReceived"}  # fmt: skip
    asked.sort(key=lambda one: -values[one.ref])
    found = list(source.counts_by_procedure(asked, NIGHT))
    states = {one.measure: one.state for one in found if one.measure in FILTERED_AS}
    filtered = served.world.variant.statistics_filtered
    wanted = {measure: "known" if name in filtered else "not_honoured" for measure, name in FILTERED_AS.items()}
    assert states == wanted
    declared = {
        total.agency_ref: total.value
        for total in source.control_totals(NIGHT)
        if total.measure == "totalReceived" and total.agency_code != "H37"
    }
    known = [unit for one in found if one.measure == "totalReceived" for unit in one.units]
    sums = Counter[str | None]()
    for unit in known:
        sums[unit.agency_ref] += unit.value or 0
    if not served.world.variant.adapter_procedure_suffix:  # in world "b" the portal has dossiers under other codes
        assert {ref: value for ref, value in declared.items() if value} == dict(sums)
    assert source.left_out == []
    source.close()


def test_the_sandboxs_provinces_can_be_compared(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = provinces.portal_provinces()[:3]
    monkeypatch.setattr(provinces, "portal_provinces", lambda: chosen)
    monkeypatch.setattr(provinces, "PACE", 1000.0)
    at = dt.datetime(2026, 3, 11, 1, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    assert compare_provinces(site, SOURCE, at=at) == {"asked": 3, "before": 0, "without": 0}
    with connect(site.dsn) as connection:
        places = connection.execute(
            "select place from mart.province_standing where group_code = 'total' and period_kind = 'month' order by 1"
        ).fetchall()
    assert places == [(1,), (2,), (3,)]
