"""From the portal's published number to the corrected rate, by a worked example: every step computed by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from doisoat.reports.query import query
from doisoat.warehouse import connect
from support.commands import doisoat
from support.world import World, total

NIGHT = "2024-04-30"
PROVISIONAL = ("TEMP_NATIONAL_REPORT_DENOMINATOR",)


def walk(world: World, agency: str | None = None) -> list[tuple[Any, ...]]:
    choices = world.site.settings.indicators
    parameters = {
        "night": NIGHT, "archive_id": 0, "month": "2024-04-01", "agency": agency, "reported_by": choices.reported_by,
        "numerators": choices.published_numerators, "denominators": choices.published_denominators,
    }  # fmt: skip
    with connect(world.dsn) as connection:
        rows = query(connection, "walk", parameters).rows
    return [row for row in rows if row[2] or row[3] or row[4] is not None or None in row[2:4]]


def test_the_notices_case_step_by_step(tmp_path, warehouse_dsn):
    """The province has 4, a ministry's system 2 more, 1 of them on the portal. The portal counts 6 rows of April: 3 of the
    province's, the ministry's, one that was never at the province, one repeated. It published 6 of 6, provisionally; 7 were
    reported: all that there is and one more. Corrected: 4 of 6."""
    world = World(tmp_path, warehouse_dsn, sources={"reporting_system_report": {"kind": "report_workbook"}})
    published = [
        total(6, f"DOSSIER_SYNC_{part}", month="2024-04", flags=PROVISIONAL) for part in ("NUMERATOR", "DENOMINATOR")
    ]
    world.land(NIGHT, "national_statistics", "code", totals=published)
    world.land(NIGHT, "reporting_system_report", "code", mode="reports", totals=[total(7, "received", month="2024-04")])
    own = [f"H37.21.01-240402-000{number}" for number in (1, 2, 3, 4)]
    linked = f"{own[2]} | G22.99-240402-0003"
    world.run(
        NIGHT,
        igate="code | links\n" + "\n".join(f"{code} | -" for code in own if code != own[2]) + f"\n{linked}",
        national_export="code | links\n"
        + "\n".join(f"{code} | -" for code in own[:2])
        + f"\n{linked}\nG22.99-240402-0003 | -\n"
        "H37.03-240402-0071 | -\nH37.21.01-240402-0009 | -",
        licences="code\nH37.03-240402-0071\nH37.03-240402-0072",
    )
    assert walk(world) == [
        ("published", "TEMP_NATIONAL_REPORT_DENOMINATOR", 6, 6, 1, None),
        ("published otherwise than counted", "", 0, 1, None, None),
        ("reported beyond what the province and the ministries hold", "", 0, -1, None, None),
        ("of these on ministries' systems", "licences", 0, -2, None, None),
        ("rows that repeat a dossier", "two_codes", -1, 0, None, None),
        ("only on the portal", "handled_by_ministry", -1, 0, None, None),
        ("only on the portal", "never_seen_locally", -1, 0, None, None),
        ("of the province, on the portal", "", 3, 4, 0.75, True),
        ("on ministries' systems", "licences", 1, 2, None, None),
        ("corrected", "", 4, 6, 0.666667, True),
    ]


def test_what_was_not_published_or_reported_is_unknown(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate="code\nH37.21.01-240402-0001", national_export="code\nH37.21.01-240402-0001")
    rows = {row[0]: row for row in walk(world)}
    assert rows["published"][2:] == (None, None, None, None)
    assert rows["of the province, on the portal"][2:] == (1, 1, 1, None)
    assert rows["published otherwise than counted"][1:4] == ("what was reported did not come to us", None, None)


def test_what_the_portal_puts_elsewhere_is_a_step_of_its_own(tmp_path, warehouse_dsn):
    """One that the portal counts for March and one that it counts for another commune: the province has both in April."""
    world = World(tmp_path, warehouse_dsn)
    igate = "code | received\nH37.21.01-240402-0001 | 2024-04-02\nH37.21.01-240402-0002 | 2024-04-02"
    portal = "code | received | agency\nH37.21.01-240402-0001 | 2024-03-30 | =\nH37.21.01-240402-0002 | 2024-04-02 | H37.21.02"
    world.run(NIGHT, igate=igate, national_export=portal)
    steps = [(step, numerator) for step, _, numerator, *_ in walk(world) if step.startswith("in another")]
    assert sorted(steps) == [
        ("in another month or agency at the province", -1),
        ("in another month or agency on the portal", 1),
        ("in another month or agency on the portal", 1),
    ]
    below = [(step, numerator) for step, _, numerator, *_ in walk(world, "H37.21.01") if step.startswith("in another")]
    assert below == [("in another month or agency on the portal", 1), ("in another month or agency on the portal", 1)]


def received(world: World, agency: str | None = None) -> dict[str, list[tuple[str, str, int]]]:
    """Each of the portal's counts with the way from it to ours."""
    choices = world.site.settings.indicators
    parameters = {
        "night": NIGHT, "archive_id": 0, "month": "2024-04-01", "agency": agency, "reported_by": choices.reported_by,
        "received": choices.published_received,
    }  # fmt: skip
    found: dict[str, list[tuple[str, str, int]]] = {}
    with connect(world.dsn) as connection:
        for name, step, of, number in query(connection, "walk_received", parameters).rows:
            found.setdefault(name.partition(".")[2], []).append((step, of, number))
    return found


COUNTS = {"totalReceived": 5, "channelTotalSum": 9, "DOSSIER_SYNC_NUMERATOR": 2}


def a_month_of_three_counts(tmp_path: Path, warehouse_dsn: str, export: str) -> World:
    """The province has 4, of which the portal has 2; of the portal's 5 rows two are one dossier, and two the province never
    had. The portal counts 5, 9 and 2."""
    world = World(tmp_path, warehouse_dsn)
    stated = [total(value, measure, month="2024-04") for measure, value in COUNTS.items()]
    world.land(NIGHT, "national_statistics", "code", totals=stated)
    own = [f"H37.21.01-240402-000{number}" for number in (1, 2, 3, 4)]
    listed = [own[0], own[1], own[1], export, f"{export[:-1]}8"]
    world.run(NIGHT, igate="\n".join(["code", *own]), national_export="\n".join(["code", *listed]))
    return world


def test_each_of_the_portals_counts_goes_to_the_nearest_of_ours(tmp_path, warehouse_dsn):
    world = a_month_of_three_counts(tmp_path, warehouse_dsn, "H37.21.01-240402-0009")
    nearest = "the nearest of ours is so much more"
    assert received(world) == {
        "totalReceived": [
            ("published", "", 5),
            (nearest, "rows on the portal", 0),
            ("of the province, not on the portal", "", 2),
            ("on the portal, and not of the province here", "", -2),
            ("rows that repeat a dossier", "", -1),
            ("received by the province", "", 4),
        ],
        "channelTotalSum": [
            ("published", "", 9),
            (nearest, "rows on the portal", -4),
            ("of the province, not on the portal", "", 2),
            ("on the portal, and not of the province here", "", -2),
            ("rows that repeat a dossier", "", -1),
            ("received by the province", "", 4),
        ],
        "DOSSIER_SYNC_NUMERATOR": [
            ("published", "", 2),
            (nearest, "received by the province, on the portal", 0),
            ("of the province, not on the portal", "", 2),
            ("received by the province", "", 4),
        ],
    }
    for steps in received(world).values():
        *way, end = [number for _, _, number in steps]
        assert sum(way) == end
    said = doisoat(world, "walk", "--month", "2024-04", "--counts", "--format", "json")
    assert [row["number"] for row in json.loads(said.stdout) if row["step"] == "published"] == [5, 9, 2]
    assert "the nearest of ours" in doisoat(world, "walk", "--month", "2024-04").stdout


def test_what_was_reported_may_be_the_nearest(tmp_path, warehouse_dsn):
    """Reported are 7, which the portal shows as received; nobody asks whether it took its number from there."""
    world = World(tmp_path, warehouse_dsn, sources={"reporting_system_report": {"kind": "report_workbook"}})
    world.land(NIGHT, "national_statistics", "code", totals=[total(7, "totalReceived", month="2024-04")])
    world.land(NIGHT, "reporting_system_report", "code", mode="reports", totals=[total(7, "received", month="2024-04")])
    world.run(NIGHT, igate="code\nH37.21.01-240402-0001", national_export="code\nH37.21.01-240402-0001")
    assert received(world) == {
        "totalReceived": [
            ("published", "", 7),
            ("the nearest of ours is so much more", "reported to the national reporting system", 0),
            ("reported beyond what the province received", "", -6),
            ("received by the province", "", 1),
        ]
    }


def test_without_a_listing_no_count_of_the_portals_side_is_ours(tmp_path, warehouse_dsn):
    world = a_month_of_three_counts(tmp_path, warehouse_dsn, "H37.21.01-240402-0009")
    with connect(world.dsn) as connection:
        connection.execute("update core.source set has_listing = false where source_id = 'national_export'")
    assert {steps[1][1] for steps in received(world).values()} == {"received by the province"}
