"""The registration system's wire (CONTRACTS section 4)."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from contract import LOCAL, check, check_personal, contract, moment
from sandbox.world.canaries import PATTERN
from support.sandbox_served import Served

CONTRACT = contract("business_registration")
INCLUDE = Path(__file__).parents[2] / "include"
BASE, TOKEN = "/csdldkdn/", "/platform/token"
ROW = CONTRACT["danhSachHoSo"]
READ = {name: kind for name, kind in ROW.items() if name not in CONTRACT["personal"]}


def without_codes(row: dict[str, Any]) -> dict[str, Any]:
    """Codes of enterprises are personal only where the enterprise is a household."""
    return {name: value for name, value in row.items() if name not in CONTRACT["personal_of_households"]}


def ask(world: Served, service: str, **query: Any) -> dict[str, Any]:
    answer = world.get(BASE + service, params=query, headers=world.bearer(TOKEN))
    assert answer.status_code == 200
    check(answer.json(), CONTRACT["answer"])
    return answer.json()


def rows_of(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows, nested or flat."""
    assert told["Status"] == "1", told["Message"]
    return [row.get("MainInformation", row) for row in told["Data"]]


def windows(world: Served, days: int = 460) -> list[dict[str, Any]]:
    """Every row of the last months, window by window and page by page."""
    rows: list[dict[str, Any]] = []
    headers, last = world.bearer(TOKEN), world.now.date()
    for start in range(days, -1, -5):
        first = last - dt.timedelta(days=start)
        end = first + dt.timedelta(days=4)
        offset = 0
        while True:
            query = {"from_date": f"{first:%d/%m/%Y}", "to_date": f"{end:%d/%m/%Y}", "offset": offset, "limit": 50}
            page = rows_of(world.get(BASE + "danhSachHoSo", params=query, headers=headers).json())
            rows += page
            offset += len(page)
            if not page:
                break
    return rows


def own(world: Served) -> dict[int, dict[str, Any]]:
    rows = [row for line in world.key() for row in line["ministry"] if row["source"] == "business_registration"]
    return {int(row["record_key"]): row for row in rows if row["state"] == "present"}


def is_own(row: dict[str, Any]) -> bool:
    return str(row["SITE_ID"]).startswith(("20", "LSN"))


def test_every_field_is_there_and_names_are_canaries(world: Served):
    rows = windows(world)
    check(rows, [ROW])
    for row in rows:
        check_personal(without_codes(row), READ, least=1)


def test_a_households_codes_are_its_owners_numbers(world: Served):
    codes = {row["ENTERPRISE_CODE"] for row in windows(world, 700) if is_own(row)} - {None}
    assert {PATTERN.fullmatch(code) is not None for code in codes} == {True, False}


def test_windows_hold_every_dossier_once_by_its_receipt(world: Served):
    found = {row["IN_JOURNAL_NO"]: row for row in windows(world, 600) if is_own(row)}
    wanted = own(world)
    assert found.keys() == wanted.keys()
    assert all(moment(row["RECEIPT_DATE"]).timestamp() == wanted[key]["since"] for key, row in found.items())


def test_other_provinces_rows_come_where_the_world_says(world: Served):
    assert any(not is_own(row) for row in windows(world)) == (world.variant == "b")


def test_rows_are_nested_and_counted_as_the_world_says(world: Served):
    days = Counter(moment(row["RECEIPT_DATE"]).astimezone(LOCAL).date() for row in windows(world))
    day = days.most_common(1)[0][0]
    window = {"from_date": f"{day - dt.timedelta(days=4):%d/%m/%Y}", "to_date": f"{day:%d/%m/%Y}"}
    every = len(rows_of(ask(world, "danhSachHoSo", **window)))
    told = ask(world, "danhSachHoSo", **window, offset=0, limit=1)
    assert every > 1, "the busiest day holds more than one"
    assert told["DataCount"] == (every if world.variant == "a" else 1)
    assert ("MainInformation" in told["Data"][0]) == (world.variant == "a")


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        ("01/04/2024", "05/04/2024", "1"),
        ("01/04/2024", "06/04/2024", "0"),
        ("05/04/2024", "01/04/2024", "0"),
        ("2024-04-01", "2024-04-02", "0"),
        ("", "", "0"),
    ],
)
def test_a_window_is_at_most_five_days_both_ends_counted(world: Served, first: str, last: str, status: str):
    told = ask(world, "danhSachHoSo", from_date=first, to_date=last)
    assert (told["Status"], told["Message"] != "") == (status, True)


def test_today_by_time_of_day(world: Served):
    morning = dt.datetime(2024, 4, 18, 12, tzinfo=LOCAL)
    found = 0
    for back in range(5):
        world.set_clock(morning.replace(hour=23) - dt.timedelta(days=back))
        rows = rows_of(ask(world, "danhSachHoSoTrongNgay", from_ts="00:00", to_ts="23:59"))
        check(rows, [{**ROW, **CONTRACT["danhSachHoSoTrongNgay"]}])
        early = rows_of(ask(world, "danhSachHoSoTrongNgay", from_ts="00:00", to_ts="11:59"))
        assert {row["IN_JOURNAL_NO"] for row in early} <= {row["IN_JOURNAL_NO"] for row in rows}
        today = (morning - dt.timedelta(days=back)).date()
        for row in rows:
            dates = [
                moment(row[name]).astimezone(LOCAL).date() for name in ("RECEIPT_DATE", "PROCESSED_DATE") if row[name]
            ]
            assert today in dates
        found += len(rows)
    assert found
    assert ask(world, "danhSachHoSoTrongNgay", from_ts="25:00", to_ts="26:00")["Status"] == "0"


def test_a_journal_number_is_looked_up(world: Served):
    number, known = next(iter(own(world).items()))
    [row] = rows_of(ask(world, "tinhTrangHoSo", in_journal_no=number))
    check(row, {**ROW, **CONTRACT["tinhTrangHoSo"]})
    check_personal(without_codes(row), {**READ, **CONTRACT["tinhTrangHoSo"]}, least=5)
    assert moment(row["RECEIPT_DATE"]).timestamp() == known["since"]


def test_an_unknown_number_is_told_in_the_worlds_way(world: Served):
    told = ask(world, "tinhTrangHoSo", in_journal_no="1")
    assert (told["Status"], told["Data"]) == ({"a": "1", "b": "0"}[world.variant], [])


def test_a_token_is_needed(world: Served):
    assert world.get(BASE + "danhSachHoSo").status_code == 401


def test_types_and_offices_mean_what_the_sandbox_says(world: Served):
    command = [sys.executable, "-m", "sandbox", "words", "--variant", world.variant]
    told = json.loads(subprocess.run(command, cwd=INCLUDE, check=True, capture_output=True).stdout)
    words, wanted = told["business_registration"], own(world)
    offices = {(str(one["site_id"]), one["agency"]) for one in words["SITE_ID"]}
    for row in windows(world):
        if is_own(row):
            known = wanted[row["IN_JOURNAL_NO"]]
            assert words["DOCUMENT_TYPE"][str(row["DOCUMENT_TYPE"])] == known["procedure"]
            assert words["PROCESS_STATUS"][str(row["PROCESS_STATUS"])] == str(known["status"])
            assert (str(row["SITE_ID"]), known["agency"]) in offices


def test_communes_register_since_there_are_no_districts(world_of_2026: Served):
    agencies = {(row["received_date"] >= "2025-07-01", len(row["agency"])) for row in own(world_of_2026).values()}
    assert (True, len("H37.101")) in agencies
    assert (True, len("H37.05")) in agencies
