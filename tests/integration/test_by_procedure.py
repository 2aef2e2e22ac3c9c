"""The portal's counts by procedure and its public catalogue: real PostgreSQL, real HTTP, a portal of our own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.errors import SourceChangedError, SourceRejectedError, SourceUnavailableError
from doisoat.model import MOST
from doisoat.nights import steps
from doisoat.nights.replay import replay
from support.commands import of_world, typed
from support.mapi_servers import DSTCODE, FakeAdapter, adapter_connection, portal_dossier
from support.portal_servers import FakePortal, ref_of
from support.servers import LOCAL, ROOT, Reply, Request, serving
from support.world import World

SOURCE = "national_statistics"
SUNDAY, NEXT, THIRD_SUNDAY = (dt.datetime(2026, 3, day, 3, tzinfo=LOCAL) for day in (1, 8, 15))
FIRST, SECOND, THIRD = "2026-03-10", "2026-03-11", "2026-03-12"
A, B, C = "1.000482", "1.001193", "2.000635"
#: Four of A and two of B in the commune, one of C in the department: the portal lacks one of A, and holds one that we do not.
OURS = """code | procedure
H37.101-260201-0001 | 1.000482
H37.101-260202-0002 | 1.000482
H37.101-260203-0003 | 1.000482
H37.101-260207-0007 | 1.000482
H37.101-260204-0004 | 1.001193
H37.101-260205-0005 | 1.001193
H37.03-260206-0006 | 2.000635"""


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    system = FakePortal()
    system.procedures |= {A: "Đăng ký khai tử", B: "Đăng ký khai sinh", C: "Cấp bản sao trích lục hộ tịch"}
    system.counts = {A: {"H37.101": 3}, B: {"H37.101": 2}, C: {"H37.03": 1}, "1.100003": {"H37.03": 1}}
    with serving(system):
        yield system


@pytest.fixture
def adapter() -> Iterator[FakeAdapter]:
    system = FakeAdapter()
    system.holdings.clear()
    with serving(system):
        yield system


@pytest.fixture
def make(tmp_path: Path, warehouse_dsn: str, portal: FakePortal, adapter: FakeAdapter) -> Callable[..., World]:
    def make(**limits: Any) -> World:
        options = {"apis": [{"kind": "reporting_2026"}], "root_department_id": ROOT, "months_back": 1}
        quick = {"patience_seconds": 0, **limits}
        asked = {"patience_seconds": 0, "look_ups_per_night": 1}
        return World(
            tmp_path,
            warehouse_dsn,
            sources={
                SOURCE: {"kind": SOURCE, "options": options, "limits": quick},
                "national_adapter": {"kind": "national_adapter", "options": {"dstcode": DSTCODE}, "limits": asked},
            },
            connections={
                SOURCE: Connection(SOURCE, scheme="http", host="127.0.0.1", port=portal.port),
                "national_adapter": adapter_connection(adapter.port),
            },
            declared_by=[f"{SOURCE}.totalReceived"],
        )

    return make


@pytest.fixture
def world(make: Callable[..., World]) -> World:
    return make()


def a_night(world: World, portal: FakePortal, night: str, ours: str = OURS) -> None:
    """A night on which the portal's statistics are really asked, published without checks."""
    day = dt.date.fromisoformat(night)
    portal.now = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(1), LOCAL)
    steps.open_night(world.site, day, run_id="test")
    world.land(night, "igate", ours)
    steps.collect_source(world.site, day, SOURCE)
    steps.load_night(world.site, day, run_id="test")
    steps.look_up_source(world.site, day, "national_adapter", run_id="test")
    world.reconcile(night)
    world.publish(night)


def cells(world: World, *columns: str) -> list[tuple[Any, ...]]:
    return world.rows(
        f"""select procedure_family, agency_id, {", ".join(columns)} from mart.portal_by_procedure
        where is_latest order by 1, 2"""
    )


# the catalogue ----------------------------------------------------------------------------------------------------------
def test_the_public_catalogue_is_compared_with_the_provinces_own(world: World, portal: FakePortal) -> None:
    del portal.procedures[C]
    portal.procedures[B] = "Đăng ký khai sinh có yếu tố nước ngoài"
    assert steps.sync_catalogue(world.site, SOURCE, at=SUNDAY) == {"entries": 27, "differences": 27}
    kinds = dict(world.rows("select kind, count(*) from mart.catalogue_difference where is_current group by 1"))
    assert kinds == {"only_there": 25, "only_here": 1, "name_differs": 1}
    assert world.rows(f"select ref from core.catalogue_entry where code = '{A}'") == [(ref_of(A),)]


def test_it_is_read_whole_once_and_then_as_far_as_it_changed(world: World, portal: FakePortal) -> None:
    portal.procedures |= {f"1.11{number:04d}": f"Thủ tục khác {number}" for number in range(200)}
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    assert portal.pages == list(range(1, 24))
    portal.procedures[B], asked = "Đăng ký lại khai sinh", len(portal.pages)
    for week in range(1, 9):
        steps.sync_catalogue(world.site, SOURCE, at=SUNDAY + dt.timedelta(weeks=week))
    turns = portal.pages[asked:]
    assert set(turns) == set(range(1, 24)), "each page comes round"
    assert len(turns) <= 8 * (2 + 3), "the first, the last, and an eighth of those between"
    assert world.rows(f"select name from core.catalogue_entry where code = '{B}' and to_night = 'infinity'") == [
        ("Đăng ký lại khai sinh",)
    ]
    assert world.rows(
        "select count(*), count(distinct code) from core.catalogue_entry where to_night = 'infinity'"
    ) == [(228, 228)]


@pytest.mark.parametrize("change", ["added", "replaced", "moved"])
def test_what_came_went_or_moved_has_it_read_whole_again(world: World, portal: FakePortal, change: str) -> None:
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    first, *rest = portal.procedures.items()
    new = {
        "added": [("9.000001", "Mới"), first, *rest],
        "replaced": [("9.000001", "Mới"), *rest],
        "moved": [*rest, first],
    }
    portal.procedures, asked = dict(new[change]), len(portal.pages)
    steps.sync_catalogue(world.site, SOURCE, at=NEXT)
    assert set(portal.pages[asked:]) == {1, 2, 3}
    codes = world.rows("select code from core.catalogue_entry where to_night = 'infinity'")
    assert {code for (code,) in codes} == set(portal.procedures)


@pytest.mark.parametrize("status", [403, 429])
def test_a_reading_that_was_refused_goes_on_where_it_stopped(world: World, portal: FakePortal, status: int) -> None:
    portal.fail(None, None, Reply({}, status), on="formalities")
    with pytest.raises((SourceRejectedError, SourceUnavailableError)):
        steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    assert world.rows("select count(*) from core.catalogue_entry") == [(0,)]
    steps.sync_catalogue(world.site, SOURCE, at=NEXT)
    assert portal.pages == [1, 2, 3, 3]
    assert world.rows("select count(*) from core.catalogue_entry") == [(28,)]
    steps.sync_catalogue(world.site, SOURCE, at=THIRD_SUNDAY)
    assert portal.pages[4] == 1, "what was begun is forgotten once it is sealed"


def test_what_shifted_while_a_reading_was_stopped_is_no_catalogue(world: World, portal: FakePortal) -> None:
    portal.fail(None, None, Reply({}, 429), on="formalities")
    with pytest.raises(SourceUnavailableError):
        steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    portal.procedures = {"9.000001": "Mới", **portal.procedures}
    with pytest.raises(SourceChangedError, match="28 procedures of the 29"):
        steps.sync_catalogue(world.site, SOURCE, at=NEXT)
    assert steps.sync_catalogue(world.site, SOURCE, at=NEXT)["entries"] == 29


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"items": None},
        {"items": [{"id": "x", "code": A}]},  # how many there are is not said
        {"items": [], "pagination": {"total": 0, "totalPages": 0}},
        {"items": [{"id": "x", "code": A}], "pagination": {"total": 1, "totalPages": 10**12}},
        {"items": [{"id": "x", "code": A}], "pagination": {"total": MOST + 1, "totalPages": 1}},
        {"items": [{"name": "n"}, {"code": A}], "pagination": {"total": 2, "totalPages": 1}},
        {"items": [{"id": "x", "code": "1" * 3000}], "pagination": {"total": 1, "totalPages": 1}},
    ],
)
def test_an_answer_that_is_no_catalogue_leaves_the_last_good_one(world: World, portal: FakePortal, data: Any) -> None:
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    portal.always(Reply({"code": "OK", "data": data, "message": "OK"}, 201), on="formalities")
    with pytest.raises(SourceChangedError):
        steps.sync_catalogue(world.site, SOURCE, at=NEXT)
    assert world.rows("select count(*) from core.catalogue_entry where to_night = 'infinity'") == [(28,)]


# counts -----------------------------------------------------------------------------------------------------------------
def test_what_differs_is_asked_by_procedure_and_known_by_cell(world: World, portal: FakePortal) -> None:
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    a_night(world, portal, FIRST)
    assert portal.asked() == [], "nothing of ours was compared yet"
    assert {state for *_, state in cells(world, "state")} == {"not_asked"}
    assert {portal for *_, portal in cells(world, "portal")} == {None}, "what was not asked is not 0"
    a_night(world, portal, SECOND)
    assert portal.asked() == [A, B, C], "most dossiers first"
    a_night(world, portal, THIRD)
    assert portal.asked()[3:5] == [A, B], "whether the filter still works"
    assert set(portal.asked()[5:]) == set(portal.procedures) - {A, B, C}, "something of the month is left over"
    assert cells(world, "portal", "ours", "difference", "state", "asked_on::text") == [
        (A, "H37.101", 3, 4, -1, "known", THIRD),
        (B, "H37.101", 2, 2, 0, "known", THIRD),
        ("1.100003", "H37.03", 1, 0, 1, "known", THIRD),
        (C, "H37.03", 1, 1, 0, "known", SECOND),
    ]
    a_night(world, portal, "2026-03-13")
    assert len(portal.asked()) == 30, "what was asked is remembered, and no count has changed"
    portal.counts[A] = {"H37.101": 4}
    for day in (14, 15, 16):
        a_night(world, portal, f"2026-03-{day}")
    assert sorted(portal.asked()[30:]) == [A, B, "1.100003", C], "a count of the month has changed, and these have any"
    assert cells(world, "portal", "difference")[0] == (A, "H37.101", 4, 0)


def test_a_quiet_month_is_not_asked_by_procedure(world: World, portal: FakePortal) -> None:
    portal.counts = {A: {"H37.101": 4}, B: {"H37.101": 2}, C: {"H37.03": 1}}
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    for night in (FIRST, SECOND):
        a_night(world, portal, night)
    assert portal.asked() == []


def test_nothing_is_asked_where_the_answers_leave_nothing_over(world: World, portal: FakePortal) -> None:
    """Two units that differ by the same number: the procedures that we hold explain the whole month."""
    portal.counts = {A: {"H37.101": 3, "H37.03": 1}, B: {"H37.101": 2}, C: {"H37.03": 1}}
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    for night in (FIRST, SECOND, THIRD):
        a_night(world, portal, night)
    assert portal.asked() == [A, B, C]
    assert ("1.000482", "H37.03", 1, 0) in cells(world, "portal", "ours")


def test_the_budget_of_a_night_is_kept_and_the_rest_is_asked_later(
    make: Callable[..., World], portal: FakePortal
) -> None:
    world = make(procedure_requests_per_night=13)
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    for number in range(5):
        a_night(world, portal, f"2026-03-{10 + number}")
        bodies = [json.loads(one.body) for one in portal.requests if one.body]
        filtered = [body for body in bodies if {"formalityId", "formalityID"} & body.keys()]
        assert len(filtered) <= 13 * number
    again = [code for code in portal.asked() if code not in (A, B)]
    tail = [f"1.10000{number}" for number in range(6)]
    assert again == [C, *tail], "three a night beside what proves the filter, until nothing of the month is left over"
    said = typed(of_world(world), "sources").stdout.replace("\n", " ")
    assert "9 procedures and months are known, 0 more are asked within 0 nights" in said


def test_sources_says_within_how_many_nights_the_rest_is_asked(make: Callable[..., World], portal: FakePortal) -> None:
    world = make(procedure_requests_per_night=2)
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    a_night(world, portal, FIRST)
    said = " ".join(typed(of_world(world), "sources").stdout.split())
    assert "0 procedures and months are known, 3 more are asked within 2 nights" in said
    assert "of 25 others" in said
    assert "within 14 nights" in said


@pytest.mark.parametrize("names_all_units", [True, False])
def test_a_filter_that_is_ignored_is_no_count_of_a_procedure(
    world: World, portal: FakePortal, names_all_units: bool
) -> None:
    portal.filtered, portal.names_all_units = {"provide-online-tree"}, names_all_units
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    for night in (FIRST, SECOND):
        a_night(world, portal, night)
    assert portal.asked() == [A, B], "it is no use to ask for more"
    assert world.rows("select count(*) from core.procedure_count where measure = 'totalReceived'") == [(0,)]
    assert cells(world, "portal", "state") == [
        (A, "H37.101", None, "not_honoured"),
        (B, "H37.101", None, "not_honoured"),
        (C, "H37.03", None, "not_asked"),
    ]
    filters = world.rows(
        """select measure, known, not_honoured, unproven from mart.portal_filter where is_latest
        and measure in ('totalReceived', 'channelTotalSum', 'DOSSIER_SYNC_NUMERATOR') order by 1"""
    )
    assert filters == [("DOSSIER_SYNC_NUMERATOR", 0, 2, 0), ("channelTotalSum", 2, 0, 0), ("totalReceived", 0, 2, 0)]
    portal.filtered |= {"dvc-progress-tree"}
    a_night(world, portal, THIRD)
    assert {state for *_, state in cells(world, "state")} == {"known"}, "a filter that works now is believed now"


@pytest.mark.parametrize("status", [403, 429])
def test_a_refusal_in_the_middle_keeps_what_was_answered(world: World, portal: FakePortal, status: int) -> None:
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    a_night(world, portal, FIRST)

    def third_is_refused(request: Request) -> Reply | None:
        is_filtered = b"formalityId" in request.body and request.path.endswith("dvc-progress-tree")
        return Reply({}, status) if is_filtered and len(portal.asked()) > 2 else None

    portal.instead = third_is_refused
    a_night(world, portal, SECOND)
    pull = world.rows(
        f"select is_complete, incomplete_reason from ops.pull where night = '{SECOND}' and source_id = '{SOURCE}'"
    )
    assert pull[0][0] is False
    assert f"HTTP {status}" in pull[0][1]
    assert [(family, state) for family, _, state in cells(world, "state")] == [
        (A, "known"), (B, "known"), (C, "not_asked"),
    ]  # fmt: skip
    portal.instead = lambda request: None
    a_night(world, portal, THIRD)
    assert {state for *_, state in cells(world, "state")} == {"known"}


def test_a_dossier_that_arrives_in_between_is_no_ignored_filter(world: World, portal: FakePortal) -> None:
    portal.counts = {A: {"H37.101": 3}, B: {"H37.101": 2}, C: {"H37.03": 2}}
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    a_night(world, portal, FIRST)

    def one_more(request: Request) -> None:
        if portal.asked() and portal.counts[C] == {"H37.03": 2}:
            portal.counts[C] = {"H37.03": 3}

    portal.instead = one_more
    a_night(world, portal, SECOND)
    assert cells(world, "portal", "state") == [
        (A, "H37.101", 3, "known"), (B, "H37.101", 2, "known"), (C, "H37.03", 3, "known"),
    ]  # fmt: skip


def test_a_null_is_no_zero_and_a_number_that_nobody_counted_to_is_refused(world: World, portal: FakePortal) -> None:
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    a_night(world, portal, FIRST)
    portal.counts[B] = {"H37.101": 2, "H37.03": None}
    a_night(world, portal, SECOND)
    assert (B, "H37.03", None, 0, None) in cells(world, "portal", "ours", "difference")

    def huge(request: Request) -> Reply | None:
        if b"formalityId" not in request.body or not request.path.endswith("dvc-progress-tree"):
            return None
        reply = portal.answer(request)
        reply.body["data"]["parent"]["totalReceived"] = MOST * 10
        return reply

    portal.instead = huge
    a_night(world, portal, THIRD)
    assert world.rows("select max(value) < 10 from core.procedure_answer") == [(True,)]
    pull = world.rows(f"select incomplete_reason from ops.pull where night = '{THIRD}' and source_id = '{SOURCE}'")
    assert "counts by procedure: after 0 answers came" in pull[0][0]


def test_variants_of_a_procedure_are_known_only_together(world: World, portal: FakePortal) -> None:
    variant = f"{A}.000.00.00.H37"
    portal.procedures[variant] = "Đăng ký khai tử (cấp xã)"
    portal.counts |= {A: {"H37.101": 1}, variant: {"H37.101": 2}}
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    a_night(world, portal, FIRST)
    a_night(world, portal, SECOND)
    assert cells(world, "portal", "state")[0] == (A, "H37.101", 3, "known")
    world.rows(f"delete from core.procedure_answer where procedure_code = '{variant}'")
    assert cells(world, "portal", "state")[0] == (A, "H37.101", None, "not_asked")


def test_look_ups_are_spent_on_the_cells_that_differ(
    make: Callable[..., World], portal: FakePortal, adapter: FakeAdapter
) -> None:
    """One look-up a night: once the portal's counts are known, it goes to the four of which it lacks one, until it is found."""
    world = make()
    missing = "H37.101-260201-0001"
    for code in (line.split(" |")[0] for line in OURS.splitlines()[1:]):
        received = {
            "NgayTiepNhan": "20260205080000",
            "NgayHenTra": "",
            "NgayKetThucXuLy": "",
            "DonViXuLy": "Sở Tư pháp",
        }
        adapter.holdings |= {} if code == missing else {code: [portal_dossier(code, **received)]}
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    for day in range(10, 17):
        a_night(world, portal, f"2026-03-{day}")
    codes = [call["mahoso"] for call in adapter.calls]
    assert missing in codes[1:5]
    until = codes[1 : codes.index(missing)]
    assert {code[-4:] for code in until} <= {"0002", "0003", "0007"}, "the first night knows nothing of cells"
    assert len(codes) == len(set(codes)), "then to the others"


def test_a_night_is_replayed_with_its_counts_by_procedure(world: World, portal: FakePortal) -> None:
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    for night in (FIRST, SECOND, THIRD):
        a_night(world, portal, night)
    before, requests = cells(world, "portal", "state"), len(portal.requests)
    list(replay(world.site, dt.date.fromisoformat(FIRST)))
    assert cells(world, "portal", "state") == before
    assert len(portal.requests) == requests


def test_the_command_shows_the_cells_and_their_state(world: World, portal: FakePortal) -> None:
    steps.sync_catalogue(world.site, SOURCE, at=SUNDAY)
    for night in (FIRST, SECOND, THIRD):
        a_night(world, portal, night)
    asked = ("portal", "--by", "procedure", "--month", "2026-02", "--format", "json")
    rows = json.loads(typed(of_world(world), *asked).stdout)
    assert [(row["procedure_family"], row["difference"]) for row in rows][:2] == [(A, -1), ("1.100003", 1)]
    assert typed(of_world(world), *asked[:3], "--year", "2026").returncode == 2
