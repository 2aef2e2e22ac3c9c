"""Where a system is and how we log in: Airflow connections, read from the environment without Airflow."""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from doisoat.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a source is and how we log in: what an Airflow connection holds, without Airflow. repr() hides the secrets."""

    connection_id: str
    conn_type: str = "http"
    scheme: str | None = None
    host: str | None = None
    port: int | None = None
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    schema: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


WAREHOUSE_CONNECTION_ID = "warehouse"
#: Parameters of libpq that an address states elsewhere, or that doisoat.warehouse.connect sets itself.
_SET_ELSEWHERE = {"host", "port", "user", "password", "dbname", "options", "application_name", "client_encoding"}
#: What the extra of a connection may say that is no credential; anything else may be one.
_NO_CREDENTIALS = {"base_path", "proxy", "verify", "plain_http"}
ConnectionLookup = Callable[[str], Connection]


def connection_from_environment(connection_id: str, environment: Mapping[str, str] | None = None) -> Connection:
    """The Airflow connection with that id, read without Airflow from AIRFLOW_CONN_<ID> (JSON or URI), else from the file of
    connections that DOISOAT_CONNECTIONS names (JSON: id -> such a text, or an object).

    Raises:
        ConfigurationError: it is not set or cannot be read; the message never repeats its value.
    """
    environment = os.environ if environment is None else environment
    name = f"AIRFLOW_CONN_{connection_id.upper()}"
    value = environment.get(name, "").strip()
    if not value and (file := environment.get("DOISOAT_CONNECTIONS")):
        name, value = f"{connection_id} in {Path(file).name}", _in_file(file).get(connection_id, "")
    if not value:
        where = f"add {name}" if "DOISOAT_CONNECTIONS" in environment else f"set {name} in .env (see .env.example)"
        raise ConfigurationError(f"connection {connection_id!r} is not set; {where}")
    try:
        return _from_json(connection_id, value) if value.startswith("{") else _from_uri(connection_id, value)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{name}: neither in Airflow's JSON form nor in its URI form ({type(error).__name__})"
        ) from None


def _in_file(file: str) -> dict[str, str]:
    """Id -> what AIRFLOW_CONN_<ID> would be, of a file of connections."""
    try:
        content = _object(json.loads(Path(file).read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigurationError(
            f"the file of connections {Path(file).name}: {error.strerror}; see DOISOAT_CONNECTIONS"
        ) from None
    except ValueError:
        raise ConfigurationError(
            f"the file of connections {Path(file).name}: not a JSON object; see docs/operations.md"
        ) from None
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in content.items()}


def _from_json(connection_id: str, value: str) -> Connection:
    given = _object(json.loads(value))
    extra = given.get("extra") or {}
    extra = _object(json.loads(extra) if isinstance(extra, str) else extra)
    for name in ("conn_type", "host", "login", "password", "schema"):
        _text_or_none(given.get(name))
    host, scheme = given.get("host"), _text_or_none(extra.get("scheme"))
    if host and "://" in host:
        scheme, host = host.split("://", 1)
    return Connection(
        connection_id=connection_id,
        conn_type=given.get("conn_type") or "http",
        scheme=scheme or (given.get("schema") if given.get("schema") in ("http", "https") else None),
        host=host,
        port=_port(given["port"]) if given.get("port") else None,
        login=given.get("login"),
        password=given.get("password"),
        schema=given.get("schema"),
        extra=extra,
    )


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _text_or_none(value: Any) -> str | None:
    if not isinstance(value, str | None):
        raise ValueError("no text")
    return value


def _port(value: Any) -> int:
    if isinstance(value, bool | float) or not 0 < (port := int(value)) < 65536:
        raise ValueError("no port")
    return port


def _from_uri(connection_id: str, value: str) -> Connection:
    parts = urlsplit(value)
    if not parts.scheme:
        raise ValueError("no scheme")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    extra: dict[str, Any] = _object(json.loads(query.pop("__extra__"))) if "__extra__" in query else {}
    extra.update(query)
    host = unquote(parts.hostname) if parts.hostname else None
    path = unquote(parts.path.lstrip("/"))
    scheme = parts.scheme if parts.scheme in ("http", "https") else None
    if path in ("http", "https"):  # Airflow's own habit: http://host/https
        scheme, path = path, ""
    return Connection(
        connection_id=connection_id,
        conn_type=parts.scheme.replace("-", "_"),
        scheme=_text_or_none(extra.pop("scheme", None)) or scheme,
        host=host,
        port=parts.port,
        login=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        schema=path or None,
        extra=extra,
    )


def refuse_credentials_in_the_open(connection: Connection) -> None:
    """Credentials over plain http can be read by everybody on the way.

    Raises:
        ConfigurationError: the connection has any, its scheme is http, its host is not this machine, and its extra does not
            say that this is meant (`"plain_http": true`).
    """
    has_credentials = bool(connection.login or connection.password or set(connection.extra) - _NO_CREDENTIALS)
    is_meant = connection.extra.get("plain_http") in (True, "true")
    if connection.scheme == "http" and has_credentials and not is_meant and not _is_this_machine(connection.host or ""):
        raise ConfigurationError(
            f"connection {connection.connection_id!r}: would send credentials to {connection.host} over plain http, where "
            'anybody on the way can read them; give https, or say in its extra that this is meant: "plain_http": true'
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def warehouse_dsn(connection: Connection) -> str:
    """The libpq URI of the Airflow connection `warehouse`, with every parameter that it gives (sslmode, sslrootcert, ...).

    Raises:
        ConfigurationError: it names no PostgreSQL host or no database, or a parameter that libpq does not know or that is
            not for it to set.
    """
    if connection.conn_type not in ("postgres", "postgresql") or not connection.host or not connection.schema:
        raise ConfigurationError(
            f"connection {connection.connection_id!r}: expected postgresql://user:password@host:port/database; "
            f"set AIRFLOW_CONN_{connection.connection_id.upper()} in .env"
        )
    login = quote(connection.login or "", safe="")
    secret = f":{quote(connection.password, safe='')}" if connection.password else ""
    host = f"[{connection.host}]" if ":" in connection.host else connection.host
    where = f"{host}:{connection.port or 5432}/{quote(connection.schema, safe='')}"
    given = urlencode(_libpq_parameters(connection), quote_via=quote)
    return f"postgresql://{login}{secret}@{where}" + (f"?{given}" if given else "")


def _libpq_parameters(connection: Connection) -> dict[str, str]:
    """What it says besides host, database and login: a parameter that is dropped might be the one that asks for TLS."""
    from psycopg.pq import Conninfo

    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - _SET_ELSEWHERE
    if unknown := sorted(set(connection.extra) - known):
        raise ConfigurationError(
            f"connection {connection.connection_id!r}: {', '.join(unknown)} is no parameter that it may set; give libpq's "
            "names, such as sslmode=verify-full&sslrootcert=...; host, database and login are in the address itself"
        )
    return {name: str(value) for name, value in connection.extra.items()}
