"""One simulated world and somebody who speaks with it over HTTP, for tests that hold the systems against contracts."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import requests

from support.sandboxes import SECRET, USER
from support.sandboxes import Served as Address


class Served:
    """A world being served.

    Args:
        inbox: where its files appear.
    """

    secret = api_key = SECRET
    user = USER

    def __init__(self, variant: str, address: Address, inbox: Path) -> None:
        self.variant, self.inbox, self._address = variant, inbox, address
        self.now = dt.datetime.fromtimestamp(address.now, dt.timezone(dt.timedelta(hours=7)))
        self._http = requests.Session()
        self._is_moved = True

    def get(self, path: str, **more: Any) -> requests.Response:
        return self._http.get(self._address.url + path, timeout=30, allow_redirects=False, **more)

    def post(self, path: str, **more: Any) -> requests.Response:
        return self._http.post(self._address.url + path, timeout=30, allow_redirects=False, **more)

    def bearer(self, token_path: str) -> dict[str, str]:
        """Headers with a new token."""
        form = {"grant_type": "client_credentials", "client_id": self.user, "client_secret": self.secret}
        return {"Authorization": "Bearer " + self.post(token_path, data=form).json()["access_token"]}

    def set_clock(self, now: dt.datetime) -> list[str]:
        """Move to a moment, the inbox emptied before; names of the files that appeared."""
        self._is_moved = True
        for path in self.inbox.rglob("*.*"):
            path.unlink()
        return self._address.move_to(int(now.timestamp()))

    def fault(self, system: str, kind: str, **more: Any) -> None:
        """Put a fault in force."""
        self._address.spoil(system, kind, **more)

    def key(self) -> list[dict[str, Any]]:
        """The answer key of this moment."""
        return [json.loads(line) for line in self.get("/control/key").text.splitlines()]

    def reset(self) -> Served:
        """As a test finds it: no faults, and its last night is just read."""
        self._http.delete(self._address.url + "/control/faults", timeout=30)
        if self._is_moved:
            self.set_clock(self.now)
            self._is_moved = False
        return self
