"""A simulated world served over real HTTP within the test's own process, so that a test can ask both it and its truth."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import uvicorn
from sandbox.http.sessions import Credentials
from sandbox.server import App, Systems
from sandbox.systems.system import Setting
from sandbox.systems.systems import systems_of
from sandbox.world import moments
from sandbox.world.clock import Clock
from sandbox.world.variant import parse_variant
from sandbox.world.world import World, make_world

USER, SECRET = "tester", "a-secret-of-this-test"


class StandingClock(Clock):
    """A simulated clock that shows the moment it was set to: what is asked twice is answered alike."""

    def now(self) -> float:
        return self._anchor


class Served:
    """One world being served; its clock stands at the moment at which its last night is read."""

    def __init__(self, world: World, url: str) -> None:
        self.world, self.url = world, url

    @property
    def now(self) -> int:
        """The simulated moment."""
        told = requests.get(f"{self.url}/control/clock", timeout=30).json()["now"]
        return int(dt.datetime.fromisoformat(told).timestamp())

    def move_to(self, at: int) -> list[str]:
        """Set the clock; returns the names of the files that appeared."""
        now = moments.local_time(at).isoformat()
        answer = requests.post(f"{self.url}/control/clock", json={"now": now}, timeout=60)
        answer.raise_for_status()
        return [str(name) for name in answer.json()["files"]]

    def spoil(self, system: str, kind: str, **more: Any) -> None:
        """Put a fault in force."""
        fault = {"system": system, "kind": kind, **more}
        requests.post(f"{self.url}/control/faults", json=fault, timeout=30).raise_for_status()


@contextmanager
def serve(
    variant: str = "a",
    dossiers: int = 400,
    last_night: dt.date = dt.date(2024, 4, 19),
    *,
    inbox: Path | None = None,
    session_life: float = 300,
    clock: type[Clock] = Clock,
) -> Iterator[Served]:
    """Serve a world of one of the variants ("a", "b", or with changes) until the block ends."""
    world = make_world(3, dossiers, last_night, variant=parse_variant(variant))
    setting = Setting(world, Credentials(USER, SECRET, api_key=SECRET), inbox, session_life)
    app = App(Systems(clock(world.cut_offs[-1]), systems_of(setting), world))
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", date_header=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield Served(world, f"http://127.0.0.1:{listening.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
