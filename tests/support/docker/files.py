"""docker-compose.yml as Compose understands it, and what of the Dockerfile says how a container runs."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

#: $$, $NAME, ${NAME}, ${NAME:-default}, ${NAME:?message} and the forms without colon.
_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<bare>\w+)|\{(?P<name>\w+)(?:(?P<operator>:?[-?+])(?P<word>[^}]*))?\})"
)
_DURATION = re.compile(r"(\d+)(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


class ComposeError(Exception):
    """Raised for a file that Compose would refuse; the message says why."""


@dataclass(frozen=True)
class Service:
    """One service, its defaults filled in."""

    name: str
    image: str
    is_built: bool
    command: tuple[str, ...] | None
    environment: dict[str, str]
    depends_on: dict[str, str]
    health: tuple[str, ...] | None
    patience: float  # seconds after which it is unhealthy
    volumes: tuple[tuple[str, str, bool], ...]  # volume or path, target, is read only
    secrets: dict[str, str]  # name below /run/secrets -> file
    tmpfs: tuple[str, ...]
    is_read_only: bool
    user: str
    hostname: str
    profiles: frozenset[str]
    raw: dict[str, Any] = field(repr=False)


def interpolate(value: Any, variables: Mapping[str, str]) -> Any:
    """The value with its variables filled in, as Compose does it.

    Raises:
        ComposeError: a variable that is needed (`:?`) is not set.
    """
    if isinstance(value, dict):
        return {key: interpolate(entry, variables) for key, entry in value.items()}
    if isinstance(value, list):
        return [interpolate(entry, variables) for entry in value]
    return _VARIABLE.sub(_filled(variables), value) if isinstance(value, str) else value


def _filled(variables: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def fill(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        name, operator, word = found["name"] or found["bare"], found["operator"] or "", found["word"] or ""
        value = variables.get(name)
        is_given = bool(value) if operator.startswith(":") else value is not None
        if operator.endswith("?") and not is_given:
            raise ComposeError(f"required variable {name} is missing a value: {word}")
        if operator.endswith("+"):
            return word if is_given else ""
        return (value or "") if is_given or not operator else word

    return fill


def schema() -> dict[str, Any]:
    """The Compose specification's JSON schema, as the package check-jsonschema carries it."""
    text = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    return dict(json.loads(text.read_text(encoding="utf-8")))


def against_specification(content: dict[str, Any]) -> list[str]:
    """What the Compose specification has against it: where, and what."""
    from jsonschema import Draft202012Validator  # takes a second, and is not needed at each command

    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema()).iter_errors(content)]


def read(
    project: Path, environment: Mapping[str, str] | None = None, *, is_checked: bool = False
) -> dict[str, Service]:
    """The services of a project directory: docker-compose.yml, with .env beside it.

    Args:
        environment: of the shell; goes before .env.
        is_checked: hold it against the specification too.

    Raises:
        ComposeError: Compose would refuse it.
    """
    own = {name: value or "" for name, value in dotenv_values(project / ".env").items()}
    content = yaml.safe_load((project / "docker-compose.yml").read_text(encoding="utf-8"))
    content = interpolate(content, {**own, **(environment or {})})
    if is_checked and (wrong := against_specification(content)):
        raise ComposeError("; ".join(wrong))
    secrets = {name: told["file"] for name, told in content.get("secrets", {}).items()}
    services = {name: _service(name, raw, project, secrets) for name, raw in content["services"].items()}
    for service in services.values():
        if unknown := set(service.depends_on) - set(services):
            raise ComposeError(f"service {service.name} depends on undefined service {', '.join(unknown)}")
        for source, _, _ in service.volumes:
            if not source.startswith(("/", ".")) and source not in content.get("volumes", {}):
                raise ComposeError(f"service {service.name} refers to undefined volume {source}")
    return services


def _service(name: str, raw: dict[str, Any], project: Path, secrets: Mapping[str, str]) -> Service:
    health = raw.get("healthcheck")
    named = raw.get("env_file", [])
    given: dict[str, str] = {}
    for path in [named] if isinstance(named, str) else named:
        if not (project / path).exists():
            raise ComposeError(f"env file {project / path} not found")
        given |= {key: value or "" for key, value in dotenv_values(project / path).items()}
    if unknown := set(raw.get("secrets", [])) - set(secrets):
        raise ComposeError(f"service {name} refers to undefined secret {', '.join(unknown)}")
    depends_on = raw.get("depends_on", {})
    if isinstance(depends_on, list):
        depends_on = {other: {"condition": "service_started"} for other in depends_on}
    return Service(
        name=name,
        image=raw["image"],
        is_built="build" in raw,
        command=_words(raw["command"]) if "command" in raw else None,
        environment={**given, **{key: str(value) for key, value in raw.get("environment", {}).items()}},
        depends_on={other: entry["condition"] for other, entry in depends_on.items()},
        health=_health_command(health["test"]) if health else None,
        patience=_patience(health) if health else 0.0,
        volumes=tuple(_volume(entry) for entry in raw.get("volumes", [])),
        secrets={secret: secrets[secret] for secret in raw.get("secrets", [])},
        tmpfs=tuple(raw.get("tmpfs", [])),
        is_read_only=raw.get("read_only", False),
        user=raw.get("user", ""),
        hostname=raw.get("hostname", name),
        profiles=frozenset(raw.get("profiles", [])),
        raw=raw,
    )


def _words(command: str | list[str]) -> tuple[str, ...]:
    return tuple(shlex.split(command) if isinstance(command, str) else map(str, command))


def _volume(entry: str) -> tuple[str, str, bool]:
    source, target, *mode = entry.split(":")
    return source, target, mode == ["ro"]


def _health_command(test: list[str]) -> tuple[str, ...]:
    if test[0] == "CMD-SHELL":
        return ("sh", "-c", test[1])
    if test[0] != "CMD":
        raise ComposeError(f"a health check begins with CMD or CMD-SHELL, not {test[0]}")
    return tuple(test[1:])


def _patience(health: dict[str, Any]) -> float:
    asked = seconds(health.get("start_period", "0s"))
    return asked + health.get("retries", 3) * (
        seconds(health.get("interval", "30s")) + seconds(health.get("timeout", "30s"))
    )


def seconds(duration: str) -> float:
    """1m30s -> 90.0."""
    found = _DURATION.findall(duration)
    if "".join(number + unit for number, unit in found) != duration:
        raise ComposeError(f"{duration!r} is no duration")
    return sum(int(number) * _SECONDS[unit] for number, unit in found)


@dataclass(frozen=True)
class Dockerfile:
    """What of a Dockerfile says how a container runs.

    Attributes:
        instructions: (name, rest of the line), continuation lines joined, comments left out.
    """

    instructions: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, path: Path) -> Dockerfile:
        """Parse the file."""
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
        joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
        parts = [line.split(maxsplit=1) for line in joined.splitlines() if line.strip()]
        return cls(tuple((name.upper(), rest.strip()) for name, rest in parts))

    def all(self, name: str) -> list[str]:
        """The rests of all instructions of that name, in order."""
        return [rest for found, rest in self.instructions if found == name]

    @property
    def environment(self) -> dict[str, str]:
        return {
            name: value
            for rest in self.all("ENV")
            for name, value in (word.split("=", 1) for word in shlex.split(rest))
        }

    @property
    def workdir(self) -> str:
        return self.all("WORKDIR")[-1]

    @property
    def entrypoint(self) -> tuple[str, ...]:
        return tuple(json.loads(self.all("ENTRYPOINT")[-1]))

    @property
    def default_command(self) -> tuple[str, ...]:
        return tuple(json.loads(self.all("CMD")[-1]))

    @property
    def copies(self) -> list[tuple[str, str]]:
        """(what, where to), one each."""
        found = []
        for rest in self.all("COPY"):
            *sources, target = rest.split()
            for source in sources:
                inside = target.rstrip("/") + "/" + source if target.endswith("/") else target
                found.append((source, str(Path(self.workdir) / inside)))
        return found

    @property
    def made_directories(self) -> dict[str, tuple[str, int]]:
        """Directory -> owner and mode, of `RUN install -d -o OWNER -g GROUP -m MODE ...`."""
        found = {}
        for rest in self.all("RUN"):
            words = shlex.split(rest)
            if words[:2] == ["install", "-d"]:
                options = dict(zip(words[2:8:2], words[3:8:2], strict=True))
                found.update({path: (options["-o"], int(options["-m"], 8)) for path in words[8:]})
        return found

    @property
    def accounts(self) -> dict[str, int]:
        """Name -> number, of `useradd --uid NUMBER ... NAME`."""
        return {
            name: int(uid)
            for uid, name in re.findall(r"useradd .*?--uid (\d+).*? (\w+)$", "\n".join(self.all("RUN")), re.M)
        }
