"""The weekly comparison of provinces: asked one after the other, going on where it stopped; ranks worked out by hand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect.provinces import compared_periods, week_of
from doisoat.connections import Connection
from doisoat.errors import SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.months import Period
from doisoat.nights import provinces
from doisoat.nights.provinces import compare_provinces
from doisoat.nights.replay import replay
from doisoat.province.provinces import portal_provinces
from doisoat.warehouse import connect
from support.commands import doisoat
from support.many_nights import drop_derived
from support.servers import LOCAL, FakeReporting, Reply, Request, captured, serving
from support.world import World

SUNDAY = dt.datetime(2026, 4, 5, 4, tzinfo=LOCAL)
ROOTS = {one.root: one.code for one in portal_provinces()}
#: totalOnTime of 1,000 received dossiers, in the month and in the quarter and year.
ON_TIME = {"H37": 900, "H01": 950, "H05": 900, "H12": 800}
#: Fewer of them, where it does not matter how many there are.
SOME = tuple(
    one for one in portal_provinces() if one.code in {*ON_TIME, "H13", "H17", "H19"} or one.name.endswith("Huế")
)


@pytest.fixture
def portal() -> Iterator[FakeReporting]:
    """The captures, with a progress of each province's own; most have no progress score at all."""
    system = FakeReporting()

    def instead(request: Request) -> Reply | None:
        if request.method != "POST":
            return None
        report, code = request.path.rpartition("/")[2], ROOTS[json.loads(request.body)["rootDepartmentId"]]
        answer = captured(report)
        if report == "dvc-progress-tree":
            on_time = ON_TIME.get(code)
            answer["data"]["parent"] |= {"totalScore": on_time and on_time / 50, "totalOnTime": on_time or 0}
        return Reply(answer, 201)

    system.instead = instead
    with serving(system):
        yield system


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str, portal: FakeReporting, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(provinces, "PACE", 1000.0)
    monkeypatch.setattr(provinces, "portal_provinces", lambda: SOME)
    source = {"options": {"apis": [{"kind": "reporting_2026", "valid_from": "2026-01-01"}], "root_department_id": "x"}}
    connection = Connection("national_statistics", scheme="http", host="127.0.0.1", port=portal.port)
    return World(
        tmp_path,
        warehouse_dsn,
        sources={"national_statistics": source},
        connections={"national_statistics": connection},
    )


def compare(world: World, at: dt.datetime = SUNDAY) -> dict[str, int]:
    return compare_provinces(world.site, "national_statistics", at=at)


def posted(portal: FakeReporting) -> list[str]:
    """The provinces asked for, in order, each once."""
    bodies = [json.loads(request.body) for request in portal.requests if request.method == "POST"]
    return list(dict.fromkeys(ROOTS[body["rootDepartmentId"]] for body in bodies))


def shown(world: World, *arguments: str) -> Any:
    return json.loads(doisoat(world, "provinces", *arguments, "--format", "json").stdout)


def test_a_week_begins_on_sunday_and_names_what_is_compared() -> None:
    assert {week_of(dt.date(2026, 4, day)) for day in range(5, 12)} == {dt.date(2026, 4, 5)}
    assert compared_periods(dt.date(2026, 4, 5)) == [
        Period("month", dt.date(2026, 3, 1)), Period("quarter", dt.date(2026, 4, 1)), Period("year", dt.date(2026, 1, 1)),
    ]  # fmt: skip
    assert compared_periods(dt.date(2026, 5, 31))[0] == Period("month", dt.date(2026, 4, 1)), "May ends that evening"


def test_the_reference_has_34_provinces_each_with_its_own_code_and_id() -> None:
    assert len(portal_provinces()) == len(ROOTS) == len({one.code for one in portal_provinces()}) == 34
    assert ROOTS["019d2be3-6a81-771b-b671-9078297c4a7b"] == "H37"


def test_ranks_are_of_those_that_have_a_score(
    world: World, portal: FakeReporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On time 950, 900, 900 and 800 of 1,000: 19, 18, 18 and 16 points. The other five groups are the same everywhere."""
    monkeypatch.setattr(provinces, "portal_provinces", portal_provinces)
    assert compare(world) == {"asked": 34, "before": 0, "without": 0}
    assert len(posted(portal)) == 34
    rows = {row["score_group"]: row for row in shown(world)}
    assert list(rows) == ["total", "CKMB", "TDGQ", "MDSH", "CLGQ", "TTTT", "MDHL"]
    progress = rows["TDGQ"]
    assert [progress[name] for name in ("score", "place", "provinces", "to_next_place", "best")] == [18, 2, 4, 1, 19]
    assert [rows["total"][name] for name in ("place", "provinces", "to_next_place")] == [2, 4, 1]
    assert [rows["CKMB"][name] for name in ("place", "provinces", "to_next_place")] == [1, 34, None]
    every = shown(world, "--all")
    assert [(row["place"], row["code"]) for row in every[:4]] == [(1, "H01"), (2, "H05"), (2, "H37"), (4, "H12")]
    assert {row["place"] for row in every[4:]} == {None}, "not known is not last"
    ahead = {row["code"]: (row["most_ahead_in"], row["ahead_by"], row["beyond_ours"]) for row in every[:4]}
    assert ahead == {"H01": ("TDGQ", 1, 1), "H05": (None, None, 0), "H37": (None, None, 0), "H12": (None, None, -2)}
    metrics = {row["metric"]: row["provinces"] for row in shown(world, "--metrics") if row["score_group"] == "CKMB"}
    assert metrics == {"": 34, "DOSSIER_SYNC": 34, "PUBLISH_ON_TIME": 0}


def test_the_movement_is_that_from_the_month_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(world)
    monkeypatch.setitem(ON_TIME, "H37", 960)
    compare(world, SUNDAY + dt.timedelta(days=28))
    progress = next(row for row in shown(world) if row["score_group"] == "TDGQ")
    assert [progress[name] for name in ("place", "place_before", "places_gained", "points_gained")] == [1, 2, 1, 1.2]
    assert [row["place"] for row in shown(world, "--month", "2026-03") if row["score_group"] == "TDGQ"] == [2]


def test_only_what_was_asked_for_in_the_same_week_is_ranked_together(
    world: World, portal: FakeReporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A week later ours alone has been asked for again, and has fallen: of the others that week is not known yet."""
    compare(world)
    monkeypatch.setitem(ON_TIME, "H37", 100)
    monkeypatch.setattr(provinces, "portal_provinces", lambda: [one for one in SOME if one.code == "H37"])
    compare(world, SUNDAY + dt.timedelta(days=7))
    progress = next(row for row in shown(world, "--quarter", "2026-04") if row["score_group"] == "TDGQ")
    assert [progress[name] for name in ("score", "place", "provinces")] == [2, 1, 1]
    assert [row["code"] for row in shown(world, "--quarter", "2026-04", "--all")] == ["H37"]
    ranks = "select week::text, place from mart.province_standing where province_code = 'H37' and group_code = 'TDGQ'"
    assert sorted(world.rows(f"{ranks} and period_kind = 'year'")) == [("2026-04-05", 2), ("2026-04-12", 1)]


@pytest.mark.parametrize(("status", "error"), [(403, SourceRejectedError), (429, SourceUnavailableError)])
def test_a_refusal_stops_it_and_the_next_run_goes_on_where_it_stopped(
    world: World, portal: FakeReporting, status: int, error: type[Exception]
) -> None:
    answering, fifth = portal.instead, SOME[4]

    def refusing(request: Request) -> Reply | None:
        asked = request.method == "POST" and json.loads(request.body)["rootDepartmentId"]
        return Reply({}, status) if asked == fifth.root else answering(request)

    portal.instead = refusing
    with pytest.raises(error):
        compare(world)
    assert posted(portal) == [one.code for one in SOME[:5]], "nobody after it was asked"
    assert len(world.rows("select province_code from ops.province_pull")) == 4
    portal.instead, portal.requests = answering, []
    assert compare(world, SUNDAY + dt.timedelta(days=3)) == {"asked": len(SOME) - 4, "before": 4, "without": 0}
    assert posted(portal) == [one.code for one in SOME[4:]]
    portal.requests.clear()
    assert compare(world, SUNDAY + dt.timedelta(days=6)) == {"asked": 0, "before": len(SOME), "without": 0}
    assert posted(portal) == []


def test_a_province_that_gives_nothing_costs_nobody_else(world: World, portal: FakeReporting) -> None:
    answering, second = portal.instead, SOME[1]

    def refusing(request: Request) -> Reply | None:
        asked = request.method == "POST" and json.loads(request.body)["rootDepartmentId"]
        return Reply({}, 404) if asked == second.root else answering(request)

    portal.instead = refusing
    assert compare(world) == {"asked": len(SOME) - 1, "before": 0, "without": 1}
    portal.always(Reply({}, 404), on="reporting")
    with pytest.raises(SourceChangedError, match="nothing of any"):
        compare(world, SUNDAY + dt.timedelta(days=7))


def test_a_warehouse_made_anew_is_filled_from_what_is_sealed(world: World, portal: FakeReporting) -> None:
    compare(world)
    before = world.rows("select * from core.province_score order by 1, 2, 3, 4, 5, 6")
    assert before
    with connect(world.dsn) as connection:
        connection.execute("truncate core.province_score, ops.province_pull")
    portal.requests.clear()
    compare(world)
    assert portal.requests == []
    assert world.rows("select * from core.province_score order by 1, 2, 3, 4, 5, 6") == before


def test_a_replay_loads_every_week_that_is_sealed(world: World, portal: FakeReporting) -> None:
    """Two weeks and a night: of a warehouse made anew, both weeks are there again, and nobody was asked."""
    compare(world)
    compare(world, SUNDAY + dt.timedelta(days=7))
    world.run("2026-04-08", igate="code", national_export="code")
    tables = {
        name: f"select * from {name} order by 1, 2, 3, 4, 5, 6, 7"
        for name in ("core.province_score", "ops.province_pull")
    }
    before = {name: world.rows(query) for name, query in tables.items()}
    assert len({row[0] for row in before["ops.province_pull"]}) == 2
    portal.requests.clear()
    drop_derived(world.dsn)
    assert world.rows(tables["core.province_score"]) == []
    assert [each.night.isoformat() for each in replay(world.site)] == ["2026-04-08"]
    assert {name: world.rows(query) for name, query in tables.items()} == before
    assert portal.requests == []


def test_where_no_scores_are_published_nobody_is_asked(world: World, portal: FakeReporting) -> None:
    world.site.settings.sources["national_statistics"].options["apis"].insert(
        0, {"kind": "rest_jsp", "valid_to": "2026-01-01"}
    )
    assert compare(world, dt.datetime(2025, 12, 28, 4, tzinfo=LOCAL)) == {}
    assert portal.requests == []
    said = doisoat(world, "provinces")
    assert (said.returncode, "compare_provinces" in said.stderr) == (1, True)
