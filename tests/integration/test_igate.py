"""iGate in its variants: removed and undated dossiers, caps, order, bad rows (CONTRACTS sections 3 and 8)."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from doisoat.errors import SourceChangedError
from doisoat.model import WHOLE, Cell, DossierRecord
from doisoat.sources.contract import Limits
from doisoat.sources.igate.source import Igate, IgateOptions
from msgspec.structs import asdict
from support.servers import LOCAL, FakeIgate, Reply, igate_connection, igate_row, serving

MARCH, APRIL = dt.date(2024, 3, 1), dt.date(2024, 4, 1)
UNDATED = Cell(undated=True)


@pytest.fixture
def fake() -> Iterator[FakeIgate]:
    system = FakeIgate([igate_row(number) for number in range(25)])
    with serving(system):
        yield system


def _source(fake: FakeIgate, *, page_size: int = 10, **options: Any) -> Igate:
    return Igate(
        "igate",
        options=IgateOptions(**options),
        limits=Limits(page_size=page_size, patience_seconds=0),
        connection=igate_connection(fake.port),
        timezone=LOCAL,
    )


def _records(pages: Any) -> list[DossierRecord]:
    return [record for page in pages for record in page.records]


def _ids(records: list[DossierRecord]) -> list[int]:
    return sorted(int(record.record_id, 16) for record in records)


def test_a_row_becomes_a_record_without_its_personal_part(fake: FakeIgate) -> None:
    fake.rows = [igate_row(7, completedDate="2024-03-11T23:30:00.000+0000", paymentMethod={"id": 2, "name": "x"})]
    assert _records(_source(fake).list_cell(WHOLE)) == [
        DossierRecord(
            record_id=f"{7:024x}",
            dossier_code="H37.17-240305-0007",
            linked_codes=("G22.99-240305-0007",),
            procedure_code="1.001193.000.00.00.H37",
            field_code="G15",
            agency_code="H37.17.01",
            agency_name="UBND xã Yên Trạch",  # composed
            agency_ref="unit-1",
            parent_agency_code="H37.17",
            agency_level="CAP_XA",
            channel_code="1",
            status_code="2",
            online_payment_code="2",
            submitted_at=dt.datetime(2024, 3, 5, 8, 7, tzinfo=LOCAL),
            received_at=dt.datetime(2024, 3, 5, 8, 7, tzinfo=LOCAL),
            due_at=dt.datetime(2024, 3, 12, 17, 0, tzinfo=LOCAL),
            finished_at=dt.datetime(2024, 3, 12, 6, 30, tzinfo=LOCAL),
            updated_at=dt.datetime(2024, 4, 10, 14, 7, tzinfo=LOCAL),
        )
    ]


@pytest.mark.parametrize(
    ("cap", "says_last"), [(1000, True), (1000, False), (4, True), (4, False), (10, False), (5, False)]
)
def test_every_page_is_walked_whatever_the_server_calls_the_last(fake: FakeIgate, cap: int, says_last: bool) -> None:
    fake.cap, fake.says_last = cap, says_last
    for count in (0, 1, 4, 5, 10, 20, 25):
        fake.rows = [igate_row(number) for number in range(count)]
        assert _ids(_records(_source(fake).list_cell(Cell(MARCH)))) == list(range(count))


def test_months_are_found_by_halving(fake: FakeIgate) -> None:
    for number, day in enumerate(["2001-01-31", "2019-12-31", "2020-01-01", "2024-02-29"]):
        fake.rows[number] = igate_row(number, day=day)
    assert _source(fake).months() == [
        dt.date(2001, 1, 1), dt.date(2019, 12, 1), dt.date(2020, 1, 1), dt.date(2024, 2, 1), MARCH,
    ]  # fmt: skip
    fake.rows = []
    assert _source(fake).months() == []


def test_a_months_edge_is_local(fake: FakeIgate) -> None:
    fake.rows = [
        igate_row(1, acceptedDate="2024-03-31T16:59:59.000+0000"),  # 23:59:59 on 31 March
        igate_row(2, acceptedDate="2024-03-31T17:00:00.000+0000"),  # 00:00 on 1 April
    ]
    source = _source(fake)
    assert _ids(_records(source.list_cell(Cell(MARCH)))) == [1]
    assert _ids(_records(source.list_cell(Cell(APRIL)))) == [2]
    assert source.count(Cell(MARCH)).value == 1


def test_removed_rows_are_counted_listed_and_marked(fake: FakeIgate) -> None:
    fake.removed = {f"{number:024x}" for number in (3, 11)}
    source = _source(fake)
    assert source.count(WHOLE).value == 25
    assert source.count(WHOLE, removed=False).value == 23
    records = _records(source.list_cell(WHOLE))
    assert _ids(records) == list(range(25))
    assert _ids([record for record in records if record.is_removed]) == [3, 11]


def test_a_month_without_removed_rows_is_listed_once(fake: FakeIgate) -> None:
    list(_source(fake).list_cell(Cell(MARCH)))
    listings = [request.query for request in fake.requests if request.query.get("spec") == "slice"]
    assert len(listings) == 3
    assert not any("remove-status" in query for query in listings)


def test_few_removed_rows_among_many_are_cornered_by_counts(fake: FakeIgate) -> None:
    fake.rows = [igate_row(number, day=f"2024-03-{1 + number % 31:02d}") for number in range(310)]
    fake.removed = {f"{100:024x}"}
    records = _records(_source(fake).list_cell(Cell(MARCH)))
    assert _ids(records) == list(range(310))
    assert _ids([record for record in records if record.is_removed]) == [100]
    hidden = [q for q in (r.query for r in fake.requests) if q.get("spec") == "slice" and "remove-status" in q]
    assert len(hidden) < 10, "only the pages of a few days are listed a second time"


def test_a_row_born_while_we_look_is_not_taken_for_removed(fake: FakeIgate) -> None:
    fake.removed = {f"{3:024x}"}
    newborn = igate_row(99, updated="2024-04-18T01:00:05.000+0700")

    def give_birth(query: dict[str, str]) -> None:
        if "remove-status" in query and newborn not in fake.rows:
            fake.rows.append(newborn)

    fake.after_page = give_birth
    records = _records(_source(fake, page_size=100).list_cell(Cell(MARCH)))
    assert _ids([record for record in records if record.is_removed]) == [3]
    assert 99 in _ids(records)


def test_a_row_that_slipped_between_two_pages_is_not_taken_for_removed(fake: FakeIgate) -> None:
    """A row removed during the walk moves those behind it up by one, and the walk skips one."""
    fake.removed = {f"{3:024x}"}

    def remove_one(query: dict[str, str]) -> None:
        if "remove-status" in query and query["page"] == "0":
            fake.removed.add(max(fake.rows, key=lambda row: row["updatedDate"])["id"])

    fake.after_page = remove_one
    records = _records(_source(fake).list_cell(Cell(MARCH)))
    truly = {int(record_id, 16) for record_id in fake.removed}
    assert set(_ids([record for record in records if record.is_removed])) <= truly


def test_an_undated_dossier_is_found_by_its_status(fake: FakeIgate) -> None:
    fake.rows += [igate_row(50, day=None, dossierStatus={"id": 0}), igate_row(51, day=None, dossierStatus={"id": 0})]
    source = _source(fake, undated_statuses=("8", "0"))
    assert source.count(UNDATED).value == 2
    assert source.count(UNDATED, removed=False).value == 2
    fake.requests.clear()
    assert _ids(_records(source.list_cell(UNDATED))) == [50, 51]
    listings = [request.query for request in fake.requests if request.query["spec"] == "slice"]
    assert {query.get("dossier-status") for query in listings} == {"0"}


def test_an_undated_dossier_of_an_unforeseen_status_is_found_all_the_same(fake: FakeIgate) -> None:
    fake.rows += [igate_row(50, day=None, dossierStatus={"id": 0}), igate_row(51, day=None, dossierStatus={"id": 77})]
    fake.removed = {f"{51:024x}"}
    records = _records(_source(fake, undated_statuses=("0",)).list_cell(UNDATED))
    assert _ids(records) == [50, 51]
    assert _ids([record for record in records if record.is_removed]) == [51]


def test_a_few_undated_dossiers_among_many_are_looked_up_and_not_listed_once_more(fake: FakeIgate) -> None:
    fake.rows = [igate_row(n, day=None if n in (7, 60) else "2024-03-05", dossierStatus={"id": 0}) for n in range(80)]
    fake.removed = {f"{number:024x}" for number in (60, 70)}
    records = _records(_source(fake, undated_statuses=("0",)).list_cell(UNDATED))
    assert {int(record.record_id, 16): record.is_removed for record in records} == {7: False, 60: True}
    again = [r.query for r in fake.requests if r.query.get("spec") == "slice" and "remove-status" in r.query]
    assert sorted(query.get("code", "none") for query in again) == sorted(record.dossier_code for record in records)


@pytest.mark.parametrize("seed", range(25))
def test_undated_dossiers_are_found_and_marked_however_many_and_whatever_else_is_wrong(
    fake: FakeIgate, seed: int
) -> None:
    """Few or many, with a code or without one, beside dates that mean none and rows that cannot be read."""
    chance = random.Random(seed)
    share = chance.choice([0.02, 0.1, 0.5])
    none = [None, "", "0001-01-01T00:00:00.000+0000", "1970-01-01T00:00:00.000+0000"]
    fake.rows = []
    for n in range(120):
        row = igate_row(n, dossierStatus={"id": chance.choice([0, 1, 77])}, code=chance.choice(["", *[f"c-{n}"] * 40]))
        if chance.random() < share:
            row["acceptedDate"] = chance.choice(none)
        if chance.random() < 0.03:
            row[chance.choice(["completedDate", "updatedDate"])] = "not a date"
        fake.rows.append(row)
    undated = {row["id"] for row in fake.rows if row["acceptedDate"] in none}
    fake.removed = {row["id"] for row in fake.rows if chance.random() < 0.1}
    pages = list(_source(fake, undated_statuses=("0", "1")).list_cell(UNDATED))
    read = [*_records(pages), *(row.read for page in pages for row in page.quarantined if row.read)]
    assert sorted(record.record_id for record in read) == sorted(undated)
    assert {record.record_id for record in read if record.is_removed} == undated & fake.removed


def test_no_undated_dossier_costs_two_counts(fake: FakeIgate) -> None:
    source = _source(fake)
    source.count(WHOLE)
    fake.requests.clear()
    assert list(source.list_cell(UNDATED)) == []
    assert len(fake.requests) == 2


def test_changes_are_read_down_to_the_moment_and_no_further(fake: FakeIgate) -> None:
    fake.rows = [igate_row(n, updated=f"2024-04-{1 + n:02d}T12:00:00.000+0{7 if n % 2 else 0}00") for n in range(25)]
    source = _source(fake, page_size=4)
    since = dt.datetime(2024, 4, 22, 6, tzinfo=dt.UTC)
    assert _ids(_records(source.changes(since))) == [22, 23, 24]  # 21 is 12:00 +0700: an hour before the moment
    assert len([request for request in fake.requests if request.query.get("spec") == "slice"]) == 1


def test_ties_at_the_moment_are_all_changes(fake: FakeIgate) -> None:
    fake.rows = [igate_row(n, updated="2024-04-10T12:00:00.000+0000") for n in range(25)]
    assert len(_records(_source(fake).changes(dt.datetime(2024, 4, 10, 12, tzinfo=dt.UTC)))) == 25


def test_a_change_that_is_a_removal_is_marked(fake: FakeIgate) -> None:
    fake.rows = [igate_row(n, updated=f"2024-04-{1 + n:02d}T12:00:00.000+0000") for n in range(25)]
    fake.removed = {f"{n:024x}" for n in (2, 23)}
    fake.now = dt.datetime(2024, 4, 26, 1, tzinfo=LOCAL)
    records = _records(_source(fake, page_size=4).changes(dt.datetime(2024, 4, 20, tzinfo=dt.UTC)))
    assert _ids([record for record in records if record.is_removed]) == [23]
    assert _ids(records) == [19, 20, 21, 22, 23, 24]


def test_a_server_that_ignores_the_order_is_found_out(fake: FakeIgate) -> None:
    backwards = sorted((igate_row(n) for n in range(10)), key=lambda row: row["updatedDate"])
    fake.instead = lambda r: None if r.query.get("spec") != "slice" else _reply({"content": backwards, "last": True})
    with pytest.raises(SourceChangedError, match="sorted"):
        list(_source(fake).changes(dt.datetime(2000, 1, 1, tzinfo=dt.UTC)))


def test_a_server_that_ignores_the_page_is_found_out(fake: FakeIgate) -> None:
    same = {"content": [igate_row(n) for n in range(10)]}
    fake.instead = lambda request: None if request.query.get("spec") != "slice" else _reply(same)
    with pytest.raises(SourceChangedError, match="same page"):
        list(_source(fake).list_cell(Cell(MARCH)))


def _reply(body: object) -> Any:
    from support.servers import Reply

    return Reply(body)


BAD_ROWS: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "no id": ({"id": None}, "no_record_id", "id"),
    "an empty id": ({"id": ""}, "no_record_id", "id"),
    "an id of another type": ({"id": {"$oid": "x"}}, "wrong_shape", "id"),
    "a day that is not": ({"appointmentDate": "2024-02-30T08:00:00.000+0700"}, "impossible_date", "appointmentDate"),
    "words for a date": ({"completedDate": "hôm qua"}, "impossible_date", "completedDate"),
    "the year 24": ({"updatedDate": "0024-01-01T00:00:00Z"}, "impossible_date", "updatedDate"),
    "a list for a date": ({"completedDate": [2024, 3, 5]}, "wrong_shape", "completedDate"),
    "a code with a line break": ({"code": "H37.17-240305\n-0001"}, "unprintable_code", "code"),
    "a nul in a code": ({"nationCode": "G22\u0000"}, "unprintable_code", "nationCode"),
    "an agency that is a list": ({"agency": {"id": [1], "ancestors": []}}, "wrong_shape", "agency"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_set_aside_and_the_others_go_on(fake: FakeIgate, name: str) -> None:
    changes, reason, field = BAD_ROWS[name]
    fake.rows = [igate_row(number) for number in range(9)]
    fake.rows[4] = {**fake.rows[4], **changes}
    answer = {"content": fake.rows, "last": True}
    fake.instead = lambda request: _reply(answer) if request.query.get("spec") == "slice" else None
    pages = list(_source(fake, page_size=9).list_cell(Cell(MARCH)))
    assert _ids(_records(pages)) == [0, 1, 2, 3, 5, 6, 7, 8]
    (row,) = [row for page in pages for row in page.quarantined]
    assert (row.reason, row.field, row.position) == (reason, field, "page 0 row 5")
    assert "hôm qua" not in repr(row)
    assert row.read is not None  # what else it says: unreadable is not absent
    assert row.is_identified is (field not in ("id", "code"))
    assert row.receipt_month is None
    fake.rows[4] = igate_row(4)
    answer["content"] = fake.rows
    whole = _records(list(_source(fake, page_size=9).list_cell(Cell(MARCH))))[4]
    assert {name for name, value in asdict(row.read).items() if value != getattr(whole, name)} <= set(row.unread)


def test_a_broken_character_fails_the_field_that_holds_it_if_that_is_read(fake: FakeIgate) -> None:
    """A lone half of a surrogate pair: in an applicant's name, which nobody reads, in a date, and in a key."""
    half = "\ud800"
    fake.rows = [igate_row(number) for number in range(9)]
    fake.rows[1]["applicant"] = {"data": {"fullname": half}}
    fake.rows[2]["completedDate"] = f"2024-03-05{half}"
    fake.rows[3]["code"] = half
    answer = json.dumps({"content": fake.rows, "last": True}).encode()
    fake.rows = [igate_row(number) for number in range(9)]
    fake.instead = lambda request: Reply(answer) if request.query.get("spec") == "slice" else None
    pages = list(_source(fake, page_size=9).list_cell(Cell(MARCH)))
    assert _ids(_records(pages)) == [0, 1, 4, 5, 6, 7, 8]
    told = [(row.field, row.is_identified, row.unread) for page in pages for row in page.quarantined]
    assert sorted(told) == [("code", False, ("dossier_code",)), ("completedDate", True, ("finished_at",))]


def test_a_page_of_nothing_but_bad_rows_is_a_changed_contract(fake: FakeIgate) -> None:
    rows = [{**row, "acceptedDate": "05/03/2024"} for row in fake.rows]
    fake.instead = lambda r: _reply({"content": rows, "last": True}) if r.query.get("spec") == "slice" else None
    with pytest.raises(SourceChangedError, match="acceptedDate: impossible_date"):
        list(_source(fake, page_size=25).list_cell(Cell(MARCH)))


_EIGHT = dt.datetime(2024, 3, 5, 8, tzinfo=LOCAL)
_TWO_NAMES = {"id": "a", "code": "c", "name": [{"languageId": 228, "name": "Sở Y tế"}], "ancestors": []}
TOLERATED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "moments as milliseconds": ({"completedDate": 1709600400000}, {"finished_at": _EIGHT}),
    "an offset with a colon": ({"completedDate": "2024-03-05T08:00:00+07:00"}, {"finished_at": _EIGHT}),
    "no offset is local": ({"completedDate": "2024-03-05T08:00:00"}, {"finished_at": _EIGHT}),
    "an empty date": ({"completedDate": ""}, {"finished_at": None}),
    "no due date": ({"undefindedCompleteTime": 1}, {"due_at": None}),
    "due date elsewhere": ({"appointmentDate": None, "dueDate": "2024-03-05T01:00:00Z"}, {"due_at": _EIGHT}),
    "nationCode its own": ({"nationCode": "H37.17-240305-0001"}, {"linked_codes": ()}),
    "an empty code": ({"code": ""}, {"dossier_code": None}),
    "status a number": ({"dossierStatus": 5}, {"status_code": "5"}),
    "status missing": ({"dossierStatus": None}, {"status_code": None}),
    "payment a number": ({"paymentMethod": 1}, {"online_payment_code": "1"}),
    "names by language": ({"agency": _TWO_NAMES}, {"agency_name": "Sở Y tế", "parent_agency_code": None}),
    "a parent that is an id": ({"agency": {**_TWO_NAMES, "parent": "60f5"}}, {"parent_agency_code": None}),
    "no agency": ({"agency": None}, {"agency_ref": None, "agency_name": None}),
    "no sector": ({"procedure": {"code": "1.001193"}}, {"procedure_code": "1.001193", "field_code": None}),
    "fields we do not know": ({"somethingNew": {"deep": [1, {"x": None}]}}, {"status_code": "2"}),
}


@pytest.mark.parametrize("name", TOLERATED)
def test_what_is_assumed_is_tolerated_both_ways(fake: FakeIgate, name: str) -> None:
    changes, expected = TOLERATED[name]
    row = {**igate_row(1), **changes}
    fake.instead = lambda r: _reply({"content": [row], "last": True}) if r.query.get("spec") == "slice" else None
    (record,) = _records(_source(fake).list_cell(Cell(MARCH)))
    assert {field: getattr(record, field) for field in expected} == expected


@pytest.mark.parametrize("answer", [{"totalElements": 25}, {"page": {"totalElements": 25}}])
def test_totals_are_read_where_either_spring_puts_them(fake: FakeIgate, answer: dict) -> None:
    fake.instead = lambda r: _reply({"content": [], **answer}) if r.query.get("spec") == "page" else None
    assert _source(fake).count(WHOLE).value == 25


def test_one_request_at_a_time(fake: FakeIgate) -> None:
    """The next page is fetched ahead, but never while another request runs."""
    running = itertools.count()
    at_once: list[int] = []

    def watch(query: dict[str, str]) -> None:
        at_once.append(next(running))

    fake.after_page = watch
    fake.rows = [igate_row(number) for number in range(95)]
    source = _source(fake)
    assert len(_records(source.list_cell(Cell(MARCH)))) == 95
    assert len(at_once) == 10
    source.close()
