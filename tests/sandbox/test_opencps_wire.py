"""The simulated OpenCPS keeps CONTRACTS section 3, in both of its worlds: its search."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest
from contract import check, contract
from sandbox.key.key import key_lines
from sandbox.systems.opencps_words import STATUSES
from sandbox.world.canaries import PATTERN
from support.opencps_client import LOCAL, Client, moment, received
from support.sandboxes import USER, Served, serve

CONTRACT = contract("opencps")


@pytest.fixture(scope="module", params=["a", "b"])
def variant(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def _served(variant: str) -> Iterator[Served]:
    with serve(variant, 600) as served:
        yield served


@pytest.fixture
def client(variant: str, _served: Served) -> Iterator[Client]:
    """A client; the clock is put back afterwards."""
    start = _served.world.cut_offs[-1]
    yield Client(_served, variant)
    _served.move_to(start)


# a dossier ------------------------------------------------------------------------------------------------------------
def test_a_dossier_has_every_field_of_the_contract(client: Client, variant: str) -> None:
    names: set[str] = set()
    for row in client.search()[1]:
        facts = CONTRACT["dossier"]
        if variant == "b":  # what is empty is left out there
            facts = {name: kind for name, kind in facts.items() if name in row or not str(kind).endswith("?")}
        check(row, facts)
        names |= set(row)
    never = {"origin", "extendDate"} | ({"modifiedDate"} if variant == "b" else set())
    assert set(CONTRACT["dossier"]) - names == (set() if variant == "a" else never)


def test_personal_fields_bear_canaries_and_no_other_field_does(client: Client) -> None:
    for row in client.search(start=0, end=50)[1]:
        for name in CONTRACT["personal"]:
            assert PATTERN.search(row[name]), name
        for name in CONTRACT["dossier"]:
            assert not PATTERN.search(str(row.get(name, ""))), name


def test_a_dossier_is_told_as_it_stands(client: Client, variant: str) -> None:
    now, shown = client.served.now, client.shown()
    words = STATUSES[variant]
    total, rows = client.search()
    assert total == len(rows) == len(shown)
    assert {row["dossierId"] for row in rows} == set(shown)
    for told in rows:
        made, row = shown[told["dossierId"]]
        status = [status for at, status in row.life if at <= now] or [row.life[0][1]]
        assert told["dossierStatus"] == words[status[-1]][0]
        assert told["dossierStatus"] in CONTRACT["statuses"]
        assert moment(told.get("receiveDate")) == received(row, now)
        assert moment(told.get("dueDate")) == (made.due_at if received(row, now) else None)
        assert moment(told["createDate"]) == row.appears_at
        assert told["serviceCode"][:8] == made.procedure.code
        assert told["govAgencyCode"] == (
            made.agency.code if variant == "a" else made.agency.old_code or made.agency.code
        )
        assert told["online"] == ("true" if made.channel == 2 else "false")
        assert told["fromViaPostal"] == (1 if made.channel == 3 else 0)
    assert {"processing", "done", "releasing"} <= {row["dossierStatus"] for row in rows}


def test_a_number_is_there_only_once_it_is_accepted(client: Client) -> None:
    now, shown, kinds = client.served.now, client.shown(), Counter[bool]()
    for told in client.search()[1]:
        _, row = shown[told["dossierId"]]
        accepted = any(status not in (1, 3) and at <= now for at, status in row.life)
        assert told.get("dossierNo", "") == (row.code_at(now) if accepted else "")
        kinds[accepted] += 1
    assert min(kinds[True], kinds[False]) > 0


def test_accepting_gives_it_its_number(client: Client) -> None:
    world = client.served.world
    made = next(one for one in world.dossiers if one.kind == "plain" and one.channel == 2 and one.received_at)
    row, accepted = made.local[0], made.received_at
    assert accepted is not None
    client.served.move_to(accepted - 1)
    shown = client.shown()
    [before] = [told for told in client.search()[1] if shown[told["dossierId"]][1] is row]
    assert before["dossierStatus"] == "receiving"
    assert not before.get("dossierNo")
    client.served.move_to(accepted + 1)
    assert client.ids(dossierNo=row.code) == [before["dossierId"]]


def test_what_came_from_the_portal_says_so(client: Client) -> None:
    shown, systems = client.shown(), Counter[int]()
    for told in client.search()[1]:
        _, row = shown[told["dossierId"]]
        systems[told["systemId"]] += 1
        if told["systemId"] == 5:
            assert told["referenceUid"] == row.national_code
            assert told["referenceUid"].startswith("G22")
        elif told["systemId"] == 0:
            assert len(told["referenceUid"]) == 36
    assert min(systems[0], systems[5]) > 0


def test_the_answer_key_knows_the_keys(client: Client) -> None:
    told = {row["dossierId"]: row["referenceUid"] for row in client.search()[1]}
    keys = [row["opencps"] for line in key_lines(client.served.world, client.served.now) for row in line["local"]]
    by_id = {key["dossier_id"]: key["reference_uid"] for key in keys}
    assert len(by_id) == len(keys)
    assert told.items() <= by_id.items()


def test_what_ends_without_a_result_has_both_dates_of_an_end(client: Client) -> None:
    ended = [row for row in client.search(status="cancelled,denied")[1]]
    assert ended
    for row in ended:
        assert moment(row["releaseDate"]) == moment(row["finishDate"]) is not None
        assert (row.get("cancellingDate", "") != "") == (row["dossierStatus"] == "cancelled")


def test_removed_and_gone_dossiers_vanish(client: Client) -> None:
    world = client.served.world
    for kind in ("deleted_locally", "deleted_without_trace"):
        made = [one for one in world.dossiers if one.kind == kind]
        for row in (row for one in made for row in one.local):
            end = row.removed_at or row.gone_at
            assert end is not None
            numbers = []
            for at in (end - 1, end + 1):
                client.served.move_to(at)
                numbers.append(len(client.ids(dossierNo=row.code)))
            assert numbers == [1, 0]


def test_a_code_that_was_written_over_is_the_new_one_from_then_on(client: Client) -> None:
    row = next(one for one in client.served.world.dossiers if one.kind == "code_overwritten").local[0]
    assert row.recoded_at is not None
    client.served.move_to(row.recoded_at - 1)
    [before] = client.ids(dossierNo=row.former_code)
    client.served.move_to(row.recoded_at + 1)
    assert client.ids(dossierNo=row.code) == [before]


# who may ask ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/v2/dossiers", "/statistics"])
@pytest.mark.parametrize("auth", [None, (USER, "wrong")])
def test_others_are_refused(client: Client, variant: str, path: str, auth: tuple[str, str] | None) -> None:
    answer = client.ask(path, auth=auth, year=2024)
    assert answer.status_code == (401 if variant == "a" else 203)
    assert "data" not in answer.json()


def test_an_unknown_group_holds_nothing(client: Client) -> None:
    for group in ("1", ""):
        assert client.ask("/v2/dossiers", group=group).json() == {"total": 0, "data": []}
        assert client.ask("/statistics", group=group, year=2024).json()["total"] == 0


# pages and order --------------------------------------------------------------------------------------------------------
def test_pages_add_up_to_the_whole(client: Client) -> None:
    total, everything = client.search()
    paged: list[int] = []
    for start in range(0, total, 97):
        told, rows = client.search(start=start, end=start + 97)
        assert told == total
        assert len(rows) == min(97, total - start)
        paged += [row["dossierId"] for row in rows]
    assert paged == [row["dossierId"] for row in everything]
    assert client.search(start=total, end=total + 10) == (total, [])


def test_oldest_first_unless_order_is_true(client: Client) -> None:
    created = [moment(row["createDate"]) for row in client.search()[1]]
    assert created == sorted(created, key=lambda at: at or 0)
    ids = client.ids()
    assert client.ids(order="true") == ids[::-1]
    assert client.ids(order="desc") == client.ids(order="false") == ids


def test_changes_can_be_sorted_by_in_one_world_only(client: Client, variant: str) -> None:
    rows = client.search(sort="modifiedDate", order="true")[1]
    if variant == "a":
        modified = [moment(row["modifiedDate"]) or 0 for row in rows]
        assert modified == sorted(modified, reverse=True)
        assert all(at <= client.served.now for at in modified)
        assert modified[0] > modified[-1]
    else:
        assert not any("modifiedDate" in row for row in rows)
        assert (
            [row["dossierId"] for row in rows] == client.ids(sort="modified") == client.ids(sort="nothing-of-the-kind")
        )


def test_other_dates_are_sorted_by_as_text(client: Client) -> None:
    texts = [row.get("dueDate", "") for row in client.search(sort="dueDate")[1]]
    assert texts == sorted(texts)
    assert [moment(text) or 0 for text in texts] != sorted(moment(text) or 0 for text in texts)


def test_a_page_shifts_when_an_earlier_row_is_missing_for_once(client: Client) -> None:
    whole = client.ids()
    client.served.spoil("opencps", "drift")
    first = client.ids(start=0, end=10)
    total, second = client.search(start=10, end=20)
    assert first == whole[:10]
    assert (total, [row["dossierId"] for row in second]) == (len(whole) - 1, whole[11:21])
    assert client.ids() == whole


def test_beyond_the_window_of_a_world_nothing_can_be_asked_for() -> None:
    with serve("b,opencps_window=50") as served:
        client = Client(served, "b")
        total, rows = client.search()
        assert total > 50
        assert len(rows) == 50
        assert len(client.ids(start=40, end=50)) == 10
        answer = client.ask("/v2/dossiers", start=45, end=55)
        assert answer.status_code == 403
        assert answer.json()["message"] == "No Content."


def test_wrong_numbers_are_not_found_and_wrong_windows_forbidden(client: Client) -> None:
    assert client.ask("/v2/dossiers", start="first").status_code == 404
    assert client.ask("/v2/dossiers", start=-5, end=10).status_code == 403


# what is asked for ------------------------------------------------------------------------------------------------------
def test_a_window_holds_both_its_days_in_the_world_s_zone(client: Client) -> None:
    now, sizes = client.served.now, set()
    for first, last in ((dt.date(2024, 3, 1), dt.date(2024, 3, 31)), (dt.date(2024, 4, 18), dt.date(2024, 4, 18))):
        expected = {
            number
            for number, (_, row) in client.shown().items()
            if (at := received(row, now)) and first <= dt.datetime.fromtimestamp(at, client.zone).date() <= last
        }
        window = {"fromReceiveDate": f"{first:%d/%m/%Y}", "toReceiveDate": f"{last:%d/%m/%Y}"}
        total, rows = client.search(**window)
        assert {row["dossierId"] for row in rows} == expected
        assert total == len(expected)
        sizes.add(total)
    assert min(sizes) > 0


def test_the_small_hours_are_the_day_before_where_days_are_utc(client: Client, variant: str) -> None:
    early = next(
        (number, at)
        for number, (_, row) in client.shown().items()
        if (at := row.received_at) and dt.datetime.fromtimestamp(at, LOCAL).hour < 7
    )
    day = dt.datetime.fromtimestamp(early[1], LOCAL)
    found = [
        early[0] in client.ids(fromReceiveDate=f"{one:%d/%m/%Y}", toReceiveDate=f"{one:%d/%m/%Y}")
        for one in (day, day - dt.timedelta(days=1))
    ]
    assert found == [variant == "a", variant == "b"]


def test_windows_may_be_open_and_never_hold_what_was_not_received(client: Client) -> None:
    total = client.search()[0]
    before, after = client.ids(toReceiveDate="29/02/2024"), client.ids(fromReceiveDate="1/3/2024")
    undated = [number for number, (_, row) in client.shown().items() if received(row, client.served.now) is None]
    assert undated
    assert not {*before} & {*after}
    assert sorted([*before, *after, *undated]) == sorted(client.ids())
    assert len(before) + len(after) < total


def test_a_day_in_another_form_asks_for_nothing_and_so_for_everything(client: Client) -> None:
    assert client.search(fromReceiveDate="2024-04-01")[0] == client.search()[0]


def test_submission_windows_look_at_submission_but_not_without_a_start(client: Client) -> None:
    window = client.ids(fromSubmitDate="01/03/2024", toSubmitDate="31/03/2024")
    expected = {
        number
        for number, (made, row) in client.shown().items()
        if dt.datetime.fromtimestamp(row.submitted_at or made.submitted_at, client.zone).strftime("%Y%m") == "202403"
    }
    assert set(window) == expected
    assert client.ids(toSubmitDate="29/02/2024") == client.ids(toReceiveDate="29/02/2024")


def test_release_and_finish_windows(client: Client) -> None:
    rows = client.search()[1]
    for name in ("release", "finish"):
        expected = {
            row["dossierId"]
            for row in rows
            if (at := moment(row.get(f"{name}Date")))
            and dt.datetime.fromtimestamp(at, client.zone).strftime("%Y%m") == "202402"
        }
        asked = {f"from{name.title()}Date": "01/02/2024", f"to{name.title()}Date": "29/02/2024"}
        assert expected
        assert set(client.ids(**asked)) == expected


def test_year_and_month_are_those_of_the_receipt(client: Client) -> None:
    window = client.ids(fromReceiveDate="01/03/2024", toReceiveDate="31/03/2024")
    assert client.ids(year=2024, month=3) == window
    both = set(client.ids(month=3))
    assert both > set(window)
    assert set(client.ids(year=2024)) & both == set(window)


def test_filters_by_what_a_row_says(client: Client) -> None:
    rows = client.search()[1]
    sample = next(row for row in rows if row["dossierStatus"] == "processing" and row.get("dossierSubStatus"))
    filters = {
        "agency": ("govAgencyCode", sample["govAgencyCode"]),
        "service": ("serviceCode", sample["serviceCode"]),
        "domain": ("domainCode", sample["domainCode"]),
        "status": ("dossierStatus", "processing,done"),
        "substatus": ("dossierSubStatus", sample["dossierSubStatus"]),
        "online": ("online", "true"),
        "systemId": ("systemId", "5"),
    }
    for name, (field, wanted) in filters.items():
        expected = [row["dossierId"] for row in rows if str(row.get(field, "")) in wanted.split(",")]
        assert 0 < len(expected) < len(rows)
        assert client.ids(**{name: wanted}) == expected
    assert client.ids(agency="all") == [row["dossierId"] for row in rows]
    assert client.ids(origin="elsewhere") == []
