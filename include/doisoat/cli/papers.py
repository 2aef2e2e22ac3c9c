"""`doisoat report`: the papers of a night, or of a month or a quarter, for officials."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from doisoat.cli.shared import ACT, Night, chosen_night, in_calendar, warehouse_at_hand

#: Added to `doisoat` by doisoat.cli.app.
reporting = typer.Typer()


@reporting.command(rich_help_panel=ACT)
def report(
    night: Night = None,
    month: Annotated[
        dt.datetime | None,
        typer.Option(
            callback=in_calendar, formats=["%Y-%m"], help="The report of this month, to be edited and signed."
        ),
    ] = None,
    quarter: Annotated[
        dt.datetime | None,
        typer.Option(callback=in_calendar, formats=["%Y-%m"], help="The report of the quarter of this month."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; default: papers/ beside the landings.")] = None,
) -> None:
    """Write the papers of a night: one workbook for each unit with gaps, one for the province; or a report of a period."""
    from doisoat.papers.write import write_night, write_period

    if month and quarter:
        raise typer.BadParameter("give only one of them", param_hint="--month, --quarter")
    with warehouse_at_hand() as (site, connection):
        chosen, root = chosen_night(connection, night), out or site.papers_root
        if start := month or quarter:
            folder = write_period(connection, site.settings, chosen, root, (start.date(), 3 if quarter else 1))
        else:
            folder = write_night(connection, site.settings, chosen, root)
    typer.echo(f"{folder}: {len(list(folder.iterdir()))} papers of night {chosen}")
