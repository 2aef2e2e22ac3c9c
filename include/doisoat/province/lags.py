"""How old a dossier that one side lacks may be before it is a gap: the settings in the province file."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from doisoat.province.working_days import WorkingDays, working_days_before


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AllowedLag(_Strict):
    """How long a dossier may take from receipt to the other side before it is a gap; the boundary still counts.

    In working days only the time of working days counts, from midnight to midnight: one received on Friday at 16:00 has one
    working day until Monday at 16:00, one received on Saturday until the end of Monday.
    """

    value: int = Field(ge=0)
    unit: Literal["hours", "days", "working_days"] = "hours"

    @property
    def working_days(self) -> int | None:
        """How many working days it is; None if it is counted in hours or days."""
        return self.value if self.unit == "working_days" else None

    @property
    def interval(self) -> dt.timedelta:
        """Its length; of working days the least that it may be."""
        return dt.timedelta(**{"hours" if self.unit == "hours" else "days": self.value})

    def since(self, at: dt.datetime, rules: WorkingDays, timezone: dt.tzinfo) -> dt.datetime:
        """The first moment of receipt that is still within the lag at another moment, by the common calendar."""
        if self.working_days is not None:
            return working_days_before(at.astimezone(timezone), self.working_days, rules)
        return at - self.interval


class LearnedLag(_Strict):
    """How the allowed lag of an agency is learned from how late its dossiers were (docs/adr/0019-learned-lags.md).

    Attributes:
        quantile: the share of received dossiers for which the lag must be enough; those that never arrived count as late.
        nights: how many earlier nights to learn from.
        min_dossiers: an agency with fewer takes the lag of the one above it, then the province's, then the configured one.
        at_most: no lag is longer, and dossiers are watched for this long: whoever sets it decides how late is too late.
    """

    quantile: float = Field(default=0.95, gt=0, lt=1)
    nights: int = Field(default=60, ge=1)
    min_dossiers: int = Field(default=50, ge=1)
    at_most: AllowedLag

    @property
    def watched_nights(self) -> int:
        """How many nights after the one of their receipt dossiers are watched."""
        return -(-self.at_most.interval // dt.timedelta(days=1))
