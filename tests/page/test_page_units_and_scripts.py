"""The page over real HTTP: units side by side, terms to answer, scripts, and what was never read."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from page.headers import HEADERS
from page.reader import statement
from page.views.gaps import DAYS, SAID
from standalone import postgres
from support.page_served import forget_login, served
from support.world import World, total

FIRST, NIGHT = "2024-04-17", "2024-04-18"
PROVINCIAL = """
    code                  | status
    H37.21.01-240202-0001 | 4
    H37.21.01-240301-0002 | 4
    H37.21.02-240302-0003 | 9
    H37.03-240205-0004    | 4
    H37.03-240304-0005    | 4
"""
NATIONAL = """
    code                  | status
    H37.21.01-240202-0001 | 4
    H37.21.01-240301-0002 | 9
    H37.03-240205-0004    | 4
    H37.03-240305-0006    | 4
    H37.03-240306-0007    | 4
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> World:
    """Two published nights of dossiers of two months, of a district and a department."""
    made = World(tmp_path_factory.mktemp("page"), shared_warehouse_dsn)
    published = [
        total(count, f"DOSSIER_SYNC_{part}", month="2024-03", flags=("TEMP_NATIONAL_REPORT_DENOMINATOR",))
        for part, count in (("NUMERATOR", 2), ("DENOMINATOR", 2))
    ]
    for night in (FIRST, NIGHT):
        made.land(night, "national_statistics", "code", totals=published)
        made.run(night, igate=PROVINCIAL, national_export=NATIONAL)
    return made


@pytest.fixture(scope="module")
def address(world: World, postgres_server: postgres.Server) -> Iterator[str]:
    with served(world.dsn) as found:
        yield found
    forget_login(postgres_server.dsn(), world.dsn)


def shown(address: str, path: str, status: int = 200) -> str:
    answer = requests.get(address + path, timeout=30)
    assert answer.status_code == status, answer.text[:500]
    return answer.text


def words_of(page: str) -> str:
    """What a reader reads: without markup, spaces made one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def asked(world: World, query: str) -> Any:
    return world.rows(query, {"night": NIGHT})[0]


def test_two_units_stand_side_by_side_and_every_number_leads_on(world: World, address: str) -> None:
    counted = """select count(*) from mart.fact_sync_gap g join mart.agency_subtree s using (agency_id)
        where g.night = %(night)s and s.ancestor_id = '{}' and s.from_month <= '2024-03-01' and '2024-03-01' < s.to_month
            and g.receipt_date between '2024-03-01' and '2024-03-31'"""
    left, right = (asked(world, counted.format(agency))[0] for agency in ("H37.21", "H37.03"))
    page = shown(address, "/units/compare?agency=H37.21&with=H37.03&period=2024-03")
    told = words_of(page)
    assert "UBND huyện Tràng Định, tháng 03/2024 Sở Tư pháp, tháng 03/2024 Phải trừ trái" in told
    moved = f"+{right - left}" if right > left else f"−{left - right}" if right < left else "0"
    assert f"Sai lệch đang mở của hồ sơ tiếp nhận trong kỳ {left} {right} {moved}" in told
    link = re.findall(r'href="(/gaps\?[^"]*agency=H37\.03[^"]*received_from=2024-03-01[^"]*)"', page)[0]
    assert f"{right} sai lệch" in words_of(shown(address, link.replace("&amp;", "&")))
    shown(address, "/units/compare?agency=nowhere", 404)


def test_the_second_side_is_the_period_before_unless_another_is_chosen(address: str) -> None:
    assert "Cả tỉnh" not in words_of(shown(address, "/units/compare?agency=H37.21&period=2024-03"))
    other = words_of(shown(address, "/units/compare?agency=H37.21&period=2024-03&with=province&period2=2024"))
    assert "UBND huyện Tràng Định, tháng 03/2024 Toàn tỉnh Lạng Sơn, năm 2024" in other


def test_a_unit_that_has_not_answered_in_time_is_named_with_its_day(world: World, address: str) -> None:
    """The gaps of 17/04 were listed on the morning of 18/04; five working days later they are due, and nothing is late yet."""
    (due,) = asked(
        world,
        """select min(d.date) from mart.dim_date s join mart.dim_date d on d.is_working
            and d.working_days = s.working_days + 5 where s.date = '2024-04-18' and %(night)s::date is not null""",
    )
    page = words_of(shown(address, "/"))
    assert "Đơn vị phải xử lý và trả lời" in page
    assert f"{due:%d/%m/%Y}" in page
    assert "quá hạn" not in page.split("Đơn vị phải xử lý và trả lời")[1].split("Sai lệch mới")[0]


def test_each_unit_has_its_course_in_small_and_months_lead_to_their_gaps(world: World, address: str) -> None:
    page = shown(address, "/units?period=2024-03")
    assert page.count('class="stroke"') >= 2
    assert re.findall(r'aria-label="02/2024: [^"]* → 03/2024: [^"]*"', page)
    march = asked(
        world,
        "select count(*) from mart.gap where night = %(night)s and date_trunc('month', receipt_date) = '2024-03-01'",
    )[0]
    groups = shown(address, "/gaps?by=month")
    link = re.findall(r'href="([^"]*received_from=2024-03-01[^"]*received_to=2024-03-31[^"]*)"', groups)[0]
    assert f"{march} sai lệch" in words_of(shown(address, link.replace("&amp;", "&")))


def test_a_course_can_be_looked_into_and_is_there_without(address: str) -> None:
    page = shown(address, "/trend")
    specs = [json.loads(html.unescape(found)) for found in re.findall(r'data-course="([^"]*)"', page)]
    assert specs
    assert page.count("<svg") >= len(specs), "each is drawn already"
    for spec in specs:
        assert spec["usermeta"]["embedOptions"]["ast"] is True
        assert all(row["said"] for row in spec["data"]["values"])


def test_the_scripts_are_ours_or_bundled_here_and_never_change(address: str) -> None:
    (static,) = set(re.findall(r'src="(/static/[0-9a-f]+/)page\.js"', shown(address, "/")))
    for name in ("page.js", "charts.js"):
        answer = requests.get(f"{address}{static}{name}", headers={"accept-encoding": "identity"}, timeout=60)
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in answer.headers["cache-control"]
        packed = requests.get(f"{address}{static}{name}", headers={"accept-encoding": "gzip"}, timeout=60)
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == answer.content
    assert "unsafe" not in HEADERS["content-security-policy"]
    assert "script-src 'self'" in HEADERS["content-security-policy"]


def test_what_was_never_read_says_so(address: str) -> None:
    assert "Đến đêm này chưa đọc được điểm nào mà Cổng DVCQG công bố." in shown(address, "/score/board")
    assert "Chưa so sánh các tỉnh lần nào." in shown(address, "/score/provinces")


def test_a_provisional_denominator_and_a_blocked_night_are_said_in_words(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, bridge = words_of(shown(address, "/?month=2024-03-01")), requests.get(f"{address}/bridge", timeout=30)
    shown(address, "/")
    assert "Cổng DVCQG ghi chú về tỷ lệ công bố: mẫu số tạm tính." in page
    assert "bị kiểm tra chặn lại" not in page
    world.land("2024-04-19", "igate", PROVINCIAL)
    world.open_and_load("2024-04-19")
    world.rows("update ops.night set state = 'blocked' where night = '2024-04-19'")
    drawn: list[Any] = []
    monkeypatch.setattr("page.views.shown.svg", lambda spec, language: drawn.append(spec) or "")
    stopped = shown(address, "/")
    assert drawn == [], "what the night shows has not changed"
    assert requests.get(f"{address}/bridge", timeout=30).headers["etag"] == bridge.headers["etag"]
    assert "Đêm 19/04/2024 bị kiểm tra chặn lại; trang này vẫn hiện đêm công bố gần nhất." in words_of(stopped)
    assert '<li class="stop">' in stopped


def test_an_empty_warehouse_says_so(warehouse_dsn: str, tmp_path: Path, postgres_server: postgres.Server) -> None:
    world = World(tmp_path, warehouse_dsn)
    with served(warehouse_dsn) as address:
        assert "Chưa có đêm nào được công bố" in shown(address, "/")
        assert shown(address, "/export/gaps/gaps.csv", 404)
        world.land(FIRST, "igate", PROVINCIAL)
        world.open_and_load(FIRST)
        assert "Đêm 17/04/2024: đã nạp." in words_of(shown(address, "/"))
    forget_login(postgres_server.dsn(), warehouse_dsn)


@pytest.mark.parametrize(
    "filters",
    [{"agency": "H37"}, {"counts_from": "2024-03-01", "counts_before": "2024-04-01"}],
    ids=["agency", "period"],
)
def test_what_filters_gaps_is_found_once_however_many_gaps_there_are(world: World, filters: dict[str, str]) -> None:
    """Once a gap, what lies below an agency made the list answer 503 on a warehouse of a million dossiers."""
    names = (*SAID, *DAYS, "dossiers", "whose", "counts_from", "counts_before")
    given = {**dict.fromkeys(names), "night": NIGHT, **filters}
    with psycopg.connect(world.dsn, cursor_factory=psycopg.ClientCursor) as connection:
        explained = connection.execute(
            f"explain (analyze, timing off, format json) {statement('gaps_matching')}", given
        )
        (plans,) = explained.fetchone() or ()
    read = [
        (node.get("CTE Name") or node["Relation Name"], node["Actual Loops"])
        for node in _nodes(plans[0]["Plan"])
        if (node["Node Type"], node.get("CTE Name")) == ("CTE Scan", "below") or node.get("Relation Name") == "repair"
    ]
    assert "below" in dict(read) if "agency" in filters else "repair" in dict(read)
    assert max(loops for _, loops in read) == 1, read
    assert plans[0]["Plan"]["Actual Rows"] > 1


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
