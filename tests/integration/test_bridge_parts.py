"""The bridge of parts of the province: an agency with its subtree, a procedure, a field, a level, a channel, with ministries."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from doisoat.errors import ConfigurationError
from doisoat.reports.bridge import Part, bridge
from doisoat.warehouse import connect
from doisoat.warehouse.queries import archive_of
from support.commands import doisoat
from support.world import World, total

NIGHT = "2024-04-18"
STATED = "national_statistics.HS_TOTAL"
DISTRICT, WARD, OTHER_WARD, DEPARTMENT = "H37.21", "H37.21.01", "H37.21.02", "H37.03"
TERMS = ("national_listed", "provincial_listed", "entries")


def asked(world: World, by: str = "whole", *, with_ministries: bool = False, **part: Any) -> list[dict[str, Any]]:
    """The bridge as `doisoat bridge` would tell it; months as 2024-04."""
    months = {
        name: dt.date.fromisoformat(part.pop(name) + "-01") for name in ("first_month", "last_month") if name in part
    }
    night = dt.date.fromisoformat(NIGHT)
    with connect(world.dsn) as connection:
        report = bridge(connection, night, archive_of(connection, night, None), by=by, part=Part(**months, **part),
                        with_ministries=with_ministries, declared_by=world.site.settings.reconciliation.declared_by)  # fmt: skip
    return report.dicts()


def sums(rows: list[dict[str, Any]], *names: str) -> tuple[int, ...]:
    return tuple(sum(row[name] or 0 for row in rows) for name in names)


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    """The district itself has one dossier more on the portal; its first ward one less in March and one more in April; the
    second ward's only one is on the portal under the first one's name; a department's is in step, a ministry's nowhere else."""
    world = World(tmp_path, warehouse_dsn, declared_by=[STATED])
    world.land(NIGHT, "national_statistics", "code", totals=[
        total(9, "HS_TOTAL", month="2024-04", agency_code=DISTRICT, includes_children=True),
        total(4, "HS_TOTAL", month="2024-04", agency_code=WARD, includes_children=False),
        total(7, "HS_TOTAL", period_kind="all", agency_code=DISTRICT, includes_children=False),
        total(6, "HS_TOTAL", period_kind="quarter", receipt_month=dt.date(2024, 4, 1), agency_code=WARD),
    ])  # fmt: skip
    own, march, april, moved, department = (
        "H37.21-240401-0001", "H37.21.01-240301-0002", "H37.21.01-240402-0003", "H37.21.02-240403-0004", "H37.03-240404-0005"
    )  # fmt: skip
    table = "code | agency | procedure | channel\n"
    world.run(
        NIGHT,
        igate=f"{table}{march} | = | 1.001193 | 2\n{moved} | = | = | 1\n{department} | = | = | 1",
        national_export=f"{table}{own} | = | = | 1\n{april} | = | = | 2\n{moved} | {WARD} | = | 1\n{department} | = | = | 1",
        licences=f"code\n{OTHER_WARD}-240405-0006",
    )
    return world


def test_a_district_by_hand(world: World) -> None:
    """Portal: its own dossier, April's, the moved one: 3. Province: March's and the moved one: 2. So 3 - 2 = +1 +1 -1 (+1 -1)."""
    (whole,) = asked(world, agency=DISTRICT)
    assert tuple(whole[name] for name in TERMS) == (3, 2, 1)
    assert whole["adds_up"]
    assert {row["value"]: row["entries"] for row in asked(world, "agency", agency=DISTRICT)} == {
        DISTRICT: 1, WARD: 1, OTHER_WARD: -1,
    }  # fmt: skip
    (ward,) = asked(world, agency=WARD)
    assert tuple(ward[name] for name in TERMS) == (2, 1, 1)


@pytest.mark.parametrize("with_ministries", [False, True])
def test_a_subtree_is_the_sum_of_its_parts(world: World, with_ministries: bool) -> None:
    names = (*TERMS, "added_by_ministries")
    whole = asked(world, agency=DISTRICT, with_ministries=with_ministries)
    parts = asked(world, "agency_month", agency=DISTRICT, with_ministries=with_ministries)
    assert (
        sums(parts, *names) == sums(whole, *names) == (3, 2, 0 if with_ministries else 1, 1 if with_ministries else 0)
    )
    assert sums(asked(world, "month", agency=DISTRICT, with_ministries=with_ministries), *names) == sums(whole, *names)
    assert {row["agency_id"] for row in parts} == {DISTRICT, WARD, OTHER_WARD}
    province = asked(world, with_ministries=with_ministries)[:1]
    children = [
        row for agency in (DISTRICT, DEPARTMENT) for row in asked(world, agency=agency, with_ministries=with_ministries)
    ]
    assert sums(children, *names) == sums(province, *names)
    for by in ("cause", "ministry", "procedure", "field", "level", "channel"):
        made_of = asked(world, by, agency=DISTRICT, with_ministries=with_ministries)
        assert sums(made_of, "entries") == sums(whole, "entries"), by


def test_what_a_source_states_of_just_this_part_is_declared(world: World) -> None:
    stated = {row["receipt_month"]: row["national_declared"] for row in asked(world, "month", agency=DISTRICT)}
    assert stated == {"2024-03-01": None, "2024-04-01": 9}
    assert [row["national_declared"] for row in asked(world, agency=DISTRICT)] == [
        None
    ]  # 7 are the district's own alone
    assert asked(world, agency=WARD, first_month="2024-04", last_month="2024-04")[0]["national_declared"] == 4
    assert asked(world, agency=WARD, first_month="2024-04", last_month="2024-06")[0]["national_declared"] == 6
    assert asked(world, agency=WARD, first_month="2024-03", last_month="2024-05")[0]["national_declared"] is None
    assert asked(world, agency=WARD, first_month="2024-04")[0]["national_declared"] is None
    april = asked(world, agency=WARD, first_month="2024-04", last_month="2024-04", procedure="1.000482")[0]
    assert (april["national_declared"], april["national_listed"], april["difference"]) == (None, 2, None)
    own = {row["agency_id"]: row["national_declared"] for row in asked(world, "agency_month", agency=DISTRICT)
           if row["receipt_month"] == "2024-04-01"}  # fmt: skip
    assert own == {DISTRICT: None, WARD: 4, OTHER_WARD: None}  # 9 hold the wards' too: not counted twice


@pytest.mark.parametrize(
    ("part", "terms"),
    [
        ({"procedure": "1.001193.000.00.00.H37"}, (0, 1, -1)),
        ({"field": "H37.LV01"}, (4, 3, 1)),
        ({"field": "H37.LV02"}, (0, 0, 0)),
        ({"level": "commune"}, (2, 2, 0)),
        ({"level": "district"}, (1, 0, 1)),
        ({"level": "commune", "first_month": "2024-04"}, (2, 1, 1)),
    ],
)
def test_parts_that_are_no_agency(world: World, part: dict[str, str], terms: tuple[int, ...]) -> None:
    (row,) = asked(world, **part)
    assert tuple(row[name] for name in TERMS) == terms
    assert row["adds_up"]
    assert row["national_declared"] is None
    assert sums(asked(world, "month", **part), *TERMS) == terms
    assert sums(asked(world, "cause", **part), "entries") == terms[2:]


def test_by_channel_entries_are_told_and_nothing_is_listed(world: World) -> None:
    (online,) = asked(world, channel="online")
    assert (online["value"], online["entries"], online["dossiers"]) == ("online", 0, 2)
    assert {row["value"]: row["entries"] for row in asked(world, "month", channel="online")} == {
        "2024-03-01": -1, "2024-04-01": 1,
    }  # fmt: skip


def test_an_agency_is_below_the_one_that_it_had_in_the_month_of_receipt(world: World) -> None:
    world.rows(
        """insert into core.agency (agency_id, valid_from, code, name, name_key, level, parent_id, origin)
        select agency_id, '2024-03-15', code, name, name_key, level, 'H37.03', origin from core.agency where agency_id = %s""",
        [WARD],
    )
    (district,), (department,) = asked(world, agency=DISTRICT), asked(world, agency=DEPARTMENT)
    assert tuple(district[name] for name in TERMS) == (1, 1, 0)
    assert tuple(department[name] for name in TERMS) == (3, 2, 1)
    assert world.rows("select from_month::text, to_month from mart.agency_subtree where (ancestor_id, agency_id) = (%s, %s)",
                      [DEPARTMENT, WARD]) == [("2024-03-01", dt.date.max)]  # fmt: skip


def test_an_agency_that_only_an_archived_revision_knows_is_below_its_parent_too(world: World) -> None:
    gone = "H37.21.77"
    world.rows(
        """insert into archive.agency
        select 1, (jsonb_populate_record(a, jsonb_build_object('agency_id', %s::text))).*
        from core.agency a where agency_id = %s""",
        [gone, WARD],
    )
    found = world.rows("select ancestor_id from mart.agency_subtree where agency_id = %s order by 1", [gone])
    assert found == [("H37",), (DISTRICT,), (gone,)]
    assert (gone,) in world.rows("select agency_id from core.subtree(%s)", [DISTRICT])


def test_an_agency_goes_by_any_of_its_codes(world: World) -> None:
    assert asked(world, agency="000.00.21.H37") == asked(world, agency=DISTRICT)
    assert asked(world, agency="unknown")[0]["entries"] == 0
    with pytest.raises(ConfigurationError, match=r"agency 'H37\.99': none has this id or code"):
        asked(world, agency="H37.99")


def test_a_terminal_shows_the_whole_as_its_terms_and_an_unknown_as_unknown(world: World) -> None:
    def told(*words: str) -> str:
        done = doisoat(world, "bridge", "--night", NIGHT, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    lines = {" ".join(line.split()) for line in told("--agency", DISTRICT, "--with-ministries").splitlines()}
    assert {f"Bridge to province and ministries, agency {DISTRICT}, night {NIGHT}", "national declared unknown",
            "added by ministries 1", "entries 0", "national listed 3", "adds up yes"} <= lines  # fmt: skip
    assert [line.split() for line in told("--by", "month", "--level", "commune").splitlines()[2:4]] == [
        ["2024-03-01", "-1", "0", "1", "yes"], ["2024-04-01", "1", "2", "1", "yes"]
    ]  # fmt: skip


def test_the_ministries_by_system(world: World) -> None:
    (whole, _) = asked(world, with_ministries=True)
    assert (whole["added_by_ministries"], whole["undetermined"], whole["entries"], whole["adds_up"]) == (1, 0, 0, True)
    rows = asked(world, "ministry", with_ministries=True)
    assert {row["value"]: (row["entries"], row["dossiers"]) for row in rows} == {"none": (1, 4), "licences": (-1, 1)}
    causes = {row["value"] for row in asked(world, "cause", with_ministries=True)}
    assert "ministry_dossier_not_on_portal" in causes
    assert "ministry_dossier_not_on_portal" not in {row["value"] for row in asked(world, "cause")}


def test_a_month_of_which_only_a_ministry_knows_is_a_month_of_the_union(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    own = f"code\n{WARD}-240401-0001"
    world.run(NIGHT, igate=own, national_export=own, licences=f"code\n{OTHER_WARD}-231205-0006")
    told = {row["receipt_month"]: row["entries"] for row in asked(world, "month", with_ministries=True)}
    assert told == {"2023-12-01": -1, "2024-04-01": 0, None: 0}
    assert {row["receipt_month"] for row in asked(world, "month")} == {"2024-04-01", None}
