"""iGate's wire, field by field (CONTRACTS section 3 and, for what is open, section 8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from contract import LOCAL, check, check_personal, contract, moment
from support.sandbox_served import Served

REALM = "/auth/realms/digo/protocol/openid-connect/token"
SEARCH = "/pa/dossier/search"
CONTRACT = contract("igate")


@pytest.fixture
def search(world: Served):
    headers = world.bearer(REALM)

    def ask(**query: Any) -> dict[str, Any]:
        named = {name.replace("_", "-"): value for name, value in query.items()}
        answer = world.get(SEARCH, params=named, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


def everything(search, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for page in range(100):
        content = search(page=page, size=100, spec="page", **query)["content"]
        if not content:
            return rows
        rows += content
    raise AssertionError("pages without end")


def test_every_field_of_the_contract_is_there_and_all_else_is_canaries(search):
    page = search(size=100)
    check(page, CONTRACT["page"])
    for row in page["content"]:
        check(row, CONTRACT["dossier"])
        known = {**CONTRACT["dossier"], **dict.fromkeys(CONTRACT["beside"])}
        check_personal(row, known, least=1)


def test_dates_come_in_two_offsets(search):
    offsets = {row["appliedDate"][-5:] for row in search(size=100)["content"]}
    assert offsets == {"+0700", "+0000"}


def test_a_token_is_needed_and_the_wrong_secret_gets_none(world: Served):
    assert world.get(SEARCH).status_code == 401
    form = {"grant_type": "client_credentials", "client_id": world.user, "client_secret": "wrong"}
    assert world.post(REALM, data=form).status_code == 401
    right = world.post(REALM, data={**form, "client_secret": world.secret})
    check(right.json(), CONTRACT["token"])


def test_pages_start_at_0_and_hold_every_row_once(search):
    rows = everything(search)
    assert len({row["id"] for row in rows}) == len(rows) == search(size=1)["totalElements"]


def test_updates_come_newest_first(search):
    updated = [moment(row["updatedDate"]) for row in search(sort="updatedDate,desc", size=100)["content"]]
    assert updated == sorted(updated, reverse=True)


def test_a_slice_states_no_total(search):
    assert "totalElements" not in search(spec="slice", size=20)


def test_removed_rows_show_only_without_remove_status(search):
    every, kept = everything(search), everything(search, remove_status=0)
    assert {row["id"] for row in kept} < {row["id"] for row in every}


def test_windows_are_local_days_both_included(search):
    first, last = "2024-03-04", "2024-03-05"
    rows = everything(search, accepted_from=first, accepted_to=last)
    days = {moment(row["acceptedDate"]).astimezone(LOCAL).date().isoformat() for row in rows}
    assert days == {first, last}


def test_an_undated_dossier_is_in_no_window(search):
    undated = [row for row in everything(search) if row["acceptedDate"] is None]
    windowed = everything(search, accepted_from="2000-01-01", accepted_to="2100-01-01")
    assert undated
    assert not {row["id"] for row in undated} & {row["id"] for row in windowed}


def test_code_matches_the_local_code(search):
    linked = next(row for row in everything(search) if row["nationCode"] not in ("", row["code"]))
    assert [row["code"] for row in search(code=linked["code"])["content"]] == [linked["code"]]
    assert search(code=linked["nationCode"])["content"] == []


@pytest.mark.parametrize("query", [{"page": "-1"}, {"size": "x"}, {"accepted_from": "soon"}, {"sort": "code,asc"}])
def test_what_it_does_not_understand_is_refused(world: Served, query: dict[str, str]):
    named = {name.replace("_", "-"): value for name, value in query.items()}
    assert world.get(SEARCH, params=named, headers=world.bearer(REALM)).status_code == 400


def test_tomorrow_there_is_more(world: Served, search):
    before = search(size=1)["totalElements"]
    world.set_clock(world.now + dt.timedelta(days=1))
    assert search(size=1)["totalElements"] > before
