"""A month whose counts are not as expected: only the days that differ are listed again (doisoat.collect.narrowing)."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect.expected import HeldCount
from doisoat.collect.landing import Landing
from doisoat.model import CellCertificate
from doisoat.sources.contract import Limits
from doisoat.sources.igate.source import Igate, IgateOptions
from support.pulls import NEXT, NIGHT, Loaded, pull
from support.servers import LOCAL, FakeIgate, igate_connection, igate_row, serving
from support.world import World

MARCH = dt.date(2024, 3, 1)
OLD = "2020-01-01T00:00:00.000+0700"  # what changes under it is not among the changes


def _row(number: int, day: int, **changes: Any) -> dict[str, Any]:
    """One of March; its agency is the ancestor of another's, so that agencies are no parts of a month."""
    row = igate_row(number, day=f"2024-03-{day:02d}", **changes)
    row["agency"]["ancestors"].append({"id": "unit-0"})
    return row


@pytest.fixture
def fake() -> Iterator[FakeIgate]:
    system = FakeIgate([_row(number, 1 + number % 31) for number in range(248)])
    system.removed = {f"{number:024x}" for number in (5, 77)}
    with serving(system):
        yield system


def _igate(fake: FakeIgate) -> Igate:
    options = IgateOptions(dated_from=dt.date(2024, 1, 1), dated_to=dt.date(2024, 12, 31))
    limits = Limits(page_size=2, patience_seconds=0, quiet_cell_share=0)
    return Igate("igate", options=options, limits=limits, connection=igate_connection(fake.port), timezone=LOCAL)


@pytest.fixture
def held(fake: FakeIgate, tmp_path: Path) -> Loaded:
    loaded = Loaded()
    loaded.load(pull(_igate(fake), tmp_path))
    fake.now += dt.timedelta(days=1)
    fake.requests.clear()
    return loaded


def _next(fake: FakeIgate, held: Loaded, root: Path) -> Landing:
    landing = pull(_igate(fake), root, night=NEXT, held=held)
    held.load(landing)
    return landing


def _windows(landing: Landing) -> list[tuple[int, int]]:
    cells = landing.certificate.cells
    assert all(cell.receipt_month == MARCH and cell.is_complete for cell in cells)
    return [(cell.first_day.day, cell.last_day.day) for cell in cells if cell.first_day and cell.last_day]


def _check_as_shown(fake: FakeIgate, held: Loaded) -> None:
    assert set(held.rows) == {row["id"] for row in fake.rows}
    assert {key for key, row in held.rows.items() if row["is_removed"] == "true"} == fake.removed


def test_one_that_vanished_costs_a_few_days_and_not_the_month(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    fake.rows = [row for row in fake.rows if row["id"] != f"{9:024x}"]  # the tenth
    landing = _next(fake, held, tmp_path)
    assert _windows(landing) == [(9, 10)]
    _check_as_shown(fake, held)
    assert not [total for total in landing.totals() if total.period_kind == "month" and (total.value or 0) < 200]


@pytest.mark.parametrize("parts", ["days", "agencies"])
def test_a_record_that_is_shown_twice_is_counted_for_its_month(fake: FakeIgate, tmp_path: Path, parts: str) -> None:
    """The source counts both rows, each night; the check held_equals_declared must know why we hold one less."""
    if parts == "agencies":
        for row in fake.rows:
            row["agency"]["ancestors"] = []
    fake.rows.append(fake.rows[9])
    loaded = Loaded()
    for night in (NIGHT, NEXT):
        landing = pull(_igate(fake), tmp_path, night=night, held=loaded if loaded.rows else None)
        loaded.load(landing)
        fake.now += dt.timedelta(days=1)
        repeated = [total for total in landing.totals() if total.measure == "repeated_rows"]
        assert [(total.period_kind, total.agency_ref, total.value) for total in repeated] == [
            ("month", None, 1), ("all", None, 1)
        ]  # fmt: skip
        assert landing.certificate.is_complete
    listed = landing.certificate.cells
    assert all(cell.first_day if parts == "days" else cell.agency_ref for cell in listed), listed


@pytest.mark.parametrize("seed", range(6))
def test_whatever_changed_without_a_word_is_found(fake: FakeIgate, held: Loaded, tmp_path: Path, seed: int) -> None:
    """Rows leave, come, are removed or come back, and no change is told. (What the month's own counts hide, a review finds.)"""
    draw, before = random.Random(seed), _counts(fake)
    while _counts(fake) == before or draw.random() < 0.6:
        row = draw.choice(fake.rows)
        match draw.randrange(3):
            case 0:
                fake.rows.remove(row)
                fake.removed.discard(row["id"])
            case 1:
                fake.rows.append(_row(600 + len(fake.rows), draw.randint(1, 31), updated=OLD))
            case 2:
                fake.removed ^= {row["id"]}
    _next(fake, held, tmp_path)
    _check_as_shown(fake, held)


def _counts(fake: FakeIgate) -> tuple[int, int]:
    return len(fake.rows), len(fake.removed)


def test_where_a_date_is_unread_the_whole_month_is_listed(
    fake: FakeIgate, held: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "counts_by_day", lambda month: {None: HeldCount(1, 1), month: HeldCount(247, 245)})
    fake.rows = [row for row in fake.rows if row["id"] != f"{9:024x}"]
    landing = _next(fake, held, tmp_path)
    assert [(cell.receipt_month, cell.first_day) for cell in landing.certificate.cells] == [(MARCH, None)]
    _check_as_shown(fake, held)


# the warehouse ----------------------------------------------------------------------------------------------------
SOME_DAYS = {"first_day": dt.date(2024, 3, 5), "last_day": dt.date(2024, 3, 10)}


def _cell(**changes: Any) -> CellCertificate:
    given: dict[str, Any] = {"receipt_month": MARCH, "agency_ref": None, "undated": False, "received": 0}
    given |= {"declared_before": 0, "declared_after": 0, "is_complete": True, **changes}
    return CellCertificate(**given)


ALL = {"early", "late", "next", "unread", "undated", "undated of b"}


@pytest.mark.parametrize(
    ("cells", "gone"),
    [
        ([SOME_DAYS], {"early"}),
        ([{}], {"early", "late", "unread"}),
        ([{**SOME_DAYS, "is_complete": False}], set()),
        ([{"agency_ref": "b"}], {"late"}),
        ([{"receipt_month": None, "undated": True}], {"undated", "undated of b"}),
        ([{"receipt_month": None, "undated": True, "agency_ref": "b"}], {"undated of b"}),
        ([{"receipt_month": None, "agency_ref": "b"}], {"late", "undated of b"}),
        ([{"receipt_month": None}], ALL),
        ([SOME_DAYS, {"receipt_month": dt.date(2024, 4, 1)}], {"early", "next"}),
    ],
)
def test_what_a_listed_cell_lacks_is_gone_and_nothing_else(
    cells: list[dict[str, Any]], gone: set[str], tmp_path: Path, warehouse_dsn: str
) -> None:
    world = World(tmp_path, warehouse_dsn)
    world.run(
        "2024-04-18",
        national_export="",
        igate="""id | code | received | agency_ref | unread
        early | H37.21.01-240305-0001 | 2024-03-05 | a |
        late | H37.21.01-240320-0001 | 2024-03-20 | b |
        next | H37.21.01-240405-0001 | 2024-04-05 | a |
        unread | H37.21.01-240306-0001 | 2024-03-06 | a | received
        undated | H37.21.01-240307-0001 | - | - |
        undated of b | H37.21.01-240308-0001 | - | b |""",
    )
    world.land("2024-04-19", "igate", mode="incremental", cells=[_cell(**cell) for cell in cells], totals=[])
    world.open_and_load("2024-04-19")
    kept = "select record_id from core.dossier_record where source_id = 'igate' and to_night = 'infinity'"
    assert {key for (key,) in world.rows(kept)} == ALL - gone
