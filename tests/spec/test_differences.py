"""The manual of attribute differences: which values differ, which are only silence."""

from __future__ import annotations

import pytest
from support.world import World

NIGHT = "2024-04-18"
CODE = "H37.21.01-240401-0001"


@pytest.mark.parametrize(
    ("column", "provincial", "national", "expected"),
    [
        ("status", "4", "9", [(CODE, "status", "9", "4")]),
        ("status", "4", "-", [(CODE, "status", None, "4")]),  # "" on the portal: the province's status was unmapped
        ("status", "4", "77", []),  # the portal's value is one we cannot read: an input check counts it
        ("status", "99", "4", []),  # and so on our own side
        ("due", "2024-04-08 08:00", "2024-04-08 17:00", []),  # the same calendar day
        ("due", "2024-04-08", "2024-04-09", [(CODE, "due_date", "2024-04-09", "2024-04-08")]),
        ("finished", "2024-04-05", "-", [(CODE, "finish_date", None, "2024-04-05")]),
        ("procedure", "1.000482", "1.000482.000.00.00.H37", []),  # a suffix variant is the same family
        ("procedure", "1.000482", "1.001193", [(CODE, "procedure", "1.001193", "1.000482")]),
        ("agency", "H37.21.01", "H37.21.02", [(CODE, "agency", "H37.21.02", "H37.21.01")]),
        ("agency", "H37.21.01", "H37.77.77", []),  # an agency that nobody knows is in the cell "unknown agency"
    ],
)
def test_difference(tmp_path, warehouse_dsn, column, provincial, national, expected):
    world = World(tmp_path, warehouse_dsn)
    world.run(
        NIGHT, igate=f"code | {column}\n{CODE} | {provincial}", national_export=f"code | {column}\n{CODE} | {national}"
    )
    assert world.differences(NIGHT) == expected


def test_a_record_changed_within_the_allowed_lag_differs_only_pending(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(
        NIGHT,
        igate=f"code | status | updated\n{CODE} | 9 | 2024-04-18 15:00",
        national_export=f"code | status\n{CODE} | 4",
    )
    assert world.rows("select attribute, standing from recon.difference") == [("status", "pending")]
