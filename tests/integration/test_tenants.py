"""Several provinces in one installation: what is there goes on, and what becomes of one touches no other."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from doisoat.errors import ConfigurationError, QualityGateError, WarehouseUnavailableError
from doisoat.nights import steps
from doisoat.nights.sweep import deep_sweep
from doisoat.province import tenants
from doisoat.province.site import Site
from doisoat.warehouse import migrate
from standalone import postgres
from support.quick_folder import quick_folder
from support.tenants import Installation
from support.world import World, total

CODES = [f"H37.21.01-2404{day:02}-{number:04}" for day in range(1, 6) for number in range(1, 4)]
FIRST, SECOND, THIRD = "2024-04-17", "2024-04-18", "2024-04-19"
STATE = "select night::text, state from ops.night order by 1"


def listing(codes: list[str]) -> str:
    return "\n".join(["code", *codes])


def night(world: World, night: str, missing: int) -> None:
    """A whole night of a province whose portal lacks the first dossiers."""
    world.run(night, igate=listing(CODES), national_export=listing(CODES[missing:]))


@pytest.fixture
def installation(tmp_path: Path, warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """One with its own province alone, and nothing else in the environment that could be meant."""
    made = Installation(tmp_path, warehouse_dsn)
    for name in [name for name in os.environ if name.startswith(("AIRFLOW_CONN_", "DOISOAT_"))]:
        monkeypatch.delenv(name)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    """A PostgreSQL of one province's own."""
    home = Path(tempfile.mkdtemp(prefix="doisoat-hue-", dir=quick_folder()))
    try:
        yield postgres.start(home, postgres.THROWAWAY_SETTINGS)
    finally:
        postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def test_an_existing_installation_goes_on_when_a_province_is_added(
    installation: Installation, other_warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file moved, no connection renamed, no step by hand: the next night builds on those before it."""
    monkeypatch.setenv("DOISOAT_HOME", str(installation.directory))  # as homes have it: landings in their folder
    monkeypatch.delenv("DOISOAT_LANDING")
    shutil.rmtree(installation.folder)
    before = installation.open()["lang_son"]
    night(before, FIRST, missing=2)
    kept = sorted(path for path in installation.directory.rglob("*") if "lang_son" in path.parts)

    installation.folder.mkdir()
    hue = installation.add("hue", other_warehouse_dsn)
    installation.open()
    world = installation.worlds["lang_son"]
    assert (world.site.dsn, world.site.landing_root, world.site.papers_root) == (
        before.site.dsn, installation.directory / "landing", before.site.papers_root,
    )  # fmt: skip
    night(hue, SECOND, missing=1)
    night(world, SECOND, missing=3)
    assert set(kept) <= set(installation.directory.rglob("*"))
    assert world.rows(STATE) == [(FIRST, "published"), (SECOND, "published")]
    assert hue.rows(STATE) == [(SECOND, "published")]
    swept = deep_sweep(world.site)
    assert swept is not None
    assert swept.differences == 0
    assert (len(world.verdicts(SECOND)), len(hue.verdicts(SECOND))) == (3, 1)
    assert sorted(path.name for path in (installation.directory / "landing").iterdir()) == ["hue", "lang_son"]


def test_the_death_of_one_database_amid_all_nights_touches_no_other(
    installation: Installation, other_warehouse_dsn: str, own_server: postgres.Server
) -> None:
    """And once it is back, its night comes to what it would have come to."""
    dsn = postgres.ensure_database(own_server, "warehouse_hue", may_create_roles=True)
    migrate(dsn)
    installation.add("da_nang", other_warehouse_dsn)
    installation.add("hue", dsn)
    worlds = installation.open()
    for world in worlds.values():
        night(world, FIRST, missing=2)
    for world in worlds.values():
        world.land(SECOND, "igate", listing(CODES))
        world.land(SECOND, "national_export", listing(CODES[4:]))
        world.open_and_load(SECOND)
    kill(own_server)
    with pytest.raises(WarehouseUnavailableError):
        worlds["hue"].reconcile(SECOND)
    for name in ("lang_son", "da_nang"):
        worlds[name].reconcile(SECOND)
        worlds[name].publish(SECOND)
        night(worlds[name], THIRD, missing=1)
        assert worlds[name].rows(STATE) == [(day, "published") for day in (FIRST, SECOND, THIRD)]
        swept = deep_sweep(worlds[name].site)
        assert swept is not None
        assert swept.differences == 0

    postgres.start(own_server.home, postgres.THROWAWAY_SETTINGS)  # on the port that it had
    worlds["hue"].open_and_load(SECOND)
    worlds["hue"].reconcile(SECOND)
    worlds["hue"].publish(SECOND)
    night(worlds["hue"], THIRD, missing=1)
    assert worlds["hue"].rows(STATE) == worlds["da_nang"].rows(STATE)
    for day in (FIRST, SECOND, THIRD):
        assert worlds["hue"].verdicts(day) == worlds["da_nang"].verdicts(day) != []


def kill(server: postgres.Server) -> None:
    """Kill a server and everything of it, as a power cut does."""
    pid = int((server.home / "postgres" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    process = psutil.Process(pid)
    for one in (process, *process.children(recursive=True)):
        one.send_signal(signal.SIGKILL)
    psutil.wait_procs([process])


def test_a_flood_and_a_blocked_night_of_one_touch_no_other(
    tmp_path: Path, warehouse_dsn: str, other_warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood_guard = {"igate": {"flood_guard": {"share": 0.2, "floor_rows": 3}}}
    installation = Installation(tmp_path, warehouse_dsn, flood_guard)
    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    installation.add("hue", other_warehouse_dsn)
    worlds = installation.open()
    for world in worlds.values():
        night(world, FIRST, missing=2)
    hue, lang_son = worlds["hue"], worlds["lang_son"]
    hue.land(SECOND, "igate", listing(CODES[:5]))
    hue.land(SECOND, "national_export", listing(CODES), totals=[total(len(CODES) + 2, period_kind="all")])
    hue.open_and_load(SECOND)
    with pytest.raises(QualityGateError):
        steps.check_night(hue.site, dt.date.fromisoformat(SECOND), stage="inputs", run_id="test")
    lang_son.run(SECOND, checks=True, igate=listing(CODES), national_export=listing(CODES[3:]))
    assert hue.rows("select count(*) from ops.pull where reason = 'held'") == [(1,)]
    assert hue.rows(STATE) == [(FIRST, "published"), (SECOND, "blocked")]
    assert lang_son.rows(STATE) == [(FIRST, "published"), (SECOND, "published")]
    assert lang_son.rows("select count(*) from ops.pull where reason = 'held'") == [(0,)]


def test_two_provinces_share_no_warehouse(installation: Installation, warehouse_dsn: str) -> None:
    """A line copied in a file of connections: the second province is refused before it writes."""
    worlds = installation.open()
    night(worlds["lang_son"], FIRST, missing=0)
    installation.add("hue", warehouse_dsn)
    hue = installation.open()["hue"]
    with pytest.raises(ConfigurationError, match=r"'lang_son' since .* 'hue'; nothing was written"):
        steps.open_night(hue.site, dt.date.fromisoformat(SECOND), run_id="test")


def test_prepare_upgrades_every_warehouse_that_answers(
    installation: Installation,
    other_warehouse_dsn: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`migrate` of the production stack: one server that is down keeps nobody else's Airflow from starting."""
    from orchestration.prepare import migrate_warehouses

    installation.add("hue", other_warehouse_dsn)
    installation.write("da_nang")
    (installation.folder / "lao_cai.yaml").write_text("province: [", encoding="utf-8")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_HUE", other_warehouse_dsn)
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_DA_NANG", "postgresql://x:y@127.0.0.1:1/x")
    assert sorted(tenant.id for tenant in migrate_warehouses()) == ["da_nang", "lao_cai"]
    said = capsys.readouterr().err
    assert "da_nang.yaml: " in said
    assert "lao_cai.yaml: province file " in said
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgresql://x:y@127.0.0.1:1/x")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_HUE", "postgresql://x:y@127.0.0.1:1/x")
    with pytest.raises(WarehouseUnavailableError):
        migrate_warehouses()
    assert Site.from_environment(tenant=tenants.named("hue")).settings.province.id == "hue"
