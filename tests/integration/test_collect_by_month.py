"""Pulls of sources that list and count but know no changes, and reports that come now and then (doisoat.collect)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.model import Capability, ControlTotal
from doisoat.sources.contract import Limits
from doisoat.sources.igate.source import Igate, IgateOptions
from support.pulls import NEXT, NIGHT, Loaded, pull, rows_of
from support.servers import LOCAL, FakeIgate, igate_connection, igate_row, serving
from support.world import World, total

MONTHS = ["2024-01-10", "2024-02-10", "2024-03-10", "2024-04-10"]


class Monthly(Igate):
    """A source without CHANGES."""

    capabilities = frozenset({Capability.LISTING, Capability.COUNTS})


@pytest.fixture
def fake() -> Iterator[FakeIgate]:
    system = FakeIgate([igate_row(number, day=MONTHS[number % 4]) for number in range(80)])
    with serving(system):
        yield system


def _source(fake: FakeIgate, **limits: Any) -> Monthly:
    given = {"page_size": 50, "patience_seconds": 0, "quiet_cell_share": 0, "recent_months": 2, **limits}
    options = IgateOptions(dated_from=dt.date(2023, 1, 1), dated_to=dt.date(2024, 12, 31))
    return Monthly(
        "igate", options=options, limits=Limits(**given), connection=igate_connection(fake.port), timezone=LOCAL
    )


@pytest.fixture
def loaded(fake: FakeIgate, tmp_path: Path) -> Loaded:
    """The first night, held; the second one's clock."""
    held = Loaded()
    first = pull(_source(fake), tmp_path)
    assert first.certificate.mode == "full"
    held.load(first)
    fake.now += dt.timedelta(days=1)
    return held


def _listed(landing: Any) -> list[dt.date | None]:
    return [cell.receipt_month for cell in landing.certificate.cells]


def test_a_quiet_night_lists_the_recent_months_and_counts_the_others(fake, tmp_path, loaded):
    landing = pull(_source(fake), tmp_path, night=NEXT, held=loaded)
    assert landing.certificate.mode == "incremental"
    assert landing.certificate.is_complete
    assert _listed(landing) == [dt.date(2024, 3, 1), dt.date(2024, 4, 1), None]
    assert len(rows_of(landing)) == 40


def test_a_recent_status_change_is_seen_although_no_count_moved(fake, tmp_path, loaded):
    fake.rows[3]["dossierStatus"] = {"id": 4, "name": "Đã có kết quả"}
    rows = {row["record_id"]: row for row in rows_of(pull(_source(fake), tmp_path, night=NEXT, held=loaded))}
    assert rows[fake.rows[3]["id"]]["status_code"] == "4"


def test_an_older_month_that_differs_is_listed_and_what_left_it_ends(fake, tmp_path, loaded):
    gone = fake.rows.pop(0)
    landing = pull(_source(fake), tmp_path, night=NEXT, held=loaded)
    assert dt.date(2024, 1, 1) in _listed(landing)
    assert dt.date(2024, 2, 1) not in _listed(landing)
    loaded.load(landing)
    assert gone["id"] not in loaded.rows
    assert len(loaded.rows) == 79


def test_undated_records_that_came_and_went_are_seen_although_their_number_stands(fake, tmp_path):
    """One got its date, in an older month which lost another to a recent one; a new one came: no count has moved."""
    undated, moved = igate_row(90, day=None), fake.rows[0]
    fake.rows.append(undated)
    held = Loaded()
    held.load(pull(_source(fake), tmp_path))
    undated["acceptedDate"], moved["acceptedDate"] = moved["acceptedDate"], fake.rows[3]["acceptedDate"]
    fake.rows.append(igate_row(91, day=None))
    fake.now += dt.timedelta(days=1)
    held.load(pull(_source(fake), tmp_path, night=NEXT, held=held))
    assert held.rows.keys() == {row["id"] for row in fake.rows}
    assert held.rows[undated["id"]]["received_at"]


def test_every_quiet_month_has_its_turn(fake, tmp_path, loaded):
    landing = pull(_source(fake, quiet_cell_share=1), tmp_path, night=NEXT, held=loaded)
    assert sorted(month for month in _listed(landing) if month) == [dt.date(2024, n, 1) for n in (1, 2, 3, 4)]


def test_a_budget_that_does_not_suffice_is_said(fake, tmp_path, loaded):
    del fake.rows[:2]
    landing = pull(_source(fake, relist_cells_per_night=1), tmp_path, night=NEXT, held=loaded)
    assert not landing.certificate.is_complete
    assert "beyond tonight's budget: 1" in landing.certificate.incomplete_reason


def test_reports_add_to_what_stands_and_a_corrected_number_replaces_its_own(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    first, second = str(NIGHT), str(NEXT)
    own = "code\nH37.21.01-240401-0001"

    def declared() -> list[tuple[str, str, int]]:
        return world.rows(
            """select period_start::text, agency_key, value from core.control_total
            where source_id = 'national_statistics' and to_night = 'infinity' order by 1, 2"""
        )

    def report(night: str, *totals: ControlTotal) -> None:
        world.land(night, "national_statistics", mode="reports", totals=totals)
        world.run(night, igate=own, national_export=own)

    report(first, total(5, "received", month="2024-02"), total(7, "received", month="2024-03"),
           total(3, "received", month="2024-03", agency_code="H37.03"))  # fmt: skip
    report(second, total(8, "received", month="2024-03"))
    assert declared() == [("2024-02-01", "", 5), ("2024-03-01", "", 8), ("2024-03-01", "H37.03", 3)]


def test_a_snapshot_stands_while_nothing_new_is_expected_and_is_stale_after(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn, sources={"licences": {"expected_every_days": 2}})
    own = "code\nH37.21.01-240401-0001"
    world.run(str(NIGHT), igate=own, national_export=own, licences=own)
    for days in (1, 2):
        world.run(str(NIGHT + dt.timedelta(days=days)), igate=own, national_export=own)
    states = world.rows("select state from ops.pull where source_id = 'licences' order by night")
    assert states == [("fresh",), ("standing",), ("stale",)]


def test_a_record_that_the_source_itself_repeats_is_held_once_and_counted(fake, tmp_path):
    fake.rows.insert(1, {**fake.rows[0]})
    landing = pull(_source(fake), tmp_path)
    assert landing.certificate.is_complete, landing.certificate.incomplete_reason
    assert (landing.certificate.declared_after, len(rows_of(landing))) == (81, 80)
    repeated = {t.receipt_month: t.value for t in landing.totals() if t.measure == "repeated_rows"}
    assert repeated == {dt.date(2024, 1, 1): 1, None: 1}
