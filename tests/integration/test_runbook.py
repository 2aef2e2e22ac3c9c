"""Every `doisoat` command of docs/runbook.md, in the order of the page, on a night that is in two of its troubles.

Those of `docker compose` are run by test_production, on the services themselves.
"""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path

import pytest
from doisoat.errors import QualityGateError
from doisoat.nights import steps
from doisoat.warehouse import connect
from support.commands import of_world, typed
from support.receivers import receiving
from support.runbook import commands
from support.tenants import Installation
from support.world import World, total

GOOD, NIGHT = dt.date(2024, 4, 18), dt.date(2024, 4, 19)
CODES = [f"H37.21.01-2404{day:02}-{number:04}" for day in range(1, 11) for number in range(1, 4)]
#: Nobody answers in this world; and of a night that is still blocked a replay says so (the page tells what 1 means).
SOURCES = {"igate": {"flood_guard": {"share": 0.2, "floor_rows": 3}}}
ENDS_WITH = {"doisoat check": 1, "doisoat replay": 1, f"doisoat replay --from {NIGHT}": 1}


def listing(codes: list[str]) -> str:
    return "\n".join(["code", *codes])


def troubled(world: World) -> World:
    """A good night; then iGate's pull is held, and the portal declares more than it lists, which blocks the night."""
    world.run(GOOD, checks=True, igate=listing(CODES), national_export=listing(CODES))
    world.land(NIGHT, "igate", listing(CODES[:5]))
    world.land(NIGHT, "national_export", listing(CODES), totals=[total(len(CODES) + 2, period_kind="all")])
    world.open_and_load(NIGHT)
    with pytest.raises(QualityGateError):
        steps.check_night(world.site, NIGHT, stage="inputs", run_id="test")
    return world


def test_every_command_works(tmp_path: Path, warehouse_dsn: str) -> None:
    world = troubled(World(tmp_path, warehouse_dsn, sources=SOURCES))
    run_all(world, of_world(world))


def test_every_command_works_for_one_province_among_many_and_concerns_no_other(
    tmp_path: Path, warehouse_dsn: str, other_warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = Installation(tmp_path, warehouse_dsn, SOURCES)
    for name, value in installation.environment.items():
        monkeypatch.setenv(name, value)
    installation.add("hue", other_warehouse_dsn)
    worlds = installation.open()
    worlds["lang_son"].run(GOOD, checks=True, igate=listing(CODES), national_export=listing(CODES))
    before = content(warehouse_dsn), sealed(tmp_path / "landing" / "lang_son")
    run_all(troubled(worlds["hue"]), installation.environment, "--province", "hue")
    assert (content(warehouse_dsn), sealed(tmp_path / "landing" / "lang_son")) == before


def content(dsn: str) -> dict[str, str]:
    """Table -> a digest of all its rows."""
    with connect(dsn) as connection:
        tables = connection.execute(
            """select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables
            where schemaname in ('core', 'recon', 'ops', 'archive')"""
        ).fetchall()
        digest = "select coalesce(md5(string_agg(t::text, chr(10) order by t::text)), 'empty') from {} t"
        return {table: connection.execute(digest.format(table)).fetchone()[0] for (table,) in tables}  # type: ignore[index]


def sealed(directory: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def run_all(world: World, settings: dict[str, str], *options: str) -> None:
    """Type every command, in the order of the page."""
    lines = commands("doisoat", N=str(NIGHT), S="igate")
    assert {line.split()[1] for line in lines} >= {"accept-pull", "publish", "replay", "retain", "tell", "migrate"}
    with receiving() as receiver:
        here = {
            "DOISOAT_OPEN_TABLE": str(world.site.landing_root.parent / "open_table"),
            **settings,
            "AIRFLOW_CONN_NEWS": f'{{"conn_type": "generic", "password": "json://{receiver.address}"}}',
        }
        here = {**here, "AIRFLOW_CONN_NEWS_HUE": here["AIRFLOW_CONN_NEWS"]}
        said = {}
        for line in lines:
            done = typed(here, *options, *shlex.split(line)[1:])
            assert done.returncode == ENDS_WITH.get(line, 0), f"{line}: {done.stdout}{done.stderr}"
            said[line.split()[1]] = done.stdout
        assert len(receiver.requests) == 1  # tell --test
    assert "accepted: igate, night 2024-04-19" in said["accept-pull"]
    assert "published, revision 1" in said["publish"]
    assert "WRONG igate: " in said["check"]
    # The replay of the night loads what was accepted; what it published before is gone with it, and blocked is blocked.
    assert world.rows(
        "select count(*) from core.dossier_record where source_id = 'igate' and to_night = 'infinity'"
    ) == [(5,)]
