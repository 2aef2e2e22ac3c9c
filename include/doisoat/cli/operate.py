"""What an operator decides on the command line: the commands of `doisoat` that change something."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from doisoat.cli.shared import account, site_at_hand

#: Added to `doisoat` by doisoat.cli.app.
operations = typer.Typer()


@operations.command()
def publish(
    night: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The blocked night.")],
    accept: Annotated[
        str, typer.Option(help="Why it is published although a check failed; kept, and shown to analysts.")
    ],
) -> None:
    """Publish a night that a check blocked, by a decision in your name: what is left of the night is done first."""
    from doisoat.nights.acceptance import publish_accepted
    from doisoat.quality import Decision

    decision = Decision(accept, decided_by=account(), decided_in="command_line")
    with site_at_hand() as site:
        revision = publish_accepted(site, night.date(), decision)
    typer.echo(f"night {night.date()}: published, revision {revision}, accepted by {decision.decided_by}")


@operations.command()
def tell(
    due: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last night that has to be published; else what the clock says."),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="Only send a test message to every sender.")] = False,
) -> None:
    """Tell what was not told yet: from cron, a watcher that works when Airflow does not. Exit code 1: not all was taken."""
    from doisoat import news

    with site_at_hand() as site:
        if test:
            taken = news.test_senders(site)
            for name, is_taken in taken.items():
                typer.echo(f"{'ok   ' if is_taken else 'WRONG'} {name}")
            raise typer.Exit(0 if all(taken.values()) else 1)
        night = due.date() if due else news.due_night(site.settings, dt.datetime.now(dt.UTC))
        told = news.tell(site, on=night, due=night)
        typer.echo(
            f"{len(told)} news sent"
            if site.settings.news.enabled
            else "news are off (news.enabled); see `doisoat news`"
        )


@operations.command()
def accept_pull(
    reason: Annotated[str, typer.Argument(help="Why it is right: stays in the record. No person's name or number.")],
    source: Annotated[str, typer.Option(help="Which source.")],
    night: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Whose pull is held.")],
) -> None:
    """Confirm a pull that the flood guard holds: the night loads it when it is run again."""
    from doisoat.load.flood_guard import accept
    from doisoat.privacy import is_note
    from doisoat.warehouse.database import writing

    if not is_note(reason):
        raise typer.BadParameter(
            "give a reason in some words, without an address or a number of a person", param_hint="reason"
        )
    with site_at_hand() as site, writing(site.dsn) as connection:
        said = accept(connection, source, night.date(), who=account(), reason=reason)
    typer.echo(f"accepted: {source}, night {night.date()}: {said}")
    typer.echo(f"now run the night again: `make night NIGHT={night.date()}`, or clear its task `load` in Airflow")


@operations.command()
def replay(
    start: Annotated[
        dt.datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First night; all of them, or what a replay left undone."),
    ] = None,
) -> None:
    """Derive nights again from their sealed landings, in order; no source is asked. Exit code 1 if one is now blocked.

    Analysts read what was published before until a night is published again. The same outcome stands again as the same
    revision; another one becomes a new revision, and the old one can still be queried.
    """
    from doisoat.nights.replay import replay as derive_again

    is_blocked = False
    with site_at_hand() as site:
        for done in derive_again(site, start and start.date()):
            stands = (
                f"revision {done.revision} {'is new' if done.is_new else 'stands'}" if done.revision else "none stands"
            )
            typer.echo(f"{done.night}: {done.state}; {stands}")
            is_blocked = is_blocked or done.state == "blocked"
    raise typer.Exit(is_blocked)


@operations.command()
def retain() -> None:
    """Delete what is older than `retention` in the province file says; what was deleted is in ops.retention."""
    from doisoat.nights.retention import apply_retention

    with site_at_hand() as site:
        done = apply_retention(site)
    for name, value in done.items() or {"nothing": "no night is published yet"}.items():
        typer.echo(f"{name.replace('_', ' ')}: {'-' if value is None else value}")


@operations.command()
def sweep() -> None:
    """Derive the latest night anew as a whole and hold it against what stands; what differs is in recon.sweep_difference."""
    from doisoat.nights.sweep import deep_sweep

    with site_at_hand() as site:
        swept = deep_sweep(site)
    typer.echo(
        f"night {swept.night}: {swept.rows:,} derived rows, all the same"
        if swept
        else "nothing to sweep: no night is compared yet, or data, rules or configuration are others since; the next night looks"
    )
