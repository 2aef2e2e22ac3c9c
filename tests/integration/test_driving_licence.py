"""The driving-licence system by both ways of asking, over real HTTP (CONTRACTS sections 4 and 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect import collect
from doisoat.collect.expected import NothingHeld
from doisoat.collect.landing import Landing, Versions
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError, SourceUnavailableError
from doisoat.model import WHOLE, Capability, Cell, DossierRecord, QuarantinedRow
from doisoat.sources.contract import Limits
from doisoat.sources.driving_licence.source import DrivingLicence, DrivingLicenceOptions
from support.mapi_servers import (
    API_KEY,
    UNIT,
    UNKNOWN,
    FakeLicence,
    FakeLicenceList,
    licence_code,
    licence_connection,
    licence_row,
    list_connection,
    listed_row,
)
from support.servers import CANARIES, LOCAL, SECRET, Reply, serving

MARCH, APRIL = dt.date(2024, 3, 1), dt.date(2024, 4, 1)
PRIVATE = (*CANARIES, SECRET, API_KEY, "session-")


@pytest.fixture
def mapi() -> Iterator[FakeLicence]:
    system = FakeLicence([licence_row(number) for number in range(12)])
    with serving(system):
        yield system


@pytest.fixture
def listed() -> Iterator[FakeLicenceList]:
    system = FakeLicenceList([listed_row(number) for number in range(12)])
    with serving(system):
        yield system


def _source(
    system: FakeLicence | FakeLicenceList, connection: Connection | None = None, **options: Any
) -> DrivingLicence:
    is_get = isinstance(system, FakeLicenceList)
    given = {"access": "get" if is_get else "mapi", "dated_from": "2024-02-01", **options}
    return DrivingLicence(
        "driving_licence",
        options=DrivingLicenceOptions.model_validate(given),
        limits=Limits(patience_seconds=0),
        connection=connection or (list_connection if is_get else licence_connection)(system.port),
        timezone=LOCAL,
    )


def _records(system: FakeLicence | FakeLicenceList, cell: Cell = WHOLE, **options: Any) -> list[DossierRecord]:
    return [record for page in _source(system, **options).list_cell(cell) for record in page.records]


def _quarantined(system: FakeLicence | FakeLicenceList) -> list[QuarantinedRow]:
    return [row for page in _source(system).list_cell(WHOLE) for row in page.quarantined]


def _pull(source: DrivingLicence, root: Path) -> Landing:
    versions = Versions(doisoat="0", config_fingerprint="f", reference_hash="r")
    night = dt.date(2024, 4, 17)
    return collect(source, province_id="p", night=night, held=NothingHeld(), landing_root=root, versions=versions)


def _at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> dt.datetime:
    return dt.datetime(2024, 3, day, hour, minute, second, tzinfo=LOCAL)


# rows -------------------------------------------------------------------------------------------------------------
def test_a_row_of_the_session_protocol_becomes_a_record(mapi: FakeLicence) -> None:
    mapi.held = [licence_row(7)]
    assert _records(mapi) == [
        DossierRecord(
            record_id=licence_code(7),
            dossier_code=licence_code(7),
            linked_codes=("G22.99-240305-0007",),
            procedure_code="2",
            agency_code="H37.16",
            received_at=_at(5),
            due_at=_at(12),
        )
    ]


def test_a_row_of_the_other_way_becomes_a_record(listed: FakeLicenceList) -> None:
    listed.held = [listed_row(7, NgayKetThucXuLy="11/03/2024 09:30:00", NgayTra="2024-03-11T16:00:00")]
    assert _records(listed) == [
        DossierRecord(
            record_id=licence_code(7),
            dossier_code=licence_code(7),
            procedure_code="1.002809",
            agency_code="H37.16",
            agency_name="Sở Giao thông vận tải",  # composed
            channel_code="1",
            status_code="4",
            submitted_at=_at(5, 7, 7),
            received_at=_at(5, 8, 7),
            due_at=_at(12, 17),
            finished_at=_at(11, 9, 30),
            returned_at=_at(11, 16),
        )
    ]


def test_a_look_up_says_more_than_the_listing(mapi: FakeLicence) -> None:
    found = _source(mapi).look_up(licence_code(7))
    assert (found.is_held, found.looked_up_at) == (True, mapi.now)
    assert found.record == DossierRecord(
        record_id=licence_code(7),
        dossier_code=licence_code(7),
        procedure_code="1.002809",
        agency_code="H37.16",
        agency_name="Sở Giao thông vận tải",
        status_code="4",
        submitted_at=_at(4, 22, 45, 1),
        received_at=_at(5, 8, 15),
        due_at=_at(12, 17),
    )
    assert mapi.calls[-1] == {
        "session": "session-1", "donViXuLy": UNIT, "service": "TraCuuHoSo", "mahoso": licence_code(7),
    }  # fmt: skip
    assert not _source(mapi).look_up(UNKNOWN).is_held


def test_the_other_way_has_no_look_up(listed: FakeLicenceList) -> None:
    source = _source(listed)
    assert source.capabilities == {Capability.LISTING}
    with pytest.raises(ConfigurationError, match="lookup"):
        source.look_up(licence_code(7))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-03-05", _at(5)), ("05/03/2024", _at(5)), ("05/03/2024 08:15:00", _at(5, 8, 15)),
        ("2024-03-05T08:15:00+07:00", _at(5, 8, 15)), ("2024-03-05T01:15:00Z", _at(5, 8, 15)),
        ("2024-03-05T20:15:00.000+0000", _at(6, 3, 15)), ("20240305081500", _at(5, 8, 15)),
    ],
)  # fmt: skip
def test_dates_come_as_day_day_and_time_or_iso(
    mapi: FakeLicence, listed: FakeLicenceList, written: str, expected: dt.datetime
) -> None:
    mapi.held, listed.held = [licence_row(1, ngayNhanHoSo=written)], [listed_row(1, NgayTiepNhan=written)]
    assert [record.received_at for system in (mapi, listed) for record in _records(system)] == [expected] * 2


def test_two_time_zones_in_one_answer_are_one_time(listed: FakeLicenceList) -> None:
    written = ("2024-03-05T08:15:00+0700", "2024-03-05T01:15:00+0000", "05/03/2024 08:15:00")
    listed.held = [listed_row(number, NgayTiepNhan=value) for number, value in enumerate(written)]
    assert {record.received_at for record in _records(listed)} == {_at(5, 8, 15)}


@pytest.mark.parametrize(
    ("value", "expected"), [("0", "0"), (0, "0"), ("1", "1"), (1.0, "1"), (None, None), ("", None)]
)
def test_the_channel_comes_as_text_or_number(listed: FakeLicenceList, value: Any, expected: str | None) -> None:
    listed.held = [listed_row(1, KenhThucHien=value)]
    assert [record.channel_code for record in _records(listed)] == [expected]


def test_a_cancelled_dossier_is_held_unless_the_option_says_otherwise(listed: FakeLicenceList) -> None:
    dates = ["", None, "0001-01-01T00:00:00", "10/03/2024"]
    listed.held = [listed_row(number, NgayHuyHoSo=date) for number, date in enumerate(dates)]
    assert not any(record.is_removed for record in _records(listed))
    assert [record.is_removed for record in _records(listed, cancelled_is_removed=True)] == [False, False, False, True]


def test_the_same_record_twice_is_shown_twice(mapi: FakeLicence, listed: FakeLicenceList) -> None:
    mapi.held, listed.held = [licence_row(1)] * 2, [listed_row(1)] * 2
    assert [record.record_id for record in _records(mapi) + _records(listed)] == [licence_code(1)] * 4


# windows ----------------------------------------------------------------------------------------------------------
def test_the_whole_is_walked_month_by_month_to_the_sources_own_today(
    mapi: FakeLicence, listed: FakeLicenceList
) -> None:
    mapi.now = listed.now = dt.datetime(2024, 4, 17, 17, 30, tzinfo=dt.UTC)  # 00:30 on the 18th in the province
    assert len(_records(mapi)) == len(_records(listed)) == 12
    assert mapi.windows == [("2024-02-01", "2024-02-29"), ("2024-03-01", "2024-03-31"), ("2024-04-01", "2024-04-18")]
    assert listed.windows == [("01/02/2024", "29/02/2024"), ("01/03/2024", "31/03/2024"), ("01/04/2024", "18/04/2024")]


def test_narrower_windows_part_the_month(mapi: FakeLicence) -> None:
    mapi.held = [licence_row(day, day=f"2024-03-{day:02d}") for day in range(1, 32)]
    assert len(_records(mapi, dated_from="2024-02-20", days_per_window=10)) == 31
    assert mapi.windows == [
        ("2024-02-20", "2024-02-29"),
        ("2024-03-01", "2024-03-10"), ("2024-03-11", "2024-03-20"), ("2024-03-21", "2024-03-30"),
        ("2024-03-31", "2024-03-31"), ("2024-04-01", "2024-04-10"), ("2024-04-11", "2024-04-18"),
    ]  # fmt: skip


def test_a_server_that_shows_only_so_many_rows_is_asked_by_halves(
    mapi: FakeLicence, listed: FakeLicenceList, tmp_path: Path
) -> None:
    """Without pages a longer window would lose its tail, with `mapi` in silence."""
    days = [f"{1 + number % 20:02d}" for number in range(180)]
    mapi.held = [licence_row(number, day=f"2024-03-{day}") for number, day in enumerate(days)]
    listed.held = [listed_row(number, day=f"{day}/03/2024") for number, day in enumerate(days)]
    for system in (mapi, listed):
        system.most = 50
        landing = _pull(_source(system), tmp_path / type(system).__name__)
        assert (landing.certificate.received, landing.certificate.is_complete) == (180, True)
        assert len(system.windows) < 14


def test_a_day_that_is_cut_short_makes_the_pull_incomplete(
    mapi: FakeLicence, listed: FakeLicenceList, tmp_path: Path
) -> None:
    mapi.held = [licence_row(number, day=f"2024-03-{'05' if number < 60 else '06'}") for number in range(70)]
    listed.held = [listed_row(number, day="05/03/2024") for number in range(60)]
    for system in (mapi, listed):
        system.most = 50
        certificate = _pull(_source(system), tmp_path / type(system).__name__).certificate
        assert not certificate.is_complete
    assert "2024-03-05: an answer shows 50 rows and no more" in (
        _pull(_source(mapi), tmp_path / "FakeLicence").certificate.incomplete_reason or ""
    )


def test_a_month_is_listed_by_itself(mapi: FakeLicence) -> None:
    mapi.held.append(licence_row(99, day="2024-04-01"))
    assert [record.record_id for record in _records(mapi, Cell(APRIL))] == [licence_code(99)]
    assert mapi.windows == [("2024-04-01", "2024-04-18")]
    assert _records(mapi, Cell(dt.date(2024, 5, 1))) == []


@pytest.mark.parametrize("cell", [Cell(agency_ref="a"), Cell(MARCH, "a"), Cell(undated=True)])
def test_a_cell_that_cannot_be_asked_for_is_refused(mapi: FakeLicence, cell: Cell) -> None:
    with pytest.raises(ConfigurationError, match="whole or a month"):
        _records(mapi, cell)


def test_nothing_to_ask_for_is_a_matter_of_configuration(mapi: FakeLicence) -> None:
    with pytest.raises(ConfigurationError, match="dated_from"):
        _records(mapi, dated_from="2024-04-19")


def test_a_server_that_does_not_look_at_the_window_is_found_out(mapi: FakeLicence, listed: FakeLicenceList) -> None:
    mapi.refuses["DanhSachHoSo"] = {"error_code": "00", "data": mapi.held}
    with pytest.raises(SourceChangedError, match="same 12 rows"):
        _records(mapi)
    listed.always(Reply({"total": 12, "data": listed.held}))
    with pytest.raises(SourceChangedError, match="same 12 rows"):
        _records(listed)


def test_a_session_that_expires_in_the_middle_of_a_listing_loses_nothing(mapi: FakeLicence, tmp_path: Path) -> None:
    mapi.held = [licence_row(day, day=f"2024-03-{day:02d}") for day in range(1, 32)]
    mapi.session_life = 4
    landing = _pull(_source(mapi, days_per_window=1), tmp_path)
    assert (landing.certificate.decoded, landing.certificate.is_complete) == (31, True)
    assert mapi.logins == 20, "78 windows, four a session"


def test_a_source_that_breaks_off_in_the_middle_seals_nothing(mapi: FakeLicence, tmp_path: Path) -> None:
    mapi.fail(None, Reply({}, 503), on="/g")
    with pytest.raises(SourceUnavailableError):
        _pull(_source(mapi), tmp_path)
    assert not list(tmp_path.rglob("manifest.json"))


def test_windows_without_a_row_are_pages_too(mapi: FakeLicence, tmp_path: Path) -> None:
    mapi.held = []
    landing = _pull(_source(mapi), tmp_path)
    assert (landing.certificate.pages, landing.certificate.received, landing.certificate.cut_off) == (3, 0, mapi.now)


# bad rows ---------------------------------------------------------------------------------------------------------
BAD = [
    ({"ngayNhanHoSo": "31/02/2024"}, {"NgayTiepNhan": "31/02/2024"}, "impossible_date"),
    ({"ngayHenTraGplx": "hôm nay"}, {"NgayHenTra": "hôm nay"}, "impossible_date"),
    ({"maHoSo": ""}, {"MaHoSo": None}, "no_dossier_code"),
    ({"maHoSo": {"id": 1}}, {"MaHoSo": [1]}, "wrong_shape"),
    ({"loaiHoSo": ["1"]}, {"MaTTHC": {"ma": "1"}}, "wrong_shape"),
    ({"maDonVi": True}, {"TrangThaiHoSo": False}, "wrong_shape"),
    ({"loaiHoSo": "1\u0007"}, {"MaTTHC": "1\u0000"}, "unprintable_text"),
]


@pytest.mark.parametrize(("by_mapi", "by_get", "reason"), BAD)
def test_a_bad_row_is_set_aside_and_the_others_are_read(
    mapi: FakeLicence, listed: FakeLicenceList, by_mapi: dict, by_get: dict, reason: str
) -> None:
    mapi.held[4], listed.held[4] = licence_row(4, **by_mapi), listed_row(4, **by_get)
    for system, changed in ((mapi, by_mapi), (listed, by_get)):
        rows = [(row.reason, row.position, row.record_id) for row in _quarantined(system)]
        named = None if "maHoSo" in changed or "MaHoSo" in changed else licence_code(4)
        assert rows == [(reason, "window 2024-03-01 row 5", named)]
        assert len(_records(system)) == 11


def test_a_row_that_is_no_row_is_set_aside(mapi: FakeLicence) -> None:
    mapi.refuses["DanhSachHoSo"] = {"error_code": 0, "data": [licence_row(1), "canary@example.vn", None, 7, []]}
    pages = list(_source(mapi).list_cell(Cell(MARCH)))
    assert [(row.reason, row.position[-5:]) for row in pages[0].quarantined] == [
        ("wrong_shape", f"row {number}") for number in (2, 3, 4, 5)
    ]
    assert len(pages[0].records) == 1


def test_a_bad_row_is_named_only_by_what_looks_like_a_dossier_code(listed: FakeLicenceList) -> None:
    listed.held = [listed_row(1, NgayHenTra="x"), listed_row(2, NgayHenTra="x", MaHoSo=CANARIES[1]), listed_row(3)]
    assert [(row.record_id, row.field) for row in _quarantined(listed)] == [
        (licence_code(1), "NgayHenTra"), (None, "NgayHenTra"),
    ]  # fmt: skip


def test_a_window_of_nothing_but_bad_rows_is_a_changed_contract(mapi: FakeLicence, listed: FakeLicenceList) -> None:
    mapi.held = [licence_row(number, ngayHenTraGplx="Mar 12") for number in range(5)]
    listed.held = [listed_row(number, MaHoSo="") for number in range(5)]
    with pytest.raises(SourceChangedError, match=r"5 rows.*ngayHenTraGplx: impossible_date"):
        _records(mapi)
    with pytest.raises(SourceChangedError, match=r"5 rows.*no_dossier_code"):
        _records(listed)
    mapi.held.pop()
    assert len(_quarantined(mapi)) == 4


def test_the_probe_counts_todays_dossiers(mapi: FakeLicence, listed: FakeLicenceList) -> None:
    mapi.held.append(licence_row(50, day="2024-04-18"))
    listed.held.append(listed_row(50, day="18/04/2024"))
    for system in (mapi, listed):
        assert _source(system).probe() == "1 dossiers received today, its clock says 2024-04-18 01:00"
