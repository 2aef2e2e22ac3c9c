"""The province's dated reference files: agencies, their successions, procedures; read, checked and hashed."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from pathlib import Path

from doisoat.errors import ConfigurationError
from doisoat.province.file import ProvinceSettings

AGENCY_COLUMNS = ("agency_id", "code", "old_code", "name", "level", "parent_id", "valid_from", "valid_to")
#: For an agency: other names of it, with ";" between them.
AGENCY_OPTIONS = ("aliases",)
SUCCESSION_COLUMNS = ("agency_id", "successor_id", "since")
PROCEDURE_COLUMNS = ("procedure_code", "name", "field_code", "field_name")
#: For a procedure: the maximum number of working days that the law allows.
PROCEDURE_OPTIONS = ("legal_days",)


def reference_hash(settings: ProvinceSettings) -> str:
    """One SHA-256 over the reference files, for the seal of a landing."""
    digest = hashlib.sha256()
    for path in (settings.province.agencies, settings.province.successions, settings.province.procedures):
        if path:
            digest.update(_content(settings.resolve(path)).encode())
    return digest.hexdigest()


def read_table(path: Path, columns: tuple[str, ...], options: tuple[str, ...] = ()) -> list[dict[str, str | None]]:
    """The rows of a CSV reference file (`#` starts a comment line), empty cells and missing `options` as None.

    Raises:
        ConfigurationError: the file cannot be read or lacks one of these columns.
    """
    lines = [line for line in _content(path).splitlines() if line.strip() and not line.startswith("#")]
    reader = csv.DictReader(lines)
    missing = [column for column in columns if column not in (reader.fieldnames or [])]
    if missing:
        raise ConfigurationError(
            f"reference file {path.name}: no column {', '.join(missing)}; expected {', '.join(columns)}"
        )
    return [{column: row.get(column) or None for column in (*columns, *options)} for row in reader]


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"reference file {path.name}: {error.strerror}; fix `province` in the province file"
        ) from error


def agencies(settings: ProvinceSettings) -> list[dict[str, str | None]]:
    """The rows of the province's agencies; none if it names no file.

    Raises:
        ConfigurationError: the file cannot be read or lacks a column.
    """
    path = settings.province.agencies
    return read_table(settings.resolve(path), AGENCY_COLUMNS, AGENCY_OPTIONS) if path else []


def unknown_agencies(settings: ProvinceSettings) -> list[str]:
    """The agencies that the section `page` names and the province's file of agencies does not; none if it names no file.

    Raises:
        ConfigurationError: the file cannot be read or lacks a column.
    """
    known = {row["agency_id"] for row in agencies(settings)}
    return sorted(set(settings.page.agencies) - known) if known else []


def aliases(row: dict[str, str | None]) -> list[str]:
    """The other names of an agency's row, in order."""
    return [name.strip() for name in (row["aliases"] or "").split(";") if name.strip()]


def successions(settings: ProvinceSettings) -> list[dict[str, str | None]]:
    """Which agency took over from which, and since when, as the province's file states it; none if there is no file."""
    if settings.province.successions is None or settings.province.agencies is None:
        return []
    path = settings.resolve(settings.province.successions)
    known = {row["agency_id"] for row in read_table(settings.resolve(settings.province.agencies), AGENCY_COLUMNS)}
    rows, seen = read_table(path, SUCCESSION_COLUMNS), set()
    for row in rows:
        pair = row["agency_id"], row["successor_id"]
        said = f"reference file {path.name}: {' -> '.join(str(each) for each in pair)}"
        if not set(pair) <= known or pair[0] == pair[1] or pair in seen:
            raise ConfigurationError(f"{said}: each line names two agencies of {settings.province.agencies}, once")
        try:
            dt.date.fromisoformat(row["since"] or "")
        except ValueError:
            raise ConfigurationError(f"{said}: since {row['since']}: expected a day such as 2025-07-01") from None
        seen.add(pair)
    return rows
