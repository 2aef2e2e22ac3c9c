"""The commands about what the portal publishes: its scores by decision 766, and its counts by procedure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from enum import StrEnum
from typing import Annotated

import typer

from doisoat.cli.shared import (
    RATES,
    As,
    Night,
    chosen_night,
    in_calendar,
    print_report,
    published_night,
    warehouse_at_hand,
)
from doisoat.months import Period, ended, period_of
from doisoat.reports.agencies import agency_named
from doisoat.reports.printing import Format
from doisoat.reports.query import query
from doisoat.warehouse.queries import archive_of

#: Added to `doisoat` by doisoat.cli.app.
publishing = typer.Typer()


class By(StrEnum):
    """What the portal's counts are broken down by."""

    PROCEDURE = "procedure"


Month = Annotated[
    dt.datetime | None, typer.Option("--month", callback=in_calendar, formats=["%Y-%m"], help="Of this month.")
]
Quarter = Annotated[
    dt.datetime | None,
    typer.Option("--quarter", callback=in_calendar, formats=["%Y-%m"], help="Of the quarter of this month."),
]
Year = Annotated[dt.datetime | None, typer.Option("--year", callback=in_calendar, formats=["%Y"], help="Of this year.")]
#: The columns of the table; the other formats also give what the group states besides, the source, and since when.
_COLUMNS = ("score_group", "metric", "numerator", "denominator", "ratio", "score", "maximum", "recomputed", "difference",
            "formula", "ours", "our_ratio_least", "our_ratio_most", "numerator_apart_least", "numerator_apart_most",
            "denominator_apart_least", "denominator_apart_most", "differs_in", "flags", "message")  # fmt: skip
_CELL_COLUMNS = ("unit", "procedure_family", "procedure", "portal", "ours", "difference", "state", "asked_on")
_BLANK = ("unit", "metric", "ours", "our_ratio", "numerator_apart", "denominator_apart", "differs_in", "flags", "message",
          "recomputed", "difference")  # fmt: skip


def period_asked(month: dt.datetime | None, quarter: dt.datetime | None, year: dt.datetime | None) -> Period | None:
    """The one period asked for, None if none is.

    Raises:
        typer.BadParameter: more than one is asked for.
    """
    given = {"month": month, "quarter": quarter, "year": year}
    asked = [period_of(kind, day.date()) for kind, day in given.items() if day]
    if len(asked) > 1:
        raise typer.BadParameter("give only one of them", param_hint="--month, --quarter, --year")
    return asked[0] if asked else None


@publishing.command(rich_help_panel=RATES)
def portal(
    month: Month = None,
    quarter: Quarter = None,
    year: Year = None,
    night: Night = None,
    agency: Annotated[
        str | None, typer.Option(help="Of this unit (id or code) alone; default: of the province.")
    ] = None,
    every_unit: Annotated[bool, typer.Option("--every-unit", help="Of the province and each of its units.")] = False,
    by: Annotated[
        By | None,
        typer.Option(help="What it counts as received instead of scores, by unit and procedure, beside ours."),
    ] = None,
    procedure: Annotated[str | None, typer.Option(help="With --by procedure: of this procedure alone.")] = None,
    format: As = Format.TABLE,
) -> None:
    """Show what the portal publishes of decision 766, metric by metric, and what each score follows from.

    The portal's score is what counts. Beside it: the score recomputed from the published counts where the formula is known, and
    our own ratio where we count the like, with what separates the two. Default: the last month that had ended.

    With --by procedure: its count of received dossiers in each unit and procedure of a month beside ours, largest differences
    first. It is unknown where it was not asked for yet, or where the portal does not filter by procedure: see the state.
    """
    if by or procedure:
        _by_procedure(period_asked(month, quarter, year), night, agency, procedure, format)
        return
    with warehouse_at_hand() as (_, connection):
        chosen = chosen_night(connection, night)
        period = period_asked(month, quarter, year) or Period("month", ended(chosen, 1)[0])
        report = query(connection, "portal", {
            "night": chosen, "archive_id": archive_of(connection, chosen, None), "period_kind": period.kind,
            "period_start": period.start, "agency": agency and agency_named(connection, agency)[0],
            "every_unit": every_unit,
        })  # fmt: skip
    columns = ("unit", *_COLUMNS) if every_unit else _COLUMNS
    print_report(report, format, f"Published by the portal for {period}, night {chosen}", columns, _BLANK)


def _by_procedure(
    period: Period | None, night: dt.datetime | None, agency: str | None, procedure: str | None, format: Format
) -> None:
    """The portal's counts of a month by unit and procedure.

    Raises:
        typer.BadParameter: another period than a month is asked for.
    """
    if period and period.kind != "month":
        raise typer.BadParameter("the portal is asked for procedures by month", param_hint="--quarter, --year")
    with warehouse_at_hand() as (_, connection):
        chosen = published_night(connection, night)
        month = period.start if period else ended(chosen, 1)[0]
        report = query(connection, "portal_by_procedure", {
            "night": chosen, "month": month, "procedure": procedure,
            "agency": agency and agency_named(connection, agency)[0],
        })  # fmt: skip
    states = Counter(row["state"] for row in report.dicts())
    said = ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in states.most_common())
    title = f"Counted by the portal and by us in {month:%Y-%m}, night {chosen}; cells: {said or 'none'}"
    print_report(report, format, title, _CELL_COLUMNS, ("portal", "difference", "asked_on"))


@publishing.command(rich_help_panel=RATES)
def provinces(
    month: Month = None,
    quarter: Quarter = None,
    year: Year = None,
    all: Annotated[bool, typer.Option("--all", help="Every province, the best first.")] = False,
    metrics: Annotated[bool, typer.Option("--metrics", help="Also each metric, not only the groups.")] = False,
    format: As = Format.TABLE,
) -> None:
    """Show where the province stands among all by the scores that the portal publishes, and how far the next place is.

    With --all every province, with the group in which it is furthest ahead of ours. As asked for by the Dag compare_provinces;
    default: the last month that was asked for. A place is missing where a score is not published or was not asked for.
    """
    from doisoat.reports.provinces import last_compared, standing

    with warehouse_at_hand() as (site, connection):
        period = period_asked(month, quarter, year) or last_compared(connection)
        code = site.settings.province.code
        report = standing(connection, period, code, every_province=all, with_metrics=metrics)
    who = "Provinces" if all else f"{code} among the provinces"
    print_report(report, format, f"{who}, {period}", (), ("metric", "flags", "most_ahead_in", "ahead_by"))
