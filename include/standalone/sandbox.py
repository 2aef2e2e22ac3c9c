"""The simulated source systems as a child process, and the connections that lead to them.

Credentials are generated for each start and passed in the environment: they are in no file and no command line.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import requests
from sandbox.world.variant import parse_variant

from standalone.postgres import free_port
from standalone.processes import Processes

NAME = "sandbox"
TOKEN_PATH = "/auth/realms/digo/protocol/openid-connect/token"  # noqa: S105 - a path
PLATFORM_TOKEN_PATH = "/platform/token"  # noqa: S105 - a path
#: The unit as which the province queries the licence system.
LICENCE_UNIT = "H37.08"
#: The unit as which the portal is queried through the exchange adapter.
PORTAL_UNIT = "000.00.00.H37"
REPORTS = {"PROVINCIAL": "province", "NATIONAL": "portal", "REPORTING_SYSTEM": "reporting_system"}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One world being served.

    Attributes:
        home: the state directory; the portal's export files appear in `inbox/`, those of offices in folders below it.
        last_night: the night that the world is built around; a few nights of changes come before it.
        nights: the number of those nights.
        dossiers: the approximate number of dossiers.
        variant: which world: "a", "b", or either with changes (sandbox.world.variant).
        seed: the world's seed.
        rates: how often things go wrong, as changes of the default rates (sandbox.world.world.Rates).
    """

    home: Path
    last_night: dt.date
    nights: int
    dossiers: int
    variant: str = "a"
    seed: int = 1
    rates: str = ""
    port: int = field(default_factory=free_port)
    client_id: str = field(default_factory=lambda: f"doisoat-{secrets.token_hex(4)}")
    client_secret: str = field(default_factory=secrets.token_urlsafe, repr=False)
    api_key: str = field(default_factory=secrets.token_urlsafe, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    def start(self, processes: Processes, environment: Mapping[str, str], *, clock: str = "fixed") -> None:
        """Start generating the world; `wait` waits for it. With the clock "wall", time passes as in reality."""
        for folder in ("judicial_record", *(f"reports/{office}" for office in REPORTS.values())):
            (self.inbox / folder).mkdir(parents=True, exist_ok=True)  # files appear only in folders that exist
        options = {
            "--port": self.port,
            "--inbox": self.inbox,
            "--clock": clock,
            "--last-night": self.last_night,
            "--nights": self.nights,
            "--dossiers": self.dossiers,
            "--variant": self.variant,
            "--seed": self.seed,
            "--rates": self.rates,
        }
        arguments = [str(part) for option in options.items() for part in option]
        credentials = {
            "SANDBOX_CLIENT_ID": self.client_id,
            "SANDBOX_CLIENT_SECRET": self.client_secret,
            "SANDBOX_API_KEY": self.api_key,
        }
        processes.start(NAME, [sys.executable, "-m", "sandbox", "serve", *arguments], {**environment, **credentials})

    def wait(self, processes: Processes) -> None:
        """Wait until the world is ready."""

        def is_ready() -> bool:
            try:
                return requests.get(f"{self.url}/health", timeout=10).ok
            except (requests.ConnectionError, requests.Timeout):
                return False

        processes.wait_for(NAME, is_ready, seconds=self._patience)

    def says(self) -> str:
        """The last line of its log: how far the generation of the world is."""
        lines = (self.home / "logs" / f"{NAME}.log").read_text(encoding="utf-8").splitlines()
        return f"sandbox: {lines[-1] if lines else 'the world is being made'}"

    @property
    def _patience(self) -> float:
        """How many seconds generating the world, or its state at a new time, may take on a slow machine."""
        return 120 + self.dossiers / 500

    def set_clock(self, now: dt.datetime) -> None:
        """Move the world to a point in time; all changes up to then have happened."""
        answer = requests.post(f"{self.url}/control/clock", json={"now": now.isoformat()}, timeout=self._patience)
        answer.raise_for_status()

    def connections(self) -> dict[str, str]:
        """AIRFLOW_CONN_* for the simulated systems, in Airflow's JSON form."""
        here = {"conn_type": "http", "host": "http://127.0.0.1", "port": self.port}
        login = {**here, "login": self.client_id, "password": self.client_secret}
        found: dict[str, dict[str, object]] = {
            "IGATE": {**login, "extra": {"token_path": TOKEN_PATH}},
            "NATIONAL_EXPORT": {"conn_type": "fs", "extra": {"path": str(self.inbox)}},
            "NATIONAL_STATISTICS": here,
            "DRIVING_LICENCE": {
                **login,
                "extra": {
                    "api_key": self.api_key,
                    "unit_code": LICENCE_UNIT,
                    "token_path": PLATFORM_TOKEN_PATH,
                    "base_path": "/apiDVC-GPLX/tcdbdvcdata",
                },
            },
            "BUSINESS_REGISTRATION": {
                **login,
                "extra": {"token_path": PLATFORM_TOKEN_PATH, "base_path": "/csdldkdn"},
            },
            "JUDICIAL_RECORD": {"conn_type": "fs", "extra": {"path": str(self.inbox / "judicial_record")}},
            "NATIONAL_ADAPTER": {
                **login,
                "extra": {
                    "unit_code": PORTAL_UNIT,
                    "base_path": f"{parse_variant(self.variant).adapter_prefix}/RestService/forward",
                },
            },
            "OPENCPS": login,
        }
        for name, office in REPORTS.items():
            found[f"{name}_REPORT"] = {"conn_type": "fs", "extra": {"path": str(self.inbox / "reports" / office)}}
        return {f"AIRFLOW_CONN_{name}": json.dumps(connection) for name, connection in found.items()}
