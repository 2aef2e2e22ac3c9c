"""Which night a run is about. One answer for every task of the run, for its news and for its deadline.

Imports neither Airflow nor anything heavy: the scheduler asks it for every run that is made.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from doisoat.errors import ConfigurationError

log = logging.getLogger(__name__)


def night_of(params: Mapping[str, Any], partition_key: str | None, run_after: datetime, timezone: ZoneInfo) -> date:
    """The night that was asked for by hand, else the run's partition, else the last that had ended when the run was due.

    Args:
        params: the run's; `night` is YYYY-MM-DD, or None or empty where nobody named one.
        run_after: when the run was due; of one that was triggered by hand, when it was triggered.
        timezone: the province's.

    Raises:
        ConfigurationError: what was asked for is no day. Whether that day has ended is doisoat.nights.steps.open_night's to say.
    """
    asked = params.get("night") or partition_key
    if not asked:
        night = last_ended(run_after, timezone)
        log.info("no night was asked for: %s is the last that had ended when this run was due", night)
        return night
    try:
        return date.fromisoformat(str(asked))
    except ValueError:
        raise ConfigurationError(
            "night: asked for something that is no day; give one as YYYY-MM-DD, or none for the last that has ended "
            f"({last_ended(run_after, timezone)} when this run was due)"
        ) from None


def last_ended(at: datetime, timezone: ZoneInfo) -> date:
    """The local calendar date before that moment's."""
    local = at.astimezone(timezone).date()
    return date.fromordinal(local.toordinal() - 1)


def night_to_tell_of(
    params: Mapping[str, Any], partition_key: str | None, run_after: datetime, timezone: ZoneInfo
) -> date:
    """The night as of which a run is told: the one it is about, or the last that had ended where it is about none.

    A run that failed because of the night it was given has to be told too; so one that is still to come counts as none.
    """
    latest = last_ended(run_after, timezone)
    try:
        return min(night_of(params, partition_key, run_after, timezone), latest)
    except ConfigurationError:
        return latest
