"""Ten tasks of an official's morning (docs/morning.md), each done in a real Chromium from the first page on, by clicks alone.

Besides: what scripts add, and the views of the portal's scores, wide and narrow. Screenshots and prints are left in build/page.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from doisoat.nights import steps
from playwright.sync_api import Browser, Page
from standalone import postgres
from support import nights_against_key as against
from support import portal_world
from support.chromium import SHOTS, Watched, chromium, needs_chromium
from support.page_served import forget_login, served
from support.provinces import CONFIG
from support.sandboxes import StandingClock, serve

NIGHT = against.NIGHTS[-1]
#: Did not answer on the last night.
SILENT, CALLED = "driving_licence", "Giấy phép lái xe"
VIEWS = ("/units", "/units?agency={unit}", "/units/compare?agency={unit}", "/units/compare?agency={unit}&with={other}",
         "/score/board", "/score/provinces", "/score/provinces?sort=-tdgq")  # fmt: skip
pytestmark = needs_chromium


def a_night(site: against.Site, sandbox: against.Sandbox, night: dt.date, silent: str | None) -> None:
    """Every step of a night, in which one source may be silent."""
    sandbox.set_clock(dt.datetime.combine(night + dt.timedelta(days=1), dt.time(1), against.LOCAL))
    steps.open_night(site, night, run_id="test")
    for source_id in site.settings.pulled:
        if source_id != silent:
            steps.collect_source(site, night, source_id)
    steps.load_night(site, night)
    steps.check_night(site, night, stage="inputs")
    for source_id in site.settings.asked:
        steps.look_up_source(site, night, source_id)
    steps.reconcile_night(site, night)
    steps.check_night(site, night, stage="results")
    steps.publish_night(site, night)


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str) -> str:
    """Three nights, a source that is silent on the last, a unit that answered, and all provinces compared."""
    home = tmp_path_factory.mktemp("morning")
    with against.served(home / "sandbox", 1500) as sandbox:
        site = against.site_of(CONFIG / "lang_son.yaml", home, shared_warehouse_dsn, sandbox.connections())
        for night in against.NIGHTS:
            a_night(site, sandbox, night, SILENT if night == NIGHT else None)
    with serve("a", 300, portal_world.NIGHT, clock=StandingClock) as portal:
        portal_world.compare_all(portal_world.site_of(portal.url, home / "portal", shared_warehouse_dsn))
    with psycopg.connect(shared_warehouse_dsn) as connection:
        connection.execute(
            """insert into ops.gap_decision (night, pair, dossier_id, kind, detail, action, reason, cause, basis,
                decided_by, decided_in)
            select night, pair, dossier_id, kind, detail, 'disputed', 'Hồ sơ đã rút ngày 18/4', cause, basis, owner_id, 'answers'
            from mart.gap where is_latest and owner_id = (
                select owner_id from mart.gap where is_latest and owner_id <> 'unknown' group by 1 order by count(*) desc limit 1
            ) order by gap_id limit 3"""
        )
    return shared_warehouse_dsn


@pytest.fixture(scope="module")
def address(dsn: str, postgres_server: postgres.Server) -> Iterator[str]:
    with served(dsn) as found:
        yield found
    forget_login(postgres_server.dsn(), dsn)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The first page, as an official opens it; nothing went wrong in the tab until the end."""
    tab = Watched(browser)
    yield tab.open(address)
    assert tab.said == []
    assert tab.hosts == {urlsplit(address).netloc}
    tab.page.close()


def one(dsn: str, query: str) -> tuple[object, ...]:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row


def main_text(page: Page) -> str:
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def test_1_which_unit_must_send_what_by_when(page: Page, dsn: str) -> None:
    """Tonight: the units' table names the first term of each; its number leads to what is not answered yet."""
    row = page.locator(".t-units tbody tr").first
    unit = row.locator("td").first.inner_text()
    assert re.search(r"\d\d/\d\d/2024", row.inner_text())
    row.locator("td", has=page.locator("a")).nth(2).locator("a").click()
    page.wait_for_url(re.compile(r"/gaps\?.*state=open"))
    assert unit in page.locator(".chosen").inner_text()
    with page.expect_download() as download:
        page.locator("section", has=page.locator("#t-gaps")).get_by_text("XLSX").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_2_why_the_portal_and_the_province_differ(page: Page, dsn: str) -> None:
    """The sentence says by how much and what most of it is; a bar of the waterfall leads to dossiers, and one of them to why."""
    (difference,) = one(dsn, "select abs(difference_declared) from mart.bridge where is_latest")
    assert f"{difference:,}".replace(",", ".") in page.locator("h1").inner_text()
    page.locator(".chart.wide a").nth(1).click()
    page.wait_for_url(re.compile(r"/bridge\?.*cause="))
    page.locator(".t-entries tbody a").first.click()
    page.wait_for_url(re.compile(r"/dossier\?"))
    assert "Vì sao" in main_text(page)
    assert "Việc cần làm" in main_text(page)


def test_3_what_moved_since_yesterday(page: Page, dsn: str) -> None:
    (opened,) = one(dsn, f"select count(*) from mart.gap_event where night = '{NIGHT}' and event = 'opened'")
    page.locator(".moves a.opened").click()
    page.wait_for_url(re.compile(r"/changes\?.*event=opened"))
    assert f"trong {opened:,}".replace(",", ".") in main_text(page)
    page.locator(".views a", has_text="Diễn biến").click()
    page.wait_for_url(re.compile(r"/trend"))
    assert "Thay đổi từ đêm 18/04/2024 đến đêm 19/04/2024" in main_text(page)


def test_4_what_a_unit_answered(page: Page) -> None:
    page.locator(".views a", has_text="Sai lệch").click()
    page.locator("#state").select_option("disputed")
    page.locator(".filters .go button").click()
    page.wait_for_url(re.compile(r"state=disputed"))
    assert page.locator(".t-gaps tbody tr").count() == 3
    assert "Hồ sơ đã rút ngày 18/4" in page.locator(".t-gaps tbody").inner_text()


def test_5_print_the_page_for_the_meeting(page: Page) -> None:
    sentence = page.locator("h1").inner_text()
    printed = page.pdf(path=SHOTS / "morning-tonight.pdf", format="A4")
    assert printed.startswith(b"%PDF")
    page.emulate_media(media="print")
    for screen_only in (".views", ".find", ".take", ".tip"):
        assert not page.locator(screen_only).first.is_visible(), screen_only
    assert page.locator("h1").inner_text() == sentence
    assert page.locator(".chart.wide svg").first.is_visible()


def test_6_which_source_is_stale(page: Page) -> None:
    note = page.locator(".notes a", has_text=CALLED)
    assert "đã cũ 1 đêm" in note.inner_text()
    note.click()
    page.wait_for_url(re.compile(r"/nights.*#sources"))
    row = page.locator("#sources tr", has_text=SILENT)  # under what it is called
    assert CALLED in row.inner_text()
    assert "Đã cũ" in row.inner_text()
    assert row.locator("td.warn").count() > 0


def test_7_what_a_repair_gains(page: Page) -> None:
    """What each cause costs stands where the score is asked about, with what it gains when it is repaired."""
    page.locator(".views a", has_text="Việc cần làm").click()
    page.wait_for_url(re.compile(r"/repair"))
    assert page.locator(".t-repairs tbody tr").count() > 0
    costs = page.locator(".t-repairs td:has(.inbar)", has_text="−").count() > 0
    assert (page.locator(".t-repairs .inbar.less").count() > 0) == costs
    assert ("Số âm" in page.locator("main").inner_text()) == costs
    page.locator(".t-repairs tbody input[name=tick]").first.check()
    page.locator("#what-if button").first.click()
    page.wait_for_url(re.compile(r"tick="))
    assert "Nếu xử lý cùng lúc 1 dòng đã chọn" in page.locator("main").inner_text()


def test_8_where_we_stand_among_provinces(page: Page, dsn: str) -> None:
    page.locator(".views a", has_text="Chỉ số 766").click()
    page.locator(".tabs a", has_text="Xếp hạng các tỉnh").click()
    page.wait_for_url(re.compile(r"/score/provinces"))
    place, provinces = one(
        dsn,
        """select place, provinces from mart.province_standing where is_latest and period_kind = 'month'
        and period_start = '2026-02-01' and group_code = 'total' and metric = '' and province_code = 'H37'""",
    )
    assert f"Lạng Sơn đứng thứ {place} trong {provinces} tỉnh" in page.locator("h1").inner_text()
    assert page.locator(".t-provinces tbody tr").count() == 34
    page.locator(".t-provinces thead a", has_text="Thanh toán").click()
    page.wait_for_url(re.compile(r"sort=-tttt"))
    assert page.locator(".t-provinces th[aria-sort=descending]").inner_text().startswith("Thanh toán")
    assert page.locator(".t-provinces tr.ours").count() == 1


def test_9_the_story_of_one_dossier(page: Page, dsn: str) -> None:
    (code,) = one(
        dsn,
        """select dossier_id from mart.gap where is_latest and kind = 'status' and pair = 'national_provincial'
        and dossier_id like 'H37%' order by 1 limit 1""",
    )
    page.locator("#find").fill(str(code))
    page.locator(".find button").click()
    page.wait_for_url(re.compile(r"/dossier\?"))
    assert str(code) in main_text(page)
    assert page.locator(".timeline li").count() > 0
    assert page.locator(".sides .differs").count() > 0


def test_10_send_a_colleague_this_exact_list(page: Page, browser: Browser) -> None:
    page.locator(".views a", has_text="Sai lệch").click()
    page.locator("#cause").select_option(index=1)
    page.locator("#sort").select_option("dossier")
    page.locator(".filters .go button").click()
    page.wait_for_url(re.compile(r"cause=\w"))
    page.locator(".ages a").first.click()
    page.wait_for_url(re.compile(r"age=7"))
    rows = page.locator(".t-gaps tbody tr td:first-child").all_inner_texts()
    assert rows
    colleague = Watched(browser, 1400)
    assert colleague.open(page.url).locator(".t-gaps tbody tr td:first-child").all_inner_texts() == rows
    colleague.page.close()


def test_a_picture_for_the_readme(browser: Browser, address: str) -> None:
    """As docs/page.png has it: the first page, small."""
    tab = Watched(browser, device_scale_factor=960 / 1400)
    picture = tab.open(f"{address}/?lang=vi").screenshot(path=SHOTS / "readme.png")
    assert len(picture) < 200_000
    tab.page.close()


def test_a_mark_tells_what_it_is_and_a_course_can_be_looked_into(browser: Browser, address: str) -> None:
    """Under the page's own policy: no eval, no inline style, nobody else asked; a policy that was broken would be told here."""
    tab = Watched(browser)
    page = tab.open(address)
    mark = page.locator(".chart.wide a path").nth(1)
    mark.hover()
    assert page.locator(".tip.shown").inner_text() == mark.get_attribute("aria-label")
    page.keyboard.press("Escape")
    assert not page.locator(".tip.shown").is_visible()
    page.goto(f"{address}/trend")
    course = page.locator("[data-course]:visible").last
    course.scroll_into_view_if_needed()
    course.hover()
    page.wait_for_selector(".chart.drawn svg")
    box = course.bounding_box()
    assert box is not None
    for share in (0.3, 0.5, 0.7):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.6)
    page.wait_for_selector(".tip.shown")
    assert re.search(r", \d\d/20\d\d: ", page.locator(".tip").inner_text())
    page.screenshot(path=SHOTS / "trend-looked-into.png", full_page=True)
    assert tab.said == []
    assert tab.hosts == {urlsplit(address).netloc}
    tab.page.close()


def test_without_scripts_all_is_there_but_tooltips(browser: Browser, address: str) -> None:
    tab = Watched(browser, java_script_enabled=False)
    page = tab.open(f"{address}/trend")
    assert page.locator("[data-course]:visible svg").count() >= 2
    assert page.locator(".tip").count() == 0
    assert tab.said == []
    tab.page.close()


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_units_side_by_side_and_ranks_fit(browser: Browser, address: str, dsn: str, language: str, width: int) -> None:
    tab = Watched(browser, width)
    fits(tab, address, dsn, language, VIEWS)
    tab.page.close()


def fits(tab: Watched, address: str, dsn: str, language: str, views: tuple[str, ...]) -> None:
    """Each view is no wider than the screen, and nothing went wrong in it."""
    units = one(dsn, "select array_agg(agency_id order by agency_id) from mart.dim_agency where level = 'district'")[0]
    assert isinstance(units, list)
    width = tab.page.viewport_size["width"] if tab.page.viewport_size else 0
    for view in views:
        path = view.format(unit=units[0], other=units[1])
        page = tab.open(address + path + ("&" if "?" in path else "?") + f"lang={language}")
        name = re.sub(r"\W+", "-", view).strip("-")
        page.screenshot(path=SHOTS / f"{name}-{language}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (view, "is wider than the screen")
    assert tab.said == []


def test_the_score_board_is_shown_to_everybody(
    browser: Browser, tmp_path: Path, warehouse_dsn: str, postgres_server: postgres.Server
) -> None:
    """A night in which the portal's statistics alone answered: its board, what else is not known, and no serious finding."""
    portal_world.make(tmp_path, warehouse_dsn)
    with served(warehouse_dsn) as address:
        for width in (1400, 390):
            tab = Watched(browser, width, bypass_csp=True)
            for view in (
                "/",
                "/score/board",
                "/score/board?sort=-tdgq",
                "/score/provinces",
                "/units",
                "/score",
                "/nights",
            ):
                page = tab.open(address + view)
                page.screenshot(path=SHOTS / f"portal{re.sub(r'[^a-z]+', '-', view)}-{width}.png", full_page=True)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, view
                found = Axe().run(page).response["violations"]
                assert [one for one in found if one["impact"] in ("serious", "critical")] == [], view
            page = tab.open(f"{address}/score/board")
            page.pdf(path=SHOTS / f"portal-board-{width}.pdf", format="A4", landscape=True)
            tab.page.close()
    forget_login(postgres_server.dsn(), warehouse_dsn)
