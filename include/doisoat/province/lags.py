"""How old a dossier that one side lacks may be before it is a gap: the settings in the province file."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AllowedLag(_Strict):
    """How long a dossier may take from receipt to the other side before it is a gap; the boundary still counts."""

    value: int = Field(ge=0)
    unit: Literal["hours", "days"] = "hours"

    @property
    def interval(self) -> dt.timedelta:
        return dt.timedelta(**{self.unit: self.value})


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
