"""Keeps a server that a command started for the commands after it, and stops it when nobody has needed it for a while.

`python -m standalone.keeper HOME`, in the background. Starting and stopping a server for each question cost seconds, and the
first of two commands at once took it away from the second.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from standalone import postgres

IDLE_SECONDS = 600.0
LOOKS_EVERY = 5.0
_OTHERS = "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"


def start_kept(home: Path) -> postgres.Server:
    """The server of this home; if it was not running, it is kept until nobody has needed it for a while."""
    was_running = postgres.is_running(home)
    server = postgres.start(home)
    if not was_running:
        keep(home)
    return server


def keep(home: Path) -> None:
    """Leave a running server to a keeper."""
    with (home / "logs" / "keeper.log").open("ab") as log:
        subprocess.Popen(
            [sys.executable, "-m", "standalone.keeper", str(home.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,  # a Ctrl-C in our terminal ends the command, not what it shares
        )


def leave(home: Path) -> None:
    """Stop the server, unless somebody else is connected: then it is left to a keeper."""
    if not postgres.is_running(home):
        return
    with psycopg.connect(postgres.start(home).dsn()) as connection:
        has_others = connection.execute(_OTHERS).fetchone() != (0,)
    if has_others:
        keep(home)
    else:
        postgres.stop(home)


def watch(home: Path, *, idle: float, every: float) -> None:
    """Stop the server of this home once nobody is connected and nobody has asked for it for so many seconds; then end."""
    server = postgres.start(home)
    with psycopg.connect(server.dsn(), autocommit=True, application_name="doisoat keeper") as connection:
        while True:
            time.sleep(every)
            with postgres.alone(home):
                if connection.execute(_OTHERS).fetchone() != (0,):
                    (home / postgres.USED).touch()
                elif time.time() - (home / postgres.USED).stat().st_mtime > idle:
                    postgres.stop(home)
                    return


def main(home: Path) -> None:
    """As a process; that somebody else stops the server ends it too."""
    idle = float(os.environ.get("DOISOAT_IDLE_SECONDS") or IDLE_SECONDS)
    try:
        watch(home, idle=idle, every=min(LOOKS_EVERY, idle))
    except (psycopg.OperationalError, FileNotFoundError):
        return  # the server is gone, or its home


if __name__ == "__main__":
    main(Path(sys.argv[1]))
