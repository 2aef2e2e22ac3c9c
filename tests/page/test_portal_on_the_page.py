"""What the portal publishes, as the page shows it: the score board as published, and where the province stands among all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import requests
from doisoat.province.provinces import portal_provinces
from standalone import postgres
from support import portal_world
from support.page_served import forget_login, served

MONTH = "2026-02"
#: Enough of them to be ranked.
SOME = tuple(one for one in portal_provinces() if one.code in ("H37", "H01", "H05", "H12", "H13", "H17"))
OF_MONTH = "is_latest and period_kind = 'month' and period_start = '2026-02-01'"


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> str:
    portal_world.make(tmp_path_factory.mktemp("portal"), shared_warehouse_dsn, chosen=SOME)
    return shared_warehouse_dsn


@pytest.fixture(scope="module")
def address(dsn: str, postgres_server: postgres.Server) -> Iterator[str]:
    with served(dsn) as found:
        yield found
    forget_login(postgres_server.dsn(), dsn)


def rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchall()


def shown(address: str, path: str) -> str:
    answer = requests.get(address + path, timeout=30)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def column(page: str, table: str, place: int) -> list[str]:
    """A column of a table, as read."""
    (body,) = re.findall(rf'<table class="t-{table}.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    lines = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [
        words_of(re.sub(r"<small>.*?</small>", "", re.findall(r"<td.*?</td>", line, re.DOTALL)[place])).strip()
        for line in lines
    ]


def written(value: Any, places: int = 2) -> str:
    return "không công bố" if value is None else f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))


def test_the_board_shows_each_score_as_published_beside_what_it_follows_from(address: str, dsn: str) -> None:
    published = {
        metric or group: (score, most, recomputed)
        for group, metric, score, most, recomputed in rows(
            dsn, f"""select coalesce(group_code, score_group), metric, score, max_score, recomputed
            from mart.portal_score where {OF_MONTH} and agency_id is null"""
        )
    }  # fmt: skip
    assert len(published) > 20
    page = shown(address, f"/score/board?period={MONTH}")
    (body,) = re.findall(r'<table class="t-board.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    codes = re.findall(r"<small>([A-Z_0-9a-z-]+)", body)
    cells = list(zip(column(page, "board", 1), column(page, "board", 2), column(page, "board", 5), strict=True))
    assert len(cells) == len(published)
    by_code = dict(zip([code for code in codes if code in published], cells, strict=True))
    for code, (score, most, recomputed) in published.items():
        told = "không tính lại được" if recomputed is None else written(recomputed)
        assert by_code[code] == (written(score), written(most), told), code
    assert any(score is None for score, *_ in published.values()), "null is there, and is not 0"


def test_the_units_are_sorted_by_the_address_both_ways(address: str, dsn: str) -> None:
    progress = [
        row[0]
        for row in rows(dsn, f"""select score from mart.portal_score
            where {OF_MONTH} and agency_id is not null and group_code = 'TDGQ' and metric = ''""")
    ]  # fmt: skip
    down = column(shown(address, f"/score/board?period={MONTH}&sort=-tdgq"), "units", 2)
    known = [written(score) for score in sorted((one for one in progress if one is not None), reverse=True)]
    assert down[: len(known)] == known
    page = shown(address, f"/score/board?period={MONTH}&sort=tdgq")
    assert column(page, "units", 2)[: len(known)] == known[::-1]
    assert 'aria-sort="ascending"' in page
    assert "sort=-tdgq" in page, "the other way round is one click away"
    unit = re.findall(r'agency=([^&"]+)', page)[0]
    of_unit = shown(address, f"/score/board?period={MONTH}&agency={unit}")
    assert 'class="t-board' in of_unit
    assert 'class="t-units' not in of_unit


def test_the_portals_counts_of_what_was_received_stand_side_by_side(address: str, dsn: str) -> None:
    ((total, channel),) = rows(
        dsn, f"select total_received, channel_total from mart.portal_received where {OF_MONTH} and agency_id is null"
    )
    page = words_of(shown(address, f"/score/board?period={MONTH}"))
    assert f"Báo cáo tiến độ totalReceived {written(total, 0)}" in page
    assert f"Cộng theo kênh nộp channelTotalSum {written(channel, 0)}" in page


def test_where_the_province_stands_is_said_in_words_and_group_by_group(address: str, dsn: str) -> None:
    ((place, provinces, score, to_next),) = rows(
        dsn, f"""select place, provinces, score, to_next_place from mart.province_standing
        where {OF_MONTH} and group_code = 'total' and metric = '' and province_code = 'H37'"""
    )  # fmt: skip
    page = words_of(shown(address, f"/score/provinces?period={MONTH}"))
    assert f"Lạng Sơn đứng thứ {place} trong {provinces} tỉnh, với {written(score)} điểm" in page
    if to_next is not None:
        assert f"Còn {written(to_next)} điểm đến hạng trên." in page
    assert "Từng nhóm của tỉnh" in page
    for group in ("Công khai, minh bạch", "Tiến độ giải quyết", "Số hóa hồ sơ", "Thanh toán trực tuyến"):
        assert group in page


def test_the_provinces_are_sorted_by_the_address_and_ours_is_marked(address: str, dsn: str) -> None:
    def names(order: str) -> list[str]:
        return [row[0] for row in rows(
            dsn, f"""select province_name from mart.province_standing
            where {OF_MONTH} and group_code = 'total' and metric = '' order by {order}"""
        )]  # fmt: skip

    assert column(shown(address, f"/score/provinces?period={MONTH}"), "provinces", 1) == names("place, province_code")
    page = shown(address, f"/score/provinces?period={MONTH}&sort=-name")
    assert column(page, "provinces", 1) == names("province_name desc")
    assert page.count('<tr class="ours">') == 1
    assert "tỉnh nhà" in page
    assert 'class="stroke"' in page, "the places of both months are drawn"
    shown(address, f"/score/provinces?period={MONTH}&sort=1;drop")


def test_a_comparison_between_two_nights_is_seen_at_once(address: str, dsn: str) -> None:
    """The answer is no part of a night: what was kept of it would be old."""
    path = f"{address}/score/provinces?period={MONTH}"
    first = requests.get(path, timeout=30)
    again = requests.get(path, headers={"if-none-match": first.headers["etag"]}, timeout=30)
    assert again.status_code == 304
    with psycopg.connect(dsn) as connection:
        connection.execute("update ops.province_pull set province_name = 'Tỉnh thử' where province_code = 'H12'")
    changed = requests.get(path, headers={"if-none-match": first.headers["etag"]}, timeout=30)
    assert (changed.status_code, "Tỉnh thử" in changed.text) == (200, True)


def test_board_and_ranks_leave_as_files(address: str) -> None:
    for path in ("board/board", "board/units", "board/received", "ranks/own", "ranks/provinces"):
        for form in ("csv", "xlsx"):
            answer = requests.get(f"{address}/export/{path}.{form}?period={MONTH}", timeout=30)
            assert answer.status_code == 200, (path, form)
            assert len(answer.content) > 100
