"""A real Chromium for tests of the page (Debian's `chromium`; CHROMIUM names another), and what went wrong in a tab."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
#: Screenshots are left here, to be looked at.
SHOTS = Path(__file__).parents[2] / "build" / "page"
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: apt-get install chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser, until the block ends."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class Watched:
    """A tab, and what went wrong in it."""

    def __init__(self, browser: Browser, width: int = 1400, **settings: Any) -> None:
        self.page: Page = browser.new_page(viewport={"width": width, "height": 900}, **settings)
        self.said: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def open(self, address: str) -> Page:
        self.page.goto(address)
        return self.page
