"""What a connection says reaches whoever connects; what would be dropped or sent in the open is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from doisoat.connections import connection_from_environment, refuse_credentials_in_the_open, warehouse_dsn
from doisoat.errors import ConfigurationError
from psycopg.conninfo import conninfo_to_dict


def dsn_of(value: str) -> str:
    return warehouse_dsn(connection_from_environment("warehouse", {"AIRFLOW_CONN_WAREHOUSE": value}))


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://owner:p%40ss@db.example:5433/kho?sslmode=verify-full&sslrootcert=%2Fetc%2Fca%20one.pem&connect_timeout=3",
        '{"conn_type": "postgres", "host": "db.example", "port": 5433, "login": "owner", "password": "p@ss", "schema": "kho",'
        ' "extra": {"sslmode": "verify-full", "sslrootcert": "/etc/ca one.pem", "connect_timeout": 3}}',
    ],
)
def test_every_parameter_of_the_warehouse_reaches_libpq(value: str) -> None:
    assert conninfo_to_dict(dsn_of(value)) == {
        "host": "db.example", "port": "5433", "user": "owner", "password": "p@ss", "dbname": "kho",
        "sslmode": "verify-full", "sslrootcert": "/etc/ca one.pem", "connect_timeout": "3",
    }  # fmt: skip


def test_an_ipv6_host_is_an_address() -> None:
    assert conninfo_to_dict(dsn_of("postgresql://owner@[::1]/kho"))["host"] == "::1"


@pytest.mark.parametrize(
    "parameter", ["ssl_mode=require", "options=-csearch_path%3Dx", "host=elsewhere", "cursor=dict"]
)
def test_a_parameter_that_would_be_dropped_is_refused_by_name(parameter: str) -> None:
    name = parameter.partition("=")[0]
    with pytest.raises(ConfigurationError, match=rf"'warehouse': {name} is no parameter") as refused:
        dsn_of(f"postgresql://owner:secret@db.example/kho?{parameter}")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "is_refused"),
    [
        ("http://user:word@portal.example/http", True),
        ('{"conn_type": "http", "host": "http://portal.example", "extra": {"client_secret": "word"}}', True),
        ('{"conn_type": "http", "host": "http://10.0.0.7", "login": "u", "extra": {"plain_http": true}}', False),
        ("http://user:word@127.0.0.1:8080", False),
        ("http://user:word@localhost", False),
        ("https://user:word@portal.example", False),
        ('{"conn_type": "http", "host": "http://portal.example", "extra": {"base_path": "open"}}', False),
    ],
)
def test_credentials_do_not_travel_in_the_open(value: str, *, is_refused: bool) -> None:
    connection = connection_from_environment("igate", {"AIRFLOW_CONN_IGATE": value})
    if is_refused:
        with pytest.raises(ConfigurationError, match=r"over plain http.*\"plain_http\": true") as refused:
            refuse_credentials_in_the_open(connection)
        assert "word" not in str(refused.value)
    else:
        refuse_credentials_in_the_open(connection)


def test_a_connection_is_found_in_the_file_of_connections_and_the_environment_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / "connections.json"
    igate = {"conn_type": "http", "host": "http://a", "login": "x", "password": "y", "extra": {"plain_http": True}}
    file.write_text(json.dumps({"igate": igate, "warehouse": "postgresql://w:p@db/warehouse"}))
    environment = {"DOISOAT_CONNECTIONS": str(file)}
    found = connection_from_environment("igate", environment)
    assert (found.scheme, found.host, found.password, found.extra) == ("http", "a", "y", {"plain_http": True})
    assert connection_from_environment("warehouse", environment).host == "db"
    before = connection_from_environment("igate", {**environment, "AIRFLOW_CONN_IGATE": "http://b"})
    assert before.host == "b"
    with pytest.raises(ConfigurationError, match=r"'opencps' is not set; add opencps in connections\.json"):
        connection_from_environment("opencps", environment)
    for wrong in ("[1]", "{", '{"igate": '):
        file.write_text(wrong)
        with pytest.raises(ConfigurationError, match=r"connections\.json: not a JSON object"):
            connection_from_environment("igate", environment)
    file.unlink()
    with pytest.raises(ConfigurationError, match=r"connections\.json: No such file"):
        connection_from_environment("igate", environment)
