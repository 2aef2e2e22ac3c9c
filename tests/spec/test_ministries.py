"""The ministries as sides: tables in, verdicts out. Agencies and receipt are what the table says; `day` keeps no time."""

from __future__ import annotations

import pytest
from support.world import World

NIGHT = "2024-04-19"
OWN = "H37.21.01-240401-0001"
PAIR = "ministry_provincial"


def verdicts(world: World, pair: str = PAIR, night: str = NIGHT) -> list[tuple[str, str, str, str]]:
    """(dossier, presence, standing, evidence)."""
    return world.rows(
        """select dossier_id, presence, standing, evidence from recon.verdict
        where pair = %(pair)s and from_night <= %(night)s and %(night)s < to_night order by 1""",
        {"pair": pair, "night": night},
    )


def cells(world: World) -> tuple[int, ...]:
    """(listed, by code, by time, in group, undetermined, only there, on the portal)."""
    return world.rows(
        """select sum(ministry_listed), sum(matched_by_code), sum(matched_by_time), sum(counted_in_group), sum(undetermined),
            sum(ministry_only), sum(on_portal) from recon.ministry_cell where to_night = 'infinity'"""
    )[0]


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    return World(tmp_path, warehouse_dsn)


def run(world: World, licences: str, igate: str = "", national: str = "") -> None:
    own = f"code\n{OWN}"
    world.run(NIGHT, licences=licences, igate=igate or own, national_export=national or own)


def test_a_dossier_that_only_the_ministry_holds_is_left_out_of_both(world):
    run(world, "code\nH37.03-240402-0007")
    assert verdicts(world) == [("H37.03-240402-0007", "ministry_only", "gap", "listed")]
    assert verdicts(world, "ministry_national") == [("H37.03-240402-0007", "ministry_only", "gap", "listed")]
    assert cells(world) == (1, 0, 0, 0, 0, 1, 0)


def test_the_same_code_is_the_same_dossier_and_leaves_no_row(world):
    run(world, f"code\n{OWN}")
    assert verdicts(world) == []
    assert verdicts(world, "ministry_national") == []
    assert cells(world) == (1, 1, 0, 0, 0, 0, 1)


def test_a_link_that_the_import_carries_joins_two_codes(world):
    run(
        world,
        "code\nH37.03-240402-0007",
        igate=f"code | links\n{OWN} | -\nH37.03-240402-9001 | H37.03-240402-0007",
    )
    assert cells(world)[1] == 1
    assert verdicts(world) == []


def test_what_the_portal_holds_and_the_province_does_not_is_said_of_both_pairs(world):
    run(world, "code\nH37.03-240402-0007", national=f"code\n{OWN}\nH37.03-240402-0007")
    assert verdicts(world) == [("H37.03-240402-0007", "ministry_only", "gap", "listed")]
    assert verdicts(world, "ministry_national") == []
    assert cells(world)[6] == 1
    assert world.rows(
        """select presence, ministry_source_id from recon.verdict
        where pair = 'national_provincial' and to_night = 'infinity'"""
    ) == [("national_only", "licences")]


IMPORT = f"code | agency | received\n{OWN} | = | ="


def test_an_import_under_a_new_code_is_known_by_agency_procedure_and_second(world):
    run(
        world,
        "id | code | agency | received\n77 | - | H37.03 | 2024-04-02 08:15:31",
        igate=f"{IMPORT}\nH37.03-240402-9001 | H37.03 | 2024-04-02 08:15:31",
    )
    assert verdicts(world) == [("licences:77", "matched", "settled", "receipt_time")]
    assert world.rows("select provincial_record_id from recon.verdict where pair = %s", [PAIR]) == [
        ("id-H37.03-240402-9001",)
    ]
    assert cells(world) == (1, 0, 1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("agency", "received", "procedure"),
    [
        ("H37.03", "2024-04-02 08:15:32", "1.000482"),  # another second is another dossier
        ("H37.21.02", "2024-04-02 08:15:31", "1.000482"),  # another agency
        ("H37.03", "2024-04-02 08:15:31", "1.001193"),  # another procedure
    ],
)
def test_what_differs_in_one_of_the_three_is_no_match(world, agency, received, procedure):
    run(
        world,
        "id | code | agency | received | procedure\n77 | - | H37.03 | 2024-04-02 08:15:31 | 1.000482",
        igate=f"code | agency | received | procedure\n{OWN} | = | = | 2.000635\n"
        f"H37.03-240402-9001 | {agency} | {received} | {procedure}",
    )
    assert ("licences:77", "ministry_only", "gap", "listed") in verdicts(world)
    assert cells(world) == (1, 0, 0, 0, 0, 1, 0)


DAYS = "id | code | agency | received\n"


@pytest.mark.parametrize(
    ("there", "here", "expected"),
    [
        (["00:00", "00:00"], ["00:00", "00:00"], ("matched", "settled", "counted_in_group")),
        (["00:00"], ["00:00"], ("matched", "settled", "counted_in_group")),  # one and one: still no pair is claimed
        (["08:15", "09:40"], ["00:00", "00:00"], ("matched", "settled", "counted_in_group")),  # the import kept the day
        (["00:00", "00:00"], ["08:15", "09:40"], ("matched", "settled", "counted_in_group")),
        (["00:00", "00:00"], ["00:00"], ("undetermined", "undecided", "listed")),
        (["00:00"], ["00:00", "00:00"], ("undetermined", "undecided", "listed")),
        (["08:15", "08:15"], ["08:15", "08:15"], ("matched", "settled", "counted_in_group")),
        (["08:15", "08:15"], ["08:15"], ("undetermined", "undecided", "listed")),
        (["00:00", "00:00"], [], ("ministry_only", "gap", "listed")),
    ],
)
def test_what_only_the_day_tells_is_counted_in_groups(world, there, here, expected):
    ministry = DAYS + "\n".join(f"{n} | - | H37.03 | 2024-04-02 {time}" for n, time in enumerate(there))
    imported = "\n".join(f"H37.03-240402-900{n} | H37.03 | 2024-04-02 {time}" for n, time in enumerate(here))
    run(world, ministry, igate=f"{IMPORT}\n{imported}")
    found = {row[1:] for row in verdicts(world) if row[0].startswith("licences:")}
    assert found == {expected}
    listed, *kinds, _ = cells(world)
    assert listed == len(there) == sum(kinds)
    assert world.rows("select count(*) from recon.verdict where pair = %s and provincial_record_id is not null "
                      "and presence = 'matched'", [PAIR]) == [(0,)]  # fmt: skip


def test_an_unknown_agency_or_procedure_decides_nothing(world):
    run(
        world,
        "id | code | agency | received | procedure\n1 | - | nowhere | 2024-04-02 | =\n2 | - | H37.03 | 2024-04-02 | -",
    )
    assert {row[1:] for row in verdicts(world)} == {("undetermined", "undecided", "listed")}


def test_a_young_dossier_is_pending_and_a_later_one_not_yet_observable(world):
    run(world, "code | received\nH37.03-240419-0001 | 2024-04-19 14:00\nH37.03-240420-0002 | 2024-04-20 00:10")
    assert [row[2] for row in verdicts(world)] == ["pending", "not_yet_observable"]


def test_a_listing_in_part_of_the_province_proves_no_absence(world):
    world.land(NIGHT, "igate", f"code\n{OWN}", is_complete=False)
    run(world, "code\nH37.03-240402-0007")
    assert [row[2] for row in verdicts(world)] == ["incomplete"]
    assert [row[2] for row in verdicts(world, "ministry_national")] == ["gap"]


def test_a_dossier_of_the_ministrys_own_procedures_should_be_in_its_system(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn, sources={"licences": {"procedures": ["2.000635.000.00.00.H37"]}})
    run(world, "code\nH37.03-240402-0007", igate=f"code | procedure\n{OWN} | =\nH37.03-240403-0002 | 2.000635")
    assert verdicts(world) == [
        ("H37.03-240402-0007", "ministry_only", "gap", "listed"),
        ("H37.03-240403-0002", "provincial_only", "gap", "listed"),
    ]


def test_both_values_of_an_attribute_that_differs_are_kept(world):
    run(world, f"code | status\n{OWN} | 9", igate=f"code | status\n{OWN} | 4")
    assert world.rows(
        "select attribute, provincial_value, ministry_value, national_value from recon.difference where pair = %s",
        [PAIR],
    ) == [("status", "4", "9", None)]
    assert verdicts(world) == [(OWN, "matched", "settled", "listed")]


def test_a_sources_own_words_are_mapped_as_of_the_receipt_date(tmp_path, warehouse_dsn):
    maps = {
        "procedure": [
            {"map": {"NEW": "1.001193"}, "valid_to": "2024-04-03"},
            {"map": {"NEW": "2.000635.H37"}, "valid_from": "2024-04-03"},
        ],
        "agency": [{"map": {"20": "H37.03"}}],
        "status": [{"map": {"x": 9}}],
    }
    world = World(tmp_path, warehouse_dsn, sources={"licences": {"code_maps": maps}})
    table = "id | code | agency | procedure | received | status\n"
    run(
        world,
        table
        + "1 | - | 20 | NEW | 2024-04-02 | x\n2 | - | 20 | NEW | 2024-04-03 | y\n3 | - | 21 | OLD | 2024-04-02 | x",
    )
    assert world.rows(
        "select record_id, agency_id, procedure_family, status from core.dossier_record where source_id = 'licences' order by 1"
    ) == [("1", "H37.03", "1.001193", "9"), ("2", "H37.03", "2.000635", None), ("3", "unknown", "OLD", "9")]


def test_the_union_counts_each_dossier_once(world):
    run(
        world,
        f"code\n{OWN}\nH37.03-240402-0007",
        igate=f"code\n{OWN}\nH37.21.01-240405-0003",
    )
    assert world.rows(
        """select sum(provincial_dossiers), sum(added_by_ministries), sum(union_at_least), sum(union_at_most)
        from mart.fact_union"""
    ) == [(2, 1, 3, 3)]


def test_the_owner_is_the_one_of_the_night(tmp_path, warehouse_dsn):
    owners = [
        {"name": "Bộ Giao thông vận tải", "valid_to": "2024-04-19"},
        {"name": "Bộ Công an", "valid_from": "2024-04-19"},
    ]
    world = World(tmp_path, warehouse_dsn, sources={"licences": {"owners": owners}})
    own = f"code\n{OWN}"
    world.run("2024-04-18", licences=own, igate=own, national_export=own)
    world.run(NIGHT, licences=own, igate=own, national_export=own)
    assert world.rows("select night::text, owner_name from mart.fact_ministry_coverage order by 1") == [
        ("2024-04-18", "Bộ Giao thông vận tải"), (NIGHT, "Bộ Công an"),
    ]  # fmt: skip


def test_a_system_that_is_down_opens_and_closes_nothing(world):
    run(world, f"code\n{OWN}\nH37.03-240402-0007")
    before = verdicts(world)
    own = f"code\n{OWN}"
    world.run("2024-04-20", igate=own, national_export=own)
    assert verdicts(world, night="2024-04-20") == before
    assert world.rows("select to_night from recon.verdict where pair = %s", [PAIR])[0][0].year == 9999


def test_the_portal_may_hold_it_under_a_code_that_nobody_names(world):
    run(
        world,
        "id | code | agency | received\n77 | - | H37.03 | 2024-04-02 08:15:31",
        national=f"{IMPORT}\nG22.99-240402-0077 | H37.03 | 2024-04-02 08:15:31",
    )
    assert verdicts(world, "ministry_national") == [("licences:77", "matched", "settled", "receipt_time")]
    assert verdicts(world) == [("licences:77", "ministry_only", "gap", "listed")]
    assert cells(world)[6] == 1


def test_what_the_portal_holds_of_the_provinces_own_dossier_it_holds_of_the_ministrys(world):
    run(
        world,
        "id | code | agency | received\n77 | - | H37.03 | 2024-04-02 08:15:31",
        igate=f"{IMPORT}\nH37.03-240402-9001 | H37.03 | 2024-04-02 08:15:31",
        national=f"{IMPORT}\nH37.03-240402-9001 | H37.03 | 2024-04-05 10:00",
    )
    assert verdicts(world, "ministry_national") == []
    assert cells(world)[6] == 1


@pytest.mark.parametrize("received", ["2024-04-05 10:00", "2024-03-05 10:00"])
def test_what_the_province_holds_of_the_portals_record_it_holds_of_the_ministrys(world, received):
    run(
        world,
        "id | code | agency | received\n77 | - | H37.03 | 2024-04-02 08:15:31",
        igate=f"{IMPORT}\nH37.03-240402-9001 | H37.03 | {received}",
        national=f"{IMPORT}\nH37.03-240402-9001 | H37.03 | 2024-04-02 08:15:31",
    )
    assert verdicts(world) == [("licences:77", "matched", "settled", "receipt_time")]
    assert cells(world) == (1, 0, 1, 0, 0, 0, 1)
    assert world.rows("select sum(union_at_most) from mart.fact_union") == [(2,)]


def test_what_another_dossier_of_the_ministry_is_the_portals_record_does_not_tell(world):
    """Two of the ministry's cannot both be the province's one: what its own receipt tells goes first."""
    run(
        world,
        "id | code | agency | received\n77 | - | H37.03 | 2024-04-02 08:15:31\n78 | - | H37.03 | 2024-04-05 10:00:07",
        igate=f"{IMPORT}\nH37.03-240402-9001 | H37.03 | 2024-04-05 10:00:07",
        national=f"{IMPORT}\nH37.03-240402-9001 | H37.03 | 2024-04-02 08:15:31",
    )
    assert verdicts(world) == [
        ("licences:77", "ministry_only", "gap", "listed"), ("licences:78", "matched", "settled", "receipt_time")
    ]  # fmt: skip
    assert world.rows("select dossier_id, entry_kind from mart.union_entry where ministry_source_id is not null") == [
        ("licences:77", "ministry_undetermined")
    ]


def test_a_day_with_too_few_on_the_portal_is_undetermined_there(world):
    run(world, DAYS + "1 | - | H37.03 | 2024-04-02 00:00\n2 | - | H37.03 | 2024-04-02 00:00",
        national=f"{IMPORT}\nG22.99-240402-0077 | H37.03 | 2024-04-02 08:15")  # fmt: skip
    assert {row[1:3] for row in verdicts(world, "ministry_national")} == {("undetermined", "undecided")}
    assert world.rows("select sum(on_portal), sum(portal_undetermined) from recon.ministry_cell") == [(0, 2)]


def test_while_the_province_is_down_another_record_of_a_dossier_ends_no_gap(world):
    """Absence is proven of the dossier, under whichever record it was held then (docs/adr 11)."""
    code = "H37.03-240402-0007"
    run(world, f"id | code | received\nm2 | {code} | 2024-04-02 09:00")
    twice = f"id | code | received\nm1 | {code} | 2024-04-02 08:00\nm2 | {code} | 2024-04-02 09:00"
    world.run("2024-04-20", licences=twice, national_export=f"code\n{OWN}")
    assert verdicts(world, night="2024-04-20") == [(code, "ministry_only", "gap", "listed")]


def test_while_the_province_is_down_a_record_that_was_removed_until_now_opens_no_gap(world):
    """A removed record holds nothing: the dossier came up since, and the province could not show it (docs/adr 11)."""
    code = "H37.03-240402-0007"
    run(world, f"id | code | removed\nm1 | {code} | yes")
    world.run("2024-04-20", licences=f"id | code\nm1 | {code}", national_export=f"code\n{OWN}")
    assert verdicts(world, night="2024-04-20") == [(code, "ministry_only", "not_yet_observable", "listed")]
