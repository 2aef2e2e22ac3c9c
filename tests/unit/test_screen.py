"""What of a source's own words is kept, and what is withheld and counted (privacy.py)."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.collect.screen import Screen
from doisoat.model import CatalogueEntry, ControlTotal, DossierRecord, Page, QuarantinedRow
from doisoat.privacy import WITHHELD, is_word, person_in
from msgspec.structs import asdict, replace
from sandbox.world import canaries

NAME = canaries.full_name(5)
PHONE = canaries.phone(5)
CODES = (
    "H37.21.01-240401-0001", "000.00.15.H37-240412-0017", "091234567890", "0201234567", "HS 17/2024 - bổ sung", "12",
    "G22.99-240402-0002", "LLTP/2024/17", "60f52e0d09cbf91d41f88838",
)  # fmt: skip


def kept(screen: Screen, **stated: object) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
    record = DossierRecord(**{"record_id": "id-1", **stated})  # type: ignore[arg-type]
    page = screen.page(Page([record]), 3)
    return page.records, page.quarantined


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_any_form_stays(code: str) -> None:
    [record], _ = kept(Screen(), record_id=code, dossier_code=code, linked_codes=(code,))
    assert (record.record_id, record.dossier_code, record.linked_codes) == (code, code, (code,))


@pytest.mark.parametrize("name", ["record_id", "dossier_code"])
@pytest.mark.parametrize("said", ["Nguyễn Văn An", canaries.email(5), "1" * 81])
def test_what_is_no_code_sets_its_row_aside(name: str, said: str) -> None:
    records, [row] = kept(Screen(), **{name: said})
    assert records == []
    assert (row.position, row.reason, row.field, row.record_id) == ("answer 3 record 1", "not_a_code", name, None)
    assert row.unread == (name,)
    assert said not in repr(row)


def test_a_row_that_was_set_aside_keeps_no_key_that_is_none() -> None:
    rows = [QuarantinedRow(position="page 1 row 1", reason="r", record_id=key) for key in ("a1", "Nguyễn Văn An")]
    assert [row.record_id for row in Screen().page(Page([], rows), 1).quarantined] == ["a1", None]


def test_a_link_that_is_no_code_is_dropped_and_counted() -> None:
    screen = Screen()
    [record], _ = kept(screen, linked_codes=("G22.99-240402-0002", "Nguyễn Văn An"))
    assert record.linked_codes == ("G22.99-240402-0002",)
    assert screen.withheld == {"linked_codes": 1}


@pytest.mark.parametrize("said", ["4", "Đang xử lý", "Chờ thẩm định, phê duyệt", "DA_TIEP_NHAN", "TrucTuyen", "hủy"])
def test_a_word_that_looks_like_one_stays(said: str) -> None:
    screen = Screen()
    [record], _ = kept(screen, status_code=said, channel_code=said, online_payment_code=said, agency_level=said)
    assert record.status_code == record.channel_code == record.online_payment_code == record.agency_level == said
    assert not screen.withheld


@pytest.mark.parametrize("said", [NAME, NAME.upper(), PHONE, f"gọi {PHONE}", canaries.email(5), "a b " * 40])
def test_a_word_that_may_be_a_person_is_withheld_unless_the_province_maps_it(said: str) -> None:
    screen = Screen()
    for _ in range(2):
        [record], _ = kept(screen, status_code=said)
        assert record.status_code == WITHHELD
    assert screen.withheld == {"status_code": 2}
    [record], _ = kept(Screen({"status_code": {said}}), status_code=said)
    assert record.status_code == said


@pytest.mark.parametrize("name", ["procedure_code", "field_code", "agency_code", "agency_ref", "parent_agency_code"])
def test_an_id_is_one_word_of_ascii(name: str) -> None:
    for said in ("1.001193.000.00.00.H37", "000.00.15.H37", "091234567890", "a_b"):
        [record], _ = kept(Screen(), **{name: said})
        assert asdict(record)[name] == said
    for said in (NAME, "Le Van A", canaries.email(5)):
        [record], _ = kept(Screen(), **{name: said})
        assert asdict(record)[name] is None


AGENCIES = (
    "UBND xã Yên Trạch",
    "UBND xa\u0303 Ye\u0302n Tra\u0323ch",
    "SỞ TƯ PHÁP",
    "Phòng Tư pháp huyện Cao Lộc",
    "TP. Lạng Sơn",
)


@pytest.mark.parametrize("said", AGENCIES)
def test_the_name_of_a_public_body_stays(said: str) -> None:
    [record], _ = kept(Screen(), agency_name=said)
    assert record.agency_name == said


@pytest.mark.parametrize("said", [NAME, "Tô Văn An", f"Sở Tư pháp {PHONE}", f"xã {canaries.email(5)}", "Cao Lộc"])
def test_the_name_of_anything_else_is_withheld_unless_the_reference_has_it(said: str) -> None:
    screen = Screen()
    [record], _ = kept(screen, agency_name=said)
    assert record.agency_name is None
    assert screen.withheld == {"agency_name": 1}
    [record], _ = kept(Screen(agencies={said.lower()}), agency_name=f"UBND  {said}")
    assert record.agency_name == f"UBND  {said}"


def total(**facts: object) -> ControlTotal:
    return ControlTotal(measure="dossiers", value=3, measured_at=dt.datetime(2024, 4, 18, tzinfo=dt.UTC), **facts)  # type: ignore[arg-type]


def test_a_total_whose_unit_cannot_be_named_does_not_pass_for_the_whole() -> None:
    screen = Screen()
    assert screen.total(total(agency_name=NAME)) is None
    assert screen.total(total(agency_name=NAME, agency_code="H37.1")) == total(agency_code="H37.1")
    assert screen.total(total()) == total()
    assert screen.withheld == {"agency_name": 2}


def test_a_flag_is_a_word() -> None:
    flags = ("TEMP_NATIONAL_REPORT_DENOMINATOR", "system 12", NAME)
    screened = Screen().total(total(flags=flags))
    assert screened is not None
    assert screened.flags == (*flags[:2], WITHHELD)


def test_a_catalogue_names_codes_and_public_bodies() -> None:
    screen = Screen()
    assert screen.entry(CatalogueEntry(catalogue="agency", code=NAME)) is None
    assert screen.entry(CatalogueEntry(catalogue="agency", code="H37", name=NAME)) == CatalogueEntry(
        catalogue="agency", code="H37"
    )
    procedure = CatalogueEntry(catalogue="procedure", code="1.000482", name="Đăng ký khai tử")
    assert screen.entry(procedure) == procedure
    assert screen.withheld == {"code": 1, "name": 1}
    told = CatalogueEntry(
        catalogue="agency", code="H37.21", name="UBND huyện Tràng Định", parent_code="H37", level="Huyện"
    )
    assert screen.entry(told) == told
    spoilt = screen.entry(replace(told, parent_code=NAME, level=NAME))
    assert spoilt == replace(told, parent_code=None, level=WITHHELD)


SPACED = (
    "012 345 678 901", "012_345_678_901", "012–345–678–901", "012:345:678:901", "012345\n678901", "0912  345   678",
    "012 - 345 - 678",
)  # fmt: skip
NO_PERSON = ("1.001193.000.00.00.H37 đổi mã", "H37.21-240412-0001", "01/02/2024 08:15:30, 02/02/2024 09:10:00")


@pytest.mark.parametrize("number", SPACED)
def test_a_number_as_long_as_a_persons_is_found_whatever_signs_stand_in_it(number: str) -> None:
    assert person_in(f"của {number}") == "an identity number or a phone"
    assert not is_word(number)
    [record], _ = kept(Screen(), agency_name=f"UBND xã Quốc Khánh {number}")
    assert record.agency_name is None


@pytest.mark.parametrize("note", NO_PERSON)
def test_codes_and_dates_may_stand_in_a_note(note: str) -> None:
    assert person_in(note) is None
