"""The site: the province file, the connections and the landing, passed to every step of a night."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doisoat.connections import WAREHOUSE_CONNECTION_ID, ConnectionLookup, connection_from_environment, warehouse_dsn
from doisoat.errors import ConfigurationError
from doisoat.hints import PROJECT
from doisoat.province import tenants
from doisoat.province.file import ProvinceSettings


def home_directory() -> Path:
    """The state directory: DOISOAT_HOME, which the command line sets to the home that is meant (doisoat.cli.which)."""
    return Path(os.environ.get("DOISOAT_HOME") or PROJECT / ".doisoat" / "run")


def landing_place(given: str | None, connections: ConnectionLookup) -> Path:
    """The root of landings: a folder, or `s3://bucket/prefix` with the connection `landing`.

    An object store answers like a Path (upath.UPath) and is typed as one; doisoat.collect.store knows the difference.

    Raises:
        ConfigurationError: it is another kind of address, its connection is not set, or the package that speaks to it is missing.
    """
    if not given or "://" not in given:
        return Path(given) if given else home_directory() / "landing"
    if not given.startswith("s3://"):
        raise ConfigurationError(
            f"landing: asked for a folder or s3://bucket/prefix; got {given.split('://')[0]}://; do: give one"
        )
    connection = connections("landing")
    where = {"endpoint_url": connection.extra.get("endpoint_url"), "region_name": connection.extra.get("region_name"),
             "verify": connection.extra.get("verify")}  # fmt: skip
    try:
        from upath import UPath

        root: Any = UPath(
            given.rstrip("/"),
            key=connection.login,
            secret=connection.password,
            client_kwargs={name: value for name, value in where.items() if value is not None},
            use_listings_cache=False,  # another worker may have sealed something since
        )
        _ = root.fs
    except ImportError as error:
        raise ConfigurationError(f"landing: asked for s3://; got {error}; do: install the package s3fs") from None
    return root


@dataclass(frozen=True)
class Site:
    """One province's running instance.

    Attributes:
        settings: the province file.
        connections: returns this province's connection of a name; Airflow's in a task, the environment's elsewhere.
        landing_root: directory under which landings are sealed.
        papers: directory under which papers are written, if it is not beside the landings.
        tenant: which of the installation's provinces it is.
        open_table: where published nights are also written as Parquet (docs/open_table.md); None: nowhere.
    """

    settings: ProvinceSettings
    connections: ConnectionLookup
    landing_root: Path
    papers: Path | None = None
    open_table: str | None = None
    tenant: tenants.Tenant = field(default_factory=lambda: tenants.Tenant(Path()))

    @classmethod
    def from_environment(
        cls, connections: ConnectionLookup = connection_from_environment, tenant: tenants.Tenant | None = None
    ) -> Site:
        """The site that DOISOAT_HOME, DOISOAT_LANDING, DOISOAT_PAPERS and DOISOAT_OPEN_TABLE name.

        Args:
            connections: returns the connection with an id.
            tenant: which of the installation's provinces; else the one that DOISOAT_PROVINCE names.

        Raises:
            ConfigurationError: the province file is invalid.
        """
        tenant = tenant or tenants.own()
        settings = tenant.settings()
        landing, papers = os.environ.get("DOISOAT_LANDING") or settings.place.landing, os.environ.get("DOISOAT_PAPERS")
        return cls(
            settings=settings,
            connections=tenant.connections(connections),
            landing_root=landing_place(landing, tenant.connections(connections)),
            papers=Path(papers) if papers else None,
            tenant=tenant,
            open_table=os.environ.get("DOISOAT_OPEN_TABLE") or None,
        )

    @property
    def papers_root(self) -> Path:
        """Where the province's papers are."""
        beside = self.landing_root.parent if isinstance(self.landing_root, Path) else home_directory()
        return (self.papers or beside / "papers") / self.settings.province.id

    @property
    def dsn(self) -> str:
        """The warehouse's libpq URI."""
        return warehouse_dsn(self.connections(WAREHOUSE_CONNECTION_ID))

    @property
    def source_ids(self) -> list[str]:
        """The enabled sources, in the order of the province file."""
        return [source_id for source_id, source in self.settings.sources.items() if source.enabled]

    @property
    def expected_every(self) -> dict[str, int]:
        """The enabled sources, and every how many days new data are expected from each."""
        return {name: self.settings.sources[name].expected_every_days for name in self.source_ids}

    @property
    def look_up_only(self) -> list[str]:
        """The enabled sources that list nothing and declare nothing: their records come from look-ups."""
        return [name for name in self.settings.asked if name not in self.settings.pulled]
