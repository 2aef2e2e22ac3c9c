"""Real receivers of what is sent out: messages, OTLP metrics and lineage events over HTTP, mail over SMTP."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What came, and how it is answered.

    Attributes:
        status: of every answer from now on.
        hold: while it is cleared, requests wait before they are answered.
    """

    port: int = 0
    status: int = 200
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def bodies(self) -> list[Any]:
        """The JSON bodies that came, and are forgotten now."""
        came, self.requests[:] = [json.loads(body) for _, body in self.requests], []
        return came


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of localhost."""
    receiver = Receiver()
    receiver.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.requests.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            receiver.hold.wait(30)
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def receiving_mail() -> Iterator[tuple[int, list[EmailMessage]]]:
    """A mail server on a free port of localhost: its port, and the mails that it took."""
    mails: list[EmailMessage] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            for line in self.rfile:
                word = line.strip().upper()[:4]
                self.wfile.write({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n"))
                if word == b"QUIT":
                    return
                if word == b"DATA":
                    content = b"".join(iter(self.rfile.readline, b".\r\n"))
                    mails.append(email.message_from_bytes(content, policy=email.policy.default))
                    self.wfile.write(b"250 taken\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], mails
        finally:
            server.shutdown()
            thread.join()
