"""The page by itself, on a port of its own: prints an address with a one-time token, as Jupyter does."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

from doisoat.errors import ConfigurationError
from doisoat.province.site import Site

from page.accounts import Gate, TokenGate
from page.app import Page, make_app
from page.deciding import Writer
from page.logins import reader_dsn, writer_dsn
from page.reader import Reader

log = logging.getLogger(__name__)


def page_of(site: Site, gate: Gate, writer: Writer | None = None) -> Page:
    """The page of a site; without a writer nobody can decide anything on it.

    Raises:
        ConfigurationError: there is no login that it can read with.
    """
    province = site.settings.province
    reader = Reader(reader_dsn(site.connections, lambda: site.dsn), province.timezone)
    return Page(reader, gate, province.name, province.timezone, writer=writer, province_code=province.code,
                answer_days=site.settings.papers.answer_days)  # fmt: skip


def serve(site: Site, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve until interrupted; `tell` is given the address when the page can be opened.

    Raises:
        ConfigurationError: the port is taken, or the warehouse cannot be read.
    """
    import uvicorn

    gate = TokenGate()
    app = make_app(page_of(site, gate, _writer(site)))
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                bound = self.servers[0].sockets[0].getsockname()[1]
                shown = "localhost" if host in ("127.0.0.1", "::1") else host
                tell(f"http://{shown}:{bound}/?token={gate.token}")

    try:
        Server(config).run()
    except SystemExit:
        raise ConfigurationError(
            f"the page: asked for {host} port {port}; got: it could not start there; do: give another with --port, or see the "
            "message above"
        ) from None


def _writer(site: Site) -> Writer | None:
    """What stores decisions; None where the warehouse's owner may make no login: then the page is read only."""
    try:
        return Writer(writer_dsn(site.dsn))
    except ConfigurationError as error:
        log.warning("the page is read only: %s", error)
        return None
