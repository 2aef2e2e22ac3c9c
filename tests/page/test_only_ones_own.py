"""The attacker is a unit's reader: every address of every view with another unit's codes, and what is kept of who did what."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
import requests
from doisoat.nights.retention import apply_retention
from doisoat.privacy import WITHHELD
from doisoat.province.file import Retention
from page.asking import OF_AN_AGENCY, PATHS
from page.deciding import Writer
from page.uses import is_ours
from standalone import postgres
from support.page_served import OpenGate, forget_login, login_of, served, writer_of
from support.world import World

BEFORE, NIGHT = "2024-04-30", "2024-05-01"
PROVINCIAL = """
    code                  | status | procedure | agency
    H37.21.01-240301-0001 | 4      | 1.000482  | H37.21.01
    H37.21.01-240302-0002 | 4      | 1.000482  | H37.21.01
    H37.21.02-240303-0003 | 4      | 1.001193  | H37.21.02
    H37.03-240304-0004    | 4      | 1.001193  | H37.03
"""
NATIONAL = """
    code                  | national           | status | procedure | agency
    H37.21.01-240301-0001 | H37.03-240306-0006 | 9      | 1.000482  | H37.21.01
    H37.21.02-240303-0003 |                    | 9      | 1.001193  | H37.21.02
    H37.03-240305-0005    |                    | 4      | 1.001193  | H37.03
    H37.03-240306-0006    |                    | 4      | 1.001193  | H37.03
"""
#: Of the Sở Tư pháp, and of the commune that went over to it on the second night.
OTHERS = ("H37.03-240304-0004", "H37.03-240305-0005", "H37.21.02-240303-0003")
OWN, NOBODYS = "H37.21.01-240302-0002", "H37.03-240399-9999"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> World:
    """Two nights; between them the commune H37.21.02 moves from the district to the department."""
    made = World(tmp_path_factory.mktemp("own"), shared_warehouse_dsn)
    made.run(BEFORE, igate=PROVINCIAL, national_export=NATIONAL)
    made.move("H37.21.02", "H37.03", NIGHT)
    made.run(NIGHT, igate=PROVINCIAL, national_export=NATIONAL)
    return made


@pytest.fixture(scope="module")
def unit(world: World, postgres_server: postgres.Server) -> Iterator[str]:
    """The page as a reader of the district H37.21 has it."""
    with served(world.dsn, OpenGate("H37.21")) as address:
        yield address
    forget_login(postgres_server.dsn(), world.dsn)


def asked(address: str, path: str, **given: Any) -> requests.Response:
    return requests.get(address + path, params=given, timeout=30)


def tables_of(world: World) -> list[str]:
    """Every table of every view, as an official has them."""
    import re

    found = set()
    with served(world.dsn) as address:
        for path in (*PATHS.values(), f"/dossier?id={OTHERS[0]}"):
            found |= set(re.findall(r"/export/(\w+/\w+)\.csv", requests.get(address + path, timeout=30).text))
    return sorted(found)


def test_no_address_shows_a_unit_what_is_anothers(world: World, unit: str) -> None:
    tables = tables_of(world)
    assert len(tables) >= 15
    paths = [*PATHS.values(), *(f"/export/{table}.{form}" for table in tables for form in ("csv", "xlsx"))]
    filters: list[dict[str, str]] = [
        {}, {"owner": "H37.03"}, {"agency": "H37.03"}, {"agency": "H37"}, {"source": "igate"}, {"first": BEFORE}, {"by": "owner"},
        {"all": "1", "by": "month"}, {"account": "reader"}, {"whose": "H37.03"}, {"agency_id": "H37"}, {"period": "2024-03"},
        *({name: code} for code in OTHERS for name in ("q", "id", "code")),
    ]  # fmt: skip
    for path in paths:
        for given in filters:
            answer = asked(unit, path, **given)
            assert answer.status_code in (200, 404), (path, given)
            typed = set(given.values())
            shown = answer.content.decode(errors="replace")
            for other in {*OTHERS, "Sở Tư pháp", "H37.03-2"} - typed - {one[:8] for one in typed}:
                assert other not in shown, (path, given, other)


def test_what_is_anothers_is_answered_like_what_is_not_there(unit: str) -> None:
    """Sign by sign, but for what was asked: nobody learns what exists."""
    for path in (
        "/gaps",
        "/dossier",
        "/units",
        "/export/gaps/gaps.csv",
        "/export/dossier/history.csv",
        "/export/units/tree.csv",
    ):
        for name, theirs, nobodys in (
            *((name, code, NOBODYS) for code in OTHERS[:2] for name in ("q", "id", "code")),
            ("owner", "H37.03", "H37.77"), ("agency", "H37.03", "H37.77"),
        ):  # fmt: skip
            one, other = asked(unit, path, **{name: theirs}), asked(unit, path, **{name: nobodys})
            assert one.status_code == other.status_code, (path, name, theirs)
            assert one.text.replace(theirs, "?") == other.text.replace(nobodys, "?"), (path, name, theirs)


def test_a_unit_sees_its_own(unit: str) -> None:
    assert OWN in asked(unit, "/gaps").text
    assert OWN in asked(unit, "/export/gaps/gaps.csv").text
    assert "Diễn biến" in asked(unit, "/dossier", id=OWN).text
    units = asked(unit, "/units")
    assert "UBND xã Quốc Khánh" in units.text
    assert "UBND tỉnh" not in units.text
    open_to_it = [
        view
        for view, path in PATHS.items()
        if asked(unit, path).url.split("?")[0].endswith(path) and asked(unit, path).ok
    ]
    assert open_to_it == [view for view in PATHS if view in OF_AN_AGENCY]


def test_a_code_that_a_source_linked_wrongly_leads_to_nobody_elses_history(world: World, unit: str) -> None:
    """The portal says of a unit's own dossier that it is another unit's: the other's events and decisions stay the other's."""
    own = asked(unit, "/dossier", id="H37.21.01-240301-0001")
    assert own.status_code == 200
    theirs = world.rows("select count(*) from mart.gap_event where dossier_id = 'H37.03-240306-0006'")[0][0]
    if theirs:
        assert own.text.count("Tỉnh chưa từng có hồ sơ này") == 0


def test_the_tree_is_the_one_of_the_night(world: World, unit: str) -> None:
    moved = "H37.21.02-240303-0003"
    assert moved in asked(unit, "/gaps", night=BEFORE).text
    assert moved not in asked(unit, "/gaps", night=NIGHT).text
    assert asked(unit, "/export/dossier/history.csv", id=moved, night=BEFORE).status_code == 200
    assert asked(unit, "/export/dossier/history.csv", id=moved, night=NIGHT).status_code == 404
    with served(world.dsn, OpenGate("H37.03")) as address:
        assert moved not in asked(address, "/gaps", night=BEFORE).text
        assert moved in asked(address, "/gaps", night=NIGHT).text


def test_a_unit_answers_none_but_its_own_as_the_tree_stands(world: World, unit: str) -> None:
    gaps = dict(world.rows("select dossier_id, gap_id from mart.gap where is_latest"))
    form = {"token": "form", "action": "done", "gap": [gaps[one] for one in (OWN, *OTHERS)], "view": "dossier"}
    answer = requests.post(f"{unit}/decisions", data={**form, "back": f"id={OWN}"}, timeout=30)
    assert answer.url.startswith(f"{unit}/dossier?id={OWN}")
    assert "Đã lưu cho 1 sai lệch." in answer.text
    again = requests.post(f"{unit}/decisions", data={**form, "back": f"id={OWN}"}, timeout=30)
    assert "Đã lưu cho 0 sai lệch." in again.text  # a form that is sent twice says it once
    decided = world.rows("select dossier_id, action from ops.gap_decision")
    assert decided == [(OWN, "done")]
    for elsewhere in ("cross-site", "same-site"):
        refused = requests.post(f"{unit}/decisions", data=form, headers={"sec-fetch-site": elsewhere}, timeout=30)
        assert refused.status_code == 403


def test_an_agency_that_does_not_exist_shows_nothing_and_says_so(world: World) -> None:
    with served(world.dsn, OpenGate("H37.99")) as address:
        for path in (*PATHS.values(), "/export/gaps/gaps.csv"):
            answer = asked(address, path)
            assert answer.status_code == 403
            assert "H37.99" in answer.text
            assert "240" not in answer.text
        form = {"token": "form", "action": "done", "gap": "x"}
        assert requests.post(f"{address}/decisions", data=form, timeout=30).status_code == 403


def test_who_took_and_decided_what_is_kept_and_nothing_that_was_typed(world: World, unit: str) -> None:
    with served(world.dsn) as official:
        asked(
            official,
            "/export/gaps/gaps.csv",
            cause="never_seen_locally",
            q="Nguyễn Văn A",
            opened_from="2024-04-01",
            hello="0912345678",
        )
        asked(unit, "/export/gaps/gaps.xlsx", by="owner")
        kept = world.rows(
            "select account, agency_id, act, view, what, night::text, filters, rows from mart.page_use order by use_id"
        )
        assert kept[-2:] == [
            ("reader", None, "exported", "gaps", "gaps.csv", NIGHT,
             {"cause": "never_seen_locally", "opened_from": "2024-04-01", "q": WITHHELD}, 0),
            ("reader", "H37.21", "exported", "gaps", "gaps.xlsx", NIGHT, {"by": "owner"}, 2),
        ]  # fmt: skip
        assert ("reader", "H37.21", "decided", "dossier", "done", NIGHT, {"id": OWN}, 1) in kept
        page = asked(official, "/uses").text
        assert "UBND huyện Tràng Định" in page
        assert "Tải tệp về" in page
        assert "Nguyễn Văn A" not in page
        assert asked(official, "/export/uses/uses.csv").status_code == 200
    assert "Nguyễn" not in json.dumps(world.rows("select filters from ops.page_use"), ensure_ascii=False)


def test_the_record_is_only_added_to(world: World) -> None:
    with psycopg.connect(writer_of(world.dsn)) as connection:
        for attempt in ("select * from mart.page_use", "delete from ops.page_use", "update ops.page_use set account = 'x'",
                        "insert into ops.page_use default values", "create table mart.x (y int)",
                        "set role warehouse"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(attempt)
    with psycopg.connect(login_of(world.dsn)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select mart.keep_use('x', null, 'exported', 'x', 'x', '2024-05-01', '{}', 0)")


def test_a_page_that_cannot_keep_who_took_a_file_gives_none(world: World, unit: str) -> None:
    assert unit
    with served(world.dsn, writer=None) as address:
        assert "CSV" not in asked(address, "/gaps").text
        assert asked(address, "/export/gaps/gaps.csv").status_code == 403
        assert 'action="/decisions"' not in asked(address, "/gaps").text


def test_a_login_for_forms_that_may_do_more_is_refused(world: World) -> None:
    for dsn in (world.dsn, login_of(world.dsn)):
        with pytest.raises(Exception, match="asked for one that stores decisions alone"):
            Writer(dsn).open()


def test_the_record_goes_with_the_history(world: World) -> None:
    world.rows("update ops.page_use set used_at = '2024-04-20' where use_id = (select min(use_id) from ops.page_use)")
    before = world.rows("select count(*) from ops.page_use")[0][0]
    kept = Retention(landing_nights=1, history_nights=2)
    apply_retention(replace(world.site, settings=world.site.settings.model_copy(update={"retention": kept})))
    assert world.rows("select count(*) from ops.page_use") == [(before - 1,)]


@pytest.mark.parametrize(
    ("value", "is_kept"),
    [("never_seen_locally", True), ("H37.21.01-240301-0001", True), ("2024-04-01", True), ("1.000482", True), ("H37.21", True),
     ("older", True), ("2024-q1", True), ("none", True), ("12", True), ("Nguyễn Văn A", False), ("nguyenvana", False),
     ("0912345678", False), ("001088012345", False), ("a@b.vn", False), ("12 phố Huế", False), ("=cmd", False)],
)  # fmt: skip
def test_a_filter_is_kept_if_it_can_name_nobody(value: str, is_kept: bool) -> None:
    assert is_ours(value) is is_kept


def test_nights_lead_to_their_runs_in_airflow(world: World) -> None:
    world.rows(
        "update ops.night set run_id = 'manual__2024-05-02T01:00:00+07:00' where night = %s", [dt.date(2024, 5, 1)]
    )
    run = "dags/nightly_reconciliation/runs/manual__2024-05-02T01%3A00%3A00%2B07%3A00"
    with served(world.dsn, airflow="https://airflow.example") as address:
        page = asked(address, "/nights").text
        assert f'href="https://airflow.example/{run}" target="_top"' in page
        assert f'href="https://airflow.example/{run}/tasks/igate.collect"' in page
    with served(world.dsn, airflow="", root="/below/doisoat") as address:
        assert f'href="/below/{run}"' in asked(address, "/nights").text
    with served(world.dsn) as address:
        assert "nightly_reconciliation" not in asked(address, "/nights").text
