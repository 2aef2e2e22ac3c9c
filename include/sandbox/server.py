"""The servers of one world: plain ASGI, one application for all simulated systems, distinguished by their paths.

Source endpoints answer with the simulated clock in `Date`. In addition: GET /health; GET and POST /control/clock
{"now": ISO moment}; GET /control/key[?at=ISO] (JSON lines); GET, POST and DELETE /control/faults.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from sandbox.http.faults import MADNESS, Faults
from sandbox.http.spoil import spoil
from sandbox.http.wire import Answer, BadRequest, Receive, Request, Scope, Send, json_answer, read, write
from sandbox.key.key import key_lines
from sandbox.systems.igate import IGate
from sandbox.systems.system import System
from sandbox.world import moments
from sandbox.world.clock import Clock
from sandbox.world.world import World

_FILE_READY = 30 * moments.MINUTE  # after local midnight, if the clock is real time


class Systems:
    """What is behind the paths.

    Args:
        clock: the simulated clock.
        systems: the simulated systems (sandbox.systems.systems).
        world: the world, for the answer key; None if they serve none.
    """

    def __init__(self, clock: Clock, systems: list[System], world: World | None = None) -> None:
        self.clock, self.systems, self.world = clock, systems, world
        self.faults = Faults(system.name for system in systems)
        self._routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/health"): lambda request: json_answer(self._health()),
            ("GET", "/control/clock"): lambda request: json_answer(self._told_clock()),
            ("POST", "/control/clock"): self._set_clock,
            ("GET", "/control/key"): self._key,
            ("GET", "/control/faults"): lambda request: json_answer(self.faults.told()),
            ("POST", "/control/faults"): lambda request: json_answer(self.faults.add(request.json()).told(), 201),
            ("DELETE", "/control/faults"): self._clear_faults,
        }

    # control ----------------------------------------------------------------------------------------------------
    def _health(self) -> dict[str, Any]:
        rows = [one.rows_held(self.clock.now()) for one in self.systems if isinstance(one, IGate)]
        return {"status": "ok", "igate_dossiers": rows[0] if rows else None, **self._told_clock()}

    def _told_clock(self) -> dict[str, Any]:
        return {"now": moments.local_time(self.clock.now()).isoformat(), "is_wall": self.clock.is_wall}

    def _set_clock(self, request: Request) -> Answer:
        try:
            self.clock.set(moments.parse_moment(str(request.json().get("now", ""))))
        except ValueError as error:
            raise BadRequest(f"now is an ISO moment; {error}") from None
        for system in self.systems:
            system.forget()
        self.prepare()
        return json_answer({**self._told_clock(), "files": [path.name for path in self.drop()]})

    def prepare(self) -> None:
        """Prepare what takes time for the current time of the clock."""
        for system in self.systems:
            system.prepare(self.clock.now())

    def drop(self) -> list[Path]:
        """Let every file due now appear in its inbox."""
        dropping = [system for system in self.systems if system.drops_files]
        now = int(self.clock.now())
        return [path for one in dropping for path in one.drop(now, self.faults.take(one.name, ""))]

    def _key(self, request: Request) -> Answer:
        if self.world is None:
            return json_answer({"error": "this world has no key"}, 404)
        text = request.query().get("at")
        try:
            now = moments.parse_moment(text) if text else self.clock.now()
        except ValueError:
            raise BadRequest("at is an ISO moment") from None
        lines = [msgspec.json.encode(line) for line in key_lines(self.world, int(now))]
        return Answer(body=b"\n".join(lines) + b"\n", content_type=b"application/x-ndjson")

    def _clear_faults(self, request: Request) -> Answer:
        self.faults.clear()
        return json_answer([])

    # sources ----------------------------------------------------------------------------------------------------
    def system_of(self, path: str) -> System | None:
        """The source system that answers a path."""
        return next((system for system in self.systems if system.owns(path)), None)

    def answer(self, request: Request) -> Answer:
        """The answer without faults."""
        try:
            if system := self.system_of(request.path):
                return system.answer(request, self.clock.now())
            route = self._routes.get((request.method, request.path))
            return route(request) if route else json_answer({"error": "not_found", "path": request.path}, 404)
        except BadRequest as error:
            return json_answer({"error": "bad_request", "message": str(error)}, 400)

    async def answer_with_faults(self, request: Request) -> Answer:
        """The answer with the active faults applied."""
        system = self.system_of(request.path)
        faults = self.faults.take(system.name, f"{request.path}?{request.query_string}") if system else []
        for fault in faults:
            if fault.kind == "latency":
                await asyncio.sleep(fault.seconds)
            if system and fault.kind == "expired_session":
                system.revoke_all()
        if system:
            system.madness = next((fault.kind for fault in faults if fault.kind in MADNESS), "")
        answer = self.answer(request)
        for fault in faults:
            if system and fault.kind == "drift":
                system.drift(request, self.clock.now())
            answer = spoil(fault, answer)
        return answer


class App:
    """The ASGI application."""

    def __init__(self, systems: Systems) -> None:
        self.systems = systems
        self._watch: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            answer = await self.systems.answer_with_faults(await read(scope, receive))
            await write(answer, moments.http_date(self.systems.clock.now()), send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if self.systems.clock.is_wall:
                    self._watch = asyncio.create_task(self._drop_daily())
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._watch:
                    self._watch.cancel()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _drop_daily(self) -> None:
        """With real time: a file at once, then one per day, half an hour after midnight."""
        dropped = None
        while True:
            day = moments.local_day(int(self.systems.clock.now()) - _FILE_READY)
            if day != dropped:
                dropped = day
                self.systems.drop()
            await asyncio.sleep(20)
