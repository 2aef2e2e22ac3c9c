"""The `doisoat` command: queries the warehouse and the sources. Needs no Airflow; reads the same AIRFLOW_CONN_*, and .env."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from doisoat.cli import which
from doisoat.cli.analysts import analyst, reading
from doisoat.cli.ask import asking
from doisoat.cli.forecast import foreseeing
from doisoat.cli.forms import forms
from doisoat.cli.gaps import answering, gap
from doisoat.cli.operate import operations
from doisoat.cli.page import paging
from doisoat.cli.papers import reporting
from doisoat.cli.portal import publishing
from doisoat.cli.provinces import province as provinces
from doisoat.cli.rates import rating
from doisoat.cli.shared import ACT, OPERATE, hinted
from doisoat.cli.tables import national, table
from doisoat.errors import ConfigurationError, DoisoatError

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
for part in (asking, paging, reading, rating, publishing, foreseeing, forms, answering, reporting, national):
    commands.add_typer(part)
commands.add_typer(gap, name="gap", rich_help_panel=ACT)
commands.add_typer(analyst, name="analyst", rich_help_panel=OPERATE)
commands.add_typer(provinces, name="province", rich_help_panel=OPERATE)
commands.add_typer(table, name="table", rich_help_panel=OPERATE)
commands.add_typer(operations)


@commands.callback()
def which_warehouse(
    province: Annotated[
        str | None, typer.Option(help="Which province: its name, or its file; else that of the warehouse.")
    ] = None,
    home: Annotated[
        str | None,
        typer.Option(
            help="The embedded warehouse of `make run` (run), of `make up` and `make night` (up), or a folder."
        ),
    ] = None,
) -> None:
    """Đối Soát: where does the portal's number minus ours come from?"""
    if province:
        which.name_province(province)
    if home:
        which.name_home(home)


def app() -> None:
    """Run the command line: one of our errors becomes one line on stderr and exit code 1, never a traceback."""
    try:
        which.forget()
        which.read_env_file()
        _check_encoding(sys.argv)
        commands(prog_name="doisoat")
    except DoisoatError as error:
        typer.echo(f"error: {hinted(str(error))}", err=True)
        raise SystemExit(1) from None
    except BrokenPipeError:  # whoever reads us has enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def _check_encoding(arguments: list[str]) -> None:
    """Refuse an argument that is no UTF-8: the warehouse could neither look for it nor store it.

    Raises:
        ConfigurationError: there is one.
    """
    for number, argument in enumerate(arguments[1:], 1):
        try:
            argument.encode()
        except UnicodeEncodeError:
            raise ConfigurationError(
                f"asked for arguments in UTF-8; got: argument {number} in another encoding; "
                "do: set the terminal's encoding to UTF-8, or rename the file"
            ) from None


if __name__ == "__main__":
    app()
