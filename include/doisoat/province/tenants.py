"""The provinces of one installation: which there are, and what the things of each are called.

An installation's own province is the file that DOISOAT_PROVINCE names (config/lang_son.yaml). Its things have plain names: the
connections and pools `warehouse`, `igate`, ..., the Dags `nightly_reconciliation`, ... Each file in the folder of provinces
(config/provinces, or DOISOAT_PROVINCES) is a province beside it, called as its file is, and so are its things: `warehouse_hue`,
`igate_hue`, `nightly_reconciliation.hue`. Landings and papers lie below a folder with the province's id, whosever they are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from doisoat.connections import WAREHOUSE_CONNECTION_ID, ConnectionLookup
from doisoat.errors import ConfigurationError
from doisoat.hints import PROJECT
from doisoat.province.file import ProvinceSettings, load_province

DEFAULT_PROVINCE, DEFAULT_FOLDER = "config/lang_son.yaml", "config/provinces"
#: The connections of a province besides those of its sources.
COMMON = (WAREHOUSE_CONNECTION_ID, "warehouse_page", "warehouse_page_forms", "page_login", "news", "landing")
VARIABLE = "AIRFLOW_CONN_"
_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Tenant:
    """One province of the installation.

    Attributes:
        file: its province file.
        id: what stands behind the names of its things; empty for the installation's own province.
    """

    file: Path
    id: str = ""

    def called(self, name: str) -> str:
        """What its connection, pool, login or database of that name is called."""
        return f"{name}_{self.id}" if self.id else name

    def dag_id(self, name: str) -> str:
        """What its Dag of that name is called; no other name has a dot, so that `of_dag` finds the province."""
        return f"{name}.{self.id}" if self.id else name

    def variable(self, name: str) -> str:
        """The environment variable that may hold its connection of that name."""
        return f"{VARIABLE}{self.called(name).upper()}"

    def environment(self, connections: Mapping[str, str]) -> dict[str, str]:
        """Variables of connections with plain names, as this province's."""
        return {self.variable(name.removeprefix(VARIABLE).lower()): value for name, value in connections.items()}

    def connections(self, lookup: ConnectionLookup) -> ConnectionLookup:
        """Its connections by plain names: whoever asks for `igate` gets this province's."""
        return (lambda name: lookup(self.called(name))) if self.id else lookup

    def settings(self) -> ProvinceSettings:
        """What its file says.

        Raises:
            ConfigurationError: the file is missing or invalid, or is not called as its province is.
        """
        settings = load_province(self.file)
        if self.id and settings.province.id != self.id:
            raise ConfigurationError(
                f"province file {self.file.name}: its province.id is {settings.province.id!r}; in the folder of provinces a "
                f"file is called as its province is; do: rename it to {settings.province.id}.yaml"
            )
        return settings


def folder() -> Path:
    """The folder of provinces, which need not exist: DOISOAT_PROVINCES, from the folder we are in, else from the checkout's."""
    return _from_here(os.environ.get("DOISOAT_PROVINCES") or DEFAULT_FOLDER)


def own() -> Tenant:
    """The province that DOISOAT_PROVINCE names, by its file or, of the folder of provinces, by its id."""
    given = os.environ.get("DOISOAT_PROVINCE") or DEFAULT_PROVINCE
    return at(folder() / f"{given}.yaml" if _is_id(given) else _from_here(given))


def at(file: Path) -> Tenant:
    """The province of a file: one of the folder of provinces, or the installation's own."""
    return Tenant(file, file.stem if file.resolve().parent == folder().resolve() else "")


def of_dag(dag_id: str) -> Tenant:
    """The province of a Dag."""
    _, _, province_id = dag_id.partition(".")
    return Tenant(folder() / f"{province_id}.yaml", province_id) if province_id else own()


def tenants(mine: Tenant | None = None) -> list[Tenant]:
    """Every province, the installation's own first; if that is one of the folder, there is no other.

    Args:
        mine: the installation's own, if it is not the one that DOISOAT_PROVINCE names.
    """
    mine = mine or own()
    beside = [Tenant(file, file.stem) for file in sorted(folder().glob("*.yaml"))]
    return beside if mine.id else [mine, *beside]


def named(given: str) -> Tenant:
    """The province that somebody names: by the path of its file, or by its id.

    Raises:
        ConfigurationError: no province has that id.
    """
    if not _is_id(given):
        return at(_from_here(given))
    good, broken = read_all()
    known = {settings.province.id: tenant for tenant, settings in good.items()}
    known |= {tenant.id: tenant for tenant in broken if tenant.id and tenant.id not in known}
    if given not in known:
        raise ConfigurationError(
            f"province {given!r}: asked for it; there are {', '.join(known) or 'none'}; do: write "
            f"{folder()}/{given}.yaml, or give the path of its file"
        )
    return known[given]


def read_all(mine: Tenant | None = None) -> tuple[dict[Tenant, ProvinceSettings], dict[Tenant, ConfigurationError]]:
    """Every province whose file is in order, and what is wrong with the others' files."""
    good: dict[Tenant, ProvinceSettings] = {}
    broken: dict[Tenant, ConfigurationError] = {}
    taken: dict[str, Path] = {}
    for tenant in tenants(mine):
        try:
            settings = tenant.settings()
            _take(taken, tenant, settings)
        except ConfigurationError as error:
            broken[tenant] = error
        else:
            good[tenant] = settings
    return good, broken


def pools(mine: Tenant | None = None) -> list[str]:
    """The pools that Airflow has to have: one for each source of every province, called as its connection is."""
    good, _ = read_all(mine)
    return [tenant.called(source_id) for tenant, settings in good.items() for source_id in settings.sources]


def _take(taken: dict[str, Path], tenant: Tenant, settings: ProvinceSettings) -> None:
    """Note what a province calls its things, and refuse what another one's are called: it would be asked in its place.

    Raises:
        ConfigurationError: its id, or one of its connections, is another province's.
    """
    names = [f"province {settings.province.id!r}"]
    names += [f"connection {tenant.called(name)!r}" for name in (*settings.sources, *COMMON)]
    for name in names:
        if name in taken:
            raise ConfigurationError(
                f"province file {tenant.file.name}: {name} is that of {taken[name].name}; do: call it otherwise"
            )
    taken.update(dict.fromkeys(names, tenant.file))


def _is_id(given: str) -> bool:
    return bool(_ID.fullmatch(given)) and not Path(given).exists()


def _from_here(given: str) -> Path:
    path = Path(given)
    return path if path.exists() or not (PROJECT / path).exists() else PROJECT / path
