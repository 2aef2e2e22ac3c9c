"""The values that select dossiers and gaps on the command line: an unknown value is refused, not answered with nothing."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING

from doisoat.errors import ConfigurationError

if TYPE_CHECKING:
    import psycopg


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


class Grain(StrEnum):
    """What the bridge is broken down by."""

    WHOLE = "whole"
    MONTH = "month"
    AGENCY_MONTH = "agency_month"
    CAUSE = "cause"
    MINISTRY = "ministry"
    AGENCY = "agency"
    LEVEL = "level"
    PROCEDURE = "procedure"
    FIELD = "field"
    CHANNEL = "channel"


class Pair(StrEnum):
    """Which two sides are compared."""

    NATIONAL_PROVINCIAL = "national_provincial"
    MINISTRY_PROVINCIAL = "ministry_provincial"
    MINISTRY_NATIONAL = "ministry_national"


#: For each option: a query that checks a value, and where the valid values are listed.
_KNOWN = {
    "field": ("select 1 from mart.dim_procedure where field_code = %s limit 1", "a field_code of mart.dim_procedure"),
    "procedure": (
        "select 1 from mart.dim_procedure where procedure_family = core.procedure_family(%s)",
        "a procedure_family of mart.dim_procedure, or a code of it",
    ),
    "cause": ("select 1 from core.cause_rule where cause = %s", "a cause of docs/generated/causes.md"),
}


def check_words(connection: psycopg.Connection, **said: str | None) -> None:
    """Check that each value exists: field, procedure or cause; None and `unknown` (except as a cause) always pass.

    Raises:
        ConfigurationError: one does not exist.
    """
    for name, word in said.items():
        known, where = _KNOWN[name]
        is_asked = word is not None and (word != "unknown" or name == "cause")
        if is_asked and not connection.execute(known, [word]).fetchone():
            raise ConfigurationError(f"{name} {word!r}: not known; give {where}")


def check_range(first: dt.date | None, last: dt.date | None) -> None:
    """Check that a range of months or days is valid.

    Raises:
        ConfigurationError: it ends before it begins.
    """
    if first and last and last < first:
        raise ConfigurationError(f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}: give the earlier one first")


def check_month(month: dt.date, night: dt.date) -> None:
    """Check that anything can be known about a month.

    Raises:
        ConfigurationError: it begins after the night.
    """
    if month > night:
        raise ConfigurationError(f"month {month:%Y-%m}: it begins after night {night}; give an earlier month")
