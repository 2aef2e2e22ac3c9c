"""`doisoat page`: prints an address that lets one browser in, and ends when it is interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import requests
from standalone import postgres
from support.commands import of_world, typed
from support.page_served import forget_login
from support.world import World


def test_it_prints_an_address_with_a_token_and_ends_when_interrupted(
    tmp_path: Path, warehouse_dsn: str, postgres_server: postgres.Server
) -> None:
    world = World(tmp_path, warehouse_dsn)
    table = "code | status\nH37.21.01-240301-0001 | 4"
    world.run("2024-04-18", igate=table, national_export=table)
    command = [sys.executable, "-m", "doisoat.cli.app", "page", "--port", "0"]
    environment = {**os.environ, **of_world(world), "DOISOAT_ENV_FILE": os.devnull, "PYTHONUNBUFFERED": "1"}
    serving = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        said = serving.stdout.readline()
        found = re.fullmatch(r"Lạng Sơn: (http://localhost:\d+)/\?token=(\S{20,})\n", said)
        assert found, said
        assert requests.get(found[1], timeout=30).status_code == 401
        session = requests.Session()
        answer = session.get(f"{found[1]}/?token={found[2]}", timeout=30)
        assert answer.status_code == 200
        assert "Đêm 18/04/2024" in answer.text
        assert "token" not in answer.url
    finally:
        serving.send_signal(signal.SIGINT)
        _, complaints = serving.communicate(timeout=30)
    assert "Traceback" not in complaints
    assert found[2] not in complaints
    forget_login(postgres_server.dsn(), warehouse_dsn)


def test_a_port_that_is_taken_is_said_in_one_line(
    tmp_path: Path, warehouse_dsn: str, postgres_server: postgres.Server
) -> None:
    world = World(tmp_path, warehouse_dsn)
    taken = postgres_server.port
    refused = typed(of_world(world), "page", "--port", str(taken))
    assert refused.returncode == 1
    assert "do: give another with --port" in refused.stderr
    forget_login(postgres_server.dsn(), warehouse_dsn)
