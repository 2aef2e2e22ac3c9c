"""OpenCPS in its variants: removed and undated dossiers, order, depth, time zones, bad rows (CONTRACTS section 3)."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from doisoat.collect import collect
from doisoat.collect.expected import HeldCount, NothingHeld, Place
from doisoat.collect.landing import Landing, Versions
from doisoat.errors import ConfigurationError, SourceChangedError
from doisoat.model import WHOLE, Capability, Cell, DossierRecord
from doisoat.province.file import SourceSettings
from doisoat.sources.contract import Limits
from doisoat.sources.opencps.source import Opencps
from doisoat.sources.registry import make_source
from support.opencps_server import GROUP, FakeOpencps, opencps_connection, opencps_row
from support.servers import LOCAL, Reply, serving

MARCH, APRIL = dt.date(2024, 3, 1), dt.date(2024, 4, 1)
NIGHT = dt.date(2024, 4, 17)
UNDATED = Cell(undated=True)
VERSIONS = Versions(doisoat="0", config_fingerprint="f", reference_hash="r")


@pytest.fixture
def fake() -> Iterator[FakeOpencps]:
    system = FakeOpencps([opencps_row(number) for number in range(25)])
    with serving(system):
        yield system


def _source(fake: FakeOpencps, *, page_size: int = 10, **options: Any) -> Opencps:
    limits = Limits(page_size=page_size, patience_seconds=0)
    settings = SourceSettings(kind="opencps", options={"group_id": GROUP, **options}, limits=limits)
    source = make_source("opencps", settings, opencps_connection(fake.port), LOCAL)
    assert isinstance(source, Opencps)
    return source


def _records(pages: Any) -> list[DossierRecord]:
    return [record for page in pages for record in page.records]


def _ids(records: list[DossierRecord]) -> list[int]:
    return sorted(int(record.record_id or 0) - 100_000 for record in records)


class _Held(NothingHeld):
    """A warehouse that holds 25 dossiers of March, changed until 10 April."""

    def watermark(self) -> dt.datetime:
        return dt.datetime(2024, 4, 10, 12, 0, tzinfo=LOCAL)

    def counts_by_month(self) -> dict[dt.date | None, HeldCount]:
        return {MARCH: HeldCount(25, 25)}

    def places(self, record_ids: Any) -> dict[str, Place]:
        return {key: Place(MARCH, "H37.17.00", False) for key in record_ids if int(key) < 100_025}


def _pull(source: Opencps, root: Path, held: NothingHeld | None = None) -> Landing:
    given = held or NothingHeld()
    return collect(source, province_id="p", night=NIGHT, held=given, landing_root=root, versions=VERSIONS)


# what is read -----------------------------------------------------------------------------------------------------
def test_a_row_becomes_a_record_without_its_personal_part(fake: FakeOpencps) -> None:
    dates = {"releaseDate": "11/03/2024 15:00:00", "finishDate": "13/03/2024 09:00:00"}
    fake.rows = [opencps_row(7, originDossierNo="000.00.17.H37-240301-0005", dossierStatus="done", **dates)]
    assert _records(_source(fake).list_cell(WHOLE)) == [
        DossierRecord(
            record_id="100007",
            dossier_code="H37.17-240305-0007",
            linked_codes=("000.00.17.H37-240301-0005",),
            procedure_code="1.001193.000.00.00.H37",
            field_code="G15",
            agency_code="H37.17.01",
            agency_name="UBND xã Yên Trạch",  # composed
            agency_ref="H37.17.01",
            channel_code="online=true",
            status_code="done",
            submitted_at=dt.datetime(2024, 3, 5, 8, 7, tzinfo=LOCAL),
            received_at=dt.datetime(2024, 3, 5, 8, 7, tzinfo=LOCAL),
            due_at=dt.datetime(2024, 3, 12, 17, 0, tzinfo=LOCAL),
            finished_at=dt.datetime(2024, 3, 11, 15, 0, tzinfo=LOCAL),
            returned_at=dt.datetime(2024, 3, 13, 9, 0, tzinfo=LOCAL),
            updated_at=dt.datetime(2024, 4, 8, 10, 7, tzinfo=LOCAL),
        )
    ]


@pytest.mark.parametrize(
    ("changes", "is_sent", "links"),
    [
        ({}, True, ()),  # a UUID is no code
        ({"referenceUid": "G22.99-240305-0007"}, True, ("G22.99-240305-0007",)),
        ({"referenceUid": "H37.17-240305-00071"}, True, ("H37.17-240305-00071",)),
        ({"referenceUid": "H37.17-240305-0007"}, True, ()),  # its own code
        ({"systemId": 5}, True, ("5f0c1d2e-0000-4000-8000-000000000007",)),
        ({"systemId": "5", "referenceUid": "G22.99-240305-0007"}, False, ("G22.99-240305-0007",)),
        ({"systemId": 5}, False, ()),
        ({"originDossierNo": "chuyển từ sở"}, True, ()),
    ],
)
def test_other_codes_link_only_where_they_are_codes(
    fake: FakeOpencps, changes: dict, is_sent: bool, links: tuple[str, ...]
) -> None:
    fake.rows = [opencps_row(7, **changes)]
    assert _records(_source(fake, reference_is_sent=is_sent).list_cell(WHOLE))[0].linked_codes == links


@pytest.mark.parametrize(
    ("changes", "channel"),
    [
        ({"online": True, "fromViaPostal": 1}, "online=true"),
        ({"online": "false"}, "online=false"),
        ({"online": False, "fromViaPostal": 2}, "online=false,fromViaPostal=1"),
        ({"online": ""}, None),
        ({"online": "offline"}, "offline"),
    ],
)
def test_the_channel_is_told_in_its_own_words(fake: FakeOpencps, changes: dict, channel: str | None) -> None:
    fake.rows = [opencps_row(7, **changes)]
    assert _records(_source(fake).list_cell(WHOLE))[0].channel_code == channel


def test_a_dossier_has_no_code_before_it_is_accepted(fake: FakeOpencps) -> None:
    fake.rows = [opencps_row(7, day=None)]
    (record,) = _records(_source(fake).list_cell(UNDATED))
    assert (record.dossier_code, record.received_at, record.status_code) == (None, None, "new")


# pages ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cap", "end_included"), [(10**6, False), (10**6, True), (4, False), (4, True), (10, True), (1, False)]
)
def test_every_page_is_walked_whatever_the_server_takes_end_for(
    fake: FakeOpencps, cap: int, end_included: bool
) -> None:
    fake.cap, fake.end_included = cap, end_included
    for held in (0, 1, 4, 10, 11, 20, 25):
        fake.rows = [opencps_row(number) for number in range(held)]
        pages = list(_source(fake).list_cell(Cell(MARCH)))
        assert _ids(_records(pages)) == list(range(held))


def test_all_offices_are_asked_for_and_never_only_those_of_the_account(fake: FakeOpencps) -> None:
    assert _source(fake).count(WHOLE).value == 25
    assert _source(fake).count(Cell(MARCH, "H37.17.01")).value == 8
    assert {query["agency"] for query in fake.searches} == {"all", "H37.17.01"}


def test_only_the_named_systems_are_read_where_any_are_named(fake: FakeOpencps) -> None:
    fake.rows += [opencps_row(100, systemId=5), opencps_row(101, systemId=9)]
    assert _source(fake).count(WHOLE).value == 27
    assert _source(fake, system_ids=["0", "5"]).count(WHOLE).value == 26
    assert _ids(_records(_source(fake, system_ids=["5"]).list_cell(WHOLE))) == [100]


def test_a_search_never_asks_for_a_row_beyond_the_deepest(fake: FakeOpencps, tmp_path: Path) -> None:
    fake.rows = [opencps_row(number, day=f"{1 + number % 31:02d}/03/2024") for number in range(93)]
    fake.deepest = 12
    certificate = _pull(_source(fake, deepest_row=12, statistics_months=0), tmp_path).certificate
    assert (certificate.is_complete, certificate.decoded) == (True, 93)


def test_a_day_that_is_too_deep_is_incomplete_not_cut_short_in_silence(fake: FakeOpencps, tmp_path: Path) -> None:
    fake.deepest = 12
    certificate = _pull(_source(fake, deepest_row=12, statistics_months=0), tmp_path).certificate
    assert not certificate.is_complete
    assert [(cell.receipt_month, cell.received) for cell in certificate.cells if not cell.is_complete] == [(MARCH, 24)]


def test_months_are_found_by_halving(fake: FakeOpencps) -> None:
    days = ["31/01/2001", "31/12/2019", "01/01/2020", "29/02/2024"]
    for number, day in enumerate(days):
        fake.rows[number] = opencps_row(number, day=day)
    fake.rows.append(opencps_row(99, day="02/02/2022"))
    fake.removed = {100_099}
    expected = [(2001, 1), (2019, 12), (2020, 1), (2022, 2), (2024, 2), (2024, 3)]
    assert [(month.year, month.month) for month in _source(fake).months()] == expected
    fake.rows = []
    assert _source(fake).months() == []


# removed ----------------------------------------------------------------------------------------------------------
def test_removed_dossiers_are_counted_listed_and_marked(fake: FakeOpencps, tmp_path: Path) -> None:
    fake.removed = {100_003, 100_011}
    source = _source(fake)
    assert (source.count(WHOLE).value, source.count(WHOLE, removed=False).value) == (25, 23)
    records = _records(source.list_cell(WHOLE))
    assert _ids(records) == list(range(25))
    assert _ids([record for record in records if record.is_removed]) == [3, 11]
    certificate = _pull(_source(fake), tmp_path).certificate
    assert (certificate.is_complete, certificate.declared_after) == (True, 25)


def test_a_server_that_cannot_show_removed_ones_shows_none_twice(fake: FakeOpencps, tmp_path: Path) -> None:
    fake.removed, fake.shows_removed = {100_003}, False
    source = _source(fake)
    assert source.count(WHOLE).value == source.count(WHOLE, removed=False).value == 24
    assert not any(record.is_removed for record in _records(source.list_cell(WHOLE)))
    assert _pull(_source(fake), tmp_path).certificate.decoded == 24
    fake.requests.clear()
    assert _source(fake, removed_originalities=[]).count(WHOLE).value == 24
    assert len(fake.requests) == 1
    with pytest.raises(ConfigurationError, match="at least two"):
        _source(fake, removed_originalities=["-3"])


# undated ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("statuses", [("new",), (), ("new", "denied", "unresolved")])
def test_undated_dossiers_are_total_minus_dated_and_all_found(
    fake: FakeOpencps, statuses: tuple[str, ...], tmp_path: Path
) -> None:
    undated = [opencps_row(100, day=None), opencps_row(101, day=None, dossierStatus="denied")]
    fake.rows += [*undated, opencps_row(102, day=None, dossierStatus="tra_lai"), opencps_row(103, day=None)]
    fake.removed = {100_103}
    source = _source(fake, undated_statuses=statuses)
    assert (source.count(UNDATED).value, source.count(UNDATED, removed=False).value) == (4, 3)
    records = _records(source.list_cell(UNDATED))
    assert _ids(records) == [100, 101, 102, 103]
    assert _pull(_source(fake, undated_statuses=statuses), tmp_path).certificate.is_complete


def test_nothing_is_walked_where_nothing_is_undated(fake: FakeOpencps) -> None:
    assert list(_source(fake).list_cell(UNDATED)) == []
    assert all(query["end"] == "1" for query in fake.searches)


# changes ----------------------------------------------------------------------------------------------------------
def test_changes_are_read_newest_first_until_since(fake: FakeOpencps) -> None:
    fake.rows = [opencps_row(number, modifiedDate=f"10/04/2024 10:{number:02d}:00") for number in range(60)]
    fake.removed = {100_058, 100_001}
    since = dt.datetime(2024, 4, 10, 10, 55, tzinfo=LOCAL)
    records = _records(_source(fake, page_size=4).changes(since))
    assert _ids(records) == [55, 56, 57, 58, 59]
    assert _ids([record for record in records if record.is_removed]) == [58]
    assert len([query for query in fake.searches if query["end"] != "1"]) == 3, "no page beyond the first old row"


def test_changes_that_a_search_cannot_reach_are_a_full_listing(fake: FakeOpencps) -> None:
    fake.rows = [opencps_row(number, day=f"{1 + number:02d}/03/2024") for number in range(25)]
    fake.deepest = 12
    records = _records(_source(fake, deepest_row=12).changes(dt.datetime(2024, 1, 1, tzinfo=LOCAL)))
    assert set(_ids(records)) == set(range(25))


@pytest.mark.parametrize(("modified", "message"), [(None, "not sorted by modifiedDate"), ("", "without modifiedDate")])
def test_a_server_that_does_not_sort_by_change_is_noticed_and_can_be_done_without(
    fake: FakeOpencps, modified: str | None, message: str
) -> None:
    fake.sorts = False
    if modified is not None:
        fake.rows = [opencps_row(number, modifiedDate=modified) for number in range(25)]
    with pytest.raises(SourceChangedError, match=f"{message}.*modified_sort to null"):
        list(_source(fake).changes(dt.datetime(2024, 4, 1, tzinfo=LOCAL)))
    assert "modified_sort to null" in _source(fake).probe()
    source = _source(fake, modified_sort=None)
    assert source.capabilities == {Capability.LISTING, Capability.COUNTS}
    assert Opencps.capabilities > source.capabilities
    with pytest.raises(ConfigurationError):
        source.changes(dt.datetime(2024, 4, 1, tzinfo=LOCAL))


@pytest.mark.parametrize(("sort", "cells"), [("modifiedDate", 0), (None, 1)])
def test_a_later_night_costs_what_changed_or_the_newest_months(
    fake: FakeOpencps, sort: str | None, cells: int, tmp_path: Path
) -> None:
    fake.rows[3] |= {"dossierStatus": "done", "modifiedDate": "17/04/2024 09:00:00"}
    fake.rows.append(opencps_row(60, day="17/04/2024", modifiedDate="17/04/2024 10:00:00"))
    source = _source(fake, modified_sort=sort, statistics_months=0)
    landing = _pull(source, tmp_path, _Held())
    assert (landing.certificate.mode, landing.certificate.is_complete) == ("incremental", True)
    text = b"".join(landing.records_csv())
    assert b"100060" in text
    assert b"2024-04-17T09:00:00+07:00" in text
    assert len([cell for cell in landing.certificate.cells if cell.receipt_month == MARCH]) == cells


# days -------------------------------------------------------------------------------------------------------------
def test_a_months_edge_is_local(fake: FakeOpencps) -> None:
    fake.rows = [
        opencps_row(1, receiveDate="31/03/2024 23:59:59"),
        opencps_row(2, receiveDate="01/04/2024 00:00:00"),
    ]
    source = _source(fake)
    assert _ids(_records(source.list_cell(Cell(MARCH)))) == [1]
    assert _ids(_records(source.list_cell(Cell(APRIL)))) == [2]


def test_a_server_whose_days_are_not_local_is_noticed(fake: FakeOpencps) -> None:
    """Early on 1 April here is still 31 March there: without a word the dossier would stand in the wrong month."""
    fake.zone, fake.rows = ZoneInfo("UTC"), [opencps_row(1), opencps_row(2, receiveDate="01/04/2024 06:59:59")]
    with pytest.raises(SourceChangedError, match="window_timezone"):
        list(_source(fake).list_cell(Cell(MARCH)))
    with pytest.raises(ConfigurationError, match="window_timezone"):
        _source(fake, window_timezone="Nowhere/Land")


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Auckland", "Asia/Bangkok"])
def test_months_are_exact_in_a_server_of_another_time_zone(fake: FakeOpencps, zone: str, tmp_path: Path) -> None:
    fake.zone = ZoneInfo(zone)
    hours = ["01/03/2024 00:00:00", "01/03/2024 06:59:59", "01/03/2024 07:00:00", "15/03/2024 12:00:00",
             "31/03/2024 06:59:59", "31/03/2024 07:00:00", "31/03/2024 23:59:59", "01/04/2024 00:00:00",
             "01/04/2024 06:59:59", "01/04/2024 07:00:00"]  # fmt: skip
    fake.rows = [opencps_row(number, receiveDate=hour) for number, hour in enumerate(hours)]
    fake.removed = {100_001, 100_008}
    source = _source(fake, window_timezone=zone)
    assert [source.count(Cell(month)).value for month in (MARCH, APRIL)] == [7, 3]
    assert [source.count(Cell(month), removed=False).value for month in (MARCH, APRIL)] == [6, 2]
    assert _ids(_records(source.list_cell(Cell(MARCH)))) == list(range(7))
    assert _ids(_records(source.list_cell(Cell(APRIL)))) == [7, 8, 9]
    certificate = _pull(_source(fake, window_timezone=zone), tmp_path).certificate
    assert (certificate.is_complete, certificate.decoded) == (True, 10)


def test_an_unreadable_row_on_the_edge_of_a_month_is_in_one_month_only(fake: FakeOpencps, tmp_path: Path) -> None:
    """Nothing says on which side of midnight it was: it goes with the day under which the server files it."""
    fake.zone, at = ZoneInfo("UTC"), "01/04/2024 05:00:00"  # 31 March there
    fake.rows += [opencps_row(98, receiveDate="", at=at), opencps_row(99, receiveDate=at, dueDate="never")]
    source = _source(fake, window_timezone="UTC")
    assert [source.count(Cell(month)).value for month in (MARCH, APRIL)] == [27, 0]
    certificate = _pull(_source(fake, window_timezone="UTC"), tmp_path).certificate
    assert (certificate.is_complete, certificate.decoded, certificate.quarantined) == (True, 25, 2)


# statistics -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("knows_total", [True, False])
def test_statistics_are_kept_at_the_grain_of_agencies_and_never_doubled(fake: FakeOpencps, knows_total: bool) -> None:
    fake.knows_total = knows_total
    totals = list(_source(fake, statistics_months=2).control_totals(NIGHT))
    assert {total.receipt_month for total in totals} == {dt.date(2024, 2, 1), MARCH}
    march = [total for total in totals if total.receipt_month == MARCH and total.measure == "receivedCount"]
    found = {(total.agency_code, total.value, total.includes_children) for total in march}
    assert found == {(None, 33, True), ("H37.17.00", 10, None), ("H37.17.01", 11, None), ("H37.17.02", 12, None)}
    assert len(march) == 4
    assert {total.measure for total in totals} == {
        "totalCount", "receivedCount", "onlineCount", "deniedCount", "doneCount",
    }  # fmt: skip
    assert {total.measured_at for total in totals} == {fake.now}


def test_a_year_is_asked_for_once_it_has_ended(fake: FakeOpencps) -> None:
    totals = list(_source(fake, statistics_months=2).control_totals(dt.date(2024, 1, 31)))
    periods = [(total.period_kind, total.receipt_month) for total in totals if total.measure == "totalCount"]
    assert [key for key, _ in itertools.groupby(periods)] == [
        ("month", dt.date(2023, 12, 1)), ("year", dt.date(2023, 1, 1)), ("month", dt.date(2024, 1, 1)),
    ]  # fmt: skip
    assert next(t.value for t in totals if t.period_kind == "year" and t.agency_ref is None) == 1033
    before = _source(fake, statistics_months=2).control_totals(dt.date(2023, 12, 30))
    assert {(t.period_kind, t.receipt_month) for t in before} == {
        ("month", dt.date(2023, 10, 1)), ("month", dt.date(2023, 11, 1)),
    }  # fmt: skip


def test_one_system_stands_for_all_only_where_there_is_one(fake: FakeOpencps) -> None:
    row = fake.statistics(2024, 3)[0]
    fake.knows_total, fake.statistics = False, lambda year, month: [{**row, "month": month, "system": "0"}]
    totals = list(_source(fake, statistics_months=1).control_totals(NIGHT))
    assert {total.flags for total in totals} == {("system 0",)}
    fake.statistics = lambda year, month: [{**row, "month": month, "system": system} for system in ("0", "5")]
    assert list(_source(fake, statistics_months=1).control_totals(NIGHT)) == []


def test_statistics_go_into_the_landing_beside_the_counts(fake: FakeOpencps, tmp_path: Path) -> None:
    measures = {total.measure for total in _pull(_source(fake), tmp_path).totals()}
    assert measures > {"dossiers", "dossiers_not_removed", "receivedCount"}
    assert not _source(fake, statistics_months=0).has_statistics


@pytest.mark.parametrize("answer", [{"dossierStatisticData": []}, {"total": 3, "dossierStatisticData": [{}]}, {}])
def test_statistics_that_do_not_add_up_are_a_changed_contract(fake: FakeOpencps, answer: dict) -> None:
    fake.always(Reply(answer), on="statistics")
    with pytest.raises(SourceChangedError):
        list(_source(fake).control_totals(NIGHT))
