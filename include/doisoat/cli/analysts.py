"""Who may read the warehouse, and how: `doisoat analyst add|list|remove`, `doisoat psql` on a laptop, `doisoat export`."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doisoat.cli import which
from doisoat.cli.shared import LOOK, As, Night, print_report, published_night, site_at_hand, warehouse_at_hand
from doisoat.errors import ConfigurationError
from doisoat.reports.printing import Format

if TYPE_CHECKING:
    import psycopg

#: Both are added to `doisoat` by doisoat.cli.app.
analyst = typer.Typer(no_args_is_help=True, help="Logins that read the warehouse (docs/analysts.md).")
reading = typer.Typer()

Name = Annotated[str, typer.Argument(help="Small letters, digits and _; of a unit or a program, not of a person.")]
#: The login of `doisoat psql`; its password is a secret of the home.
LAPTOP = "laptop"


@analyst.command()
def add(
    name: Name,
    new_password: Annotated[
        bool, typer.Option("--new-password", help="Give an existing login a new password; the old one stops working.")
    ] = False,
) -> None:
    """Make a login that reads `mart` and can write nothing; its password is shown once and kept nowhere."""
    from doisoat.warehouse import readers
    from doisoat.warehouse.database import connect

    with site_at_hand(writes=True) as site, connect(site.dsn) as connection:
        if new_password:
            password = readers.set_password(connection, name)
        else:
            password = readers.add(connection, name, site.settings.province.timezone)
        address = _address(connection, name)
    typer.echo(f"login:    {name}, reads schema mart")
    typer.echo(f"password: {password}")
    typer.echo(f"address:  {address}")
    typer.echo("The password is not shown again. How to connect psql, Excel, Power BI, ...: docs/analysts.md", err=True)


@analyst.command(name="list")
def list_them(format: As = Format.TABLE) -> None:
    """List the logins that read `mart`, with their limits and how many sessions each has now."""
    from doisoat.warehouse import readers

    with warehouse_at_hand() as (_, connection):
        report = readers.listed(connection)
    print_report(report, format, "Analysts")


@analyst.command()
def remove(name: Name) -> None:
    """Take a login away and end its sessions."""
    from doisoat.warehouse import readers
    from doisoat.warehouse.database import connect

    with site_at_hand(writes=True) as site, connect(site.dsn) as connection:
        readers.remove(connection, name)
    typer.echo(f"removed: {name}")


@reading.command(rich_help_panel=LOOK)
def export(
    out: Annotated[Path, typer.Option(help="The folder; what is there of other nights stays.")],
    night: Night = None,
) -> None:
    """Write a night's mart as Parquet files, OUT/<view>/night=.../part.parquet, for DuckDB, pandas or a lake."""
    from doisoat.reports.export import export as write_parquet

    with warehouse_at_hand() as (_, connection):
        chosen = published_night(connection, night)
        for name, rows in write_parquet(connection, chosen, out):
            typer.echo(f"{name}: {rows:,} rows")
    typer.echo(f"night {chosen}: {out}", err=True)


@reading.command(
    rich_help_panel=LOOK,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    add_help_option=False,
)
def psql(context: typer.Context) -> None:
    """Open a laptop's warehouse in psql, as a reader of `mart`; what follows is given to psql, such as -c "select ..."."""
    from doisoat.warehouse import readers
    from doisoat.warehouse.database import connect

    chosen = which.meant()
    if chosen.home is None:
        raise ConfigurationError(
            f"psql: asked for the warehouse of a laptop; this is {chosen.called}; do: `doisoat analyst add NAME`, and psql with "
            "the address that it prints"
        )
    with site_at_hand() as site:
        program, password = which.psql_of(chosen.home, LAPTOP)
        with connect(site.dsn) as connection:
            if LAPTOP not in [row[0] for row in readers.listed(connection).rows]:
                readers.add(connection, LAPTOP, site.settings.province.timezone, password)
            address = _address(connection, LAPTOP)
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is psql's
        try:
            done = subprocess.run([program, address, *context.args], env=which.with_password(password), check=False)  # noqa: S603
        finally:
            signal.signal(signal.SIGINT, before)
    raise typer.Exit(done.returncode)


def _address(connection: psycopg.Connection, name: str) -> str:
    info = connection.info
    host = f"[{info.host}]" if ":" in info.host else info.host
    return f"postgresql://{name}@{host}:{info.port}/{info.dbname}"
