"""`doisoat province list|add`: the provinces of this installation, and what a further one needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doisoat.cli import which
from doisoat.cli.shared import As, hinted, print_report
from doisoat.connections import WAREHOUSE_CONNECTION_ID
from doisoat.errors import ConfigurationError, DoisoatError, NightNotCollectedError
from doisoat.reports.printing import Format
from doisoat.warehouse.queries import Report

if TYPE_CHECKING:
    from doisoat.province.file import ProvinceSettings
    from doisoat.province.site import Site
    from doisoat.province.tenants import Tenant

#: Added to `doisoat` by doisoat.cli.app.
province = typer.Typer(no_args_is_help=True, help="The provinces of this installation (docs/operations.md).")
COLUMNS = ("province", "name", "file", "warehouse", "last_night", "queue", "trouble")
#: Whether Airflow's own database, in which pools are, is known here.
_AIRFLOWS = ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD")


@province.command(name="list")
def list_them(format: As = Format.TABLE) -> None:
    """List the provinces: file, warehouse, last published night, queue, and what is wrong with a file or a warehouse."""
    from doisoat.province import tenants

    good, broken = tenants.read_all()
    rows = [_row(tenant, settings) for tenant, settings in good.items()]
    rows += [(tenant.id or None, None, tenant.file.name, None, None, None, str(why)) for tenant, why in broken.items()]
    print_report(Report(COLUMNS, rows), format, "Provinces", COLUMNS, blank=COLUMNS)


def _row(tenant: Tenant, settings: ProvinceSettings) -> tuple[str | None, ...]:
    from doisoat.warehouse import connect, order

    called = night = trouble = None
    try:
        with _at_hand(tenant) as (site, called), connect(site.dsn) as connection:
            night = str(order.last_published(connection))
    except NightNotCollectedError:
        pass  # none is published yet
    except DoisoatError as error:
        trouble = str(error)
    return settings.province.id, settings.province.name, tenant.file.name, called, night, settings.place.queue, trouble


@province.command()
def add(
    name: Annotated[str, typer.Argument(help="What its file in the folder of provinces is called, without .yaml.")],
    server: Annotated[
        str | None,
        typer.Option(help="The connection of a superuser of its PostgreSQL server, who makes role and database."),
    ] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Only print what a superuser has to run in psql.")] = False,
) -> None:
    """Make what a province needs, and list what a person has to do; may be run again until nothing is left.

    Its file and the connection of its warehouse, warehouse_NAME, come first; on a laptop it is in the server of the home.
    """
    from doisoat.connections import connection_from_environment
    from doisoat.province import tenants
    from doisoat.warehouse import making

    tenant = tenants.named(name)
    settings = tenant.settings()
    if sql:
        typer.echo(making.printed(connection_from_environment(tenant.called(WAREHOUSE_CONNECTION_ID))))
        return
    with _at_hand(tenant, may_be_made=True) as (site, called):
        _make(site, server)
        _say("ok", f"warehouse: {called}, newest schema; its roles are there")
        _say(*_pools(tenant))
        for line in _left(site):
            _say(*line)
    typer.echo(
        hinted(
            f"then: `doisoat --province {settings.province.id} check`; its nights: {tenant.dag_id('nightly_reconciliation')}"
        )
    )


@contextmanager
def _at_hand(tenant: Tenant, *, may_be_made: bool = False) -> Iterator[tuple[Site, str]]:
    """The site of a province and what its warehouse is called, wherever that is."""
    from doisoat.province.site import Site

    with which.setting({which.PROVINCE: str(tenant.file)}):
        chosen = which.meant()
        with which.environment_of(chosen.home, may_be_made=may_be_made) if chosen.home else nullcontext():
            yield Site.from_environment(tenant=tenant), chosen.called


def _make(site: Site, server: str | None) -> None:
    """Make database and roles as far as we may, and write whose the warehouse is."""
    from doisoat.connections import connection_from_environment, warehouse_dsn
    from doisoat.warehouse import making, migrate, order, writing

    warehouse = site.connections(WAREHOUSE_CONNECTION_ID)
    superuser = warehouse_dsn(connection_from_environment(server)) if server else None
    if superuser:
        for what in making.make(superuser, warehouse):
            _say("made", what)
    try:
        migrate(site.dsn)
    except ConfigurationError as error:
        if superuser:
            raise
        again = f"doisoat province add {site.tenant.id}"
        raise ConfigurationError(
            f"{error}; if it is not made yet: `{again} --server CONNECTION`, or `{again} --sql` into the psql of a superuser"
        ) from None
    if superuser:
        making.close(
            superuser, str(warehouse.schema)
        )  # the role of readers, which it lets the owner give, is there now
    with writing(site.dsn) as connection:
        order.claim(connection, site.settings.province.id)


def _pools(tenant: Tenant) -> tuple[str, str]:
    if not any(name in os.environ for name in _AIRFLOWS):
        return (
            "LOOK",
            "pools: Airflow's own database is not known here; do: `make up`, or `docker compose run -T --rm migrate`",
        )
    command = [sys.executable, "-m", "orchestration.prepare", "--pools"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        return "WRONG", f"pools: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
    return "ok", f"pools: one for each source, such as {tenant.called('SOURCE')}"


def _left(site: Site) -> Iterator[tuple[str, str]]:
    """What a person has to do, and what is done: connections, inboxes, landing, alerts, logins, workers."""
    tenant, place = site.tenant, site.settings.place
    for source_id in site.source_ids:
        yield _connection(site, source_id)
    yield "ok", f"landing: {site.landing_root}; every worker that runs this province's tasks has to reach it"
    if site.settings.news.enabled:
        yield _connection(site, "news")
    else:
        yield "LOOK", "alerts: off (news.enabled in the province file)"
    verdict, said = _connection(site, "warehouse_page")
    login = f"; its login: `doisoat --province {site.settings.province.id} analyst add {tenant.called('page')}`"
    yield verdict, said + ("" if verdict == "ok" else login)
    if place.queue:
        yield "LOOK", f"queue: a worker has to listen to it: airflow celery worker --queues {place.queue}"


def _connection(site: Site, name: str) -> tuple[str, str]:
    """Whether a connection is set, and leads to a folder if it is an inbox's."""
    try:
        connection = site.connections(name)
    except ConfigurationError as error:
        return "LOOK", str(error)
    inbox = connection.extra.get("path") if connection.conn_type == "fs" else None
    if inbox and not Path(str(inbox)).is_dir():
        return (
            "LOOK",
            f"{connection.connection_id}: the inbox {inbox} is not a directory; do: create it, or correct the path",
        )
    return "ok", f"{connection.connection_id}: is set"


def _say(verdict: str, said: str) -> None:
    typer.echo(f"{verdict:<5} {hinted(said)}")
