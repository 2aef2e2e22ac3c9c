"""A limit for answers that never end: a socket's own timeout only bounds the wait for the next byte, and a source that
sends one byte per second would hold up a night for days. (waiting.py is for one whose answers are merely slow, one by one.)

One timer per request; when it expires, the connection is closed and its reader gets an error at once.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager


class Deadline:
    """The deadline of the current request; there is one at a time."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self.has_passed = False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Close the connection unless the block ends in time."""
        self._socket, self.has_passed = None, False
        timer = threading.Timer(seconds, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # a timer that is just expiring must not end the next request

    def watch(self, opened: socket.socket | None) -> None:
        """Set the socket from which the answer will come."""
        self._socket = opened
        if self.has_passed:
            self._hang_up()

    def _hang_up(self) -> None:
        self.has_passed = True
        if self._socket is not None:
            with suppress(OSError):  # it was closed a moment ago
                # A TLS socket's own shutdown would let the rest be read as if it were not encrypted.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class DeadlineAdapter(HTTPAdapter):
    """Tells a Deadline which socket each answer comes from."""

    def __init__(self, deadline: Deadline) -> None:
        self._pools = {
            "http": _watched(HTTPConnectionPool, HTTPConnection, deadline),
            "https": _watched(HTTPSConnectionPool, HTTPSConnection, deadline),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _watched(pool: Any, connection: Any, deadline: Deadline) -> Any:
    """A pool of connections that pass their socket to the deadline before they wait for an answer."""

    def getresponse(self: Any) -> Any:
        deadline.watch(self.sock)
        return connection.getresponse(self)

    watched = type(connection.__name__, (connection,), {"getresponse": getresponse})
    return type(pool.__name__, (pool,), {"ConnectionCls": watched})
