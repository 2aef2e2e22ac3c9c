"""The manual of the bridge: every term measured on its own, at the grain that a source states."""

from __future__ import annotations

import pytest
from support.world import World, total

NIGHT = "2024-04-18"
WARD, OTHER_WARD = "H37.21.01-240401-0001", "H37.21.02-240401-0002"


@pytest.mark.parametrize(("includes_children", "listed"), [(True, 2), (False, 0)])
def test_a_parents_number_stands_beside_what_it_counts(tmp_path, warehouse_dsn, includes_children, listed):
    world = World(tmp_path, warehouse_dsn, declared_by=["national_statistics.HS_TOTAL"])
    stated = total(5, "HS_TOTAL", month="2024-04", agency_code="H37.21", includes_children=includes_children)
    world.land(NIGHT, "national_statistics", "code", totals=[stated])
    world.run(NIGHT, igate=f"code\n{WARD}", national_export=f"code\n{WARD}\n{OTHER_WARD}")
    cells = world.rows(
        "select national_declared, national_listed, entries from recon.ledger_cell where grain = 'agency_month'"
    )
    assert cells == [(5, listed, 1 if includes_children else 0)]


def test_what_no_source_declares_is_unknown_and_not_zero(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn, declared_by=["igate.dossiers_not_removed"])
    world.run(NIGHT, igate=f"code\n{WARD}", national_export=f"code\n{WARD}\n{OTHER_WARD}")
    whole = world.rows(
        "select national_declared, provincial_declared, entries from recon.ledger_cell where grain = 'whole'"
    )
    assert whole == [(None, 1, 1)]


def test_the_first_source_that_states_a_cell_counts(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn, declared_by=["national_export.dossiers", "national_statistics.HS_TOTAL"])
    world.land(NIGHT, "national_statistics", "code", totals=[total(9, "HS_TOTAL", period_kind="all")])
    world.run(NIGHT, igate=f"code\n{WARD}", national_export=f"code\n{WARD}\n{OTHER_WARD}")
    whole = world.rows("select national_declared, national_declared_by from recon.ledger_cell where grain = 'whole'")
    assert whole == [(2, "national_export.dossiers")]
