"""Reading the open table: which files are a table, and its tables as DuckDB's views.

Every reader does the same, in whichever language: read the commits once, then only the files that they name (docs/open_table.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doisoat.errors import ConfigurationError
from doisoat.hints import PROJECT
from doisoat.open_table.commits import Commit, version_folder
from doisoat.open_table.store import Store
from doisoat.warehouse.queries import Report

if TYPE_CHECKING:
    import duckdb

QUERIES = PROJECT / "docs" / "queries" / "national"


def files_of(store: Store, commits: Iterable[Commit]) -> dict[str, list[str]]:
    """Table -> the addresses of the files that these commits name of it."""
    found: dict[str, list[str]] = {}
    for commit in commits:
        for file in commit.files:
            found.setdefault(file.table, []).append(store.url(f"{version_folder()}/{file.path}"))
    return found


def in_duckdb(store: Store, commits: Iterable[Commit]) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that has each table as a view, with columns `province` and `night`.

    Raises:
        ConfigurationError: DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise ConfigurationError(
            "open table: asked to read it with DuckDB; got: it is not installed; do: `pip install duckdb`"
        ) from None
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    if not store.is_folder:
        connection.register_filesystem(store.files)
    for table, files in files_of(store, commits).items():
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
        connection.execute(
            f"""create view "{table}" as select * from read_parquet([{listed}], hive_partitioning = true,
                hive_types = {{'province': varchar, 'night': date}})"""
        )
    return connection


def national_queries() -> dict[str, Path]:
    """The questions of docs/queries/national: name -> its file."""
    return {file.stem: file for file in sorted(QUERIES.glob("*.sql"))}


def answer(store: Store, commits: Iterable[Commit], query: str) -> Report:
    """What DuckDB answers to one statement over these nights.

    Raises:
        ConfigurationError: the statement cannot be run.
    """
    return answers(store, commits, {"": query})[""]


def answers(store: Store, commits: Iterable[Commit], queries: Mapping[str, str]) -> dict[str, Report]:
    """What DuckDB answers to each of these statements over the same nights.

    Raises:
        ConfigurationError: one cannot be run.
    """
    with in_duckdb(store, commits) as connection:
        return {name: _answer(connection, name, query) for name, query in queries.items()}


def _answer(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> Report:
    import duckdb

    try:
        cursor = connection.execute(query)
        rows = [tuple(map(_plain, row)) for row in cursor.fetchall()]
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        raise ConfigurationError(
            f"open table: asked to run a query{name and f' ({name})'}; got: {said}; do: correct it"
        ) from None
    return Report(tuple(column[0] for column in cursor.description or ()), rows)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, dt.date) else value
