"""Business registration in its variants: nesting, DataCount, windows, other offices, bad rows (CONTRACTS 4 and 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect import collect
from doisoat.collect.expected import HeldCount, NothingHeld
from doisoat.collect.landing import Landing, Versions
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.model import WHOLE, Cell, DossierRecord
from doisoat.province.file import SourceSettings
from doisoat.sources.business_registration.source import BusinessRegistration
from doisoat.sources.contract import Limits
from doisoat.sources.registry import make_source
from support.registration_server import OTHERS, OURS, FakeRegistration, registration_connection, registration_row
from support.servers import CANARIES, LOCAL, SECRET, Reply, serving

MARCH, APRIL = dt.date(2024, 3, 1), dt.date(2024, 4, 1)
NIGHT = dt.date(2024, 4, 17)
NESTINGS = ["flat", "data", "main", "inner", "xml", "wrapped"]
VERSIONS = Versions(doisoat="0", config_fingerprint="f", reference_hash="r")


@pytest.fixture
def fake() -> Iterator[FakeRegistration]:
    system = FakeRegistration([registration_row(number, day=f"{1 + number:02d}/03/2024") for number in range(25)])
    with serving(system):
        yield system


def _source(fake: FakeRegistration, *, limits: dict[str, Any] | None = None, **options: Any) -> BusinessRegistration:
    settings = SourceSettings(
        kind="business_registration",
        options={"dated_from": "2024-02-01", **options},
        limits=Limits(**{"page_size": 10, "patience_seconds": 0, **(limits or {})}),
    )
    source = make_source("business_registration", settings, registration_connection(fake.port), LOCAL)
    assert isinstance(source, BusinessRegistration)
    return source


def _records(source: BusinessRegistration, cell: Cell = WHOLE) -> list[DossierRecord]:
    return [record for page in source.list_cell(cell) for record in page.records]


def _numbers(records: list[DossierRecord]) -> list[int]:
    return sorted(int(record.record_id or 0) - 7_000_000 for record in records)


class _Held(NothingHeld):
    """A warehouse that holds so many dossiers of each month."""

    def __init__(self, by_month: dict[dt.date | None, int]) -> None:
        self._by_month = by_month

    def counts_by_month(self) -> dict[dt.date | None, HeldCount]:
        return {month: HeldCount(count, count) for month, count in self._by_month.items()}


class _HeldByDay(_Held):
    """The same, and of each day."""

    def __init__(self, by_month: dict[dt.date | None, int], by_day: dict[dt.date | None, HeldCount]) -> None:
        super().__init__(by_month)
        self._by_day = by_day

    def counts_by_day(self, month: dt.date) -> dict[dt.date | None, HeldCount]:
        return self._by_day


def _pull(source: BusinessRegistration, root: Path, held: dict[dt.date | None, int] | None = None) -> Landing:
    given = _Held(held) if held else NothingHeld()
    return collect(source, province_id="p", night=NIGHT, held=given, landing_root=root, versions=VERSIONS)


# what is read -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("nesting", NESTINGS)
def test_a_row_becomes_a_record_however_it_is_nested(fake: FakeRegistration, nesting: str) -> None:
    fake.nesting, fake.rows["danhSachHoSo"] = nesting, [registration_row(7)]
    assert _records(_source(fake)) == [
        DossierRecord(
            record_id="7000007",
            linked_codes=("7000007",),
            procedure_code="AMEND",
            agency_code=OURS,
            status_code="2",
            received_at=dt.datetime(2024, 3, 5, 8, 7, tzinfo=LOCAL),
            due_at=dt.datetime(2024, 3, 12, tzinfo=LOCAL),
        )
    ]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("05/03/2024", dt.datetime(2024, 3, 5, tzinfo=LOCAL)),
        ("05/03/2024 16:30", dt.datetime(2024, 3, 5, 16, 30, tzinfo=LOCAL)),
        ("2024-03-05T16:30:00", dt.datetime(2024, 3, 5, 16, 30, tzinfo=LOCAL)),
        ("2024-03-04T18:00:00Z", dt.datetime(2024, 3, 5, 1, 0, tzinfo=LOCAL)),
    ],
)
def test_dates_are_read_in_the_forms_that_may_come(fake: FakeRegistration, stated: str, expected: dt.datetime) -> None:
    fake.rows["danhSachHoSo"] = [registration_row(1, RECEIPT_DATE=stated, at="05/03/2024", PLAN_DATE=stated)]
    (record,) = _records(_source(fake))
    assert (record.received_at, record.due_at) == (expected, expected)


@pytest.mark.parametrize(("number", "expected"), [(12, "12"), (12.0, "12"), ("0012", "0012"), (10**15, str(10**15))])
def test_the_receipt_number_is_the_key(fake: FakeRegistration, number: object, expected: str) -> None:
    fake.rows["danhSachHoSo"] = [registration_row(1, IN_JOURNAL_NO=number)]
    assert [record.record_id for record in _records(_source(fake))] == [expected]


# counts -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cap", [1000, 3, 1])
@pytest.mark.parametrize("counts_all", [True, False])
@pytest.mark.parametrize("nesting", NESTINGS)
def test_count_and_listing_agree_whatever_datacount_counts(
    fake: FakeRegistration, nesting: str, counts_all: bool, cap: int
) -> None:
    fake.nesting, fake.counts_all, fake.cap = nesting, counts_all, cap
    for held in (0, 1, 2, 10, 11, 20):
        fake.rows["danhSachHoSo"] = [registration_row(number, day="05/03/2024") for number in range(held)]
        assert _source(fake).count(Cell(MARCH)).value == held
        assert _numbers(_records(_source(fake), Cell(MARCH))) == list(range(held))


def test_a_month_is_counted_with_one_row_a_window_once_datacount_is_known(fake: FakeRegistration) -> None:
    fake.rows["danhSachHoSo"] += [registration_row(100, day="01/03/2024")]
    source = _source(fake)
    assert source.count(Cell(MARCH)).value == 26
    assert [request.query["limit"] for request in fake.listings] == ["1"] * 7


def test_removed_dossiers_cannot_be_told_so_both_counts_are_the_same(fake: FakeRegistration) -> None:
    source = _source(fake)
    assert source.count(Cell(MARCH)).value == source.count(Cell(MARCH), removed=False).value == 25
    assert source.count(Cell(MARCH), removed=False).measure == "dossiers_not_removed"
    asked = len(fake.requests)
    source.count(Cell(MARCH), removed=False)
    assert len(fake.requests) == asked, "the same number is not asked for twice"
    fake.rows["danhSachHoSo"].pop()
    assert source.count(Cell(MARCH)).value == 24, "a count that is asked for is asked anew"


def test_the_whole_is_the_sum_of_the_months(fake: FakeRegistration) -> None:
    fake.rows["danhSachHoSo"].append(registration_row(90, day="02/04/2024"))
    source = _source(fake)
    total = source.count(WHOLE)
    assert (total.value, total.period_kind, total.receipt_month) == (26, "all", None)
    assert total.measured_at == fake.now


def test_there_is_no_undated_cell(fake: FakeRegistration) -> None:
    source = _source(fake)
    assert source.count(Cell(undated=True)).value == 0
    assert list(source.list_cell(Cell(undated=True))) == []
    assert fake.listings == []


# windows ----------------------------------------------------------------------------------------------------------
def test_windows_touch_without_overlap_and_end_on_the_sources_own_day(fake: FakeRegistration) -> None:
    source = _source(fake)
    for month in source.months():
        source.count(Cell(month))
    windows = [(request.query["from_date"], request.query["to_date"]) for request in fake.listings]
    spans = [tuple(dt.datetime.strptime(day, "%d/%m/%Y").date() for day in window) for window in dict.fromkeys(windows)]
    assert spans[0][0] == dt.date(2024, 2, 1)
    assert spans[-1][1] == fake.now.date() == dt.date(2024, 4, 18)
    assert all((last - first).days <= 4 for first, last in spans)
    starts = [first for first, _ in spans[1:]]
    assert starts == [last + dt.timedelta(days=1) for _, last in spans[:-1]]
    assert source.months() == [dt.date(2024, 2, 1), MARCH, APRIL]


def test_the_sources_day_is_local(fake: FakeRegistration) -> None:
    fake.now = dt.datetime(2024, 3, 31, 17, 30, tzinfo=dt.UTC)  # 00:30 on 1 April
    assert _source(fake).months()[-1] == APRIL


@pytest.mark.parametrize("by_status", [True, False])
def test_a_window_that_is_refused_as_too_wide_is_a_changed_contract(fake: FakeRegistration, by_status: bool) -> None:
    fake.widest, fake.refuses_by_status = 3, by_status
    with pytest.raises(SourceChangedError, match=r"5 days.*window_days") as caught:
        _source(fake).count(Cell(MARCH))
    assert not any(canary in str(caught.value) for canary in CANARIES)
    assert _source(fake, window_days=3).count(Cell(MARCH)).value == 25
    with pytest.raises(ConfigurationError, match="window_days"):
        _source(fake, window_days=6)


def test_rows_that_no_window_asked_for_are_set_apart_not_moved(fake: FakeRegistration) -> None:
    """Should the window filter by another date than RECEIPT_DATE [A], no dossier may land in a month by surprise."""
    fake.rows["danhSachHoSo"] = [registration_row(1), registration_row(2, RECEIPT_DATE="28/02/2024", at="05/03/2024")]
    (page,) = _source(fake).list_cell(Cell(MARCH))
    assert _numbers(page.records) == [1]
    assert [(row.reason, row.field, row.record_id) for row in page.quarantined] == [
        ("outside_window", "RECEIPT_DATE", "7000002")
    ]


# other offices ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("counts_all", [True, False])
def test_rows_of_other_offices_are_neither_records_nor_quarantine(
    fake: FakeRegistration, counts_all: bool, tmp_path: Path
) -> None:
    fake.counts_all = counts_all
    fake.rows["danhSachHoSo"] += [registration_row(number, SITE_ID=OTHERS) for number in range(100, 140)]
    source = _source(fake, site_ids=[OURS])
    landing = _pull(source, tmp_path)
    certificate = landing.certificate
    assert certificate.is_complete, certificate.incomplete_reason
    assert (certificate.received, certificate.decoded, certificate.declared_after) == (25, 25, 25)
    assert {total.value for total in landing.totals() if total.period_kind == "all"} == {25}
    assert source._reader.set_aside > 40
    assert _source(fake).count(Cell(MARCH)).value == 65


def test_rows_that_datacount_declares_but_that_do_not_come_leave_the_month_incomplete(
    fake: FakeRegistration, tmp_path: Path
) -> None:
    """Whose the missing rows are cannot be known, so they are not taken for another office's."""
    fake.instead = lambda request: (
        Reply(fake.nested([registration_row(1)] if request.query.get("offset") == "0" else [], 3))
        if request.query.get("from_date") == "01/03/2024"
        else None
    )
    certificate = _pull(_source(fake, site_ids=[OURS]), tmp_path).certificate
    assert not certificate.is_complete
    assert [cell.receipt_month for cell in certificate.cells if not cell.is_complete] == [MARCH]


def test_pages_that_end_before_the_total_are_named_with_what_to_do(fake: FakeRegistration, tmp_path: Path) -> None:
    """A platform that turns only so many pages: the tail is not lost in silence."""
    fake.rows["danhSachHoSo"] = [registration_row(number) for number in range(45)]
    fake.last_offset = 20
    certificate = _pull(_source(fake), tmp_path).certificate
    assert not certificate.is_complete
    told = "from 2024-03-01 to 2024-03-05: DataCount 45, but the pages end after 30 rows; lower options.window_days"
    assert told in (certificate.incomplete_reason or "")


def test_only_the_days_that_differ_are_listed_again(fake: FakeRegistration, tmp_path: Path) -> None:
    fake.rows["danhSachHoSo"] = [
        registration_row(number, day=f"{1 + number % 28:02d}/02/2024") for number in range(280)
    ] + [registration_row(500, day="20/02/2024")]
    by_day = {dt.date(2024, 2, 1 + day): HeldCount(10, 10) for day in range(28)}
    source = _source(fake, limits={"recent_months": 1, "quiet_cell_share": 0, "page_size": 2})
    held = _HeldByDay({dt.date(2024, 2, 1): 280}, by_day)
    landing = collect(source, province_id="p", night=NIGHT, held=held, landing_root=tmp_path, versions=VERSIONS)
    assert landing.certificate.is_complete, landing.certificate.incomplete_reason
    (part,) = [cell for cell in landing.certificate.cells if cell.receipt_month == dt.date(2024, 2, 1)]
    assert part.first_day
    assert part.last_day
    assert part.first_day <= dt.date(2024, 2, 20) <= part.last_day
    assert part.received == 10 * ((part.last_day - part.first_day).days + 1) + 1 < 60


def test_a_row_without_an_office_is_kept(fake: FakeRegistration) -> None:
    fake.rows["danhSachHoSo"] = [registration_row(1, SITE_ID=None), registration_row(2, SITE_ID=int(OURS))]
    assert [record.agency_code for record in _records(_source(fake, site_ids=[OURS]))] == [None, OURS]


# several systems --------------------------------------------------------------------------------------------------
def test_each_system_has_its_path_and_its_keys(fake: FakeRegistration) -> None:
    fake.rows["hkd/danhSachHoSo"] = [registration_row(0, DOCUMENT_TYPE="1")]
    systems = [{"kind": "business"}, {"kind": "household_business", "path": "hkd/danhSachHoSo", "prefix": "HKD-"}]
    records = _records(_source(fake, systems=systems), Cell(MARCH))
    assert len(records) == 26
    assert {(r.record_id, r.procedure_code) for r in records} >= {("7000000", "NEW"), ("HKD-7000000", "HKD-1")}
    assert _source(fake, systems=systems).count(Cell(MARCH)).value == 26


def test_systems_that_share_a_path_are_told_by_their_document_types(fake: FakeRegistration) -> None:
    systems = [
        {"kind": "business", "document_types": ["NEW"]},
        {"kind": "household_business", "document_types": ["HKD_NEW"]},
    ]
    source = _source(fake, systems=systems)
    kinds = [record.procedure_code for record in _records(source, Cell(MARCH))]
    assert sorted(set(kinds)) == ["HKD_NEW", "NEW"]
    assert source.count(Cell(MARCH)).value == len(kinds) == 17
    assert len(_records(_source(fake, systems=[*systems, {"kind": "cooperative"}]))) == 25, "one that takes all"


def test_systems_whose_keys_could_meet_are_refused(fake: FakeRegistration) -> None:
    with pytest.raises(ConfigurationError, match="prefix"):
        _source(fake, systems=[{"kind": "business"}, {"kind": "household_business", "path": "hkd"}])
    with pytest.raises(ConfigurationError, match="prefix"):
        _source(fake, systems=[{"kind": "business"}, {"kind": "household_business", "prefix": "x"}])


# a later night ----------------------------------------------------------------------------------------------------
def test_a_later_night_lists_the_newest_months_and_counts_the_rest(fake: FakeRegistration, tmp_path: Path) -> None:
    fake.rows["danhSachHoSo"] += [registration_row(100, day="01/12/2023"), registration_row(101, day="05/11/2023")]
    limits = {"quiet_cell_share": 0, "recent_months": 2}
    held = {dt.date(2023, 11, 1): 1, dt.date(2023, 12, 1): 2, MARCH: 25}
    source = _source(fake, limits=limits, dated_from="2023-11-01")
    certificate = _pull(source, tmp_path, held).certificate
    assert (certificate.mode, certificate.is_complete) == ("incremental", True)
    listed = [(cell.receipt_month, cell.received) for cell in certificate.cells]
    assert listed == [(MARCH, 25), (APRIL, 0), (None, 0), (dt.date(2023, 12, 1), 1)], (
        "December shows one less than is held"
    )


# bad input --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"IN_JOURNAL_NO": None}, "no_record_id", "IN_JOURNAL_NO"),
        ({"IN_JOURNAL_NO": 0}, "no_record_id", "IN_JOURNAL_NO"),
        ({"IN_JOURNAL_NO": 1.5}, "no_record_id", "IN_JOURNAL_NO"),
        ({"IN_JOURNAL_NO": [CANARIES[0]]}, "wrong_shape", "IN_JOURNAL_NO"),
        ({"RECEIPT_DATE": None}, "no_receipt_date", "RECEIPT_DATE"),
        ({"RECEIPT_DATE": ""}, "no_receipt_date", "RECEIPT_DATE"),
        ({"RECEIPT_DATE": "31/02/2024"}, "impossible_date", "RECEIPT_DATE"),
        ({"RECEIPT_DATE": "05/03/0024"}, "impossible_date", "RECEIPT_DATE"),
        ({"RECEIPT_DATE": {"day": CANARIES[0]}}, "wrong_shape", "RECEIPT_DATE"),
        ({"PLAN_DATE": "hôm nay"}, "impossible_date", "PLAN_DATE"),
        ({"SITE_ID": [1]}, "wrong_shape", "SITE_ID"),
        ({"PROCESS_STATUS": "2\u0000"}, "unprintable_text", "PROCESS_STATUS"),
    ],
)
@pytest.mark.parametrize("nesting", ["flat", "main"])
def test_a_bad_row_is_set_apart_and_the_rest_goes_on(
    fake: FakeRegistration, nesting: str, changes: dict, reason: str, field: str, tmp_path: Path
) -> None:
    fake.nesting = nesting
    fake.rows["danhSachHoSo"].append(registration_row(99, at="05/03/2024") | changes)
    landing = _pull(_source(fake, site_ids=[OURS]), tmp_path)
    certificate = landing.certificate
    assert certificate.is_complete, certificate.incomplete_reason
    assert (certificate.decoded, certificate.quarantined) == (25, 1)
    (row,) = landing.quarantined()
    assert (row.reason, row.field) == (reason, field)
    assert not any(canary in str(row) for canary in CANARIES)


@pytest.mark.parametrize("missing", ["DOCUMENT_TYPE", "PLAN_DATE", "PROCESS_STATUS", "SITE_ID"])
def test_a_missing_field_is_unknown(fake: FakeRegistration, missing: str) -> None:
    row = registration_row(1)
    del row[missing]
    fake.rows["danhSachHoSo"] = [row]
    assert len(_records(_source(fake))) == 1


def test_a_page_of_which_no_row_can_be_read_is_a_changed_contract(fake: FakeRegistration) -> None:
    fake.rows["danhSachHoSo"] = [registration_row(n, PLAN_DATE={"v": CANARIES[1]}) for n in range(6)]
    with pytest.raises(SourceChangedError, match="PLAN_DATE: wrong_shape") as caught:
        _records(_source(fake))
    assert CANARIES[1] not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"Status": "0", "Message": CANARIES[0], "DataCount": 0, "Data": None}, SourceRejectedError),
        ({"Status": 0, "Message": CANARIES[0]}, SourceRejectedError),
        ({"Status": "-3"}, SourceRejectedError),
        ({"Data": [], "DataCount": 0}, SourceChangedError),
        ({"Status": CANARIES[0], "Data": []}, SourceChangedError),
        ({"Status": "1", "DataCount": CANARIES[2] + "x", "Data": []}, SourceChangedError),
        ({"Status": "1", "DataCount": 3, "Data": []}, SourceChangedError),
        ({"Status": "1", "DataCount": 3, "Other": [CANARIES[0]]}, SourceChangedError),
        ({"Status": "1", "DataCount": 0, "Other": [registration_row(1)]}, SourceChangedError),
        ({"Status": "1", "Data": {"Other": [registration_row(1)]}}, SourceChangedError),
        ({"Status": "1", "Message": ""}, SourceChangedError),
        ({"Status": "1", "DataCount": 1, "Data": CANARIES[0]}, SourceChangedError),
        ([{"Status": "1", "NAME": CANARIES[0]}], SourceChangedError),
        (b'{"Status": "1", "Data": [{"NAME": "' + CANARIES[0].encode(), SourceUnavailableError),
    ],
)
@pytest.mark.parametrize("site_ids", [[], [OURS]])
def test_an_answer_that_is_not_the_contract_is_named_by_consequence(
    fake: FakeRegistration, answer: object, expected: type[Exception], site_ids: list[str]
) -> None:
    fake.always(Reply(answer), on="danhSachHoSo")
    with pytest.raises(expected) as caught:
        _source(fake, site_ids=site_ids).count(Cell(MARCH))
    assert type(caught.value) is expected
    assert not any(canary in str(caught.value) for canary in (*CANARIES, SECRET))


@pytest.mark.parametrize(
    "answer",
    [{"Status": "1", "DataCount": 0}, {"Status": "1", "Data": None}, {"Status": "1", "Data": {}, "DataCount": "0"}],
)
def test_nothing_is_an_answer_too(fake: FakeRegistration, answer: dict) -> None:
    fake.always(Reply(answer), on="danhSachHoSo")
    assert _source(fake).count(Cell(MARCH)).value == 0
    assert list(_source(fake).list_cell(Cell(MARCH))) == []


def test_an_offset_that_is_ignored_is_noticed(fake: FakeRegistration) -> None:
    page = [registration_row(number) for number in range(3)]
    fake.always(Reply(fake.nested(page, 9)), on="danhSachHoSo")
    with pytest.raises(SourceChangedError, match="the same page as before"):
        _records(_source(fake))


def test_a_token_that_ran_out_in_the_middle_is_renewed_once(fake: FakeRegistration) -> None:
    source = _source(fake)
    pages = source.list_cell(Cell(MARCH))
    next(pages)
    fake.tokens.clear()
    assert sum(page.received for page in pages) > 0
    fake.always(Reply({}, 401), on="danhSachHoSo")
    with pytest.raises(SourceRejectedError, match="401"):
        source.count(Cell(MARCH))


def test_a_month_that_moves_while_it_is_read_is_read_again(fake: FakeRegistration, tmp_path: Path) -> None:
    newborn = registration_row(500, day="01/03/2024")

    def arrive(request: Any) -> None:
        if request.query.get("limit") == "10" and request.query.get("from_date") == "06/03/2024":
            fake.rows["danhSachHoSo"] = [row for row in fake.rows["danhSachHoSo"] if row is not newborn] + [newborn]

    fake.instead = arrive
    landing = _pull(_source(fake), tmp_path)
    assert landing.certificate.is_complete
    assert b"7000500" in b"".join(landing.records_csv())


def test_the_probe_says_what_came_and_what_was_set_aside(fake: FakeRegistration) -> None:
    fake.rows["danhSachHoSo"] = [registration_row(1, day="17/04/2024"), registration_row(2, day="17/04/2024")]
    fake.rows["danhSachHoSo"].append(registration_row(3, day="17/04/2024", SITE_ID=OTHERS))
    said = _source(fake, site_ids=[OURS]).probe()
    assert said == (
        "2 dossiers received since 2024-04-14, 1 of other offices set aside, its clock says 2024-04-18 01:00"
    )  # fmt: skip
