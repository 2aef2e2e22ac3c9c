"""The site: the province file, the connections and the landing, passed to every step of a night."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from doisoat.connections import WAREHOUSE_CONNECTION_ID, ConnectionLookup, connection_from_environment, warehouse_dsn
from doisoat.hints import PROJECT
from doisoat.province.file import ProvinceSettings, load_province

DEFAULT_PROVINCE = "config/lang_son.yaml"


def home_directory() -> Path:
    """The state directory: DOISOAT_HOME, which the command line sets to the home that is meant (doisoat.cli.which)."""
    return Path(os.environ.get("DOISOAT_HOME") or PROJECT / ".doisoat" / "run")


def province_file() -> Path:
    """The province file: DOISOAT_PROVINCE, from the folder we are in, else from the checkout's."""
    given = Path(os.environ.get("DOISOAT_PROVINCE") or DEFAULT_PROVINCE)
    return given if given.exists() or not (PROJECT / given).exists() else PROJECT / given


@dataclass(frozen=True)
class Site:
    """One province's running instance.

    Attributes:
        settings: the province file.
        connections: returns the connection with an id; Airflow's in a task, the environment's elsewhere.
        landing_root: directory under which landings are sealed.
        papers: directory under which papers are written, if it is not beside the landings.
        open_table: where published nights are also written as Parquet (docs/open_table.md); None: nowhere.
    """

    settings: ProvinceSettings
    connections: ConnectionLookup
    landing_root: Path
    papers: Path | None = None
    open_table: str | None = None

    @classmethod
    def from_environment(cls, connections: ConnectionLookup = connection_from_environment) -> Site:
        """The site that DOISOAT_PROVINCE, DOISOAT_HOME, DOISOAT_LANDING, DOISOAT_PAPERS and DOISOAT_OPEN_TABLE name.

        Raises:
            ConfigurationError: the province file is invalid.
        """
        landing, papers = os.environ.get("DOISOAT_LANDING"), os.environ.get("DOISOAT_PAPERS")
        return cls(
            settings=load_province(province_file()),
            connections=connections,
            landing_root=Path(landing) if landing else home_directory() / "landing",
            papers=Path(papers) if papers else None,
            open_table=os.environ.get("DOISOAT_OPEN_TABLE") or None,
        )

    @property
    def papers_root(self) -> Path:
        """Where the province's papers are."""
        return (self.papers or self.landing_root.parent / "papers") / self.settings.province.id

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
