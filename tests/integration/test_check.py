"""`doisoat check` against systems that answer and against some that do not: it prints what the guides say it prints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from doisoat.sources.registry import KINDS
from standalone.sandbox import Sandbox
from support.commands import typed
from support.nights_against_key import served

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
#: Where each kind stands in a province file.
PROVINCES = {"lang_son": set(KINDS) - {"opencps"}, "opencps_example": {"opencps"}}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with served(tmp_path_factory.mktemp("sandbox"), 600) as running:
        yield running


def impatient(directory: Path) -> Path:
    """Lạng Sơn, where a request that fails is not tried again: what is said is the same, half a minute sooner."""
    text = (PROJECT / "config" / "lang_son.yaml").read_text("utf-8")
    settings = yaml.safe_load(text.replace("lang_son/", f"{PROJECT}/config/lang_son/"))
    for source in settings["sources"].values():
        source.setdefault("limits", {})["patience_seconds"] = 0
    file = directory / "impatient.yaml"
    file.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    return file


def check(connections: Mapping[str, str], dsn: str, province: str | Path = "lang_son") -> dict[str, str]:
    """Source -> what is said of it, "ok" or "WRONG" first; the exit code must agree."""
    told = PROJECT / "config" / f"{province}.yaml" if isinstance(province, str) else province
    done = typed({**connections, "AIRFLOW_CONN_WAREHOUSE": dsn}, "--province", str(told), "check")
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert done.returncode == any(line[0] == "WRONG" for line in lines), done.stderr
    assert done.stderr == ""
    return {name.rstrip(":"): f"{verdict} {said}" for verdict, name, said in lines}


def altered(sandbox: Sandbox, change: Callable[[dict[str, Any]], object]) -> dict[str, str]:
    """The sandbox's connections over HTTP and files, each changed."""
    connections = {name: json.loads(value) for name, value in sandbox.connections().items()}
    for connection in connections.values():
        change(connection)
    return {name: json.dumps(connection) for name, connection in connections.items()}


def masked(line: str) -> str:
    return re.sub(r"\d[\d:-]*(?: \d\d:\d\d)?", "N", line)


def test_each_guide_shows_what_is_said_when_all_is_well(sandbox: Sandbox, warehouse_dsn: str) -> None:
    seen = set()
    for province, kinds in PROVINCES.items():
        said = check(sandbox.connections(), warehouse_dsn, province)
        for kind in kinds:
            guide = (DOCS / "systems" / f"{kind}.md").read_text(encoding="utf-8")
            (verdict, source_id, shown) = re.findall(r"^ *(ok|WRONG) +(\w+): (.*)$", guide, re.MULTILINE)[0]
            assert masked(said[source_id]) == masked(f"{verdict} {shown}"), kind
            seen.add(kind)
    assert seen == set(KINDS)


@pytest.mark.parametrize(
    ("change", "came"),
    [
        (lambda known: known.update(host="https://no-such-host.invalid"), "a host name that nobody knows"),
        (lambda known: known.update(port=1), "no connection (refused, or no way there)"),
        (lambda known: known.update(host="https://127.0.0.1"), "no TLS"),
        (
            lambda known: known.setdefault("extra", {}).update(proxy="http://127.0.0.1:1"),
            "no connection through the proxy",
        ),
    ],
)
def test_a_system_that_cannot_be_reached(
    sandbox: Sandbox, warehouse_dsn: str, tmp_path: Path, change: Any, came: str
) -> None:
    said = check(altered(sandbox, change), warehouse_dsn, impatient(tmp_path))
    reached = [name for name, line in said.items() if name != "configuration" and f"got {came}; do: " in line]
    over_http = {"igate", "national_adapter", "national_statistics", "business_registration", "driving_licence"}
    assert set(reached) == over_http
    assert {name for name, line in said.items() if line.startswith("WRONG")} == over_http
    assert f"`got {came}`" in (DOCS / "connecting.md").read_text(encoding="utf-8")


def test_a_wrong_password_or_inbox_is_said_and_never_repeated(sandbox: Sandbox, warehouse_dsn: str) -> None:
    def spoil(known: dict[str, Any]) -> None:
        if "password" in known:
            known["password"] = "not-the-password"
        if known["conn_type"] == "fs":
            known["extra"]["path"] = str(sandbox.home / "nowhere")

    said = check(altered(sandbox, spoil), warehouse_dsn)
    text = "\n".join(said.values())
    for source_id in ("igate", "business_registration", "driving_licence"):
        assert re.search(r"^WRONG asked POST .*; got HTTP 401; do: check login and password", said[source_id]), (
            source_id
        )
    assert re.search(r"got error_code .*; do: check login and password", said["national_adapter"])
    for source_id in ("national_export", "judicial_record", "provincial_report"):
        assert said[source_id].startswith(f"WRONG the inbox {sandbox.home / 'nowhere'} is not a directory")
    assert said["national_statistics"].startswith("ok ")
    assert "not-the-password" not in text
    assert sandbox.client_id not in text
