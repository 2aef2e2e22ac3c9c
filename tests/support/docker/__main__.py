"""`docker compose ...`, as far as docs/operations.md uses it.

DOCKER_HOME  directory of volumes and logs
DOCKER_ONLY  services that `up` without names starts, with what they depend on: a test need not wait for all of them
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psutil
from standalone.processes import Processes

from support.docker.container import Container
from support.docker.files import ComposeError, Service, read, seconds

#: The containers cannot write what Python compiles; without it each of them would compile all of this at each start.
COMPILED = (
    "airflow.__main__",
    "airflow.api_fastapi.main",
    "airflow.dag_processing.manager",
    "airflow.jobs.scheduler_job_runner",
    "airflow.jobs.triggerer_job_runner",
    "airflow.providers.celery.cli.celery_command",
    "airflow.providers.celery.executors.celery_executor",
    "airflow.sdk.execution_time.supervisor",
    "celery.bin.worker",
    "doisoat.nights.steps",
    "great_expectations",
    "pandas",
)


class Engine:
    """The containers of one project."""

    def __init__(self, project: Path, home: Path, profiles: Iterable[str], *, is_checked: bool = False) -> None:
        self.services = read(project, os.environ, is_checked=is_checked)
        self.home, self.processes = home, Processes(home)
        only = os.environ.get("DOCKER_ONLY", "").split()
        self.active = [s.name for s in self.services.values() if not s.profiles or s.profiles & set(profiles)]
        self.wanted = [name for name in self.active if not only or name in only]
        names = list(self.services)
        self.containers = {
            name: Container(service, names, project, home / "volumes") for name, service in self.services.items()
        }
        self._made = home / "made.json"  # what each running container was made of

    def up(self, names: list[str], *, wait: bool, with_dependencies: bool = True) -> None:
        """Start what does not run or has changed, each once what it depends on is ready."""
        self.ended: dict[str, int] = {}
        chosen = names or self.wanted
        order = self._with_dependencies(chosen) if with_dependencies else chosen
        for name in order:
            if with_dependencies:
                for other, condition in self.services[name].depends_on.items():
                    self._wait(other, condition)
            self._start(self.services[name])
        if wait:
            needed = {other for s in self.services.values() for other, c in s.depends_on.items() if "completed" in c}
            for name in order:
                self._wait(name, "service_completed_successfully" if name in needed else "service_healthy")

    def remove(self, names: list[str] | None) -> None:
        """Stop what is made anew, all services if none is named; None: nothing. Services of other profiles go on.

        Those that a test does not wait for (DOCKER_ONLY) are stopped like the others: they would go on with the old secrets.
        """
        running = self.processes.running()
        again = [] if names is None else self._with_dependencies(names or self.active)
        if chosen := [name for name in again if name in running]:
            self.stop(chosen)

    def _with_dependencies(self, names: Iterable[str]) -> list[str]:
        order: list[str] = []
        for name in names:
            order += [*self._with_dependencies(self.services[name].depends_on), name]
        return list(dict.fromkeys(order))

    def _start(self, service: Service) -> None:
        print(f" Container {service.name}  Starting", file=sys.stderr)
        digest = hashlib.sha256(json.dumps(service.raw, sort_keys=True).encode()).hexdigest()
        digest += hashlib.sha256(json.dumps(self.containers[service.name].environment).encode()).hexdigest()
        made = json.loads(self._made.read_text()) if self._made.exists() else {}
        if service.name in self.processes.running():
            if made.get(service.name) == digest:
                return
            self.stop([service.name])
        container = self.containers[service.name]
        self.processes.start(service.name, container.begin(), container.environment)
        self._made.write_text(json.dumps({**made, service.name: digest}))

    def _wait(self, name: str, condition: str) -> None:
        service, children = self.services[name], self.processes._children
        began = time.monotonic()
        while True:
            code = children[name].poll() if name in children else None
            if code is not None and (code or "completed" not in condition):
                log = (self.processes.logs / f"{name}.log").read_text(errors="replace").splitlines()
                raise ComposeError(f"container {name} exited ({code})\n" + "\n".join(log[-15:]))
            if code == 0:
                return
            if "completed" not in condition and (service.health is None or self._is_healthy(service)):
                return
            if time.monotonic() - began > (service.patience if service.health else 600):
                raise ComposeError(f"container {name} is unhealthy")
            time.sleep(0.3)

    def _is_healthy(self, service: Service) -> bool:
        assert service.health is not None
        try:
            return self.execute(service.name, service.health, quiet=True) == 0
        except ComposeError:
            return False

    def execute(self, name: str, command: Iterable[str], *, quiet: bool = False) -> int:
        """Run a program in a running container; returns its exit code."""
        process = self.processes.running().get(name)
        if process is None:
            raise ComposeError(f'service "{name}" is not running')
        container = self.containers[name]
        limit = seconds(container.service.raw["healthcheck"].get("timeout", "30s")) if quiet else None
        output = subprocess.DEVNULL if quiet else None
        with contextlib.suppress(subprocess.TimeoutExpired):
            return subprocess.run(
                container.enter(process.pid, list(command)),
                env=container.environment,
                stdout=output,
                stderr=output,
                stdin=output,
                timeout=limit,
                check=False,
            ).returncode
        return 1

    def run(self, name: str, command: list[str], entrypoint: list[str] | None) -> int:
        """Run the service's command, or another, in a container of its own."""
        container = self.containers[name]
        return subprocess.run(container.begin(command, entrypoint), env=container.environment, check=False).returncode

    def build(self) -> int:
        """What of building an image can be done here: Python compiles what its services import."""
        environment = {"PATH": os.environ["PATH"], "AIRFLOW_HOME": str(self.home / "build")}
        imports = "import " + ", ".join(COMPILED)
        return subprocess.run(
            [sys.executable, "-c", imports], env=environment, stdout=subprocess.DEVNULL, check=False
        ).returncode

    def stop(self, names: list[str]) -> None:
        """Ask to end, with the service's own signal, as long as it may take; kill what is left."""
        running = self.processes.running()
        for name in names or running:
            if name in running:
                raw = self.services[name].raw
                running[name].send_signal(signal.Signals[raw.get("stop_signal", "SIGTERM")])
        for name in names or running:
            if name in running:
                grace = seconds(self.services[name].raw.get("stop_grace_period", "10s"))
                psutil.wait_procs([running[name]], timeout=grace)
                self._kill(running[name])
        if names or running:
            self.processes.stop(*(names or running))

    def kill(self, names: list[str]) -> None:
        """What kill -9 does to the first process of a container: all its processes are gone."""
        for name in names:
            self._kill(self.processes.running()[name])

    def show(self, what: str, names: list[str]) -> None:
        """Print the containers that run, or what containers wrote."""
        if what == "ps":
            print("\n".join(self.processes.running()))
        for name in names:
            print((self.processes.logs / f"{self.services[name].name}.log").read_text(errors="replace"))

    @staticmethod
    def _kill(process: psutil.Process) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in [process, *process.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        engine = Engine(
            Path.cwd(), Path(os.environ["DOCKER_HOME"]), given.profile, is_checked=given.command == "config"
        )
        return _do(engine, given)
    except ComposeError as error:
        print(error, file=sys.stderr)
        return 1


def _do(engine: Engine, given: argparse.Namespace) -> int:
    if given.command == "up":
        engine.remove(given.services if given.force_recreate else None)
        engine.up(given.services, wait=given.wait, with_dependencies=not given.no_deps)
    elif given.command == "exec":
        return engine.execute(given.service, given.words)
    elif given.command == "run":
        return engine.run(given.service, given.words, [given.entrypoint] if given.entrypoint else None)
    elif given.command == "kill":
        engine.kill(given.services)
    elif given.command in ("logs", "ps"):
        engine.show(given.command, given.services)
    elif given.command in ("stop", "down", "restart"):
        engine.stop(given.services)
        if given.command == "restart":
            engine.up(given.services, wait=False, with_dependencies=False)
        if given.command == "down" and given.volumes:
            shutil.rmtree(engine.home / "volumes", ignore_errors=True)
    elif given.command == "build":
        return engine.build()
    return 0  # config: the file has been read


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="docker")
    compose = parser.add_subparsers(required=True).add_parser("compose")
    compose.add_argument("--profile", action="append", default=[])
    commands = compose.add_subparsers(dest="command", required=True)
    for name in ("up", "stop", "down", "restart", "kill", "logs", "ps", "build"):
        command = commands.add_parser(name)
        command.add_argument("services", nargs="*")
        if name == "up":
            command.add_argument("--detach", "-d", action="store_true", required=True)
            command.add_argument("--wait", action="store_true")
            command.add_argument("--no-deps", action="store_true")
            command.add_argument("--force-recreate", action="store_true")
        if name == "down":
            command.add_argument("--volumes", action="store_true")
    commands.add_parser("config").add_argument("--quiet", action="store_true", required=True)
    for name in ("exec", "run"):
        command = commands.add_parser(name)
        command.add_argument("-T", action="store_true", required=True)
        command.add_argument("--rm", action="store_true")
        command.add_argument("--no-deps", action="store_true")
        command.add_argument("--entrypoint")
        command.add_argument("service")
        command.add_argument("words", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
