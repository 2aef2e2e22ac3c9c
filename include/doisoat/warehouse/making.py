"""Making a province's database: what the superuser of a PostgreSQL server does once, typed by a program or printed for psql.

The owner's login and the database's name come from the connection of the warehouse. The server is told a verifier of the
password and never the password, so that none of its logs has it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path

import psycopg
from psycopg import sql

from doisoat.connections import Connection
from doisoat.errors import ConfigurationError
from doisoat.hints import PROJECT

#: What else a superuser takes from everybody, and gives the owner.
CLOSE_WAREHOUSE = Path("docker") / "postgres" / "close_warehouse.sql"
_ITERATIONS = 4096  # PostgreSQL's own default


def printed(warehouse: Connection) -> str:
    """The statements for psql, as the superuser of the server; running them again changes nothing but the password.

    Raises:
        ConfigurationError: the connection lacks a login or a password, or the file of statements is not here.
    """
    role, database = _names(warehouse)
    made = {
        f"create role {role} login createrole": ("pg_roles where rolname", warehouse.login),
        f"create database {database} owner {role}": ("pg_database where datname", warehouse.schema),
    }
    lines = [
        f"select {_quoted(statement)} where not exists (select from {where} = {_quoted(str(name))}) \\gexec"
        for statement, (where, name) in made.items()
    ]
    lines += [f"alter role {role} password {_quoted(verifier(str(warehouse.password)))};"]
    lines += [f"revoke all on database {database} from public;", f"\\connect {database}"]
    return "\n".join([*lines, _closing()])


def make(superuser_dsn: str, warehouse: Connection) -> list[str]:
    """Make what is missing, as the superuser whose address this is; returns what was made.

    Raises:
        ConfigurationError: as of `printed`, or the login is no superuser's.
    """
    role, database = (sql.Identifier(str(name)) for name in (warehouse.login, warehouse.schema))
    _names(warehouse)
    made = []
    try:
        with psycopg.connect(superuser_dsn, autocommit=True, connect_timeout=15) as connection:
            if not connection.execute("select from pg_roles where rolname = %s", [warehouse.login]).rowcount:
                connection.execute(sql.SQL("create role {} login createrole").format(role))
                made.append(f"role {warehouse.login}")
            secret = sql.Literal(verifier(str(warehouse.password)))
            connection.execute(sql.SQL("alter role {} password {}").format(role, secret))
            if not connection.execute("select from pg_database where datname = %s", [warehouse.schema]).rowcount:
                connection.execute(sql.SQL("create database {} owner {}").format(database, role))
                connection.execute(sql.SQL("revoke all on database {} from public").format(database))
                made.append(f"database {warehouse.schema}")
            close(superuser_dsn, str(warehouse.schema))
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"asked the server to make {warehouse.schema}; got: {str(error).splitlines()[0]}; do: name a superuser's "
            "connection"
        ) from error
    return made


def close(superuser_dsn: str, database: str) -> None:
    """Close a database to what readers might do to it, as the server's superuser; again once the role of readers is there."""
    with psycopg.connect(superuser_dsn, dbname=database, connect_timeout=15) as connection:
        connection.execute(_closing().encode())


def verifier(password: str, salt: bytes | None = None) -> str:
    """What PostgreSQL keeps of a password (RFC 5802, RFC 7677), which it takes as it is."""
    salt = os.urandom(16) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    of_salt, of_stored, of_server = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${_ITERATIONS}:{of_salt}${of_stored}:{of_server}"


def _names(warehouse: Connection) -> tuple[str, str]:
    if not (warehouse.login and warehouse.password and warehouse.schema):
        raise ConfigurationError(
            f"connection {warehouse.connection_id!r}: asked for postgresql://user:password@host:port/database, of the database "
            "that is to be made; got no user, no password or no database; do: complete it"
        )
    login, database = (sql.Identifier(name).as_string(None) for name in (warehouse.login, warehouse.schema))
    return login, database


def _quoted(text: str) -> str:
    return sql.Literal(text).as_string(None)


def _closing() -> str:
    file = PROJECT / CLOSE_WAREHOUSE
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{file}: asked for its statements; got: {error.strerror}; do: install it again"
        ) from None
