"""What an operator types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.world import World


def doisoat(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command on a world's warehouse, in an environment that knows of nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DOISOAT"))}
    here = {"AIRFLOW_CONN_WAREHOUSE": world.dsn, "DOISOAT_PROVINCE": str(world.site.settings.path)}
    command = [str(Path(sys.executable).with_name("doisoat")), *arguments]
    return subprocess.run(command, env={**kept, **here}, capture_output=True, text=True, check=False)
