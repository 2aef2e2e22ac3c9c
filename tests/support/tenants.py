"""Several provinces of one installation, each a small world of ASCII tables on a warehouse of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from doisoat.connections import connection_from_environment
from doisoat.province import tenants
from doisoat.province.site import Site

from support.world import World


class Installation:
    """Provinces in one folder, as an installation has them.

    Args:
        directory: for everything.
        own: the DSN of the installation's own province, lang_son.
        settings: further settings of the world's sources.
    """

    def __init__(self, directory: Path, own: str, settings: Mapping[str, Any] | None = None) -> None:
        self.directory, self._sources = directory, settings
        self.worlds = {"lang_son": World(directory / "lang_son", own, sources=settings)}
        self.folder = directory / "provinces"
        self.folder.mkdir()
        self.environment = {
            "DOISOAT_PROVINCE": str(self.worlds["lang_son"].site.settings.path),
            "DOISOAT_PROVINCES": str(self.folder),
            "DOISOAT_LANDING": str(directory / "landing"),
            "AIRFLOW_CONN_WAREHOUSE": own,
        }

    def write(self, name: str) -> Path:
        """The file of a further province, and its reference data."""
        source = self.worlds["lang_son"].site.settings.path
        content = yaml.safe_load(source.read_text(encoding="utf-8"))
        content["province"].update(id=name, name=name.replace("_", " ").title())
        for reference in ("agencies", "successions", "procedures"):
            content["province"][reference] = str(source.parent / content["province"][reference])
        file = self.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return file

    def add(self, name: str, dsn: str) -> World:
        """A further province on a migrated warehouse."""
        self.write(name)
        self.environment[f"AIRFLOW_CONN_WAREHOUSE_{name.upper()}"] = dsn
        self.worlds[name] = World(self.directory / name, dsn, sources=self._sources)
        return self.worlds[name]

    def open(self) -> dict[str, World]:
        """The worlds, whose sites are what the environment says; call it with the environment set."""
        for name, world in self.worlds.items():
            world.site = Site.from_environment(self._lookup, tenants.named(name))
        return self.worlds

    def _lookup(self, name: str) -> Any:
        return connection_from_environment(name, self.environment)
