"""The commands of `doisoat` about rates: their values, and what the gaps cost."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doisoat.cli.shared import RATES, chosen_night, in_calendar, print_report, warehouse_at_hand
from doisoat.errors import ConfigurationError
from doisoat.indicators.days import Days
from doisoat.months import first_of, last_of, later
from doisoat.reports.agencies import agency_named
from doisoat.reports.parts import Channel, Level, check_month, check_range, check_words
from doisoat.reports.printing import Format

if TYPE_CHECKING:
    from doisoat.rates.rates import Part

#: Added to `doisoat` by doisoat.cli.app.
rating = typer.Typer()


class By(StrEnum):
    """What a rate is broken down by."""

    AGENCY = "agency"
    LEVEL = "level"
    FIELD = "field"
    PROCEDURE = "procedure"
    CHANNEL = "channel"
    SYSTEM = "system"


class Period(StrEnum):
    """The period of a rate: each month, quarter or year by itself, or everything asked for as one."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"


Month = Annotated[dt.datetime | None, typer.Option(callback=in_calendar, formats=["%Y-%m"])]
Night = Annotated[
    dt.datetime | None,
    typer.Option(callback=in_calendar, formats=["%Y-%m-%d"], help="Which night; the last published one."),
]
Agency = Annotated[str | None, typer.Option(help="Only this agency (id, code or former code) and all below it.")]


def _days_of(text: str) -> Days:
    """The days of a month (2024-03), or one day (2024-03-15)."""
    for form in ("%Y-%m", "%Y-%m-%d"):
        try:
            first = dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
        return Days(first, last_of(first) if form == "%Y-%m" else first)
    raise typer.BadParameter(f"{text!r}: give a month (2024-03) or a day (2024-03-15)")


class Grouped(StrEnum):
    """How gaps are grouped in the ranked list."""

    CAUSE = "cause"
    AGENCY = "agency"
    PROCEDURE = "procedure"


@rating.command(rich_help_panel=RATES)
def score(
    night: Night = None,
    month: Annotated[
        dt.datetime | None, typer.Option(callback=in_calendar, formats=["%Y-%m"], help="For this month.")
    ] = None,
    quarter: Annotated[
        dt.datetime | None, typer.Option(callback=in_calendar, formats=["%Y-%m"], help="For the quarter of this month.")
    ] = None,
    year: Annotated[
        dt.datetime | None,
        typer.Option(callback=in_calendar, formats=["%Y"], help="For this year; default: the night's own year."),
    ] = None,
    of: Annotated[
        str | None, typer.Option(help="Whose score: this agency's and all below it; default: the province's.")
    ] = None,
    indicator: Annotated[
        str | None, typer.Option(help="Which indicator; default: the reading of 1.4 that is in force.")
    ] = None,
    by: Annotated[Grouped, typer.Option(help="Causes, or causes within each agency or procedure.")] = Grouped.AGENCY,
    if_: Annotated[
        list[str] | None, typer.Option("--if", help="What if only these were repaired: cause=C, agency=A, procedure=P.")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="The same as --if agency=A.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Show what the gaps cost: groups ranked by what repairing them would gain; with --if, what some would gain together.

    Nothing is estimated: a repair's effect is added to the counts and the same rule is applied again. If no report for the
    period reached us, the denominator is what the province would report (basis `expected`).
    """
    from doisoat.rates.cost import Question, Repair, ranked
    from doisoat.rates.rates import rests_on
    from doisoat.warehouse.queries import archive_of

    if sum(one is not None for one in (month, quarter, year)) > 1:
        raise typer.BadParameter("give only one of them", param_hint="--month, --quarter, --year")
    wanted = _wanted(if_ or [], agency)
    with warehouse_at_hand() as (site, connection):
        chosen = chosen_night(connection, night)
        asked = indicator or site.settings.indicators.readings["sync"]
        part = _period_of(
            month, quarter, year or dt.datetime(chosen.year, 1, 1), of and agency_named(connection, of)[0]
        )
        check_words(connection, cause=wanted.get("cause"), procedure=wanted.get("procedure"))
        if "agency" in wanted:
            wanted["agency"] = agency_named(connection, wanted["agency"])[0]
        question = Question(chosen, archive_of(connection, chosen, None), asked, part)
        report = ranked(connection, site.settings, question, Repair(**wanted), "all" if wanted else str(by))
        caution = rests_on(connection, chosen, question.archive_id)
    basis = ", ".join({f"denominator {row['denominator_basis'] or 'unknown'}" for row in report.dicts()})
    title = f"What repairs would gain: {asked}, {part.first_month:%Y-%m} to {part.last_month:%Y-%m}, night {chosen}, {basis}"
    columns = tuple(name for name in report.columns if name != "denominator_basis")
    print_report(report, format, title + _cautious(caution), columns)


def _cautious(caution: str | None) -> str:
    return f" ({caution})" if caution else ""


@rating.command(rich_help_panel=RATES)
def services(
    month: Annotated[dt.datetime, typer.Option(callback=in_calendar, formats=["%Y-%m"], help="The month of receipt.")],
    night: Night = None,
    revision: Annotated[int | None, typer.Option(help="Which revision of the night; default: the current one.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Show digitisation, online payment, online share and time to acceptance by level, each with its lower and upper bound."""
    from doisoat.reports.services import COLUMNS
    from doisoat.reports.services import services as four_numbers
    from doisoat.warehouse.queries import archive_of

    with warehouse_at_hand() as (site, connection):
        chosen = chosen_night(connection, night)
        check_month(month.date(), chosen)
        archive_id = archive_of(connection, chosen, revision)
        report = four_numbers(connection, site.settings, month.date(), chosen, archive_id)
    print_report(report, format, f"Services, received in {month:%Y-%m}, night {chosen}", COLUMNS)


def _wanted(conditions: list[str], agency: str | None) -> dict[str, str]:
    pairs = [condition.partition("=") for condition in [*conditions, *([f"agency={agency}"] if agency else [])]]
    if wrong := [name for name, _, value in pairs if name not in ("cause", "agency", "procedure") or not value]:
        raise ConfigurationError(f"--if: asked for cause=, agency= or procedure=; got {wrong}")
    return {name: value for name, _, value in pairs}


def _when(since: Days | None, until: Days | None, period: Period) -> dict[str, Any]:
    """The fields of a Part for --from and --to: whole months as months, which every night keeps; else days."""
    if (since is None or since.first.day == 1) and (until is None or until.last == last_of(until.last)):
        return {
            "first_month": since.first if since else None,
            "last_month": first_of(until.last) if until else None,
        }
    if since is None or until is None or period is not Period.ALL:
        raise ConfigurationError(
            "rates by day: the range is not whole months; do: give both --from and --to, and no --period"
        )
    return {"days": Days(since.first, until.last)}


def _period_of(month: dt.datetime | None, quarter: dt.datetime | None, year: dt.datetime, agency: str | None) -> Part:
    """The one period asked for, as a part of the dossiers."""
    from doisoat.rates.rates import Part

    first, months, kind = (
        (month, 1, "month") if month else (quarter, 3, "quarter") if quarter else (year, 12, "year")
    )  # fmt: skip
    begin = dt.date(first.year, (first.month - 1) // months * months + 1, 1)
    return Part(period=kind, agency=agency, first_month=begin, last_month=later(begin, months - 1))


@rating.command(rich_help_panel=RATES)
def walk(
    month: Annotated[
        dt.datetime, typer.Option(callback=in_calendar, formats=["%Y-%m"], help="The month of the portal's rate.")
    ],
    night: Night = None,
    agency: Agency = None,
    counts: Annotated[
        bool, typer.Option("--counts", help="Only from the portal's counts of what was received to ours.")
    ] = False,
    format: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Walk from the rate that the portal publishes for indicator 1.4 to the corrected rate, item by item.

    Then from each of the portal's own counts of what was received, which disagree, to what the province received: which count of
    ours comes nearest, and what separates them. In csv and json only with --counts, which leaves the first walk out.
    """
    from doisoat.rates.rates import rests_on
    from doisoat.reports.query import query
    from doisoat.warehouse.queries import archive_of

    with warehouse_at_hand() as (site, connection):
        chosen, choices = chosen_night(connection, night), site.settings.indicators
        check_month(month.date(), chosen)
        asked = {
            "night": chosen, "archive_id": archive_of(connection, chosen, None), "month": month.date(),
            "agency": agency and agency_named(connection, agency)[0], "reported_by": choices.reported_by,
            "numerators": choices.published_numerators, "denominators": choices.published_denominators,
            "received": choices.published_received,
        }  # fmt: skip
        walks = {} if counts else {"From the portal's number to ours": query(connection, "walk", asked)}
        if counts or format is Format.TABLE:
            walks["From each of the portal's counts of received to ours"] = query(connection, "walk_received", asked)
        caution = rests_on(connection, chosen, archive_of(connection, chosen, None))
    for way, report in walks.items():
        title = f"{way}, {month:%Y-%m}, night {chosen}{_cautious(caution)}"
        print_report(report, format, title, blank=("ratio", "adds_up", "of"))


@rating.command(rich_help_panel=RATES)
def rates(
    night: Night = None,
    revision: Annotated[int | None, typer.Option(help="Which revision of the night; default: the current one.")] = None,
    by: Annotated[By | None, typer.Option(help="Break it down: one row per value.")] = None,
    period: Annotated[Period, typer.Option(help="Each month, quarter or year by itself.")] = Period.ALL,
    since: Annotated[
        Days | None, typer.Option("--from", parser=_days_of, metavar="YYYY-MM[-DD]", help="First month, or day.")
    ] = None,
    until: Annotated[
        Days | None, typer.Option("--to", parser=_days_of, metavar="YYYY-MM[-DD]", help="Last month, or day.")
    ] = None,
    agency: Agency = None,
    level: Annotated[Level | None, typer.Option(help="Only agencies of this level.")] = None,
    field: Annotated[str | None, typer.Option(help="Only this field.")] = None,
    procedure: Annotated[str | None, typer.Option(help="Only this procedure.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="Only this channel.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Show the indicators, each with its lower and upper bound; the two are equal if the evidence is complete.

    A denominator that is based on reports is unknown if no report reached us, and for parts that no report covers (level,
    field, procedure, channel, days). Days are counted from the records of the last night.
    """
    from doisoat.rates.rates import Part
    from doisoat.rates.rates import rates as rates_of
    from doisoat.warehouse.queries import archive_of

    check_range(since.first if since else None, until.last if until else None)
    with warehouse_at_hand() as (site, connection):
        chosen = chosen_night(connection, night)
        check_words(connection, field=field, procedure=procedure)
        part = Part(
            by=by and str(by),
            period="range" if period is Period.ALL and since and until else str(period),
            **_when(since, until, period),
            agency=agency and agency_named(connection, agency)[0],
            level=level and str(level), field=field, procedure=procedure, channel=channel and str(channel),
        )  # fmt: skip
        report = rates_of(connection, site.settings, part, chosen, archive_of(connection, chosen, revision))
    columns = tuple(
        name for name in report.columns if name != "label"
    )  # of each formula in docs/generated/indicators.md
    print_report(report, format, f"Rates, night {chosen}", columns, blank=("period_start", "part", "rests_on"))
