"""The commands of `doisoat` that ask and change nothing: a night, its sources, its gaps, the configuration."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from doisoat.cli.shared import As, Night, Revision, chosen_night, console, print_report, site_at_hand, warehouse_at_hand
from doisoat.reports.agencies import agency_named
from doisoat.reports.parts import Channel, Grain, Level, Pair, check_range, check_words
from doisoat.reports.printing import Format
from doisoat.reports.query import query
from doisoat.warehouse.queries import Report, archive_of

#: Added to `doisoat` by doisoat.cli.app.
asking = typer.Typer()


class ListFormat(StrEnum):
    """How a list of gaps is printed, or written for whoever fills it in."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


#: A day that every open range holds on: what stands now.
NOW = dt.datetime(9999, 12, 30)
#: Reports that are not of a night.
OF_ANY_DAY = ("catalogues", "nights", "news")
#: What the tables of sources and nights show; the other formats give every column.
SOURCE_COLUMNS = ("source_id", "side", "state", "age_nights", "reason", "cut_off", "declared", "held", "received",
                  "quarantined")  # fmt: skip
NIGHT_COLUMNS = ("night", "state", "revision", "stands", "published_at", "rows", "withdrawn_at", "derived_again_at", "as_of",
                 "collects_late", "accepted", "accepted_by", "reason", "code", "config", "reference")  # fmt: skip
#: What the tables of gaps and of their groups show, as a terminal has room; a group that shares no agency has none to show.
GAP_COLUMNS = ("pair", "dossier_id", "kind", "national_value", "provincial_value", "cause", "agency_id", "opened_on",
               "state")  # fmt: skip
GROUP_COLUMNS = ("gaps", "told", "pair", "cause", "agency_id", "procedure_family", "owner_id")


@asking.command()
def check() -> None:
    """Configuration, connections, warehouse, and one cheap call to every source: one line each."""
    from doisoat.nights.readiness import probe

    with site_at_hand() as site:
        answers = list(probe(site))
    for name, is_well, said in answers:
        typer.echo(f"{'ok   ' if is_well else 'WRONG'} {name}: {said}")
    if not all(is_well for _, is_well, _ in answers):
        raise typer.Exit(1)


@asking.command()
def sources(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """Each source: what stands for it, its age and why, control total, rows held (csv, json: what became of the rows)."""
    _report("sources", night, format, "Sources", revision, columns=SOURCE_COLUMNS, blank=("reason",))


@asking.command()
def bridge(
    night: Night = None,
    revision: Revision = None,
    format: As = Format.TABLE,
    by: Annotated[Grain, typer.Option(help="Break it down.")] = Grain.WHOLE,
    with_ministries: Annotated[
        bool, typer.Option("--with-ministries", help="Against province and ministries together, each dossier once.")
    ] = False,
    since: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m"], help="First month of receipt.")
    ] = None,
    until: Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m"], help="Last month of receipt.")] = None,
    agency: Annotated[str | None, typer.Option(help="Only this agency (id or code), and all below it.")] = None,
    procedure: Annotated[str | None, typer.Option(help="Only this procedure, in all its variants.")] = None,
    field: Annotated[str | None, typer.Option(help="Only procedures of this field (its code).")] = None,
    level: Annotated[Level | None, typer.Option(help="Only agencies of this level.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="Only this channel: what the entries are made of.")] = None,
) -> None:
    """National minus provincial, every term measured on its own; or what its entries are made of, by cause, agency, ...

    Of some months of receipt (--from, --to) the whole is told month by month, as sources declare it. Of a part of the province
    a declared count is unknown, unless a source states just that part.
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
    title = "Bridge against province and ministries" if with_ministries else "Bridge"
    if by not in GRAINS:
        title = f"What the {title[0].lower()}{title[1:]} is made of, by {by}"
    report = shown(report) if format is Format.TABLE else report
    print_report(report, format, _titled(f"{title}{part}", chosen, revision))


@asking.command()
def gaps(
    night: Night = None,
    revision: Revision = None,
    format: Annotated[ListFormat, typer.Option("--format", help="How to print; xlsx: see --out.")] = ListFormat.TABLE,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the workbook that units fill in and send back.")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="Also what is no gap yet (pending, incomplete, ...).")] = False,
    pair: Annotated[Pair | None, typer.Option(help="Only these two sides; else all pairs.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only what is this agency's to do.")] = None,
) -> None:
    """One row a gap: kind, both values, cause, agency, since when (csv, json: every column); or as a workbook to be answered."""
    if (format is ListFormat.XLSX) != (out is not None) or (out and all):
        raise typer.BadParameter(
            "a workbook is of gaps alone: --format xlsx --out FILE, without --all", param_hint="--out"
        )
    with warehouse_at_hand() as (_, connection):
        chosen = chosen_night(connection, night)
        asked: dict[str, Any] = {"night": chosen, "archive_id": archive_of(connection, chosen, revision)}
        asked |= {
            "with_pending": all,
            "pair": pair and str(pair),
            "owner": owner and agency_named(connection, owner)[0],
        }
        report = query(connection, "gaps", asked)
        names = dict(query(connection, "names", {}).rows) if out else {}
    if out is None:
        columns = (*GAP_COLUMNS, *(("standing",) if all else ()))
        print_report(report, Format(format), _titled("Gaps", chosen, revision), columns, blank=GAP_COLUMNS)
        return
    from doisoat.gaps.repair_list import write_repair_list

    typer.echo(f"{out}: {write_repair_list(report, names, chosen, out)} gaps of night {chosen}")


@asking.command()
def groups(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """The open gaps put together by what they share, largest group first; `doisoat gap` speaks of a whole one."""
    from doisoat.gaps.report import grouped

    with warehouse_at_hand() as (_, connection):
        chosen = chosen_night(connection, night)
        report = grouped(connection, chosen, archive_of(connection, chosen, revision))
    print_report(report, format, f"Groups of gaps, night {chosen}", GROUP_COLUMNS, blank=GROUP_COLUMNS)


@asking.command()
def explain(code: Annotated[str, typer.Argument(help="One of its codes, or a record's id.")]) -> None:
    """One dossier's whole story: what each side said and when, verdict, cause, evidence, events, and what to do."""
    from doisoat.reports.story import print_story

    with warehouse_at_hand() as (_, connection):
        print_story(connection, code, console)


@asking.command()
def causes(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """Why the sides differ: how many dossiers each cause explains, whom it blames and what is asked for."""
    _report("causes", night, format, "Causes", revision)


@asking.command()
def ministries(
    night: Night = None,
    revision: Revision = None,
    format: As = Format.TABLE,
    by_month: Annotated[bool, typer.Option("--by-month", help="Break it down by receipt month.")] = False,
) -> None:
    """What the province and the portal hold of the dossiers of each ministry's system."""
    _report("ministries", night, format, "Ministries' systems", revision, by_month=by_month)


@asking.command()
def catalogues(
    day: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As known on which day; now.")] = None,
    format: As = Format.TABLE,
) -> None:
    """Where a source's catalogues differ from the province's own, as known on a day (now, if none is given)."""
    _report("catalogues", day or NOW, format, "Catalogues")


@asking.command()
def checks(night: Night = None, revision: Revision = None, format: As = Format.TABLE) -> None:
    """How the checks of a night came out."""
    _report("checks", night, format, "Checks", revision)


@asking.command()
def nights(format: As = Format.TABLE) -> None:
    """Every night and its revisions: how far it came, which one analysts see (csv, json: also on which landings each rests)."""
    _report("nights", dt.datetime.min, format, "Nights", columns=NIGHT_COLUMNS)


@asking.command()
def news(format: As = Format.TABLE) -> None:
    """Troubles that stand or ended lately: since when, who was told, and which sender could not be reached."""
    _report("news", dt.datetime.min, format, "News")


@asking.command()
def disk(format: As = Format.TABLE) -> None:
    """Bytes that landings, each schema of the warehouse and the logs take, and how many are left."""
    from doisoat.nights.disk import measure

    with site_at_hand() as site:
        report = Report(("place", "bytes"), list(measure(site).items()))
    print_report(report, format, "Disk")


@asking.command()
def summary(night: Night = None) -> None:
    """One night on one screen. Exit code 0 published, 1 failed or blocked, 2 published while a source needs somebody."""
    from doisoat.reports.summary import summary as print_summary
    from doisoat.warehouse.order import last_published

    with warehouse_at_hand() as (site, connection):
        asked = night.date() if night else last_published(connection)
        code = print_summary(site, connection, asked, console)
    raise typer.Exit(code)


@asking.command()
def migrate() -> None:
    """Bring the warehouse to the newest schema."""
    from doisoat.warehouse.database import migrate as run_migrations

    with site_at_hand() as site:
        run_migrations(site.dsn)
    console.print("warehouse: newest schema")


def _report(
    name: str,
    night: dt.datetime | None,
    format: Format,
    title: str,
    revision: int | None = None,
    *,
    columns: tuple[str, ...] = (),
    blank: tuple[str, ...] = (),
    **parameters: Any,
) -> None:
    with warehouse_at_hand() as (site, connection):
        chosen = night.date() if night and name in OF_ANY_DAY else chosen_night(connection, night)
        where = {"night": chosen, "archive_id": archive_of(connection, chosen, revision)}
        report = query(connection, name, {**where, "timezone": site.settings.province.timezone, **parameters})
    print_report(report, format, _titled(title, chosen, revision), columns, blank)


def _titled(title: str, night: dt.date, revision: int | None) -> str:
    of_revision = "" if revision is None else f", revision {revision}"
    return f"{title}, night {night}{of_revision}" if dt.date.min < night < NOW.date() else title
