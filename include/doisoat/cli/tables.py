"""`doisoat table write|list` and `doisoat national`: the open table of many provinces (docs/open_table.md)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from doisoat.cli.shared import LOOK, As, Night, print_report, published_night, site_at_hand
from doisoat.errors import ConfigurationError
from doisoat.reports.printing import Format

#: Both are added to `doisoat` by doisoat.cli.app.
table = typer.Typer(no_args_is_help=True, help="Published nights as Parquet, of many provinces (docs/open_table.md).")
national = typer.Typer()

Root = Annotated[
    str | None, typer.Option(help="A folder, or an address such as s3://bucket/folder; default: DOISOAT_OPEN_TABLE.")
]


@table.command()
def write(
    night: Night = None,
    every: Annotated[bool, typer.Option("--all", help="Every published night that it lacks.")] = False,
    root: Root = None,
) -> None:
    """Write a published night into the open table, and whatever was published anew; take out what was withdrawn."""
    from doisoat.open_table.store import Store
    from doisoat.open_table.write import synchronise
    from doisoat.warehouse.database import connect

    with site_at_hand() as site:
        with connect(site.dsn) as connection:
            standing = "select night from ops.publication where withdrawn_at is null order by night"
            nights = [n for (n,) in connection.execute(standing)] if every else [published_night(connection, night)]
        made = synchronise(site, Store(_root(root)), nights)
    for commit in made:
        what = f"{commit.rows:,} rows in {len(commit.files)} tables" if commit.files else "withdrawn"
        typer.echo(f"{commit.province} {commit.night}, revision {commit.revision}: {what}")
    if not made:
        typer.echo("nothing to write: the open table has what is published", err=True)


@table.command(name="list")
def list_them(root: Root = None, format: As = Format.TABLE) -> None:
    """List the nights that the open table shows, of every province."""
    from doisoat.open_table.commits import read_commits
    from doisoat.open_table.store import Store
    from doisoat.warehouse.queries import Report

    columns = ("province", "name", "night", "revision", "tables", "rows", "bytes", "written_at")
    rows = [
        (each.province, each.province_name, str(each.night), each.revision, len(each.files), each.rows, each.bytes,
         each.written_at.isoformat(" ", "seconds"))
        for each in read_commits(Store(_root(root))) if each.files
    ]  # fmt: skip
    print_report(Report(columns, rows), format, "Nights of the open table")


@national.command(name="national", rich_help_panel=LOOK)
def ask_national(
    query: Annotated[
        str | None, typer.Argument(help="A query of docs/queries/national, or a file; default: list them.")
    ] = None,
    root: Root = None,
    format: As = Format.TABLE,
) -> None:
    """Ask the last nights of all provinces at once, by DuckDB over the open table."""
    from doisoat.open_table.read import QUERIES, answer, national_queries

    if query is None:
        for name, file in national_queries().items():
            typer.echo(f"{name}: {file.read_text('utf-8').splitlines()[0].removeprefix('-- ')}")
        return
    from doisoat.open_table.commits import latest, read_commits
    from doisoat.open_table.store import Store

    file = QUERIES / f"{query}.sql" if not query.endswith(".sql") else Path(query)
    if not file.is_file():
        raise ConfigurationError(f"national: asked for {query}; got: no such query; do: see `doisoat national`")
    store = Store(_root(root))
    commits = latest(read_commits(store))
    if not commits:
        raise ConfigurationError(
            f"open table {store.shown}: asked for its nights; got: none; do: `doisoat table write`"
        )
    shown = ", ".join(f"{commit.province} {commit.night}" for commit in commits)
    typer.echo(f"{len(commits)} provinces, each by its last night: {shown}", err=True)
    print_report(answer(store, commits, file.read_text("utf-8")), format, query)


def _root(given: str | None) -> str:
    root = given or os.environ.get("DOISOAT_OPEN_TABLE")
    if not root:
        raise ConfigurationError(
            "open table: asked where it is; got: no address; do: set DOISOAT_OPEN_TABLE, or give --root FOLDER"
        )
    return root
