"""`python -m sandbox serve` and the list of systems: what is told, what is generated, who answers which path."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from sandbox.http.sessions import Credentials
from sandbox.systems.system import Setting
from sandbox.systems.systems import systems_of
from sandbox.world.world import make_world

INCLUDE = Path(__file__).parents[2] / "include"


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory):
    setting = Setting(make_world(1, 100), Credentials("x", "y"), tmp_path_factory.mktemp("inbox"))
    return systems_of(setting)


def test_no_two_systems_share_a_name_or_a_path(systems):
    names = [system.name for system in systems]
    assert len(names) == len(set(names))
    assert all(names)
    for system in systems:
        for path in system.paths:
            assert [other.name for other in systems if other.owns(path)] == [system.name]


def test_each_system_answers_or_drops_files(systems):
    assert all(system.paths or system.drops_files for system in systems)


def test_serve_tells_paths_and_generates_what_is_not_given(tmp_path: Path):
    command = [sys.executable, "-m", "sandbox", "serve", "--dossiers", "60", "--inbox", str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    process = subprocess.Popen(
        command, env={**environment, "PYTHONPATH": str(INCLUDE)}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert told["paths"]["business_registration"] == ["/platform/token", "/csdldkdn/"]
        address = f"http://127.0.0.1:{told['port']}"
        form = {
            "grant_type": "client_credentials",
            "client_id": told["client_id"],
            "client_secret": told["client_secret"],
        }
        token = requests.post(address + "/platform/token", data=form, timeout=30).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}", "MaDonVi": "H37.08", "ApiKey": told["api_key"]}
        assert requests.get(address + "/apiGTVT/danhsachhoso", headers=headers, timeout=30).json()["total"] > 0
        health = requests.get(address + "/health", timeout=30).json()
        assert health["igate_dossiers"] > 50
        assert requests.get(address + "/nowhere", timeout=30).status_code == 404
    finally:
        process.terminate()
        process.wait()


def test_the_key_comes_from_the_command_line_too():
    command = [sys.executable, "-m", "sandbox", "key", "--dossiers", "60", "--ministries", "0"]
    text = subprocess.run(command, cwd=INCLUDE, check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in text.splitlines()]
    assert len(lines) > 40
    assert {len(line["ministry"]) for line in lines} == {0}
