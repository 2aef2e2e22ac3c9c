"""The read-only commands of `doisoat`: a night, its sources, its gaps."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doisoat.cli.shared import (
    EXPLAIN,
    LOOK,
    As,
    Night,
    Revision,
    chosen_night,
    console,
    in_calendar,
    print_report,
    warehouse_at_hand,
)
from doisoat.reports.agencies import agency_named
from doisoat.reports.parts import Channel, Grain, Level, Pair, check_range, check_words
from doisoat.reports.printing import MOST_ROWS, Format, print_table
from doisoat.reports.query import query
from doisoat.warehouse.queries import Report, archive_of

if TYPE_CHECKING:
    import psycopg

    from doisoat.province.site import Site

#: Added to `doisoat` by doisoat.cli.app.
asking = typer.Typer()


class ListFormat(StrEnum):
    """How a list of gaps is printed, or written to be filled in."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


#: A day that lies in every open range: the current state.
NOW = dt.datetime(9999, 12, 30)
#: Reports that do not belong to one night.
OF_ANY_DAY = ("catalogues", "nights", "news")
#: The columns shown in the tables of sources and nights; the other formats give every column.
SOURCE_COLUMNS = ("source_id", "side", "state", "age_nights", "reason", "cut_off", "declared", "held", "received",
                  "quarantined")  # fmt: skip
NIGHT_COLUMNS = ("night", "state", "revision", "stands", "published_at", "rows", "withdrawn_at", "derived_again_at", "as_of",
                 "collects_late", "accepted", "accepted_by", "reason", "code", "config", "reference")  # fmt: skip
#: The columns that fit a terminal in the tables of gaps and of their groups; a group without a common agency shows none.
GAP_COLUMNS = ("pair", "dossier_id", "kind", "national_value", "provincial_value", "cause", "agency_id", "opened_on",
               "state")  # fmt: skip
GROUP_COLUMNS = ("gaps", "told", "pair", "cause", "agency_id", "procedure_family", "owner_id")


@asking.command(rich_help_panel=LOOK)
def sources(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """Show each source: the data in use, their age and why, declared and stored counts (csv, json: what became of the rows)."""
    from doisoat.load.held import review_nights_of
    from doisoat.load.procedures import to_go
    from doisoat.reports.night_page import print_unstated

    with warehouse_at_hand() as (site, connection):
        chosen = chosen_night(connection, night)
        report = _asked(site, connection, "sources", chosen, revision)
        reviewed = review_nights_of(connection, site.settings)
        unmapped = query(connection, "unmapped", {"night": chosen})
        by_procedure = to_go(connection, site.settings, chosen)
    print_report(report, format, _titled("Sources", chosen, revision), SOURCE_COLUMNS, blank=("reason",))
    if format is not Format.TABLE:
        return
    print_unstated(report.dicts(), console)
    for source_id, nights in reviewed.items():
        console.print(f"{source_id}: months without changes are listed again within {nights} nights")
    for source_id, asked in by_procedure.items():
        console.print(
            f"{source_id}: counts by procedure: {asked.answered} procedures and months are known, {asked.sure} more are asked "
            f"within {asked.nights[0]} nights; of {asked.possible} others, of which we hold none, as far as a month's count is "
            f"not explained, within {asked.nights[1]} nights"
        )
    if unmapped.rows:
        print_table(
            console, unmapped, "Values that no code map knows: `doisoat check` shows their words; add them to code_maps"
        )


@asking.command(rich_help_panel=LOOK)
def bridge(
    night: Night = None,
    revision: Revision = None,
    format: As = Format.TABLE,
    by: Annotated[Grain, typer.Option(help="Break it down.")] = Grain.WHOLE,
    with_ministries: Annotated[
        bool,
        typer.Option("--with-ministries", help="Compare with province and ministries together, each dossier once."),
    ] = False,
    since: Annotated[
        dt.datetime | None,
        typer.Option("--from", callback=in_calendar, formats=["%Y-%m"], help="First month of receipt."),
    ] = None,
    until: Annotated[
        dt.datetime | None, typer.Option("--to", callback=in_calendar, formats=["%Y-%m"], help="Last month of receipt.")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="Only this agency (id or code), and all below it.")] = None,
    procedure: Annotated[str | None, typer.Option(help="Only this procedure, in all its variants.")] = None,
    field: Annotated[str | None, typer.Option(help="Only procedures of this field (its code).")] = None,
    level: Annotated[Level | None, typer.Option(help="Only agencies of this level.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="Only this channel: what the entries are made of.")] = None,
) -> None:
    """Show the bridge from the province's count to the portal's, or its entries by cause, agency, ...

    For a range of months (--from, --to) the total is shown month by month, as sources declare it. For a part of the province
    the declared count is unknown unless a source declares exactly that part.
    """
    from doisoat.reports.bridge import GRAINS, Part, shown
    from doisoat.reports.bridge import bridge as ask

    only = (level and str(level), channel and str(channel))
    part = Part(since and since.date(), until and until.date(), agency, procedure, field, *only)
    check_range(part.first_month, part.last_month)
    with warehouse_at_hand() as (site, connection):
        chosen = chosen_night(connection, night)
        check_words(connection, field=field, procedure=procedure)
        declared_by = site.settings.reconciliation.declared_by
        report = ask(connection, chosen, archive_of(connection, chosen, revision), by=str(by), part=part,
                     with_ministries=with_ministries, declared_by=declared_by)  # fmt: skip
    title = "Bridge to province and ministries" if with_ministries else "Bridge"
    if by not in GRAINS:
        title = f"What the {title[0].lower()}{title[1:]} is made of, by {by}"
    report = shown(report) if format is Format.TABLE else report
    print_report(report, format, _titled(f"{title}{part}", chosen, revision))


@asking.command(rich_help_panel=EXPLAIN)
def gaps(
    night: Night = None,
    revision: Revision = None,
    format: Annotated[ListFormat, typer.Option("--format", help="How to print; xlsx: see --out.")] = ListFormat.TABLE,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the workbook that units fill in and send back.")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="Also what is not yet a gap (pending, incomplete, ...).")] = False,
    pair: Annotated[Pair | None, typer.Option(help="Only these two sides; else all pairs.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only gaps that this agency has to act on.")] = None,
) -> None:
    """List the gaps with cause, agency and age (csv, json: every column), or write the workbook that units answer."""
    if (format is ListFormat.XLSX) != (out is not None) or (out and all):
        raise typer.BadParameter(
            "a workbook holds gaps only: --format xlsx --out FILE, without --all", param_hint="--out"
        )
    with warehouse_at_hand() as (site, connection):
        chosen = chosen_night(connection, night)
        only = owner and agency_named(connection, owner)[0], pair and str(pair)
        if out is not None:
            from doisoat.papers.facts import facts_of, night_of
            from doisoat.papers.write import write_one

            facts = facts_of(connection, site.settings, night_of(connection, site.settings, chosen, revision))
            typer.echo(f"{out}: {write_one(connection, facts, out, *only)} gaps of night {chosen}")
            return
        asked: dict[str, Any] = {"night": chosen, "archive_id": archive_of(connection, chosen, revision)}
        asked |= {"with_pending": all, "owner": only[0], "pair": only[1]}
        report = query(connection, "gaps", asked, most=MOST_ROWS if format is ListFormat.TABLE else None)
    columns = (*GAP_COLUMNS, *(("standing",) if all else ()))
    print_report(report, Format(format), _titled("Gaps", chosen, revision), columns, blank=GAP_COLUMNS)


@asking.command(rich_help_panel=EXPLAIN)
def groups(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """Group the open gaps by what they have in common, largest group first; `doisoat gap` can act on a whole group."""
    from doisoat.gaps.report import grouped

    with warehouse_at_hand() as (_, connection):
        chosen = chosen_night(connection, night)
        report = grouped(connection, chosen, archive_of(connection, chosen, revision))
    print_report(report, format, f"Groups of gaps, night {chosen}", GROUP_COLUMNS, blank=GROUP_COLUMNS)


@asking.command(rich_help_panel=EXPLAIN)
def explain(code: Annotated[str, typer.Argument(help="One of its codes, or a record's id.")]) -> None:
    """Show one dossier's whole history: what each side reported and when, verdict, cause, evidence, events, what to do."""
    from doisoat.reports.story import print_story

    with warehouse_at_hand() as (_, connection):
        print_story(connection, code, console)


@asking.command(rich_help_panel=EXPLAIN)
def causes(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """Count the gaps by cause: how many dossiers, who has to act, and how."""
    _report("causes", night, format, "Causes", revision)


@asking.command(rich_help_panel=LOOK)
def ministries(
    night: Night = None,
    revision: Revision = None,
    format: As = Format.TABLE,
    by_month: Annotated[bool, typer.Option("--by-month", help="Break it down by receipt month.")] = False,
) -> None:
    """Show how many dossiers of each ministry's system the province and the portal hold."""
    _report("ministries", night, format, "Ministries' systems", revision, by_month=by_month)


@asking.command(rich_help_panel=LOOK)
def catalogues(
    day: Annotated[
        dt.datetime | None, typer.Option(callback=in_calendar, formats=["%Y-%m-%d"], help="Which day; default: now.")
    ] = None,
    format: As = Format.TABLE,
) -> None:
    """Show where a source's catalogues differ from the province's own, on a given day (default: now)."""
    _report("catalogues", day or NOW, format, "Catalogues")


@asking.command(rich_help_panel=LOOK)
def checks(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """Show the results of a night's checks."""
    _report("checks", night, format, "Checks", revision)


@asking.command(rich_help_panel=LOOK)
def nights(format: As = Format.TABLE) -> None:
    """List every night and its revisions, and which one analysts see (csv, json: also the landings it was built from)."""
    _report("nights", dt.datetime.min, format, "Nights", columns=NIGHT_COLUMNS)


@asking.command(rich_help_panel=LOOK)
def news(format: As = Format.TABLE) -> None:
    """List open and recent problems: since when, who was alerted, and who could not be reached."""
    _report("news", dt.datetime.min, format, "News")


@asking.command(rich_help_panel=LOOK)
def summary(
    night: Night = None,
    full: Annotated[bool, typer.Option("--full", help="Every table of the night too.")] = False,
) -> None:
    """Show one night in 25 lines. Exit code 0: published; 1: failed or blocked; 2: published, but a source needs attention."""
    from doisoat.reports.summary import summary as print_summary
    from doisoat.warehouse.order import last_published

    with warehouse_at_hand() as (site, connection):
        asked = night.date() if night else last_published(connection)
        code = print_summary(site, connection, asked, console, full=full)
    raise typer.Exit(code)


def _report(
    name: str,
    night: dt.datetime | None,
    format: Format,
    title: str,
    revision: int | None = None,
    *,
    columns: tuple[str, ...] = (),
    **parameters: Any,
) -> None:
    with warehouse_at_hand() as (site, connection):
        chosen = night.date() if night and name in OF_ANY_DAY else chosen_night(connection, night)
        report = _asked(site, connection, name, chosen, revision, **parameters)
    print_report(report, format, _titled(title, chosen, revision), columns)


def _asked(
    site: Site, connection: psycopg.Connection, name: str, night: dt.date, revision: int | None, **parameters: Any
) -> Report:
    where = {"night": night, "archive_id": archive_of(connection, night, revision)}
    return query(connection, name, {**where, "timezone": site.settings.province.timezone, **parameters})


def _titled(title: str, night: dt.date, revision: int | None) -> str:
    of_revision = "" if revision is None else f", revision {revision}"
    return f"{title}, night {night}{of_revision}" if dt.date.min < night < NOW.date() else title
