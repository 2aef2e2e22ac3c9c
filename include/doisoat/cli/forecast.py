"""The command that shows where the running month, quarter and year will end."""

from __future__ import annotations

from typing import Annotated

import typer

from doisoat.cli.shared import RATES, As, Night, console, print_report, published_night, warehouse_at_hand
from doisoat.reports.printing import Format
from doisoat.reports.query import query

#: Added to `doisoat` by doisoat.cli.app.
foreseeing = typer.Typer()
#: The columns of the table; the other formats give all.
_COLUMNS = ("period", "score_group", "measure", "ratio_least", "ratio_most", "end_least", "end_most", "repaired_least",
            "repaired_most", "maximum", "points_least", "points_most", "points_repaired_least", "points_repaired_most",
            "earlier_months", "held", "tested", "why_not")  # fmt: skip
_BLANK = (
    "score_group",
    "measure",
    "maximum",
    "points",
    "points_repaired",
    "earlier_months",
    "held",
    "tested",
    "why_not",
)
_METHOD = (
    "A range is what has come so far plus what the same days brought in earlier months (the last 12 at most, 3 at least), the "
    "wider the fewer they are. held of tested: in how many earlier periods a range foreseen on the same day held. docs/rates.md"
)
_LATE = (
    "A dossier counts in the month, the quarter and the year of its receipt. What is repaired by the last day counts when the "
    "period ends; until when the portal changes a period that has ended, no source says: this is what was seen."
)


@foreseeing.command(rich_help_panel=RATES)
def forecast(
    night: Night = None,
    every: Annotated[
        bool, typer.Option("--every", help="Also each metric, and what is not one of the decision's indicators.")
    ] = False,
    format: As = Format.TABLE,
) -> None:
    """Show where the running month, quarter and year will end if nothing is repaired, and if what is listed is; and until when.

    As ranges, each with its own record: how often it held in earlier periods. csv and json give every measure.
    """
    with warehouse_at_hand() as (_, connection):
        chosen = published_night(connection, night)
        report = query(connection, "forecast", {"night": chosen, "every": every or format is not Format.TABLE})
        late = query(connection, "late_changes", {"night": chosen})
    title = f"Where the periods of night {chosen} end, if nothing is repaired and if what is listed is"
    print_report(report, format, title, _COLUMNS, _BLANK)
    if format is Format.TABLE:
        if not report.rows:
            console.print("The night was published before outlooks were kept; do: doisoat replay")
            return
        console.print(f"{_METHOD}\n")
        print_report(late, format, "How late a repair may come", blank=tuple(late.columns[2:]))
        console.print(_LATE)
