"""The command of `doisoat` that serves the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from doisoat.cli.shared import LOOK, site_at_hand
from doisoat.errors import ConfigurationError

if TYPE_CHECKING:
    from doisoat.province.site import Site

#: Added to `doisoat` by doisoat.cli.app.
paging = typer.Typer()


@paging.command(rich_help_panel=LOOK)
def page(
    host: Annotated[str, typer.Option(help="Where to listen; others reach it only where this says so.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="On which port; 0: any that is free.")] = 8766,
) -> None:
    """Serve the page, and print its address with a token that lets one browser in; Ctrl-C ends it.

    With the connection `page_login` people come in by their single sign-on instead, at DOISOAT_PAGE_URL. It reads `mart` with a
    login of its own: AIRFLOW_CONN_WAREHOUSE_PAGE, or one that the warehouse's owner makes here.
    """
    from page.serving import serve

    with _site() as site:
        serve(site, host, port, lambda address: typer.echo(f"{site.settings.province.name}: {address}"))


@contextmanager
def _site() -> Iterator[Site]:
    """The site; where the page's own login is configured, the warehouse's owner need not be known."""
    from doisoat.province.site import Site

    try:
        site = Site.from_environment()
        site.connections("warehouse_page")
    except ConfigurationError:
        with site_at_hand() as found:
            yield found
        return
    yield site
