"""Walks over pages, of every source that has some: they end, they notice what moves meanwhile, and they wait out maintenance."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect import collect
from doisoat.collect.expected import NothingHeld
from doisoat.collect.landing import Landing, Versions
from doisoat.collect.look_ups import collect_look_ups
from doisoat.errors import SourceChangedError, SourceUnavailableError
from doisoat.model import WHOLE, Cell, DossierRecord
from doisoat.sources.contract import Limits
from doisoat.sources.igate.source import Igate, IgateOptions
from doisoat.sources.opencps.source import Opencps, OpencpsOptions
from support.mapi_servers import HELD, UNKNOWN
from support.opencps_server import GROUP, FakeOpencps, opencps_connection, opencps_row
from support.registration_server import registration_row
from support.servers import CANARIES, LOCAL, FakeIgate, Reply, Request, igate_connection, igate_row, serving
from support.source_cases import CASES, NETWORK, Case

MARCH = Cell(dt.date(2024, 3, 1))
NIGHT = dt.date(2024, 4, 17)
VERSIONS = Versions(doisoat="0", config_fingerprint="f", reference_hash="r")
PAGE = Reply(f"<!DOCTYPE html><title>Bảo trì</title>{CANARIES[0]}".encode(), headers={"Content-Type": "text/html"})


@pytest.fixture
def igate() -> Iterator[FakeIgate]:
    system = FakeIgate([igate_row(number) for number in range(25)])
    with serving(system):
        yield system


@pytest.fixture
def opencps() -> Iterator[FakeOpencps]:
    system = FakeOpencps([opencps_row(number) for number in range(25)])
    with serving(system):
        yield system


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    with ExitStack() as stack:
        yield CASES[request.param](stack, tmp_path / "inbox")


def igate_source(fake: FakeIgate) -> Igate:
    return Igate(
        "igate",
        options=IgateOptions(),
        limits=Limits(page_size=10, patience_seconds=0),
        connection=igate_connection(fake.port),
        timezone=LOCAL,
    )


def opencps_source(fake: FakeOpencps) -> Opencps:
    return Opencps(
        "opencps",
        options=OpencpsOptions(group_id=GROUP),
        limits=Limits(page_size=10, patience_seconds=0),
        connection=opencps_connection(fake.port),
        timezone=LOCAL,
    )


def pulled(source: Any, root: Path) -> Landing:
    return collect(source, province_id="p", night=NIGHT, held=NothingHeld(), landing_root=root, versions=VERSIONS)


def records(source: Any, cell: Cell = MARCH) -> list[DossierRecord]:
    return [record for page in source.list_cell(cell) for record in page.records]


# without an end -----------------------------------------------------------------------------------------------------
def test_igates_pages_without_an_end_are_a_changed_contract(igate: FakeIgate) -> None:
    numbers = itertools.count(1000)

    def endless(request: Request) -> Reply | None:
        if request.query.get("spec") != "slice":
            return None
        rows = [igate_row(next(numbers), updated="2024-04-10T00:00:00.000+0000") for _ in range(10)]
        return Reply({"content": rows, "last": False})

    igate.instead = endless
    with pytest.raises(SourceChangedError, match="without an end: 160 rows, after a count of 25"):
        records(igate_source(igate))
    with pytest.raises(SourceChangedError, match="without an end"):
        list(igate_source(igate).changes(dt.datetime(2000, 1, 1, tzinfo=dt.UTC)))
    igate.removed = {f"{3:024x}"}
    with pytest.raises(SourceChangedError, match="without an end"):
        records(igate_source(igate))
    assert len(igate.requests) < 80


def test_opencpss_pages_without_an_end_are_a_changed_contract(opencps: FakeOpencps) -> None:
    def endless(request: Request) -> Reply | None:
        start = int(request.query["start"])
        if int(request.query["end"]) - start == 1 or "originality" in request.query:
            return None
        return Reply({"total": start + 25, "data": [opencps_row(start + number) for number in range(10)]})

    opencps.instead = endless
    with pytest.raises(SourceChangedError, match="without an end: 160 rows, after a count of 25"):
        records(opencps_source(opencps))
    assert len(opencps.requests) < 40


@pytest.mark.parametrize("counts_all", [True, False])
@pytest.mark.parametrize("case", ["business_registration"], indirect=True)
def test_registrations_pages_without_an_end_are_a_changed_contract(case: Case, counts_all: bool) -> None:
    """A total that is always a page further, or none: then option most_rows ends the walk."""

    def endless(request: Request) -> Reply | None:
        if "danhSachHoSo" not in request.path:
            return None
        first, day = int(request.query["offset"]), request.query["from_date"]
        rows = [registration_row(first + number, day=day) for number in range(min(int(request.query["limit"]), 10))]
        return Reply(case.system.nested(rows, first + 25 if counts_all else len(rows)))

    case.system.instead = endless
    with pytest.raises(SourceChangedError, match="without an end"):
        list(case.source(most_rows=300).list_cell(MARCH))
    assert len(case.system.listings) < 100


# holding nothing ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("content", [{"content": []}, {"content": [], "last": True}])
def test_igates_first_page_without_a_row_is_a_changed_contract(igate: FakeIgate, content: dict) -> None:
    igate.instead = lambda request: Reply(content) if request.query.get("spec") == "slice" else None
    with pytest.raises(SourceChangedError, match="no row, after a count of 25"):
        records(igate_source(igate))


@pytest.mark.parametrize("content", [{}, {"data": []}, {"data": None}, {"rows": [opencps_row(1)]}])
def test_opencpss_answer_without_a_row_of_those_it_counts_is_a_changed_contract(
    opencps: FakeOpencps, content: dict
) -> None:
    opencps.instead = lambda request: (
        Reply({"total": 25, **content}) if int(request.query["end"]) - int(request.query["start"]) > 1 else None
    )
    with pytest.raises(SourceChangedError, match="no row, but a total of 25"):
        records(opencps_source(opencps))


def test_opencps_may_write_one_row_without_a_list_around_it(opencps: FakeOpencps) -> None:
    opencps.rows = [opencps_row(7)]
    answer = opencps.answer

    def bare(request: Request) -> Reply:
        reply = answer(request)
        said = json.loads(reply.content())
        rows = said.get("data") or said.get("dossierStatisticData") or []
        return Reply({**said, "data": rows[0]}) if len(rows) == 1 else reply

    opencps.answer = bare  # type: ignore[method-assign]
    source = opencps_source(opencps)
    assert source.count(WHOLE).value == 1
    assert [record.record_id for record in records(source)] == [str(opencps_row(7)["dossierId"])]


@pytest.mark.parametrize(
    "change", [lambda row: {"year": row["year"], "month": row["month"]}, lambda row: {**row, "year": 1}]
)
def test_opencpss_statistics_without_a_number_of_the_period_are_a_changed_contract(
    opencps: FakeOpencps, change: Callable[[dict], dict]
) -> None:
    statistics = opencps.statistics
    opencps.statistics = lambda year, month: [
        {**{"domainCode": "", "system": ""}, **change(row)} for row in statistics(year, month)
    ]
    with pytest.raises(SourceChangedError, match="without any known number"):
        list(opencps_source(opencps).control_totals(NIGHT))


# moving rows --------------------------------------------------------------------------------------------------------
def truly_removed(igate: FakeIgate) -> set[str]:
    return set(igate.removed)


@pytest.mark.parametrize("cap", [10, 4])
def test_a_live_row_that_slipped_between_pages_is_not_taken_for_removed(
    igate: FakeIgate, cap: int, tmp_path: Path
) -> None:
    """One row leaves and one comes between two pages of the rows that are not removed: their count stays the same."""
    igate.cap, igate.removed = cap, {f"{3:024x}"}
    in_order = sorted(igate.rows, key=lambda row: row["updatedDate"], reverse=True)
    coming = igate_row(99, updated="2024-04-18T01:00:05.000+0700")

    def swap(query: dict[str, str]) -> None:
        if "remove-status" in query and query["page"] == "0" and coming not in igate.rows:
            igate.removed.add(
                in_order[0]["id"]
            )  # the rows after it move up by one: the first of the next page is skipped
        elif "remove-status" in query and query["page"] == "1" and coming not in igate.rows:
            igate.rows.append(coming)

    igate.after_page = swap
    landing = pulled(igate_source(igate), tmp_path)
    igate.after_page = lambda query: None
    assert landing.certificate.is_complete, landing.certificate.incomplete_reason
    rows = list(csv.DictReader(io.StringIO(b"".join(landing.records_csv()).decode())))
    said = {row["record_id"] for row in rows if row["is_removed"].lower() in ("t", "true")}
    assert f"{3:024x}" in said <= truly_removed(igate)


def test_a_page_that_skips_a_live_row_once_leaves_no_live_row_marked(igate: FakeIgate, tmp_path: Path) -> None:
    """The rows that are shown, not the removed ones: a page of theirs lacks a row, while both counts stay as they are."""
    igate.removed = {f"{3:024x}"}
    skipped = list[str]()

    def skip(request: Request) -> Reply | None:
        if request.query.get("spec") != "slice" or "remove-status" not in request.query or request.query["page"] != "1":
            return None
        said = json.loads(igate.answer(request).content())
        skipped.append(said["content"].pop(0)["id"])
        return Reply(said)

    igate.instead = skip
    found = records(igate_source(igate))
    assert len(skipped) == 1
    assert {record.record_id for record in found if record.is_removed} == truly_removed(igate)
    assert skipped[0] in {record.record_id for record in found}


def test_a_cell_whose_live_rows_do_not_add_up_is_not_complete(igate: FakeIgate, tmp_path: Path) -> None:
    igate.removed = {f"{3:024x}"}

    def claim(request: Request) -> Reply | None:  # two more are counted as removed than are
        if request.query.get("spec") != "page" or "remove-status" not in request.query:
            return None
        said = json.loads(igate.answer(request).content())
        return Reply({**said, "totalElements": max(0, said["totalElements"] - 2)})

    igate.instead = claim
    certificate = pulled(igate_source(igate), tmp_path).certificate
    assert not certificate.is_complete
    assert "disagree" in (certificate.incomplete_reason or "")


def test_a_change_that_slipped_is_not_taken_for_removed(igate: FakeIgate) -> None:
    igate.rows = [igate_row(n, updated=f"2024-04-{1 + n:02d}T12:00:00.000+0000") for n in range(25)]
    igate.removed, igate.now = {f"{2:024x}", f"{23:024x}"}, dt.datetime(2024, 4, 26, 1, tzinfo=LOCAL)

    def skip(request: Request) -> Reply | None:
        if request.query.get("spec") != "slice" or "remove-status" not in request.query or request.query["page"] != "1":
            return None
        said = json.loads(igate.answer(request).content())
        return Reply({**said, "content": said["content"][1:]})

    igate.instead = skip
    pages = igate_source(igate).changes(dt.datetime(2024, 4, 8, tzinfo=dt.UTC))
    assert {r.record_id for page in pages for r in page.records if r.is_removed} == {f"{23:024x}"}


@pytest.mark.parametrize("what", ["comes", "leaves"])
@pytest.mark.parametrize("kind", ["igate", "opencps"])
def test_a_row_that_comes_or_leaves_while_pages_are_read_costs_no_other(
    kind: str, what: str, igate: FakeIgate, opencps: FakeOpencps, tmp_path: Path
) -> None:
    """Before the rows that are still to be read, so that they move: what was skipped is found when the cell is listed again."""
    fake: Any = igate if kind == "igate" else opencps
    row = igate_row if kind == "igate" else opencps_row
    pages = itertools.count()

    def move(query: dict[str, str]) -> None:
        if next(pages) == 0:
            fake.rows[:] = [row(98), *fake.rows] if what == "comes" else fake.rows[:1] + fake.rows[2:]

    fake.after_page = move
    landing = pulled(igate_source(igate) if kind == "igate" else opencps_source(opencps), tmp_path)
    assert landing.certificate.is_complete, landing.certificate.incomplete_reason
    text = b"".join(landing.records_csv()).decode()
    key = "id" if kind == "igate" else "dossierId"
    assert [one for one in fake.rows if str(one[key]) not in text] == []


# maintenance --------------------------------------------------------------------------------------------------------
def spoilt_once(reply: Reply, after: int) -> Callable[[Request], Reply | None]:
    """This reply in place of one, after so many others; not to a HEAD, which has no body."""
    left = itertools.count(-after)
    return lambda request: reply if request.method != "HEAD" and next(left) == 0 else None


@pytest.mark.parametrize("reply", [PAGE, Reply(b""), Reply(b'{"content": [{"id": 7')], ids=["html", "nothing", "half"])
@pytest.mark.parametrize("case", NETWORK, indirect=True)
def test_a_maintenance_page_or_half_an_answer_in_the_middle_is_asked_for_again(
    case: Case, reply: Reply, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    case.limits = Limits(page_size=100, patience_seconds=30)
    case.system.instead = spoilt_once(reply, after=2)
    landing = case.pull(tmp_path / "landing")
    assert landing.certificate.is_complete, landing.certificate.incomplete_reason


@pytest.mark.parametrize("reply", [PAGE, Reply(b"")], ids=["html", "nothing"])
@pytest.mark.parametrize("case", ["igate"], indirect=True)
def test_a_maintenance_page_that_stays_is_a_changed_contract(
    case: Case, reply: Reply, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    case.limits = Limits(page_size=100, patience_seconds=30)
    case.system.always(reply, on="search")
    with pytest.raises(SourceChangedError) as caught:
        case.pull(tmp_path / "landing")
    assert type(caught.value) is SourceChangedError
    assert len([request for request in case.system.requests if "search" in request.path]) == 4


# look-ups -----------------------------------------------------------------------------------------------------------
HALF = Reply(b'{"error_code": 0, "result": [{"MaHoSo": "H37')


def looked_up(case: Case, codes: list[str], root: Path, **more: Any) -> Landing:
    found = collect_look_ups(
        case.source(), codes, province_id="p", night=NIGHT, landing_root=root, versions=VERSIONS, **more
    )
    assert found is not None
    return found


@pytest.mark.parametrize("reply", [PAGE, HALF, Reply(b""), Reply({}, 503)], ids=["html", "half", "nothing", "503"])
@pytest.mark.parametrize("case", ["national_adapter", "driving_licence.mapi"], indirect=True)
def test_one_look_up_without_an_answer_costs_that_one(case: Case, reply: Reply, tmp_path: Path) -> None:
    held, unknown = case.codes
    case.system.instead = spoilt_once(reply, after=2)  # a login, a look-up, and this one
    landing = looked_up(case, [held, "H37.01-240301-0001", unknown, "H37.01-240301-0002"], tmp_path)
    assert [(found.code, found.is_held) for found in landing.look_ups()] == [
        (held, True), (unknown, False), ("H37.01-240301-0002", False),
    ]  # fmt: skip
    assert landing.certificate.incomplete_reason.startswith("look-ups without an answer: 1 (the last: ")


@pytest.mark.parametrize("case", ["national_adapter"], indirect=True)
def test_a_source_that_stops_answering_is_left_alone(case: Case, tmp_path: Path) -> None:
    case.system.instead = lambda request: HALF if len(case.system.requests) > 2 else None
    landing = looked_up(case, [HELD, *(f"H37.01-240301-000{n}" for n in range(9))], tmp_path / "one")
    assert [found.code for found in landing.look_ups()] == [HELD]
    assert landing.certificate.incomplete_reason is not None
    assert "after 1 look-ups came JSON that breaks off" in landing.certificate.incomplete_reason
    assert len(case.system.requests) == 5
    case.system.instead = lambda request: (
        Reply({}, 429, {"Retry-After": "60"}) if len(case.system.requests) > 7 else None
    )
    landing = looked_up(case, [HELD, *(f"H37.01-240301-000{n}" for n in range(9))], tmp_path / "two")
    assert len(case.system.requests) == 8, "who asks us to wait is not asked again"


@pytest.mark.parametrize("case", ["national_adapter"], indirect=True)
def test_without_an_answer_to_any_control_no_look_up_counts(case: Case, tmp_path: Path) -> None:
    case.system.instead = lambda request: HALF if b"mahoso" in request.body and HELD.encode() in request.body else None
    with pytest.raises(SourceUnavailableError, match="breaks off"):
        looked_up(case, [UNKNOWN], tmp_path, controls=[HELD])
