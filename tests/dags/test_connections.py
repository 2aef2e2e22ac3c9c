"""A task finds a source's connection wherever this Airflow keeps it, and reads it as the library does without Airflow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, sys
from dataclasses import asdict
from doisoat.errors import ConfigurationError
from doisoat.connections import connection_from_environment
from orchestration.connections import airflow_connection
try:
    found = airflow_connection("igate")
except ConfigurationError as error:
    print(json.dumps(str(error)))
else:
    print(json.dumps({**asdict(found), "extra": dict(found.extra)}))
"""
JSON_FORM = json.dumps(
    {"conn_type": "http", "host": "https://igate.example", "port": 8443, "login": "id", "password": "s%/@:x",
     "extra": {"token_path": "/token"}}
)  # fmt: skip


def asked(tmp_path: Path, **settings: str) -> dict | str:
    """What a process with these settings finds under `igate`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment = {**kept, "AIRFLOW_HOME": str(tmp_path), **settings}
    answer = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout.splitlines()[-1])


@pytest.mark.parametrize("value", [JSON_FORM, "http://id:s%25%2F%40%3Ax@127.0.0.1:8080/?token_path=%2Ftoken"])
def test_an_environment_variable_means_the_same_with_and_without_airflow(tmp_path: Path, value: str) -> None:
    from dataclasses import asdict

    from doisoat.connections import connection_from_environment

    without = connection_from_environment("igate", {"AIRFLOW_CONN_IGATE": value})
    assert asked(tmp_path, AIRFLOW_CONN_IGATE=value) == {**asdict(without), "extra": dict(without.extra)}
    assert without.password == "s%/@:x"


def test_another_secrets_backend_is_asked_too(tmp_path: Path) -> None:
    vault = tmp_path / "connections.json"
    vault.write_text(json.dumps({"igate": json.loads(JSON_FORM)}))
    found = asked(
        tmp_path,
        AIRFLOW__SECRETS__BACKEND="airflow.secrets.local_filesystem.LocalFilesystemBackend",
        AIRFLOW__SECRETS__BACKEND_KWARGS=json.dumps({"connections_file_path": str(vault)}),
    )
    assert isinstance(found, dict)
    assert (found["scheme"], found["host"], found["port"]) == ("https", "igate.example", 8443)
    assert (found["login"], found["password"], found["extra"]) == ("id", "s%/@:x", {"token_path": "/token"})


def test_a_connection_that_nobody_made_says_how_to_make_it(tmp_path: Path) -> None:
    assert "AIRFLOW_CONN_IGATE" in asked(tmp_path)
