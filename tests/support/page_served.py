"""The page over real HTTP, in a thread of the test's process, reading a warehouse with the login that it makes for itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import uvicorn
from doisoat.connections import connection_from_environment
from fastapi import Request
from fastapi.responses import Response
from page.accounts import Account, Door, Gate
from page.app import Page, make_app
from page.deciding import Writer
from page.logins import reader_dsn, writer_dsn
from page.reader import Reader
from psycopg.conninfo import conninfo_to_dict

#: Within how many working days units answer.
ANSWER_DAYS = 5


class OpenGate:
    """Lets everybody in as one account."""

    login: str | None = None
    can_leave = False

    def __init__(self, agency_id: str | None = None) -> None:
        self._account = Account("reader", agency_id)

    def account(self, request: Request) -> Account:
        return self._account

    def way_in(self, request: Request) -> Response | None:
        return None

    def form_token(self, request: Request) -> str | None:
        return "form"

    def doors(self) -> Sequence[Door]:
        return ()


def login_of(dsn: str) -> str:
    """The login that the page makes in a warehouse."""
    return reader_dsn(lambda name: connection_from_environment(name, {}), lambda: dsn)


def writer_of(dsn: str) -> str:
    """The login of its forms there."""
    return writer_dsn(lambda name: connection_from_environment(name, {}), lambda: dsn)


def forget_login(superuser_dsn: str, dsn: str) -> None:
    """Drop it: roles belong to the server and outlive the warehouse of a test."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        for prefix in ("page", "page_forms"):
            connection.execute(f'drop role if exists "{prefix}_{conninfo_to_dict(dsn)["dbname"]}"')


@contextmanager
def served(
    dsn: str, gate: Gate | None = None, *, login: str | None = None, root: str = "", port: int = 0, **of_page: Any
) -> Iterator[str]:
    """The address of the page on this warehouse; it ends with the block."""
    reader = Reader(login or login_of(dsn), "Asia/Ho_Chi_Minh")
    given = {"writer": Writer(writer_of(dsn)), "province_code": "H37", "answer_days": ANSWER_DAYS, **of_page}
    page = Page(reader, gate or OpenGate(), "Lạng Sơn", "Asia/Ho_Chi_Minh", **given)
    ready = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: object = None) -> None:
            await super().startup()
            ready.set()

    server = Server(uvicorn.Config(make_app(page), port=port, log_level="warning", lifespan="on", root_path=root))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    if not ready.wait(30) or not server.started:
        raise RuntimeError("the page did not start")
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
