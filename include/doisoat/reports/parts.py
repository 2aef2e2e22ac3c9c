"""By which words a part of the dossiers is named on the command line: another word is refused, not answered with nothing."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import psycopg

from doisoat.errors import ConfigurationError


class Level(StrEnum):
    """Levels of agencies, as in mart.dim_agency."""

    PROVINCE = "province"
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """Ways in which a dossier is submitted."""

    DIRECT = "direct"
    ONLINE = "online"
    POST = "post"
    UNKNOWN = "unknown"


def check_part(connection: psycopg.Connection, field: str | None, first: dt.date | None, last: dt.date | None) -> None:
    """Whether there may be such a part at all.

    Raises:
        ConfigurationError: no procedure is of that field, or the range ends before it begins.
    """
    if first and last and last < first:
        raise ConfigurationError(f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}: give the earlier one first")
    known = "select 1 from mart.dim_procedure where field_code = %s limit 1"
    if field and field != "unknown" and not connection.execute(known, [field]).fetchone():
        raise ConfigurationError(f"field {field!r}: no procedure is of it; give a field_code of mart.dim_procedure")
