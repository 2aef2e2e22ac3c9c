"""What the portal publishes of decision 766, from its reports to the warehouse: as published, with what it follows from."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.model import PublishedScore
from doisoat.sources.contract import Limits
from doisoat.sources.national_statistics.source import NationalStatistics, StatisticsOptions
from msgspec.structs import replace
from support.commands import doisoat
from support.servers import LOCAL, ROOT, FakeReporting, Reply, captured, serving
from support.world import World

NIGHT, NEXT = "2026-03-31", "2026-04-01"


@pytest.fixture(scope="module")
def published() -> list[PublishedScore]:
    """The captures as the connector reads them; the second of their two units is one that we know."""
    system = FakeReporting()
    system.instead = lambda request: (
        Reply(captured(request.path.rpartition("/")[2]), 201) if request.method == "POST" else None
    )
    with serving(system) as port:
        source = NationalStatistics(
            "national_statistics",
            options=StatisticsOptions.model_validate(
                {"apis": [{"kind": "reporting_2026"}], "root_department_id": ROOT, "months_back": 1}
            ),
            limits=Limits(),
            connection=Connection("national_statistics", scheme="http", host="127.0.0.1", port=port),
            timezone=LOCAL,
        )
        scores = [score for score in source.published_scores(dt.date(2026, 3, 31)) if score.period_kind == "month"]
    return [replace(one, agency_code="H37.101") if one.agency_code == "H37.100" else one for one in scores]


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    return World(tmp_path, warehouse_dsn)


def a_night(world: World, night: str, scores: list[PublishedScore]) -> None:
    world.land(night, "national_statistics", "code", totals=[], scores=scores)
    world.run(night, igate="code", national_export="code")


def valued(world: World, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
    rows = f"select {columns} from mart.portal_score where is_latest and {where} order by 1, 2, 3"
    return [tuple(float(v) if hasattr(v, "as_tuple") else v for v in row) for row in world.rows(rows)]


def test_each_score_stands_beside_what_it_follows_from(world: World, published: list[PublishedScore]) -> None:
    """Recomputed by hand from the captures: 6 x 650/700, 20 x 560/700, 6 x 200/400 + 2.5 x 60/100 + 2.5 x 40/100 (of the unit
    2.5 x 95/100 gives no more than 2), ..."""
    a_night(world, NIGHT, published)
    rows = valued(world, "group_code, metric, score, recomputed, difference", "agency_id is null")
    assert rows == [
        ("CKMB", "", 7.96, 5.57, 2.39),  # the sum of its two metrics in the abridged capture: shown, not corrected
        ("CKMB", "DOSSIER_SYNC", 5.57, 5.57, 0),
        ("CKMB", "PUBLISH_ON_TIME", None, None, None),
        ("CLGQ", "", 9.4, None, None),
        ("MDHL", "", 15.9, 15.9, 0),
        ("MDHL", "DOSSIER_CLASSIFICATION", 0, None, None),
        ("MDHL", "DOSSIER_RECEIVING_SATISFACTION", 4.5, 4.5, 0),
        ("MDHL", "PETITION_CLASSIFICATION", 0, None, None),
        ("MDHL", "PETITION_HANDLING_SATISFACTION", 6, 6, 0),
        ("MDHL", "PETITION_PROCESSING_ON_TIME", 5.4, 5.4, 0),
        ("MDSH", "", 9.9, 9.9, 0),
        ("MDSH", "CITIZEN_DATA_CONNECTED_DOSSIER", 0.2, 0.2, 0),
        ("MDSH", "CITIZEN_DATA_CONNECTED_FORMALITY", 0.2, 0.2, 0),
        ("MDSH", "ELECTRONIC_CERTIFIED_COPY", 2, 2, 0),
        ("MDSH", "ORIGINAL_RESULT_AVAILABLE", 4.5, 4.5, 0),
        ("MDSH", "REUSED_DIGITIZED_DATA", 1, 1, 0),
        ("MDSH", "SO_HOA_GIAY_TO_GIAI_QUYET", 2, 2, 0),
        ("MDSH", "SYNCED_WITH_DVCQG_PERSONAL_STORAGE", None, None, None),
        ("TDGQ", "", 16, 16, 0),
        ("TTTT", "", 5.5, 5.5, 0),
    ]
    units = valued(
        world, "agency_id, metric, score, recomputed", "agency_id is not null and group_code in ('TDGQ', 'TTTT')"
    )
    assert units == [("H37.101", "", 6, 6), ("H37.101", "", 16, 16)], "the other is none that we know"
    [sync] = valued(world, "flags, message, ratio, our_indicator", "agency_id is null and metric = 'DOSSIER_SYNC'")
    assert sync == (["TEMP_NATIONAL_REPORT_DENOMINATOR"], "Mẫu số tạm.", 92.86, "sync_received")


def test_what_separates_a_score_from_ours_is_counted_and_said(world: World, published: list[PublishedScore]) -> None:
    """The province has two dossiers of March, one of them online; the portal counts 600 by channel, 410 of them online."""
    world.land(NIGHT, "national_statistics", "code", totals=[], scores=published)
    own = "code | channel\nH37.101-260302-0001 | 2\nH37.101-260303-0002 | 1"
    world.run(NIGHT, igate=own, national_export="code\nH37.101-260302-0001")
    of = "our_numerator_least, our_denominator_least, numerator_apart_least, numerator_apart_most, denominator_apart_most"
    where = "agency_id is null and period_kind = 'month'"
    [online] = valued(world, of, f"{where} and group_code = 'CLGQ'")
    assert online == (1, 2, 409, 409, 598)
    [sync] = valued(world, of, f"{where} and metric = 'DOSSIER_SYNC'")
    assert sync == (1, None, 649, 649, None), "nothing was reported, so what we divide by is not known"
    without = valued(
        world, "metric, differs_in, our_indicator", f"{where} and differs_in is null and our_indicator is not null"
    )
    assert without == [], "whatever is compared says what is known to differ"
    rows = json.loads(doisoat(world, "portal", "--format", "json").stdout)
    assert [row["denominator_apart_most"] for row in rows if row["score_group"] == "CLGQ"] == [598]


def test_null_stays_null_and_what_is_not_stated_is_not_null(world: World, published: list[PublishedScore]) -> None:
    a_night(world, NIGHT, published)
    rows = world.rows(
        """select metric, numerator, denominator, ratio, score from core.published_score
        where agency_key = '' and metric in ('PUBLISH_ON_TIME', 'ELECTRONIC_CERTIFIED_COPY') order by 1"""
    )
    assert [tuple(map(str, row)) for row in rows] == [
        ("ELECTRONIC_CERTIFIED_COPY", "None", "None", "100.0", "2.0"),
        ("PUBLISH_ON_TIME", "0.0", "0.0", "None", "None"),
    ]
    [(numbers,)] = world.rows(
        "select numbers from core.published_score where agency_key = '' and score_group = 'dvc-progress-tree'"
    )
    assert numbers == {"totalReceived": 700, "totalOnTime": 560, "totalCompleted": 600, "avgProcessingDays": 7.05}


def test_what_was_published_stays_until_something_else_is(world: World, published: list[PublishedScore]) -> None:
    """A second night: one report is left out, one unit is gone from another, one score has changed, the rest is the same."""
    a_night(world, NIGHT, published)
    kept = [score for score in published if score.score_group != "handling-satisfaction"]
    kept = [one for one in kept if (one.score_group, one.agency_code) != ("dossier-digitized", "H37.07")]
    changed = [
        replace(one, score=12.5) if (one.score_group, one.agency_code) == ("dvc-progress-tree", "H37") else one
        for one in kept
    ]
    a_night(world, NEXT, changed)
    states = "select score_group, count(*) from core.published_score where {} group by 1 order by 1"
    assert world.rows(states.format("from_night = '2026-04-01'")) == [("dvc-progress-tree", 1)]
    assert world.rows(states.format("to_night = '2026-04-01'")) == [("dossier-digitized", 8), ("dvc-progress-tree", 1)]
    assert world.rows(states.format("to_night = 'infinity' and score_group = 'handling-satisfaction'"))[0][1] == 18
    [row] = valued(world, "score, recomputed, since_night::text", "group_code = 'TDGQ' and agency_id is null")
    assert row == (12.5, 16, "2026-04-01")


def test_a_night_loaded_again_replaces_its_scores(world: World, published: list[PublishedScore]) -> None:
    a_night(world, NIGHT, published)
    before = world.rows("select * from core.published_score order by 1, 2, 3, 4, 5, 6")
    world.open_and_load(NIGHT)
    assert world.rows("select * from core.published_score order by 1, 2, 3, 4, 5, 6") == before


def test_the_command_shows_the_score_board(world: World, published: list[PublishedScore]) -> None:
    a_night(world, NIGHT, published)
    rows = json.loads(doisoat(world, "portal", "--format", "json").stdout)
    sync = next(row for row in rows if row["metric"] == "DOSSIER_SYNC")
    assert (sync["score_group"], sync["score"], sync["recomputed"], sync["difference"]) == ("CKMB", 5.57, 5.57, 0)
    online = next(row for row in rows if row["score_group"] == "CLGQ")
    assert (online["recomputed"], online["formula"]) == (None, "no formula is known")
    assert json.loads(online["numbers"])["channelTotalSum"] == 600
    assert [row["score_group"] for row in rows if not row["metric"]] == ["CKMB", "TDGQ", "MDSH", "CLGQ", "TTTT", "MDHL"]
    assert json.loads(doisoat(world, "portal", "--year", "2026", "--format", "json").stdout) == []
