"""A server that stands between us and the sandbox and misbehaves at random, as its generator draws it.

Every attack takes a good answer and writes something else on the connection: below HTTP, in its head, in the JSON, in how it
is encoded, or in when it comes. The faults that the sandbox itself can switch on are drawn beside these (hostile_nights.py).
"""

from __future__ import annotations

import dataclasses
import http.client
import json
import random
import socket
import struct
import threading
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.hostile_values import BODIES, COMMANDS, PERSONS, VALUES
from support.raw_servers import chunk, head

_NUMBERS = (-1, 0, 2**31, 2**63, 10**15 + 1, 10**20, 10**400, 1e308, -0.0, 0.1)
_DAYS = (
    "0000-00-00", "2024-02-30", "30/02/2024", "31/12/9999 23:59:59", "2024-03-05T08:00:00+99:99", "1582-10-10T00:00:00Z",
    "2024-03-05T24:00:00", "05-13-2024", "-62135596800000", "1900-01-01T00:00:00+00:00:01", "٠٥/٠٣/٢٠٢٤",
)  # fmt: skip
_STATUSES = (
    b"101 Switching", b"204 No Content", b"206 Partial", b"304 Not Modified", b"400 Bad", b"401 Who", b"403 No", b"404 None",
    b"409 Conflict", b"418 Teapot", b"429 Slow", b"500 Broken", b"503 Away", b"999 What", b"2000 Much", b"-1 Less",
)  # fmt: skip
_HEADERS = (
    b"Retry-After: 99999999999", b"Retry-After: -1", b"Retry-After: Wed, 99 Foo 0000", b"Location: http://elsewhere.invalid/",
    b"Content-Encoding: gzip", b"Content-Encoding: br, gzip", b"Content-Length: -7", b"Content-Length: 9" + b"9" * 30,
    b"Transfer-Encoding: chunked", b"Date: Wed, 17 Apr 9999 18:00:00 GMT", b"Date: yesterday", b"Set-Cookie: a=" + b"b" * 9000,
    b"Content-Type: text/html; charset=utf-16", b"X: " + b"y" * 70_000, b"no colon", b" : ",
)  # fmt: skip

_CHUNKS = (b"zzz\r\nabc\r\n", b"-5\r\n", b"ffffffffffffffff\r\nx", b"\r\n\r\n", b"3;" + b"x" * 70_000 + b"\r\nabc\r\n")


@dataclass
class Good:
    """The answer that the sandbox gave; an attack closes the connection after it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    closes: bool = True

    def head(self, *more: bytes, length: int | None = None) -> bytes:
        lines = [f"{name}: {value}".encode("latin-1") for name, value in self.headers]
        size = len(self.body) if length is None else length
        start = b"HTTP/1.1 %d OK\r\n" % self.status
        ends = [b"Connection: close"] if self.closes else []
        return start + b"\r\n".join([*lines, b"Content-Length: %d" % size, *ends, *more]) + b"\r\n\r\n"

    def with_body(self, body: bytes) -> bytes:
        return Good(self.status, self.headers, body).bytes()

    def bytes(self) -> bytes:
        return self.head() + self.body


#: Gives what is written, piece by piece; None: the connection is reset.
Attack = Callable[[Good, random.Random], Iterator[bytes | None]]


# below HTTP, and in its head ------------------------------------------------------------------------------------------
def reset(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    yield good.bytes()[: draw.randrange(1 + len(good.bytes()))]
    yield None


def cut(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    yield good.bytes()[: draw.randrange(len(good.bytes()))]


def noise(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    content = bytearray(good.bytes())
    for _ in range(draw.choice((1, 3, 30))):
        content[draw.randrange(len(content))] = draw.randrange(256)
    yield bytes(content)


def no_http(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    yield draw.randbytes(draw.choice((0, 1, 200, 100_000)))


def status(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    yield head(b"Content-Length: %d" % len(good.body), draw.choice(_HEADERS), status=draw.choice(_STATUSES)) + good.body


def header(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    yield good.head(*draw.choices(_HEADERS, k=draw.choice((1, 2, 150)))) + good.body


def without_date(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    yield Good(good.status, [one for one in good.headers if one[0].lower() != "date"], good.body).bytes()


def bad_chunks(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    yield head(b"Transfer-Encoding: chunked") + chunk(good.body[:50])
    yield draw.choice(_CHUNKS)


def huge(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    yield head(b"Connection: close") + good.body[:-1]
    for _ in range(64):
        yield b" " * (1 << 20)


def bomb(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield head(b"Content-Encoding: gzip", b"Connection: close") + packer.compress(good.body[:-1])
    for _ in range(64):
        yield packer.compress(b" " * (1 << 20))
    yield packer.flush()


def slowly(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    """A byte now and then, for longer than a request may take; or nothing at all."""
    waiting = threading.Event()
    content = good.bytes()[:-1] if draw.random() < 0.7 else b""
    for at in range(100):
        yield content[at : at + 1] or (b"" if not content else content[:0])
        waiting.wait(0.1)


# in the JSON ----------------------------------------------------------------------------------------------------------
def body(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    yield good.with_body(draw.choice(list(BODIES.values())))


def _changed(content: Any, draw: random.Random, share: float, change: Callable[[Any], Any]) -> Any:
    if isinstance(content, dict):
        return {key: _changed(value, draw, share, change) for key, value in content.items()}
    if isinstance(content, list):
        return [_changed(value, draw, share, change) for value in content]
    return change(content) if draw.random() < share else content


def _in_json(good: Good, change: Callable[[Any], Any]) -> bytes:
    try:
        content = json.loads(good.body)
    except ValueError:
        return good.bytes()
    return good.with_body(json.dumps(change(content), ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _values(choose: Callable[[random.Random, Any], Any]) -> Attack:
    def attack(good: Good, draw: random.Random) -> Iterator[bytes | None]:
        share = draw.choice((0.002, 0.02, 0.2, 1))
        yield _in_json(good, lambda content: _changed(content, draw, share, lambda value: choose(draw, value)))

    return attack


def _of_text(choices: tuple[str, ...]) -> Callable[[random.Random, Any], Any]:
    return lambda draw, value: draw.choice(choices) if isinstance(value, str) else value


values = _values(lambda draw, value: draw.choice(list(VALUES.values())))
numbers = _values(lambda draw, value: draw.choice(_NUMBERS) if isinstance(value, (int, float)) else value)
days = _values(lambda draw, value: draw.choice(_DAYS) if isinstance(value, str) and "20" in value[:8] else value)
persons = _values(_of_text(PERSONS))
commands = _values(_of_text(COMMANDS))
digits = _values(
    lambda draw, value: PERSONS[5] if isinstance(value, (int, str)) and not isinstance(value, bool) else value
)


def shape(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    """Objects lose fields, gain others, are lists, or are gone."""

    def change(content: Any) -> Any:
        if isinstance(content, list):
            return [change(value) for value in content]
        if not isinstance(content, dict):
            return content
        kept = {key: change(value) for key, value in content.items() if draw.random() > 0.05}
        how = draw.random()
        return (
            kept
            if how > 0.05
            else [kept]
            if how > 0.03
            else None
            if how > 0.02
            else {**kept, "": kept, "Canary": PERSONS}
        )

    yield _in_json(good, change)


def rows(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    """Rows are lost, doubled and shuffled: pages overlap, and never agree with what was declared."""

    def change(content: Any) -> Any:
        if isinstance(content, dict):
            return {key: change(value) for key, value in content.items()}
        if not isinstance(content, list):
            return content
        return draw.choices(content, k=draw.randrange(2 * len(content) + 1)) if content else content

    yield _in_json(good, change)


def totals(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    """Other totals in every answer; now and then the last page says that it is not the last."""

    def change(content: Any) -> Any:
        if isinstance(content, list):
            return [change(value) for value in content]
        if not isinstance(content, dict):
            return content
        content = {key: change(value) for key, value in content.items()}
        for key in {"total", "totalElements", "totalPages", "DataCount", "last", "totalItems"} & set(content):
            content[key] = False if key == "last" else draw.choice((0, 1, 7, 10**6, *_NUMBERS))
        return content

    yield _in_json(good, change)


# how it is encoded ----------------------------------------------------------------------------------------------------
def encoding(good: Good, draw: random.Random) -> Iterator[bytes | None]:
    text = good.body.decode("utf-8", "replace")
    yield good.with_body(draw.choice((
        text.encode("utf-16"), text.encode("utf-8-sig"), text.encode("cp1258", "replace"), text.encode("latin-1", "replace"),
        unicodedata.normalize("NFD", text).encode(), good.body.replace(b"a", b"\xe1"), good.body.replace(b"n", b"\\ud800"),
        good.body.replace(b'"', b"'"), zlib.compress(good.body), good.body + b"\x00" * 99,
    )))  # fmt: skip


ATTACKS: dict[str, Attack] = {
    attack: globals()[attack]
    for attack in ("reset", "cut", "noise", "no_http", "status", "header", "without_date", "bad_chunks", "huge", "bomb",
                   "slowly", "body", "values", "numbers", "days", "persons", "commands", "digits", "shape", "rows", "totals",
                   "encoding")
}  # fmt: skip


@dataclass
class Hostile:
    """A proxy, and what it does to answers now.

    Attributes:
        attacks: those that are drawn from; none: everything is passed on.
        share: of the answers that are attacked.
        spares_logins: whether what an answer to a login says is passed on, so that the attack is met behind it.
    """

    url: str
    attacks: list[str] = field(default_factory=list)
    share: float = 1
    spares_logins: bool = True
    draw: random.Random = field(default_factory=lambda: random.Random(0))
    done: int = 0

    def arm(self, draw: random.Random) -> str:
        """Draw what happens from now on; returns it in words."""
        self.draw = draw
        self.attacks = draw.sample(list(ATTACKS), k=draw.choice((1, 1, 1, 2, 4)))
        self.share = draw.choice((1, 1, 0.3, 0.1))
        self.spares_logins = draw.random() < 0.8
        return f"{', '.join(self.attacks)} in {self.share:.0%} of the answers" + (
            "" if self.spares_logins else ", logins too"
        )

    def disarm(self) -> None:
        self.attacks = []

    def answer(self, path: str, good: Good) -> Iterator[bytes | None] | None:
        """What is written instead of a good answer; None: that itself."""
        is_login = "token" in path.lower() or "login" in path.lower()
        if not self.attacks or path.startswith("/control") or (is_login and self.spares_logins):
            return None
        if self.draw.random() > self.share:
            return None
        self.done += 1
        return ATTACKS[self.draw.choice(self.attacks)](good, self.draw)


@contextmanager
def between(url: str) -> Iterator[Hostile]:
    """A proxy before a server at this address."""
    upstream = int(url.rpartition(":")[2])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            good = _asked(upstream, self.command, self.path, dict(self.headers), sent)
            if self.command == "HEAD":
                self.wfile.write(dataclasses.replace(good, closes=False).head(length=0))
                return
            attack = hostile.answer(self.path, good)
            if attack is None:
                self.wfile.write(dataclasses.replace(good, closes=False).bytes())
                return
            self.close_connection = True  # what an attack leaves unsaid ends with the connection
            with suppress(OSError):
                for piece in attack:
                    if piece is None:
                        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        break
                    self.wfile.write(piece)

        do_GET = do_POST = do_HEAD = do_DELETE = handle_any

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hostile = Hostile(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hostile
    finally:
        server.shutdown()
        server.server_close()


def _asked(port: int, method: str, path: str, headers: dict[str, str], sent: bytes) -> Good:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    kept = {name: value for name, value in headers.items() if name.lower() not in ("accept-encoding", "connection")}
    connection.request(method, path, body=sent, headers={**kept, "Connection": "close"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    dropped = ("content-length", "transfer-encoding", "connection")
    return Good(answer.status, [one for one in answer.getheaders() if one[0].lower() not in dropped], content)
