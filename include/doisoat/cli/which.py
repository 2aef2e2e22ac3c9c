"""Which province's warehouse a command means that names none, and what it is called.

The province is that of `--province`, else of DOISOAT_PROVINCE. What is named goes first: `--home`, AIRFLOW_CONN_WAREHOUSE (of
another province than the installation's own: AIRFLOW_CONN_WAREHOUSE_<PROVINCE>) or the file of DOISOAT_CONNECTIONS, DOISOAT_HOME.
Else it is the embedded warehouse of this checkout: of what is at work, else of the `make` command that came last. Where there are
two provinces or warehouses, reading says which one it reads, and writing asks first. The same from any folder.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from doisoat.connections import WAREHOUSE_CONNECTION_ID
from doisoat.errors import ConfigurationError, WarehouseUnavailableError
from doisoat.hints import PROJECT, in_checkout

if TYPE_CHECKING:
    from standalone.homes import Home

    from doisoat.province.tenants import Tenant

HOME, PROVINCE = "DOISOAT_HOME", "DOISOAT_PROVINCE"
#: A file of connections, as production has it (doisoat.connections).
CONNECTIONS = "DOISOAT_CONNECTIONS"
#: What `--home` and `--province` named, and which variables `.env` set; all of this process.
_typed_home: list[str] = []
_typed_province: list[str] = []
_from_file: set[str] = set()


@dataclass(frozen=True)
class Meant:
    """A warehouse that is meant.

    Attributes:
        home: whose server it is on; None if a connection names it.
        called: what it is called.
        others: what else could have been meant, by the option that chooses it.
        is_named: whether somebody named it: then nobody is asked.
        provinces: the other provinces of this installation, if nobody said which one is meant.
    """

    home: Home | None
    called: str
    others: dict[str, str] = field(default_factory=dict)
    is_named: bool = True
    provinces: tuple[str, ...] = ()


def forget() -> None:
    """Begin a command."""
    _typed_home.clear()
    _typed_province.clear()
    _from_file.clear()


def name_province(name: str) -> None:
    """Take the province that `--province` names, by its id or its file.

    Raises:
        ConfigurationError: there is none of that id.
    """
    from doisoat.province import tenants

    os.environ[PROVINCE] = str(tenants.named(name).file)
    _typed_province[:] = [name]


def name_home(name: str) -> None:
    """Take the home that `--home` names: it goes before every connection."""
    from standalone import homes

    path = homes.chosen(_project(), name)
    if not (path / "postgres").exists():
        there = ", ".join(home.path.name for home in homes.of(_project())) or "none"
        raise typer.BadParameter(f"no warehouse is in {path}; there is: {there}", param_hint="--home")
    os.environ.pop(_tenant().variable(WAREHOUSE_CONNECTION_ID), None)
    os.environ[HOME] = str(path)
    _typed_home[:] = [name]


def options() -> str:
    """What hints have to repeat, so that the next command means the same warehouse."""
    return " ".join(
        f"{option} {shlex.quote(typed[0])}"
        for option, typed in (("--home", _typed_home), ("--province", _typed_province))
        if typed
    )


def province_id() -> str:
    """What stands behind the names of the province's things that `--province` named; empty for the installation's own."""
    return _tenant().id if _typed_province else ""


def _tenant() -> Tenant:
    """The province that is meant, as far as the environment says."""
    from doisoat.province import tenants

    return tenants.own()


def _other_provinces(of_home: str | None) -> tuple[str, ...]:
    """The provinces that could have been meant instead, by their ids; none if somebody said which one is.

    Args:
        of_home: the file of the home that is meant, where the environment names no province.
    """
    from doisoat.province import tenants

    if _typed_province or (tenants.at(Path(of_home)) if of_home else _tenant()).id:
        return ()
    return tuple(tenant.id for tenant in tenants.tenants() if tenant.id)


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
    found = _warehouse()
    of_home = None if os.environ.get(PROVINCE) or not found.home else found.home.province
    return replace(found, provinces=_other_provinces(of_home))


def _warehouse() -> Meant:
    warehouse, plain = _tenant().variable(WAREHOUSE_CONNECTION_ID), f"AIRFLOW_CONN_{WAREHOUSE_CONNECTION_ID.upper()}"
    # where one province's is named, another's has to be named too: a home of this checkout is not meant
    by = next((name for name in (warehouse, CONNECTIONS, plain) if os.environ.get(name)), None)
    if by and not _typed_home:
        beside = _homes() if by in _from_file and HOME not in os.environ else []
        return Meant(None, _address(), {_option(home): _called(home) for home in beside})
    if given := os.environ.get(HOME):
        return _named(Path(given))
    found = _homes()
    if not found:
        raise ConfigurationError(
            f"no warehouse: {warehouse} is not set, and nothing was made here yet; do: set it in .env, or `make run`"
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

    connection = connection_from_environment(_tenant().called(WAREHOUSE_CONNECTION_ID))
    port = f":{connection.port}" if connection.port else ""
    return f"warehouse {connection.host}{port}/{connection.schema}"


@contextmanager
def environment_of(home: Home, *, may_be_made: bool = False) -> Iterator[None]:
    """What a command needs to know of this home, for as long as it runs; its server is started if need be.

    Args:
        may_be_made: whether another province's warehouse is made in it if it is missing.

    Raises:
        WarehouseUnavailableError: it cannot be started.
        ConfigurationError: it has no warehouse of the province.
    """
    known = {**home.known, **({PROVINCE: home.province} if home.province else {}), HOME: str(home.path)}
    with setting({PROVINCE: os.environ.get(PROVINCE) or known[PROVINCE]} if PROVINCE in known else {}):
        known[_tenant().variable(WAREHOUSE_CONNECTION_ID)] = _database(home, may_be_made=may_be_made)
    with setting({name: value for name, value in known.items() if not os.environ.get(name) or name == HOME}):
        yield


def _database(home: Home, *, may_be_made: bool) -> str:
    """The address of the warehouse in a home's server of the province that is meant; its server is started if need be."""
    from standalone import keeper, postgres

    tenant = _tenant()
    try:
        server = keeper.start_kept(home.path)
        if not tenant.id or may_be_made:
            return postgres.ensure_database(server, tenant.called(WAREHOUSE_CONNECTION_ID), may_create_roles=True)
        found = postgres.database(server, tenant.called(WAREHOUSE_CONNECTION_ID))
    except postgres.PostgresError as error:
        raise WarehouseUnavailableError(f"{_called(home)}: {error}") from None
    if not found:
        raise ConfigurationError(
            f"province {tenant.id}: has no warehouse in {home.path}; do: `doisoat province add {tenant.id}`"
        )
    return found


@contextmanager
def setting(added: Mapping[str, str]) -> Iterator[None]:
    """These variables, for as long as the block runs."""
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


def confirm_writing(chosen: Meant, province: str, province_id: str = "NAME") -> None:
    """Ask before something is written where another province's or another warehouse could have been meant.

    Raises:
        ConfigurationError: nobody is there to answer.
        typer.Abort: the answer is no.
    """
    if not chosen.others and not chosen.provinces:
        return
    if not sys.stdin.isatty():
        if chosen.provinces:
            raise ConfigurationError(
                f"asked to write; there are several provinces ({province}: --province {province_id}; "
                f"{', '.join(chosen.provinces)}), and none is named; do: say which, as in `doisoat --province {province_id} ...`"
            )
        if chosen.is_named:
            return
        others = "; ".join(f"{called}: {option}" for option, called in chosen.others.items())
        first = _option(chosen.home) if chosen.home else ""
        raise ConfigurationError(
            f"asked to write; there are several warehouses ({chosen.called}: {first}; {others}), and none is named; "
            f"do: say which, as in `doisoat {first} ...`"
        )
    typer.confirm(f"Write into {province}, {chosen.called}?", abort=True, err=True)
