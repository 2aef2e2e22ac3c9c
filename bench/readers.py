"""What readers of the page wait for: twenty of them at once, over loopback, while a night is run.

Each follows links as a person does: from the page before, or from the row of views at the top, a pause after each answer. So the
addresses are those that the page itself offers, of every view, filter and night. What leaves as a file is not asked for.
"""

from __future__ import annotations

import html
import random
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

READERS = 20
#: Seconds that a reader looks at an answer, on average.
PAUSE = 3.0
#: How often a reader goes to one of the views at the top and not to what the page before shows.
TO_ANOTHER_VIEW = 0.3
_DOISOAT = str(Path(sys.executable).with_name("doisoat"))
_LINK = re.compile(r'<a\s[^>]*href="([^"#]+)')
_NOT_READ = ("/static/", "/export/")
_FIRST = "tonight"


class Wait(NamedTuple):
    """How long a reader waited for an answer, and whether it was kept: else it was made, or awaited while it was."""

    seconds: float
    was_kept: bool


Waits = dict[str, list[Wait]]


def waits(environment: Mapping[str, str], work: Callable[[], object]) -> Waits:
    """The waits for every answer by the view that gave it, while `work` is done.

    Raises:
        SystemExit: the page did not start, or answered with an error.
    """
    served = subprocess.Popen(
        [_DOISOAT, "page", "--port", "0"], env=dict(environment), stdout=subprocess.PIPE, text=True
    )
    try:
        assert served.stdout is not None
        said = served.stdout.readline().strip()
        if "http" not in said:
            raise SystemExit(f"doisoat page: said {said!r} in place of its address")
        entry = said[said.index("http") :]
        first = _session()
        _answer(first, entry)
        return _walks(first, urljoin(entry, "/"), work)
    finally:
        served.terminate()
        served.wait()


def _walks(entered: requests.Session, start: str, work: Callable[[], object]) -> Waits:
    views = [start, *_links(start, _answer(entered, start).text)]
    views = list({view_of(address): address for address in views}.values())
    for (
        address
    ) in views:  # the caches of the page and of PostgreSQL are warm: the first reader of a morning is not measured
        _answer(entered, address)
    waited: Waits = defaultdict(list)
    failed: list[BaseException] = []
    is_over = threading.Event()

    def walk(number: int) -> None:
        try:
            _walk(random.Random(number), entered, views, waited, is_over)
        except BaseException as error:  # noqa: BLE001 - told by whoever waits
            failed.append(error)

    readers = [threading.Thread(target=walk, args=(number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        work()
    finally:
        is_over.set()
        for reader in readers:
            reader.join()
    if failed:
        raise SystemExit(f"a reader of the page: {failed[0]}")
    return dict(waited)


def _walk(
    chance: random.Random, entered: requests.Session, views: list[str], waited: Waits, is_over: threading.Event
) -> None:
    session = _session()
    session.cookies.update(entered.cookies)
    address = chance.choice(views)
    while not is_over.wait(chance.expovariate(1 / PAUSE)):
        began = time.perf_counter()
        answer = _answer(session, address)
        was_kept = answer.headers.get("cache-status") == "page; hit"
        waited[view_of(address)].append(Wait(time.perf_counter() - began, was_kept))
        further = _links(address, answer.text)
        address = chance.choice(views if not further or chance.random() < TO_ANOTHER_VIEW else further)


def _session() -> requests.Session:
    """As a browser: a connection that the server closed while nobody asked is opened again."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(3)))
    return session


def view_of(address: str) -> str:
    """The view that an address is of: /gaps?kind=... -> gaps."""
    return urlsplit(address).path.strip("/").split("/")[0] or _FIRST


def _answer(session: requests.Session, address: str) -> requests.Response:
    answer = session.get(address, timeout=120)
    if answer.status_code != 200:
        raise SystemExit(f"{address}: answered {answer.status_code}")
    return answer


def _links(address: str, text: str) -> list[str]:
    """The addresses of other views that a page offers, in its order."""
    here = urlsplit(address)
    found = (urlsplit(urljoin(address, html.unescape(link))) for link in _LINK.findall(text))
    return [
        link.geturl()
        for link in found
        if (link.scheme, link.netloc) == (here.scheme, here.netloc) and not link.path.startswith(_NOT_READ)
    ]
