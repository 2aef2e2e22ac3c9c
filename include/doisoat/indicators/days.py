"""A range of days, as requested: kept apart from the code that counts, for callers that only parse a command line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Days:
    """Dossiers received from the first to the last day, both included; ended dossiers count by the day on which they ended."""

    first: dt.date
    last: dt.date
