"""Reading `mart`: a pool of connections whose role can read nothing else, and SQL files by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import psycopg
from doisoat.errors import ConfigurationError
from psycopg import ClientCursor
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

HERE = Path(__file__).parent
Row = dict[str, Any]
#: A page that takes longer is one that nobody waits for, and a reader must not hold up the server.
_LIMITS = "-c default_transaction_read_only=on -c statement_timeout=20s -c idle_in_transaction_session_timeout=60s"
#: Statements that join most of what a night has: few rows are expected of a range of nights, and each would be looked up.
BY_HASH = frozenset(("bridge_rows", "bridge_causes", "bridge_months", "two_nights", "repair_gains"))
#: What the planner thinks such a plan costs is no reason to compile it.
_HASHED = "set local enable_nestloop = off; set local jit = off"
_AS_USUAL = "set local enable_nestloop to default; set local jit to default"


class Snapshot:
    """One moment of the warehouse: whatever is published meanwhile, all numbers of a page belong together."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def rows(self, name: str, parameters: Row, **parts: str) -> list[Row]:
        """The rows of sql/<name>.sql; `parts` replace words in it and come from this package alone."""
        if name not in BY_HASH:
            return self._connection.execute(statement(name, **parts), parameters).fetchall()
        self._connection.execute(_HASHED)
        rows = self._connection.execute(statement(name, **parts), parameters).fetchall()
        self._connection.execute(_AS_USUAL)
        return rows

    def row(self, name: str, parameters: Row, **parts: str) -> Row | None:
        """Its first row, None if there is none."""
        return self._connection.execute(statement(name, **parts), parameters).fetchone()


class Reader:
    """A pool of connections to one warehouse.

    Args:
        dsn: of a login that reads mart alone.
        timezone: in which moments are shown.
    """

    def __init__(self, dsn: str, timezone: str, size: int = 8) -> None:
        self._pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
            dsn,
            min_size=1,
            max_size=size,
            open=False,
            timeout=10,
            kwargs={
                "options": f"-c TimeZone={timezone} {_LIMITS}",
                "application_name": "doisoat page",
                "cursor_factory": ClientCursor,
                "row_factory": dict_row,
                "connect_timeout": 10,
            },
        )

    def open(self) -> None:
        """Connect.

        Raises:
            ConfigurationError: nobody answers; or the login may read more than mart, so that a mistake in a page could show it.
        """
        if not self._pool.closed:
            return
        self._pool.open()
        try:
            self._pool.wait(timeout=10)
        except psycopg.Error as error:
            self.close()
            raise ConfigurationError(
                f"the page's login: asked to connect; got: {type(error).__name__}; do: check that the warehouse is running"
            ) from None
        with self.snapshot() as mart:
            rights = mart.row("rights", {}) or {}
        if rights["more"]:
            self.close()
            raise ConfigurationError(
                f"the page's login {rights['login']}: asked for one that reads mart alone; got one that may use "
                f"{rights['more']}; do: make one with `doisoat analyst add page`, name it in AIRFLOW_CONN_WAREHOUSE_PAGE"
            )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """All statements of the block see one moment."""
        with self._pool.connection() as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield Snapshot(connection)


@cache
def _text(name: str) -> str:
    return (HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def statement(name: str, **parts: str) -> str:
    """The text of sql/<name>.sql, with whole words replaced: what stands for them parses as SQL too."""
    text = _text(name)
    for word, part in parts.items():
        text = re.sub(rf"\b{word}\b", partial(_as_it_is, part), text)
    return text


def _as_it_is(part: str, found: re.Match[str]) -> str:
    return part
