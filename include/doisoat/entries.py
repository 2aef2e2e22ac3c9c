"""YAML lists in which each entry has a query of its own, in an SQL file of the same name: causes, indicators, checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from doisoat.errors import ConfigurationError

Listed = TypeVar("Listed", bound=BaseModel)


class Entry(BaseModel):
    """One entry of such a list; unknown keys are rejected.

    Attributes:
        id: its name, which is also the name of its SQL file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str

    @classmethod
    def folder(cls) -> Path:
        """Where the SQL files of its kind are."""
        raise NotImplementedError

    @property
    def path(self) -> Path:
        return self.folder() / f"{self.id}.sql"

    @property
    def query(self) -> str:
        """The text of its SQL file; each kind documents the parameters that the query takes and what it returns."""
        return self.path.read_text(encoding="utf-8")


def load_entries(path: Path, kind: type[Listed]) -> tuple[Listed, ...]:
    """The entries of a YAML list, in its order.

    Raises:
        ConfigurationError: it is not a YAML list, or an entry is invalid; the message names the file, the entry and each
            wrong key.
    """
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: not YAML ({type(error).__name__}); fix it") from error
    if not isinstance(given, list):
        raise ConfigurationError(f"{path}: expected a list of entries; fix it")
    return tuple(_entry(path, place, one, kind) for place, one in enumerate(given, 1))


def _entry(path: Path, place: int, given: Any, kind: type[Listed]) -> Listed:
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        name = given.get("id", "without id") if isinstance(given, dict) else "no mapping"
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'as a whole'}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"{path}: entry {place} ({name}): {wrong}; fix it") from error
