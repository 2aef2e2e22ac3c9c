"""The login that the page reads with: named in a connection, or made by the warehouse's owner on a laptop."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

import psycopg
from doisoat.connections import Connection, ConnectionLookup, warehouse_dsn
from doisoat.errors import ConfigurationError
from doisoat.warehouse.readers import let_in
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

READER, WRITER = "warehouse_page", "warehouse_page_forms"


def configured(connections: ConnectionLookup, connection_id: str) -> Connection | None:
    """A connection, if there is one of that id.

    Raises:
        ConfigurationError: there is one, and it cannot be read.
    """
    try:
        return connections(connection_id)
    except ConfigurationError as error:
        if "is not set" in str(error):
            return None
        raise


def reader_dsn(connections: ConnectionLookup, owner_dsn: Callable[[], str]) -> str:
    """The address of a login that reads mart alone.

    Args:
        owner_dsn: gives that of the warehouse's owner, who makes one if none is configured; not asked otherwise, since who
            serves the page need not know it.

    Raises:
        ConfigurationError: none is configured, and the owner may not make one.
    """
    named = configured(connections, READER)
    return warehouse_dsn(named) if named else _made(owner_dsn(), "analyst", "page")


def writer_dsn(connections: ConnectionLookup, owner_dsn: Callable[[], str]) -> str:
    """The address of a login that stores decisions and who did what, and does nothing else; as `reader_dsn`.

    Raises:
        ConfigurationError: none is configured, and the owner may not make one.
    """
    named = configured(connections, WRITER)
    return warehouse_dsn(named) if named else _made(owner_dsn(), "gap_writer", "page_forms")


def make_named(connections: ConnectionLookup, owner_dsn: str, timezone: str) -> list[str]:
    """Make the logins that connections name in the owner's warehouse, with the passwords that they say; returns their names.

    For an installation whose secrets are files (docs/operations.md): whoever serves the page need not know the owner.

    Raises:
        ConfigurationError: a connection is wrong, or the owner may make no login.
    """
    made = []
    for connection_id, role in ((READER, "analyst"), (WRITER, "gap_writer")):
        named = configured(connections, connection_id)
        if named is None or conninfo_to_dict(warehouse_dsn(named))["dbname"] != conninfo_to_dict(owner_dsn)["dbname"]:
            continue
        if not named.login or not named.password:
            raise ConfigurationError(f"connection {connection_id!r}: asked for a login and its password; got: not both")
        if named.login == conninfo_to_dict(owner_dsn).get("user"):
            raise ConfigurationError(
                f"connection {connection_id!r}: asked for a login of its own; got: the warehouse's owner"
            )
        _make(owner_dsn, role, named.login, named.password, timezone)
        made.append(named.login)
    return made


def _made(owner_dsn: str, role: str, prefix: str) -> str:
    """A login that is made, or limited again; every process that knows the owner's password comes to the same one."""
    known = conninfo_to_dict(owner_dsn)
    name = f"{prefix}_{known['dbname']}"
    secret = str(known.get("password") or "")
    if not secret:
        raise ConfigurationError(_ASK_FOR_ONE.format(why="the owner's connection has no password to derive one from"))
    password = hmac.new(secret.encode(), f"the page's login {prefix}".encode(), hashlib.sha256).hexdigest()
    _make(owner_dsn, role, name, password)
    return make_conninfo(owner_dsn, user=name, password=password)


def _make(owner_dsn: str, role: str, name: str, password: str, timezone: str | None = None) -> None:
    """Make a login, or give the one that is there these limits and this password. The server is sent its verifier only."""
    login = sql.Identifier(name)
    settings = {"statement_timeout": "20s", "default_transaction_read_only": "on" if role == "analyst" else "off"}
    if timezone:
        settings["timezone"] = timezone
    try:
        with psycopg.connect(owner_dsn, connect_timeout=15) as connection:
            if not connection.execute("select 1 from pg_roles where rolname = %s", [name]).fetchone():
                connection.execute(sql.SQL("create role {}").format(login))
                # so that `doisoat migrate` may see and end its sessions
                connection.execute(sql.SQL("grant {} to current_user with inherit true, set false").format(login))
            verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
            connection.execute(
                sql.SQL("alter role {} login connection limit 20 password {}").format(login, sql.Literal(verifier))
            )
            connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), login))
            let_in(connection, name)
            for setting, value in settings.items():
                connection.execute(
                    sql.SQL("alter role {} set {} = {}").format(login, sql.Identifier(setting), sql.Literal(value))
                )
    except psycopg.errors.InsufficientPrivilege:
        raise ConfigurationError(_ASK_FOR_ONE.format(why="the warehouse's owner may make no login")) from None
    except psycopg.OperationalError as error:
        raise ConfigurationError(f"warehouse: the page asked to connect; got: {type(error).__name__}") from None


_ASK_FOR_ONE = (
    "the page has logins of its own: asked for the connections warehouse_page and warehouse_page_forms; got: not both, and "
    "{why}; do: make them as docs/operations.md says (The page), and name them"
)
