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
from support.commands import of_world, typed
from support.receivers import receiving
from support.runbook import commands
from support.world import World, total

GOOD, NIGHT = dt.date(2024, 4, 18), dt.date(2024, 4, 19)
CODES = [f"H37.21.01-2404{day:02}-{number:04}" for day in range(1, 11) for number in range(1, 4)]
#: Nobody answers in this world; and of a night that is still blocked a replay says so (the page tells what 1 means).
ENDS_WITH = {"doisoat check": 1, "doisoat replay": 1, f"doisoat replay --from {NIGHT}": 1}


def listing(codes: list[str]) -> str:
    return "\n".join(["code", *codes])


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    """A good night; then iGate's pull is held, and the portal declares more than it lists, which blocks the night."""
    sources = {"igate": {"flood_guard": {"share": 0.2, "floor_rows": 3}}}
    world = World(tmp_path, warehouse_dsn, sources=sources)
    world.run(GOOD, checks=True, igate=listing(CODES), national_export=listing(CODES))
    world.land(NIGHT, "igate", listing(CODES[:5]))
    world.land(NIGHT, "national_export", listing(CODES), totals=[total(len(CODES) + 2, period_kind="all")])
    world.open_and_load(NIGHT)
    with pytest.raises(QualityGateError):
        steps.check_night(world.site, NIGHT, stage="inputs", run_id="test")
    return world


def test_every_command_works(world: World) -> None:
    lines = commands("doisoat", N=str(NIGHT), S="igate")
    assert {line.split()[1] for line in lines} >= {"accept-pull", "publish", "replay", "retain", "tell", "migrate"}
    with receiving() as receiver:
        here = {
            **of_world(world),
            "AIRFLOW_CONN_NEWS": f'{{"conn_type": "generic", "password": "json://{receiver.address}"}}',
        }
        said = {}
        for line in lines:
            done = typed(here, *shlex.split(line)[1:])
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
