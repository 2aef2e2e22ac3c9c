"""The page by itself, on a port of its own: prints an address with a one-time token, as Jupyter does."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from doisoat.errors import ConfigurationError
from doisoat.province.site import Site

from page.accounts import Gate, TokenGate
from page.app import Page, make_app
from page.deciding import Writer
from page.logins import configured, reader_dsn, writer_dsn
from page.nation import OpenTable
from page.openid import CONNECTION_ID, Provider, client_of
from page.reader import Reader
from page.single_sign_on import OpenIdGate

log = logging.getLogger(__name__)
#: Names by which the page's own machine calls it, as a health check does.
_OUR_MACHINE = ("localhost", "127.0.0.1")


def page_of(site: Site, gate: Gate, *, airflow: str | None = None, hosts: tuple[str, ...] = ()) -> Page:
    """The page of a site; where there is no login that may write, nobody can decide anything on it or take a file.

    Raises:
        ConfigurationError: there is no login that it can read with.
    """
    province = site.settings.province
    reader = Reader(reader_dsn(site.connections, lambda: site.dsn), province.timezone)
    return Page(reader, gate, province.name, province.timezone, writer=_writer(site), airflow=airflow, hosts=hosts,
                province_code=province.code, answer_days=site.settings.papers.answer_days,
                open_table=OpenTable(site.open_table) if site.open_table else None)  # fmt: skip


def gate_of(site: Site) -> Gate:
    """Single sign-on if `page_login` is configured; else the one-time token.

    Raises:
        ConfigurationError: `page_login` is wrong; or the page has an address for browsers, and nobody can log in there.
    """
    connection, address = configured(site.connections, CONNECTION_ID), os.environ.get("DOISOAT_PAGE_URL") or None
    if connection is not None:
        return OpenIdGate(Provider(client_of(connection, address)), site.settings.page)
    if address:
        raise ConfigurationError(
            "DOISOAT_PAGE_URL is set, so the page is for more than this machine: asked for the connection page_login; got: none; "
            "do: configure the single sign-on (docs/operations.md, The page), or unset DOISOAT_PAGE_URL"
        )
    return TokenGate()


def serve(site: Site, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve until interrupted; `tell` is given the address when the page can be opened.

    Raises:
        ConfigurationError: the port is taken, the warehouse cannot be read, or the single sign-on is configured wrongly.
    """
    import uvicorn

    gate = gate_of(site)
    public = gate.provider.client.page if isinstance(gate, OpenIdGate) else None
    hosts = (str(urlsplit(public).hostname), *_OUR_MACHINE) if public else ()
    airflow = (os.environ.get("AIRFLOW__API__BASE_URL") or "").rstrip("/") or None
    app = make_app(page_of(site, gate, airflow=airflow, hosts=hosts))
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False, proxy_headers=False
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                bound = self.servers[0].sockets[0].getsockname()[1]
                shown = "localhost" if host in ("127.0.0.1", "::1") else host
                tell(public or f"http://{shown}:{bound}/?token={getattr(gate, 'token', '')}")

    try:
        Server(config).run()
    except SystemExit:
        raise ConfigurationError(
            f"the page: asked for {host} port {port}; got: it could not start there; do: give another with --port, or see the "
            "message above"
        ) from None


def _writer(site: Site) -> Writer | None:
    """What stores decisions; None where there is no login that may: then the page is read only."""
    try:
        writer = Writer(writer_dsn(site.connections, lambda: site.dsn))
        writer.open()
    except ConfigurationError as error:
        log.warning("the page is read only, and gives no files: %s", error)
        return None
    return writer
