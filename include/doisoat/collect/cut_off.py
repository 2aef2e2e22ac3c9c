"""The cut-off of a pull: the source's own clock when it began, which must be after the night's end, but not long after it."""

from __future__ import annotations

import datetime as dt

from doisoat.errors import NightNotCollectedError, NightOrderError, SourceUnavailableError
from doisoat.sources.contract import Source

LATEST_CUT_OFF = dt.timedelta(hours=36)


class CutOff:
    """The earliest time that a source stated during a pull; each new one is checked against the night.

    Attributes:
        moment: None until the source has stated one.
        is_late: it lies more than 36 hours after the night's end, which was allowed.
    """

    def __init__(self, source: Source, night: dt.date, *, collect_late: bool) -> None:
        self._source, self._night, self._collect_late = source, night, collect_late
        self.moment: dt.datetime | None = None
        self.is_late = False

    def take(self, moment: dt.datetime) -> None:
        """Take a time stated by the source's clock.

        Raises:
            SourceUnavailableError: a file was made before the night had ended.
            NightOrderError: the night has not ended by the source's clock.
            NightNotCollectedError: it ended more than 36 hours ago, and that was not allowed.
        """
        if self.moment is not None and self.moment <= moment:
            return
        self.moment = moment
        end = dt.datetime.combine(self._night + dt.timedelta(days=1), dt.time.min, self._source.timezone)
        if moment < end and self._source.is_occasional:
            return  # it shows the state when it was made: its age is shown, and nothing later is judged by it
        if moment < end:
            raise self._too_early(moment)
        self.is_late = moment - end > LATEST_CUT_OFF
        if self.is_late and not self._collect_late:
            raise NightNotCollectedError(
                f"{self._source.source_id}: night {self._night} ended more than 36 hours before the source's clock "
                f"({self._said(moment)}) and was never collected; the source shows only the present: skip the "
                "night, or collect it now, marked as late"
            )

    def _too_early(self, moment: dt.datetime) -> SourceUnavailableError | NightOrderError:
        if self._source.always_full:
            return SourceUnavailableError(
                self._source.source_id,
                asked=f"files that show the whole of night {self._night}",
                came=f"a file made at {self._said(moment)}",
                todo="export again after midnight, put the file into the inbox and remove the old one",
            )
        return NightOrderError(
            f"{self._source.source_id}: night {self._night} has not ended by the source's clock ({self._said(moment)}); "
            "collect it after midnight"
        )

    def _said(self, moment: dt.datetime) -> str:
        return f"{moment.astimezone(self._source.timezone):%Y-%m-%d %H:%M %z}"
