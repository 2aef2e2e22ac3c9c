"""The simulated exchange adapter keeps CONTRACTS sections 1 and 8, in both of its worlds and whatever varies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from contract import check, contract
from sandbox.systems.national_adapter_catalogue import differences
from sandbox.world.canaries import PATTERN
from sandbox.world.truth import PortalRow
from support.sandboxes import SECRET, USER, Served, serve

CONTRACT = contract("national_adapter")
FACTS, PERSONAL = CONTRACT["dossier"], CONTRACT["personal"]
DSTCODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
UNIT = "000.00.00.H37"
LOCAL = dt.timezone(dt.timedelta(hours=7))


@dataclass
class Client:
    """Speaks as one world wants to be spoken to; `success`, `rows` and `message` are how it answers."""

    served: Served
    prefix: str = "/XrdAdapter"
    dstcode_in: str = "header"
    success: Any = "0"
    rows: str = "result"
    message: str = "message"
    session: str = ""

    def post(self, path: str, body: dict[str, Any], dstcode: str | None = DSTCODE) -> requests.Response:
        given = {} if dstcode is None else {"dstcode": dstcode}
        how = {"headers": given} if self.dstcode_in == "header" else {"params": given}
        url = f"{self.served.url}{self.prefix}/RestService/forward/mapi/{path}"
        return requests.post(url, json=body, timeout=30, **how)

    def login(self) -> Client:
        told = self.post("login", {"username": USER, "password": SECRET}).json()
        assert told["error_code"] == self.success
        check(told, CONTRACT["login"])
        self.session = told["session"]
        return self

    def ask(self, service: str, **more: str) -> requests.Response:
        return self.post("g", {"session": self.session, "madonvi": UNIT, "service": service, **more})

    def get(self, service: str, **more: str) -> list[dict[str, Any]]:
        """The rows of a successful answer; a session that has ended is opened anew, once."""
        answer = self.ask(service, **more)
        if "ession" in str(answer.json().get(self.message, "")):
            answer = self.login().ask(service, **more)
        told = answer.json()
        assert told["error_code"] == self.success, told
        return told[self.rows]

    def refused(self, answer: requests.Response) -> str:
        """The message of an answer that is no success."""
        told = answer.json()
        assert told["error_code"] != self.success
        assert self.rows not in told
        return str(told[self.message])


FORMS: dict[str, dict[str, Any]] = {
    "a": {},
    "b": {
        "prefix": "/VXPAdapter",
        "dstcode_in": "query",
        "success": "00",
        "rows": "data",
        "message": "error_message",
    },
}


@pytest.fixture(scope="module", params=["a", "b"])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def _served(variant: str) -> Iterator[Served]:
    with serve(variant) as served:
        yield served


@pytest.fixture
def client(variant: str, _served: Served) -> Iterator[Client]:
    """A client that is logged in; the clock is put back afterwards."""
    start = _served.world.cut_offs[-1]
    yield Client(_served, **FORMS[variant]).login()
    _served.move_to(start)


def spelled(variant: str, name: str) -> str:
    return name.upper() if variant == "b" else name


def moment(text: str) -> int | None:
    """What a date of the portal means."""
    return int(dt.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=LOCAL).timestamp()) if text else None


def held(client: Client) -> list[PortalRow]:
    """What the portal holds at the clock's moment."""
    return [row for _, row in client.served.world.portal_rows() if row.is_held(client.served.now)]


def test_a_dossier_has_every_field_of_the_contract(client: Client, variant: str) -> None:
    for row in held(client)[:40]:
        for told in client.get("TraCuuHoSo", mahoso=row.code):
            check(told, {spelled(variant, name): kind for name, kind in FACTS.items()})
            assert set(told) == {spelled(variant, name) for name in [*FACTS, *PERSONAL]}


def test_personal_fields_bear_canaries_and_no_other_field_does(client: Client, variant: str) -> None:
    for row in held(client)[:20]:
        for told in client.get("TraCuuHoSo", mahoso=row.code):
            for name in PERSONAL:
                assert PATTERN.search(str(told[spelled(variant, name)])), name
            for name, kind in FACTS.items():
                if isinstance(kind, str):
                    assert not PATTERN.search(str(told[spelled(variant, name)])), name


def test_lists_of_papers_bear_canaries_too(client: Client, variant: str) -> None:
    now, found = client.served.now, 0
    for _, row in client.served.world.portal_rows():
        if row.is_held(now) and any(status == "10" and at <= now for at, status in row.life) and found < 3:
            [told, *_] = client.get("TraCuuHoSo", mahoso=row.code)
            found += PATTERN.search(str(told[spelled(variant, "DanhSachGiayToKetQua")])) is not None
    assert found == 3


def test_a_look_up_says_what_the_portal_holds(client: Client, variant: str) -> None:
    now = client.served.now
    statuses = set()
    for made, row in list(client.served.world.portal_rows())[::7]:
        if not row.is_held(now):
            continue
        told = client.get("TraCuuHoSo", mahoso=row.code)[0]
        status = [status for at, status in row.life if at <= now][-1]
        statuses.add(status)
        assert told[spelled(variant, "MaHoSo")] == row.code
        assert told[spelled(variant, "TrangThaiHoSo")] == status
        assert told[spelled(variant, "MaTTHC")] == row.procedure_code
        assert told[spelled(variant, "DonViXuLy")] == row.agency_name
        received = row.received_at if row.received_known_at <= now else None
        assert moment(told[spelled(variant, "NgayTiepNhan")]) == received
        submitted = made.submitted_at if row.submitted_at is None else row.submitted_at
        assert moment(told[spelled(variant, "NgayNopHoSo")]) == submitted
    assert {"4", "10"} < statuses


def test_what_the_portal_does_not_hold_is_not_found(client: Client, variant: str) -> None:
    now = client.served.now
    later = [row.code for _, row in client.served.world.portal_rows() if row.appears_at > now]
    for code in ("H37.21.01-200101-9999", later[0]):
        answer = client.ask("TraCuuHoSo", mahoso=code)
        assert answer.status_code == 200
        if variant == "a":
            assert answer.json()["result"] == []
        else:
            assert "Không tìm thấy" in client.refused(answer)


def test_it_is_found_once_the_clock_has_come_to_it(client: Client, variant: str) -> None:
    now = client.served.now
    row = min((row for _, row in client.served.world.portal_rows() if row.appears_at > now), key=lambda r: r.appears_at)
    client.served.move_to(row.appears_at + 1)
    assert client.get("TraCuuHoSo", mahoso=row.code)[0][spelled(variant, "MaHoSo")] == row.code


def test_a_code_that_the_portal_holds_twice_gives_two_rows(client: Client) -> None:
    twice = next(made for made in client.served.world.dossiers if made.kind == "repeated_nationally")
    assert len(client.get("TraCuuHoSo", mahoso=twice.portal[0].code)) == 2


@pytest.mark.parametrize("service", CONTRACT["writes"])
def test_writes_are_refused(client: Client, service: str) -> None:
    answer = client.post("g", {"session": client.session, "madonvi": UNIT, "service": service, "data": []})
    assert "không được cấp quyền" in client.refused(answer)


def test_a_provider_must_be_named_in_the_right_place(client: Client, variant: str) -> None:
    body = {"username": USER, "password": SECRET}
    for dstcode in (None, "VN:GOV:000.00.00.H37:other"):
        assert "dstcode" in client.refused(client.post("login", body, dstcode=dstcode))
    elsewhere = Client(client.served, **{**FORMS[variant], "dstcode_in": "query" if variant == "a" else "header"})
    assert "dstcode" in client.refused(elsewhere.post("login", body))


def test_wrong_credentials_units_and_services_are_refused(client: Client, variant: str) -> None:
    login = client.post("login", {"username": USER, "password": "wrong"})
    assert login.status_code == (200 if variant == "a" else 401)
    assert "mật khẩu" in client.refused(login)
    unit = {"session": client.session, "madonvi": "000.00.00.H99", "service": "LayDanhSachTTHC"}
    assert "Mã đơn vị" in client.refused(client.post("g", unit))
    assert "Dịch vụ" in client.refused(client.ask("LayDanhSachHoSo"))
    assert "mahoso" in client.refused(client.ask("TraCuuHoSo"))


def test_a_session_that_ended_in_the_middle_is_named_and_a_new_one_works(client: Client, variant: str) -> None:
    client.get("LayDanhMucLinhVuc")
    client.served.spoil("national_adapter", "expired_session")
    answer = client.ask("LayDanhMucLinhVuc")
    assert answer.status_code == (200 if variant == "a" else 401)
    assert "Session" in client.refused(answer)
    assert client.login().get("LayDanhMucLinhVuc")


def test_a_session_that_was_never_opened_is_refused(client: Client) -> None:
    client.session = "no-such-session"
    assert "Session" in client.refused(client.ask("LayDanhMucLinhVuc"))


def test_a_session_of_world_b_serves_so_many_calls(client: Client, variant: str) -> None:
    answers = [client.ask("LayDanhMucLinhVuc").json()["error_code"] == client.success for _ in range(30)]
    assert answers == [True] * 30 if variant == "a" else answers == [True] * 25 + [False] * 5


def test_a_session_has_a_life() -> None:
    with serve(session_life=0) as served:
        client = Client(served).login()
        assert "Session" in client.refused(client.ask("LayDanhMucLinhVuc"))


def test_success_may_be_a_number_and_missing_rows_may_mean_not_found() -> None:
    with serve("a,adapter_success=int,adapter_not_found=missing") as served:
        client = Client(served, success=0).login()
        told = client.ask("TraCuuHoSo", mahoso="nothing").json()
        assert told["error_code"] == 0
        assert "result" not in told
        assert isinstance(client.ask("no-such-service").json()["error_code"], int)


# catalogues -----------------------------------------------------------------------------------------------------------
def families(client: Client) -> dict[str, str]:
    """Names by the first eight characters of the code."""
    return {row["MATTHC"][:8]: row["TENTTHC"] for row in client.get("LayDanhSachTTHC")}


@pytest.mark.parametrize("service", ["LayDanhSachTTHC", "LayDanhMucCoQuan", "LayDanhMucLinhVuc"])
def test_catalogues_have_the_keys_of_the_contract(client: Client, service: str) -> None:
    rows = client.get(service)
    assert len(rows) > 20
    check(rows, CONTRACT[service])


def test_procedures_are_spelled_with_or_without_the_suffix(client: Client, variant: str) -> None:
    suffix = "" if variant == "a" else ".000.00.00.H37"
    assert {row["MATTHC"][8:] for row in client.get("LayDanhSachTTHC")} == {suffix}


def test_the_catalogue_differs_in_its_dated_ways_and_in_no_other(client: Client) -> None:
    world = client.served.world
    ours = {one.code: one.name for one in world.procedures}
    for at in (world.cut_offs[0], world.cut_offs[-1]):
        client.served.move_to(at)
        holding = [one for one in differences(world) if one.since <= at and (one.until is None or at < one.until)]
        told = {kind: {one.code: one.told for one in holding if one.kind == kind} for kind in ("added", "renamed")}
        gone = {one.code for one in holding if one.kind == "withdrawn"}
        expected = {
            code: name for code, name in {**ours, **told["renamed"], **told["added"]}.items() if code not in gone
        }
        assert families(client) == expected


def test_what_differs_changes_between_the_nights(client: Client) -> None:
    client.served.move_to(client.served.world.cut_offs[0])
    before = families(client), {row["MADONVI"] for row in client.get("LayDanhMucCoQuan")}
    client.served.move_to(client.served.world.cut_offs[-1])
    after = families(client), {row["MADONVI"] for row in client.get("LayDanhMucCoQuan")}

    assert len(set(before[0]) - set(after[0])) == 1  # withdrawn in between
    [old_id] = before[1] - after[1]  # and a unit has its new id at last
    assert old_id.startswith("000.")


def test_units_are_those_of_the_day_but_for_an_old_id_and_an_old_name(client: Client) -> None:
    world = client.served.world
    client.served.move_to(world.cut_offs[0])
    ours = {one.code: one for one in world.agencies if one.is_valid_on("2024-04-18")}
    theirs = {row["MADONVI"]: row["TENDONVI"] for row in client.get("LayDanhMucCoQuan")}

    [code] = set(ours) - set(theirs)
    assert theirs[ours[code].old_code] == ours[code].name
    [renamed] = [code for code in theirs if code in ours and theirs[code] != ours[code].name]
    assert ours[renamed].level == "commune"


def test_after_the_reform_a_commune_bears_a_name_of_before_it() -> None:
    with serve(last_night=dt.date(2026, 7, 10)) as served:
        theirs = {row["MADONVI"]: row["TENDONVI"] for row in Client(served).login().get("LayDanhMucCoQuan")}
        ours = {one.code: one.name for one in served.world.agencies if one.is_valid_on("2026-07-10")}
        before = {one.name for one in served.world.agencies if one.valid_to == "2025-07-01"}
        [code] = [code for code in theirs if code in ours and theirs[code] != ours[code]]
        assert theirs[code] in before
        assert theirs[code] not in ours.values()


def test_one_procedure_can_be_asked_for_in_any_spelling(client: Client) -> None:
    told = client.get("LayDanhSachTTHC")[0]
    for code in (told["MATTHC"], told["MATTHC"][:8] + ".H37"):
        [one] = client.get("LayThuTuc", maTTHC=code)
        assert one["TENTTHC"] == told["TENTTHC"]
        assert {"MALINHVUC", "TENLINHVUC"} == set(one["LINHVUCTHUCHIEN"][0])
