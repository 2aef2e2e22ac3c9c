"""`doisoat form` fills in the offices' report form from dossiers; `doisoat reported` compares what offices sent with them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from doisoat.cli.shared import RATES, chosen_night, console, in_calendar, warehouse_at_hand
from doisoat.reports.agencies import agency_named
from doisoat.reports.form import Asked, CountsAs, Reading, default_counts_as, with_ranges
from doisoat.reports.form import form as make_form
from doisoat.reports.printing import MOST_ROWS, Format, show
from doisoat.reports.query import query

#: Added to `doisoat` by doisoat.cli.app.
forms = typer.Typer()


@forms.command(rich_help_panel=RATES)
def form(
    since: Annotated[
        dt.datetime, typer.Option("--from", callback=in_calendar, formats=["%Y-%m-%d"], help="First day of the period.")
    ],
    until: Annotated[
        dt.datetime, typer.Option("--to", callback=in_calendar, formats=["%Y-%m-%d"], help="Last day of the period.")
    ],
    agency: Annotated[
        str | None, typer.Option(help="Only this agency and all below it; default: the whole province.")
    ] = None,
    night: Annotated[
        dt.datetime | None,
        typer.Option(
            callback=in_calendar, formats=["%Y-%m-%d"], help="As known on which night; the last published one."
        ),
    ] = None,
    reading: Annotated[
        Reading | None, typer.Option(help="How on time is defined; default: the province file's.")
    ] = None,
    counts_as: Annotated[
        CountsAs | None, typer.Option(help="What counts as resolved; default: the province file's.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook in the form's layout instead.")] = None,
    receiver: Annotated[
        str | None, typer.Option(help="The unit that receives it; default: the province file's, by `papers`.")
    ] = None,
) -> None:
    """Fill in form II.06a/VPCP/KSTT for any days: received, resolved, pending by level and field, as known on a night.

    If the evidence leaves a count open, the table and the workbook show a range; the other formats give its lowest value and
    the open part in separate columns.
    """
    from doisoat.warehouse.order import last_published

    with warehouse_at_hand() as (site, connection):
        whole = (None, f"UBND tỉnh {site.settings.province.name}")
        agency_id, office = agency_named(connection, agency) if agency else whole
        asked = Asked(
            agency_id,
            since.date(),
            until.date(),
            night.date() if night else last_published(connection),
            reading or Reading(site.settings.indicators.readings["on_time"]),
            counts_as or default_counts_as(site.settings),
        )
        report = make_form(connection, site.settings, asked)
    papers = site.settings.papers
    title = f"Form II.06a, {office}, {asked.first_day} to {asked.last_day}, night {asked.night}"
    title += f", {asked.reading}, {asked.counts_as}"
    if xlsx:
        from doisoat.papers.form_book import Sent, write_form

        receiving = receiver or (papers.office if agency else papers.receiving)
        write_form(xlsx, report, asked, Sent(office, receiving, papers.place or site.settings.province.name))
        typer.echo(f"{xlsx}: {title}")
    else:
        show(console, with_ranges(report) if format is Format.TABLE else report, format, title)


@forms.command(rich_help_panel=RATES)
def reported(
    night: Annotated[
        dt.datetime | None,
        typer.Option(
            callback=in_calendar, formats=["%Y-%m-%d"], help="As known on which night; the last published one."
        ),
    ] = None,
    measure: Annotated[
        str, typer.Option(help="Which count, e.g. received, resolved, pending_overdue; or all.")
    ] = "received",
    differing: Annotated[bool, typer.Option("--differing", help="Only what differs.")] = False,
    reading: Annotated[
        Reading | None, typer.Option(help="How on time is defined; default: the province file's.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Compare the counts that offices reported with the counts we compute, by unit, period and measure.

    ours (csv, json: ours_least, ours_most): unknown if our evidence is not conclusive. changed_since: how many fewer we count
    now than when the report arrived. ministries, undated, removed, repeated, moved_in: dossiers that the report may include and
    we do not; moved_out: dossiers that it may count elsewhere. unexplained: what none of these explains.
    """
    from doisoat.sources.report_workbook.words import MEASURES

    if measure not in ("all", *MEASURES):
        raise typer.BadParameter(
            f"there is no {measure!r}; give all or one of {', '.join(MEASURES)}", param_hint="--measure"
        )
    with warehouse_at_hand() as (site, connection):
        chosen = chosen_night(connection, night)
        in_force = reading or Reading(site.settings.indicators.readings["on_time"])
        wanted = {"measure": None if measure == "all" else measure, "differing": differing}
        asked = {"night": chosen, "by_date": in_force is Reading.ON_TIME_BY_DATE, **wanted}
        # few rows are expected of nights that only the statement itself finds, and what it sums would be sorted on disk
        connection.execute("set local enable_sort = off")
        report = query(connection, "reported", asked, most=MOST_ROWS if format is Format.TABLE else None)
    show(console, report, format, f"Reports compared with records, night {chosen}, {in_force}")
