"""The driving licences' wire, both ways in (CONTRACTS section 4)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from contract import LOCAL, check, check_personal, contract, moment
from support.sandbox_served import Served
from support.sandboxes import serve

CONTRACT = contract("driving_licence")
LOGIN, CALL = "/apiDVC-GPLX/tcdbdvcdata/mapi/login", "/apiDVC-GPLX/tcdbdvcdata/mapi/g"
LIST = "/apiGTVT/danhsachhoso"
UNIT = "H37.08"


def login(world: Served) -> str:
    answer = world.post(LOGIN, json={"username": world.user, "password": world.secret}).json()
    check(answer, CONTRACT["login"])
    assert answer["error_code"] in (0, "0", "00")
    return answer["session"]


def call(world: Served, service: str, **asked: Any) -> Any:
    session = asked.pop("session", None) or login(world)
    return world.post(CALL, json={"session": session, "service": service, "donViXuLy": UNIT, **asked})


def rows_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200
    told = answer.json()
    assert told["error_code"] in (0, "0", "00")
    return told.get("data", told.get("result"))


def listed(world: Served, first: str, last: str) -> list[dict[str, Any]]:
    return rows_of(call(world, "DanhSachHoSo", ngayNhan1=first, ngayNhan2=last))


def by_get(world: Served, headers: dict[str, str] | None = None, **query: Any) -> Any:
    asked = {"Start": -1, "End": -1, "GovAgencyCode": UNIT, "APIKey": world.api_key, **query}
    keys = {"MaDonVi": UNIT, "ApiKey": world.api_key, **(headers or {})}
    return world.get(LIST, params=asked, headers={**world.bearer("/platform/token"), **keys})


def in_key(world: Served) -> dict[str, dict[str, Any]]:
    rows = [row for line in world.key() for row in line["ministry"] if row["source"] == "driving_licence"]
    return {row["code"]: row for row in rows if row["state"] == "present"}


def test_the_listing_has_every_field_no_procedure_and_canaries(world: Served):
    rows = listed(world, "2022-01-01", "2024-04-20")
    check(rows, [CONTRACT["DanhSachHoSo"]])
    for row in rows:
        check_personal(row, CONTRACT["DanhSachHoSo"], least=4)
    assert {row["maHoSo"] for row in rows} == set(in_key(world))
    assert any(row["maDangKyDvc"] for row in rows)
    assert len({row["loaiHoSo"] for row in rows}) == 3


def test_days_are_both_included(world: Served):
    days = sorted(
        {moment(row["ngayNhanHoSo"]).astimezone(LOCAL).date() for row in listed(world, "2023-01-01", "2024-04-20")}
    )
    first, last = days[3].isoformat(), days[6].isoformat()
    found = {moment(row["ngayNhanHoSo"]).astimezone(LOCAL).date() for row in listed(world, first, last)}
    assert sorted(found) == days[3:7]


def test_a_dossier_is_looked_up_by_its_code(world: Served):
    code, row = next(iter(in_key(world).items()))
    found = rows_of(call(world, "TraCuuHoSo", mahoso=code))
    check(found, [CONTRACT["TraCuuHoSo"]])
    assert [(one["MaHoSo"], one["MaTrangThai"]) for one in found] == [(code, str(row["status"]))]
    assert moment(found[0]["NgayTiepNhan"]).timestamp() == row["since"]


def test_what_is_not_found_is_told_in_the_worlds_way(world: Served):
    told = call(world, "TraCuuHoSo", mahoso="G17.20-240101-9999").json()
    if world.variant == "a":
        assert (told["error_code"], told["data"]) == (0, [])
    else:
        assert told["error_code"] not in (0, "0", "00")
        assert "Không tìm thấy" in told["error_message"]


def test_an_invalid_session_names_the_session_or_is_401(world: Served):
    answer = call(world, "TraCuuHoSo", mahoso="x", session="ended long ago")
    if world.variant == "a":
        assert answer.status_code == 200
        assert "Session" in answer.json()["message"]
    else:
        assert answer.status_code == 401


def test_a_session_ends_when_it_is_told_to(world: Served):
    session = login(world)
    world.fault("driving_licence", "expired_session")
    answer = call(world, "DanhSachHoSo", session=session, ngayNhan1="2024-04-01", ngayNhan2="2024-04-02")
    assert answer.json()["error_code"] not in (0, "0", "00")
    assert listed(world, "2024-04-01", "2024-04-02") is not None, "and a new login helps"


def test_a_session_and_a_token_live_no_longer_than_told(tmp_path: Path):
    with serve("a", 60, session_life=0) as address:
        world = Served("a", address, tmp_path)
        answer = call(world, "DanhSachHoSo", ngayNhan1="2024-04-01", ngayNhan2="2024-04-02")
        assert "Session" in answer.json()["message"]
        assert by_get(world).status_code == 401


def test_the_wrong_password_gives_no_session(world: Served):
    told = world.post(LOGIN, json={"username": world.user, "password": "wrong"}).json()
    assert told["error_code"] not in (0, "0", "00")
    assert not told.get("session")


@pytest.mark.parametrize("asked", [{"donViXuLy": ""}, {"service": "LayHet"}, {"ngayNhan1": "01/04/2024"}])
def test_what_it_does_not_know_is_an_application_error(world: Served, asked: dict[str, str]):
    fine = {"service": "DanhSachHoSo", "ngayNhan1": "2024-04-01", "ngayNhan2": "2024-04-02"}
    answer = call(world, **{**fine, **asked})
    assert answer.status_code == 200
    assert answer.json()["error_code"] not in (0, "0", "00")


def test_by_get_has_every_field_and_canaries(world: Served):
    told = by_get(world).json()
    check(told["data"], [CONTRACT["danhsachhoso"]])
    for row in told["data"]:
        check_personal(row, CONTRACT["danhsachhoso"], least=5)
    assert told["total"] == len(told["data"])
    assert {row["MaHoSo"] for row in told["data"]} == set(in_key(world))
    assert {row["KenhThucHien"] for row in told["data"]} == ({"0", "1"} if world.variant == "a" else {0, 1})


def test_by_get_days_and_positions(world: Served):
    every = by_get(world).json()["data"]
    part = by_get(world, Start=2, End=7).json()
    assert part["total"] == len(every)
    assert part["data"] == every[2:7]
    window = by_get(world, ReceiveFromDate="01/04/2024", ReceiveToDate="05/04/2024").json()["data"]
    wanted = [row for row in every if "2024-04-01" <= moment(row["NgayTiepNhan"]).date().isoformat() <= "2024-04-05"]
    assert window == wanted


@pytest.mark.parametrize(
    ("what", "headers", "query"),
    [
        ("empty unit", {"MaDonVi": ""}, {}),
        ("empty key", {"ApiKey": ""}, {}),
        ("wrong key", {"ApiKey": "wrong"}, {}),
        ("wrong unit", {"MaDonVi": "H99.01"}, {}),
        ("key error", {}, {"APIKey": "another"}),
    ],
)
def test_errors_have_their_numbers(world: Served, what: str, headers: dict[str, str], query: dict[str, str]):
    answer = by_get(world, headers, **query)
    number = CONTRACT["errors"][what]
    wanted = {"a": (200, "error_code"), "b": (403, "code")}[world.variant]
    assert (answer.status_code, answer.json().get(wanted[1])) == (wanted[0], number)


def test_a_token_of_the_platform_is_needed(world: Served):
    assert world.get(LIST, headers={"MaDonVi": UNIT, "ApiKey": world.api_key}).status_code == 401


def test_with_time_there_is_more_and_states_move(world: Served):
    after = {row["MaHoSo"]: row["TrangThaiHoSo"] for row in by_get(world).json()["data"]}
    received = sorted(moment(row["NgayTiepNhan"]) for row in by_get(world).json()["data"])
    world.set_clock(received[-2] + dt.timedelta(minutes=1))
    before = {row["MaHoSo"]: row["TrangThaiHoSo"] for row in by_get(world).json()["data"]}
    assert before.keys() < after.keys()
    assert any(after[code] != status for code, status in before.items())


def test_since_2025_another_department_receives(world_of_2026: Served):
    rows = by_get(world_of_2026).json()["data"]
    units = {(moment(row["NgayTiepNhan"]).date() >= dt.date(2025, 3, 1), row["MaDonViXuLy"]) for row in rows}
    assert units == {(False, "H37.08"), (True, "H37.09")}
