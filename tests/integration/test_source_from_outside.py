"""A source that is no part of this repository: an installed package names its connector, the province file its kind."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml
from doisoat.connections import connection_from_environment
from doisoat.errors import ConfigurationError
from doisoat.nights import steps
from doisoat.province.file import load_province
from doisoat.province.site import Site
from doisoat.sources import registry
from support.commands import typed
from support.land_registry import FakeRegistry
from support.servers import CANARIES, serving

PROJECT = Path(__file__).parents[2]
NIGHT = dt.date(2024, 4, 17)


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, names: str = "support.land_registry:LandRegistry") -> None:
    """What pip leaves of a package with this entry point."""
    about = folder / "packages" / "invented_land_registry-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: invented-land-registry\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[doisoat.sources]\nland_registry = {names}\n")
    monkeypatch.syspath_prepend(str(about.parent))


@pytest.fixture
def province(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Lạng Sơn's file with one source, of a kind that nobody has installed yet."""
    monkeypatch.setattr(registry, "_outside", {})
    config = PROJECT / "config"
    settings = yaml.safe_load((config / "lang_son.yaml").read_text("utf-8").replace("lang_son/", f"{config}/lang_son/"))
    settings["sources"] = {
        "land": {
            "kind": "land_registry",
            "limits": {"patience_seconds": 0},
            "code_maps": {"status": [{"map": {"open": 4}}]},
        }
    }
    file = tmp_path / "province.yaml"
    file.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    return file


def test_a_night_reads_it_and_a_check_understands_it(
    province: Path, tmp_path: Path, warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch)
    with serving(FakeRegistry(230)) as port:
        land = json.dumps({"conn_type": "http", "host": "http://127.0.0.1", "port": port})
        settings = {"AIRFLOW_CONN_LAND": land, "AIRFLOW_CONN_WAREHOUSE": warehouse_dsn}
        connections = partial(connection_from_environment, environment=settings)
        site = Site(load_province(province), connections, tmp_path / "landing")
        steps.open_night(site, NIGHT, run_id="test")
        assert steps.collect_source(site, NIGHT, "land")["received"] == 230
        assert steps.load_night(site, NIGHT)["land"]["inserted"] == 230
        said = typed(settings, "--province", str(province), "check").stdout
    (line,) = [line for line in said.splitlines() if " land: " in line]
    assert line.startswith("ok    land: 230 cases; 230 rows read")
    sealed = [file for file in (tmp_path / "landing").rglob("*") if file.is_file()]
    assert sealed
    assert CANARIES[0] not in said + "".join(file.read_bytes().decode("latin-1") for file in sealed)


def test_a_kind_that_no_package_has_is_refused(province: Path) -> None:
    with pytest.raises(ConfigurationError, match="no installed package has it"):
        load_province(province).asked  # noqa: B018 - asking is the point


@pytest.mark.parametrize(
    "names", ["support.nowhere:LandRegistry", "support.land_registry:Nobody", "support.land_registry:FakeRegistry"]
)
def test_what_a_package_names_has_to_be_a_connector(
    names: str, province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, names)
    with pytest.raises(ConfigurationError, match="'land_registry'") as refused:
        load_province(province).asked  # noqa: B018 - asking is the point
    assert "\n" not in str(refused.value)
