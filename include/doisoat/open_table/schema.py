"""Which views of mart the open table has, with which columns, and which version of it that is (schema.yaml)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
import yaml

from doisoat.errors import ConfigurationError
from doisoat.reports.export import View, type_name, views


@dataclass(frozen=True)
class Schema:
    """A version of the open table.

    Attributes:
        version: part of every path, so that two versions are never read as one.
        fingerprint: of its tables, columns and types.
        tables: the views of mart that it holds.
        without: columns that it leaves out of each.
        left_out: other views of mart -> why it does not have them.
    """

    version: int
    fingerprint: str
    tables: list[str]
    without: list[str]
    left_out: dict[str, str]


@cache
def load_schema() -> Schema:
    """The version that is written and read."""
    return Schema(**yaml.safe_load(Path(__file__).with_name("schema.yaml").read_text(encoding="utf-8")))


def tables_of(connection: psycopg.Connection) -> list[View]:
    """The tables as the warehouse's views can fill them.

    Raises:
        ConfigurationError: mart is not what this version says.
    """
    schema = load_schema()
    found = _chosen(connection, schema)
    if fingerprint_of(found) != schema.fingerprint:
        missing = ", ".join(sorted(set(schema.tables) - {view.name for view in found})) or "columns are others"
        raise ConfigurationError(
            f"open table: asked to write version {schema.version} of it; got: a mart of another shape ({missing}); do: `doisoat "
            "migrate`, or install the release that this warehouse was migrated by"
        )
    return found


def fingerprint_of(found: list[View]) -> str:
    """A digest of names and types, in whichever order they come."""
    told = sorted(f"{view.name}.{name} {type_name(kind)}" for view in found for name, kind in view.columns.items())
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _chosen(connection: psycopg.Connection, schema: Schema) -> list[View]:
    return [
        View(view.name, {name: kind for name, kind in view.columns.items() if name not in schema.without})
        for view in views(connection)
        if view.name in schema.tables
    ]
