"""Just enough HTTP over ASGI: a request read completely, an answer of bytes, and an answer that is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
JSON = b"application/json;charset=UTF-8"


@dataclass(slots=True)
class Request:
    """A request with its body."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes

    def query(self) -> dict[str, str]:
        """Query parameters, the last of equal names."""
        return {key: values[-1] for key, values in parse_qs(self.query_string, keep_blank_values=True).items()}

    def form(self) -> dict[str, str]:
        """Fields of a form body."""
        text = self.body.decode("utf-8", "replace")
        return {key: values[-1] for key, values in parse_qs(text, keep_blank_values=True).items()}

    def json(self) -> dict[str, Any]:
        """A JSON object body.

        Raises:
            BadRequest: the body is not a JSON object.
        """
        try:
            decoded = msgspec.json.decode(self.body or b"{}")
        except msgspec.DecodeError:
            raise BadRequest("the body is not JSON") from None
        if not isinstance(decoded, dict):
            raise BadRequest("the body is not a JSON object")
        return decoded


@dataclass(slots=True)
class Answer:
    """An answer.

    Attributes:
        sent_share: below 1, it is cut off after that share of the body.
        stream: sent instead of the body, piece by piece and without a length.
    """

    status: int = 200
    body: bytes = b""
    content_type: bytes = JSON
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    sent_share: float = 1.0
    stream: Iterator[bytes] | None = None


class BadRequest(Exception):
    """Raised when a request cannot be understood; the message is returned with status 400."""


def json_answer(content: Any, status: int = 200) -> Answer:
    """An answer whose body is the content as JSON."""
    return Answer(status, msgspec.json.encode(content))


async def read(scope: Scope, receive: Receive) -> Request:
    """Read the whole request."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    return Request(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers, bytes(body))


async def write(answer: Answer, date: bytes, send: Send) -> None:
    """Send an answer with the given Date header; a cut-off one is left unfinished, so the server closes the connection."""
    head = [(b"content-type", answer.content_type), (b"date", date), *answer.headers]
    if answer.stream is not None:
        await send({"type": "http.response.start", "status": answer.status, "headers": head})
        for piece in answer.stream:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    head.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": head})
    cut = answer.sent_share < 1
    body = answer.body[: int(len(answer.body) * answer.sent_share)] if cut else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": cut})
