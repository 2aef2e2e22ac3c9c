"""The login that the page reads with: named in a connection, or made by the warehouse's owner on a laptop."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

import psycopg
from doisoat.connections import ConnectionLookup, warehouse_dsn
from doisoat.errors import ConfigurationError
from doisoat.warehouse.readers import let_in
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

CONNECTION_ID = "warehouse_page"


def reader_dsn(connections: ConnectionLookup, owner_dsn: Callable[[], str]) -> str:
    """The address of a login that reads mart alone.

    Args:
        owner_dsn: gives that of the warehouse's owner, who makes one if none is configured; not asked otherwise, since who
            serves the page need not know it.

    Raises:
        ConfigurationError: none is configured, and the owner may not make one.
    """
    try:
        return warehouse_dsn(connections(CONNECTION_ID))
    except ConfigurationError as error:
        if "is not set" not in str(error):
            raise
    return _made(owner_dsn(), "analyst", "page")


def writer_dsn(owner_dsn: str) -> str:
    """The address of a login that stores decisions on gaps and does nothing else.

    Raises:
        ConfigurationError: the warehouse's owner may not make one.
    """
    return _made(owner_dsn, "gap_writer", "page_forms")


def _made(owner_dsn: str, role: str, prefix: str) -> str:
    """A login that is made, or limited again; every process that knows the owner's password comes to the same one."""
    known = conninfo_to_dict(owner_dsn)
    name = f"{prefix}_{known['dbname']}"
    secret = str(known.get("password") or "")
    if not secret:
        raise ConfigurationError(_ASK_FOR_ONE.format(why="the owner's connection has no password to derive one from"))
    password = hmac.new(secret.encode(), f"the page's login {prefix}".encode(), hashlib.sha256).hexdigest()
    try:
        with psycopg.connect(owner_dsn, connect_timeout=15) as connection:
            if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
                connection.execute(sql.SQL("create role {}").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("alter role {} login connection limit 20 password {}").format(
                    sql.Identifier(name), sql.Literal(password)
                )
            )
            connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(name)))
            let_in(connection, name)
            read_only = "on" if role == "analyst" else "off"
            for setting, value in (("statement_timeout", "20s"), ("default_transaction_read_only", read_only)):
                connection.execute(
                    sql.SQL("alter role {} set {} = {}").format(
                        sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
                    )
                )
    except psycopg.errors.InsufficientPrivilege:
        raise ConfigurationError(_ASK_FOR_ONE.format(why="the warehouse's owner may make no login")) from None
    except psycopg.OperationalError as error:
        raise ConfigurationError(f"warehouse: the page asked to connect; got: {type(error).__name__}") from None
    return make_conninfo(owner_dsn, user=name, password=password)


_ASK_FOR_ONE = (
    "the page reads with a login of its own: asked for connection warehouse_page; got: none, and {why}; do: make one with "
    "`doisoat analyst add page` and name it in AIRFLOW_CONN_WAREHOUSE_PAGE"
)
