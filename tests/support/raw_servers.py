"""Servers below HTTP: a test writes the very bytes of an answer, as slowly or as endlessly as it likes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

DATE = b"Date: Wed, 17 Apr 2024 18:00:00 GMT\r\n"
#: Writes an answer piece by piece; ends by itself when the other side has hung up.
Script = Callable[[], Iterator[bytes]]


@dataclass
class Written:
    """What a server wrote and was asked, so far."""

    size: int = 0
    asked: list[bytes] = field(default_factory=list)
    has_ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def answering(script: Script) -> Iterator[tuple[int, Written]]:
    """Serve one script to every request, each on a connection of its own; gives the port and what was written."""
    written = Written()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):  # the listening socket is closed at the end
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=_answer, args=(connection, script, written), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listening.getsockname()[1], written
    finally:
        listening.close()


def _answer(connection: socket.socket, script: Script, written: Written) -> None:
    with connection:
        written.asked.append(connection.recv(65_536))
        with suppress(OSError):
            for piece in script():
                connection.sendall(piece)
                written.size += len(piece)
        written.has_ended.set()


def head(*lines: bytes, status: bytes = b"200 OK") -> bytes:
    """The head of an answer, a Date among its headers."""
    return b"HTTP/1.1 " + status + b"\r\n" + DATE + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def chunk(content: bytes) -> bytes:
    """One piece of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(content), content)
