"""Logins of people and programs that read `mart` (docs/security.md): members of the role `analyst`, each with its own limits.

The warehouse's owner makes them, who may make roles and holds what docker/postgres/close_warehouse.sql gave it. Settings of
the role `analyst` would not reach its members.
"""

from __future__ import annotations

import re
import secrets

import psycopg
from psycopg import sql

from doisoat.errors import ConfigurationError, DecisionRefusedError
from doisoat.warehouse.queries import Report, as_report

#: What a login may be called: no quotes needed anywhere, and nothing that PostgreSQL keeps for itself.
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
#: A reader may raise the two timeouts for itself, and not the rest.
_LIMITS = {"temp_file_limit": "2GB", "statement_timeout": "5min", "idle_in_transaction_session_timeout": "1min"}
_LIST = """
select
    r.rolname as name,
    r.rolconnlimit as connections_at_most,
    (select count(*) from pg_stat_activity a where a.usename = r.rolname)::int as connected_now,
    array_to_string(s.setconfig, ', ') as settings
from pg_roles r
left join pg_db_role_setting s on s.setrole = r.oid and s.setdatabase = 0
where r.rolcanlogin and pg_has_role(r.oid, 'analyst', 'member') and not r.rolsuper and r.rolname <> current_user
    and has_database_privilege(r.oid, current_database(), 'CONNECT')
order by 1"""


def add(connection: psycopg.Connection, name: str, timezone: str, password: str | None = None) -> str:
    """Make a login; returns its password, which is kept nowhere.

    Args:
        connection: as the warehouse's owner; commits with the caller's transaction.
        name: of a role or a program rather than of a person.
        timezone: the province's, in which the login sees times.
        password: else one is made up.

    Raises:
        DecisionRefusedError: the name is none, or there is such a role.
        ConfigurationError: the owner lacks a right that a superuser has to give it.
    """
    _check_name(name)
    if connection.execute("select from pg_roles where rolname = %s", [name]).rowcount:
        raise DecisionRefusedError(
            f"analyst {name}: asked to make it; there is a role of that name; do: take another name, or give this one a new "
            f"password: `doisoat analyst add {name} --new-password`"
        )
    role = sql.Identifier(name)
    statements = [
        sql.SQL("create role {} login nocreatedb nocreaterole connection limit 5").format(role),
        sql.SQL("grant analyst to {}").format(role),
        # so that `doisoat migrate` may see and end its sessions
        sql.SQL("grant {} to current_user with inherit true, set false").format(role),
        *(sql.SQL("alter role {} set {} = {}").format(role, sql.Identifier(of), sql.Literal(to)) for of, to in _LIMITS.items()),
        sql.SQL("alter role {} set timezone = {}").format(role, sql.Literal(timezone)),
        sql.SQL("alter role {} set search_path = mart").format(role),
    ]  # fmt: skip
    try:
        for statement in statements:
            connection.execute(statement)
        let_in(connection, name)
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"analyst {name}: asked to make it; got: {str(error).splitlines()[0]}; do: let a superuser run "
            "docker/postgres/close_warehouse.sql in the warehouse's database (docs/operations.md, Readers), then try again"
        ) from error
    return set_password(connection, name, password)


def let_in(connection: psycopg.Connection, name: str) -> None:
    """Let a login into this warehouse, and into no other of the server (doisoat.warehouse.migration makes the role)."""
    role = f"reads_{connection.info.dbname}"
    if connection.execute("select from pg_roles where rolname = %s", [role]).rowcount:
        connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(name)))


def set_password(connection: psycopg.Connection, name: str, password: str | None = None) -> str:
    """Give a login that `add` made a new password; returns it. The server is sent its verifier only, so no log has it.

    Raises:
        DecisionRefusedError: there is no such login.
    """
    _check_there(connection, name)
    password = password or secrets.token_urlsafe(24)
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(name), sql.Literal(verifier)))
    return password


def remove(connection: psycopg.Connection, name: str) -> None:
    """Take a login away and end its sessions.

    Raises:
        DecisionRefusedError: there is no such login.
    """
    _check_there(connection, name)
    role = sql.Identifier(name)
    connection.execute(sql.SQL("alter role {} nologin").format(role))
    connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [name])
    connection.execute(sql.SQL("drop owned by {}").format(role))
    connection.execute(sql.SQL("drop role {}").format(role))


def listed(connection: psycopg.Connection) -> Report:
    """Every login that reads `mart`, by name."""
    return as_report(connection.execute(_LIST))


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or name.startswith("pg_"):
        raise DecisionRefusedError(
            "the name of an analyst: asked for small letters, digits and _, a letter first, at most 63; do: call it after a unit "
            "or a program, such as `superset`, not after a person"
        )


def _check_there(connection: psycopg.Connection, name: str) -> None:
    names = [row[0] for row in listed(connection).rows]
    if name not in names:
        raise DecisionRefusedError(
            f"no analyst has the name that was given; there are: {', '.join(names) or 'none'}; see `doisoat analyst list`"
        )
