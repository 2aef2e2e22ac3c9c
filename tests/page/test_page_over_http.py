"""The page over real HTTP on a real warehouse: its numbers are those of SQL, and it tells nobody what it must not."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest
import requests
from doisoat.errors import ConfigurationError
from doisoat.rates.cost import Question, Repair, ranked
from doisoat.rates.rates import Part
from doisoat.warehouse import connect
from openpyxl import load_workbook
from page.accounts import TokenGate
from page.asking import PATHS
from page.headers import HEADERS
from page.reader import Reader
from page.sessions import COOKIE
from page.words import Words
from standalone import postgres
from support.outlooks import keep, remember
from support.page_served import OpenGate, forget_login, login_of, served, writer_of
from support.world import World

FIRST, NIGHT = "2024-04-17", "2024-04-19"
HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script>"
#: What a page may not hold: a style, a handler, a script but our own file.
FOREIGN_MARKUP = r"""<style|\sstyle=|<script(?! src="/static/[0-9a-f]+/page\.js" defer></script>)|\son\w+=\""""
PROVINCIAL = """
    code                  | status | procedure
    H37.21.01-240301-0001 | 4      | 1.000482
    H37.21.01-240302-0002 | 4      | 1.000482
    H37.21.02-240303-0003 | 9      | 1.001193
    H37.03-240304-0004    | 4      | 1.001193
"""
NATIONAL = """
    code                  | status | procedure
    H37.21.01-240301-0001 | 9      | 1.000482
    H37.21.02-240303-0003 | 9      | 1.001193
    H37.03-240305-0005    | 4      | 1.001193
    H37.03-240306-0006    | 4      | 1.001193
"""
SECOND = NATIONAL + "    H37.03-240307-0007    | 4      | 1.001193\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> World:
    """Two published nights; somebody wrote something hostile where an official writes why."""
    listed = {"national_export": {"label": "Danh sách tải từ Cổng DVCQG"}}
    made = World(tmp_path_factory.mktemp("page"), shared_warehouse_dsn, sources=listed)
    made.run(FIRST, igate=PROVINCIAL, national_export=NATIONAL)
    made.run("2024-04-18", igate=PROVINCIAL, national_export=SECOND)
    made.run(NIGHT, igate=PROVINCIAL)
    earlier = [
        ("2024-01-20", 20, 12, 0),
        ("2024-01-31", 31, 20, 0),
        ("2024-02-18", 50, 30, 0),
        ("2024-02-29", 60, 38, 1),
    ]
    remember(made, "sync_received", "year", [*earlier, ("2024-03-20", 80, 54, 1), ("2024-03-31", 93, 64, 1)])
    keep(made, NIGHT)
    made.rows(
        """insert into ops.gap_decision (night, pair, dossier_id, kind, detail, action, reason, cause, basis,
            decided_by, decided_in)
        select %(night)s, pair, dossier_id, kind, detail, 'disputed', %(said)s, cause, basis, 'unit', 'answers'
        from recon.finding where dossier_id = 'H37.03-240305-0005' and opened_on is not null""",
        {"night": NIGHT, "said": HOSTILE},
    )
    return made


@pytest.fixture(scope="module")
def address(world: World, postgres_server: postgres.Server) -> Iterator[str]:
    with served(world.dsn) as found:
        yield found
    forget_login(postgres_server.dsn(), world.dsn)


def shown(address: str, path: str, status: int = 200, **given: Any) -> str:
    answer = requests.get(address + path, timeout=30, **given)
    assert answer.status_code == status, answer.text[:500]
    return answer.text


def words_of(page: str) -> str:
    """What a reader reads: without markup, spaces made one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def asked(world: World, query: str) -> Any:
    return world.rows(query, {"night": NIGHT})[0]


def test_the_numbers_of_the_first_page_are_those_of_sql(world: World, address: str) -> None:
    page = words_of(shown(address, "/"))
    national, provincial = asked(world, "select national_declared, provincial_declared from mart.bridge "
                                        "where night = %(night)s")  # fmt: skip
    gaps, dossiers = asked(world, "select count(*), count(distinct dossier_id) from mart.gap where night = %(night)s")
    assert (national, provincial) == (5, 4)
    assert gaps > 0
    assert f"Tỉnh {provincial} Cổng DVCQG {national} Chênh lệch +1" in page
    assert f"Sai lệch đang mở {gaps} của {dossiers} hồ sơ" in page
    assert "Cổng DVCQG nhiều hơn tỉnh 1 hồ sơ; nhiều nhất là do tỉnh chưa từng có hồ sơ này (3 hồ sơ)." in page


def test_every_bar_and_number_leads_to_what_it_is_made_of(world: World, address: str) -> None:
    page = shown(address, "/")
    (bar,) = set(re.findall(r'<a href="([^"]*)"[^>]*><path[^>]*aria-label="Tỉnh chưa từng có hồ sơ này: \+3"', page))
    entries = shown(address, bar.replace("&amp;", "&"))
    assert set(re.findall(r"H37\.03-24030[567]-000\d", entries)) == {
        "H37.03-240305-0005", "H37.03-240306-0006", "H37.03-240307-0007",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_link_of_every_view_answers(address: str, language: str) -> None:
    """Followed from the first page on, two deep; none leads elsewhere, and all are addresses that can be sent."""
    session, seen, wanted = requests.Session(), set(), [f"{path}?lang={language}" for path in ("/", "/units", "/score")]
    for _ in range(2):
        found: set[str] = set()
        for path in wanted:
            answer = session.get(address + path, timeout=30)
            assert answer.status_code == 200, path
            seen.add(path)
            assert "chưa rõ chưa rõ" not in answer.text
            if "text/html" in answer.headers["content-type"]:
                found |= {
                    link.replace("&amp;", "&").split("#")[0] for link in re.findall(r'href="([^"#][^"]*)"', answer.text)
                }
        assert all(link.startswith("/") for link in found)
        wanted = sorted(found - seen)
    assert {urlsplit(path).path for path in seen} >= set(PATHS.values()) - {
        "/dossier",
        "/national",
    }  # there is no open table


def test_filters_groups_and_rows_are_those_of_sql(world: World, address: str) -> None:
    count = asked(world, "select count(*) from mart.gap where night = %(night)s and cause = 'never_seen_locally'")[0]
    page = words_of(shown(address, "/gaps?cause=never_seen_locally&by=owner&sort=dossier"))
    assert f"{count} sai lệch của {count} hồ sơ" in page
    assert f"1–{count} trong {count}" in page
    assert "0 sai lệch" in words_of(shown(address, "/gaps?q=H37.99-000000-0000"))
    for sort, way in (("dossier", "ascending"), ("age", "descending")):
        assert re.findall(r'aria-sort="(\w+)"', shown(address, f"/gaps?sort={sort}")) == [way], sort
    below = asked(world, "select count(*) from mart.gap g where g.night = %(night)s and g.agency_id like 'H37.21%%'")[0]
    assert words_of(shown(address, "/gaps?agency=H37.21")).count("H37.21.0") >= below > 0


def test_a_table_leaves_as_csv_and_xlsx_with_all_rows_and_without_a_formula(world: World, address: str) -> None:
    csv_rows = list(
        csv.reader(io.StringIO(requests.get(f"{address}/export/gaps/gaps.csv", timeout=30).content.decode("utf-8-sig")))
    )
    count = asked(world, "select count(*) from mart.gap where night = %(night)s")[0]
    assert len(csv_rows) == count + 1
    assert not [cell for row in csv_rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    answer = requests.get(f"{address}/export/gaps/gaps.xlsx", timeout=30)
    assert answer.headers["content-disposition"] == f'attachment; filename="doi-soat-gaps-{NIGHT}.xlsx"'
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet.max_row == count + 1
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)} <= {
        "s",
        "inlineStr",
    }


def test_units_and_indicators_show_the_rates_that_sql_gives(world: World, address: str) -> None:
    (own,) = asked(world, "select ratio_least from mart.rate_month where night = %(night)s and indicator = 'sync_own' "
                          "and period_start = '2024-03-01' and agency_id = 'H37.21'")  # fmt: skip
    page = words_of(shown(address, "/units?period=2024-03"))
    assert f"UBND huyện Tràng Định cấp huyện 3 {float(own) * 100:.1f}".replace(".", ",") in page
    below = words_of(shown(address, "/units?period=2024-03&agency=H37.21"))
    assert "UBND xã Quốc Khánh" in below
    assert "Sở Tư pháp" not in below
    shown(address, "/units?agency=nowhere", 404)
    assert "1.4 Đồng bộ hồ sơ" in shown(address, "/score?period=2024-03")


def csv_rows(address: str, path: str) -> list[list[str]]:
    answer = requests.get(f"{address}/export/{path}", timeout=30)
    assert answer.status_code == 200, answer.text[:500]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


@pytest.mark.parametrize(("by", "grouped"), [("cause", "cause"), ("unit", "agency"), ("procedure", "procedure")])
def test_what_repairs_gain_is_what_the_command_says(world: World, address: str, by: str, grouped: str) -> None:
    march = dt.date(2024, 3, 1)
    question = Question(
        dt.date.fromisoformat(NIGHT), 0, "sync_received", Part(period="month", first_month=march, last_month=march)
    )
    with connect(world.dsn) as connection:
        lines = ranked(connection, world.site.settings, question, Repair(), grouped).dicts()
    assert len(lines) >= 2
    said = [row[-4:] for row in csv_rows(address, f"repair/repairs.csv?period=2024-03&by={by}")]
    assert [[float(cell) for cell in row] for row in said] == [
        [line["to_repair"], line["points"], line["ratio_if_repaired"], line["points_with_all_before"]] for line in lines
    ]
    ticks = "&".join(f"tick={quote(line['label'])}" for line in lines)
    page = words_of(shown(address, f"/repair?period=2024-03&by={by}&{ticks}"))
    assert f"Nếu xử lý cùng lúc {len(lines)} dòng đã chọn" in page
    together = lines[-1]["ratio_with_all_before"]
    assert f"{float(lines[0]['ratio_now']) * 100:.1f} % → {float(together) * 100:.1f} %".replace(".", ",") in page


def test_every_row_of_repairs_leads_to_its_gaps(world: World, address: str) -> None:
    page = shown(address, "/repair?period=2024-03")
    (link,) = set(re.findall(r'href="(/gaps\?[^"]*cause=never_seen_locally[^"]*)"', page))
    assert "period=2024-03" in link
    gaps = words_of(shown(address, link.replace("&amp;", "&")))
    assert "3 sai lệch của 3 hồ sơ" in gaps
    assert "Xử lý sẽ đổi số liệu của: Tháng 03/2024" in gaps
    assert "0 sai lệch" in words_of(shown(address, "/gaps?cause=never_seen_locally&period=2023-03"))
    assert shown(address, "/gaps?period=2024-99").count("Xử lý sẽ đổi") == 0


def test_a_choice_of_repairs_is_an_address(address: str) -> None:
    """What is ticked comes back ticked, what is no row is nothing, and the form keeps what it was asked."""
    page = shown(address, "/repair?period=2024-03&by=cause&tick=sync_overdue&tick=no_such_cause")
    assert re.findall(r'name="tick" value="(\w+)"( checked)?', page) == [
        ("sync_overdue", " checked"),
        ("never_seen_locally", ""),
    ]
    assert "Nếu xử lý cùng lúc 1 dòng đã chọn" in page
    assert "Nếu xử lý cùng lúc" not in shown(address, "/repair?period=2024-03&tick=no_such_cause")
    assert '<input type="hidden" name="period" value="2024-03">' in page


def test_points_lost_are_told_by_cause_and_add_up(world: World, address: str) -> None:
    rows = csv_rows(address, "tonight/lost.csv?month=2024-03-01")
    lost = asked(world, "select 6 - points_now from mart.repair_gain where night = %(night)s and period_kind = 'month' "
                        "and period_start = '2024-03-01' and agency_id is null and place = 1")[0]  # fmt: skip
    assert len(rows) >= 2
    assert sum(float(row[-1]) for row in rows) == pytest.approx(float(lost))


def test_the_score_says_where_the_periods_end(world: World, address: str) -> None:
    """All dossiers are of March: the year alone has something to count, and three earlier months to foresee it by."""
    page = words_of(shown(address, "/score"))
    ends = """end_least, end_most from mart.forecast
        where night = %(night)s and measure = 'sync_received' and period_kind = 'year'"""
    least, most = asked(world, f"select {ends}")
    assert 0 < least < most < 1
    assert Words("vi").bounds(least, most) in page
    assert "chưa có số nào để tính" in page
    assert "Năm 2024: sửa xong và lên Cổng DVCQG đến hết ngày 31/12/2024" in page
    assert 'aria-label="1.4 Đồng bộ hồ sơ: hiện nay và khi kết thúc kỳ"' in shown(address, "/score")
    older = words_of(shown(address, f"/score?night={FIRST}"))
    assert "sẽ kết thúc ở mức nào" not in older, "published before outlooks were kept"


def test_two_nights_are_compared_cause_by_cause(address: str) -> None:
    page = words_of(shown(address, f"/trend?first={FIRST}"))
    assert "Thay đổi từ đêm 17/04/2024 đến đêm 19/04/2024" in page
    assert "Tỉnh chưa từng có hồ sơ này +2 +3 +1 2 3 +1" in page


def test_what_somebody_typed_is_shown_as_text(address: str) -> None:
    for path in ("/gaps?state=disputed", "/dossier?id=H37.03-240305-0005", "/gaps?q=<script>alert(2)</script>",
                 "/dossier?code=%22%3E%3Cscript%3Ealert(3)%3C/script%3E"):  # fmt: skip
        page = shown(address, path)
        assert re.findall(FOREIGN_MARKUP, page) == []
    assert "&lt;script&gt;alert(1)" in shown(address, "/dossier?id=H37.03-240305-0005")


def test_one_dossier_is_told_with_its_evidence_and_what_to_do(address: str) -> None:
    page = words_of(shown(address, "/dossier?code=H37.21.01-240301-0001"))
    assert "Khác trạng thái" in page
    assert "Tỉnh Đang xử lý (4) Cổng DVCQG Đã xử lý xong (9)" in page
    assert "Việc cần làm" in page
    assert "khác nhau" in page
    assert "Chưa nguồn nào từng cho thấy mã nowhere." in words_of(shown(address, "/dossier?code=nowhere"))


def test_a_stale_source_stands_in_words_before_the_numbers(address: str) -> None:
    page = words_of(shown(address, "/"))
    assert "Cần lưu ý trước khi đọc số" in page
    assert "Nguồn “Danh sách tải từ Cổng DVCQG” đã cũ 1 đêm." in page
    assert "national_export" not in page
    of_nights = words_of(shown(address, "/nights"))  # the engineer's: it has both names
    assert "Danh sách tải từ Cổng DVCQG national_export" in of_nights
    assert "igate" in of_nights  # no label
    assert "Cần lưu ý" not in words_of(shown(address, f"/?night={FIRST}")).split("Cổng DVCQG", 1)[0]


def test_the_language_is_switched_by_the_address_and_stays(address: str) -> None:
    session = requests.Session()
    english = session.get(f"{address}/gaps?lang=en", timeout=30)
    assert '<html lang="en">' in english.text
    assert "httponly" in english.headers["set-cookie"].lower()
    assert "samesite=lax" in english.headers["set-cookie"].lower()
    assert "Open gaps" in session.get(address, timeout=30).text
    assert "Sai lệch đang mở" in requests.get(address, timeout=30).text


def test_an_unchanged_night_is_not_sent_again(world: World, address: str) -> None:
    first = requests.get(f"{address}/gaps", timeout=30)
    again = requests.get(f"{address}/gaps", headers={"if-none-match": first.headers["etag"]}, timeout=30)
    assert (again.status_code, again.content) == (304, b"")
    other = requests.get(f"{address}/gaps?night={FIRST}", headers={"if-none-match": first.headers["etag"]}, timeout=30)
    assert other.status_code == 200
    world.rows(
        """insert into ops.gap_decision (night, pair, dossier_id, kind, detail, action, cause, basis, decided_by, decided_in)
        select night, pair, dossier_id, kind, detail, 'acknowledged', cause, basis, 'unit', 'answers'
        from mart.gap where is_latest and dossier_id = 'H37.03-240306-0006'"""
    )
    decided = requests.get(f"{address}/gaps", headers={"if-none-match": first.headers["etag"]}, timeout=30)
    assert decided.status_code == 200
    assert "Đã nhận" in decided.text
    said = [decided, requests.get(f"{address}/gaps", timeout=30)]
    assert [answer.headers["cache-status"] for answer in said] == ["page; fwd=miss", "page; hit"]


@pytest.mark.parametrize(
    "path", [*PATHS.values(), "/export/gaps/gaps.csv", "/static/x/page.css", "/nowhere", "/?night=never"]
)
def test_every_answer_says_what_the_browser_may_do(address: str, path: str) -> None:
    answer = requests.get(address + path, timeout=30)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "server" not in answer.headers or "doisoat" not in answer.headers["server"].lower()
    assert re.findall(FOREIGN_MARKUP, answer.text) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/?night=never", 400), ("/?night=0001-01-01", 400), ("/?night=2024-03-01", 404),
     ("/export/gaps/x.csv", 404),
     ("/export/nowhere/gaps.csv", 404), ("/export/gaps/gaps.exe", 404), ("/static/x/../app.py", 404), ("/gaps?page=-1", 200),
     ("/gaps?page=99999999999999999999", 200), ("/gaps?sort=1;drop", 200), ("/gaps?by=password", 200), ("/gaps?q=%00", 200),
     ("/gaps?opened_from=2024-99-99", 400), ("/gaps?" + "q=x&" * 500, 200)],
)  # fmt: skip
def test_an_odd_address_is_answered_in_words(address: str, path: str, status: int) -> None:
    answer = requests.get(address + path, timeout=30)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert "psycopg" not in answer.text
    if status != 200:
        assert "Không xem được trang này" in answer.text


def test_a_name_of_a_file_and_a_header_are_ours(address: str) -> None:
    """What an address says goes into no header, and no path leads out of the page's own files."""
    for path in ("/export/gaps/gaps%0d%0aset-cookie:%20x=1.csv", "/export/gaps/gaps%22.csv", "/export/..%2f..%2fgaps/gaps.csv",
                 "/static/x/..%2fapp.py", "/static/x/%2e%2e%2fapp.py", "/static/..%2f..%2fetc%2fpasswd",
                 "/static/x/page.css%00"):  # fmt: skip
        answer = requests.get(address + path, timeout=30)
        assert answer.status_code in (400, 404), path
        assert "set-cookie" not in answer.headers
        assert "content-disposition" not in answer.headers
        assert "import" not in answer.text
    answer = requests.get(f"{address}/export/gaps/gaps.csv?night={NIGHT}%0d%0ax:y", timeout=30)
    assert answer.status_code == 400
    assert "x" not in answer.headers
    hostile = requests.get(
        f"{address}/gaps", headers={"host": "evil.example", "x-forwarded-host": "evil.example"}, timeout=30
    )
    assert "evil.example" not in hostile.text


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_no_view_is_changed_by_any_request(address: str, method: str) -> None:
    assert requests.request(method, f"{address}/gaps", timeout=30).status_code == 405


def test_an_official_decides_and_a_unit_answers_on_its_own_gaps_alone(
    tmp_path: Path, warehouse_dsn: str, postgres_server: postgres.Server
) -> None:
    world = World(tmp_path, warehouse_dsn)
    world.run(FIRST, igate=PROVINCIAL, national_export=NATIONAL)
    gaps = dict(world.rows("select dossier_id, gap_id from mart.gap where is_latest"))
    ours, others = gaps["H37.21.01-240302-0002"], gaps["H37.03-240306-0006"]
    said = {"token": "form", "action": "noted", "reason": "Đã gọi điện cho đơn vị", "back": "cause=never_seen_locally"}
    with served(warehouse_dsn) as address:
        answer = requests.post(f"{address}/decisions", data={**said, "gap": [ours, others]}, timeout=30)
        assert (answer.status_code, urlsplit(answer.url).path) == (200, "/gaps")
        assert "Đã lưu cho 2 sai lệch." in answer.text
        for wrong, status in (
            ({"token": "guessed"}, 403), ({"token": ""}, 403), ({"action": "published"}, 404), ({"action": "done"}, 404),
            ({"reason": ""}, 400), ({"reason": "gọi 0912 345 678"}, 400), ({"action": "accepted"}, 400),
            ({"action": "accepted", "until": "2030-01-01"}, 400), ({"gap": []}, 400),
        ):  # fmt: skip
            refused = requests.post(f"{address}/decisions", data={**said, "gap": ours, **wrong}, timeout=30)
            assert refused.status_code == status, wrong
            assert "0912" not in refused.text
    with served(warehouse_dsn, OpenGate("H37.21")) as address:
        form = {"token": "form", "action": "disputed", "reason": "Hồ sơ đã rút", "gap": [ours, others]}
        assert "Đã lưu cho 1 sai lệch." in requests.post(f"{address}/decisions", data=form, timeout=30).text
        at_work = {**form, "action": "in_progress", "reason": ""}
        assert "Đã lưu cho 1 sai lệch." in requests.post(f"{address}/decisions", data=at_work, timeout=30).text
        assert requests.post(f"{address}/decisions", data={**form, "action": "accepted"}, timeout=30).status_code == 404
    stored = "select dossier_id, action, decided_by, decided_in from ops.gap_decision order by decision_id"
    assert sorted(world.rows(stored)) == [
        ("H37.03-240306-0006", "noted", "reader", "page"),
        ("H37.21.01-240302-0002", "disputed", "reader", "page"),
        ("H37.21.01-240302-0002", "in_progress", "reader", "page"),
        ("H37.21.01-240302-0002", "noted", "reader", "page"),
    ]
    with psycopg.connect(writer_of(warehouse_dsn)) as connection:
        for attempt in ("select * from mart.gap", "select * from ops.gap_decision", "delete from ops.gap_decision"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(attempt)
    with psycopg.connect(login_of(warehouse_dsn)) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select mart.decide('{}', 'noted', 'x', null, 'x', null)")
    forget_login(postgres_server.dsn(), warehouse_dsn)


def test_anonymous_readers_get_nothing_and_a_token_works_once(world: World) -> None:
    gate = TokenGate(token="once")
    with served(world.dsn, gate) as address:
        for path in (*PATHS.values(), "/export/gaps/gaps.csv"):
            answer = requests.get(address + path, timeout=30)
            assert answer.status_code == 401
            assert "H37." not in answer.text
        assert requests.get(f"{address}/?token=guessed", timeout=30).status_code == 401
        session = requests.Session()
        let_in = session.get(f"{address}/gaps?cause=x&token=once", allow_redirects=False, timeout=30)
        assert (let_in.status_code, let_in.headers["location"]) == (303, "/gaps?cause=x")
        cookie = let_in.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert session.get(f"{address}/gaps", timeout=30).status_code == 200
        assert session.get(f"{address}/?token=once", timeout=30).status_code == 200  # the same browser opens it again
        assert requests.get(f"{address}/?token=once", timeout=30).status_code == 401
        assert requests.get(address, cookies={COOKIE: "guessed"}, timeout=30).status_code == 401


def test_a_session_ends_with_the_working_day(world: World) -> None:
    now = [0.0]
    with served(world.dsn, TokenGate(token="once", clock=lambda: now[0])) as address:
        session = requests.Session()
        assert session.get(f"{address}/?token=once", timeout=30).status_code == 200
        now[0] = 12 * 3600 + 1
        assert session.get(address, timeout=30).status_code == 401


def test_who_guesses_tokens_is_stopped_and_the_reader_is_not(world: World) -> None:
    now = [0.0]
    with served(world.dsn, TokenGate(token="once", clock=lambda: now[0])) as address:
        session = requests.Session()
        assert session.get(f"{address}/?token=once", timeout=30).status_code == 200
        for guess in range(10):
            assert requests.get(f"{address}/?token={guess}", timeout=30).status_code == 401
        stopped = requests.get(f"{address}/?token=once", timeout=30)
        assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "61")
        assert session.get(f"{address}/gaps", timeout=30).status_code == 200
        now[0] = 61.0
        assert requests.get(f"{address}/?token=x", timeout=30).status_code == 401


def test_the_page_stands_where_a_proxy_puts_it(world: World) -> None:
    with served(world.dsn, root="/doisoat") as address:
        page = shown(address, "/")
        links = set(re.findall(r'href="([^"#]+)', page))
        assert links
        assert all(link.startswith("/doisoat/") for link in links)


def test_a_unit_sees_its_own_dossiers_and_no_others(world: World) -> None:
    with served(world.dsn, OpenGate("H37.21")) as address:
        assert "H37.03-" not in shown(address, "/gaps")
        assert "H37.21.0" in shown(address, "/gaps")
        assert "H37.03-" not in requests.get(f"{address}/export/gaps/gaps.csv", timeout=30).text
        assert "không có hồ sơ mang mã" in shown(address, "/dossier?id=H37.03-240305-0005")
        shown(address, "/dossier?id=H37.21.01-240301-0001")
        assert requests.get(address, timeout=30).url.startswith(f"{address}/gaps")
        for path in ("/bridge", "/changes", "/nights", "/export/bridge/entries.csv", "/export/tonight/units.xlsx"):
            shown(address, path, 404)
        assert "Sở Tư pháp" not in shown(address, "/gaps?by=owner")
        below = shown(address, "/repair?period=2024-03&by=unit")
        assert "UBND xã Quốc Khánh" in below
        for other in ("Sở Tư pháp", "H37.03", "never_seen_locally"):
            assert other not in below
        for path in ("/repair?agency=H37.03", "/repair?agency=H37", "/export/repair/repairs.csv?agency=H37"):
            shown(address, path, 404)


def test_the_page_reads_with_a_login_that_can_read_nothing_else(world: World, address: str) -> None:
    assert address
    with psycopg.connect(login_of(world.dsn)) as connection:
        assert connection.execute("show default_transaction_read_only").fetchone() == ("on",)
        for attempt in ("select * from core.dossier_record", "select * from ops.gap_decision", "set role warehouse"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(attempt)


def test_a_login_that_may_read_more_is_refused(world: World) -> None:
    reader = Reader(world.dsn, "Asia/Ho_Chi_Minh")
    with pytest.raises(ConfigurationError, match="got one that may use archive, core"):
        reader.open()
