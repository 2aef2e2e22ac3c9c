"""Look-ups and catalogues of the portal over real HTTP (CONTRACTS sections 1 and 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect.landing import Versions
from doisoat.collect.look_ups import collect_look_ups
from doisoat.errors import SourceChangedError, SourceRejectedError
from doisoat.model import CatalogueEntry, DossierRecord
from doisoat.sources.contract import Limits
from doisoat.sources.mapi.session import MapiOptions
from doisoat.sources.national_adapter import NationalAdapter
from support.mapi_servers import DSTCODE, HELD, UNKNOWN, FakeAdapter, adapter_connection, portal_dossier
from support.servers import CANARIES, LOCAL, SECRET, Reply, serving

OTHER = "000.00.17.H37-240305-0008"


@pytest.fixture
def portal() -> Iterator[FakeAdapter]:
    system = FakeAdapter()
    with serving(system):
        yield system


def _source(portal: FakeAdapter, *, limits: Limits | None = None, **options: Any) -> NationalAdapter:
    return NationalAdapter(
        "national_adapter",
        options=MapiOptions.model_validate({"dstcode": DSTCODE, **options}),
        limits=limits or Limits(patience_seconds=0),
        connection=adapter_connection(portal.port),
        timezone=LOCAL,
    )


def _record(portal: FakeAdapter, *rows: Any, code: str = HELD) -> DossierRecord | None:
    portal.holdings[code] = list(rows)
    return _source(portal).look_up(code).record


RECORD = DossierRecord(
    record_id=HELD,
    dossier_code=HELD,
    procedure_code="1.001193",
    field_code="G15-TP03",
    agency_name="UBND xã Yên Trạch",  # composed
    channel_code="2",
    status_code="10",
    online_payment_code="1",
    submitted_at=dt.datetime(2024, 3, 4, 22, 45, 1, tzinfo=LOCAL),
    received_at=dt.datetime(2024, 3, 5, 8, 15, tzinfo=LOCAL),
    due_at=dt.datetime(2024, 3, 12, 17, 0, tzinfo=LOCAL),
    finished_at=dt.datetime(2024, 3, 11, 9, 30, tzinfo=LOCAL),
    returned_at=dt.datetime(2024, 3, 11, 16, 0, tzinfo=LOCAL),
    has_digitised_parts=True,
)


# what a look-up says ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spell", [str, str.upper, str.lower, lambda key: key[0].lower() + key[1:], "_".join])
def test_a_row_becomes_a_record_in_whatever_case_its_keys_are(portal: FakeAdapter, spell: Any) -> None:
    assert _record(portal, {spell(key): value for key, value in portal_dossier().items()}) == RECORD


def test_the_answer_is_the_portals_at_its_own_time(portal: FakeAdapter) -> None:
    found = _source(portal).look_up(HELD)
    assert (found.code, found.is_held, found.looked_up_at) == (HELD, True, portal.now)
    assert portal.calls[-1]["mahoso"] == HELD


NOT_FOUND = [
    {"error_code": 0, "result": []},
    {"error_code": "00", "data": []},
    {"error_code": 0},
    {"error_code": 0, "result": None},
    {"error_code": 0, "result": ""},
    {"error_code": 0, "result": {}},
    {"error_code": 0, "result": [{}]},
    {"error_code": 0, "result": [None]},
    {"error_code": 0, "message": "Không tìm thấy hồ sơ", "result": []},
    {"error_code": "1", "message": "Không tìm thấy hồ sơ"},
    {"error_code": -1, "error_message": "HO SO KHONG TON TAI"},
    {"error_code": "5", "message": "Kho\u0302ng ti\u0300m tha\u0302\u0301y   dữ liệu"},
    {"error_code": "5", "message": "Không tìm thấy hồ sơ trên Cổng Dịch vụ công quốc gia"},
    {"error_code": "404", "message": "Dossier not found"},
]


@pytest.mark.parametrize("answer", NOT_FOUND)
def test_that_the_portal_holds_no_such_dossier_is_an_answer(portal: FakeAdapter, answer: dict) -> None:
    portal.refuses["TraCuuHoSo"] = answer
    found = _source(portal).look_up(UNKNOWN)
    assert (found.code, found.is_held, found.record, found.looked_up_at) == (UNKNOWN, False, None, portal.now)


@pytest.mark.parametrize(
    "said",
    [
        "Đơn vị không tồn tại",
        "Dịch vụ không tồn tại",
        "Tài khoản không tồn tại",
        "User not found",
        "Bạn không có quyền tra cứu hồ sơ",
        "Hồ sơ đã tồn tại",
        "Lỗi hệ thống",
        "",
        None,
        {"vi": "Không tìm thấy hồ sơ"},
    ],
)
def test_a_refusal_that_is_about_something_else_never_passes_for_not_found(portal: FakeAdapter, said: Any) -> None:
    portal.refuses["TraCuuHoSo"] = {"error_code": "2", "message": said}
    with pytest.raises(SourceRejectedError, match="error_code 2"):
        _source(portal).look_up(UNKNOWN)


def test_how_not_found_is_said_is_an_option(portal: FakeAdapter) -> None:
    portal.not_found = {"error_code": "2", "message": "Chưa có trên hệ thống"}
    assert not _source(portal, not_found_texts=["chưa có"]).look_up(UNKNOWN).is_held
    with pytest.raises(SourceRejectedError):
        _source(portal).look_up(UNKNOWN)


@pytest.mark.parametrize("row", [{"MaHoSo": HELD}, {"MaHoSo": None, "TrangThaiHoSo": ""}, {"NgayTra": ""}])
def test_every_field_is_optional(portal: FakeAdapter, row: dict) -> None:
    assert _record(portal, row) == DossierRecord(record_id=HELD, dossier_code=HELD)


@pytest.mark.parametrize("row", [{"TenHoSo": CANARIES[0]}, {"thongBao": "Không tìm thấy hồ sơ"}, {"count": 0}])
def test_a_row_that_says_nothing_of_a_dossier_is_no_proof_that_it_is_held(portal: FakeAdapter, row: dict) -> None:
    with pytest.raises(SourceChangedError, match="without any known field") as caught:
        _record(portal, row)
    assert CANARIES[0] not in str(caught.value)


@pytest.mark.parametrize("answer", [{}, {"message": "OK"}, {"total": 3}])
def test_a_catalogue_without_a_place_for_rows_is_a_changed_contract(portal: FakeAdapter, answer: dict) -> None:
    portal.refuses["LayDanhSachTTHC"] = {"error_code": 0, **answer}
    with pytest.raises(SourceChangedError, match="neither result nor data"):
        list(_source(portal).catalogue())


def test_one_dossier_may_come_without_a_list_around_it(portal: FakeAdapter) -> None:
    portal.refuses["TraCuuHoSo"] = {"error_code": 0, "result": portal_dossier()}
    assert _source(portal).look_up(HELD).record == RECORD


def test_an_object_that_is_no_dossier_is_a_changed_contract(portal: FakeAdapter) -> None:
    portal.refuses["TraCuuHoSo"] = {"error_code": 0, "result": {"content": [], "total": 0}}
    with pytest.raises(SourceChangedError, match="result that is no list"):
        _source(portal).look_up(UNKNOWN)


# whose dossier ----------------------------------------------------------------------------------------------------
def test_a_unit_may_ask_by_its_own_code(portal: FakeAdapter) -> None:
    record = _record(portal, portal_dossier("G22.99-240305-000007", MaHoSoDonVi=HELD))
    assert (record.record_id, record.dossier_code) == ("G22.99-240305-000007", "G22.99-240305-000007")
    assert record.linked_codes == (HELD,)


def test_the_units_own_code_is_a_link_and_the_same_code_is_none(portal: FakeAdapter) -> None:
    assert _record(portal, portal_dossier(MaHoSoDonVi="H37.17-240305-0007")).linked_codes == ("H37.17-240305-0007",)
    assert _record(portal, portal_dossier(MaHoSoDonVi=HELD)).linked_codes == ()


def test_another_dossier_than_was_asked_for_is_never_taken_for_it(portal: FakeAdapter) -> None:
    for rows in ([portal_dossier(OTHER)], [portal_dossier(OTHER), portal_dossier("H37-240101-0001")]):
        with pytest.raises(SourceChangedError, match="another dossier") as caught:
            _record(portal, *rows)
        assert OTHER not in str(caught.value)
    with pytest.raises(SourceChangedError, match="another dossier"):
        _record(portal, {"MaHoSo": OTHER}, {"TrangThaiHoSo": "1"})


def test_of_several_rows_the_one_that_was_asked_for_counts(portal: FakeAdapter) -> None:
    assert _record(portal, portal_dossier(OTHER, TrangThaiHoSo="1"), portal_dossier()) == RECORD
    assert _record(portal, portal_dossier(), portal_dossier()) == RECORD


def test_several_rows_that_name_no_code_say_only_that_it_is_held(portal: FakeAdapter) -> None:
    rows = [portal_dossier(MaHoSo="", TrangThaiHoSo=status) for status in ("1", "2")]
    assert _record(portal, *rows) == DossierRecord(record_id=HELD, dossier_code=HELD)
    assert _record(portal, rows[0]).status_code == "1"


@pytest.mark.parametrize(
    "code",
    [
        "000.00.53.H48-220921-0099", "H37.17-240412-0001", "H44.100-240412-0001", "G22.99-240412-12345",
        "H37.17.101-240412-00001", "HS 0001/2024", "mã cũ",
    ],
)  # fmt: skip
def test_a_code_of_any_form_is_asked_as_it_is(portal: FakeAdapter, code: str) -> None:
    record = _record(portal, portal_dossier(f" {code} "), code=code)
    assert record.dossier_code == code
    assert portal.calls[-1]["mahoso"] == code


# values -----------------------------------------------------------------------------------------------------------
EIGHT = dt.datetime(2024, 3, 5, 8, 15, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("20240305081500", EIGHT),
        (20240305081500, EIGHT),
        ("202403050815", EIGHT),
        ("05/03/2024 08:15:00", EIGHT),
        ("05/03/2024 08:15", EIGHT),
        ("2024-03-05T08:15:00", EIGHT),
        ("2024-03-05T01:15:00Z", EIGHT),
        ("2024-03-05T08:15:00.000+0700", EIGHT),
        ("2024-03-05T01:15:00.000+0000", EIGHT),
        (1709601300000, EIGHT),
        ("20240305", EIGHT.replace(hour=0, minute=0)),
        ("05/03/2024", EIGHT.replace(hour=0, minute=0)),
        ("", None), ("   ", None), (None, None), (0, None), ("0001-01-01T00:00:00", None), ("01/01/0001 00:00:00", None),
    ],
)  # fmt: skip
def test_dates_come_in_several_forms(portal: FakeAdapter, written: Any, expected: dt.datetime | None) -> None:
    assert _record(portal, portal_dossier(NgayTiepNhan=written)).received_at == expected


def test_a_further_form_is_an_option(portal: FakeAdapter) -> None:
    portal.holdings[HELD] = [portal_dossier(NgayTiepNhan="08h15 05-03-2024")]
    assert _source(portal, date_formats=["%Hh%M %d-%m-%Y"]).look_up(HELD).record.received_at == EIGHT


IMPOSSIBLE = [
    "20240230081500",
    "31/02/2024",
    "2024-13-01",
    "hôm nay",
    "1709",
    "20240305251500",
    99999999999999999,
    "00000000000000",
]


@pytest.mark.parametrize("written", IMPOSSIBLE)
def test_an_impossible_date_is_unknown_and_the_dossier_is_held_all_the_same(portal: FakeAdapter, written: Any) -> None:
    record = _record(portal, portal_dossier(NgayTiepNhan=written))
    assert record.received_at is None
    assert record == DossierRecord(**{**{f: getattr(RECORD, f) for f in RECORD.__struct_fields__}, "received_at": None})


def test_dates_that_can_never_be_read_are_a_changed_contract(portal: FakeAdapter) -> None:
    source = _source(portal)
    portal.holdings[HELD] = [portal_dossier(NgayTiepNhan="Mar 5, 2024")]
    for _ in range(4):
        assert source.look_up(HELD).is_held
    with pytest.raises(SourceChangedError, match="NgayTiepNhan"):
        source.look_up(HELD)
    source = _source(portal)
    portal.holdings[OTHER] = [portal_dossier(OTHER)]
    assert [source.look_up(code).is_held for code in (OTHER, *[HELD] * 9)] == [True] * 10


@pytest.mark.parametrize("value", [{"time": 1}, ["20240305081500"], True, 0.5, 1e30])
@pytest.mark.parametrize("key", ["NgayTiepNhan", "TrangThaiHoSo", "MaHoSo", "MaHoSoDonVi"])
def test_a_value_of_another_type_is_a_changed_contract(portal: FakeAdapter, key: str, value: Any) -> None:
    with pytest.raises(SourceChangedError, match=key):
        _record(portal, portal_dossier(**{key: value}))


@pytest.mark.parametrize("rows", [["canary@example.vn"], [7], [[HELD]], [portal_dossier(), "canary@example.vn"]])
def test_a_row_that_is_no_object_is_a_changed_contract(portal: FakeAdapter, rows: list) -> None:
    with pytest.raises(SourceChangedError, match="no object") as caught:
        _record(portal, *rows)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(("value", "expected"), [("1", True), (1, True), (True, True), ("0", False), (0, False), (False, False),
                                                 ("Có", True), ("Kho\u0302ng", False), ("", None), ("2", None)])  # fmt: skip
def test_digitised_parts_are_yes_no_or_not_said(portal: FakeAdapter, value: Any, expected: bool | None) -> None:
    assert _record(portal, portal_dossier(HoSoCoThanhPhanSoHoa=value)).has_digitised_parts is expected


@pytest.mark.parametrize(("value", "expected"), [(10, "10"), (10.0, "10"), (" 10 ", "10"), ("", None), ("99", "99")])
def test_codes_come_as_text_or_number(portal: FakeAdapter, value: Any, expected: str | None) -> None:
    assert _record(portal, portal_dossier(TrangThaiHoSo=value)).status_code == expected


# a night's look-ups -----------------------------------------------------------------------------------------------
def test_a_night_of_look_ups_survives_an_expiring_session_and_keeps_no_personal_value(
    portal: FakeAdapter, tmp_path: Path
) -> None:
    portal.session_life = 3
    codes = [f"H37.17-240305-{number:04d}" for number in range(10)]
    portal.holdings |= {code: [portal_dossier(code)] for code in codes[::2]}
    landing = collect_look_ups(
        _source(portal, limits=Limits(patience_seconds=0, look_ups_per_night=8)),
        codes,
        province_id="p",
        night=dt.date(2024, 4, 17),
        landing_root=tmp_path,
        versions=Versions(doisoat="0", config_fingerprint="f", reference_hash="r"),
    )
    assert [found.is_held for found in landing.look_ups()] == [True, False] * 4
    assert (landing.certificate.decoded, landing.certificate.declared_after) == (4, 8)
    assert portal.logins == 3
    content = b"".join(landing.records_csv()) + b"".join(
        path.read_bytes() for path in landing.directory.iterdir() if path.suffix != ".zst"
    )
    for private in (*CANARIES, SECRET, "session-"):
        assert private.encode() not in content


# catalogues -------------------------------------------------------------------------------------------------------
def test_the_catalogues_are_procedures_agencies_and_fields(portal: FakeAdapter) -> None:
    entries = list(_source(portal).catalogue())
    assert [entry.catalogue for entry in entries] == ["procedure"] * 12 + ["agency"] * 5 + ["field"] * 3
    assert entries[0] == CatalogueEntry(catalogue="procedure", code="1.000000", name="Thủ tục 0")
    assert entries[12] == CatalogueEntry(catalogue="agency", code="H37.101", name="UBND xã Yên", level="101")
    assert entries[17] == CatalogueEntry(catalogue="field", code="G15-TP00", name="Lĩnh vực 0", parent_code="G15")


def test_a_row_without_a_code_is_no_entry(portal: FakeAdapter) -> None:
    rows = portal.catalogues["LayDanhMucCoQuan"]
    rows += [{"MADONVI": "", "TENDONVI": "?"}, {"TENDONVI": "?"}, "canary@example.vn", {"MADONVI": {"id": 1}}]
    entries = [entry for entry in _source(portal).catalogue() if entry.catalogue == "agency"]
    assert [entry.code for entry in entries] == [f"H37.{number}" for number in range(101, 106)]


@pytest.mark.parametrize("rows", [[], [{"MA": "1", "TEN": "?"}] * 3, [{"MADONVI": "H37"}, {}, {}], ["x"]])
def test_a_catalogue_that_came_empty_is_a_changed_contract(portal: FakeAdapter, rows: list) -> None:
    portal.catalogues["LayDanhMucCoQuan"] = rows
    with pytest.raises(SourceChangedError, match="LayDanhMucCoQuan"):
        list(_source(portal).catalogue())


def test_a_catalogue_that_is_refused_is_a_refusal(portal: FakeAdapter) -> None:
    portal.refuses["LayDanhMucCoQuan"] = {"error_code": "12", "message": "Không tìm thấy"}
    with pytest.raises(SourceRejectedError, match="LayDanhMucCoQuan; got error_code 12"):
        list(_source(portal).catalogue())


def test_a_session_that_expires_between_two_catalogues_is_renewed(portal: FakeAdapter) -> None:
    portal.session_life, portal.expires_with = 1, Reply({}, 401)
    assert len(list(_source(portal).catalogue())) == 20
    assert portal.logins == 3


def test_the_probe_logs_in_and_reads_the_smallest_catalogue(portal: FakeAdapter) -> None:
    assert _source(portal).probe() == "3 fields in its catalogue, its clock says 2024-04-18 01:00"
    assert [call["service"] for call in portal.calls] == ["LayDanhMucLinhVuc"]
