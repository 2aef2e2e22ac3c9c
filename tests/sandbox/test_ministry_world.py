"""The truth about ministries' dossiers, and that the answer key says of them what the rows really show."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from sandbox.key.key import key_lines
from sandbox.systems.portal import PortalCounts
from sandbox.world.ministries import ALL, KINDS, SOURCES
from sandbox.world.moments import local_date, seconds_of_day
from sandbox.world.variant import VARIANTS
from sandbox.world.world import Rates, World, make_world


@pytest.fixture(scope="module", params=["a", "b"])
def made(request: pytest.FixtureRequest) -> World:
    return make_world(5, 3000, variant=VARIANTS[request.param])


def entries(world: World, **wanted: object) -> list[dict]:
    """Lines of the key that have a ministry's row, its keys among the line's own."""
    lines = [{**line, **line["ministry"][0]} for line in key_lines(world, world.cut_offs[-1]) if line["ministry"]]
    return [line for line in lines if all(line[name] == value for name, value in wanted.items())]


def test_they_come_on_top_and_leave_the_ordinary_ones_as_they_are():
    with_them, without = make_world(5, 300), make_world(5, 300, rates=Rates(ministries=0))
    ordinary = [one for one in with_them.dossiers if one.ministry is None]
    assert [dataclasses.asdict(one) for one in ordinary] == [dataclasses.asdict(one) for one in without.dossiers]
    assert len(ordinary) == 300


def test_their_share_and_their_systems_are_as_told(made: World):
    count = Counter(row.source for _, row in made.ministry_rows())
    assert set(count) == set(ALL)
    assert 0.05 < sum(count.values()) / 3000 < 0.075
    assert count["driving_licence"] > count["business_registration"] > count["judicial_record"]


def test_every_kind_is_there_and_a_code_names_one_dossier(made: World):
    assert {one.kind for one, _ in made.ministry_rows()} == set(KINDS)
    keys = [row.record_key for _, row in made.ministry_rows()]
    assert len(keys) == len(set(keys))
    assert {row.code == "" for _, row in made.ministry_rows("business_registration")} == {True}
    local = [row.code for _, row in made.local_rows()]
    assert max(Counter(local).values()) == 2, "only the repeated ones come twice"


def test_the_office_is_one_that_receives_such_dossiers(made: World):
    for one, row in made.ministry_rows():
        assert one.agency.is_valid_on(local_date(row.received_at).isoformat())
        if one.agency.level == "department":
            assert one.agency.name in SOURCES[row.source].departments
        else:
            assert (row.source, one.agency.level) == ("business_registration", "district")


@pytest.mark.parametrize(
    ("kind", "presence"),
    [
        ("left_out", {"neither"}),
        ("left_out_beside_own", {"neither"}),
        ("on_portal_only", {"national_only"}),
        ("pushed_and_imported", {"both"}),
        ("imported_same_code", {"both", "provincial_only"}),
        ("imported_with_link", {"both", "provincial_only"}),
        ("imported_new_code", {"both", "provincial_only"}),
        ("imported_twice", {"both", "provincial_only"}),
    ],
)
def test_presence_is_about_province_and_portal(made: World, kind: str, presence: set[str]):
    assert {line["presence"] for line in entries(made, kind=kind)} <= presence


@pytest.mark.parametrize(
    ("kind", "provincial"),
    [
        ("left_out_beside_own", {"absent"}),
        ("on_portal_only", {"absent"}),
        ("pushed_and_imported", {"matched_by_code"}),
        ("imported_same_code", {"matched_by_code"}),
        ("imported_with_link", {"matched_by_link"}),
        ("imported_new_code", {"matched_by_time", "grouped"}),
        ("imported_in_one_second", {"grouped"}),
        ("imported_as_group", {"grouped"}),
        ("group_partly_imported", {"undetermined"}),
        ("imported_twice", {"undetermined"}),
    ],
)
def test_what_can_be_known_follows_from_what_was_done(made: World, kind: str, provincial: set[str]):
    """Dossiers of one office, procedure and day can disturb each other, so a few may be known less well."""
    found = Counter(line["provincial"] for line in entries(made, kind=kind))
    as_wanted = sum(count for word, count in found.items() if word in provincial)
    assert as_wanted >= 0.75 * found.total() > 0, found


def test_by_time_only_where_the_second_is_kept_and_alone(made: World):
    rows = {row.record_id: row for _, row in made.local_rows()}
    for line in entries(made, provincial="matched_by_time"):
        same = [
            row for other, row in made.local_rows()
            if (other.agency.agency_id, other.procedure.code, row.received_at)
            == (line["agency"], line["procedure"], line["since"]) and row.is_held(made.cut_offs[-1])
        ]  # fmt: skip
        assert [row.record_id for row in same] == line["imported_as"]
        assert rows[line["imported_as"][0]].received_at == line["since"]


def test_a_group_keeps_no_more_than_the_day(made: World):
    for one, row in made.ministry_rows():
        if one.kind in ("imported_as_group", "group_partly_imported"):
            for imported in one.local:
                assert imported.received_at is not None
                assert seconds_of_day(imported.received_at) == 0
                assert local_date(imported.received_at) == local_date(row.received_at)
                assert imported.submitted_at == imported.received_at, "nothing else may tell the second"


def test_an_import_never_knows_what_came_after_it(made: World):
    for one, row in made.ministry_rows():
        for imported in one.local:
            assert imported.appears_at > row.received_at
            assert imported.life[0][0] == imported.appears_at
            if one.kind in ("imported_new_code", "imported_as_group", "imported_twice"):
                assert len(imported.life) == 1, "insert-only"


def test_where_a_system_tells_only_days_nothing_is_known_by_time():
    variant = dataclasses.replace(VARIANTS["a"], driving_licence_dates="dmy")
    found = entries(make_world(5, 3000, variant=variant), source="driving_licence")
    assert "matched_by_time" not in {line["provincial"] for line in found}
    assert "matched_by_code" in {line["provincial"] for line in found}


def test_the_province_reports_what_it_left_out_and_does_not_sync_it(made: World):
    now = made.cut_offs[-1]
    counts = PortalCounts(made, now)
    months = sorted({local_date(row.received_at).replace(day=1) for _, row in made.ministry_rows()})
    total = counts.total("H37", months)
    left_out = sum(row.is_held(now) and not any(one.is_held(now) for one in dossier.local)
                   for dossier, row in made.ministry_rows())  # fmt: skip
    assert left_out > 50
    assert total.reported - total.provincial == left_out


def test_the_key_shows_them_from_their_receipt_on(made: World):
    early = made.cut_offs[0] - 200 * 86_400
    shown = {line["ministry"][0]["record_key"] for line in key_lines(made, early) if line["ministry"]}
    assert shown == {row.record_key for _, row in made.ministry_rows() if row.received_at <= early}
