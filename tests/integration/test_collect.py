"""A pull from the first count to the seal, over HTTP and on files (doisoat.collect, landing.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect.landing import Landing, open_landing
from doisoat.connections import Connection
from doisoat.errors import (
    NightNotCollectedError,
    NightOrderError,
    SourceChangedError,
    SourceError,
    SourceUnavailableError,
)
from doisoat.sources.contract import Limits
from doisoat.sources.igate.source import Igate, IgateOptions
from doisoat.sources.national_export import ExportOptions, NationalExport
from support.exports import COLUMNS, export_row, export_table, write_csv
from support.pulls import NEXT, NIGHT, Loaded, pull, rows_of
from support.servers import LOCAL, FakeIgate, Reply, igate_connection, igate_row, serving

MARCH = dt.date(2024, 3, 1)


@pytest.fixture
def fake() -> Iterator[FakeIgate]:
    days = ["2024-01-10", "2024-02-10", "2024-03-10", "2024-03-20"]
    system = FakeIgate([igate_row(number, day=days[number % 4]) for number in range(80)] + [igate_row(500, day=None)])
    with serving(system):
        yield system


def _igate(fake: FakeIgate, **limits: Any) -> Igate:
    given = {"page_size": 7, "patience_seconds": 0, "quiet_cell_share": 0, **limits}
    options = IgateOptions(dated_from=dt.date(2023, 1, 1), dated_to=dt.date(2024, 12, 31))
    return Igate(
        "igate", options=options, limits=Limits(**given), connection=igate_connection(fake.port), timezone=LOCAL
    )


def _update(fake: FakeIgate, number: int, **changes: Any) -> None:
    """A change that moves updatedDate to one o'clock after the first night."""
    row = next(row for row in fake.rows if row["id"] == f"{number:024x}")
    row |= {"updatedDate": "2024-04-18T12:00:00.000+0700", **changes}


# full -------------------------------------------------------------------------------------------------------------
def test_a_first_pull_lists_everything_and_certifies_each_month(fake: FakeIgate, tmp_path: Path) -> None:
    fake.removed = {f"{5:024x}"}
    landing = pull(_igate(fake), tmp_path)
    certificate = landing.certificate
    assert (certificate.mode, certificate.is_complete, certificate.incomplete_reason) == ("full", True, None)
    assert (certificate.declared_before, certificate.declared_after, len(rows_of(landing))) == (81, 81, 81)
    cells = [(cell.receipt_month, cell.undated, cell.received, cell.is_complete) for cell in certificate.cells]
    assert cells == [
        (dt.date(2024, 1, 1), False, 20, True), (dt.date(2024, 2, 1), False, 20, True), (MARCH, False, 40, True),
        (None, True, 1, True),
    ]  # fmt: skip
    assert [row["record_id"] for row in rows_of(landing) if row["is_removed"] == "true"] == [f"{5:024x}"]
    assert certificate.watermark == dt.datetime(2024, 4, 10, 9, 59, tzinfo=dt.UTC)
    totals = {(t.measure, t.period_kind, t.receipt_month): t.value for t in landing.totals()}
    assert totals["dossiers", "all", None] == 81
    assert totals["dossiers_not_removed", "all", None] == 80
    assert totals["dossiers", "undated", None] == totals["dossiers_not_removed", "undated", None] == 1
    assert totals["dossiers", "month", MARCH] == totals["dossiers_not_removed", "month", MARCH] == 40
    assert totals["dossiers_not_removed", "month", dt.date(2024, 2, 1)] == 19


def test_the_watermark_never_runs_ahead_of_the_cut_off(fake: FakeIgate, tmp_path: Path) -> None:
    fake.rows[0]["updatedDate"] = "2024-05-01T00:00:00.000+0700"
    certificate = pull(_igate(fake), tmp_path).certificate
    assert certificate.watermark == certificate.cut_off == fake.now


def test_a_record_that_moves_while_we_walk_is_not_lost(fake: FakeIgate, tmp_path: Path) -> None:
    """Each page moves one record from the end to the front, where the walk has already passed."""
    moved: list[str] = []

    def move_one(query: dict[str, str]) -> None:
        still = [row for row in fake.rows if row["id"] not in moved and row["acceptedDate"]]
        if len(moved) < 6:
            last = min(still, key=lambda row: row["updatedDate"])
            moved.append(last["id"])
            last["updatedDate"] = "2024-04-18T00:59:59.000+0700"

    fake.after_page = move_one
    landing = pull(_igate(fake), tmp_path)
    assert landing.certificate.is_complete
    assert {row["record_id"] for row in rows_of(landing)} == {row["id"] for row in fake.rows}


def test_a_month_that_never_stands_still_is_marked_incomplete(fake: FakeIgate, tmp_path: Path) -> None:
    def arrive(query: dict[str, str]) -> None:
        if query["page"] == "0" and query.get("accepted-from") == "2024-03-01":
            fake.rows.append(igate_row(700 + len(fake.rows), day="2024-03-01", updated="2024-04-18T00:59:59.000+0700"))

    fake.after_page = arrive
    certificate = pull(_igate(fake), tmp_path).certificate
    assert not certificate.is_complete
    assert certificate.incomplete_reason
    assert [cell.receipt_month for cell in certificate.cells if not cell.is_complete] == [MARCH]


def test_a_month_that_appears_during_the_walk_is_listed_too(fake: FakeIgate, tmp_path: Path) -> None:
    newborn = igate_row(700, day="2024-04-17", updated="2024-04-17T23:59:59.000+0700")

    def give_birth(query: dict[str, str]) -> None:
        if newborn not in fake.rows:
            fake.rows.append(newborn)

    fake.after_page = give_birth
    landing = pull(_igate(fake), tmp_path)
    assert landing.certificate.is_complete
    assert newborn["id"] in {row["record_id"] for row in rows_of(landing)}
    assert landing.certificate.declared_after == 82


# the seal ---------------------------------------------------------------------------------------------------------
def test_a_sealed_night_never_touches_the_source_again(fake: FakeIgate, tmp_path: Path) -> None:
    first = pull(_igate(fake), tmp_path)
    fake.requests.clear()
    fake.rows.clear()
    again = pull(_igate(fake), tmp_path)
    assert fake.requests == []
    assert again.manifest == first.manifest


def test_a_pull_that_fails_leaves_nothing_that_looks_like_a_landing(fake: FakeIgate, tmp_path: Path) -> None:
    fake.fail(*[None] * 30, Reply({}, 500))
    with pytest.raises(SourceUnavailableError):
        pull(_igate(fake), tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert pull(_igate(fake), tmp_path).certificate.is_complete


@pytest.mark.parametrize("field", ["code", "dossierStatus"])
def test_a_field_that_vanished_is_a_changed_contract_not_an_empty_field(
    field: str, fake: FakeIgate, tmp_path: Path
) -> None:
    for row in fake.rows[1:]:
        row.pop(field)
    assert pull(_igate(fake), tmp_path / "one").certificate.is_complete
    fake.rows[0].pop(field)
    with pytest.raises(SourceChangedError, match="81 records, none of which does"):
        pull(_igate(fake), tmp_path / "none")


def test_a_landing_says_with_what_it_was_read(fake: FakeIgate, tmp_path: Path) -> None:
    versions = pull(_igate(fake), tmp_path).manifest.versions
    assert (versions.doisoat, versions.config_fingerprint, versions.reference_hash) == ("0.1", "f", "r")
    assert versions.decoder == "igate/2"


@pytest.mark.parametrize(
    ("now", "late", "expected"),
    [
        (dt.datetime(2024, 4, 17, 23, 59, 59, tzinfo=LOCAL), False, NightOrderError),
        (dt.datetime(2024, 4, 17, 23, 59, 59, tzinfo=LOCAL), True, NightOrderError),
        (dt.datetime(2024, 4, 18, tzinfo=LOCAL), False, None),
        (dt.datetime(2024, 4, 19, 12, tzinfo=LOCAL), False, None),
        (dt.datetime(2024, 4, 19, 12, 0, 1, tzinfo=LOCAL), False, NightNotCollectedError),
        (dt.datetime(2024, 4, 19, 12, 0, 1, tzinfo=LOCAL), True, None),
    ],
)
def test_a_night_is_collected_after_its_end_and_not_much_later(
    fake: FakeIgate, tmp_path: Path, now: dt.datetime, late: bool, expected: type[Exception] | None
) -> None:
    fake.now = now
    if expected:
        with pytest.raises(expected, match="igate"):
            pull(_igate(fake), tmp_path, collect_late=late)
        assert not list(tmp_path.rglob("manifest.json"))
    else:
        assert pull(_igate(fake), tmp_path, collect_late=late).manifest.collected_late is late


# incremental ------------------------------------------------------------------------------------------------------
@pytest.fixture
def held(fake: FakeIgate, tmp_path: Path) -> Loaded:
    fake.removed = {f"{5:024x}"}
    loaded = Loaded()
    loaded.load(pull(_igate(fake), tmp_path))
    fake.now += dt.timedelta(days=1)
    fake.requests.clear()
    return loaded


def _next(fake: FakeIgate, held: Loaded, root: Path, **limits: Any) -> Landing:
    landing = pull(_igate(fake, **limits), root, night=NEXT, held=held)
    held.load(landing)
    assert landing.certificate.mode == "incremental"
    return landing


def _true_ids(fake: FakeIgate) -> set[str]:
    return {row["id"] for row in fake.rows}


def test_a_quiet_night_costs_a_handful_of_counts(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    landing = _next(fake, held, tmp_path, overlap_minutes=0)
    assert landing.certificate.is_complete
    assert landing.certificate.cells == ()
    assert landing.certificate.received == 1  # the one at the watermark itself
    assert landing.certificate.requests < 20
    assert landing.certificate.watermark == dt.datetime(2024, 4, 10, 9, 59, tzinfo=dt.UTC)


def test_changes_come_with_the_overlap(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    _update(fake, 3, dossierStatus={"id": 9})
    fake.rows.append(igate_row(600, day="2024-04-18", updated="2024-04-18T12:30:00.000+0700"))
    landing = _next(fake, held, tmp_path)
    assert landing.certificate.is_complete
    assert landing.certificate.cells == ()
    assert held.rows[f"{3:024x}"]["status_code"] == "9"
    assert f"{600:024x}" in held.rows
    assert landing.certificate.watermark == dt.datetime(2024, 4, 18, 12, 30, tzinfo=LOCAL)


def test_a_dossier_that_vanished_without_a_word_is_found_by_counts(
    fake: FakeIgate, held: Loaded, tmp_path: Path
) -> None:
    del fake.rows[6]  # March
    landing = _next(fake, held, tmp_path)
    assert [(cell.receipt_month, cell.is_complete) for cell in landing.certificate.cells] == [(MARCH, True)]
    assert set(held.rows) == _true_ids(fake)


def test_a_removal_that_left_no_date_is_found_by_counts(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    fake.removed.add(f"{8:024x}")  # January
    landing = _next(fake, held, tmp_path)
    assert [cell.receipt_month for cell in landing.certificate.cells] == [dt.date(2024, 1, 1)]
    assert held.rows[f"{8:024x}"]["is_removed"] == "true"


def test_a_dossier_that_comes_back_is_no_longer_removed(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    fake.removed.clear()
    _next(fake, held, tmp_path)
    assert held.rows[f"{5:024x}"]["is_removed"] == "false"


def test_a_month_that_we_knew_nothing_of_is_found(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    fake.rows.append(igate_row(600, day="2023-05-05", updated="2020-01-01T00:00:00.000+0700"))  # migrated, old date
    landing = _next(fake, held, tmp_path)
    assert [cell.receipt_month for cell in landing.certificate.cells] == [dt.date(2023, 5, 1)]
    assert set(held.rows) == _true_ids(fake)


def test_a_new_undated_dossier_with_an_old_update_is_found(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    fake.rows.append(igate_row(601, day=None, updated="2020-01-01T00:00:00.000+0700"))
    landing = _next(fake, held, tmp_path)
    assert [cell.undated for cell in landing.certificate.cells] == [True]
    assert set(held.rows) == _true_ids(fake)


def test_a_dossier_that_moves_between_months_is_no_difference(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    _update(fake, 2, acceptedDate="2024-01-31T20:00:00.000+0000")  # 1 February, 03:00 local
    _update(fake, 500, acceptedDate="2024-02-01T08:00:00.000+0700")
    landing = _next(fake, held, tmp_path)
    assert landing.certificate.cells == ()
    assert landing.certificate.is_complete


def test_only_the_agency_that_differs_is_listed_where_that_is_cheaper(
    fake: FakeIgate, held: Loaded, tmp_path: Path
) -> None:
    gone = next(row for row in fake.rows if row["agency"]["id"] == "unit-1" and "2024-03" in str(row["acceptedDate"]))
    fake.rows.remove(gone)
    landing = _next(fake, held, tmp_path, page_size=2)
    assert [(cell.receipt_month, cell.agency_ref) for cell in landing.certificate.cells] == [(MARCH, "unit-1")]
    assert set(held.rows) == _true_ids(fake)
    assert all(total.agency_ref is None for total in landing.totals())


def test_agencies_that_overlap_are_not_trusted_as_parts_of_a_month(
    fake: FakeIgate, held: Loaded, tmp_path: Path
) -> None:
    """One agency is the ancestor of another: their counts add up to more than the month."""
    for row in fake.rows:
        if row["agency"]["id"] == "unit-2":
            row["agency"]["ancestors"].append({"id": "unit-1"})
    del fake.rows[6]
    landing = _next(fake, held, tmp_path, page_size=2)
    assert [(cell.receipt_month, cell.agency_ref) for cell in landing.certificate.cells] == [(MARCH, None)]
    assert set(held.rows) == _true_ids(fake)


def test_what_the_budget_does_not_cover_is_incomplete_and_never_a_gap(
    fake: FakeIgate, held: Loaded, tmp_path: Path
) -> None:
    before = set(held.rows)
    fake.rows = [row for number, row in enumerate(fake.rows) if number not in (0, 1, 2)]  # one in each month
    landing = _next(fake, held, tmp_path, relist_cells_per_night=1)
    certificate = landing.certificate
    assert not certificate.is_complete
    assert certificate.incomplete_reason == "cells beyond tonight's budget: 2"
    assert [cell.is_complete for cell in certificate.cells] == [True, False, False]
    assert len(before - set(held.rows)) == 1


def test_quiet_months_take_their_turn_by_the_date(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    """A swap leaves every count as it was; a rolling review of the quiet months finds it."""
    swapped = next(row for row in fake.rows if str(row["acceptedDate"]).startswith("2024-02"))
    swapped["id"] = f"{999:024x}"
    seen: list[dt.date | None] = []
    for night in range(1, 5):
        landing = pull(_igate(fake, quiet_cell_share=0.25), tmp_path, night=NIGHT + dt.timedelta(days=night), held=held)
        held.load(landing)
        seen += [cell.receipt_month for cell in landing.certificate.cells]
        fake.now += dt.timedelta(days=1)
    assert sorted(filter(None, seen)) == [dt.date(2024, 1, 1), dt.date(2024, 2, 1), MARCH]
    assert set(held.rows) == _true_ids(fake)


def test_a_sweep_lists_everything_although_something_is_held(fake: FakeIgate, held: Loaded, tmp_path: Path) -> None:
    landing = pull(_igate(fake), tmp_path, night=NEXT, held=held, full=True)
    assert (landing.certificate.mode, landing.certificate.received) == ("full", 81)


# files ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    path = tmp_path / "inbox"
    path.mkdir()
    return path


def _export(inbox: Path, **options: Any) -> NationalExport:
    return NationalExport(
        "national_export",
        options=ExportOptions(columns=COLUMNS, settle_seconds=0, **options),
        limits=Limits(),
        connection=Connection("national_export", conn_type="fs", extra={"path": str(inbox)}),
        timezone=LOCAL,
    )


def test_originals_are_deleted_once_sealed_and_only_those(inbox: Path, tmp_path: Path) -> None:
    write_csv(inbox / "a.csv", export_table([export_row(1)]))
    (inbox / "notes.txt").write_text("stays")
    (inbox / ".b.csv.part").write_text("still coming")
    landing = pull(_export(inbox), tmp_path / "landing")
    assert sorted(path.name for path in inbox.iterdir()) == [".b.csv.part", "notes.txt"]
    assert [(seal.name, len(seal.sha256)) for seal in landing.manifest.originals] == [("original 1", 64)]


def test_a_crash_between_seal_and_deletion_is_tidied_up_by_the_rerun(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(inbox / "a.csv", export_table([export_row(1)]))
    with monkeypatch.context() as crash:
        crash.setattr(Landing, "delete_originals", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pull(_export(inbox), tmp_path / "landing")
    write_csv(inbox / "later.csv", export_table([export_row(2)]))
    pull(_export(inbox), tmp_path / "landing")
    assert [path.name for path in inbox.iterdir()] == ["later.csv"], "a file that was never read stays"


def test_all_files_of_a_night_are_one_listing(inbox: Path, tmp_path: Path) -> None:
    write_csv(inbox / "a.csv", export_table([export_row(1), export_row(2)]))
    write_csv(inbox / "b.csv", export_table([export_row(3)]))
    write_csv(inbox / "copy of a.csv", export_table([export_row(1), export_row(2)]))
    landing = pull(_export(inbox), tmp_path / "landing")
    assert landing.certificate.is_complete
    assert (landing.certificate.declared_after, landing.certificate.received) == (3, 3)
    assert [total.value for total in landing.totals()] == [3]
    assert list(inbox.iterdir()) == [], "the copy is deleted with the one that was read"


def test_a_file_that_declares_more_than_it_holds_is_incomplete(inbox: Path, tmp_path: Path) -> None:
    write_csv(inbox / "a.csv", export_table([export_row(1)], total=2))
    certificate = pull(_export(inbox), tmp_path / "landing").certificate
    assert not certificate.is_complete
    assert certificate.incomplete_reason == "declared 2, received 1"


def test_a_file_made_before_the_night_ended_is_not_the_nights_listing(inbox: Path, tmp_path: Path) -> None:
    write_csv(inbox / "a.csv", export_table([export_row(1)]))
    old = dt.datetime(2024, 4, 17, 18, tzinfo=LOCAL)
    write_csv(inbox / "old.csv", export_table([export_row(2)]), at=old)
    with pytest.raises(SourceUnavailableError, match="2024-04-17 18:00"):
        pull(_export(inbox), tmp_path / "landing")
    assert len(list(inbox.iterdir())) == 2, "nothing is deleted that was not sealed"


def test_a_file_cut_off_in_the_middle_never_passes_for_the_whole(inbox: Path, tmp_path: Path) -> None:
    path = write_csv(inbox / "a.csv", export_table([export_row(number) for number in range(100)]))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(SourceError) as caught:
        pull(_export(inbox), tmp_path / "landing")
    assert type(caught.value) is SourceUnavailableError


def test_a_file_without_its_total_is_read_only_where_that_is_said(inbox: Path, tmp_path: Path) -> None:
    write_csv(inbox / "a.csv", export_table([export_row(1)], total=None))
    with pytest.raises(SourceUnavailableError, match="Tổng số"):
        pull(_export(inbox), tmp_path / "landing")
    landing = pull(_export(inbox, needs_total=False), tmp_path / "landing")
    assert landing.certificate.is_complete
    assert list(landing.totals()) == []


def test_a_renamed_column_is_a_changed_contract_not_an_empty_column(inbox: Path, tmp_path: Path) -> None:
    table = export_table([export_row(1)])
    table[3] = ["Tình hình" if label == "Trạng thái" else label for label in table[3]]
    write_csv(inbox / "a.csv", table)
    with pytest.raises(SourceChangedError, match="status_code"):
        pull(_export(inbox), tmp_path / "landing")
    with pytest.raises(NightNotCollectedError):
        open_landing(tmp_path / "landing", "p", NIGHT, "national_export")
