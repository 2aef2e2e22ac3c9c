"""Airflow's page shows times in the province's zone, until somebody chooses another one on it.

Airflow 3.3 has no setting for this: its page takes the zone of each browser, which on an engineer's machine is often UTC, and
keeps what a person chooses in the browser's storage under `timezone`. So the page that Airflow sends gets one line of script,
which puts the province's zone there if nothing is there yet.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_HEAD = b"<head>"


def provinces_zone() -> str | None:
    """The zone of the province file; None if that cannot be read: the Dags say why, and the page is needed to see it."""
    from doisoat.errors import DoisoatError

    from orchestration.site import province

    try:
        return province().province.timezone
    except DoisoatError as error:
        log.warning("the page shows times in the browser's zone: %s", error)
        return None


class ProvincesZone:
    """An ASGI middleware around Airflow's page.

    Args:
        app: what it is around.
        zone: gives the zone, asked when the first page is sent.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], zone: Callable[[], str | None] = provinces_zone) -> None:
        self._app, self._zone, self._script = app, zone, b""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let everything pass as it is, and a page with one line more."""
        headers = dict(scope.get("headers", ()))
        if scope["type"] != "http" or scope["method"] != "GET" or b"text/html" not in headers.get(b"accept", b""):
            await self._app(scope, receive, send)
            return
        # a page that was compressed on its way to us could not be written into
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
        await self._app(scope, receive, _Page(send, self._line).send)

    def _line(self) -> bytes:
        if not self._script and (zone := self._zone()):
            value = json.dumps(json.dumps(zone))  # the page keeps JSON there
            self._script = f"<script>localStorage.timezone ??= {value}</script>".encode()
        return self._script


class _Page:
    """One answer: held back until it is whole if it is HTML."""

    def __init__(self, send: Send, line: Callable[[], bytes]) -> None:
        self._send, self._line = send, line
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """Take the next part of the answer."""
        if message["type"] == "http.response.start" and b"text/html" in dict(message["headers"]).get(
            b"content-type", b""
        ):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        body = self._body.replace(_HEAD, _HEAD + self._line(), 1)
        headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
        await self._send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self._send({"type": "http.response.body", "body": body})
