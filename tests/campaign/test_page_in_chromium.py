"""The page in a real Chromium, on the warehouse of the sandbox's nights: each view in both languages, wide and narrow.

Needs Debian's `chromium`; CHROMIUM names another one. Screenshots are left in build/page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from doisoat.warehouse import connect
from playwright.sync_api import Browser
from standalone import postgres
from support import nights_against_key as against
from support.chromium import SHOTS, Watched, chromium, needs_chromium
from support.page_served import forget_login, served
from support.provinces import CONFIG

VIEWS = ("/", "/repair", "/repair?by=unit&period=2024", "/gaps", "/gaps?by=owner&cause=sync_overdue", "/units", "/bridge",
         "/changes", "/trend", "/ministries", "/score", "/nights", "/dossier", "/dossier?id={dossier}", "/nowhere")  # fmt: skip
pytestmark = needs_chromium


@pytest.fixture(scope="module")
def address(
    tmp_path_factory: pytest.TempPathFactory, shared_warehouse_dsn: str, postgres_server: postgres.Server
) -> Iterator[str]:
    """The page on three nights of about 2,000 dossiers."""
    home = tmp_path_factory.mktemp("nights")
    with against.served(home / "sandbox", 2000) as sandbox:
        site = against.site_of(CONFIG / "lang_son.yaml", home, shared_warehouse_dsn, sandbox.connections())
        for night in against.NIGHTS:
            against.run_night(site, sandbox, night)
    with served(shared_warehouse_dsn) as found:
        yield found
    forget_login(postgres_server.dsn(), shared_warehouse_dsn)


@pytest.fixture(scope="module")
def dossier(address: str, shared_warehouse_dsn: str) -> str:
    """A dossier of which values differ."""
    with connect(shared_warehouse_dsn) as connection:
        row = connection.execute("select dossier_id from mart.gap where is_latest and is_difference limit 1").fetchone()
    return str(row[0])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_view_fits_and_asks_nobody_else(
    browser: Browser, address: str, dossier: str, language: str, width: int
) -> None:
    tab = Watched(browser, width)
    for view in VIEWS:
        path = view.format(dossier=dossier)
        page = tab.open(address + path + ("&" if "?" in path else "?") + f"lang={language}")
        page.screenshot(path=SHOTS / f"{_named(view)}-{language}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (view, "is wider than the screen")
        assert page.locator("html").get_attribute("lang") == language
    assert tab.hosts == {urlsplit(address).netloc}
    assert [said for said in tab.said if "404" not in said] == []  # /nowhere is not there, and Chromium says so
    tab.page.close()


def test_nothing_serious_stands_in_the_way_of_anybody(browser: Browser, address: str, dossier: str) -> None:
    """axe-core, which the test injects: our own policy would not let it in."""
    for width in (1400, 390):
        tab = Watched(browser, width, bypass_csp=True)
        for view in VIEWS:
            page = tab.open(address + view.format(dossier=dossier))
            found = Axe().run(page).response["violations"]
            serious = [
                (view, one["id"], one["nodes"][0]["html"][:200])
                for one in found
                if one["impact"] in ("serious", "critical")
            ]
            assert serious == []
        tab.page.close()


def test_a_morning_by_keyboard_alone(browser: Browser, address: str) -> None:
    """From the first page over a filter to one dossier, without a mouse."""
    page = Watched(browser, 1400).open(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator(".views a", has_text="Sai lệch").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/gaps\?"))
    page.locator("#cause").focus()
    page.keyboard.press("ArrowDown")
    page.locator(".filters .go button").press("Enter")
    page.wait_for_url(re.compile(r"cause=\w"))
    shown = page.locator(".chosen b").first.inner_text()
    page.locator(".t-gaps tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/dossier\?"))
    assert shown.split(" (")[0] in page.locator("main").inner_text()
    page.close()


def test_a_file_leaves_and_a_page_prints(browser: Browser, address: str, tmp_path: Path) -> None:
    page = Watched(browser, 1400).open(f"{address}/gaps")
    with page.expect_download() as download:
        page.locator(".t-gaps").locator("xpath=ancestor::section").get_by_text("XLSX").click()
    file = tmp_path / "gaps.xlsx"
    download.value.save_as(file)
    assert file.read_bytes().startswith(b"PK")
    printed = page.pdf(path=SHOTS / "gaps.pdf", format="A4")
    assert printed.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator(".views").is_visible()
    page.close()


@pytest.mark.parametrize("width", [1400, 390])
def test_repairs_are_chosen_without_a_script(browser: Browser, address: str, width: int) -> None:
    """Two rows ticked and tried: what both gain together, at an address that says so; then printed without its form."""
    tab = Watched(browser, width, java_script_enabled=False)
    page = tab.open(f"{address}/repair?period=2024")
    boxes = page.locator(".t-repairs input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.locator("#what-if button").click()
    page.wait_for_url(re.compile(r"/repair\?.*tick=\w+&tick=\w+"))
    assert page.locator(".t-repairs input:checked").count() == 2
    assert "2" in page.locator(".what-if h2").inner_text()
    page.screenshot(path=SHOTS / f"repair-ticked-vi-{width}.png", full_page=True)
    page.locator(".t-repairs td a").first.click()
    page.wait_for_url(re.compile(r"/gaps\?.*cause="))
    assert page.locator(".t-gaps tbody tr").count() > 0
    page.go_back()
    page.emulate_media(media="print")
    assert not page.locator("#what-if").is_visible()
    assert page.locator(".what-if").is_visible()
    page.pdf(path=SHOTS / f"repair-{width}.pdf", format="A4")
    page.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_views_the_search_and_the_language_stand_on_one_line(browser: Browser, address: str, language: str) -> None:
    page = Watched(browser, 1400).open(f"{address}?lang={language}")
    tops = [page.locator(f".top {part}").bounding_box() for part in (".brand", ".views", ".find", ".language")]
    middles = [box["y"] + box["height"] / 2 for box in tops if box]
    assert len(middles) == 4
    assert max(middles) - min(middles) < 6
    page.locator(".night a", has_text={"vi": "Các đêm", "en": "Nights"}[language]).click()
    page.wait_for_url(re.compile(r"/nights\?"))
    page.locator("footer a").click()
    page.wait_for_url(re.compile(r"/uses\?"))
    page.close()


def test_a_bar_leads_to_its_dossiers(browser: Browser, address: str) -> None:
    page = Watched(browser, 1400).open(address)
    page.locator(".chart.wide a").nth(1).click()
    page.wait_for_url(re.compile(r"/bridge\?.*cause="))
    assert page.locator(".t-entries tbody tr").count() > 0
    page.close()


def _named(view: str) -> str:
    return re.sub(r"\W+", "-", view.replace("{dossier}", "one")).strip("-") or "tonight"
