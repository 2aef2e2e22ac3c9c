"""Which warehouse a command means that names none, and what it is called.

What is named goes first: `--home`, AIRFLOW_CONN_WAREHOUSE or the file of DOISOAT_CONNECTIONS, DOISOAT_HOME. Else it is the
embedded warehouse of this checkout: of what is at work, else of the `make` command that came last. Where there are two,
reading says which one it reads, and writing asks first. The same from any folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from doisoat.connections import WAREHOUSE_CONNECTION_ID
from doisoat.errors import ConfigurationError, WarehouseUnavailableError
from doisoat.hints import PROJECT, in_checkout

if TYPE_CHECKING:
    from standalone.homes import Home

WAREHOUSE = f"AIRFLOW_CONN_{WAREHOUSE_CONNECTION_ID.upper()}"
HOME = "DOISOAT_HOME"
#: A file of connections, as production has it (doisoat.connections).
CONNECTIONS = "DOISOAT_CONNECTIONS"
#: What `--home` named, and which variables `.env` set; both of this process.
_typed_home: list[str] = []
_from_file: set[str] = set()


@dataclass(frozen=True)
class Meant:
    """A warehouse that is meant.

    Attributes:
        home: whose server it is on; None if a connection names it.
        called: what it is called.
        others: what else could have been meant, by the option that chooses it.
        is_named: whether somebody named it: then nobody is asked.
    """

    home: Home | None
    called: str
    others: dict[str, str] = field(default_factory=dict)
    is_named: bool = True


def forget() -> None:
    """Begin a command."""
    _typed_home.clear()
    _from_file.clear()


def name_home(name: str) -> None:
    """Take the home that `--home` names: it goes before every connection."""
    from standalone import homes

    path = homes.chosen(_project(), name)
    if not (path / "postgres").exists():
        there = ", ".join(home.path.name for home in homes.of(_project())) or "none"
        raise typer.BadParameter(f"no warehouse is in {path}; there is: {there}", param_hint="--home")
    os.environ.pop(WAREHOUSE, None)
    os.environ[HOME] = str(path)
    _typed_home[:] = [name]


def options() -> str:
    """What hints have to repeat, so that the next command means the same warehouse."""
    return f"--home {_typed_home[0]}" if _typed_home else ""


def read_env_file() -> None:
    """Set what `.env` says; what the environment says already goes before. Its paths begin where it lies."""
    from dotenv import dotenv_values

    path = Path(os.environ.get("DOISOAT_ENV_FILE", _project() / ".env"))
    if not path.is_file():
        return
    for name, value in dotenv_values(path).items():
        if value and name not in os.environ:
            os.environ[name] = value
            _from_file.add(name)
    if HOME in _from_file:
        os.environ[HOME] = str(path.absolute().parent / os.environ[HOME])


def meant() -> Meant:
    """The warehouse that this command means.

    Raises:
        ConfigurationError: there is none.
    """
    by = next((name for name in (WAREHOUSE, CONNECTIONS) if os.environ.get(name)), None)
    if by and not _typed_home:
        beside = _homes() if by in _from_file and HOME not in os.environ else []
        return Meant(None, _address(), {_option(home): _called(home) for home in beside})
    if given := os.environ.get(HOME):
        return _named(Path(given))
    found = _homes()
    if not found:
        raise ConfigurationError(
            f"no warehouse: {WAREHOUSE} is not set, and nothing was made here yet; do: set it in .env, or `make run`"
        )
    first, *others = found
    return Meant(first, _called(first), {_option(home): _called(home) for home in others}, is_named=not others)


def has_stopped_systems() -> bool:
    """Whether the sources of the warehouse that is meant were simulated, and are no longer."""
    try:
        from standalone import homes
    except ImportError:
        return False
    home = homes.at(Path(os.environ.get(HOME, os.devnull)))
    return home is not None and home.is_simulated and not home.known


def _named(path: Path) -> Meant:
    """A home that is named; without a server in it, the connection that is missing says so itself."""
    found = None
    if (path / "postgres").exists():
        from standalone import homes

        found = homes.at(path)
    return Meant(found, _called(found) if found else str(path))


def _homes() -> list[Home]:
    """The homes of this checkout; a production install may lack the package that knows them."""
    try:
        from standalone import homes
    except ImportError:
        return []
    return homes.of(_project())


def _project() -> Path:
    return PROJECT if in_checkout() else Path.cwd()


def _called(home: Home) -> str:
    path = home.path.relative_to(_project()) if home.path.is_relative_to(_project()) else home.path
    return f"warehouse of {home.used_by} ({path})"


def _option(home: Home) -> str:
    return f"--home {home.path.name}"


def _address() -> str:
    """Host and database of the connection, and nothing else of it."""
    from doisoat.connections import connection_from_environment

    connection = connection_from_environment(WAREHOUSE_CONNECTION_ID)
    port = f":{connection.port}" if connection.port else ""
    return f"warehouse {connection.host}{port}/{connection.schema}"


@contextmanager
def environment_of(home: Home) -> Iterator[None]:
    """What a command needs to know of this home, for as long as it runs; its server is started if need be.

    Raises:
        WarehouseUnavailableError: it cannot be started.
    """
    from standalone import keeper, postgres

    try:
        server = keeper.start_kept(home.path)
        dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
    except postgres.PostgresError as error:
        raise WarehouseUnavailableError(f"{_called(home)}: {error}") from None
    known: Mapping[str, str] = {
        **home.known,
        **({"DOISOAT_PROVINCE": home.province} if home.province else {}),
        HOME: str(home.path),
        WAREHOUSE: dsn,
    }
    added = {name: value for name, value in known.items() if not os.environ.get(name) or name == HOME}
    before = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def psql_of(home: Home, login: str) -> tuple[str, str]:
    """The psql of this home's server, and the password of a login that is its own."""
    from standalone import postgres
    from standalone.secrets import secret

    return str(postgres.INSTALLATION / "bin" / "psql"), secret(home.path, f"analyst_{login}")


def with_password(password: str) -> dict[str, str]:
    """Our environment, for a program of PostgreSQL that logs in."""
    return {**os.environ, "PGPASSWORD": password}


def confirm_writing(chosen: Meant, province: str) -> None:
    """Ask before something is written where another warehouse could have been meant.

    Raises:
        ConfigurationError: nobody is there to answer.
        typer.Abort: the answer is no.
    """
    if not chosen.others:
        return
    if not sys.stdin.isatty():
        if chosen.is_named:
            return
        others = "; ".join(f"{called}: {option}" for option, called in chosen.others.items())
        first = _option(chosen.home) if chosen.home else ""
        raise ConfigurationError(
            f"asked to write; there are several warehouses ({chosen.called}: {first}; {others}), and none is named; "
            f"do: say which, as in `doisoat {first} ...`"
        )
    typer.confirm(f"Write into {province}, {chosen.called}?", abort=True, err=True)
