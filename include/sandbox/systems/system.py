"""The interface of a simulated source system; each system is a module of its own (sandbox.systems.systems lists them)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.http.faults import Fault
from sandbox.http.sessions import Credentials
from sandbox.http.wire import Answer, Request, json_answer
from sandbox.world.world import World


@dataclass(frozen=True)
class Setting:
    """What a system is made from.

    Attributes:
        world: whose part the system shows.
        credentials: who may log in.
        inbox: the directory where files appear, None for nowhere.
        session_life: seconds that a token or a session lives.
    """

    world: World
    credentials: Credentials
    inbox: Path | None = None
    session_life: float = 300


class System:
    """One simulated source system; what a subclass does not override is as here.

    Attributes:
        name: its source kind; faults are addressed by it.
        paths: the paths it answers; one that ends with "/" means everything below it.
        drops_files: whether its files appear in an inbox (`drop`), so that file faults apply to it.
        madness: the fault in everything it holds that is active for the next answer, empty for none.
    """

    name = ""
    paths: tuple[str, ...] = ()
    drops_files = False
    madness = ""

    def owns(self, path: str) -> bool:
        """Whether the system answers a path."""
        return any(path == one or (one.endswith("/") and path.startswith(one)) for one in self.paths)

    def answer(self, request: Request, now: float) -> Answer:
        """The answer without faults; a BadRequest becomes status 400.

        Args:
            now: the simulated time.
        """
        return json_answer({"error": "not_found", "path": request.path}, 404)

    def prepare(self, now: float) -> None:
        """Prepare what takes time for a point in time."""

    def forget(self) -> None:
        """Forget everything prepared, because the clock was moved."""

    def revoke_all(self) -> None:
        """End every session and token (fault expired_session)."""

    def drift(self, request: Request, now: float) -> None:
        """Change a record not yet shown, so that the pages after this one shift (fault drift)."""

    def drop(self, now: int, faults: list[Fault]) -> list[Path]:
        """Let the files due at `now` appear in the inbox; returns them."""
        return []
