"""The page within Airflow: protected by its login and rights, made when it is first asked for.

A plugin is imported by every process of Airflow, also by those that run one task: nothing of the page is until somebody reads it.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doisoat.connections import Connection
    from fastapi import FastAPI

log = logging.getLogger(__name__)
#: Where the page is below Airflow's own address, and its place in the navigation; relative, so that a proxy may add to it.
PREFIX = "/doisoat"
MOUNTED = {"url_prefix": PREFIX, "name": "Đối Soát"}
IN_NAVIGATION = {
    "name": "Đối Soát",
    "href": PREFIX.removeprefix("/") + "/",
    "destination": "nav",
    "url_route": "doi-soat",
    "nav_top_level": True,
}
Message = MutableMapping[str, Any]


class PageWhenAsked:
    """An ASGI app that becomes the page at its first request; as long as it cannot, it answers 503 and the log says why."""

    def __init__(self, make: Callable[[], FastAPI] | None = None) -> None:
        self._make = make or _page
        self._app: FastAPI | None = None
        self._lock = asyncio.Lock()

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Answer."""
        from doisoat.errors import DoisoatError

        try:
            async with self._lock:
                if self._app is None:
                    self._app = await asyncio.to_thread(self._make)
        except DoisoatError as error:
            log.error("the page cannot be shown: %s", error)
            await _unavailable(send)
            return
        await self._app(scope, receive, send)


async def _unavailable(send: Callable[[Message], Awaitable[None]]) -> None:
    text = "Đối Soát: trang chưa sẵn sàng; nhật ký của Airflow cho biết lý do. / The page is not ready; Airflow's log says why.\n"
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 503, "headers": kind})
    await send({"type": "http.response.body", "body": text.encode()})


def _page() -> FastAPI:
    """The page of this Airflow's province."""
    from doisoat.province.site import Site
    from page.app import make_app
    from page.serving import page_of

    from orchestration.page_gate import DEPENDENCIES, AirflowsGate

    site = Site.from_environment(_connection)
    page = page_of(site, AirflowsGate(site.settings.page), airflow="")
    page.reader.open()  # a mounted app is not told when it starts
    return make_app(page, dependencies=DEPENDENCIES)


def _connection(connection_id: str) -> Connection:
    """The connection with that id, in the API server: from the environment, or as an operator entered it."""
    from doisoat.connections import connection_from_environment

    name = f"AIRFLOW_CONN_{connection_id.upper()}"
    if name in os.environ or "DOISOAT_CONNECTIONS" in os.environ:
        return connection_from_environment(connection_id)
    from airflow.models.connection import Connection as Stored

    try:
        stored = Stored.get_connection_from_secrets(connection_id)
    except Exception:  # noqa: BLE001 - whatever a secrets backend raises: the message says what is asked for
        return connection_from_environment(connection_id)
    return connection_from_environment(connection_id, {name: stored.as_json()})
