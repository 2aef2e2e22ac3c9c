"""What the homes of a laptop hold: which `make` used each, for which province, and what runs there now."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

#: Where `make run`, and `make up` and `make night`, keep their state.
FOLDER = ".doisoat"
NAMES = ("run", "up")
_FILE = "home.json"
#: What the processes of a home know, and a command on its warehouse needs: where the source systems are, above all.
_KNOWN = ("AIRFLOW_CONN_", "DOISOAT_")


@dataclass(frozen=True)
class Home:
    """One home.

    Attributes:
        used_by: the `make` command that used it last.
        province: the province file it was used with; None if that is not known.
        has_warehouse: whether its warehouse is here, and not where AIRFLOW_CONN_WAREHOUSE led.
        used_at: when; seconds since 1970.
        known: the environment of its Airflow, if that is running, as far as it concerns us.
        is_simulated: whether its source systems were the sandbox's.
    """

    path: Path
    used_by: str
    province: str | None
    has_warehouse: bool
    used_at: float
    known: dict[str, str]
    is_simulated: bool


def remember(home: Path, *, used_by: str, province: Path, has_warehouse: bool) -> None:
    """Keep who used a home last, and how."""
    said = {"used_by": used_by, "province": str(province), "has_warehouse": has_warehouse}
    (home / _FILE).write_text(json.dumps(said), encoding="utf-8")


def at(path: Path) -> Home | None:
    """The home in this folder; None if it has no server."""
    if not (path / "postgres").exists():
        return None
    said: dict[str, Any] = {"used_by": f"make {path.name}" if path.name in NAMES else "make", "province": None}
    used = path / _FILE
    if used.exists():
        said |= json.loads(used.read_text(encoding="utf-8"))
    if said["province"] and not Path(said["province"]).is_file():
        said["province"] = None
    since = (used if used.exists() else path / "postgres").stat().st_mtime
    has_warehouse = bool(said.get("has_warehouse", True))
    is_simulated = (path / "world.json").exists()
    return Home(path.resolve(), said["used_by"], said["province"], has_warehouse, since, _known(path), is_simulated)


def _known(path: Path) -> dict[str, str]:
    """What the scheduler of this home was started with: credentials of simulated systems are in its memory alone."""
    try:
        pid, created = json.loads((path / "processes.json").read_text(encoding="utf-8"))["scheduler"]
        process = psutil.Process(int(pid))
        if abs(process.create_time() - created) >= 1:
            return {}
        return {name: value for name, value in process.environ().items() if name.startswith(_KNOWN)}
    except (OSError, ValueError, KeyError, psutil.Error):
        return {}


def of(project: Path) -> list[Home]:
    """The homes of a checkout that have a warehouse: what is at work first, then the one that was used last."""
    found = [home for name in NAMES if (home := at(project / FOLDER / name)) and home.has_warehouse]
    return sorted(found, key=lambda home: (not home.known, -home.used_at))


def chosen(project: Path, name: str) -> Path:
    """The folder of a home that somebody names: `run`, `up`, or its path."""
    return project / FOLDER / name if name in NAMES else Path(os.path.expanduser(name)).absolute()
