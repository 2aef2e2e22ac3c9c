"""Searching everything that nights wrote for values that must be nowhere: files, tables, Airflow's own database, output."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import zstandard
from psycopg import sql

#: Where the home keeps what Airflow itself logs in with: made at its first start, readable by its owner alone.
OWN_SECRETS = "secrets"


def leaks_in_files(root: Path, pattern: re.Pattern[str]) -> tuple[list[str], int]:
    """Files below `root` that hold what the pattern finds, and how many were searched.

    Landings are decompressed, workbooks, Parquet and other archives opened. The database server's own files are left to
    leaks_in_database, which sees values as they are and not as pages store them.
    """
    found, searched = [], 0
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.relative_to(root).parts[0] in ("postgres", OWN_SECRETS):
            continue
        searched += 1
        if any(pattern.search(_as_text(content)) for content in _contents(path)) or pattern.search(str(path)):
            found.append(str(path.relative_to(root)))
    return found, searched


def leaks_in_database(dsn: str, pattern: re.Pattern[str]) -> tuple[list[str], int]:
    """Columns that hold what the pattern finds, and how many columns were searched: every one of every table and view.

    A column of any type is searched as text, so that JSON, arrays and binary (pickled XComs) count too.
    """
    found, searched = [], 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        columns = connection.execute(
            """select c.table_schema, c.table_name, c.column_name, c.data_type
            from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
            where c.table_schema not in ('pg_catalog', 'information_schema') and t.table_type = 'BASE TABLE'"""
        ).fetchall()
        for schema, table, column, kind in columns:
            read = "encode({}, 'escape')" if kind == "bytea" else "{}::text"
            query = sql.SQL("select " + read + " from {}.{} where {} is not null").format(
                *(sql.Identifier(name) for name in (column, schema, table, column))
            )
            with connection.cursor() as cursor:
                searched += 1
                if any(pattern.search(value) for (value,) in cursor.stream(query)):
                    found.append(f"{schema}.{table}.{column}")
    return found, searched


def one_of(*values: str) -> re.Pattern[str]:
    """What finds each of the values as it is and as it stands in a URL or in JSON."""
    return re.compile("|".join(re.escape(value) for value in values))


def _contents(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if path.suffix == ".zst":
        yield zstandard.ZstdDecompressor().stream_reader(content).read()
    if path.suffix == ".parquet":
        yield from _texts(path)
    if content[:2] == b"PK" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def _texts(path: Path) -> Iterator[bytes]:
    """What the columns of a Parquet file hold, each value once."""
    from pyarrow import parquet

    for column in parquet.read_table(path, partitioning=None).columns:
        yield "\n".join(str(value) for value in column.unique().to_pylist()).encode()


def _as_text(content: bytes) -> str:
    """UTF-8 where it is that; byte by byte elsewhere, so that nothing is lost to a decoding error."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")
