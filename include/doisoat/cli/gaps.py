"""People's decisions on open gaps: `doisoat gap WHICH... ACTION`, or `doisoat answers LIST` with the list a unit filled in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from doisoat.cli.shared import ACT, account, in_calendar, site_at_hand
from doisoat.errors import DecisionRefusedError
from doisoat.reports.agencies import agency_named
from doisoat.reports.parts import Pair, check_words

#: Both are added to `doisoat` by doisoat.cli.app.
gap = typer.Typer(no_args_is_help=True, help="Act on open gaps: doisoat gap --cause C --agency A ACTION.")
answering = typer.Typer()

Day = Annotated[dt.datetime | None, typer.Option(callback=in_calendar, formats=["%Y-%m-%d"])]
Reason = Annotated[str, typer.Option(help="Why; kept on record. No person's name or number.")]


@gap.callback()
def which(
    context: typer.Context,
    dossier: Annotated[str | None, typer.Option(help="One of its codes.")] = None,
    pair: Annotated[Pair | None, typer.Option(help="Only of these two sides.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind: a presence, an attribute, an extra row.")] = None,
    cause: Annotated[str | None, typer.Option(help="Only of this cause.")] = None,
    agency: Annotated[
        str | None, typer.Option(help="Only of this agency (id, code or former code), and all below it.")
    ] = None,
    procedure: Annotated[str | None, typer.Option(help="Only of this procedure.")] = None,
    received_from: Day = None,
    received_to: Day = None,
) -> None:
    """Select open gaps of the last published night."""
    context.obj = {
        "dossier": dossier, "pair": pair and str(pair), "kind": kind and _known_kind(kind), "cause": cause, "agency": agency,
        "procedure": procedure, "received_from": received_from and received_from.date(),
        "received_to": received_to and received_to.date(),
    }  # fmt: skip


def _known_kind(kind: str) -> str:
    from doisoat.gaps.repair_words import words

    if kind not in words()["kinds"]:
        raise typer.BadParameter(
            f"there is no {kind!r}; give one of {', '.join(words()['kinds'])}", param_hint="--kind"
        )
    return kind


@gap.command()
def acknowledge(context: typer.Context) -> None:
    """Acknowledge: somebody has seen it and is taking care of it."""
    _say(context.obj, "acknowledged")


@gap.command()
def note(context: typer.Context, reason: Reason) -> None:
    """Add a note; earlier decisions stay in force."""
    _say(context.obj, "noted", reason)


@gap.command()
def accept(
    context: typer.Context,
    reason: Reason,
    until: Annotated[
        dt.datetime,
        typer.Option(callback=in_calendar, formats=["%Y-%m-%d"], help="The first night on which it reopens."),
    ],
) -> None:
    """Accept until a day, as long as cause and evidence stay the same. The gap still counts in every total."""
    _say(context.obj, "accepted", reason, until.date())


@gap.command()
def revoke(context: typer.Context) -> None:
    """Revoke an acknowledgement or acceptance: the gap reopens."""
    _say(context.obj, "revoked")


@answering.command(rich_help_panel=ACT)
def answers(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Lists from `doisoat report` or `gaps --format xlsx` (or csv), filled in and sent back together."
        ),
    ],
    back: Annotated[
        Path | None, typer.Option(help="Folder for the copies that go back; default: beside the files.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Which unit answered; default: your account. No person's name.")
    ] = None,
) -> None:
    """Read the answers on lists that a unit sent back, and write the copies that go back to it, each row marked.

    Exit code 1: some rows were refused; the others are kept.
    """
    from doisoat.gaps.answers import Refusal, read_answers, take_in
    from doisoat.gaps.returned import give_back, outcomes
    from doisoat.privacy import is_note
    from doisoat.warehouse.database import writing
    from doisoat.warehouse.order import last_published

    if by is not None and not is_note(by):
        raise typer.BadParameter("name a unit, without anybody's address or number", param_hint="--by")
    read = read_answers(files)
    with site_at_hand(writes=True) as site, writing(site.dsn) as connection:
        night = last_published(connection)
        taken = take_in(connection, night, read.answers, by.strip() if by else account())
    told = outcomes(read, taken)
    refused = [(place, outcome) for place, outcome in told.items() if isinstance(outcome, Refusal)]
    for place, why in refused:
        typer.echo(f"{place}: {why}", err=True)
    typer.echo(
        f"night {night}: {len(taken.kept)} answers stored, {len(taken.known)} already known, {len(refused)} refused"
    )
    for file in give_back(files, read, told, back):
        typer.echo(f"to send back: {file}", err=True)
    raise typer.Exit(1 if refused else 0)


def _say(asked: dict[str, Any], action: str, reason: str | None = None, expires_on: dt.date | None = None) -> None:
    from doisoat.gaps.decisions import Said, Selection, decide, select
    from doisoat.warehouse.database import writing
    from doisoat.warehouse.order import last_published

    selection = Selection(**asked)
    if selection == Selection():
        raise DecisionRefusedError(
            "say which gaps are meant: doisoat gap --dossier CODE ..., or --cause, --agency, ..."
        )
    said = Said(action, account(), "command_line", reason, expires_on)
    with site_at_hand(writes=True) as site, writing(site.dsn) as connection:
        night = last_published(connection)
        check_words(connection, cause=selection.cause, procedure=selection.procedure)
        if selection.agency:
            selection = replace(selection, agency=agency_named(connection, selection.agency)[0])
        kept = decide(connection, night, select(connection, night, selection), said)
    typer.echo(f"night {night}: {action}: {kept} gaps")
