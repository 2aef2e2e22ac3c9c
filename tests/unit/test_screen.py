"""What of a source's own words is kept, and of what only a fingerprint (collect/screen.py, shapes.py)."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.collect.screen import Screen
from doisoat.model import (
    CatalogueEntry,
    ControlTotal,
    DossierRecord,
    Page,
    ProcedureCount,
    PublishedScore,
    QuarantinedRow,
    UnitCount,
)
from doisoat.names import unit_key
from doisoat.privacy import is_word, person_in
from doisoat.shapes import fingerprint, has_shape, is_fingerprint
from msgspec.structs import asdict, replace
from sandbox.world import canaries

NAME = canaries.full_name(5)
PHONE = canaries.phone(5)
KEY = b"k" * 32
CODES = (
    "H37.21.01-240401-0001", "000.00.15.H37-240412-0017", "2024-000123", "2403190001", "HS-17/2024", "12",
    "G22.99-240402-0002", "LLTP/2024/17", "60f52e0d09cbf91d41f88838",
)  # fmt: skip
#: Codes by which somebody can be found, or that only look like codes.
PERSONAL = ("091234567890", "0912-345-678", "123456789", "H37-091234567890", "Nguyen Van An 85", "nguyenvanan85",
            "29A-123.45", "HS 17/2024 - bổ sung")  # fmt: skip


def kept(screen: Screen, **stated: object) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
    record = DossierRecord(**{"record_id": "id-1", **stated})  # type: ignore[arg-type]
    page = screen.page(Page([record]), 3)
    return page.records, page.quarantined


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_any_form_stays(code: str) -> None:
    [record], _ = kept(Screen(), record_id=code, dossier_code=code, linked_codes=(code,))
    assert (record.record_id, record.dossier_code, record.linked_codes) == (code, code, (code,))


@pytest.mark.parametrize("code", PERSONAL)
def test_a_code_that_may_be_a_person_is_kept_as_the_same_fingerprint_everywhere(code: str) -> None:
    said = fingerprint(KEY, code)
    screen = Screen(key=KEY)
    [record], _ = kept(screen, record_id=code, dossier_code=code, linked_codes=(code, "H37-240401-0001"))
    assert (record.record_id, record.dossier_code, record.linked_codes) == (said, said, (said, "H37-240401-0001"))
    assert screen.withheld == {"record_id": 1, "dossier_code": 1, "linked_codes": 1}
    [record], _ = kept(Screen(stated={"dossier_code"}, key=KEY), dossier_code=code)
    assert record.dossier_code == code


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


WORDS = ("status_code", "channel_code", "online_payment_code", "agency_level")


@pytest.mark.parametrize("said", ["4", "-1", "110"])
def test_a_number_is_a_word(said: str) -> None:
    screen = Screen()
    [record], _ = kept(screen, status_code=said, channel_code=said, online_payment_code=said)
    assert record.status_code == record.channel_code == record.online_payment_code == said
    assert not screen.withheld


@pytest.mark.parametrize(
    "said", ["Đang xử lý", "DA_TIEP_NHAN", "hủy", "An", NAME, PHONE, canaries.email(5), "a b " * 40]
)
@pytest.mark.parametrize("name", WORDS)
def test_a_word_that_nothing_knows_is_kept_as_a_fingerprint(name: str, said: str) -> None:
    screen = Screen(key=KEY)
    for _ in range(2):
        [record], _ = kept(screen, **{name: said})
        assert asdict(record)[name] == fingerprint(KEY, said)
    assert screen.withheld == {name: 2}
    [record], _ = kept(Screen({name: {said}}), **{name: said})
    assert asdict(record)[name] == said


@pytest.mark.parametrize(
    ("said", "is_kept"), [("Đang xử lý", True), ("DA_TIEP_NHAN", True), (NAME, False), (PHONE, False)]
)
def test_a_field_whose_words_are_kept_keeps_what_has_the_form_of_a_word(said: str, is_kept: bool) -> None:
    [record], _ = kept(Screen(stated={"status_code"}, key=KEY), status_code=said, channel_code=said)
    assert record.status_code == (said if is_kept else fingerprint(KEY, said))
    assert record.channel_code == fingerprint(KEY, said)


def test_the_key_decides_the_fingerprint_and_nothing_says_it() -> None:
    assert len({fingerprint(key, PHONE) for key in (KEY, b"o" * 32, b"")}) == 3
    assert "kkkk" not in repr(Screen(key=KEY))
    assert not has_shape("dossier_code", fingerprint(KEY, PHONE)), "a source cannot say a fingerprint"


@pytest.mark.parametrize("name", ["procedure_code", "field_code", "agency_code", "agency_ref", "parent_agency_code"])
def test_a_code_of_its_shape_stays(name: str) -> None:
    good = {"procedure_code": "1.001193.000.00.00.H37", "field_code": "H37.LV01"}.get(name, "000.00.15.H37")
    [record], _ = kept(Screen(), **{name: good})
    assert asdict(record)[name] == good
    for said in (NAME, "Le Van A", "ABCDEF", "091234567890", canaries.email(5)):
        [record], _ = kept(Screen(key=KEY), **{name: said})
        assert asdict(record)[name] == fingerprint(KEY, said)
        [record], _ = kept(Screen({name: {said}}), **{name: said})
        assert asdict(record)[name] == said


NAMES = ("UBND xã Yên Trạch", "UBND xa\u0303 Ye\u0302n Tra\u0323ch", "Ủy ban nhân dân xã  Yên Trạch")


@pytest.mark.parametrize("said", NAMES)
def test_a_unit_that_the_reference_has_stays_and_any_other_is_one_fingerprint_however_it_is_written(said: str) -> None:
    [record], _ = kept(Screen(agencies={"xã yên trạch"}), agency_name=said)
    assert record.agency_name == said
    [record], _ = kept(Screen(key=KEY), agency_name=said)
    assert record.agency_name == fingerprint(KEY, "xã yên trạch")


@pytest.mark.parametrize(
    "said", [NAME, "Tô Văn An", f"Phường {NAME}, {canaries.address(5)}", f"xã {canaries.email(5)}"]
)
def test_a_person_in_the_name_of_a_unit_is_nobody(said: str) -> None:
    screen = Screen()
    [record], _ = kept(screen, agency_name=said)
    assert is_fingerprint(record.agency_name)
    assert screen.withheld == {"agency_name": 1}


def total(**facts: object) -> ControlTotal:
    return ControlTotal(measure="dossiers", value=3, measured_at=dt.datetime(2024, 4, 18, tzinfo=dt.UTC), **facts)  # type: ignore[arg-type]


def test_a_total_whose_unit_nothing_knows_does_not_pass_for_the_whole() -> None:
    screen = Screen(key=KEY)
    said = fingerprint(KEY, unit_key(NAME))
    assert screen.total(total(agency_name=NAME)) == total(agency_name=said)
    assert screen.total(total(agency_name=NAME, agency_code="H37.1")) == total(agency_name=said, agency_code="H37.1")
    assert screen.total(total()) == total()
    assert screen.withheld == {"agency_name": 2}


def test_a_flag_is_a_name_of_several_words() -> None:
    flags = ("TEMP_NATIONAL_REPORT_DENOMINATOR", "system 12", NAME, "CANARY")
    screened = Screen(key=KEY).total(total(flags=flags))
    assert screened.flags == (*flags[:2], *(fingerprint(KEY, flag) for flag in flags[2:]))


def test_what_the_portal_says_about_a_flag_is_kept_where_the_province_file_allows_it() -> None:
    said = {"score_group": "transparency", "period_kind": "month", "period_start": dt.date(2026, 3, 1)}
    moment = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    score = PublishedScore(**said, metric="DOSSIER_SYNC", message="Mẫu số tạm.", measured_at=moment)  # type: ignore[arg-type]
    assert Screen(key=KEY).score(score) == replace(score, message=fingerprint(KEY, "Mẫu số tạm."))
    allowing = Screen(key=KEY, stated={"message"})
    assert allowing.score(score) == score
    titled = f"Liên hệ ông {NAME}"
    assert is_fingerprint(allowing.score(replace(score, message=titled)).message)
    person = replace(score, metric=NAME, flags=(NAME,), agency_name=NAME)
    named = allowing.score(person)
    assert {named.metric, *named.flags} == {fingerprint(KEY, NAME)}
    assert is_fingerprint(named.agency_name)


def test_a_catalogue_names_codes_and_units_that_are_known() -> None:
    screen = Screen(agencies={"huyện tràng định"}, key=KEY)
    assert screen.entry(CatalogueEntry(catalogue="agency", code=NAME)) is None
    unknown = CatalogueEntry(catalogue="agency", code="H37", name=fingerprint(KEY, unit_key(NAME)))
    assert screen.entry(CatalogueEntry(catalogue="agency", code="H37", name=NAME)) == unknown
    procedure = CatalogueEntry(catalogue="procedure", code="1.000482", name="Đăng ký khai tử")
    assert screen.entry(procedure) == procedure
    assert screen.withheld == {"code": 1, "agency_name": 1}
    told = CatalogueEntry(
        catalogue="agency", code="H37.21", name="UBND huyện Tràng Định", parent_code="H37", level="district"
    )
    assert screen.entry(told) == told
    spoilt = screen.entry(replace(told, parent_code=NAME, level=NAME))
    assert spoilt == replace(told, parent_code=fingerprint(KEY, NAME), level=fingerprint(KEY, NAME))


SPACED = (
    "012 345 678 901", "012_345_678_901", "012–345–678–901", "012:345:678:901", "012345\n678901", "0912  345   678",
    "012 - 345 - 678",
)  # fmt: skip
NO_PERSON = ("1.001193.000.00.00.H37 đổi mã", "H37.21-240412-0001", "01/02/2024 08:15:30, 02/02/2024 09:10:00")


@pytest.mark.parametrize("number", SPACED)
def test_a_number_as_long_as_a_persons_is_found_whatever_signs_stand_in_it(number: str) -> None:
    assert person_in(f"của {number}") == "an identity number or a phone"
    assert not is_word(number)
    [record], _ = kept(Screen(stated={"agency_name"}), agency_name=f"UBND xã Quốc Khánh {number}")
    assert is_fingerprint(record.agency_name)


@pytest.mark.parametrize("note", NO_PERSON)
def test_codes_and_dates_may_stand_in_a_note(note: str) -> None:
    assert person_in(note) is None


def test_a_count_of_a_procedure_passes_as_a_total_does() -> None:
    screen, at = Screen(key=KEY), dt.datetime(2026, 3, 11, tzinfo=dt.UTC)
    unit = UnitCount(value=3, agency_ref="d7", agency_code="H37.07", agency_name=NAME)
    count = ProcedureCount(measure="totalReceived", receipt_month=at.date(), procedure_ref="f" * 32, procedure_code="1.000482",
                           state="known", measured_at=at, value=3, units=(unit,))  # fmt: skip
    kept = screen.procedure_count(count)
    assert kept is not None
    assert (kept.procedure_ref, kept.procedure_code) == ("f" * 32, "1.000482")
    assert kept.units == (replace(unit, agency_name=fingerprint(KEY, unit_key(NAME))),)
    assert screen.procedure_count(replace(count, procedure_code=NAME)) is None
