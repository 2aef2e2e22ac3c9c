"""A range of days, as it is asked for: it stands apart from what counts them, for whoever only parses a command line."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Days:
    """Dossiers that were received from the first to the last day, both included; what ended counts by the day of its end."""

    first: dt.date
    last: dt.date
