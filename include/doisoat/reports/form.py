"""Form II.06a/VPCP/KSTT: how a unit handled its procedures in a period, one row per field, grouped by level."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from doisoat.errors import ConfigurationError
from doisoat.reports.query import query
from doisoat.warehouse.queries import Report

if TYPE_CHECKING:
    import psycopg

    from doisoat.province.file import ProvinceSettings


class CountsAs(StrEnum):
    """What counts as resolved."""

    FINISHED_ONLY = "finished_only"
    WITH_RETURNED = "with_returned"


class Reading(StrEnum):
    """How "on time" is defined (indicators/definitions.yaml)."""

    ON_TIME = "on_time"
    ON_TIME_BY_DATE = "on_time_by_date"


#: Columns whose count may be too low, and the other columns by which it may be at most.
OPEN = {
    **dict.fromkeys(("received_online", "received_direct_or_post"), ("received_channel_unknown",)),
    **dict.fromkeys(("resolved", "pending"), ("ended_undated",)),
    **dict.fromkeys(
        ("resolved_early", "resolved_on_time", "resolved_overdue"), ("resolved_undecided", "ended_undated")
    ),
    **dict.fromkeys(("pending_in_time", "pending_overdue"), ("pending_undecided", "ended_undated")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The form to make.

    Attributes:
        agency_id: the agency, with all below it; None for all agencies.
        first_day, last_day: the reporting period, both included; no later than the night.
        night: the night as of which it is known.
        counts_as: with_returned: what was refused, withdrawn or stopped counts as resolved on time, and what awaits a
            supplement as pending in time; finished_only: only results are resolved, and what ended without one is separate.
    """

    agency_id: str | None
    first_day: dt.date
    last_day: dt.date
    night: dt.date
    reading: Reading = Reading.ON_TIME
    counts_as: CountsAs = CountsAs.FINISHED_ONLY


def form(connection: psycopg.Connection, settings: ProvinceSettings, asked: Asked) -> Report:
    """The form's rows: for each level first its sum, then its fields by name; the whole comes last. Counts are dossiers.

    received_and_carried_over = received_online + received_direct_or_post + received_channel_unknown + carried_over
    = resolved + pending + ended_without_result + ended_undated, in every row; `resolved` and `pending` are the sums of their
    parts, where `undecided` is what the evidence leaves open. A dossier without a receipt date is in none (CONTRACTS 2b).

    Raises:
        ConfigurationError: the period ends before it begins, or after the night.
        NightNotCollectedError: that night has no data of the province.
    """
    from doisoat.rates.progress import make_progress

    if not asked.first_day <= asked.last_day <= asked.night:
        raise ConfigurationError(
            f"a period from {asked.first_day} to {asked.last_day}, as known on night {asked.night}: give days in that order"
        )
    with connection.transaction():
        make_progress(connection, settings, asked.night, asked.last_day, asked.first_day)
        return query(
            connection,
            "form",
            {
                "agency_id": asked.agency_id,
                "first_day": asked.first_day,
                "last_day": asked.last_day,
                "by_date": asked.reading is Reading.ON_TIME_BY_DATE,
                "with_returned": asked.counts_as is CountsAs.WITH_RETURNED,
            },
        )


def with_ranges(report: Report) -> Report:
    """The form for a reader: a count that the evidence leaves open is a range, "0–17", never its lower bound alone.

    What ended on an unknown date may have been resolved in the period, or been pending at its end.
    """
    rows = []
    for row in report.dicts():
        most = {name: row[name] + sum(row[doubt] for doubt in doubts) for name, doubts in OPEN.items()}
        shown = {name: row[name] if row[name] == most[name] else f"{row[name]}–{most[name]}" for name in OPEN}
        rows.append(tuple({**row, **shown}.values()))
    return Report(report.columns, rows)


def default_counts_as(settings: ProvinceSettings) -> CountsAs:
    """What the province's own template counts: `counts_as` of its report source, if that is one of the two."""
    from doisoat.model import Side

    for source in settings.sources.values():
        is_own = source.kind == "report_workbook" and source.enabled and source.side in (None, Side.PROVINCIAL)
        said = source.options.get("counts_as")
        if is_own and said in list(CountsAs):
            return CountsAs(said)
    return CountsAs.FINISHED_ONLY
