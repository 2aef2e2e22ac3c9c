"""What the province's files know of a source's own values, and the key of the warehouse's fingerprints: the screen of a pull."""

from __future__ import annotations

import psycopg

from doisoat.collect.screen import Screen
from doisoat.errors import ConfigurationError
from doisoat.names import unit_key
from doisoat.province.file import CodeMaps, ProvinceSettings
from doisoat.province.reference import PROCEDURE_COLUMNS, agencies, aliases, read_table


def screen_of(settings: ProvinceSettings, source_id: str, key: bytes) -> Screen:
    """The screen that a source's answers pass: its code maps, the units of the reference and its fields are known.

    Args:
        key: of the warehouse's fingerprints.

    Raises:
        ConfigurationError: a reference file cannot be read or lacks a column.
    """
    source = settings.sources[source_id]
    words = {
        f"{kind}_code": {said for dated in getattr(source.code_maps, kind) for said in dated.map}
        for kind in CodeMaps.model_fields
    }
    rows = agencies(settings)
    codes = {code for row in rows for code in (row["agency_id"], row["code"], row["old_code"]) if code}
    words["agency_code"] |= codes
    words |= {"parent_agency_code": codes, "agency_ref": words["agency_code"]}
    words["field_code"] = _fields(settings)
    return Screen(words, _names(rows), frozenset(source.kept_as_stated), key)


def key_of(connection: psycopg.Connection) -> bytes:
    """The key of this warehouse's fingerprints."""
    found = connection.execute("select key from ops.fingerprint_key").fetchone()
    if found is None:
        raise ConfigurationError(
            "the warehouse has no key for fingerprints (ops.fingerprint_key); do: restore that table"
        )
    return bytes(found[0])


def _names(rows: list[dict[str, str | None]]) -> set[str]:
    """Every form in which a unit's name is compared: its own, its other ones, each with the unit above it."""
    own = [(row["parent_id"], unit_key(name)) for row in rows for name in (row["name"], *aliases(row)) if name]
    above = {row["agency_id"]: [unit_key(name) for name in (row["name"], *aliases(row)) if name] for row in rows}
    both = {f"{name}, {parent}" for parent_id, name in own for parent in above.get(parent_id, ())}
    return {name for _, name in own} | both


def _fields(settings: ProvinceSettings) -> set[str]:
    path = settings.province.procedures
    rows = read_table(settings.resolve(path), PROCEDURE_COLUMNS) if path else []
    return {row["field_code"] for row in rows if row["field_code"]}
