"""`python -m sandbox serve`, `key` and `words`: see --help.

Credentials come from the command line or from SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_USERNAME,
SANDBOX_PASSWORD and SANDBOX_API_KEY; what is not given is generated and printed on the first line of output.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.http.sessions import Credentials, Tokens
from sandbox.systems.system import Setting
from sandbox.world import moments
from sandbox.world.clock import Clock
from sandbox.world.variant import parse_variant
from sandbox.world.world import Rates, World, make_world, parse_rates

if TYPE_CHECKING:
    from sandbox.server import Systems

_SAID_EVERY_SECONDS = 3
_BENCH_PAGE_CAP = 2000  # maximum rows per page of the static shelf


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    given = _parser().parse_args(arguments)
    return int(given.run(given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Simulated source systems.")
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="serve a world over HTTP")
    serve.set_defaults(run=_serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=0, help="0 takes a free one; the first line of output names it")
    serve.add_argument("--inbox", type=Path, help="directory where files appear")
    serve.add_argument("--clock", choices=("fixed", "wall"), default="fixed")
    serve.add_argument("--now", help="time the fixed clock starts from (default: when the last night is read)")
    serve.add_argument("--client-id", default=os.environ.get("SANDBOX_CLIENT_ID"))
    serve.add_argument("--client-secret", default=os.environ.get("SANDBOX_CLIENT_SECRET"))
    serve.add_argument("--username", default=os.environ.get("SANDBOX_USERNAME", ""))
    serve.add_argument("--password", default=os.environ.get("SANDBOX_PASSWORD", ""))
    serve.add_argument("--api-key", default=os.environ.get("SANDBOX_API_KEY"))
    serve.add_argument("--token-life", type=float, default=300, help="lifetime of a token or session in seconds")
    serve.add_argument("--bench", type=int, metavar="N", help="serve N static iGate dossiers and nothing else")
    serve.add_argument("--bench-file", type=Path, help="where they are kept (regenerated if it does not match)")
    key = commands.add_parser("key", help="write the answer key as JSON lines")
    key.set_defaults(run=_key)
    key.add_argument("--at", help="point in time (default: when the last night is read)")
    words = commands.add_parser("words", help="write the ministries' own codes and what they mean, as JSON")
    words.set_defaults(run=_words)
    for command in (serve, key, words):
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--dossiers", type=int, default=20_000)
        command.add_argument("--last-night", type=dt.date.fromisoformat, help="default 2024-04-19; yesterday with wall")
        command.add_argument(
            "--ministries",
            type=float,
            default=Rates().ministries,
            help="dossiers of ministries' systems per ordinary dossier",
        )
        command.add_argument(
            "--rates", type=parse_rates, default={}, help="how often things go wrong: two_codes=0.01,lookalikes=2"
        )
        command.add_argument("--nights", type=int, default=3, help="nights in which the changes happen")
        command.add_argument(
            "--variant", type=parse_variant, default=parse_variant("a"), help='"a", "b", "drawn-N", "a,key=value"'
        )
    return parser


def _world(given: argparse.Namespace) -> World:
    last_night = given.last_night or dt.date(2024, 4, 19)
    if given.last_night is None and getattr(given, "clock", "fixed") == "wall":
        last_night = moments.local_date(int(time.time())) - dt.timedelta(days=1)
    rates = Rates(**{"ministries": given.ministries, **given.rates})
    return make_world(
        given.seed, given.dossiers, last_night,
        rates=rates, variant=given.variant, nights=given.nights, made=_saying_of(given.dossiers),
    )  # fmt: skip


def _saying_of(dossiers: int) -> Callable[[int], None]:
    """Reports on stderr, every few seconds, how many of the dossiers are made: a million takes a minute or two."""
    said = time.monotonic()

    def say(made: int) -> None:
        nonlocal said
        if time.monotonic() - said > _SAID_EVERY_SECONDS:
            said = time.monotonic()
            print(f"{made:,} of {dossiers:,} dossiers made", file=sys.stderr, flush=True)

    return say


def _words(given: argparse.Namespace) -> int:
    from sandbox.world.ministry_words import MinistryWords
    from sandbox.world.procedures import catalogue

    print(json.dumps(MinistryWords(catalogue(), given.variant).told(), ensure_ascii=False, indent=1))
    return 0


def _key(given: argparse.Namespace) -> int:
    from sandbox.key.key import key_lines

    world = _world(given)
    now = moments.parse_moment(given.at) if given.at else world.cut_offs[-1]
    for line in key_lines(world, int(now)):
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    return 0


def _credentials(given: argparse.Namespace) -> Credentials:
    return Credentials(
        given.client_id or f"sandbox-{secrets.token_hex(4)}",
        given.client_secret or secrets.token_urlsafe(24),
        given.username,
        given.password,
        given.api_key or secrets.token_urlsafe(24),
    )


def _systems(given: argparse.Namespace, credentials: Credentials) -> Systems:
    from sandbox.server import Systems
    from sandbox.systems.igate import IGate
    from sandbox.systems.systems import systems_of

    if given.bench:
        from sandbox.systems.bench_world import bench_shelf

        shelf, moment = bench_shelf(given.bench, given.seed, given.bench_file)
        return Systems(
            Clock(moment), [IGate(Tokens(credentials, given.token_life), lambda now: shelf, _BENCH_PAGE_CAP)]
        )
    gc.disable()  # millions of objects that all stay: garbage collection would take longer than making them
    world = _world(given)
    now = moments.parse_moment(given.now) if given.now else world.cut_offs[-1]
    clock = Clock(None if given.clock == "wall" else now)
    systems = Systems(clock, systems_of(Setting(world, credentials, given.inbox, given.token_life)), world)
    systems.prepare()
    if given.now:
        systems.drop()
    gc.freeze()
    gc.enable()
    return systems


def _serve(given: argparse.Namespace) -> int:
    import uvicorn

    from sandbox.server import App

    credentials = _credentials(given)
    started = time.monotonic()
    listening = socket.create_server((given.host, given.port))
    systems = _systems(given, credentials)
    config = uvicorn.Config(
        App(systems), http="httptools", log_level="critical", access_log=False, date_header=False, server_header=False
    )
    port = listening.getsockname()[1]
    ready_seconds = round(time.monotonic() - started, 2)
    told: dict[str, Any] = {"port": port, "client_id": credentials.client_id, "ready_seconds": ready_seconds}
    for name in ("client_secret", "api_key"):
        if not getattr(given, name):
            told[name] = getattr(credentials, name)  # generated for this run, so it has to be printed
    told["paths"] = {system.name: system.paths for system in systems.systems if system.paths}
    print(json.dumps(told), flush=True)
    uvicorn.Server(config).run(sockets=[listening])
    return 0


if __name__ == "__main__":
    sys.exit(main())
