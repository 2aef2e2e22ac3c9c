"""Which night a run is about: one answer for all tasks of the run, its alerts and its deadline.

Imports neither Airflow nor anything heavy: the scheduler calls it for every run it creates.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from doisoat.errors import ConfigurationError

log = logging.getLogger(__name__)


def refuse_unknown(conf: Mapping[str, Any] | None, *, known: Collection[str] = ()) -> None:
    """Refuse a run that was given what its Dag does not know: a misspelt key would silently mean another night.

    Args:
        conf: what the run was given; Airflow keeps it as it is.
        known: the names of the Dag's parameters.

    Raises:
        ConfigurationError: it has other keys, which are not repeated.
    """
    if unknown := set(conf or {}) - set(known):
        raise ConfigurationError(
            f"the run's conf: {len(unknown)} of its keys are no parameter of this Dag; give {', '.join(known) or 'none'}. "
            "Airflow keeps what a run was given: if that holds personal data, delete the run"
        )


def night_of(params: Mapping[str, Any], partition_key: str | None, run_after: datetime, timezone: ZoneInfo) -> date:
    """The night requested by hand, else the run's partition, else the last night that had ended when the run was due.

    Args:
        params: the run's; `night` is YYYY-MM-DD, or None or empty if none was requested.
        run_after: when the run was due; for a run triggered by hand, when it was triggered.
        timezone: the province's.

    Raises:
        ConfigurationError: the requested night is not a date. Whether it has ended is checked by doisoat.nights.steps.open_night.
    """
    asked = params.get("night") or partition_key
    if not asked:
        night = last_ended(run_after, timezone)
        log.info("no night was requested: %s is the last that had ended when this run was due", night)
        return night
    try:
        return date.fromisoformat(str(asked))
    except ValueError:
        raise ConfigurationError(
            "night: not a date; give one as YYYY-MM-DD, or none for the last night that has ended "
            f"({last_ended(run_after, timezone)} when this run was due)"
        ) from None


def last_ended(at: datetime, timezone: ZoneInfo) -> date:
    """The local calendar date before the given time."""
    local = at.astimezone(timezone).date()
    return date.fromordinal(local.toordinal() - 1)


def night_to_tell_of(
    params: Mapping[str, Any], partition_key: str | None, run_after: datetime, timezone: ZoneInfo
) -> date:
    """The night as of which alerts of a run are sent: its own, or the last that had ended if it has none.

    A run that failed because of the night it was given must be alerted about too; so a future night counts as none.
    """
    latest = last_ended(run_after, timezone)
    try:
        return min(night_of(params, partition_key, run_after, timezone), latest)
    except ConfigurationError:
        return latest
